-- title: Vessels on the OFAC SDN list
-- about: |
--   Named by the IMO number in the details (the list writes it with and without IMO before it), else
--   by MMSI, else by the list's own id. Owners and whom a vessel is linked to are names without an
--   id; they stay in the original.
-- licence: US Government work, public domain
-- table: vessels
-- reads:
--   sdn: [ID, Name, Type, Col_F, Col_G, Col_J, Details]
WITH told AS (
  SELECT *,
    nullif(regexp_extract(Details, 'Identification (?:IMO +)?(\d{7})(?:;|\.| \(|$)', 1), '') AS imo,
    nullif(regexp_extract(Details, 'MMSI (\d{9})\b', 1), '') AS mmsi
  FROM sdn WHERE Type = 'vessel'
)
SELECT coalesce(imo, 'MMSI-' || mmsi, 'ofac-' || ID) AS imo, Name AS name,
  nullif(Col_J, '-0-') AS flag, nullif(Col_G, '-0-') AS type, mmsi,
  nullif(Col_F, '-0-') AS callsign, ['sdn:' || record] AS sources
FROM told
ORDER BY record
