#!/bin/bash
# Dumps both databases and archives the private files, checks each dump by listing it as a restore would read it,
# encrypts with an age public key when one is given, and removes what is older than the days to keep.
#
# A backup is a folder /backups/YYYY-MM-DDTHH-MM-SSZ; the mark <folder>.complete is written last.
# Usage: backup.sh [--once]      (--once: do nothing when a backup of the last day is there)
set -euo pipefail
backups=${BACKUPS_DIR:-/backups}
media=${MEDIA_DIR:-/media}
secrets=${SECRETS_DIR:-/run/secrets}
recipient=${BACKUP_AGE_RECIPIENT:-}
umask 077

recent() { find "$backups" -maxdepth 1 -name '*.complete' -mmin -1440 | grep -q .; }
sealed() { if [ -n "$recipient" ]; then age --encrypt --recipient "$recipient" --output "$1.age"; else cat >"$1"; fi; }

dump() { # database, owner, password file, folder
    local listing="$4/$1.list" pipe="$4/.pipe" checker
    # Listed while it is written: once encrypted, this machine cannot read it any more.
    mkfifo "$pipe"
    { pg_restore --list && cat >/dev/null; } <"$pipe" >"$listing" &
    checker=$!
    PGPASSWORD=$(<"$secrets/$3") pg_dump --username "$2" --format=custom --no-password "$1" |
        tee "$pipe" | sealed "$4/$1.dump"
    wait "$checker"
    rm "$pipe"
    grep -q 'TABLE DATA' "$listing" || { echo "backup: the dump of $1 lists no data" >&2; return 1; }
}

archive() { # side, folder
    [ -d "$media/$1" ] || return 0
    tar -C "$media/$1" -czf - . | sealed "$2/$1-media.tar.gz"
}

[ "${1:-}" = "--once" ] && recent && exit 0
exec 9>"$backups/.lock"
flock -n 9 || { echo "backup: another one is under way" >&2; exit 1; }
name=$(date -u +%Y-%m-%dT%H-%M-%SZ)
folder="$backups/$name"
mkdir "$folder"
trap '[ -e "$folder.complete" ] || { rm -rf "$folder"; echo "backup: $name failed and was removed" >&2; }' EXIT

dump cpa_portal cpa_owner postgres_owner_password "$folder"
dump cpa_agora cpa_agora_owner agora_postgres_owner_password "$folder"
archive portal "$folder"
archive agora "$folder"
(cd "$folder" && sha256sum -- * >"$folder.complete")
echo "backup: $name complete, $(du -sh "$folder" | cut -f1)"

# Only what was completed is counted, and the newest one stays whatever its age.
find "$backups" -maxdepth 1 -name '*.complete' -mtime +"${BACKUP_KEEP_DAYS:-30}" | sort | while read -r mark; do
    [ "$mark" = "$folder.complete" ] || rm -rf "${mark%.complete}" "$mark"
done
