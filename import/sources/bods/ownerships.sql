-- title: Who owns or controls whom by Beneficial Ownership Data Standard 0.4 statements
-- about: |
--   Interests other than seats, each relationship as its last statement has it, a row for each time.
--   Share is that of a shareholding: the exact one, else the least that the statement gives. An
--   interest without shares (votes, trusts, influence) is a row without one. An indirect
--   relationship whose parts stand in statements of their own would count them twice and is left
--   out. What was closed without a last day ends on the day of that statement.
-- licence: that of the publisher, which each statement names
-- table: ownerships
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
SELECT 'bods-' || (says->>'$.interestedParty') AS owner, 'bods-' || (says->>'$.subject') AS owned,
  max(CASE WHEN (i->>'type') = 'shareholding' THEN CAST(coalesce(i->>'$.share.exact',
    i->>'$.share.minimum', i->>'$.share.exclusiveMinimum') AS DOUBLE) END) AS share,
  left(i->>'startDate', 10) AS "from",
  left(coalesce(i->>'endDate', CASE recordStatus WHEN 'closed' THEN statementDate END), 10) AS "to",
  ['statements:' || record] AS sources
FROM interests
WHERE coalesce(i->>'type', '')
    NOT IN ('boardMember', 'boardChair', 'seniorManagingOfficial', 'trustee')
  AND NOT (coalesce(i->>'directOrIndirect', '') = 'indirect'
    AND coalesce(json_array_length(says, '$.componentRecords'), 0) > 0)
GROUP BY record, says, "from", "to"
ORDER BY record, "from", "to"
