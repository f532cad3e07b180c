#!/bin/sh
# Makes the secret files that docker-compose.yml mounts, those that are missing only: nothing is ever overwritten.
# Usage: deploy/make_secrets.sh [FOLDER]      (default deploy/secrets)
# The folder is closed to everyone else; the files inside must be readable by the containers' ordinary users.
set -eu
folder=${1:-$(cd "$(dirname "$0")" && pwd)/secrets}
umask 077
mkdir -p "$folder"

put() { # name, value
    [ -e "$folder/$1" ] && return
    printf '%s\n' "$2" >"$folder/$1"
    chmod 0444 "$folder/$1"
    echo "made $1"
}
random() { # a multiple of 3 bytes gives no padding; the alphabet is the one that URLs leave alone
    head -c "$1" /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'
}
first_line() { head -n 1 "$folder/$1"; }

for name in postgres_superuser_password postgres_owner_password postgres_running_password \
    agora_postgres_owner_password agora_postgres_running_password valkey_passwords; do
    put "$name" "$(random 24)"
done
for side in portal agora; do
    prefix=$([ "$side" = portal ] || echo agora_)
    role=$([ "$side" = portal ] && echo cpa || echo cpa_agora)
    put "${side}_database_url" "postgres://${role}_app:$(first_line "${prefix}postgres_running_password")@postgres:5432/cpa_$side"
    put "${side}_database_owner_url" "postgres://${role}_owner:$(first_line "${prefix}postgres_owner_password")@postgres:5432/cpa_$side"
    put "${side}_redis_url" "redis://:$(first_line valkey_passwords)@valkey:6379/0"
    put "${side}_secret_key" "$(random 48)"
    put "${side}_secret_key_fallbacks" ""
    put "${side}_field_encryption_keys" "$(random 33)"
    put "${side}_nir_hash_keys" "$(random 33)"
done
put email_url "smtp://localhost:25"
