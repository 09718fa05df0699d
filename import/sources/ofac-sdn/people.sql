-- title: People on the OFAC SDN list
-- about: |
--   Born is the first date of birth in the details, kept to the month or year where no more is
--   given and left out where the list says circa or from … to. Country is the first nationality
--   given, else the first citizenship, else that of the first address that gives one. Of several
--   addresses the first with a street is taken; a town alone is no address that two people could
--   share. Further dates, nationalities and addresses stand in the original.
-- licence: US Government work, public domain
-- table: people
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
    'sdn_address:' || min(record) FILTER (street IS NOT NULL) AS address_row,
    'sdn_address:' || min(record) FILTER (country IS NOT NULL) AS country_row
  FROM places GROUP BY ID
),
told AS (
  SELECT *, regexp_extract(Details, '(?:^|; )DOB ([^;]+?)\.?(?:;|$)', 1) AS dob,
    coalesce(
      nullif(regexp_extract(Details, '(?:^|; )nationality ([^;]+?)\.?(?:;|$)', 1), ''),
      nullif(regexp_extract(Details, '(?:^|; )citizen ([^;]+?)\.?(?:;|$)', 1), '')) AS nation
  FROM sdn WHERE Type = 'individual'
)
SELECT 'ofac-' || s.ID AS id, s.Name AS name, coalesce(nation, k.country) AS country,
  coalesce(strftime(try_strptime(dob, '%d %b %Y'), '%Y-%m-%d'),
    strftime(try_strptime(dob, '%b %Y'), '%Y-%m'), regexp_extract(dob, '^\d{4}$')) AS born,
  k.address AS address,
  regexp_extract(Details, '(?i)(?:^|; )(?:tele)?phone(?: Number| No\.)?:? ?([+(\d][^;]+?)\.?(?:;|$)', 1)
    AS phone,
  regexp_extract(Details, '(?i)e-?mail(?: Address)?:? ?([^;\s,]+@[^;\s,]+?)\.?(?:[;\s,]|$)', 1)
    AS email,
  ['sdn:' || s.record, k.address_row, CASE WHEN nation IS NULL THEN k.country_row END] AS sources
FROM told AS s LEFT JOIN known AS k USING (ID)
ORDER BY s.record
