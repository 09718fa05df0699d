-- title: Which records tell that they are of one company
-- about: |
--   Pairs of records: `accepted` and `rejected` as decided in same_as, `told` by one country and
--   registration, or one phone or address with one day of incorporation. What pairs come to together
--   is docs/links.md: One company, several records. The rule reads it as `same` (id, company).
-- misses: |
--   a company under two records that share neither registration nor a contact with its day of
--   incorporation; a tell that more than four records share is an agent's, and tells nothing.
-- table: links
WITH tells AS (
  SELECT id, 'r ' || coalesce(country, '') || ' ' || registration AS tell
  FROM companies WHERE registration IS NOT NULL
  UNION ALL
  SELECT id, 'p ' || phone_key || ' ' || incorporated FROM companies
  WHERE phone_key IS NOT NULL AND incorporated = incorporated_last
  UNION ALL
  SELECT id, 'a ' || address_key || ' ' || incorporated FROM companies
  WHERE address_key IS NOT NULL AND incorporated = incorporated_last
),
told AS (
  SELECT tell, min(id) AS first FROM tells GROUP BY tell HAVING count(DISTINCT id) BETWEEN 2 AND 4
)
SELECT DISTINCT record AS one, same_record AS other, coalesce(decision, 'accepted') AS tie
FROM same_as WHERE record <> same_record
UNION ALL
SELECT DISTINCT first, id, 'told' FROM tells JOIN told USING (tell) WHERE id <> first
ORDER BY ALL
