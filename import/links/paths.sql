-- title: Which paths a hand-over can be part of
-- about: |
--   Walks the links as the investigations do, and says of each the most that the hand-overs of a
--   ring, a circular route and a relabelling chain through it can be unlikely, chance alone counted,
--   and how many companies hand goods of its sender on to its receiver, or to others of one owner.
--   The investigations start at, and go on by, links of which that is enough, and judge every path
--   themselves: what is left out here is what no input of theirs lets through.
-- misses: |
--   nothing that the investigations would find: a path of another form needs a column of its own.
-- table: links
WITH RECURSIVE
numbered AS MATERIALIZED (
  SELECT *, row_number() OVER () AS link, -log10(expected + 1e-9) AS unlikely FROM linked
),
walks AS (
  SELECT [link] AS path, to_load AS at, sender AS first, [sender, holder] AS ids, receiver AS last,
    weight, unlikely, to_whom, to_where, to_land, from_port, to_port, from_country, to_country,
    coalesce(via_country <> from_country, false) AS abroad, array_length(changes) > 0 AS changed
  FROM numbered WHERE weight > 0
  UNION ALL
  SELECT list_append(w.path, l.link), l.to_load, w.first, list_append(w.ids, l.holder), l.receiver,
    w.weight + l.weight, w.unlikely + l.unlikely, l.to_whom, l.to_where, l.to_land, w.from_port,
    l.to_port, w.from_country, l.to_country,
    w.abroad OR coalesce(l.via_country <> w.from_country, false), w.changed OR array_length(l.changes) > 0
  FROM walks w JOIN numbered l ON l.from_load = w.at
  WHERE array_length(w.path) < 5 AND w.weight + l.weight > 0 AND NOT list_contains(w.ids, l.holder)
),
paths AS (
  SELECT path, unlikely + to_whom AS ring, NULL::DOUBLE AS route, NULL::DOUBLE AS chain
  FROM walks WHERE array_length(path) >= 2 AND last = first
  UNION ALL
  SELECT path, NULL::DOUBLE,
    unlikely + CASE WHEN from_port = to_port THEN to_where ELSE to_land END, NULL::DOUBLE
  FROM walks
  WHERE last <> first AND abroad AND (from_port = to_port OR from_country = to_country)
    AND NOT list_contains(ids, last)
  UNION ALL
  SELECT path, NULL::DOUBLE, NULL::DOUBLE, unlikely
  FROM walks
  WHERE array_length(path) <= 4 AND changed
    AND (last = first OR last IS NULL OR NOT list_contains(ids, last))
),
-- A little is added for what rounding takes: a column is a bound, and judges nothing.
most AS (
  SELECT link, round(max(ring) + 0.001, 3) AS ring, round(max(route) + 0.001, 3) AS route,
    round(max(chain) + 0.001, 3) AS chain
  FROM (SELECT unnest(path) AS link, ring, route, chain FROM paths) GROUP BY link
),
-- Who may be behind a receiver: itself, or who owns half of it or more, over one or two steps.
hops AS MATERIALIZED (SELECT link, sender, holder, receiver FROM numbered WHERE rank = 1 AND receiver IS NOT NULL),
owned AS (SELECT DISTINCT owned, owner FROM ownerships WHERE share >= 50),
behind AS (
  SELECT receiver, receiver AS who FROM hops
  UNION SELECT receiver, owner FROM hops JOIN owned ON owned = receiver
  UNION SELECT receiver, o.owner FROM hops JOIN owned u ON u.owned = receiver JOIN owned o ON o.owned = u.owner
),
gathered AS (
  SELECT who, sender, count(DISTINCT holder) AS buyers FROM hops JOIN behind USING (receiver)
  GROUP BY who, sender HAVING count(DISTINCT holder) > 1
),
buyers AS (
  SELECT link, max(buyers) AS buyers FROM hops JOIN behind USING (receiver) JOIN gathered USING (who, sender)
  GROUP BY link
)
SELECT n.* EXCLUDE (link, unlikely), m.ring, m.route, m.chain, b.buyers
FROM numbered n LEFT JOIN most m USING (link) LEFT JOIN buyers b USING (link)
