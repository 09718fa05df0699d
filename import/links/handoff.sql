-- title: Which shipment the goods of another may have left as
-- about: |
--   From a shipment to one that its holder sent on: 0 to `window` days after it arrived, of like
--   weight (net with net, else gross with gross), whatever its HS code and port; or with the same
--   lot, serial, or container and seal, whatever its weight. `expected` is how many equally good
--   hand-overs chance and habit would give: a count to rank by, no probability of guilt.
-- misses: |
--   part loads; second records of one company; legs without a day, a holder, or both a weight and
--   a physical trace (they are counted).
-- table: links
-- inputs:
--   window: {type: integer, default: 45, min: 0, max: 365, help: Most days from arrival to departure}
--   tolerance: {type: number, default: 0.05, min: 0, max: 0.05, help: Most drift of weight (share)}
--   keep: {type: integer, default: 3, min: 1, max: 50, help: Links kept for each inbound shipment}
WITH grouped AS (
  -- Rows of one physical movement are one leg; what one record leaves out another may say.
  SELECT coalesce(movement, 'shipment ' || id) AS movement,
    min(id) AS id,
    arg_min(coalesce(exporter, seller, shipper), id) AS sender,
    arg_min(coalesce(importer, buyer, consignee), id) AS named_receiver,
    arg_min(notify, id) AS notify,
    list(bill) || list(master_bill) AS bills,
    arg_min(departed, id) FILTER (departed = departed_last) AS departed,
    arg_min(arrived, id) FILTER (arrived = arrived_last) AS arrived,
    -- What is not above zero is no weight: it has no logarithm.
    arg_min(weight_kg, id) FILTER (weight_kg > 0) AS net,
    arg_min(gross_kg, id) FILTER (gross_kg > 0) AS gross,
    arg_min(hs, id) AS hs, arg_min(description, id) AS description, arg_min(origin, id) AS origin,
    arg_min(procedure, id) AS procedure,
    arg_min(lot, id) AS lot, arg_min(serial, id) AS serial,
    arg_min(container, id) AS container, arg_min(seal, id) AS seal,
    arg_min(load_port, id) AS load_port, arg_min(discharge_port, id) AS discharge_port,
    arg_min(coalesce(dispatch, l.country, origin), id) AS from_country,
    arg_min(coalesce(d.country, destination), id) AS to_country,
  FROM (FROM shipments)
  LEFT JOIN (SELECT code, country FROM ports) AS l ON l.code = load_port
  LEFT JOIN (SELECT code, country FROM ports) AS d ON d.code = discharge_port
  GROUP BY ALL
),
legs AS MATERIALIZED (
  SELECT *, coalesce(named_receiver, notify) AS receiver, named_receiver IS NULL AS by_notify,
    [b FOR b IN bills IF b IS NOT NULL] AS papers,
    left(hs, 4) AS heading, left(hs, 2) AS chapter,
    floor(ln(net) / 0.0513)::INT AS net_bucket, floor(ln(gross) / 0.0513)::INT AS gross_bucket,
    coalesce(net_bucket, 100000 + gross_bucket) AS size,
    [w FOR w IN regexp_extract_all(lower(description), '\p{L}{3,}')
       IF w NOT IN ('and', 'for', 'the', 'with', 'other', 'parts')] AS words
  FROM grouped
),
world AS (
  SELECT count(*)::DOUBLE AS shipments,
    greatest(1, date_diff('day', min(coalesce(departed, arrived)),
      max(coalesce(arrived, departed))) + 1)::DOUBLE AS days
  FROM legs
),
inbound AS MATERIALIZED (FROM legs WHERE receiver IS NOT NULL AND arrived IS NOT NULL),
outbound AS MATERIALIZED (FROM legs WHERE sender IS NOT NULL AND departed IS NOT NULL),
probes AS (SELECT unnest([-1, 0, 1]) AS beside),
pairs AS (
  SELECT a.id AS a, b.id AS b, 'lot' AS basis, 1 AS strength
  FROM inbound a JOIN outbound b ON b.sender = a.receiver AND b.lot = a.lot
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  UNION ALL
  SELECT a.id, b.id, 'serial', 2
  FROM inbound a JOIN outbound b ON b.sender = a.receiver AND b.serial = a.serial
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  UNION ALL
  SELECT a.id, b.id, 'container+seal', 3
  FROM inbound a JOIN outbound b ON b.sender = a.receiver
    AND b.container = a.container AND b.seal = a.seal
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  UNION ALL
  SELECT a.id, b.id, 'weight', 4
  FROM inbound a CROSS JOIN probes
  JOIN outbound b ON b.sender = a.receiver AND b.net_bucket = a.net_bucket + beside
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  WHERE round(1 - least(a.net, b.net) / greatest(a.net, b.net), 9) <= $tolerance::DOUBLE
  UNION ALL
  SELECT a.id, b.id, 'weight', 4
  FROM inbound a CROSS JOIN probes
  JOIN outbound b ON b.sender = a.receiver AND b.gross_bucket = a.gross_bucket + beside
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  WHERE (a.net IS NULL OR b.net IS NULL)
    AND round(1 - least(a.gross, b.gross) / greatest(a.gross, b.gross), 9) <= $tolerance::DOUBLE
),
candidates AS (SELECT a, b, arg_min(basis, strength) AS basis FROM pairs GROUP BY a, b),
sizes AS (SELECT size, count(*) AS n FROM legs WHERE size IS NOT NULL GROUP BY size),
chapters AS (SELECT chapter, count(*) AS n FROM legs WHERE chapter IS NOT NULL GROUP BY chapter),
senders AS (SELECT sender, count(*) AS n FROM outbound GROUP BY sender),
habits AS (
  SELECT sender, receiver, size, count(*) AS n FROM legs
  WHERE sender IS NOT NULL AND receiver IS NOT NULL AND size IS NOT NULL GROUP BY ALL
),
works AS (
  SELECT company, hs_in, hs_out, "from" AS since, "to" AS until FROM processing
),
moves AS (SELECT hs_from, hs_to FROM hs_moves),
facts AS (
  SELECT c.a, c.b, c.basis, a.sender, a.receiver AS holder, b.receiver AS receiver,
    a.by_notify, b.by_notify AS ends_by_notify,
    a.load_port AS from_port, b.discharge_port AS to_port,
    a.from_country, a.to_country AS via_country, b.to_country,
    date_diff('day', a.arrived, b.departed) AS days,
    CASE WHEN a.net IS NOT NULL AND b.net IS NOT NULL
      THEN 1 - least(a.net, b.net) / greatest(a.net, b.net)
      ELSE 1 - least(a.gross, b.gross) / greatest(a.gross, b.gross) END AS drift,
    a.heading AS heading_in, b.heading AS heading_out, a.hs AS hs_in, b.hs AS hs_out,
    a.origin AS origin_in, b.origin AS origin_out,
    a.description AS description_in, b.description AS description_out,
    a.procedure AS procedure_in, b.procedure AS procedure_out,
    len(a.words) > 0 AND len(b.words) > 0 AND NOT list_has_any(a.words, b.words) AS renamed,
    a.heading <> b.heading AND EXISTS (
      FROM works w WHERE w.company = a.receiver
        AND (starts_with(a.hs, w.hs_in) OR starts_with(w.hs_in, a.hs))
        AND (starts_with(b.hs, w.hs_out) OR starts_with(w.hs_out, b.hs))
        AND coalesce(w.since, a.arrived) <= b.departed
        AND coalesce(w.until, b.departed) >= a.arrived) AS processed,
    a.heading <> b.heading AND EXISTS (
      FROM moves m WHERE (starts_with(a.hs, m.hs_from) AND starts_with(b.hs, m.hs_to))
        OR (starts_with(b.hs, m.hs_from) AND starts_with(a.hs, m.hs_to))) AS moved,
    b.sender AS sent_by, b.size AS size, a.size AS size_in,
    CASE WHEN a.chapter = b.chapter THEN b.chapter END AS chapter
  FROM candidates c JOIN legs a ON a.id = c.a JOIN legs b ON b.id = c.b
  WHERE a.movement <> b.movement AND NOT list_has_any(a.papers, b.papers)
    AND a.sender IS DISTINCT FROM a.receiver AND b.receiver IS DISTINCT FROM b.sender
),
weighed AS (
  SELECT f.*,
    CASE WHEN basis <> 'weight' THEN 0.0001
    ELSE (s.n / world.days) * greatest($window::INT, 1)
        * (z.n / world.shipments) * 2 * greatest(f.drift, 0.002) / 0.0513
        * coalesce(k.n / world.shipments, 1)
      + greatest(coalesce(h.n, 1) - 1, coalesce(i.n, 1) - 1) / world.days * greatest($window::INT, 1)
    END AS expected
  FROM facts f CROSS JOIN world
  JOIN senders s ON s.sender = f.sent_by
  LEFT JOIN sizes z ON z.size = f.size
  LEFT JOIN chapters k ON k.chapter = f.chapter
  LEFT JOIN habits h ON h.sender = f.sent_by AND h.receiver = f.receiver AND h.size = f.size
  LEFT JOIN habits i ON i.sender = f.sender AND i.receiver = f.holder AND i.size = f.size_in
),
ranked AS (
  SELECT *, rank() OVER (PARTITION BY a ORDER BY expected) AS rank,
    count(*) OVER (PARTITION BY a) AS of
  FROM weighed
),
kept AS (SELECT * FROM ranked WHERE rank <= $keep::INT),
learned AS (
  SELECT holder, heading_in, heading_out, count(DISTINCT a) AS times
  FROM kept WHERE rank = 1 AND heading_in <> heading_out GROUP BY ALL
)
SELECT a, b, basis, days, round(drift, 6) AS drift, round(expected, 9) AS expected, rank, of,
  round(-log10(greatest(expected, 1e-9)), 4) AS weight,
  sender, holder, receiver, by_notify OR ends_by_notify AS by_notify,
  from_port, to_port, from_country, via_country, to_country,
  coalesce(heading_in <> heading_out AND NOT processed AND NOT moved
      AND coalesce(l.times, 0) < 4, false) AS heading_changed,
  coalesce(origin_in <> origin_out AND NOT processed AND coalesce(l.times, 0) < 4, false)
    AS origin_changed,
  coalesce(renamed AND NOT processed AND NOT moved AND coalesce(l.times, 0) < 4, false) AS renamed,
  heading_changed OR origin_changed OR renamed AS relabelled,
  [x FOR x IN [
    CASE WHEN heading_in <> heading_out THEN 'heading ' || heading_in || ' → ' || heading_out END,
    CASE WHEN origin_in <> origin_out THEN 'origin ' || origin_in || ' → ' || origin_out END,
    CASE WHEN renamed THEN 'name “' || description_in || '” → “' || description_out || '”' END
  ] IF x IS NOT NULL] AS changes,
  CASE
    WHEN processed THEN 'processing on record turns ' || heading_in || ' into ' || heading_out
    WHEN moved THEN 'heading ' || heading_in || ' became ' || heading_out || ' between HS editions'
    WHEN l.times >= 4 THEN 'the holder hands ' || heading_in || ' on as ' || heading_out || ' '
      || l.times || ' times: it may process'
    WHEN procedure_in IN ('temporary', 'return', 'inward_processing', 'outward_processing')
      OR procedure_out IN ('temporary', 'return', 'inward_processing', 'outward_processing')
      THEN 'declared as ' || concat_ws(' and ',
        CASE WHEN procedure_in IN ('temporary', 'return', 'inward_processing', 'outward_processing')
          THEN procedure_in END,
        CASE WHEN procedure_out IN ('temporary', 'return', 'inward_processing', 'outward_processing')
          AND procedure_out IS DISTINCT FROM procedure_in THEN procedure_out END)
    WHEN procedure_out = 're-export' AND origin_in = origin_out
      THEN 'declared as re-export with its origin kept'
  END AS lawful
FROM kept
LEFT JOIN learned l USING (holder, heading_in, heading_out)
