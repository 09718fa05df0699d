-- title: Transshipment vessels of Global Fishing Watch
-- about: |
--   One vessel an IMO number, as its last record names it; one without a valid number is named by its
--   MMSI. First and last say when signals under that identity were received.
-- licence: Global Fishing Watch, CC BY-SA 4.0 or as the file that you load says
-- table: vessels
-- reads:
--   identities: [mmsi, shipname, callsign, flag, imo, first_timestamp, last_timestamp]
WITH told AS (
  SELECT *, coalesce(nullif(regexp_extract(imo, '^\d{7}$'), ''), 'MMSI-' || mmsi) AS vessel,
    nullif(last_timestamp, 'NA') AS last
  FROM identities
)
SELECT vessel AS imo, coalesce(arg_max(shipname, (last, record)), 'MMSI ' || max(mmsi)) AS name,
  arg_max(flag, (last, record)) AS flag, arg_max(mmsi, (last, record)) AS mmsi,
  arg_max(callsign, (last, record)) AS callsign,
  list('identities:' || record ORDER BY record) AS sources
FROM told GROUP BY vessel ORDER BY min(record)
