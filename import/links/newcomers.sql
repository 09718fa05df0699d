-- title: Which companies began to trade a good when a control came into force
-- about: |
--   Companies whose first trade in a good of a control is on its first day or later, and that within
--   --months of it move as much as the upper quarter of those on their lane. docs/links.md: Newcomers.
-- misses: newcomers that stay small or come later, and trade under another code.
-- table: links
-- reads: shipments, ports, controls, companies
-- inputs:
--   months: {type: integer, default: 24, min: 1, max: 240, help: Months after the control in which the trade counts}
--   quarter: {type: number, default: 75, min: 0, max: 100, help: Percent of the lane's companies that move less}
--   peers: {type: integer, default: 4, min: 2, max: 1000, ours: true, help: Fewest companies on a lane to compare with}
WITH
measures AS (
  SELECT id AS control, left(hs, 6) AS good, "from" FROM controls
  WHERE length(hs) >= 2 AND "from" IS NOT NULL AND measure IN ('licence', 'ban', 'notice')
),
codes AS (
  SELECT hs, good FROM (SELECT DISTINCT hs FROM shipments)
  JOIN (SELECT DISTINCT good FROM measures) ON starts_with(hs, good)
),
read AS (
  SELECT s.id, hs, coalesce(movement, s.id) AS movement, coalesce(record, '') AS record,
    coalesce(line, '') AS line, coalesce(departed, declared, arrived) AS day,
    kilograms(weight_kg, gross_kg) AS kg, origin,
    coalesce(dispatch, l.country, origin, '?') AS lane_from, coalesce(destination, d.country, '?') AS lane_to,
    unnest(list_distinct([coalesce(exporter, seller, shipper), coalesce(importer, buyer, consignee)])) AS party
  FROM shipments s LEFT JOIN ports l ON l.code = load_port LEFT JOIN ports d ON d.code = discharge_port
  WHERE day IS NOT NULL
),
-- Lines of one record add up; records of one movement say the same goods again.
lines AS (
  SELECT good, party, lane_from, lane_to, movement, record, line, min(day) AS day, max(kg) AS kg,
    min_by({id: id, origin: origin}, id) AS one
  FROM read JOIN codes USING (hs) WHERE party IS NOT NULL
  GROUP BY ALL
),
records AS (
  SELECT good, party, lane_from, lane_to, movement, min(day) AS day, coalesce(sum(kg), 0) AS kg,
    min_by(one, one.id) AS one
  FROM lines GROUP BY good, party, lane_from, lane_to, movement, record
),
trades AS (
  SELECT good, party, lane_from, lane_to, movement, min(day) AS day, max(kg) AS kg, min_by(one, one.id) AS one,
    min(min(day)) OVER (PARTITION BY good, party) AS first
  FROM records GROUP BY good, party, lane_from, lane_to, movement
),
firms AS (
  SELECT good, "from", lane_from, lane_to, party, any_value(first) AS first, sum(kg) AS volume,
    count(*) AS movements, min(day) AS began, min_by(one, (day, one.id), 20) AS rows
  FROM trades JOIN (SELECT DISTINCT good, "from" FROM measures) USING (good)
  WHERE day BETWEEN "from" AND "from" + to_months($months)
  GROUP BY good, "from", lane_from, lane_to, party
),
lanes AS (
  SELECT good, "from", lane_from, lane_to, count(*) AS here, quantile_cont(volume, $quarter / 100) AS bound
  FROM firms GROUP BY ALL
),
all_lanes AS (
  SELECT good, "from", count(DISTINCT party) AS anywhere, quantile_cont(volume, $quarter / 100) AS wide
  FROM firms GROUP BY ALL
),
judged AS (
  SELECT *, here >= $peers AS on_lane, CASE WHEN on_lane THEN bound ELSE wide END AS least,
    coalesce(incorporated > "from" AND incorporated <= first, false) AS young,
    date_diff('day', (SELECT min(coalesce(departed, declared, arrived)) FROM shipments), "from") AS history
  FROM firms JOIN lanes USING (good, "from", lane_from, lane_to) JOIN all_lanes USING (good, "from")
  LEFT JOIN (SELECT id AS party, incorporated FROM companies) USING (party)
  -- Without records before the control nobody's first trade is known.
  WHERE first >= "from" AND volume >= least AND volume > 0 AND (young OR history >= 0)
)
SELECT party AS a, control AS b, good, "from", lane_from, lane_to, first, began, volume, movements,
  least AS bound, on_lane, CASE WHEN on_lane THEN here ELSE anywhere END AS others, young, history,
  [r.id FOR r IN rows] AS shipments, list_distinct([r.origin FOR r IN rows]) AS origins,
  $months AS months, $quarter AS quarter, $peers AS peers
FROM judged JOIN measures USING (good, "from")
