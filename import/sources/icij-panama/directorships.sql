-- title: Who directs or acts for whom in the ICIJ Power Players graphs
-- about: |
--   Edges `is officer of` whose label says director, president, secretary, council, signatory,
--   attorney or protector; the label stays as the role. Days are day first: every date whose order
--   can be told is (15/12/2008).
-- licence: ICIJ Offshore Leaks, ODbL 1.0 and CC BY-SA 3.0
-- table: directorships
-- reads:
--   edges: [source, target, data.type, data.properties.name, data.properties.date_start, data.properties.date_end]
--   nodes: [id, data.categories.0]
WITH seats AS (
  SELECT *, "data.properties.name" AS role FROM edges
  WHERE "data.type" = 'is officer of'
    AND target IN (SELECT id FROM nodes WHERE "data.categories.0" IN ('Company', 'Client'))
    AND regexp_matches("data.properties.name",
      '(?i)director|president|secretary|council|signatory|attorney|protector')
)
SELECT 'icij-' || source AS director, 'icij-' || target AS company, role,
  coalesce(strftime(try_strptime("data.properties.date_start", '%d/%m/%Y'), '%Y-%m-%d'),
    "data.properties.date_start") AS "from",
  coalesce(strftime(try_strptime("data.properties.date_end", '%d/%m/%Y'), '%Y-%m-%d'),
    "data.properties.date_end") AS "to",
  list('edges:' || record) AS sources
FROM seats GROUP BY source, target, role, "data.properties.date_start", "data.properties.date_end"
