-- The schema itself, the history of the migrations applied to it, and the settings fixed at its creation.

DO $$
BEGIN
  -- CREATE SCHEMA IF NOT EXISTS asks for the right to create even when there is nothing to create.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = '${schema}') THEN
    CREATE SCHEMA "${schema}";
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS "${schema}".schema_history (
  version    integer     PRIMARY KEY,
  name       text        NOT NULL,
  checksum   text        NOT NULL,
  applied_by text        NOT NULL DEFAULT current_user,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS "${schema}".schema_settings (
  key   text PRIMARY KEY,
  value text NOT NULL
);

INSERT INTO "${schema}".schema_settings (key, value)
VALUES ('embedding_dimensions', '${embedding_dimensions}')
ON CONFLICT (key) DO NOTHING;
