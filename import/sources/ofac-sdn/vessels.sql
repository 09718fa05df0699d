-- title: Vessels on the OFAC SDN list
-- about: |
--   Named by the IMO number in the details, else by MMSI, else by the list's own id. Further
--   identification stays in the original.
-- licence: US Government work, public domain
-- table: vessels
-- reads:
--   sdn: [ID, Name, Type, Col_F, Col_G, Col_J, Details]
WITH told AS (
  SELECT *, nullif(regexp_extract(Details, 'IMO (\d{7})\b', 1), '') AS imo,
    nullif(regexp_extract(Details, 'MMSI (\d{9})\b', 1), '') AS mmsi
  FROM sdn WHERE Type = 'vessel'
)
SELECT coalesce(imo, 'MMSI-' || mmsi, 'ofac-' || ID) AS imo, Name AS name,
  nullif(Col_J, '-0-') AS flag, nullif(Col_G, '-0-') AS type, mmsi,
  nullif(Col_F, '-0-') AS callsign, ['sdn:' || record] AS sources
FROM told
