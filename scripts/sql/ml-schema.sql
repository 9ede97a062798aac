-- The schema of ml-infra at version 13.
-- Run it as the schema's owner: psql -v ON_ERROR_STOP=1 -f ml-schema.sql
-- Running it again changes nothing; ensureSchema() agrees with its outcome.

-- migration 1 'schema'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- The schema itself, the history of the migrations applied to it, and the settings fixed at its creation.

DO $$
BEGIN
  -- CREATE SCHEMA IF NOT EXISTS asks for the right to create even when there is nothing to create.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'ml_learning') THEN
    CREATE SCHEMA "ml_learning";
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS "ml_learning".schema_history (
  version    integer     PRIMARY KEY,
  name       text        NOT NULL,
  checksum   text        NOT NULL,
  applied_by text        NOT NULL DEFAULT current_user,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS "ml_learning".schema_settings (
  key   text PRIMARY KEY,
  value text NOT NULL
);

INSERT INTO "ml_learning".schema_settings (key, value)
VALUES ('embedding_dimensions', '64')
ON CONFLICT (key) DO NOTHING;

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (1, 'schema', 'feff2eabf175bceb7475387aae915650aa836d0fa92a87a3f5fb6673b67318df')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 2 'decisions'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- What was decided, and what came of it.

CREATE TABLE IF NOT EXISTS "ml_learning".agent_decisions (
  decision_id      uuid        NOT NULL,
  decided_at       timestamptz NOT NULL,
  agent            text        NOT NULL,
  mode             text        NOT NULL CHECK (mode IN ('LIVE', 'SHADOW', 'APPRENTICE')),
  model            text        NOT NULL,
  model_version    text        NOT NULL,
  action           text        NOT NULL,
  propensity       float8      NOT NULL CHECK (propensity > 0 AND propensity <= 1),
  pass_probability float8      NOT NULL DEFAULT 1 CHECK (pass_probability > 0 AND pass_probability <= 1),
  score            float8,
  baseline_action  text,
  features         real[],
  feature_set      text,
  context          jsonb,
  latency_us       bigint,
  source           text        NOT NULL,
  source_sequence  bigint      NOT NULL,
  stored_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (decision_id, decided_at)
);

CREATE INDEX IF NOT EXISTS agent_decisions_decided_at
  ON "ml_learning".agent_decisions USING brin (decided_at);

CREATE INDEX IF NOT EXISTS agent_decisions_agent
  ON "ml_learning".agent_decisions (agent, decided_at);

-- No foreign key: feedback may come before its decision.
CREATE TABLE IF NOT EXISTS "ml_learning".agent_feedback (
  feedback_id uuid        PRIMARY KEY,
  decision_id uuid        NOT NULL,
  kind        text        NOT NULL,
  reward      float8      NOT NULL,
  label       text,
  observed_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  source      text        NOT NULL
);

CREATE INDEX IF NOT EXISTS agent_feedback_decision
  ON "ml_learning".agent_feedback (decision_id);

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (2, 'decisions', '8c08f053019bc7d83d52920aafa35f25017f0721aba456a661e177bfbee86674')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 3 'features'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- Features over two times: event_time says when a value held, created_at when it became known.

-- The definition that a schema_hash stands for, so that rows of an older definition can still be decoded.
CREATE TABLE IF NOT EXISTS "ml_learning".feature_views (
  view          text        NOT NULL,
  schema_hash   bigint      NOT NULL,
  definition    text        NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (view, schema_hash)
);

-- The key also serves the as-of probe: view and entity equal, both times at most, the newest first.
CREATE TABLE IF NOT EXISTS "ml_learning".feature_store (
  view        text COLLATE "C" NOT NULL,
  entity      text COLLATE "C" NOT NULL,
  event_time  timestamptz      NOT NULL,
  created_at  timestamptz      NOT NULL,
  schema_hash bigint           NOT NULL,
  packed      bytea            NOT NULL,
  PRIMARY KEY (view, entity, event_time, created_at)
);

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (3, 'features', '3e1dd93c3abde4a70432c66ddbb941abe1ed3570ab9dfc4b44e3a64d21829127')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 4 'patterns'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

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
CREATE TABLE IF NOT EXISTS "ml_learning".learned_patterns (
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
             WHERE attrelid = '"ml_learning".learned_patterns'::regclass
               AND attname = 'embedding' AND NOT attisdropped) THEN
    RETURN;
  END IF;
  IF vector_schema IS NULL THEN
    ALTER TABLE "ml_learning".learned_patterns
      ADD COLUMN embedding real[] CHECK (cardinality(embedding) = 64);
    RETURN;
  END IF;
  EXECUTE format('ALTER TABLE "ml_learning".learned_patterns ADD COLUMN embedding %I.vector(64)',
                 vector_schema);
  -- HNSW came with pgvector 0.5 and takes at most 2000 dimensions; without it the search is exact.
  IF 64 <= 2000 AND EXISTS (SELECT FROM pg_catalog.pg_am WHERE amname = 'hnsw') THEN
    EXECUTE format('CREATE INDEX learned_patterns_embedding ON "ml_learning".learned_patterns '
                   'USING hnsw (embedding %I.vector_cosine_ops)', vector_schema);
  END IF;
END
$$;

-- Cosine distance of two real[] of one length: what pgvector's <=> gives; NaN when either has no direction.
CREATE OR REPLACE FUNCTION "ml_learning".cosine_distance(a real[], b real[]) RETURNS float8
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
CREATE OR REPLACE FUNCTION "ml_learning".add_sums(a jsonb, b jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog
AS $$
  SELECT coalesce(jsonb_object_agg(name, total), '{}')
  FROM (SELECT key AS name, sum(value::float8) AS total
        FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) AS both_sides
        GROUP BY key) AS sums
$$;

-- What is in the patterns already: an event that is delivered twice counts once for a pattern.
CREATE TABLE IF NOT EXISTS "ml_learning".observed_events (
  event_id    uuid             NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  pattern_key text COLLATE "C" NOT NULL,
  seen_at     timestamptz      NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, kind, pattern_key)
);

CREATE INDEX IF NOT EXISTS observed_events_seen_at
  ON "ml_learning".observed_events USING brin (seen_at);

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (4, 'patterns', '20f24f30a8a791e126bb3524f84034aab0ead9cd597a0ae5e3ee2a30f2e8032e')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 5 'models'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- Models and who promoted which version, when and why.

CREATE TABLE IF NOT EXISTS "ml_learning".model_metadata (
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

CREATE TABLE IF NOT EXISTS "ml_learning".model_promotions (
  promotion_id bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  model        text        NOT NULL,
  alias        text        NOT NULL,
  version      integer     NOT NULL,
  promoted_by  text        NOT NULL,
  reason       text        NOT NULL,
  promoted_at  timestamptz NOT NULL DEFAULT now(),
  mirrored_at  timestamptz,
  FOREIGN KEY (model, version) REFERENCES "ml_learning".model_metadata (model, version)
);

CREATE INDEX IF NOT EXISTS model_promotions_alias
  ON "ml_learning".model_promotions (model, alias, promotion_id);

-- The history is appended to and never rewritten; only the mirror's progress may be noted beside it.
CREATE OR REPLACE FUNCTION "ml_learning".refuse_change() RETURNS trigger
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
  ON "ml_learning".model_promotions
  FOR EACH STATEMENT EXECUTE FUNCTION "ml_learning".refuse_change();

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (5, 'models', '4252a06ad0560a68b6509e983ec0c8644fef85d179a76ceaf380e8f77222a066')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 6 'metrics'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- The two time-series tables: hypertables where TimescaleDB can be had, elsewhere partitioned by month.

DO $$
BEGIN
  -- Creating the extension ends the session when its library is not preloaded, so look for the library's own
  -- setting first; pg_settings does not list placeholders that only a configuration file names.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'timescaledb')
     AND EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'timescaledb')
     AND EXISTS (SELECT FROM pg_catalog.pg_settings WHERE name = 'timescaledb.disable_load') THEN
    CREATE EXTENSION IF NOT EXISTS timescaledb;
  END IF;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'TimescaleDB cannot be created (%); metrics are stored in native partitions', SQLERRM;
END
$$;

DO $$
DECLARE
  timescale_schema text := (SELECT n.nspname
                            FROM pg_catalog.pg_extension e
                            JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
                            WHERE e.extname = 'timescaledb');
  layout text := CASE WHEN timescale_schema IS NULL THEN ' PARTITION BY RANGE (time)' ELSE '' END;
BEGIN
  IF to_regclass('"ml_learning".ml_decision_metrics') IS NULL THEN
    EXECUTE '
      CREATE TABLE "ml_learning".ml_decision_metrics (
        time            timestamptz NOT NULL,
        agent           text        NOT NULL,
        mode            text        NOT NULL,
        model           text        NOT NULL,
        model_version   text        NOT NULL,
        decisions       bigint      NOT NULL,
        mean_propensity float8      NOT NULL,
        mean_latency_us float8,
        feedbacks       bigint      NOT NULL,
        reward_sum      float8      NOT NULL,
        UNIQUE (time, agent, mode, model, model_version)
      )' || layout;
    IF timescale_schema IS NOT NULL THEN
      EXECUTE format('SELECT %I.create_hypertable(%L, %L, chunk_time_interval => interval ''1 month'', '
                     'create_default_indexes => false)',
                     timescale_schema, '"ml_learning".ml_decision_metrics', 'time');
    END IF;
  END IF;
  IF to_regclass('"ml_learning".ml_model_metrics') IS NULL THEN
    EXECUTE '
      CREATE TABLE "ml_learning".ml_model_metrics (
        time    timestamptz NOT NULL,
        model   text        NOT NULL,
        version integer     NOT NULL,
        metric  text        NOT NULL,
        value   float8      NOT NULL,
        UNIQUE (time, model, version, metric)
      )' || layout;
    IF timescale_schema IS NOT NULL THEN
      EXECUTE format('SELECT %I.create_hypertable(%L, %L, chunk_time_interval => interval ''1 month'', '
                     'create_default_indexes => false)',
                     timescale_schema, '"ml_learning".ml_model_metrics', 'time');
    END IF;
  END IF;
END
$$;

-- Makes the partitions for the given times where the tables are partitioned, and returns how many it made.
-- It runs with its owner's rights, so that a service needs none to create tables.
CREATE OR REPLACE FUNCTION "ml_learning".ensure_metric_partitions(times timestamptz[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parent  text;
  month   timestamp;
  child   text;
  created integer := 0;
BEGIN
  FOREACH parent IN ARRAY ARRAY['decision_metrics', 'model_metrics'] LOOP
    CONTINUE WHEN (SELECT relkind FROM pg_class
                   WHERE oid = format('%I.%I', 'ml_learning', 'ml_' || parent)::regclass) <> 'p';
    FOR month IN SELECT DISTINCT date_trunc('month', t AT TIME ZONE 'UTC') FROM unnest(times) AS t ORDER BY 1 LOOP
      child := format('part_%s_%s', parent, to_char(month, 'YYYY_MM'));
      CONTINUE WHEN to_regclass(format('%I.%I', 'ml_learning', child)) IS NOT NULL;
      PERFORM pg_advisory_xact_lock(1333709909, 1);
      CONTINUE WHEN to_regclass(format('%I.%I', 'ml_learning', child)) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
                     'ml_learning', child, 'ml_learning', 'ml_' || parent,
                     month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
      created := created + 1;
    END LOOP;
  END LOOP;
  RETURN created;
END
$$;

-- Counts the decisions of a span of time again, minute by minute; doing it twice changes nothing.
CREATE OR REPLACE FUNCTION "ml_learning".count_decision_metrics(since timestamptz, before timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  counted bigint;
BEGIN
  PERFORM "ml_learning".ensure_metric_partitions(ARRAY(
    SELECT generate_series(date_trunc('month', since AT TIME ZONE 'UTC'), before AT TIME ZONE 'UTC', '1 month')
           AT TIME ZONE 'UTC'));
  WITH d AS (
    SELECT decision_id, date_trunc('minute', decided_at, 'UTC') AS minute,
           agent, mode, model, model_version, propensity, latency_us
    FROM "ml_learning".agent_decisions
    WHERE decided_at >= since AND decided_at < before
  ), f AS (
    SELECT decision_id, count(*) AS feedbacks, sum(reward) AS reward
    FROM "ml_learning".agent_feedback
    WHERE decision_id IN (SELECT decision_id FROM d)
    GROUP BY decision_id
  )
  INSERT INTO "ml_learning".ml_decision_metrics
    (time, agent, mode, model, model_version, decisions, mean_propensity, mean_latency_us, feedbacks, reward_sum)
  SELECT minute, agent, mode, model, model_version, count(*), avg(propensity), avg(latency_us),
         coalesce(sum(feedbacks), 0), coalesce(sum(reward), 0)
  FROM d LEFT JOIN f USING (decision_id)
  GROUP BY minute, agent, mode, model, model_version
  ORDER BY minute, agent, mode, model, model_version
  ON CONFLICT (time, agent, mode, model, model_version) DO UPDATE SET
    decisions = EXCLUDED.decisions, mean_propensity = EXCLUDED.mean_propensity,
    mean_latency_us = EXCLUDED.mean_latency_us, feedbacks = EXCLUDED.feedbacks,
    reward_sum = EXCLUDED.reward_sum;
  GET DIAGNOSTICS counted = ROW_COUNT;
  RETURN counted;
END
$$;

-- Drops the partitions or chunks that hold only times before the given one, and returns how many it dropped.
CREATE OR REPLACE FUNCTION "ml_learning".drop_metrics_before(horizon timestamptz) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  timescale_schema text := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                            WHERE e.extname = 'timescaledb');
  parent  text;
  child   text;
  chunks  integer;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(1333709909, 1);
  FOREACH parent IN ARRAY ARRAY['decision_metrics', 'model_metrics'] LOOP
    IF (SELECT relkind FROM pg_class
        WHERE oid = format('%I.%I', 'ml_learning', 'ml_' || parent)::regclass) <> 'p' THEN
      EXECUTE format('SELECT count(*) FROM %I.drop_chunks(%L::regclass, older_than => %L::timestamptz)',
                     timescale_schema, format('%I.%I', 'ml_learning', 'ml_' || parent), horizon) INTO chunks;
      dropped := dropped + chunks;
      CONTINUE;
    END IF;
    FOR child IN
      SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = format('%I.%I', 'ml_learning', 'ml_' || parent)::regclass
        AND c.relname ~ '_\d{4}_\d{2}$'
        AND (make_timestamp(substring(c.relname FROM '(\d{4})_\d{2}$')::integer,
                            right(c.relname, 2)::integer, 1, 0, 0, 0)
             + interval '1 month') AT TIME ZONE 'UTC' <= horizon
    LOOP
      EXECUTE format('DROP TABLE %I.%I', 'ml_learning', child);
      dropped := dropped + 1;
    END LOOP;
  END LOOP;
  RETURN dropped;
END
$$;

REVOKE ALL ON FUNCTION "ml_learning".ensure_metric_partitions(timestamptz[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION "ml_learning".drop_metrics_before(timestamptz) FROM PUBLIC;

SELECT "ml_learning".ensure_metric_partitions(ARRAY[now(), now() + interval '1 month']);

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (6, 'metrics', 'f848ddc1b90076bac00c3c65a0d48102d8ebb711fcf4f45d571ca56befddb4f0')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 7 'dead-letters'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- What was accepted and cannot be stored or handled, with the reason, so that it can be looked at.

CREATE TABLE IF NOT EXISTS "ml_learning".dead_letters (
  origin     text        NOT NULL,
  subject_id text        NOT NULL,
  payload    text        NOT NULL,
  cause      text        NOT NULL,
  attempts   integer     NOT NULL,
  parked_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (origin, subject_id)
);

CREATE INDEX IF NOT EXISTS dead_letters_parked_at
  ON "ml_learning".dead_letters (origin, parked_at);

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (7, 'dead-letters', 'c6ebfac3567aa6eded9394a2e64844c6e4cc1df35213d323b4dcd53ac45b5d3b')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 8 'completeness'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- Whether every decision arrived. Each process numbers its decisions from 1 without gaps, so a number that has
-- no row was dropped, parked or lost. Numbers that were removed on purpose are not missing.

-- By hash, which makes it half as large as by the name.
CREATE INDEX IF NOT EXISTS agent_decisions_number
  ON "ml_learning".agent_decisions (hashtextextended(source, 0), source_sequence);

-- What each process said of itself, now and then and when it was closed.
CREATE TABLE IF NOT EXISTS "ml_learning".decision_sources (
  source   text COLLATE "C" PRIMARY KEY,
  numbered bigint           NOT NULL CHECK (numbered >= 0),
  closed   boolean          NOT NULL DEFAULT false,
  seen_at  timestamptz      NOT NULL DEFAULT now()
);

-- Numbers whose rows were removed on purpose, as ranges.
CREATE TABLE IF NOT EXISTS "ml_learning".removed_decisions (
  source       text COLLATE "C" NOT NULL,
  first_number bigint           NOT NULL,
  last_number  bigint           NOT NULL CHECK (last_number >= first_number),
  removed_at   timestamptz      NOT NULL DEFAULT now(),
  PRIMARY KEY (source, first_number)
);

-- The gaps in the numbers of a span of time, each in the minute of the decision behind it. A gap at the end of a
-- process, which only the process knew of, is in the minute when it was last heard of; it counts once the process
-- was closed or silent for a minute. With known_before only what was stored before then counts.
CREATE OR REPLACE FUNCTION "ml_learning".missing_decisions(
  since timestamptz, before timestamptz, known_before timestamptz DEFAULT 'infinity')
RETURNS TABLE (source text, minute timestamptz, first_number bigint, last_number bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH numbered AS (
    SELECT d.source, d.source_sequence AS number, d.decided_at,
           lag(d.source_sequence) OVER (PARTITION BY d.source ORDER BY d.source_sequence) AS lower_number
    FROM "ml_learning".agent_decisions d
    WHERE d.decided_at >= since AND d.decided_at < before AND d.stored_at < known_before
  ), holes AS (
    -- The number before may be in a row of another time: only candidates are looked up.
    SELECT n.source, date_trunc('minute', n.decided_at, 'UTC') AS minute,
           coalesce(below.number, 0) + 1 AS first_number, n.number - 1 AS last_number
    FROM numbered n
    LEFT JOIN LATERAL (
      SELECT d.source_sequence AS number
      FROM "ml_learning".agent_decisions d
      WHERE hashtextextended(d.source, 0) = hashtextextended(n.source, 0) AND d.source = n.source
        AND d.source_sequence < n.number AND d.stored_at < known_before
      ORDER BY d.source_sequence DESC LIMIT 1) below ON true
    WHERE n.lower_number IS DISTINCT FROM n.number - 1
    UNION ALL
    SELECT s.source, date_trunc('minute', s.seen_at, 'UTC'), coalesce(newest.number, 0) + 1, s.numbered
    FROM "ml_learning".decision_sources s
    LEFT JOIN LATERAL (
      SELECT d.source_sequence AS number
      FROM "ml_learning".agent_decisions d
      WHERE hashtextextended(d.source, 0) = hashtextextended(s.source, 0) AND d.source = s.source
      ORDER BY d.source_sequence DESC LIMIT 1) newest ON true
    WHERE s.seen_at >= since AND s.seen_at < before AND known_before = 'infinity'
      AND (s.closed OR s.seen_at < now() - interval '1 minute')
  )
  SELECT h.source, h.minute, lower(gap), upper(gap) - 1
  FROM holes h
  CROSS JOIN LATERAL (
    SELECT range_agg(int8range(r.first_number, r.last_number, '[]')) AS numbers
    FROM ((SELECT * FROM "ml_learning".removed_decisions r
           WHERE r.source = h.source AND r.first_number BETWEEN h.first_number AND h.last_number)
          UNION ALL
          (SELECT * FROM "ml_learning".removed_decisions r
           WHERE r.source = h.source AND r.first_number < h.first_number
           ORDER BY r.first_number DESC LIMIT 1)) r) removed
  CROSS JOIN LATERAL unnest(
    int8multirange(int8range(h.first_number, h.last_number, '[]'))
    - coalesce(removed.numbers, '{}'::int8multirange)) AS gap
  WHERE h.first_number <= h.last_number
$$;

-- How many decisions each process stored and how many are missing, minute by minute.
CREATE OR REPLACE FUNCTION "ml_learning".decision_completeness(
  since timestamptz, before timestamptz, known_before timestamptz DEFAULT 'infinity')
RETURNS TABLE (source text, minute timestamptz, first_number bigint, last_number bigint,
               stored bigint, missing bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH present AS (
    SELECT d.source, date_trunc('minute', d.decided_at, 'UTC') AS minute,
           min(d.source_sequence) AS first_number, max(d.source_sequence) AS last_number, count(*) AS stored
    FROM "ml_learning".agent_decisions d
    WHERE d.decided_at >= since AND d.decided_at < before AND d.stored_at < known_before
    GROUP BY 1, 2
  ), absent AS (
    SELECT m.source, m.minute, min(m.first_number) AS first_number, max(m.last_number) AS last_number,
           sum(m.last_number - m.first_number + 1)::bigint AS missing
    FROM "ml_learning".missing_decisions(since, before, known_before) m
    GROUP BY 1, 2
  )
  SELECT coalesce(p.source, a.source), coalesce(p.minute, a.minute),
         least(p.first_number, a.first_number), greatest(p.last_number, a.last_number),
         coalesce(p.stored, 0), coalesce(a.missing, 0)
  FROM present p FULL JOIN absent a ON a.source = p.source AND a.minute = p.minute
  ORDER BY 2, 1
$$;

-- The last hour; the functions of the same names answer for any span.
CREATE OR REPLACE VIEW "ml_learning".decision_completeness AS
  SELECT * FROM "ml_learning".decision_completeness(now() - interval '1 hour', 'infinity');

CREATE OR REPLACE VIEW "ml_learning".missing_decisions AS
  SELECT * FROM "ml_learning".missing_decisions(now() - interval '1 hour', 'infinity');

-- Deletes what was decided before the given time, with its feedback, and returns how many decisions that were.
CREATE OR REPLACE FUNCTION "ml_learning".drop_decisions_before(horizon timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dropped bigint;
BEGIN
  WITH gone AS (
    DELETE FROM "ml_learning".agent_decisions WHERE decided_at < horizon
    RETURNING decision_id, source, source_sequence AS number
  ), rewards AS (
    -- A shadow shares the id of the decision that counted and may be younger.
    DELETE FROM "ml_learning".agent_feedback f
    USING gone
    WHERE f.decision_id = gone.decision_id
      AND NOT EXISTS (SELECT FROM "ml_learning".agent_decisions d
                      WHERE d.decision_id = f.decision_id AND d.decided_at >= horizon)
  ), noted AS (
    INSERT INTO "ml_learning".removed_decisions (source, first_number, last_number)
    SELECT source, min(number), max(number)
    FROM (SELECT source, number, number - dense_rank() OVER (PARTITION BY source ORDER BY number) AS island
          FROM gone) AS islands
    GROUP BY source, island
    ON CONFLICT (source, first_number) DO UPDATE
      SET last_number = greatest(removed_decisions.last_number, EXCLUDED.last_number)
  )
  SELECT count(*) INTO dropped FROM gone;
  DELETE FROM "ml_learning".decision_sources s
  WHERE s.seen_at < horizon
    AND NOT EXISTS (SELECT FROM "ml_learning".agent_decisions d
                    WHERE hashtextextended(d.source, 0) = hashtextextended(s.source, 0) AND d.source = s.source);
  DELETE FROM "ml_learning".removed_decisions r
  WHERE r.removed_at < horizon
    AND NOT EXISTS (SELECT FROM "ml_learning".agent_decisions d
                    WHERE hashtextextended(d.source, 0) = hashtextextended(r.source, 0) AND d.source = r.source)
    AND NOT EXISTS (SELECT FROM "ml_learning".decision_sources s WHERE s.source = r.source);
  RETURN dropped;
END
$$;

REVOKE ALL ON FUNCTION "ml_learning".drop_decisions_before(timestamptz) FROM PUBLIC;

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (8, 'completeness', '75d521863c4ce3a552d7f42933ac9dbc8983a47fb5f09f747335de7ae0df07f7')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 9 'feedback'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- Decisions that count only once they are activated, and feedback that replaces what was said before.

ALTER TABLE "ml_learning".agent_decisions
  ADD COLUMN IF NOT EXISTS deferred boolean NOT NULL DEFAULT false;

ALTER TABLE "ml_learning".agent_feedback
  ADD COLUMN IF NOT EXISTS replaces boolean NOT NULL DEFAULT false;

-- The first activation of a decision stays. No foreign key: it may come before its decision.
CREATE TABLE IF NOT EXISTS "ml_learning".agent_activations (
  decision_id  uuid        PRIMARY KEY,
  activated_at timestamptz NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  source       text        NOT NULL
);

-- What was acted upon: decisions that are not deferred, and those that were activated.
DO $$
BEGIN
  -- A later migration adds columns to the view, and to replace it by one with fewer is an error.
  IF to_regclass('"ml_learning".counted_decisions') IS NULL THEN
    CREATE VIEW "ml_learning".counted_decisions AS
    SELECT d.*, a.activated_at
    FROM "ml_learning".agent_decisions d
    LEFT JOIN "ml_learning".agent_activations a ON d.deferred AND a.decision_id = d.decision_id
    WHERE NOT d.deferred OR a.decision_id IS NOT NULL;
  END IF;
END
$$;

-- Feedback that nothing of the same decision and kind, observed later, replaces.
CREATE OR REPLACE VIEW "ml_learning".counted_feedback AS
SELECT feedback_id, decision_id, kind, reward, label, observed_at, received_at, source
FROM (
  SELECT *, bool_or(replaces) OVER (
    PARTITION BY decision_id, kind ORDER BY observed_at DESC, feedback_id DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced
  FROM "ml_learning".agent_feedback) f
WHERE replaced IS NOT TRUE;

-- Counts the decisions of a span of time again, minute by minute; doing it twice changes nothing.
CREATE OR REPLACE FUNCTION "ml_learning".count_decision_metrics(since timestamptz, before timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  counted bigint;
BEGIN
  PERFORM "ml_learning".ensure_metric_partitions(ARRAY(
    SELECT generate_series(date_trunc('month', since AT TIME ZONE 'UTC'), before AT TIME ZONE 'UTC', '1 month')
           AT TIME ZONE 'UTC'));
  WITH d AS (
    SELECT decision_id, date_trunc('minute', decided_at, 'UTC') AS minute,
           agent, mode, model, model_version, propensity, latency_us
    FROM "ml_learning".counted_decisions
    WHERE decided_at >= since AND decided_at < before
  ), f AS (
    -- As in counted_feedback, whose rows cannot be narrowed to these decisions before they are ordered.
    SELECT decision_id, count(*) AS feedbacks, sum(reward) AS reward
    FROM (
      SELECT decision_id, reward, bool_or(replaces) OVER (
        PARTITION BY decision_id, kind ORDER BY observed_at DESC, feedback_id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced
      FROM "ml_learning".agent_feedback
      WHERE decision_id IN (SELECT decision_id FROM d)) g
    WHERE replaced IS NOT TRUE
    GROUP BY decision_id
  )
  INSERT INTO "ml_learning".ml_decision_metrics
    (time, agent, mode, model, model_version, decisions, mean_propensity, mean_latency_us, feedbacks, reward_sum)
  SELECT minute, agent, mode, model, model_version, count(*), avg(propensity), avg(latency_us),
         coalesce(sum(feedbacks), 0), coalesce(sum(reward), 0)
  FROM d LEFT JOIN f USING (decision_id)
  GROUP BY minute, agent, mode, model, model_version
  ORDER BY minute, agent, mode, model, model_version
  ON CONFLICT (time, agent, mode, model, model_version) DO UPDATE SET
    decisions = EXCLUDED.decisions, mean_propensity = EXCLUDED.mean_propensity,
    mean_latency_us = EXCLUDED.mean_latency_us, feedbacks = EXCLUDED.feedbacks,
    reward_sum = EXCLUDED.reward_sum;
  GET DIAGNOSTICS counted = ROW_COUNT;
  RETURN counted;
END
$$;

-- Deletes what was decided before the given time, with its feedback and activation, and returns how many decisions that were.
CREATE OR REPLACE FUNCTION "ml_learning".drop_decisions_before(horizon timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dropped bigint;
BEGIN
  WITH gone AS (
    DELETE FROM "ml_learning".agent_decisions WHERE decided_at < horizon
    RETURNING decision_id, source, source_sequence AS number
  ), rewards AS (
    -- A shadow shares the id of the decision that counted and may be younger.
    DELETE FROM "ml_learning".agent_feedback f
    USING gone
    WHERE f.decision_id = gone.decision_id
      AND NOT EXISTS (SELECT FROM "ml_learning".agent_decisions d
                      WHERE d.decision_id = f.decision_id AND d.decided_at >= horizon)
  ), activated AS (
    DELETE FROM "ml_learning".agent_activations a
    USING gone
    WHERE a.decision_id = gone.decision_id
      AND NOT EXISTS (SELECT FROM "ml_learning".agent_decisions d
                      WHERE d.decision_id = a.decision_id AND d.decided_at >= horizon)
  ), noted AS (
    INSERT INTO "ml_learning".removed_decisions (source, first_number, last_number)
    SELECT source, min(number), max(number)
    FROM (SELECT source, number, number - dense_rank() OVER (PARTITION BY source ORDER BY number) AS island
          FROM gone) AS islands
    GROUP BY source, island
    ON CONFLICT (source, first_number) DO UPDATE
      SET last_number = greatest(removed_decisions.last_number, EXCLUDED.last_number)
  )
  SELECT count(*) INTO dropped FROM gone;
  DELETE FROM "ml_learning".decision_sources s
  WHERE s.seen_at < horizon
    AND NOT EXISTS (SELECT FROM "ml_learning".agent_decisions d
                    WHERE hashtextextended(d.source, 0) = hashtextextended(s.source, 0) AND d.source = s.source);
  DELETE FROM "ml_learning".removed_decisions r
  WHERE r.removed_at < horizon
    AND NOT EXISTS (SELECT FROM "ml_learning".agent_decisions d
                    WHERE hashtextextended(d.source, 0) = hashtextextended(r.source, 0) AND d.source = r.source)
    AND NOT EXISTS (SELECT FROM "ml_learning".decision_sources s WHERE s.source = r.source);
  RETURN dropped;
END
$$;

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (9, 'feedback', '94fec435cf81e7c467816dc02cea3f1ddb98dee29ba340ac143fa5605f20161e')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 10 'privacy'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- Whom a decision is about, and what was forgotten. What stands here is never the subject itself.

ALTER TABLE "ml_learning".agent_decisions ADD COLUMN IF NOT EXISTS subject text;

CREATE OR REPLACE VIEW "ml_learning".counted_decisions AS
SELECT d.decision_id, d.decided_at, d.agent, d.mode, d.model, d.model_version, d.action, d.propensity,
       d.pass_probability, d.score, d.baseline_action, d.features, d.feature_set, d.context, d.latency_us,
       d.source, d.source_sequence, d.stored_at, d.deferred, a.activated_at, d.subject
FROM "ml_learning".agent_decisions d
LEFT JOIN "ml_learning".agent_activations a ON d.deferred AND a.decision_id = d.decision_id
WHERE NOT d.deferred OR a.decision_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS agent_decisions_subject
  ON "ml_learning".agent_decisions (subject) WHERE subject IS NOT NULL;

ALTER TABLE "ml_learning".dead_letters ADD COLUMN IF NOT EXISTS subject_digest text;

INSERT INTO "ml_learning".schema_settings (key, value)
VALUES ('subject_salt', gen_random_uuid()::text || gen_random_uuid()::text)
ON CONFLICT (key) DO NOTHING;

CREATE OR REPLACE FUNCTION "ml_learning".subject_digest(subject text) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT encode(sha256(convert_to(value || subject, 'UTF8')), 'hex')
  FROM "ml_learning".schema_settings WHERE key = 'subject_salt'
$$;

-- A row a request to forget. From its commit on, nothing of the subject that was decided by then is stored.
CREATE TABLE IF NOT EXISTS "ml_learning".forgotten_subjects (
  receipt_id     uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  subject_digest text        NOT NULL,
  decided_until  timestamptz NOT NULL,
  requested_at   timestamptz NOT NULL DEFAULT now(),
  requested_by   text        NOT NULL DEFAULT current_user
);

CREATE INDEX IF NOT EXISTS forgotten_subjects_digest
  ON "ml_learning".forgotten_subjects (subject_digest);

-- A row a request that was carried out. One that was cut off has none; the next one does its work.
CREATE TABLE IF NOT EXISTS "ml_learning".forget_receipts (
  receipt_id   uuid        PRIMARY KEY REFERENCES "ml_learning".forgotten_subjects,
  decisions    bigint      NOT NULL,
  held_back    bigint      NOT NULL,
  feedback     bigint      NOT NULL,
  dead_letters bigint      NOT NULL,
  recent       bigint      NOT NULL,
  forgotten_at timestamptz NOT NULL DEFAULT now()
);

-- Ids whose decision was forgotten, so that neither it nor feedback for it comes back.
CREATE TABLE IF NOT EXISTS "ml_learning".forgotten_decisions (
  decision_id uuid    PRIMARY KEY,
  receipt_id  uuid    NOT NULL REFERENCES "ml_learning".forgotten_subjects,
  held_back   boolean NOT NULL
);

CREATE INDEX IF NOT EXISTS forgotten_decisions_receipt
  ON "ml_learning".forgotten_decisions (receipt_id);

CREATE OR REPLACE TRIGGER forgotten_subjects_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "ml_learning".forgotten_subjects
  FOR EACH STATEMENT EXECUTE FUNCTION "ml_learning".refuse_change();

CREATE OR REPLACE TRIGGER forget_receipts_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "ml_learning".forget_receipts
  FOR EACH STATEMENT EXECUTE FUNCTION "ml_learning".refuse_change();

-- Says whether something of a batch was forgotten, or without names whether anything ever was. Until the end of the transaction nothing more is: whoever
-- forgets waits for the lock, and its deletes see what the transaction stored.
CREATE OR REPLACE FUNCTION "ml_learning".holds_forgotten(subjects text[], decisions uuid[]) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1333709909, 2);
  IF subjects IS NULL THEN
    RETURN EXISTS (SELECT FROM "ml_learning".forgotten_subjects);
  END IF;
  RETURN EXISTS (SELECT FROM "ml_learning".forgotten_subjects f
                 WHERE f.subject_digest = ANY (SELECT "ml_learning".subject_digest(s) FROM unnest(subjects) s))
      OR EXISTS (SELECT FROM "ml_learning".forgotten_decisions f WHERE f.decision_id = ANY (decisions));
END
$$;

-- Forgets at most so many decisions of a request and returns how many rows that were.
CREATE OR REPLACE FUNCTION "ml_learning".forget_decisions(receipt uuid, of_subject text, most integer) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  forgotten bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1333709909, 2);
  WITH ids AS (
    SELECT DISTINCT decision_id
    FROM (SELECT d.decision_id FROM "ml_learning".agent_decisions d
          JOIN "ml_learning".forgotten_subjects f
            ON f.receipt_id = receipt AND (d.decided_at <= f.decided_until OR d.stored_at <= f.requested_at)
          WHERE d.subject = of_subject LIMIT most) AS found
  ), gone AS (
    -- Rows of shadows share the id and may name nobody.
    DELETE FROM "ml_learning".agent_decisions d USING ids WHERE d.decision_id = ids.decision_id
    RETURNING d.source, d.source_sequence
  ), kept_out AS (
    INSERT INTO "ml_learning".forgotten_decisions (decision_id, receipt_id, held_back)
    SELECT decision_id, receipt, false FROM ids
    ON CONFLICT (decision_id) DO NOTHING
  ), noted AS (
    INSERT INTO "ml_learning".removed_decisions (source, first_number, last_number)
    SELECT DISTINCT source, source_sequence, source_sequence FROM gone
    ON CONFLICT (source, first_number) DO NOTHING
  )
  SELECT count(*) INTO forgotten FROM gone;
  RETURN forgotten;
END
$$;

-- Deletes what stands elsewhere about the forgotten decisions of a subject, whichever request they are of.
CREATE OR REPLACE FUNCTION "ml_learning".forget_traces(
  of_subject text, OUT feedback bigint, OUT dead_letters bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  digest text := "ml_learning".subject_digest(of_subject);
BEGIN
  PERFORM pg_advisory_xact_lock(1333709909, 2);
  DELETE FROM "ml_learning".agent_feedback f
  USING "ml_learning".forgotten_decisions d JOIN "ml_learning".forgotten_subjects s USING (receipt_id)
  WHERE f.decision_id = d.decision_id AND s.subject_digest = digest;
  GET DIAGNOSTICS feedback = ROW_COUNT;
  DELETE FROM "ml_learning".agent_activations a
  USING "ml_learning".forgotten_decisions d JOIN "ml_learning".forgotten_subjects s USING (receipt_id)
  WHERE a.decision_id = d.decision_id AND s.subject_digest = digest;
  DELETE FROM "ml_learning".dead_letters l
  WHERE l.subject_digest = digest
     OR (l.origin = 'activation' AND EXISTS (
           SELECT FROM "ml_learning".forgotten_decisions d JOIN "ml_learning".forgotten_subjects s USING (receipt_id)
           WHERE s.subject_digest = digest AND d.decision_id::text = l.subject_id))
     OR (l.origin = 'feedback' AND EXISTS (
           SELECT FROM "ml_learning".forgotten_decisions d JOIN "ml_learning".forgotten_subjects s USING (receipt_id)
           WHERE s.subject_digest = digest AND position(d.decision_id::text IN l.payload) > 0));
  GET DIAGNOSTICS dead_letters = ROW_COUNT;
END
$$;

REVOKE ALL ON FUNCTION "ml_learning".forget_decisions(uuid, text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION "ml_learning".forget_traces(text) FROM PUBLIC;

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (10, 'privacy', '8dff5e550cf5ca78dfe451f281ae303f5bd66d0115f5dc31485b95c27c3d8a7c')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 11 'traces'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- Deletes what stands elsewhere about the forgotten decisions of a subject, whichever request they are of. Parked rows
-- are found by the ids that they name, all at once, a shadow that names nobody among them.
CREATE OR REPLACE FUNCTION "ml_learning".forget_traces(
  of_subject text, OUT feedback bigint, OUT dead_letters bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  digest text := "ml_learning".subject_digest(of_subject);
BEGIN
  PERFORM pg_advisory_xact_lock(1333709909, 2);
  DELETE FROM "ml_learning".agent_feedback f
  USING "ml_learning".forgotten_decisions d JOIN "ml_learning".forgotten_subjects s USING (receipt_id)
  WHERE f.decision_id = d.decision_id AND s.subject_digest = digest;
  GET DIAGNOSTICS feedback = ROW_COUNT;
  DELETE FROM "ml_learning".agent_activations a
  USING "ml_learning".forgotten_decisions d JOIN "ml_learning".forgotten_subjects s USING (receipt_id)
  WHERE a.decision_id = d.decision_id AND s.subject_digest = digest;
  DELETE FROM "ml_learning".dead_letters l
  WHERE (l.origin, l.subject_id) IN (
    SELECT named.origin, named.subject_id
    FROM (SELECT p.origin, p.subject_id,
                 (regexp_matches(CASE p.origin WHEN 'feedback' THEN p.payload ELSE p.subject_id END,
                                 '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g'))[1]::uuid AS decision_id
          FROM "ml_learning".dead_letters p
          WHERE p.origin IN ('decision', 'feedback', 'activation')) AS named
    JOIN "ml_learning".forgotten_decisions d USING (decision_id)
    JOIN "ml_learning".forgotten_subjects s USING (receipt_id)
    WHERE s.subject_digest = digest
    UNION ALL
    SELECT p.origin, p.subject_id FROM "ml_learning".dead_letters p WHERE p.subject_digest = digest);
  GET DIAGNOSTICS dead_letters = ROW_COUNT;
END
$$;

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (11, 'traces', '0e099c7cbdba32f38dd856a4d8238fad9abf134600c2c7afbf23ae32b270f688')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 12 'removed-ranges'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- As before, but ranges of removed numbers may overlap and lie within each other: of those that begin before a gap, the
-- one that reaches farthest counts, which need not be the nearest.
CREATE OR REPLACE FUNCTION "ml_learning".missing_decisions(
  since timestamptz, before timestamptz, known_before timestamptz DEFAULT 'infinity')
RETURNS TABLE (source text, minute timestamptz, first_number bigint, last_number bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH numbered AS (
    SELECT d.source, d.source_sequence AS number, d.decided_at,
           lag(d.source_sequence) OVER (PARTITION BY d.source ORDER BY d.source_sequence) AS lower_number
    FROM "ml_learning".agent_decisions d
    WHERE d.decided_at >= since AND d.decided_at < before AND d.stored_at < known_before
  ), candidates AS (
    -- The number before may be in a row of another time: only candidates are looked up.
    SELECT n.source, date_trunc('minute', n.decided_at, 'UTC') AS minute,
           coalesce(below.number, 0) + 1 AS first_number, n.number - 1 AS last_number
    FROM numbered n
    LEFT JOIN LATERAL (
      SELECT d.source_sequence AS number
      FROM "ml_learning".agent_decisions d
      WHERE hashtextextended(d.source, 0) = hashtextextended(n.source, 0) AND d.source = n.source
        AND d.source_sequence < n.number AND d.stored_at < known_before
      ORDER BY d.source_sequence DESC LIMIT 1) below ON true
    WHERE n.lower_number IS DISTINCT FROM n.number - 1
    UNION ALL
    SELECT s.source, date_trunc('minute', s.seen_at, 'UTC'), coalesce(newest.number, 0) + 1, s.numbered
    FROM "ml_learning".decision_sources s
    LEFT JOIN LATERAL (
      SELECT d.source_sequence AS number
      FROM "ml_learning".agent_decisions d
      WHERE hashtextextended(d.source, 0) = hashtextextended(s.source, 0) AND d.source = s.source
      ORDER BY d.source_sequence DESC LIMIT 1) newest ON true
    WHERE s.seen_at >= since AND s.seen_at < before AND known_before = 'infinity'
      AND (s.closed OR s.seen_at < now() - interval '1 minute')
  ), holes AS (
    SELECT * FROM candidates c WHERE c.first_number <= c.last_number
  ), spans AS (
    SELECT h.source, min(h.first_number) AS first_number, max(h.last_number) AS last_number
    FROM holes h GROUP BY h.source
  ), reached AS (
    SELECT p.source, p.minute, p.first_number, p.last_number,
           max(p.removed_until) OVER (PARTITION BY p.source ORDER BY p.first_number) AS removed_until
    FROM (SELECT h.source, h.minute, h.first_number, h.last_number, NULL::bigint AS removed_until FROM holes h
          UNION ALL
          SELECT r.source, NULL, r.first_number, NULL, r.last_number
          FROM spans s
          JOIN "ml_learning".removed_decisions r
            ON r.source = s.source AND r.first_number <= s.last_number AND r.last_number >= s.first_number) AS p
  ), left_over AS (
    SELECT r.source, r.minute, greatest(r.first_number, r.removed_until + 1) AS first_number, r.last_number
    FROM reached r WHERE r.minute IS NOT NULL
  )
  SELECT l.source, l.minute, lower(gap), upper(gap) - 1
  FROM left_over l
  CROSS JOIN LATERAL (
    SELECT range_agg(int8range(r.first_number, r.last_number, '[]')) AS numbers
    FROM "ml_learning".removed_decisions r
    WHERE r.source = l.source AND r.first_number BETWEEN l.first_number AND l.last_number) removed
  CROSS JOIN LATERAL unnest(
    int8multirange(int8range(l.first_number, l.last_number, '[]'))
    - coalesce(removed.numbers, '{}'::int8multirange)) AS gap
  WHERE l.first_number <= l.last_number
$$;

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (12, 'removed-ranges', '2dcf54a2669790d9bf6e72bf71894000681ff5353e83031107fb42224d86070b')
ON CONFLICT (version) DO NOTHING;

COMMIT;

-- migration 13 'ties'
BEGIN;

SELECT pg_advisory_xact_lock(1333709909, 0);

-- As before, but of feedback observed at one time what replaces is the later one, whichever ids they have.
CREATE OR REPLACE VIEW "ml_learning".counted_feedback AS
SELECT feedback_id, decision_id, kind, reward, label, observed_at, received_at, source
FROM (
  SELECT *, bool_or(replaces) OVER (
    PARTITION BY decision_id, kind ORDER BY observed_at DESC, replaces DESC, feedback_id DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced
  FROM "ml_learning".agent_feedback) f
WHERE replaced IS NOT TRUE;

CREATE OR REPLACE FUNCTION "ml_learning".count_decision_metrics(since timestamptz, before timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  counted bigint;
BEGIN
  PERFORM "ml_learning".ensure_metric_partitions(ARRAY(
    SELECT generate_series(date_trunc('month', since AT TIME ZONE 'UTC'), before AT TIME ZONE 'UTC', '1 month')
           AT TIME ZONE 'UTC'));
  WITH d AS (
    SELECT decision_id, date_trunc('minute', decided_at, 'UTC') AS minute,
           agent, mode, model, model_version, propensity, latency_us
    FROM "ml_learning".counted_decisions
    WHERE decided_at >= since AND decided_at < before
  ), f AS (
    -- As in counted_feedback, whose rows cannot be narrowed to these decisions before they are ordered.
    SELECT decision_id, count(*) AS feedbacks, sum(reward) AS reward
    FROM (
      SELECT decision_id, reward, bool_or(replaces) OVER (
        PARTITION BY decision_id, kind ORDER BY observed_at DESC, replaces DESC, feedback_id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced
      FROM "ml_learning".agent_feedback
      WHERE decision_id IN (SELECT decision_id FROM d)) g
    WHERE replaced IS NOT TRUE
    GROUP BY decision_id
  )
  INSERT INTO "ml_learning".ml_decision_metrics
    (time, agent, mode, model, model_version, decisions, mean_propensity, mean_latency_us, feedbacks, reward_sum)
  SELECT minute, agent, mode, model, model_version, count(*), avg(propensity), avg(latency_us),
         coalesce(sum(feedbacks), 0), coalesce(sum(reward), 0)
  FROM d LEFT JOIN f USING (decision_id)
  GROUP BY minute, agent, mode, model, model_version
  ORDER BY minute, agent, mode, model, model_version
  ON CONFLICT (time, agent, mode, model, model_version) DO UPDATE SET
    decisions = EXCLUDED.decisions, mean_propensity = EXCLUDED.mean_propensity,
    mean_latency_us = EXCLUDED.mean_latency_us, feedbacks = EXCLUDED.feedbacks,
    reward_sum = EXCLUDED.reward_sum;
  GET DIAGNOSTICS counted = ROW_COUNT;
  RETURN counted;
END
$$;

INSERT INTO "ml_learning".schema_history (version, name, checksum)
VALUES (13, 'ties', 'c21863f11802fc344de5e2c708c10d7e8ffc2dc31e95d9a0636bc8b0f957240e')
ON CONFLICT (version) DO NOTHING;

COMMIT;
