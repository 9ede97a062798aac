-- As before, but ranges of removed numbers may overlap and lie within each other: of those that begin before a gap, the
-- one that reaches farthest counts, which need not be the nearest.
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
  ), candidates AS (
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
          JOIN "${schema}".removed_decisions r
            ON r.source = s.source AND r.first_number <= s.last_number AND r.last_number >= s.first_number) AS p
  ), left_over AS (
    SELECT r.source, r.minute, greatest(r.first_number, r.removed_until + 1) AS first_number, r.last_number
    FROM reached r WHERE r.minute IS NOT NULL
  )
  SELECT l.source, l.minute, lower(gap), upper(gap) - 1
  FROM left_over l
  CROSS JOIN LATERAL (
    SELECT range_agg(int8range(r.first_number, r.last_number, '[]')) AS numbers
    FROM "${schema}".removed_decisions r
    WHERE r.source = l.source AND r.first_number BETWEEN l.first_number AND l.last_number) removed
  CROSS JOIN LATERAL unnest(
    int8multirange(int8range(l.first_number, l.last_number, '[]'))
    - coalesce(removed.numbers, '{}'::int8multirange)) AS gap
  WHERE l.first_number <= l.last_number
$$;
