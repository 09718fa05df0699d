-- title: Which senders took up another good when a control came into force
-- about: |
--   Companies whose trade in a controlled good falls after the control, and whose trade in another
--   good of the chapter, or one that processing turns it into or from, rises. docs/links.md: Drift.
-- misses: goods without weight, code or day, and a good of another chapter of which no processing is on record.
-- table: links
-- reads: shipments, controls, ports, processing
-- inputs:
--   days: {type: integer, default: 365, min: 60, max: 3650, ours: true, help: Most days compared before and after the control}
--   fall: {type: number, default: 50, min: 1, max: 100, ours: true, help: Least percent by which the controlled good falls}
--   least: {type: integer, default: 3, min: 1, max: 1000, ours: true, help: Least shipments before the control and of the new good after it}
WITH
read AS MATERIALIZED (
  SELECT s.id, coalesce(movement, s.id) AS movement, hs, left(hs, 6) AS code, weight_kg AS kg,
    coalesce(departed, declared) AS day, origin, destination, coalesce(dispatch, l.country, origin) AS dispatch,
    coalesce(exporter, seller, shipper) AS sender, list_distinct([exporter, seller, shipper]) AS senders,
    CASE WHEN value_usd > 0 THEN value_usd / weight_kg END AS price
  FROM shipments s LEFT JOIN ports l ON l.code = load_port
  WHERE hs IS NOT NULL AND weight_kg > 0 AND day IS NOT NULL
),
-- A day to come is a misprint, and no end of the records.
ends AS (
  SELECT max(day) AS last FROM (SELECT coalesce(departed, declared) AS day FROM shipments) WHERE day <= current_date
),
rules AS (
  SELECT DISTINCT left(hs, 6) AS controlled, origin AS "of", applies_to, destination AS goal, "from" AS since,
    date_diff('day', "from", last) + 1 AS known, least(known, $days)::INT AS span
  FROM controls, ends WHERE measure IN ('licence', 'ban') AND hs IS NOT NULL AND known >= 60
),
codes AS (
  SELECT hs, controlled FROM (SELECT DISTINCT hs FROM read)
  JOIN (SELECT DISTINCT controlled FROM rules) ON starts_with(hs, controlled)
),
sent AS (
  SELECT sender, controlled, since, span, "of", movement, min(id) AS id, max(kg) AS kg, min(day) AS day,
    arg_min_null(price, id) AS price
  FROM read JOIN codes USING (hs) JOIN rules USING (controlled)
  WHERE sender IS NOT NULL AND coalesce(goal = destination, true)
    AND day >= since - span AND day < since + span
    AND ("of" IS NULL OR "of" = CASE applies_to WHEN 'origin' THEN origin ELSE dispatch END)
  GROUP BY sender, controlled, since, span, "of", movement
),
falls AS (
  SELECT sender, controlled, since, span, "of", coalesce(sum(kg) FILTER (day < since), 0) AS before,
    coalesce(sum(kg) FILTER (day >= since), 0) AS after, median(price) FILTER (day < since) AS old_price,
    list(id ORDER BY day, id) AS old_lots
  FROM sent GROUP BY sender, controlled, since, span, "of"
  HAVING count(*) FILTER (day < since) >= $least AND after <= before * (1 - $fall / 100)
),
steps AS (
  SELECT DISTINCT controlled, code
  FROM (SELECT DISTINCT controlled FROM falls) JOIN (
    SELECT hs_in AS one, left(hs_out, 6) AS code FROM processing
    UNION SELECT hs_out, left(hs_in, 6) FROM processing) ON starts_with(one, controlled)
),
others AS (
  SELECT f.*, r.code, r.movement, min(r.id) AS id, arg_min(r.kg, r.id) AS kg, arg_min(r.day, r.id) AS day,
    arg_min_null(r.price, r.id) AS price
  FROM falls f JOIN (SELECT *, unnest(senders) AS who FROM read) r ON r.who = f.sender
    AND r.day >= since - span AND r.day < since + span
  LEFT JOIN steps ON steps.controlled = f.controlled AND steps.code = r.code
  WHERE NOT starts_with(r.code, f.controlled)
    AND (left(r.code, 2) = left(f.controlled, 2) OR steps.code IS NOT NULL)
  GROUP BY ALL
),
rises AS (
  SELECT sender, controlled, since, span, "of", before, after, old_price, old_lots, code AS instead,
    coalesce(sum(kg) FILTER (day < since), 0) AS before_new, coalesce(sum(kg) FILTER (day >= since), 0) AS after_new,
    median(price) FILTER (day >= since) AS new_price, list(id ORDER BY day, id) FILTER (day >= since) AS new_lots
  FROM others GROUP BY ALL
  HAVING len(new_lots) >= $least AND after_new >= 2 * before_new AND 2 * (after_new - before_new) >= before - after
),
free AS MATERIALIZED (
  SELECT row_number() OVER () AS nth, * FROM rises WHERE NOT EXISTS (
    FROM controls k WHERE k.measure IN ('licence', 'ban')
      AND (starts_with(k.hs, instead) OR starts_with(instead, k.hs))
      AND coalesce(k.origin = "of", true) AND k."from" < since + span AND coalesce(k."to" >= since, true))
),
-- What others ask for the new good, and whether they send more of it too.
asked AS (
  SELECT nth, count(price) AS prices, median(price) AS usual_price,
    sum(kg) FILTER (day < since) AS all_before, sum(kg) FILTER (day >= since) AS all_after
  FROM free JOIN read ON code = instead AND day >= since - span AND day < since + span
    AND NOT list_contains(senders, free.sender)
  GROUP BY nth
)
SELECT sender AS a, sender AS b, controlled, instead, since, "of" AS origin, span, before, after, old_price,
  before_new, after_new, new_price, coalesce(prices, 0) AS prices, usual_price,
  coalesce(all_before, 0) AS all_before, coalesce(all_after, 0) AS all_after, old_lots, new_lots,
  $days AS days, $fall AS fall, $least AS least
FROM free LEFT JOIN asked USING (nth)
