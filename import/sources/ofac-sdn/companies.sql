-- title: Companies and other bodies on the OFAC SDN list
-- about: |
--   Every entry that is no person, vessel or aircraft. Of several addresses the first with a street
--   is taken; a town alone is no address that two bodies could share. Country is that of the first
--   address that gives one: the list's own column Country holds sanctions programmes, which stand
--   in listings. Founding day, line of business, register number, LEI, phone and email are the
--   first that the details give. What else they say stands in the original.
-- licence: US Government work, public domain
-- table: companies
-- reads:
--   sdn: [ID, Name, Type, Details]
--   sdn_address: [ID, Address, City, Country]
WITH places AS (
  SELECT ID, record, nullif("Address", '-0-') AS street, nullif("City", '-0-') AS town,
    CASE WHEN "Country" NOT IN ('-0-', 'undetermined') THEN "Country" END AS country
  FROM sdn_address
),
known AS (
  SELECT ID, arg_min(concat_ws(', ', street, town, country), record)
      FILTER (street IS NOT NULL) AS address,
    arg_min(country, record) AS country,
    ['sdn_address:' || min(record) FILTER (street IS NOT NULL),
      'sdn_address:' || min(record) FILTER (country IS NOT NULL)] AS rows
  FROM places GROUP BY ID
),
told AS (
  SELECT *, regexp_extract(Details, '(?:^|; )Organization Established Date ([^;]+?)\.?(?:;|$)', 1)
    AS since FROM sdn WHERE Type = '-0-'
)
SELECT 'ofac-' || s.ID AS id, s.Name AS name, k.country AS country, k.address AS address,
  coalesce(strftime(try_strptime(since, '%d %b %Y'), '%Y-%m-%d'),
    strftime(try_strptime(since, '%b %Y'), '%Y-%m'), regexp_extract(since, '^\d{4}$'))
    AS incorporated,
  regexp_extract(Details, '(?:^|; )Organization Type: ([^;]+?)\.?(?:;|$)', 1) AS industry,
  regexp_extract(Details, '(?:^|; )Registration Number ([^;]+?)\.?(?:;|$)', 1) AS registration,
  regexp_extract(Details, '(?:^|; )Legal Entity Number ([0-9A-Z]{20})\b', 1) AS lei,
  regexp_extract(Details, '(?i)(?:^|; )(?:tele)?phone(?: Number| No\.)?:? ?([+(\d][^;]+?)\.?(?:;|$)', 1)
    AS phone,
  regexp_extract(Details, '(?i)e-?mail(?: Address)?:? ?([^;\s,]+@[^;\s,]+?)\.?(?:[;\s,]|$)', 1)
    AS email,
  ['sdn:' || s.record] || coalesce(k.rows, []) AS sources
FROM told AS s LEFT JOIN known AS k USING (ID)
ORDER BY s.record
