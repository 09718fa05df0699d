-- title: Which companies send about as much as they get, by weight
-- about: |
--   Adds up what each company gets and sends, movement by movement, and keeps those whose outflow is
--   within --balance of their inflow. docs/links.md: Turnover.
-- misses: goods without weight.
-- table: links
-- reads: shipments
-- inputs:
--   balance: {type: number, default: 10, min: 0, max: 100, help: Most percent by which outflow differs from inflow}
WITH
lines AS (
  SELECT party, incoming, coalesce(movement, id) AS movement, coalesce(record, '') AS record,
    coalesce(line, '') AS line, max(kilograms(weight_kg, gross_kg)) AS kg
  FROM (
    SELECT *, true AS incoming, coalesce(importer, buyer, consignee) AS party FROM shipments
    UNION ALL
    SELECT *, false, coalesce(exporter, seller, shipper) FROM shipments)
  WHERE party IS NOT NULL
  GROUP BY ALL
),
-- Lines of one record add up; records of one movement say the same goods again.
records AS (SELECT party, incoming, movement, sum(kg) AS kg FROM lines GROUP BY party, incoming, movement, record),
movements AS (SELECT party, incoming, max(kg) AS kg FROM records GROUP BY party, incoming, movement)
SELECT party AS a, party AS b, coalesce(sum(kg) FILTER (incoming), 0) AS inflow,
  coalesce(sum(kg) FILTER (NOT incoming), 0) AS outflow, $balance AS balance
FROM movements GROUP BY party
-- Sums of broken numbers differ by their order.
HAVING inflow > 0 AND abs(outflow - inflow) <= inflow * ($balance / 100 + 1e-9)
