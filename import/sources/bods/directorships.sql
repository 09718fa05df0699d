-- title: Who sits on whose board by Beneficial Ownership Data Standard 0.4 statements
-- about: |
--   Interests of the types boardMember, boardChair, seniorManagingOfficial and trustee, each
--   relationship as its last statement has it.
-- licence: that of the publisher, which each statement names
-- table: directorships
-- reads:
--   statements: [recordId, recordType, recordStatus, recordDetails, statementDate]
WITH last AS (
  SELECT record, recordStatus, statementDate, recordDetails AS says
  FROM statements WHERE recordType = 'relationship'
  QUALIFY record = last_value(record) OVER (PARTITION BY recordId
    ORDER BY statementDate NULLS FIRST, record
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
interests AS (
  SELECT *, unnest(json_extract(says, '$.interests[*]')) AS i FROM last
  WHERE json_type(says, '$.interestedParty') = 'VARCHAR' AND json_type(says, '$.subject') = 'VARCHAR'
)
SELECT 'bods-' || (says->>'$.interestedParty') AS director, 'bods-' || (says->>'$.subject') AS company,
  i->>'type' AS role, left(i->>'startDate', 10) AS "from",
  left(coalesce(i->>'endDate', CASE recordStatus WHEN 'closed' THEN statementDate END), 10) AS "to",
  ['statements:' || record] AS sources
FROM interests
WHERE (i->>'type') IN ('boardMember', 'boardChair', 'seniorManagingOfficial', 'trustee')
ORDER BY record, role
