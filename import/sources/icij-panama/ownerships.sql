-- title: Who owns or benefits from whom in the ICIJ Power Players graphs
-- about: |
--   Edges `is officer of` whose label says shareholder, owner or beneficiary, in any of its
--   spellings. The graphs give no shares. Days are read as in directorships.sql. Several edges of
--   one owner, company and time are one ownership; all their rows are named as sources.
-- licence: ICIJ Offshore Leaks, ODbL 1.0 and CC BY-SA 3.0
-- table: ownerships
-- reads:
--   edges: [source, target, data.type, data.properties.name, data.properties.date_start, data.properties.date_end]
SELECT 'icij-' || source AS owner, 'icij-' || target AS owned,
  coalesce(strftime(try_strptime("data.properties.date_start", ['%d/%m/%y', '%d/%m/%Y']),
    '%Y-%m-%d'), "data.properties.date_start") AS "from",
  coalesce(strftime(try_strptime("data.properties.date_end", ['%d/%m/%y', '%d/%m/%Y']),
    '%Y-%m-%d'), "data.properties.date_end") AS "to",
  list('edges:' || record ORDER BY record) AS sources
FROM edges
WHERE "data.type" = 'is officer of'
  AND regexp_matches("data.properties.name", '(?i)shareholder|owner|benefici')
GROUP BY ALL
ORDER BY min(record)
