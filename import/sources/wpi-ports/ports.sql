-- title: World Port Index (NGA Pub. 150)
-- about: |
--   One row a port. Its code is the UN/LOCODE without the blank. Where several ports share one
--   UN/LOCODE the first by index number has it, and each further one is called WPI- and its index
--   number, so that no two harbours become one; a port without a UN/LOCODE is called so too.
-- licence: US Government work, public domain
-- table: ports
-- reads:
--   index: [World Port Index Number, Main Port Name, UN/LOCODE, Country Code, Latitude, Longitude]
WITH coded AS (
  SELECT *, nullif(replace("UN/LOCODE", ' ', ''), '') AS locode,
    try_cast("World Port Index Number" AS DOUBLE) AS number
  FROM index
),
first AS (
  SELECT *, row_number() OVER (PARTITION BY locode ORDER BY number, record) AS place FROM coded
)
SELECT
  CASE WHEN locode IS NOT NULL AND place = 1 THEN locode
    ELSE 'WPI-' || coalesce(number::BIGINT::VARCHAR, 'record' || record) END AS code,
  "Main Port Name" AS name, "Country Code" AS country, "Latitude" AS lat, "Longitude" AS lon,
  ['index:' || record] AS sources
FROM first
