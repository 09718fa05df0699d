-- title: Which goods of a company are strange to its line
-- about: |
--   A company's line is the HS chapter of at least half of what it sends and gets; strange to it are
--   the few shipments of a chapter that hardly any company of the same line trades.
--   docs/links.md: Off business.
-- misses: |
--   general traders, companies of few shipments, lines of few companies, goods without a code.
-- left_out: "{count:company|companies} without a line, with less trade than --least {least}, or in a line of fewer companies than --peers {peers}, not compared."
-- left_all: No company has a line with enough others in it to be compared with.
-- table: links
-- reads: shipments
-- inputs:
--   least: {type: integer, default: 20, min: 3, max: 100000, ours: true, help: Least shipments of a company that has a line}
--   peers: {type: integer, default: 20, min: 3, max: 100000, ours: true, help: Least companies of a line that say what is usual}
--   share: {type: number, default: 5, min: 0.1, max: 50, ours: true, help: "Most percent of a company's shipments that are strange goods, all chapters together"}
--   usual: {type: number, default: 3, min: 0, max: 100, ours: true, help: Most percent of the companies of a line that trade goods that are strange to it}
WITH
held AS (
  SELECT party, id, left(hs, 2) AS chapter, coalesce(movement, id) AS movement
  FROM (
    SELECT id, hs, movement,
      unnest(list_distinct([shipper, exporter, seller, consignee, importer, buyer])) AS party
    FROM shipments WHERE hs IS NOT NULL)
  WHERE party IS NOT NULL
),
chapters AS (
  SELECT party, chapter, count(DISTINCT movement) AS n FROM held GROUP BY party, chapter
),
firms AS (
  SELECT party, sum(n)::BIGINT AS movements, max(n) AS most, min_by(chapter, (-n, chapter)) AS line
  FROM chapters GROUP BY party HAVING sum(n) >= $least AND 2 * max(n) >= sum(n)
),
lines AS (SELECT line, count(*) AS peers FROM firms GROUP BY line HAVING count(*) >= $peers),
rare AS (
  SELECT line, chapter, peers, count(*) AS traders
  FROM firms JOIN chapters USING (party) JOIN lines USING (line)
  WHERE chapter <> line
  GROUP BY line, chapter, peers HAVING count(*) = 1 OR 100 * count(*) <= peers * $usual
),
-- A company with a little of everything is strange in nothing: all strange goods together count.
strange AS (
  SELECT party, sum(n)::BIGINT AS strange
  FROM firms JOIN chapters USING (party) JOIN rare USING (line, chapter)
  GROUP BY party, movements HAVING 100 * sum(n) <= movements * $share
)
SELECT party AS a, id AS b, chapter, line, peers, traders, movements, most, strange
FROM held JOIN firms USING (party) JOIN strange USING (party) JOIN rare USING (line, chapter)
UNION ALL BY NAME
SELECT DISTINCT party AS a
FROM chapters WHERE party NOT IN (SELECT party FROM firms JOIN lines USING (line))
UNION ALL BY NAME
SELECT NULL AS a FROM firms JOIN lines USING (line)
