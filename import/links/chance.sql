-- title: Findings that chance alone makes
-- about: |
--   Over the hand-overs that cannot be real, the departures set back, the same paths as find-rings,
--   find-circular-routes and find-relabel-chains follow, as the defaults of their commands have it,
--   with the same score. How many there are is what chance alone gives in this very trade. Only
--   what nothing lawful explains.
-- misses: what the commands' other options would change
-- table: chance
-- inputs:
--   days: {type: integer, default: 180, min: 1, max: 3650, help: Most days of a path}
--   strength: {type: number, default: 2, min: 0, max: 100, help: Least unlikely}
WITH RECURSIVE steps AS MATERIALIZED (
  SELECT from_load, to_load, sender, holder, receiver, from_port, to_port, from_country,
    via_country, to_country, days, from_days, to_days, weight, as_it_is, to_whom, to_where, to_land,
    coalesce(to_parts, [b]) AS next, coalesce(from_parts, [a]) AS begun,
    -log10(expected + 1e-9) AS raw, array_length(changes) > 0 AS changed,
    relabelled::INT AS relabelled, heading_changed, origin_changed, renamed, relabelled AND weight > 0 AS strong,
    relabelled AND basis IN ('lot', 'serial', 'container+seal') AS traced,
    coalesce(origin_kept, false) AND NOT heading_changed AS kept, lawful IS NOT NULL AS told,
    array_length(list_filter(changes, lambda one: starts_with(one, 'heading'))) > 0 AS altered,
    returning_in::INT AS returns_in, returning_out::INT AS returns_out
  FROM handed
),
walks AS (
  SELECT 1 AS hops, to_load AS at, sender AS first, [sender, holder] AS ids, receiver AS last,
    from_port, from_country, to_port, to_country, to_whom, to_where, to_land, weight AS summed,
    raw, CASE WHEN as_it_is THEN 0 ELSE weight END AS by_chance, (NOT as_it_is)::INT AS chances,
    from_days + days + to_days AS days, begun || next AS shipments, changed,
    relabelled AS times, heading_changed, origin_changed, renamed, strong, traced, kept,
    told AS all_told, altered, altered AND heading_changed AS unlawful,
    coalesce(via_country <> from_country, false) AS abroad,
    returns_in * array_length(begun) + returns_out * array_length(next) AS returning_legs
  FROM steps WHERE weight > 0
  UNION ALL
  SELECT hops + 1, s.to_load, first, list_append(ids, s.holder), s.receiver, w.from_port,
    w.from_country, s.to_port, s.to_country, s.to_whom, s.to_where, s.to_land, summed + s.weight,
    w.raw + s.raw, by_chance + CASE WHEN s.as_it_is THEN 0 ELSE s.weight END,
    chances + (NOT s.as_it_is)::INT, w.days + s.days + s.to_days, shipments || s.next,
    w.changed OR s.changed, times + s.relabelled, w.heading_changed OR s.heading_changed,
    w.origin_changed OR s.origin_changed, w.renamed OR s.renamed, w.strong OR s.strong,
    w.traced OR s.traced, w.kept AND s.kept, all_told AND s.told, w.altered OR s.altered,
    unlawful OR (s.altered AND s.heading_changed),
    abroad OR coalesce(s.via_country <> w.from_country, false),
    returning_legs + s.returns_out * array_length(s.next)
  FROM walks w JOIN steps s ON s.from_load = w.at
  WHERE hops < 5 AND summed + s.weight > 0 AND w.days + s.days + s.to_days <= $days::INT
    AND NOT list_contains(ids, s.holder)
),
ended AS (FROM walks WHERE days <= $days::INT),
closed AS (
  SELECT 'find-rings' AS kind, to_whom AS closing, 1 AS closes, 0.0 AS port, * FROM ended
  WHERE last = first AND hops >= 2
  UNION ALL
  SELECT 'find-circular-routes', CASE WHEN from_port = to_port THEN to_where ELSE to_land END, 1,
    CASE WHEN from_port = to_port THEN 1.0 ELSE 0.0 END, * FROM ended
  WHERE last <> first AND abroad AND (from_port = to_port OR from_country = to_country)
    AND NOT list_contains(ids, last)
  UNION ALL
  SELECT 'find-relabel-chains', 0, 0, 0.0, * FROM ended
  WHERE changed AND hops <= 4 AND times > 0 AND strong
    AND (last = first OR last IS NULL OR NOT list_contains(ids, last))
),
rounds AS (
  SELECT kind, CASE WHEN kind = 'find-rings' THEN list_sort(ids) ELSE ids || [last] END AS who,
    count(DISTINCT shipments[1]) AS n
  FROM closed GROUP BY ALL HAVING n >= 3
),
-- Of n chances as small as x: x · Σ (−ln x)^k / k!, k below n; half of it, as the questions take.
often AS (
  SELECT *, greatest(by_chance + closing, 0) * ln(10) AS x, chances + closes AS n FROM closed
),
weighed AS (
  SELECT *, summed + closing - greatest(times - 1, 0) - 0.5 * log10(1
    + CASE WHEN n > 1 THEN x ELSE 0 END + CASE WHEN n > 2 THEN x ** 2 / 2 ELSE 0 END
    + CASE WHEN n > 3 THEN x ** 3 / 6 ELSE 0 END + CASE WHEN n > 4 THEN x ** 4 / 24 ELSE 0 END
    + CASE WHEN n > 5 THEN x ** 5 / 120 ELSE 0 END) AS unlikely
  FROM often
),
judged AS (
  SELECT w.*, 2 * returning_legs >= array_length(shipments)
      OR (r.n IS NOT NULL AND (w.kind = 'find-rings' OR (w.kind = 'find-relabel-chains'
        AND NOT heading_changed AND NOT renamed)))
      OR (w.kind <> 'find-relabel-chains' AND (kept OR (altered AND NOT unlawful)))
      OR (w.kind = 'find-circular-routes' AND times = 0 AND all_told) AS explained,
    unlikely + CASE w.kind WHEN 'find-relabel-chains'
      THEN heading_changed::INT + 0.5 * origin_changed::INT + 0.5 * renamed::INT + 3 * traced::INT
      ELSE (times > 0)::INT + port END AS score
  FROM weighed w LEFT JOIN rounds r ON r.kind = w.kind
    AND r.who = CASE WHEN w.kind = 'find-rings' THEN list_sort(ids) ELSE ids || [last] END
)
SELECT kind, score, shipments FROM judged
WHERE NOT explained AND unlikely >= $strength::DOUBLE AND raw + closing >= $strength::DOUBLE
ORDER BY kind, score DESC, CASE WHEN kind = 'find-relabel-chains' THEN -hops ELSE 0 END,
  shipments[1]
