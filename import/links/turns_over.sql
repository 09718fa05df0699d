-- title: What companies get and send, by weight
-- about: |
--   Adds up what each company gets and sends, movement by movement, and counts what it gets by the
--   month. docs/links.md: Turnover.
-- misses: goods without weight.
-- table: links
-- reads: shipments
WITH
lines AS (
  SELECT party, incoming, coalesce(movement, id) AS movement, coalesce(record, '') AS record,
    coalesce(line, '') AS line, max(kilograms(weight_kg, gross_kg)) AS kg,
    max(coalesce(arrived, departed)) AS day
  FROM (
    SELECT *, true AS incoming, coalesce(importer, buyer, consignee) AS party FROM shipments
    UNION ALL
    SELECT *, false, coalesce(exporter, seller, shipper) FROM shipments)
  WHERE party IS NOT NULL
  GROUP BY ALL
),
-- Lines of one record add up; records of one movement say the same goods again.
records AS (
  SELECT party, incoming, movement, sum(kg) AS kg, max(day) AS day FROM lines
  GROUP BY party, incoming, movement, record
),
movements AS (
  SELECT party, incoming, max(kg) AS kg, date_trunc('month', max(day))::DATE AS month FROM records
  GROUP BY party, incoming, movement
),
turnover AS (
  SELECT party, sum(kg) FILTER (incoming) AS inflow, sum(kg) FILTER (NOT incoming) AS outflow
  FROM movements GROUP BY party
),
monthly AS (
  SELECT party, list(month ORDER BY month) AS months, list(n ORDER BY month) AS inbound
  FROM (
    SELECT party, month, count(*) AS n FROM movements
    WHERE incoming AND month IS NOT NULL GROUP BY party, month)
  GROUP BY party
)
SELECT party AS a, party AS b, inflow, outflow, months, inbound
FROM turnover LEFT JOIN monthly USING (party) WHERE inflow > 0 AND outflow > 0
