-- Run by database.sh through psql in the database of the system that runs already.
\set ON_ERROR_STOP 1
\set ml_infra_password `cat /run/secrets/ml_infra_postgres_password`
\set mlflow_password `cat /run/secrets/mlflow_db_password`
\pset tuples_only on
\pset format unaligned
SET client_min_messages = notice;

-- Keeps passwords out of the server's log, where the role may say so.
DO $$
BEGIN
  PERFORM set_config('log_statement', 'none', false),
          set_config('log_min_duration_statement', '-1', false),
          set_config('log_min_error_statement', 'panic', false);
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END
$$;

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['vector', 'timescaledb'] LOOP
    IF EXISTS (SELECT FROM pg_extension WHERE extname = wanted) THEN
      RAISE NOTICE 'extension % is there', wanted;
    ELSIF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = wanted) THEN
      RAISE WARNING 'extension % is not installed on this server; ml-infra does without it', wanted;
    ELSE
      BEGIN
        EXECUTE format('CREATE EXTENSION %I', wanted);
        RAISE NOTICE 'extension % was made', wanted;
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING
          'role % may not make extension % in database % (42501); ml-infra does without it, or a superuser runs: CREATE EXTENSION %',
          current_user, wanted, current_database(), wanted;
      END;
    END IF;
  END LOOP;
END
$$;

SELECT 'CREATE ROLE ml_infra' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ml_infra') \gexec
SELECT 'CREATE ROLE mlflow' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mlflow') \gexec
ALTER ROLE ml_infra LOGIN PASSWORD :'ml_infra_password';
ALTER ROLE mlflow LOGIN PASSWORD :'mlflow_password';

-- ml_infra makes and owns the schema ml_learning; the library itself creates it
SELECT format('GRANT CONNECT, TEMPORARY, CREATE ON DATABASE %I TO ml_infra', current_database()) \gexec

SELECT 'CREATE DATABASE mlflow OWNER mlflow'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'mlflow') \gexec
REVOKE CONNECT ON DATABASE mlflow FROM PUBLIC;

\echo 'roles ml_infra and mlflow are there, and the database mlflow'
