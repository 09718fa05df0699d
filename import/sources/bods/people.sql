-- title: People of Beneficial Ownership Data Standard 0.4 statements
-- about: |
--   Each as the last statement has it, under the legal name, else the first. Country is the first
--   nationality. Who is named nowhere (anonymous, unknown) is no row here, and stands in what it
--   owns by its id alone.
-- licence: that of the publisher, which each statement names
-- table: people
-- reads:
--   statements: [recordId, recordType, recordStatus, recordDetails, statementDate]
WITH last AS (
  SELECT record, recordId, recordDetails AS says,
    json_extract(recordDetails, '$.names[*]') AS names,
    json_extract(recordDetails, '$.addresses[0]') AS place
  FROM statements WHERE recordType = 'person'
  QUALIFY record = last_value(record) OVER (PARTITION BY recordId
    ORDER BY statementDate NULLS FIRST, record
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
named AS (
  SELECT *, coalesce(list_filter(names, lambda n: (n->>'type') = 'legal')[1], names[1]) AS name
  FROM last
)
SELECT 'bods-' || recordId AS id, name->>'fullName' AS name,
  says->>'$.nationalities[0].code' AS country, left(says->>'$.birthDate', 10) AS born,
  concat_ws(', ', place->>'$.address', place->>'$.postCode', place->>'$.country.name') AS address,
  ['statements:' || record] AS sources
FROM named WHERE (name->>'fullName') IS NOT NULL
ORDER BY record
