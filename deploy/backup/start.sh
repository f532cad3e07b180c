#!/bin/bash
# A first backup when there is none of the last day, then cron. crond reads only crontabs that belong to root.
set -euo pipefail
# busybox's crond hands its own surroundings to the jobs.
printf '%s /bin/bash /usr/local/bin/backup.sh\n' "${BACKUP_SCHEDULE:?}" >/run/crontabs/cpa
if ! find /backups -name '*.complete' -mmin -1440 | grep -q .; then
    printf '* * * * * /bin/bash /usr/local/bin/backup.sh --once\n' >>/run/crontabs/cpa
fi
exec crond -f -l 8 -c /run/crontabs
