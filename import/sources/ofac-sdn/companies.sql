-- title: Companies and other bodies on the OFAC SDN list
-- about: |
--   Every entry that is no person, vessel or aircraft. The list gives several addresses; the first
--   with a street or a town is taken, and the rows of all of them are named as sources. Its column
--   Country holds sanctions programmes, which stand in listings; the country is that of the first
--   address that gives one.
-- licence: US Government work, public domain
-- table: companies
-- reads:
--   sdn: [ID, Name, Type]
--   sdn_address: [ID, Address, City, Country]
WITH places AS (
  SELECT ID, record,
    nullif(concat_ws(', ', nullif("Address", '-0-'), nullif("City", '-0-')), '') AS street,
    nullif("Country", '-0-') AS country
  FROM sdn_address
),
known AS (
  SELECT ID, list('sdn_address:' || record ORDER BY record) AS rows,
    arg_min(street || coalesce(', ' || country, ''), record) AS address,
    arg_min(country, record) AS country
  FROM places GROUP BY ID
)
SELECT 'ofac-' || s.ID AS id, s.Name AS name, k.country AS country, k.address AS address,
  ['sdn:' || s.record] || coalesce(k.rows, []) AS sources
FROM sdn AS s LEFT JOIN known AS k USING (ID)
WHERE s.Type = '-0-'
