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
    min(coalesce(month, '-infinity'::DATE)) AS earliest, max(month) AS latest
  FROM (
    SELECT *, date_trunc('month', coalesce(arrived, departed))::DATE AS month
    FROM (
      SELECT *, true AS incoming, coalesce(importer, buyer, consignee) AS party FROM shipments
      UNION ALL
      SELECT *, false, coalesce(exporter, seller, shipper) FROM shipments))
  WHERE party IS NOT NULL
  GROUP BY ALL
),
-- Lines of one record add up; records of one movement say the same goods again.
records AS (
  SELECT party, incoming, movement, sum(kg) AS kg, min(earliest) AS earliest, max(latest) AS latest
  FROM lines GROUP BY party, incoming, movement, record
),
movements AS (
  SELECT party, incoming, coalesce(max(kg), 0) AS kg, min(earliest) AS earliest,
    max(latest) AS latest
  FROM records GROUP BY party, incoming, movement
),
turnover AS (
  SELECT party, sum(kg) FILTER (incoming) AS inflow, sum(kg) FILTER (NOT incoming) AS outflow,
    coalesce(sum(kg) FILTER (incoming AND earliest < latest), 0) AS in_across,
    coalesce(sum(kg) FILTER (NOT incoming AND earliest < latest), 0) AS out_across
  FROM movements GROUP BY party
),
monthly AS (
  SELECT party, list(latest ORDER BY latest) AS months, list(inbound ORDER BY latest) AS inbound,
    list(got ORDER BY latest) AS got, list(sent ORDER BY latest) AS sent
  FROM (
    SELECT party, latest, count(*) FILTER (incoming) AS inbound,
      round(coalesce(sum(kg) FILTER (incoming AND earliest = latest), 0), 3) AS got,
      round(coalesce(sum(kg) FILTER (NOT incoming AND earliest = latest), 0), 3) AS sent
    FROM movements WHERE latest IS NOT NULL GROUP BY party, latest)
  GROUP BY party
)
SELECT party AS a, party AS b, round(inflow, 3) AS inflow, round(outflow, 3) AS outflow, months,
  inbound, got, sent, round(in_across, 3) AS in_across, round(out_across, 3) AS out_across
FROM turnover LEFT JOIN monthly USING (party) WHERE inflow > 0 AND outflow > 0
