-- title: Companies of the ICIJ Power Players graphs
-- about: |
--   Companies, the agents that registered them (Client; some are people, which their names do not
--   tell), and officers whose name is that of a body (LTD, S.A., FOUNDATION, TRUST, NOMINEES …).
--   Being here is no sign of wrongdoing. Dissolved is the day the register struck the company off,
--   which may have been undone later; days after 3 April 2016, when the graphs were published, were
--   still to come and are left out. A node that stands in several graphs is one company; all its
--   rows are named as sources.
-- licence: ICIJ Offshore Leaks, ODbL 1.0 and CC BY-SA 3.0
-- table: companies
-- reads:
--   nodes: [id, label, data.categories.0, data.properties.jurisdiction, data.properties.country, data.properties.registrationDate, data.properties.struck_off_date, data.properties.file_number]
--   edges: [source, target, data.type]
WITH bodies AS (
  SELECT *, "data.categories.0" AS category,
    try_strptime("data.properties.registrationDate", '%d-%b-%Y') AS registered,
    try_strptime("data.properties.struck_off_date", '%d-%b-%Y') AS struck
  FROM nodes
  WHERE "data.categories.0" IN ('Company', 'Client') OR ("data.categories.0" = 'Officer'
    AND regexp_matches(label, '(?i)\b(ltd|limited|inc|incorporated|corp|corporation|company|co|llc|s\.a|s\.a\.h|spf|spc|foundation|fondation|fundaci[oó]n|stichting|trust|nominees|fund|group|secretaries|administrators|holdings|management)\b'))
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
SELECT 'icij-' || b.id AS id, arg_min(label, b.record) AS name,
  arg_min(CASE "data.properties.jurisdiction" WHEN 'BVI' THEN 'VG' WHEN 'PMA' THEN 'PA'
    WHEN 'SEY' THEN 'SC' WHEN 'BAH' THEN 'BS' WHEN 'ANG' THEN 'AI' WHEN 'UK' THEN 'GB'
    WHEN 'SAM' THEN 'WS' WHEN 'NIUE' THEN 'NU' WHEN 'BLZ' THEN 'BZ' WHEN 'NEV' THEN 'US'
    WHEN 'FOREIGN' THEN NULL
    ELSE coalesce("data.properties.jurisdiction", "data.properties.country") END, b.record)
    AS country,
  arg_min(strftime(registered, '%Y-%m-%d'), b.record) AS incorporated,
  arg_min(strftime(struck, '%Y-%m-%d'), b.record) FILTER (struck <= DATE '2016-04-03')
    AS dissolved,
  CASE WHEN any_value(category) = 'Client' THEN 'other' END AS role,
  any_value(k.address) AS address,
  arg_min("data.properties.file_number", b.record) AS registration,
  list('nodes:' || b.record ORDER BY b.record) || coalesce(any_value(k.rows), []) AS sources
FROM bodies AS b LEFT JOIN known AS k USING (id)
GROUP BY b.id
ORDER BY min(b.record)
