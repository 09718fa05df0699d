-- title: What a company got and sent by weight, in all and from each month on
-- about: |
--   Adds up what each company gets and sends, movement by movement, so that a question need look
--   closer only at those whose inflow and outflow are alike. docs/links.md: Turnover.
-- misses: |
--   goods without weight.
-- table: links
-- reads: shipments
WITH
lines AS (
  SELECT party, incoming, date_trunc('month', coalesce(arrived, departed))::DATE AS month,
    coalesce(movement, id) AS movement, coalesce(record, '') AS record, coalesce(line::VARCHAR, '') AS line,
    max(CASE WHEN weight_kg > 0 THEN weight_kg WHEN gross_kg > 0 THEN gross_kg END) AS kg
  FROM (
    SELECT *, true AS incoming, coalesce(importer, buyer, consignee) AS party FROM shipments
    UNION ALL
    SELECT *, false, coalesce(exporter, seller, shipper) FROM shipments)
  WHERE party IS NOT NULL
  GROUP BY ALL
  HAVING kg > 0
),
-- A movement from each month on of which it has a paper: what a question of that day sees of it.
-- Without a month it is the whole, with papers of no day.
begun AS (
  SELECT DISTINCT party, incoming, movement, month FROM lines WHERE month IS NOT NULL
  UNION ALL
  SELECT DISTINCT party, incoming, movement, NULL FROM lines
),
records AS (
  SELECT party, incoming, movement, month, record, sum(kg) AS kg
  FROM (
    SELECT b.*, record, line, max(kg) AS kg
    FROM begun b JOIN lines l USING (party, incoming, movement)
    WHERE coalesce(l.month >= b.month, b.month IS NULL)
    GROUP BY ALL)
  GROUP BY ALL
),
movements AS (
  SELECT party, incoming, movement, month, max(kg) AS kg FROM records GROUP BY ALL
),
-- What a month adds to the later ones.
added AS (
  SELECT party, incoming, month, kg - CASE WHEN month IS NULL THEN 0 ELSE coalesce(lead(kg) OVER (
      PARTITION BY party, incoming, movement, month IS NULL ORDER BY month), 0) END AS kg
  FROM movements
),
months AS (
  SELECT party, month, coalesce(sum(kg) FILTER (incoming), 0) AS "in",
    coalesce(sum(kg) FILTER (NOT incoming), 0) AS "out"
  FROM added GROUP BY party, month
),
totals AS (
  SELECT party, month, "in", "out" FROM months WHERE month IS NULL
  UNION ALL
  SELECT party, month, sum("in") OVER later, sum("out") OVER later FROM months WHERE month IS NOT NULL
  WINDOW later AS (PARTITION BY party ORDER BY month DESC)
)
SELECT party AS a, party AS b,
  list(month ORDER BY month) FILTER (month IS NOT NULL) AS months,
  list("in" ORDER BY month NULLS FIRST) AS inflows, list("out" ORDER BY month NULLS FIRST) AS outflows
FROM totals
GROUP BY party
HAVING max("in") > 0
