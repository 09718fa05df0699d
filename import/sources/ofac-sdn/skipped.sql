-- title: What of the OFAC SDN list feeds no table
-- about: |
--   Aircraft have no table, vessels no address, and a person or body has one address only. An
--   address line that is used is not counted here.
-- licence: US Government work, public domain
-- table: skipped
-- reads:
--   sdn: [ID, Type]
--   sdn_address: [ID, Address, City, Country]
SELECT 'sdn' AS file, record,
  CASE WHEN Type = 'aircraft' THEN 'aircraft: no table holds them'
    WHEN Type IS NULL THEN 'an empty line' ELSE 'an entry of no known type' END AS reason
FROM sdn WHERE Type IS NULL OR Type NOT IN ('-0-', 'individual', 'vessel')
UNION ALL
SELECT 'sdn_address', a.record,
  CASE
    WHEN a."Address" IS NULL AND a."City" IS NULL AND a."Country" IS NULL THEN 'an empty line'
    WHEN s.ID IS NULL THEN 'address of no entry'
    WHEN a."Address" = '-0-' AND a."City" = '-0-' AND a."Country" = '-0-'
      THEN 'an address line that says nothing'
    WHEN s.Type = 'aircraft' THEN 'address of an aircraft'
    WHEN s.Type = 'vessel' THEN 'address of a vessel: vessels have none'
    WHEN a."Address" = '-0-' THEN 'a town alone, or a country that is known already'
    ELSE 'a further address: one is kept for each person or body'
  END
FROM sdn_address AS a LEFT JOIN sdn AS s ON s.ID = a.ID
