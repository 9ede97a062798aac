-- As before, but of feedback observed at one time what replaces is the later one, whichever ids they have.
CREATE OR REPLACE VIEW "${schema}".counted_feedback AS
SELECT feedback_id, decision_id, kind, reward, label, observed_at, received_at, source
FROM (
  SELECT *, bool_or(replaces) OVER (
    PARTITION BY decision_id, kind ORDER BY observed_at DESC, replaces DESC, feedback_id DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced
  FROM "${schema}".agent_feedback) f
WHERE replaced IS NOT TRUE;

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
        PARTITION BY decision_id, kind ORDER BY observed_at DESC, replaces DESC, feedback_id DESC
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
