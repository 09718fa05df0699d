-- title: Who stands on the OFAC SDN list, under which programme
-- about: |
--   One row for each entry and programme (the list writes several as `NPWMD] [IFSR` in its column
--   Country). The edition has no day of listing.
-- licence: US Government work, public domain
-- table: listings
-- reads:
--   sdn: [ID, Type, Country, Details]
WITH told AS (
  SELECT *, CASE WHEN Type = 'vessel' THEN coalesce(
    nullif(regexp_extract(Details, 'Identification (?:IMO +)?(\d{7})(?:;|\.| \(|$)', 1), ''),
    'MMSI-' || nullif(regexp_extract(Details, 'MMSI (\d{9})\b', 1), '')) END AS vessel
  FROM sdn WHERE Type IN ('-0-', 'individual', 'vessel')
)
SELECT coalesce(vessel, 'ofac-' || ID) AS entity, 'OFAC SDN' AS list,
  trim(unnest(string_split(Country, '] ['))) AS program,
  CASE Type WHEN '-0-' THEN 'entity' ELSE Type END AS kind, ['sdn:' || record] AS sources
FROM told
ORDER BY record, program
