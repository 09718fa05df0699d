-- title: Which lanes die at a control while a third country takes their place
-- about: |
--   A lane that a licence or ban restricts loses most of its weight once it is in force, while a third
--   country sends the good to the same destination and gets it, or has it, from the same origin.
--   docs/links.md: Shifted lanes.
-- misses: |
--   goods without code, weight or day, goods that take another code on the way, several small third
--   countries, and controls of one end use alone.
-- table: links
-- reads: shipments, controls, ports, processing, companies
-- inputs:
--   days: {type: integer, default: 180, min: 30, max: 1825, ours: true, help: Days before and after the control that are compared}
--   least_days: {type: integer, default: 30, min: 1, max: 1825, ours: true, help: Least days after it}
--   drop: {type: number, default: 80, min: 1, max: 100, ours: true, help: Least per cent of its weight a day that the direct lane loses}
--   share: {type: number, default: 25, min: 1, max: 100, ours: true, help: Least per cent of the lost weight that comes through one third country}
--   least: {type: integer, default: 5, min: 1, max: 100000, ours: true, help: Least shipments of the direct lane before}
WITH
measures AS (
  SELECT *, coalesce("to" + 1, DATE '9999-12-31') AS stop,
    -- What is suspended on its first day begins when that ends.
    coalesce((
      SELECT arg_min(coalesce(p."to", DATE '9999-12-30') + 1, p."from") FROM controls p
      WHERE p.measure = 'suspension' AND starts_with(k.id, p.suspends) AND p."from" <= k."from"
        AND coalesce(p."to" >= k."from", true)), "from") AS since
  FROM controls k WHERE measure IN ('licence', 'ban') AND hs IS NOT NULL AND end_use IS NULL
),
rules AS (
  SELECT left(hs, 6) AS prefix, origin AS "of", destination AS goal, since, min(least(stop, pause)) AS until,
    min(id) AS control, bool_and(measure = 'licence') AS licence, min(len(hs)) > 6 AS wide
  FROM (
    SELECT k.*, (SELECT min(p."from") FROM controls p WHERE p.measure = 'suspension'
      AND starts_with(k.id, p.suspends) AND p."from" > k.since) AS pause
    FROM measures k WHERE since < DATE '9999-12-31')
  GROUP BY prefix, "of", goal, since
),
read AS MATERIALIZED (
  SELECT s.id, coalesce(movement, s.id) AS movement, hs, origin, coalesce(importer, buyer, consignee) AS buyer,
    kilograms(weight_kg, gross_kg) AS kg, coalesce(departed, declared, arrived) AS day,
    coalesce(dispatch, l.country, origin) AS sent, coalesce(destination, d.country) AS meant
  FROM shipments s LEFT JOIN ports l ON l.code = load_port LEFT JOIN ports d ON d.code = discharge_port
  WHERE kg > 0 AND day IS NOT NULL AND sent <> meant
),
codes AS (
  SELECT DISTINCT hs, left(hs, 6) AS good FROM read JOIN rules ON starts_with(hs, prefix) WHERE len(hs) >= 6
),
-- What rows of one movement say is one lot.
trade AS (
  SELECT good, sent, meant, movement, max(kg) AS kg, min(day) AS day, min(id) AS id, min(buyer) AS buyer,
    min(origin) AS made_in
  FROM read JOIN codes USING (hs) GROUP BY good, sent, meant, movement
),
spans AS (
  SELECT good, control, "of", goal, since, licence, wide, since - $days AS begin,
    least(since + $days, until, "last" + 1) AS "end",
    date_diff('day', since, "end") AS days_after
  FROM rules JOIN (SELECT DISTINCT good FROM codes) ON starts_with(good, prefix), (SELECT max(day) AS "last" FROM trade)
  WHERE days_after >= $least_days
),
within AS (
  SELECT s.*, t.* EXCLUDE (good), day < since AS early
  FROM spans s JOIN trade t ON t.good = s.good AND day >= begin AND day < "end"
),
sums AS (
  SELECT good, control, "of", goal, since, licence, wide, begin, "end", days_after, sent, meant,
    count(*) FILTER (early) AS times, round(coalesce(sum(kg) FILTER (early), 0), 3) AS before,
    round(coalesce(sum(kg) FILTER (NOT early), 0), 3) AS after,
    list_distinct(list(buyer) FILTER (early)) AS old_buyers,
    list_distinct(list(buyer) FILTER (NOT early)) AS new_buyers,
    min_by(id, (day, id), 4) FILTER (early) AS old_lots, min_by(id, (day, id), 6) FILTER (NOT early) AS new_lots
  FROM within GROUP BY ALL
),
-- What the weight before comes to in as many days as there are after.
lanes AS (SELECT *, before * days_after / $days AS usual FROM sums),
declared AS (
  SELECT good, control, sent, meant, made_in, round(sum(kg), 3) AS kg
  FROM within WHERE NOT early AND made_in <> sent GROUP BY ALL
),
found AS MATERIALIZED (
  SELECT d.*, d.usual - d.after AS lost, o.sent AS through, o.before AS through_before, o.after AS through_after,
    coalesce(i.before, 0) AS fed_before, coalesce(i.after, 0) AS fed_after, coalesce(m.kg, 0) AS kept,
    list_sort(list_intersect(coalesce(d.old_buyers, []), coalesce(o.new_buyers, []))) AS mutual,
    o.new_lots[1] AS b, list_sort(list_distinct(d.old_lots || coalesce(i.new_lots, []) || o.new_lots)) AS shipments
  FROM lanes d
  JOIN lanes o ON o.good = d.good AND o.control = d.control AND o.meant = d.meant AND o.sent <> d.sent
    AND o.after - o.usual >= (d.usual - d.after) * $share / 100
  LEFT JOIN lanes i ON i.good = d.good AND i.control = d.control AND i.sent = d.sent AND i.meant = o.sent
  LEFT JOIN declared m ON m.good = d.good AND m.control = d.control AND m.sent = o.sent AND m.meant = o.meant
    AND m.made_in = d.sent
  WHERE d.times >= $least AND coalesce(d.sent = d."of", d."of" IS NULL)
    AND coalesce(d.meant = d.goal, d.goal IS NULL) AND 100 * d.after <= d.usual * (100 - $drop)
    AND (coalesce(i.after - i.usual >= lost * $share / 100, false) OR kept >= lost * $share / 100)
),
-- All other trade of the direct lanes, in the same days.
others AS (
  SELECT f.good, f.control, sent, meant, count(*) FILTER (day < since) AS other_times,
    round(coalesce(sum(kg) FILTER (day < since), 0), 3) AS other_before,
    round(coalesce(sum(kg) FILTER (day >= since), 0), 3) AS other_after
  FROM (SELECT DISTINCT good, control, since, begin, "end", sent, meant FROM found) f
  JOIN read r USING (sent, meant)
  WHERE coalesce(left(hs, 6) <> f.good, true) AND day >= begin AND day < "end" GROUP BY ALL
),
made AS (
  SELECT f.good, f.control, through, sum(capacity_kg_year) AS capacity
  FROM (SELECT DISTINCT good, control, since, "end", through FROM found) f
  JOIN (SELECT p.*, country FROM processing p JOIN companies c ON c.id = company) p
    ON country = through AND starts_with(good, left(hs_out, 6))
    AND coalesce(p."from" < f."end", true) AND coalesce(p."to" >= since, true)
  GROUP BY ALL
)
SELECT old_lots[1] AS a, b, good, control, sent AS origin, through, meant AS destination, since, days_after,
  licence, wide, before, after, through_before, through_after, fed_before, fed_after, kept, len(mutual) AS buyers,
  mutual[:10] AS buyer_ids, other_times, other_before, other_after, coalesce(capacity, 0) AS capacity, shipments,
  $days AS days, $least_days AS least_days, $drop AS "drop", $share AS share, $least AS least
FROM found LEFT JOIN others USING (good, control, sent, meant) LEFT JOIN made USING (good, control, through)
