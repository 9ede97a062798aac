-- Takes the schema of ml-infra away, with all that is in it, and nothing else.
-- Run it as the schema's owner: psql -v ON_ERROR_STOP=1 -f rollback-ml-schema.sql
-- Another schema name: psql -v schema=my_schema -v ON_ERROR_STOP=1 -f rollback-ml-schema.sql
-- The extensions vector and timescaledb stay, since others may use them. A second run does nothing.

\if :{?schema}
\else
\set schema ml_learning
\endif

BEGIN;
SET LOCAL lock_timeout = '30s';
DROP SCHEMA IF EXISTS :"schema" CASCADE;
COMMIT;
