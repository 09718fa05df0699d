-- title: Which senders and receivers a board, an owner, an address or a contact ties together
-- about: |
--   Pairs that trade with each other and that at most --steps ties join: seats, holdings, addresses,
--   phones and emails, at any time. docs/links.md: Related.
-- misses: ties over what has more ties than --hub, but for one such between the two.
-- table: links
-- reads: shipments, companies, people, directorships, ownerships, vessels
-- inputs:
--   steps: {type: integer, default: 3, min: 1, max: 3, help: Most steps between the two}
--   hub: {type: integer, default: 10, min: 2, max: 1000, ours: true, help: "People, companies, addresses and contacts of more ties than this are no tie"}
WITH
contacts AS (
  SELECT id, unnest(['at ' || address_key, 'by ' || phone_key, 'by ' || email_key]) AS place
  FROM (FROM companies UNION ALL BY NAME FROM people)
),
stated AS (
  SELECT 'party ' || director AS x, 'party ' || company AS y FROM directorships
  UNION ALL SELECT 'party ' || owner, coalesce('party ' || owned, 'vessel ' || owned_vessel) FROM ownerships
  UNION ALL SELECT 'party ' || id, place FROM contacts
),
ties AS (
  SELECT x, y FROM stated WHERE y IS NOT NULL UNION ALL SELECT y, x FROM stated WHERE x <> y
),
many AS (SELECT x FROM ties GROUP BY x HAVING count(*) > $hub),
near AS (SELECT DISTINCT x, y FROM ties WHERE x <> y),
few AS (SELECT x, y FROM near ANTI JOIN many ON many.x = y),
sent AS (
  SELECT 'party ' || a AS a, 'party ' || b AS b, id
  FROM (
    SELECT id, a, unnest(gets) AS b
    FROM (SELECT id, unnest([shipper, exporter, seller]) AS a, [consignee, importer, buyer] AS gets
      FROM shipments))
  WHERE a <> b
),
trades AS (SELECT DISTINCT a, b FROM sent),
joined AS (
  SELECT a, b, 1 AS far FROM trades JOIN near ON x = a AND y = b
  UNION ALL
  -- One between the two may have any number of ties.
  SELECT a, b, 2 FROM trades JOIN near p ON p.x = a JOIN near q ON q.x = p.y AND q.y = b
  WHERE $steps > 1
  UNION ALL
  SELECT a, b, 3 FROM trades JOIN few p ON p.x = a JOIN few q ON q.x = p.y AND q.y <> a
  JOIN near r ON r.x = q.y AND r.y = b
  WHERE $steps > 2 AND p.y <> b
)
SELECT substr(a, 7) AS a, substr(b, 7) AS b, steps, list(DISTINCT id ORDER BY id) AS shipments,
  $hub AS hub, $steps AS most
FROM (SELECT a, b, min(far) AS steps FROM joined GROUP BY a, b) JOIN sent USING (a, b)
GROUP BY a, b, steps
