-- title: Which imports of restricted goods may feed exports as goods of the country itself
-- about: |
--   A company or country exports a good as goods of its own country, soon after it imported the same
--   good from a country of which a control restricts it: year by year, with all that it exported and
--   imported. docs/links.md: Imports that may feed exports.
-- misses: |
--   exports that declare no origin, goods that change their six digits on the way, controls of one
--   end use alone.
-- table: links
-- reads: shipments, controls, ports
-- inputs:
--   days: {type: integer, default: 90, min: 0, max: 730, help: Most days from an import to the export}
WITH
-- Six digits are compared: what a country's own say of another's goods is not known.
rules AS (
  SELECT good, id, len(hs) > 6 AS wide, origin AS source, destination, "from", coalesce("to", DATE '9999-12-31') AS until
  FROM controls
  JOIN (SELECT DISTINCT left(hs, 6) AS good FROM shipments WHERE len(hs) >= 6) ON starts_with(good, left(hs, 6))
  WHERE measure IN ('licence', 'ban') AND origin IS NOT NULL AND end_use IS NULL
),
trade AS (
  SELECT s.* EXCLUDE (movement), left(hs, 6) AS good, coalesce(movement, id) AS movement,
    kilograms(weight_kg, gross_kg) AS kg,
    coalesce(dispatch, p.country, s.origin) AS sent, coalesce(destination, q.country) AS meant
  FROM shipments s LEFT JOIN ports p ON p.code = load_port LEFT JOIN ports q ON q.code = discharge_port
  WHERE len(hs) >= 6 AND left(hs, 6) IN (SELECT good FROM rules)
),
moved AS (
  SELECT *, true AS leaves, sent AS country, coalesce(exporter, seller, shipper) AS party,
    coalesce(departed, declared, arrived) AS day
  FROM trade WHERE origin = sent AND party IS NOT NULL
  UNION ALL BY NAME
  SELECT *, false AS leaves, meant AS country, coalesce(importer, buyer, consignee) AS party,
    coalesce(arrived, declared, departed) AS day
  FROM trade
),
-- What rows of one movement say is one lot.
lots AS (
  SELECT level, who, good, leaves, movement, max(kg) AS kg, min(day) AS day, min(country) AS country,
    min(meant) AS meant, min(id) AS id, list_distinct(list(sent) || list(origin)) AS came_from
  FROM (
    SELECT *, 'company' AS level, party AS who FROM moved WHERE party IS NOT NULL
    UNION ALL
    SELECT *, 'country' AS level, country AS who FROM moved)
  WHERE kg > 0 AND day IS NOT NULL AND meant <> sent
  GROUP BY level, who, good, leaves, movement
),
sent AS (SELECT * FROM lots WHERE leaves),
got AS (SELECT * FROM lots WHERE NOT leaves),
seats AS (SELECT level, who, good, min_by(country, id) AS country FROM sent GROUP BY level, who, good),
bound AS (
  SELECT level, who, good, source, country, day, id, meant, min(rule) FILTER (NOT lifted) AS free,
    coalesce(free, min(rule)) AS control
  FROM (
    SELECT sent.* REPLACE (seats.country AS country), source, r.id AS rule, EXISTS (
      FROM controls p WHERE p.measure = 'suspension' AND starts_with(r.id, p.suspends)
        AND p."from" <= sent.day AND coalesce(p."to" >= sent.day, true)) AS lifted
    FROM sent JOIN seats USING (level, who, good) JOIN rules r USING (good)
    WHERE source <> seats.country AND r."from" <= sent.day AND sent.day <= until
      AND coalesce(r.destination = meant, r.destination IS NULL))
  GROUP BY ALL
),
arrivals AS (SELECT DISTINCT level, who, good, unnest(came_from) AS source, day AS came FROM got),
fed AS (
  FROM bound b SEMI JOIN arrivals a ON a.level = b.level AND a.who = b.who AND a.good = b.good
    AND a.source = b.source AND a.came <= b.day AND date_diff('day', a.came, b.day) <= $days
),
years AS (
  SELECT level, who, good, source, country, "first", count(*) FILTER (meant <> source) AS all_times,
    count(free) FILTER (meant <> source) AS times, min_by(control, (day, id)) AS control,
    bool_and(control IN (SELECT id FROM rules WHERE wide)) AS wide, min_by(id, (day, id), 8) AS exports
  FROM (SELECT *, unnest([make_date(year(day), 1, 1), make_date(year(day) - (month(day) < 7)::INT, 7, 1)]) AS "first" FROM fed)
  GROUP BY ALL HAVING all_times > 0
),
made AS (
  SELECT level, who, good, "first", sum(kg) AS exported
  FROM (SELECT *, unnest([make_date(year(day), 1, 1), make_date(year(day) - (month(day) < 7)::INT, 7, 1)]) AS "first" FROM sent) GROUP BY ALL
),
supplied AS (
  SELECT level, who, good, source, "first", sum(kg) FILTER (there) AS imported,
    sum(kg) FILTER (NOT there) AS others, min_by(id, (-kg, id), 8) FILTER (there) AS imports
  FROM (
    SELECT y.level, y.who, y.good, y.source, y."first", kg, id, list_contains(came_from, source) AS there
    FROM years y JOIN got USING (level, who, good)
    WHERE day >= "first" - to_days($days) AND day < "first" + to_years(1))
  GROUP BY ALL
)
SELECT imports[1] AS a, exports[1] AS b, level, who, good, source, "first", country, all_times, times,
  control, wide, round(exported, 3) AS exported_kg, round(imported, 3) AS imported_kg,
  coalesce(round(others, 3), 0) AS other_kg, imports, exports
FROM years JOIN made USING (level, who, good, "first") JOIN supplied USING (level, who, good, source, "first")
