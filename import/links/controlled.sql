-- title: Which controls cover a shipment
-- about: |
--   A control is linked when it is in force on its deciding day and covers the goods, where they
--   come from, where they go, and their end use. Every matching row is linked, none hides another;
--   `decides` marks the strictest in force of a regime. docs/links.md: Controls.
-- misses: |
--   goods under a false code or another name, purity and performance that no code tells, shipments
--   without code, country or day (they are counted), and rules on parties alone.
-- table: links
-- reads: controls, shipments, ports, listings
-- inputs: {}
WITH
places AS (SELECT code, country FROM ports),
read AS (
  SELECT s.id, s.hs, s.end_use, s.origin,
    coalesce(s.dispatch, l.country, s.origin) AS dispatch,
    CASE WHEN s.dispatch IS NULL THEN CASE WHEN l.country IS NOT NULL THEN 'loading port'
      WHEN s.origin IS NOT NULL THEN 'origin' END END AS dispatch_from,
    coalesce(s.destination, d.country) AS destination,
    coalesce(s.hs_country, CASE s.record WHEN 'export_declaration' THEN s.dispatch
      WHEN 'import_declaration' THEN s.destination END) AS tariff,
    coalesce(s.exporter, s.seller, s.shipper) AS sender,
    coalesce(s.importer, s.buyer, s.consignee) AS receiver,
    [p FOR p IN [s.end_user, s.importer, s.buyer, s.consignee] IF p IS NOT NULL] AS at_the_end,
    [d FOR d IN [
      {'name': 'declared', 'first': s.declared, 'last': s.declared_last},
      {'name': 'departed', 'first': s.departed, 'last': s.departed_last},
      {'name': 'arrived', 'first': s.arrived, 'last': s.arrived_last}
    ] IF d.first IS NOT NULL] AS days
  FROM shipments s
  LEFT JOIN places l ON l.code = s.load_port LEFT JOIN places d ON d.code = s.discharge_port
  WHERE s.hs IS NOT NULL
),
codes AS (
  SELECT s.hs, c.id AS control FROM (SELECT DISTINCT hs FROM read) s JOIN controls c ON starts_with(s.hs, left(c.hs, 4))
),
-- Digits beyond six are a country's own: another's are compared in six.
near AS (
  SELECT s.*, c.id AS control, c.regime, c.measure, c."from", c."to", c.end_use AS for_use,
    coalesce(
      list_filter(s.days, lambda d: d.name = coalesce(c."day", 'departed'))[1],
      list_filter(s.days, lambda d: d.name = 'departed')[1], s.days[1]) AS day,
    coalesce(c."day", 'departed') AS day_asked,
    CASE WHEN len(c.hs) > 6 AND c.hs_country IS NOT NULL
        AND c.hs_country IS DISTINCT FROM s.tariff THEN 6 ELSE len(c.hs) END AS digits,
    len(c.hs) AS digits_asked, c.hs AS code
  FROM read s JOIN codes USING (hs) JOIN controls c ON c.id = codes.control
  WHERE c.measure <> 'suspension'
    AND (c.origin IS NULL OR c.origin = CASE c.applies_to WHEN 'origin' THEN s.origin ELSE s.dispatch END)
    AND (c.destination IS NULL OR c.destination = s.destination)
    AND s.dispatch IS DISTINCT FROM s.destination
),
matched AS (
  SELECT *,
    CASE WHEN digits = digits_asked AND starts_with(hs, code) THEN 'exact' ELSE 'wider' END AS match
  FROM near
  WHERE day IS NOT NULL AND day.last >= "from" AND ("to" IS NULL OR day.first <= "to")
    AND (starts_with(hs, left(code, digits)) OR starts_with(left(code, digits), hs))
),
meant AS (
  SELECT * FROM matched m
  WHERE for_use IS NULL OR contains(lower(coalesce(end_use, '')), lower(for_use))
    OR EXISTS (FROM listings l WHERE list_contains(m.at_the_end, l.entity)
      AND contains(lower(coalesce(l.kind, '') || ' ' || coalesce(l.program, '')), lower(m.for_use))
      AND coalesce(l."from" <= m.day.last, true) AND coalesce(l."to" >= m.day.first, true))
),
lifts AS (
  SELECT m.id, m.control, min(z.id) AS lifted_by
  FROM meant m JOIN controls z ON z.measure = 'suspension' AND starts_with(m.control, z.suspends)
    AND z."from" <= m.day.first AND (z."to" IS NULL OR z."to" >= m.day.last)
  GROUP BY ALL
),
ranked AS (
  SELECT m.*, l.lifted_by, l.lifted_by IS NULL AS stands,
    CASE measure WHEN 'ban' THEN 3 WHEN 'licence' THEN 2 ELSE 1 END
      + CASE match WHEN 'exact' THEN 0.5 ELSE 0 END AS strict
  FROM meant m LEFT JOIN lifts l USING (id, control)
)
SELECT id AS a, control AS b, match, least(digits, len(hs)) AS digits, measure, regime,
  day.name || CASE WHEN day.name <> day_asked THEN ' (' || day_asked || ' is missing)' ELSE '' END
    || CASE WHEN "from" > day.first OR "to" < day.last
      THEN ' (in force for a part of it)' ELSE '' END AS "on",
  day.first AS since, "from" <= day.first AND coalesce("to" >= day.last, true) AS whole_day,
  dispatch, dispatch_from, destination, sender, receiver, lifted_by,
  stands AND strict = max(strict) FILTER (stands) OVER (PARTITION BY id, regime) AS decides
FROM ranked
