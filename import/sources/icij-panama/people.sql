-- title: People of the ICIJ Power Players graphs
-- about: |
--   Officers whose name is not that of a body (see companies.sql). THE BEARER and EL PORTADOR name
--   nobody; each is a node of its own. Two spellings of one person are two people here, as in the
--   source.
-- licence: ICIJ Offshore Leaks, ODbL 1.0 and CC BY-SA 3.0
-- table: people
-- reads:
--   nodes: [id, label, data.categories.0]
--   edges: [source, target, data.type]
WITH persons AS (
  SELECT * FROM nodes WHERE "data.categories.0" = 'Officer'
    AND NOT regexp_matches(label, '(?i)\b(ltd|limited|inc|incorporated|corp|corporation|company|co|llc|s\.a|s\.a\.h|spf|spc|foundation|fondation|fundaci[oó]n|stichting|trust|nominees|fund|group|secretaries|administrators|holdings|management)\b')
),
places AS (
  SELECT e.source AS id, e.record, n.label AS address, n.record AS node
  FROM edges AS e JOIN nodes AS n ON n.id = e.target AND n."data.categories.0" = 'Address'
  WHERE e."data.type" = 'registered address'
),
known AS (
  SELECT id, arg_min(address, (record, node)) AS address,
    list('edges:' || record) || list('nodes:' || node) AS rows
  FROM places WHERE address IS NOT NULL GROUP BY id
)
SELECT 'icij-' || p.id AS id, arg_min(label, p.record) AS name, any_value(k.address) AS address,
  list('nodes:' || p.record ORDER BY p.record) || coalesce(any_value(k.rows), []) AS sources
FROM persons AS p LEFT JOIN known AS k USING (id)
GROUP BY p.id
ORDER BY min(p.record)
