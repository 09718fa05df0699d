-- title: Who owns or benefits from whom in the ICIJ Power Players graphs
-- about: |
--   Edges `is officer of` whose label says shareholder, owner, grantee of shares or beneficiary, in
--   any of its spellings. The graphs give no shares.
-- licence: ICIJ Offshore Leaks, ODbL 1.0 and CC BY-SA 3.0
-- table: ownerships
-- reads:
--   edges: [source, target, data.type, data.properties.name, data.properties.date_start, data.properties.date_end]
--   nodes: [id, data.categories.0]
SELECT 'icij-' || source AS owner, 'icij-' || target AS owned,
  coalesce(strftime(try_strptime("data.properties.date_start", '%d/%m/%Y'), '%Y-%m-%d'),
    "data.properties.date_start") AS "from",
  coalesce(strftime(try_strptime("data.properties.date_end", '%d/%m/%Y'), '%Y-%m-%d'),
    "data.properties.date_end") AS "to",
  list('edges:' || record) AS sources
FROM edges
WHERE "data.type" = 'is officer of'
  AND target IN (SELECT id FROM nodes WHERE "data.categories.0" IN ('Company', 'Client'))
  AND regexp_matches("data.properties.name", '(?i)shareholder|owner|benefici')
GROUP BY source, target, "data.properties.date_start", "data.properties.date_end"
