-- title: What of the OFAC SDN list feeds no table
-- about: Aircraft have no table; an address of one, or of no entry, goes with it.
-- licence: US Government work, public domain
-- table: skipped
-- reads:
--   sdn: [ID, Type]
--   sdn_address: [ID]
SELECT 'sdn' AS file, record,
  CASE WHEN Type = 'aircraft' THEN 'aircraft: no table holds them'
    WHEN ID IS NULL OR Type IS NULL THEN 'an empty line' ELSE 'of no known type' END AS reason
FROM sdn WHERE Type IS NULL OR Type NOT IN ('-0-', 'individual', 'vessel')
UNION ALL
SELECT 'sdn_address', a.record,
  CASE WHEN s.Type = 'aircraft' THEN 'address of an aircraft'
    WHEN s.Type = 'vessel' THEN 'address of a vessel: vessels have none'
    WHEN a.ID IS NULL THEN 'an empty line' ELSE 'address of no entry' END
FROM sdn_address AS a LEFT JOIN sdn AS s ON s.ID = a.ID
WHERE s.Type IS NULL OR s.Type IN ('vessel', 'aircraft')
