-- title: Former flags and names of vessels on the OFAC SDN list
-- about: The list gives no dates for them.
-- licence: US Government work, public domain
-- table: vessel_identities
-- reads:
--   sdn: [ID, Type, Details]
WITH told AS (
  SELECT *, coalesce(nullif(regexp_extract(Details, 'IMO (\d{7})\b', 1), ''),
    'MMSI-' || nullif(regexp_extract(Details, 'MMSI (\d{9})\b', 1), ''), 'ofac-' || ID) AS vessel
  FROM sdn WHERE Type = 'vessel'
),
said AS (
  SELECT vessel, record, 'flag' AS field,
    unnest(regexp_extract_all(Details, 'Former Vessel Flag ([^;.]+)', 1)) AS value FROM told
  UNION ALL
  SELECT vessel, record, 'name',
    unnest(regexp_extract_all(Details, '[fa]\.k\.a\. ''([^'']+)''', 1)) FROM told
)
SELECT vessel, field, trim(value) AS value, ['sdn:' || min(record)] AS sources
FROM said WHERE trim(value) <> 'None Identified' GROUP BY vessel, field, trim(value)
