-- title: Which goods are priced far from what is usual on their lane
-- about: |
--   Sets the price of a kilogram beside the middle (median) price of the same goods on the same
--   lane, in one currency; both on the logarithm of the price. docs/links.md: Priced off.
-- misses: |
--   goods without code, weight, value or lane, and lanes of too few movements.
-- left_out: "{count:lane} with fewer movements than --least {least}, where no price is judged."
-- left_all: No lane has --least {least} movements, so that no price is judged.
-- table: links
-- reads: shipments, ports
-- inputs:
--   deviations: {type: number, default: 3, min: 1, max: 100, help: Least deviations from the middle price}
--   factor: {type: number, default: 2, min: 1, max: 1000, ours: true, help: Least times above or below the middle price}
--   least: {type: integer, default: 20, min: 5, max: 10000, help: Least movements of goods and lane by which a price is judged}
--   digits: {type: integer, default: 6, min: 4, max: 10, ours: true, help: Digits of the HS code that make goods the same}
WITH
lots AS MATERIALIZED (
  SELECT id, coalesce(movement, id) AS movement, left(hs, $digits) AS heading,
    coalesce(dispatch, l.country, origin) AS "from", coalesce(destination, d.country) AS "to",
    CASE WHEN value_usd > 0 THEN 'USD' ELSE coalesce(currency, 'of no named currency') END AS money,
    weight_kg AS kg, ln(coalesce(value_usd, value) / weight_kg) AS x,
    coalesce(departed, declared, arrived) AS day, date_diff('day', DATE '2000-01-01', day) // 90 AS quarter,
    coalesce(exporter, seller, shipper) AS sender,
    list_distinct([exporter, seller, shipper]) AS senders
  FROM shipments LEFT JOIN ports l ON l.code = load_port LEFT JOIN ports d ON d.code = discharge_port
  WHERE hs IS NOT NULL AND weight_kg > 0 AND coalesce(value_usd, value) > 0
    AND "from" IS NOT NULL AND "to" IS NOT NULL
),
lanes AS MATERIALIZED (
  SELECT row_number() OVER () AS lane, heading, "from", "to", money,
    count(DISTINCT movement) AS movements, median(x) AS middle, median(kg) AS usual_kg
  FROM lots GROUP BY ALL
),
judged AS MATERIALIZED (
  FROM lots JOIN lanes USING (heading, "from", "to", money) WHERE movements >= $least
),
spread AS (SELECT lane, 1.4826 * median(abs(x - middle)) AS mad FROM judged GROUP BY lane),
far AS MATERIALIZED (
  SELECT *, x < middle AS low, exp(abs(x - middle)) AS factor,
    -- Where half of all prices are the middle one, every other lies any number of deviations away.
    abs(x - middle) / nullif(mad, 0) AS away
  FROM judged JOIN spread USING (lane)
  WHERE coalesce(away > $deviations, x <> middle) AND abs(x - middle) >= ln($factor) - 1e-9
),
-- Who else sent goods on the lane at about that price and time.
alike AS (
  SELECT f.id, count(DISTINCT o.c) AS others
  FROM (SELECT *, quarter + unnest([-1, 0, 1]) AS near FROM far) f
  JOIN (SELECT lane, movement, x, day, quarter, unnest(senders) AS c FROM judged) o
  ON o.lane = f.lane AND o.quarter = f.near AND abs(o.x - f.x) < ln(1.5) AND abs(o.day - f.day) <= 90
    AND o.movement <> f.movement AND o.c <> f.sender
  GROUP BY f.id
),
-- How often else goods of the same company are far on the same side.
again AS (
  SELECT f.id, count(DISTINCT o.movement) AS again
  FROM far f
  JOIN (SELECT lane, low, movement, unnest(senders) AS c FROM far) o
  ON o.lane = f.lane AND o.low = f.low AND o.c = f.sender AND o.movement <> f.movement
  GROUP BY f.id
)
SELECT id AS a, id AS b, heading, "from" AS dispatch, "to" AS destination, money AS currency,
  exp(x) AS price, exp(middle) AS usual, CASE WHEN low THEN 'below' ELSE 'above' END AS side, factor,
  away, movements, usual_kg, coalesce(others, 0) AS others, coalesce(again, 0) AS again
FROM far LEFT JOIN alike USING (id) LEFT JOIN again USING (id)
UNION ALL BY NAME
SELECT CASE WHEN movements < $least THEN heading END AS a FROM lanes
