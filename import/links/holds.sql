-- title: Who holds which share of a company in the end
-- about: |
--   The products of the shares along all paths of ownership, summed, cross-holdings included: what a
--   company holds of itself through others is looked through, and no path goes through its owner
--   twice. Of one day. docs/links.md: Holdings.
-- misses: |
--   holdings without a share (they are counted), control without shares, nominees.
-- table: links
-- reads: ownerships, shipments, listings
-- inputs:
--   on: {type: date, optional: true, help: "Day whose ownership counts; without it the last on record"}
WITH RECURSIVE
said AS (
  SELECT coalesce(CAST($on AS DATE), greatest(
    (SELECT max(departed) FROM shipments), (SELECT max("from") FROM ownerships),
    (SELECT max("from") FROM listings))) AS day
),
-- Of two rows of one pair on one day the larger counts: they are two reports of one holding.
held AS (
  SELECT owner, owned, max(share) / 100 AS share
  FROM ownerships, said
  WHERE share > 0 AND owned IS NOT NULL AND owner <> owned
    AND (day IS NULL OR (coalesce("from" <= day, true) AND coalesce("to" >= day, true)))
  GROUP BY ALL
),
listed AS (
  SELECT DISTINCT entity AS id FROM listings, said
  WHERE entity IS NOT NULL
    AND (day IS NULL OR (coalesce("from" <= day, true) AND coalesce("to" >= day, true)))
),
-- `apart` is what goes through no other listed party, so that the listed add up without overlap.
terms AS (
  SELECT owner, owned, share, share AS apart, 1 AS hops FROM held
  UNION ALL
  SELECT t.owner, h.owned, sum(t.share * h.share),
    sum(CASE WHEN t.owned IN (FROM listed) THEN 0 ELSE t.apart * h.share END), t.hops + 1
  FROM terms t JOIN held h ON h.owner = t.owned AND h.owned <> t.owner
  WHERE t.hops < 100
  GROUP BY t.owner, h.owned, t.hops
  HAVING sum(t.share * h.share) > 1e-7
)
SELECT owner AS a, owned AS b, round(least(sum(share), 1) * 100, 4) AS share, min(hops) AS hops,
  round(least(sum(apart), 1) * 100, 4) AS apart,
  sum(share) > 1.0001 AS over, (SELECT day FROM said) AS "on"
FROM terms GROUP BY owner, owned HAVING sum(share) >= 0.0001
