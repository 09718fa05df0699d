-- title: What of Beneficial Ownership Data Standard 0.4 statements feeds no table
-- about: What a later statement of the same record replaces, and what names nobody.
-- licence: that of the publisher, which each statement names
-- table: skipped
-- reads:
--   statements: [recordId, recordType, recordStatus, recordDetails, statementDate]
SELECT 'statements' AS file, record,
  CASE
    WHEN coalesce(recordType, '') NOT IN ('entity', 'person', 'relationship')
      THEN 'a record of no known type'
    WHEN record <> last_value(record) OVER (PARTITION BY recordType, recordId
        ORDER BY statementDate NULLS FIRST, record
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
      THEN 'replaced by a later statement of the same record'
    WHEN recordType <> 'relationship' THEN 'names nobody'
    WHEN coalesce(json_type(recordDetails, '$.interestedParty'), '') <> 'VARCHAR'
      OR coalesce(json_type(recordDetails, '$.subject'), '') <> 'VARCHAR'
      THEN 'says that a party is not disclosed'
    WHEN coalesce(json_array_length(recordDetails, '$.interests'), 0) = 0
      THEN 'a relationship without an interest'
    ELSE 'an indirect relationship whose parts stand in other statements'
  END AS reason
FROM statements
