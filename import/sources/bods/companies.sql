-- title: Entities of Beneficial Ownership Data Standard 0.4 statements
-- about: |
--   Entities of every type, states and trusts among them, each as its last statement has it. Country
--   is the jurisdiction, else that of the first address; address is the registered one, else the
--   first; registration is the first identifier that is no LEI. Other identifiers stand in the
--   original.
-- licence: that of the publisher, which each statement names
-- table: companies
-- reads:
--   statements: [recordId, recordType, recordStatus, recordDetails, statementDate]
WITH last AS (
  SELECT record, recordId, recordDetails AS says,
    json_extract(recordDetails, '$.identifiers[*]') AS numbers,
    json_extract(recordDetails, '$.addresses[*]') AS places
  FROM statements WHERE recordType = 'entity'
  QUALIFY record = last_value(record) OVER (PARTITION BY recordId
    ORDER BY statementDate NULLS FIRST, record
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
placed AS (
  SELECT *, coalesce(list_filter(places, lambda p: (p->>'type') = 'registered')[1], places[1]) AS place
  FROM last
)
SELECT 'bods-' || recordId AS id, says->>'$.name' AS name,
  left(coalesce(says->>'$.jurisdiction.code', place->>'$.country.code'), 2) AS country,
  left(says->>'$.foundingDate', 10) AS incorporated,
  left(says->>'$.dissolutionDate', 10) AS dissolved,
  concat_ws(', ', place->>'$.address', place->>'$.postCode', place->>'$.country.name') AS address,
  list_filter(numbers, lambda i: coalesce(i->>'scheme', '') <> 'XI-LEI')[1]->>'id' AS registration,
  list_filter(numbers, lambda i: (i->>'scheme') = 'XI-LEI')[1]->>'id' AS lei,
  ['statements:' || record] AS sources
FROM placed WHERE (says->>'$.name') IS NOT NULL
ORDER BY record
