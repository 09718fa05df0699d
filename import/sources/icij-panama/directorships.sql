-- title: Who directs or acts for whom in the ICIJ Power Players graphs
-- about: |
--   Edges `is officer of` whose label says director, president, secretary, council, signatory,
--   attorney or protector; the label stays as the role. Days are day first: every date whose order
--   can be told is (15/12/2008); a year of two digits is of the 20th century from 69 on. An edge
--   that stands in several graphs is one seat; all its rows are named as sources.
-- licence: ICIJ Offshore Leaks, ODbL 1.0 and CC BY-SA 3.0
-- table: directorships
-- reads:
--   edges: [source, target, data.type, data.properties.name, data.properties.date_start, data.properties.date_end]
SELECT 'icij-' || source AS director, 'icij-' || target AS company,
  "data.properties.name" AS role,
  coalesce(strftime(try_strptime("data.properties.date_start", ['%d/%m/%y', '%d/%m/%Y']),
    '%Y-%m-%d'), "data.properties.date_start") AS "from",
  coalesce(strftime(try_strptime("data.properties.date_end", ['%d/%m/%y', '%d/%m/%Y']),
    '%Y-%m-%d'), "data.properties.date_end") AS "to",
  list('edges:' || record ORDER BY record) AS sources
FROM edges
WHERE "data.type" = 'is officer of' AND regexp_matches("data.properties.name",
  '(?i)director|president|secretary|council|signatory|attorney|protector')
GROUP BY ALL
ORDER BY min(record)
