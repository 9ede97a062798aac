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
  IF to_regclass('"${schema}".ml_decision_metrics') IS NULL THEN
    EXECUTE '
      CREATE TABLE "${schema}".ml_decision_metrics (
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
                     timescale_schema, '"${schema}".ml_decision_metrics', 'time');
    END IF;
  END IF;
  IF to_regclass('"${schema}".ml_model_metrics') IS NULL THEN
    EXECUTE '
      CREATE TABLE "${schema}".ml_model_metrics (
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
                     timescale_schema, '"${schema}".ml_model_metrics', 'time');
    END IF;
  END IF;
END
$$;

-- Makes the partitions for the given times where the tables are partitioned, and returns how many it made.
-- It runs with its owner's rights, so that a service needs none to create tables.
CREATE OR REPLACE FUNCTION "${schema}".ensure_metric_partitions(times timestamptz[]) RETURNS integer
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
                   WHERE oid = format('%I.%I', '${schema}', 'ml_' || parent)::regclass) <> 'p';
    FOR month IN SELECT DISTINCT date_trunc('month', t AT TIME ZONE 'UTC') FROM unnest(times) AS t ORDER BY 1 LOOP
      child := format('part_%s_%s', parent, to_char(month, 'YYYY_MM'));
      CONTINUE WHEN to_regclass(format('%I.%I', '${schema}', child)) IS NOT NULL;
      PERFORM pg_advisory_xact_lock(${lock_key}, 1);
      CONTINUE WHEN to_regclass(format('%I.%I', '${schema}', child)) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
                     '${schema}', child, '${schema}', 'ml_' || parent,
                     month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
      created := created + 1;
    END LOOP;
  END LOOP;
  RETURN created;
END
$$;

-- Counts the decisions of a span of time again, minute by minute; doing it twice changes nothing.
CREATE OR REPLACE FUNCTION "${schema}".count_decision_metrics(since timestamptz, before timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  counted bigint;
BEGIN
  PERFORM "${schema}".ensure_metric_partitions(ARRAY(
    SELECT generate_series(date_trunc('month', since AT TIME ZONE 'UTC'), before AT TIME ZONE 'UTC', '1 month')
           AT TIME ZONE 'UTC'));
  WITH d AS (
    SELECT decision_id, date_trunc('minute', decided_at, 'UTC') AS minute,
           agent, mode, model, model_version, propensity, latency_us
    FROM "${schema}".agent_decisions
    WHERE decided_at >= since AND decided_at < before
  ), f AS (
    SELECT decision_id, count(*) AS feedbacks, sum(reward) AS reward
    FROM "${schema}".agent_feedback
    WHERE decision_id IN (SELECT decision_id FROM d)
    GROUP BY decision_id
  )
  INSERT INTO "${schema}".ml_decision_metrics
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
CREATE OR REPLACE FUNCTION "${schema}".drop_metrics_before(horizon timestamptz) RETURNS integer
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
  PERFORM pg_advisory_xact_lock(${lock_key}, 1);
  FOREACH parent IN ARRAY ARRAY['decision_metrics', 'model_metrics'] LOOP
    IF (SELECT relkind FROM pg_class
        WHERE oid = format('%I.%I', '${schema}', 'ml_' || parent)::regclass) <> 'p' THEN
      EXECUTE format('SELECT count(*) FROM %I.drop_chunks(%L::regclass, older_than => %L::timestamptz)',
                     timescale_schema, format('%I.%I', '${schema}', 'ml_' || parent), horizon) INTO chunks;
      dropped := dropped + chunks;
      CONTINUE;
    END IF;
    FOR child IN
      SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = format('%I.%I', '${schema}', 'ml_' || parent)::regclass
        AND c.relname ~ '_\d{4}_\d{2}$'
        AND (make_timestamp(substring(c.relname FROM '(\d{4})_\d{2}$')::integer,
                            right(c.relname, 2)::integer, 1, 0, 0, 0)
             + interval '1 month') AT TIME ZONE 'UTC' <= horizon
    LOOP
      EXECUTE format('DROP TABLE %I.%I', '${schema}', child);
      dropped := dropped + 1;
    END LOOP;
  END LOOP;
  RETURN dropped;
END
$$;

REVOKE ALL ON FUNCTION "${schema}".ensure_metric_partitions(timestamptz[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION "${schema}".drop_metrics_before(timestamptz) FROM PUBLIC;

SELECT "${schema}".ensure_metric_partitions(ARRAY[now(), now() + interval '1 month']);
