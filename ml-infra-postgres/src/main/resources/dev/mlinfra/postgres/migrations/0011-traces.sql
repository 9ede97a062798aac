-- Deletes what stands elsewhere about the forgotten decisions of a subject, whichever request they are of. Parked rows
-- are found by the ids that they name, all at once, a shadow that names nobody among them.
CREATE OR REPLACE FUNCTION "${schema}".forget_traces(
  of_subject text, OUT feedback bigint, OUT dead_letters bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  digest text := "${schema}".subject_digest(of_subject);
BEGIN
  PERFORM pg_advisory_xact_lock(${lock_key}, 2);
  DELETE FROM "${schema}".agent_feedback f
  USING "${schema}".forgotten_decisions d JOIN "${schema}".forgotten_subjects s USING (receipt_id)
  WHERE f.decision_id = d.decision_id AND s.subject_digest = digest;
  GET DIAGNOSTICS feedback = ROW_COUNT;
  DELETE FROM "${schema}".agent_activations a
  USING "${schema}".forgotten_decisions d JOIN "${schema}".forgotten_subjects s USING (receipt_id)
  WHERE a.decision_id = d.decision_id AND s.subject_digest = digest;
  DELETE FROM "${schema}".dead_letters l
  WHERE (l.origin, l.subject_id) IN (
    SELECT named.origin, named.subject_id
    FROM (SELECT p.origin, p.subject_id,
                 (regexp_matches(CASE p.origin WHEN 'feedback' THEN p.payload ELSE p.subject_id END,
                                 '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g'))[1]::uuid AS decision_id
          FROM "${schema}".dead_letters p
          WHERE p.origin IN ('decision', 'feedback', 'activation')) AS named
    JOIN "${schema}".forgotten_decisions d USING (decision_id)
    JOIN "${schema}".forgotten_subjects s USING (receipt_id)
    WHERE s.subject_digest = digest
    UNION ALL
    SELECT p.origin, p.subject_id FROM "${schema}".dead_letters p WHERE p.subject_digest = digest);
  GET DIAGNOSTICS dead_letters = ROW_COUNT;
END
$$;
