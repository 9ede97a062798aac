-- Whether every decision arrived. Each process numbers its decisions from 1 without gaps, so a number that has
-- no row was dropped, parked or lost. Numbers that were removed on purpose are not missing.

-- By hash, which makes it half as large as by the name.
CREATE INDEX IF NOT EXISTS agent_decisions_number
  ON "${schema}".agent_decisions (hashtextextended(source, 0), source_sequence);

-- What each process said of itself, now and then and when it was closed.
CREATE TABLE IF NOT EXISTS "${schema}".decision_sources (
  source   text COLLATE "C" PRIMARY KEY,
  numbered bigint           NOT NULL CHECK (numbered >= 0),
  closed   boolean          NOT NULL DEFAULT false,
  seen_at  timestamptz      NOT NULL DEFAULT now()
);

-- Numbers whose rows were removed on purpose, as ranges.
CREATE TABLE IF NOT EXISTS "${schema}".removed_decisions (
  source       text COLLATE "C" NOT NULL,
  first_number bigint           NOT NULL,
  last_number  bigint           NOT NULL CHECK (last_number >= first_number),
  removed_at   timestamptz      NOT NULL DEFAULT now(),
  PRIMARY KEY (source, first_number)
);

-- The gaps in the numbers of a span of time, each in the minute of the decision behind it. A gap at the end of a
-- process, which only the process knew of, is in the minute when it was last heard of; it counts once the process
-- was closed or silent for a minute. With known_before only what was stored before then counts.
CREATE OR REPLACE FUNCTION "${schema}".missing_decisions(
  since timestamptz, before timestamptz, known_before timestamptz DEFAULT 'infinity')
RETURNS TABLE (source text, minute timestamptz, first_number bigint, last_number bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH numbered AS (
    SELECT d.source, d.source_sequence AS number, d.decided_at,
           lag(d.source_sequence) OVER (PARTITION BY d.source ORDER BY d.source_sequence) AS lower_number
    FROM "${schema}".agent_decisions d
    WHERE d.decided_at >= since AND d.decided_at < before AND d.stored_at < known_before
  ), holes AS (
    -- The number before may be in a row of another time: only candidates are looked up.
    SELECT n.source, date_trunc('minute', n.decided_at, 'UTC') AS minute,
           coalesce(below.number, 0) + 1 AS first_number, n.number - 1 AS last_number
    FROM numbered n
    LEFT JOIN LATERAL (
      SELECT d.source_sequence AS number
      FROM "${schema}".agent_decisions d
      WHERE hashtextextended(d.source, 0) = hashtextextended(n.source, 0) AND d.source = n.source
        AND d.source_sequence < n.number AND d.stored_at < known_before
      ORDER BY d.source_sequence DESC LIMIT 1) below ON true
    WHERE n.lower_number IS DISTINCT FROM n.number - 1
    UNION ALL
    SELECT s.source, date_trunc('minute', s.seen_at, 'UTC'), coalesce(newest.number, 0) + 1, s.numbered
    FROM "${schema}".decision_sources s
    LEFT JOIN LATERAL (
      SELECT d.source_sequence AS number
      FROM "${schema}".agent_decisions d
      WHERE hashtextextended(d.source, 0) = hashtextextended(s.source, 0) AND d.source = s.source
      ORDER BY d.source_sequence DESC LIMIT 1) newest ON true
    WHERE s.seen_at >= since AND s.seen_at < before AND known_before = 'infinity'
      AND (s.closed OR s.seen_at < now() - interval '1 minute')
  )
  SELECT h.source, h.minute, lower(gap), upper(gap) - 1
  FROM holes h
  CROSS JOIN LATERAL (
    SELECT range_agg(int8range(r.first_number, r.last_number, '[]')) AS numbers
    FROM ((SELECT * FROM "${schema}".removed_decisions r
           WHERE r.source = h.source AND r.first_number BETWEEN h.first_number AND h.last_number)
          UNION ALL
          (SELECT * FROM "${schema}".removed_decisions r
           WHERE r.source = h.source AND r.first_number < h.first_number
           ORDER BY r.first_number DESC LIMIT 1)) r) removed
  CROSS JOIN LATERAL unnest(
    int8multirange(int8range(h.first_number, h.last_number, '[]'))
    - coalesce(removed.numbers, '{}'::int8multirange)) AS gap
  WHERE h.first_number <= h.last_number
$$;

-- How many decisions each process stored and how many are missing, minute by minute.
CREATE OR REPLACE FUNCTION "${schema}".decision_completeness(
  since timestamptz, before timestamptz, known_before timestamptz DEFAULT 'infinity')
RETURNS TABLE (source text, minute timestamptz, first_number bigint, last_number bigint,
               stored bigint, missing bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH present AS (
    SELECT d.source, date_trunc('minute', d.decided_at, 'UTC') AS minute,
           min(d.source_sequence) AS first_number, max(d.source_sequence) AS last_number, count(*) AS stored
    FROM "${schema}".agent_decisions d
    WHERE d.decided_at >= since AND d.decided_at < before AND d.stored_at < known_before
    GROUP BY 1, 2
  ), absent AS (
    SELECT m.source, m.minute, min(m.first_number) AS first_number, max(m.last_number) AS last_number,
           sum(m.last_number - m.first_number + 1)::bigint AS missing
    FROM "${schema}".missing_decisions(since, before, known_before) m
    GROUP BY 1, 2
  )
  SELECT coalesce(p.source, a.source), coalesce(p.minute, a.minute),
         least(p.first_number, a.first_number), greatest(p.last_number, a.last_number),
         coalesce(p.stored, 0), coalesce(a.missing, 0)
  FROM present p FULL JOIN absent a ON a.source = p.source AND a.minute = p.minute
  ORDER BY 2, 1
$$;

-- The last hour; the functions of the same names answer for any span.
CREATE OR REPLACE VIEW "${schema}".decision_completeness AS
  SELECT * FROM "${schema}".decision_completeness(now() - interval '1 hour', 'infinity');

CREATE OR REPLACE VIEW "${schema}".missing_decisions AS
  SELECT * FROM "${schema}".missing_decisions(now() - interval '1 hour', 'infinity');

-- Deletes what was decided before the given time, with its feedback, and returns how many decisions that were.
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

REVOKE ALL ON FUNCTION "${schema}".drop_decisions_before(timestamptz) FROM PUBLIC;
