-- Whom a decision is about, and what was forgotten. What stands here is never the subject itself.

ALTER TABLE "${schema}".agent_decisions ADD COLUMN IF NOT EXISTS subject text;

CREATE OR REPLACE VIEW "${schema}".counted_decisions AS
SELECT d.decision_id, d.decided_at, d.agent, d.mode, d.model, d.model_version, d.action, d.propensity,
       d.pass_probability, d.score, d.baseline_action, d.features, d.feature_set, d.context, d.latency_us,
       d.source, d.source_sequence, d.stored_at, d.deferred, a.activated_at, d.subject
FROM "${schema}".agent_decisions d
LEFT JOIN "${schema}".agent_activations a ON d.deferred AND a.decision_id = d.decision_id
WHERE NOT d.deferred OR a.decision_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS agent_decisions_subject
  ON "${schema}".agent_decisions (subject) WHERE subject IS NOT NULL;

ALTER TABLE "${schema}".dead_letters ADD COLUMN IF NOT EXISTS subject_digest text;

INSERT INTO "${schema}".schema_settings (key, value)
VALUES ('subject_salt', gen_random_uuid()::text || gen_random_uuid()::text)
ON CONFLICT (key) DO NOTHING;

CREATE OR REPLACE FUNCTION "${schema}".subject_digest(subject text) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT encode(sha256(convert_to(value || subject, 'UTF8')), 'hex')
  FROM "${schema}".schema_settings WHERE key = 'subject_salt'
$$;

-- A row a request to forget. From its commit on, nothing of the subject that was decided by then is stored.
CREATE TABLE IF NOT EXISTS "${schema}".forgotten_subjects (
  receipt_id     uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  subject_digest text        NOT NULL,
  decided_until  timestamptz NOT NULL,
  requested_at   timestamptz NOT NULL DEFAULT now(),
  requested_by   text        NOT NULL DEFAULT current_user
);

CREATE INDEX IF NOT EXISTS forgotten_subjects_digest
  ON "${schema}".forgotten_subjects (subject_digest);

-- A row a request that was carried out. One that was cut off has none; the next one does its work.
CREATE TABLE IF NOT EXISTS "${schema}".forget_receipts (
  receipt_id   uuid        PRIMARY KEY REFERENCES "${schema}".forgotten_subjects,
  decisions    bigint      NOT NULL,
  held_back    bigint      NOT NULL,
  feedback     bigint      NOT NULL,
  dead_letters bigint      NOT NULL,
  recent       bigint      NOT NULL,
  forgotten_at timestamptz NOT NULL DEFAULT now()
);

-- Ids whose decision was forgotten, so that neither it nor feedback for it comes back.
CREATE TABLE IF NOT EXISTS "${schema}".forgotten_decisions (
  decision_id uuid    PRIMARY KEY,
  receipt_id  uuid    NOT NULL REFERENCES "${schema}".forgotten_subjects,
  held_back   boolean NOT NULL
);

CREATE INDEX IF NOT EXISTS forgotten_decisions_receipt
  ON "${schema}".forgotten_decisions (receipt_id);

CREATE OR REPLACE TRIGGER forgotten_subjects_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "${schema}".forgotten_subjects
  FOR EACH STATEMENT EXECUTE FUNCTION "${schema}".refuse_change();

CREATE OR REPLACE TRIGGER forget_receipts_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "${schema}".forget_receipts
  FOR EACH STATEMENT EXECUTE FUNCTION "${schema}".refuse_change();

-- Says whether something of a batch was forgotten, or without names whether anything ever was. Until the end of the transaction nothing more is: whoever
-- forgets waits for the lock, and its deletes see what the transaction stored.
CREATE OR REPLACE FUNCTION "${schema}".holds_forgotten(subjects text[], decisions uuid[]) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(${lock_key}, 2);
  IF subjects IS NULL THEN
    RETURN EXISTS (SELECT FROM "${schema}".forgotten_subjects);
  END IF;
  RETURN EXISTS (SELECT FROM "${schema}".forgotten_subjects f
                 WHERE f.subject_digest = ANY (SELECT "${schema}".subject_digest(s) FROM unnest(subjects) s))
      OR EXISTS (SELECT FROM "${schema}".forgotten_decisions f WHERE f.decision_id = ANY (decisions));
END
$$;

-- Forgets at most so many decisions of a request and returns how many rows that were.
CREATE OR REPLACE FUNCTION "${schema}".forget_decisions(receipt uuid, of_subject text, most integer) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  forgotten bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(${lock_key}, 2);
  WITH ids AS (
    SELECT DISTINCT decision_id
    FROM (SELECT d.decision_id FROM "${schema}".agent_decisions d
          JOIN "${schema}".forgotten_subjects f
            ON f.receipt_id = receipt AND (d.decided_at <= f.decided_until OR d.stored_at <= f.requested_at)
          WHERE d.subject = of_subject LIMIT most) AS found
  ), gone AS (
    -- Rows of shadows share the id and may name nobody.
    DELETE FROM "${schema}".agent_decisions d USING ids WHERE d.decision_id = ids.decision_id
    RETURNING d.source, d.source_sequence
  ), kept_out AS (
    INSERT INTO "${schema}".forgotten_decisions (decision_id, receipt_id, held_back)
    SELECT decision_id, receipt, false FROM ids
    ON CONFLICT (decision_id) DO NOTHING
  ), noted AS (
    INSERT INTO "${schema}".removed_decisions (source, first_number, last_number)
    SELECT DISTINCT source, source_sequence, source_sequence FROM gone
    ON CONFLICT (source, first_number) DO NOTHING
  )
  SELECT count(*) INTO forgotten FROM gone;
  RETURN forgotten;
END
$$;

-- Deletes what stands elsewhere about the forgotten decisions of a subject, whichever request they are of.
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
  WHERE l.subject_digest = digest
     OR (l.origin = 'activation' AND EXISTS (
           SELECT FROM "${schema}".forgotten_decisions d JOIN "${schema}".forgotten_subjects s USING (receipt_id)
           WHERE s.subject_digest = digest AND d.decision_id::text = l.subject_id))
     OR (l.origin = 'feedback' AND EXISTS (
           SELECT FROM "${schema}".forgotten_decisions d JOIN "${schema}".forgotten_subjects s USING (receipt_id)
           WHERE s.subject_digest = digest AND position(d.decision_id::text IN l.payload) > 0));
  GET DIAGNOSTICS dead_letters = ROW_COUNT;
END
$$;

REVOKE ALL ON FUNCTION "${schema}".forget_decisions(uuid, text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION "${schema}".forget_traces(text) FROM PUBLIC;
