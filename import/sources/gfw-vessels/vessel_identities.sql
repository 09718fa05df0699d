-- title: Names, flags, MMSI and call signs of these vessels, with the days of their signals
-- about: |
--   A value that several records say is one from its first to its last day. The days are those of
--   signals received, not of a register: a change may be older than its first signal.
-- licence: Global Fishing Watch, CC BY-SA 4.0 or as the file that you load says
-- table: vessel_identities
-- reads:
--   identities: [mmsi, shipname, callsign, flag, imo, first_timestamp, last_timestamp]
WITH told AS (
  SELECT *, coalesce(nullif(regexp_extract(imo, '^\d{7}$'), ''), 'MMSI-' || mmsi) AS vessel,
    nullif(left(first_timestamp, 10), 'NA') AS first, nullif(left(last_timestamp, 10), 'NA') AS last
  FROM identities
),
said AS (
  SELECT vessel, record, 'name' AS field, shipname AS value, first, last FROM told
  UNION ALL SELECT vessel, record, 'flag', flag, first, last FROM told
  UNION ALL SELECT vessel, record, 'mmsi', mmsi, first, last FROM told
  UNION ALL SELECT vessel, record, 'callsign', callsign, first, last FROM told
)
SELECT vessel, field, value, min(first) AS "from", max(last) AS "to",
  list('identities:' || record ORDER BY record) AS sources
FROM said WHERE value IS NOT NULL AND value <> 'NA'
GROUP BY vessel, field, value ORDER BY min(record), field, value
