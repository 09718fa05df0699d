-- title: Part loads of one consignment, as their sum
-- about: |
--   Two to four legs of one pair and heading, each within nine days of the one before and none
--   below a fifth of the heaviest. `leg` is the number of the first.
-- misses: part loads of more than four parts, of several headings, or more than nine days apart
-- table: links
WITH repeated AS (
  SELECT sender, receiver, heading FROM legs
  WHERE sender IS NOT NULL AND receiver IS NOT NULL AND net IS NOT NULL
  GROUP BY sender, receiver, heading HAVING count(*) > 1
),
beside AS (
  SELECT l.leg, l.id, l.sender, l.receiver, l.heading, papers, net, departed, arrived, lot, unit,
    quantity, money, worth, date_diff('day', lag(departed) OVER pair, departed) AS gap,
    date_diff('day', departed, lead(departed) OVER pair) AS next
  FROM legs l JOIN repeated r ON r.sender = l.sender AND r.receiver = l.receiver
    AND r.heading IS NOT DISTINCT FROM l.heading
  WHERE net IS NOT NULL
  WINDOW pair AS (PARTITION BY l.sender, l.receiver, l.heading ORDER BY departed, id)
),
bursts AS (
  SELECT *, sum(CASE WHEN gap IS NULL OR gap > 9 THEN 1 ELSE 0 END) OVER
    (PARTITION BY sender, receiver, heading ORDER BY departed, id) AS burst
  FROM beside WHERE gap <= 9 OR next <= 9
)
SELECT arg_min(leg, (departed, id)) AS leg, list(id ORDER BY departed, id) AS parts,
  flatten(list(papers)) AS papers,
  sum(net) AS net, min(departed) AS departed, max(arrived) AS arrived,
  CASE WHEN count(lot) = count(*) AND min(lot) = max(lot) THEN min(lot) END AS lot,
  CASE WHEN count(unit) = count(*) AND min(unit) = max(unit) THEN sum(quantity) END AS quantity,
  CASE WHEN count(money) = count(*) AND min(money) = max(money) THEN sum(worth) END AS worth
FROM bursts GROUP BY sender, receiver, heading, burst
HAVING count(*) BETWEEN 2 AND 4 AND min(net) >= 0.2 * max(net)
