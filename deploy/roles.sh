#!/bin/sh
# Runs once, when the database is made: the owner migrates, the application works with rows only, and row level security
# applies to it. `prm/embedded/postgres.py` does the same for `make run`.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" --username "${POSTGRES_USER:-postgres}" << 'SQL'
CREATE ROLE prm_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE prm_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE DATABASE prm OWNER prm_owner;
\connect prm
GRANT USAGE ON SCHEMA public TO prm_app;
ALTER DEFAULT PRIVILEGES FOR ROLE prm_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO prm_app;
ALTER DEFAULT PRIVILEGES FOR ROLE prm_owner IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO prm_app;
SQL
