#!/bin/sh
# The image of PostgreSQL runs this once, as long as its volume is empty: who owns the tables, who is the web, and who is
# the worker. None of them stands above the policies. Passwords are letters and digits, since they stand in addresses.
set -eu
psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --no-psqlrc --quiet <<EOF
CREATE ROLE owner LOGIN CREATEROLE PASSWORD '$OWNER_PASSWORD';
CREATE ROLE web LOGIN PASSWORD '$WEB_PASSWORD';
CREATE ROLE worker LOGIN PASSWORD '$WORKER_PASSWORD';
CREATE DATABASE daylight OWNER owner ENCODING 'UTF8' TEMPLATE template0;
EOF
