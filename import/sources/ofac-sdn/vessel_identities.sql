-- title: Former flags, and former and other names, of vessels on the OFAC SDN list
-- about: The list gives no dates for them, and writes flags as names of countries.
-- licence: US Government work, public domain
-- table: vessel_identities
-- reads:
--   sdn: [ID, Type, Details]
WITH told AS (
  SELECT *, coalesce(
    nullif(regexp_extract(Details, 'Identification (?:IMO +)?(\d{7})(?:;|\.| \(|$)', 1), ''),
    'MMSI-' || nullif(regexp_extract(Details, 'MMSI (\d{9})\b', 1), ''), 'ofac-' || ID) AS vessel
  FROM sdn WHERE Type = 'vessel'
),
said AS (
  SELECT vessel, record, 'flag' AS field,
    unnest(regexp_extract_all(Details, 'Former Vessel Flag ([^;]+?)\.?(?:;|$)', 1)) AS value
  FROM told
  UNION ALL
  SELECT vessel, record, 'name',
    unnest(regexp_extract_all(Details, '[fa]\.k\.a\. ''([^'']+)''', 1)) FROM told
)
SELECT vessel, field, value, ['sdn:' || min(record)] AS sources
FROM said WHERE value <> 'None Identified' GROUP BY vessel, field, value
ORDER BY min(record), field, value
