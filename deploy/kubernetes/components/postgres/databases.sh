#!/bin/sh
# Runs once, on an empty volume: a role and a database of its own for every file in
# /secrets/roles, named like the file; the file holds the role's password.
set -eu

for file in /secrets/roles/*; do
    role="$(basename "$file")"
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
        --set role="$role" --set password="$(cat "$file")" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"role" OWNER :"role";
REVOKE ALL ON DATABASE :"role" FROM PUBLIC;
SQL
done
