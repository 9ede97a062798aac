-- Decisions that count only once they are activated, and feedback that replaces what was said before.

ALTER TABLE "${schema}".agent_decisions
  ADD COLUMN IF NOT EXISTS deferred boolean NOT NULL DEFAULT false;

ALTER TABLE "${schema}".agent_feedback
  ADD COLUMN IF NOT EXISTS replaces boolean NOT NULL DEFAULT false;

-- The first activation of a decision stays. No foreign key: it may come before its decision.
CREATE TABLE IF NOT EXISTS "${schema}".agent_activations (
  decision_id  uuid        PRIMARY KEY,
  activated_at timestamptz NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  source       text        NOT NULL
);

-- What was acted upon: decisions that are not deferred, and those that were activated.
DO $$
BEGIN
  -- A later migration adds columns to the view, and to replace it by one with fewer is an error.
  IF to_regclass('"${schema}".counted_decisions') IS NULL THEN
    CREATE VIEW "${schema}".counted_decisions AS
    SELECT d.*, a.activated_at
    FROM "${schema}".agent_decisions d
    LEFT JOIN "${schema}".agent_activations a ON d.deferred AND a.decision_id = d.decision_id
    WHERE NOT d.deferred OR a.decision_id IS NOT NULL;
  END IF;
END
$$;

-- Feedback that nothing of the same decision and kind, observed later, replaces.
CREATE OR REPLACE VIEW "${schema}".counted_feedback AS
SELECT feedback_id, decision_id, kind, reward, label, observed_at, received_at, source
FROM (
  SELECT *, bool_or(replaces) OVER (
    PARTITION BY decision_id, kind ORDER BY observed_at DESC, feedback_id DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced
  FROM "${schema}".agent_feedback) f
WHERE replaced IS NOT TRUE;

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
    FROM "${schema}".counted_decisions
    WHERE decided_at >= since AND decided_at < before
  ), f AS (
    -- As in counted_feedback, whose rows cannot be narrowed to these decisions before they are ordered.
    SELECT decision_id, count(*) AS feedbacks, sum(reward) AS reward
    FROM (
      SELECT decision_id, reward, bool_or(replaces) OVER (
        PARTITION BY decision_id, kind ORDER BY observed_at DESC, feedback_id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced
      FROM "${schema}".agent_feedback
      WHERE decision_id IN (SELECT decision_id FROM d)) g
    WHERE replaced IS NOT TRUE
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

-- Deletes what was decided before the given time, with its feedback and activation, and returns how many decisions that were.
CREATE OR REPLACE FUNCTION "${schema}".drop_decisions_before(horizon timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dropped bigint;
BEGIN
  WITH gone AS (
    DELETE FROM "${schema}".agent_decisions WHERE decided_at < horizon
    RETURNING decision_id, source, source_sequence AS number
  ), rewards AS (
    -- A shadow shares the id of the decision that counted and may be younger.
    DELETE FROM "${schema}".agent_feedback f
    USING gone
    WHERE f.decision_id = gone.decision_id
      AND NOT EXISTS (SELECT FROM "${schema}".agent_decisions d
                      WHERE d.decision_id = f.decision_id AND d.decided_at >= horizon)
  ), activated AS (
    DELETE FROM "${schema}".agent_activations a
    USING gone
    WHERE a.decision_id = gone.decision_id
      AND NOT EXISTS (SELECT FROM "${schema}".agent_decisions d
                      WHERE d.decision_id = a.decision_id AND d.decided_at >= horizon)
  ), noted AS (
    INSERT INTO "${schema}".removed_decisions (source, first_number, last_number)
    SELECT source, min(number), max(number)
    FROM (SELECT source, number, number - dense_rank() OVER (PARTITION BY source ORDER BY number) AS island
          FROM gone) AS islands
    GROUP BY source, island
    ON CONFLICT (source, first_number) DO UPDATE
      SET last_number = greatest(removed_decisions.last_number, EXCLUDED.last_number)
  )
  SELECT count(*) INTO dropped FROM gone;
  DELETE FROM "${schema}".decision_sources s
  WHERE s.seen_at < horizon
    AND NOT EXISTS (SELECT FROM "${schema}".agent_decisions d
                    WHERE hashtextextended(d.source, 0) = hashtextextended(s.source, 0) AND d.source = s.source);
  DELETE FROM "${schema}".removed_decisions r
  WHERE r.removed_at < horizon
    AND NOT EXISTS (SELECT FROM "${schema}".agent_decisions d
                    WHERE hashtextextended(d.source, 0) = hashtextextended(r.source, 0) AND d.source = r.source)
    AND NOT EXISTS (SELECT FROM "${schema}".decision_sources s WHERE s.source = r.source);
  RETURN dropped;
END
$$;
