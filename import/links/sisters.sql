-- title: Which companies are of one owner
-- about: |
--   Pairs of companies of one owner, who holds half of each or more, and the owner with each of
--   them. An owner of more than twelve is no one holder. The rule reads it as `sisters` (one, other).
-- misses: owners behind a company that is itself owned, which HOLDS follows
-- table: links
WITH owned AS (
  SELECT DISTINCT coalesce(s.company, o.owner) AS owner, coalesce(t.company, o.owned) AS owned
  FROM ownerships o LEFT JOIN same s ON s.id = o.owner LEFT JOIN same t ON t.id = o.owned
  WHERE o.share >= 50
),
few AS (
  SELECT owner, owned FROM owned
  WHERE owner IN (SELECT owner FROM owned GROUP BY owner HAVING count(*) <= 12)
)
SELECT a.owned AS one, b.owned AS other FROM few a JOIN few b ON a.owner = b.owner
WHERE a.owned <> b.owned
UNION SELECT owner, owned FROM few WHERE owner <> owned
UNION SELECT owned, owner FROM few WHERE owner <> owned
