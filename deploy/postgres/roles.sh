#!/bin/bash
# First start of the server: for each side, a role that owns and migrates, a role that runs, and a database.
# The running role gets its table privileges from `migrate`, which reads them from the models.
set -euo pipefail
secrets=${SECRETS_DIR:-/run/secrets}

make_side() { # role prefix, database, owner's password file, running role's password file
    local owner_password running_password
    owner_password=$(<"$secrets/$3")
    running_password=$(<"$secrets/$4")
    # By variables of psql, which quotes them: a password never becomes SQL.
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
        --set owner="$1_owner" --set owner_password="$owner_password" \
        --set running="$1_app" --set running_password="$running_password" --set database="$2" <<'SQL'
CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE :"running" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'running_password';
CREATE DATABASE :"database" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"running";
SQL
}

make_side cpa cpa_portal postgres_owner_password postgres_running_password
make_side cpa_agora cpa_agora agora_postgres_owner_password agora_postgres_running_password
