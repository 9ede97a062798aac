-- Models and who promoted which version, when and why.

CREATE TABLE IF NOT EXISTS "${schema}".model_metadata (
  model          text        NOT NULL,
  version        integer     NOT NULL CHECK (version >= 1),
  artifact_uri   text        NOT NULL,
  sha256         text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes     bigint      NOT NULL CHECK (size_bytes >= 0),
  metrics        jsonb       NOT NULL DEFAULT '{}',
  tags           jsonb       NOT NULL DEFAULT '{}',
  created_at     timestamptz NOT NULL DEFAULT now(),
  mlflow_run_id  text,
  mlflow_version text,
  mirrored_at    timestamptz,
  PRIMARY KEY (model, version),
  UNIQUE (model, sha256)
);

CREATE TABLE IF NOT EXISTS "${schema}".model_promotions (
  promotion_id bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  model        text        NOT NULL,
  alias        text        NOT NULL,
  version      integer     NOT NULL,
  promoted_by  text        NOT NULL,
  reason       text        NOT NULL,
  promoted_at  timestamptz NOT NULL DEFAULT now(),
  mirrored_at  timestamptz,
  FOREIGN KEY (model, version) REFERENCES "${schema}".model_metadata (model, version)
);

CREATE INDEX IF NOT EXISTS model_promotions_alias
  ON "${schema}".model_promotions (model, alias, promotion_id);

-- The history is appended to and never rewritten; only the mirror's progress may be noted beside it.
CREATE OR REPLACE FUNCTION "${schema}".refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only; add a row instead', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END
$$;

CREATE OR REPLACE TRIGGER model_promotions_append_only
  BEFORE DELETE OR TRUNCATE
    OR UPDATE OF promotion_id, model, alias, version, promoted_by, reason, promoted_at
  ON "${schema}".model_promotions
  FOR EACH STATEMENT EXECUTE FUNCTION "${schema}".refuse_change();
