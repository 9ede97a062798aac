-- Learned patterns. The embedding is a pgvector column where the extension can be had, real[] elsewhere.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'vector')
     AND EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'vector') THEN
    CREATE EXTENSION IF NOT EXISTS vector;
  END IF;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'pgvector cannot be created (%); embeddings are stored as real[]', SQLERRM;
END
$$;

-- The payload holds sums by name, as {"clicks": 42}.
CREATE TABLE IF NOT EXISTS "${schema}".learned_patterns (
  kind        text COLLATE "C" NOT NULL,
  pattern_key text COLLATE "C" NOT NULL,
  payload     jsonb            NOT NULL DEFAULT '{}',
  support     bigint           NOT NULL DEFAULT 0,
  confidence  float8           NOT NULL DEFAULT 0,
  updated_at  timestamptz      NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, pattern_key)
);

DO $$
DECLARE
  vector_schema text := (SELECT n.nspname
                         FROM pg_catalog.pg_extension e
                         JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
                         WHERE e.extname = 'vector');
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_attribute
             WHERE attrelid = '"${schema}".learned_patterns'::regclass
               AND attname = 'embedding' AND NOT attisdropped) THEN
    RETURN;
  END IF;
  IF vector_schema IS NULL THEN
    ALTER TABLE "${schema}".learned_patterns
      ADD COLUMN embedding real[] CHECK (cardinality(embedding) = ${embedding_dimensions});
    RETURN;
  END IF;
  EXECUTE format('ALTER TABLE "${schema}".learned_patterns ADD COLUMN embedding %I.vector(${embedding_dimensions})',
                 vector_schema);
  -- HNSW came with pgvector 0.5 and takes at most 2000 dimensions; without it the search is exact.
  IF ${embedding_dimensions} <= 2000 AND EXISTS (SELECT FROM pg_catalog.pg_am WHERE amname = 'hnsw') THEN
    EXECUTE format('CREATE INDEX learned_patterns_embedding ON "${schema}".learned_patterns '
                   'USING hnsw (embedding %I.vector_cosine_ops)', vector_schema);
  END IF;
END
$$;

-- Cosine distance of two real[] of one length: what pgvector's <=> gives; NaN when either has no direction.
CREATE OR REPLACE FUNCTION "${schema}".cosine_distance(a real[], b real[]) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog
AS $$
  SELECT CASE
    WHEN sum(x * x) = 0 OR sum(y * y) = 0 THEN 'NaN'::float8
    ELSE 1 - greatest(-1, least(1, sum(x * y) / sqrt(sum(x * x) * sum(y * y))))
  END
  FROM (SELECT u.x::float8 AS x, u.y::float8 AS y FROM unnest(a, b) AS u(x, y)) AS pairs
$$;

-- Adds two payloads up, name by name.
CREATE OR REPLACE FUNCTION "${schema}".add_sums(a jsonb, b jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog
AS $$
  SELECT coalesce(jsonb_object_agg(name, total), '{}')
  FROM (SELECT key AS name, sum(value::float8) AS total
        FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) AS both_sides
        GROUP BY key) AS sums
$$;

-- What is in the patterns already: an event that is delivered twice counts once for a pattern.
CREATE TABLE IF NOT EXISTS "${schema}".observed_events (
  event_id    uuid             NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  pattern_key text COLLATE "C" NOT NULL,
  seen_at     timestamptz      NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, kind, pattern_key)
);

CREATE INDEX IF NOT EXISTS observed_events_seen_at
  ON "${schema}".observed_events USING brin (seen_at);
