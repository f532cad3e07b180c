#!/bin/sh
# Starts Valkey with the passwords of the secret file, one a line, all accepted: two lines while one is rotated.
# They go into a configuration file of this container's own memory, not into the arguments, which `ps` shows.
# Usage: start.sh --check | [options of valkey-server]
set -eu
passwords=${SECRETS_DIR:-/run/secrets}/valkey_passwords
if [ "${1:-}" = "--check" ]; then
    REDISCLI_AUTH=$(head -n 1 "$passwords")
    export REDISCLI_AUTH
    [ "$(valkey-cli ping)" = PONG ]
    exit
fi
configuration=${TMPDIR:-/tmp}/valkey.conf
umask 077
{
    echo "dir ${VALKEY_DATA:-/data}"
    echo "appendonly yes"
    echo "appendfsync everysec"
    echo 'save ""'
    # Messages in flight are never thrown away to make room: better to refuse new ones, whose rows are swept later.
    echo "maxmemory-policy noeviction"
    printf 'user default on ~* &* +@all resetpass'
    while read -r password; do [ -z "$password" ] || printf ' >%s' "$password"; done <"$passwords"
    echo
} >"$configuration"
exec valkey-server "$configuration" "$@"
