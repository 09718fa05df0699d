-- title: People on the OFAC SDN list
-- about: |
--   Born is the first date of birth in the details, kept to the month or year where no more is
--   given and left out where the list says circa. Country is the first nationality given, else that
--   of the first address. Further dates and nationalities stand in the original.
-- licence: US Government work, public domain
-- table: people
-- reads:
--   sdn: [ID, Name, Type, Details]
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
),
told AS (
  SELECT *, regexp_extract(Details, '(?:^|[; ])DOB ([^;.]+)', 1) AS dob,
    nullif(trim(regexp_extract(Details, '(?:^|[; ])nationality ([^;.]+)', 1)), '') AS nationality
  FROM sdn WHERE Type = 'individual'
)
SELECT 'ofac-' || s.ID AS id, s.Name AS name, coalesce(s.nationality, k.country) AS country,
  CASE
    WHEN regexp_full_match(dob, '\d{2} [A-Z][a-z]{2} \d{4}')
      THEN strftime(strptime(dob, '%d %b %Y'), '%Y-%m-%d')
    WHEN regexp_full_match(dob, '[A-Z][a-z]{2} \d{4}')
      THEN strftime(strptime('01 ' || dob, '%d %b %Y'), '%Y-%m')
    WHEN regexp_full_match(dob, '\d{4}') THEN dob
  END AS born,
  k.address AS address, ['sdn:' || s.record] || coalesce(k.rows, []) AS sources
FROM told AS s LEFT JOIN known AS k USING (ID)
