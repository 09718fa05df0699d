-- title: World Port Index (NGA Pub. 150)
-- about: |
--   One row a port. Its code is the UN/LOCODE without the blank. Where several ports share one
--   UN/LOCODE, one has it: that which lies in the country of the code, else whose name begins with
--   the code's third letter, else the shorter name, else the smaller index number. Each other one
--   is called WPI- and its index number, so that no two harbours become one; so is a port without
--   a UN/LOCODE, or with one that is none. Rows of one index number are one port. A port without a
--   country lies in that of its UN/LOCODE.
-- licence: US Government work, public domain
-- table: ports
-- reads:
--   index: [World Port Index Number, Main Port Name, UN/LOCODE, Country Code, Latitude, Longitude]
WITH coded AS (
  SELECT *, "World Port Index Number" AS number,
    nullif(regexp_extract(upper(replace("UN/LOCODE", ' ', '')), '^[A-Z]{2}[A-Z0-9]{3}$'), '')
      AS locode
  FROM index
),
-- The country of a code's first two letters is the one that most ports with them lie in.
placed AS (
  SELECT left(locode, 2) AS letters, "Country Code" AS country FROM coded
  WHERE locode IS NOT NULL AND "Country Code" IS NOT NULL
  GROUP BY left(locode, 2), "Country Code"
  QUALIFY row_number() OVER (PARTITION BY letters ORDER BY count(*) DESC, country) = 1
),
held AS (
  SELECT c.*, first_value(number) OVER (
    PARTITION BY locode
    ORDER BY "Country Code" IS NOT DISTINCT FROM country DESC,
      upper("Main Port Name"[1]) = locode[3] DESC,
      length("Main Port Name"), try_cast(number AS DOUBLE), record
  ) AS holder
  FROM coded AS c LEFT JOIN placed ON letters = left(locode, 2)
)
SELECT CASE WHEN number = holder AND locode IS NOT NULL THEN locode ELSE 'WPI-' || number END
    AS code,
  "Main Port Name" AS name, coalesce("Country Code", left(locode, 2)) AS country,
  "Latitude" AS lat, "Longitude" AS lon, ['index:' || record] AS sources
FROM held
ORDER BY record
