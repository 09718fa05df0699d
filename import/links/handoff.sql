-- title: Which shipment the goods of another may have left as
-- about: |
--   From a shipment to one that its holder sent on: 0 to `window` days after it arrived, of like
--   weight (net with net, else gross with gross), whatever its HS code and port; or with the same
--   lot, serial, or container and seal, whatever its weight. Two shipments of one pair and heading
--   within nine days stand also as their sum, so that a part load can be followed. `expected` is
--   how many equally good hand-overs chance and habit would give: a count to rank by, no
--   probability of guilt. docs/links.md derives it.
-- misses: |
--   goods repacked into more than four parts or into other weights; second records of one company
--   that share neither registration nor a contact; legs without a holder, or without both a weight
--   and a physical trace (they are counted).
-- table: links
-- inputs:
--   window: {type: integer, default: 45, min: 0, max: 365, help: Most days from arrival to departure}
--   tolerance: {type: number, default: 0.05, min: 0, max: 0.05, help: Most drift of weight (share)}
--   keep: {type: integer, default: 3, min: 1, max: 100000, help: Links kept for each inbound shipment}
--   shift: {type: integer, default: 200, min: 0, max: 3650, help: "Days by which departures are set back to see what chance alone gives; 0 does not look"}
WITH
-- Companies of one owner, who holds half of each or more; an owner of many is no one holder.
owned AS (
  SELECT DISTINCT coalesce(s.company, o.owner) AS owner, coalesce(t.company, o.owned) AS owned
  FROM ownerships o LEFT JOIN same s ON s.id = o.owner LEFT JOIN same t ON t.id = o.owned
  WHERE o.share >= 50
),
few AS (
  FROM owned SEMI JOIN (SELECT owner FROM owned GROUP BY owner HAVING count(*) <= 12) USING (owner)
),
sisters AS MATERIALIZED (
  SELECT a.owned AS one, b.owned AS other FROM few a JOIN few b USING (owner)
  WHERE a.owned <> b.owned
  UNION SELECT owner, owned FROM few WHERE owner <> owned
  UNION SELECT owned, owner FROM few WHERE owner <> owned
),
siblings AS (SELECT one, count(*) AS n FROM sisters GROUP BY one),
-- ---------------------------------------------------------------- legs: rows read as movements
places AS (SELECT code, country FROM ports),
read AS (
  SELECT s.id, s.movement, exporter, seller, shipper, importer, buyer, consignee, notify, bill,
    master_bill,
    CASE WHEN departed = departed_last THEN departed END AS departed,
    CASE WHEN arrived = arrived_last THEN arrived END AS arrived,
    CASE WHEN weight_kg > 0 THEN weight_kg END AS net,
    CASE WHEN gross_kg > 0 THEN gross_kg END AS gross, hs, description, origin, procedure,
    lot, serial, CASE WHEN seal IS NOT NULL THEN container || ' ' || seal END AS sealed, container,
    quantity, unit, coalesce(value_usd, value) AS worth,
    CASE WHEN value_usd IS NOT NULL THEN 'USD' ELSE currency END AS money,
    load_port, discharge_port, coalesce(dispatch, l.country, origin) AS from_country,
    coalesce(d.country, destination) AS to_country
  FROM shipments s
  LEFT JOIN places l ON l.code = load_port LEFT JOIN places d ON d.code = discharge_port
),
-- What one record of a movement leaves out another may say.
moved AS (
  SELECT * EXCLUDE (movement, bill, master_bill, exporter, seller, shipper, importer, buyer,
      consignee), 'shipment ' || id AS movement, coalesce(exporter, seller, shipper) AS sender,
    coalesce(importer, buyer, consignee) AS named,
    [b FOR b IN [bill, master_bill] IF b IS NOT NULL] AS papers
  FROM read WHERE movement IS NULL
  UNION ALL BY NAME
  SELECT movement, min(id) AS id,
    [b FOR b IN list(bill) || list(master_bill) IF b IS NOT NULL] AS papers,
    coalesce(arg_min(exporter, id), arg_min(seller, id), arg_min(shipper, id)) AS sender,
    coalesce(arg_min(importer, id), arg_min(buyer, id), arg_min(consignee, id)) AS named,
    arg_min(notify, id) AS notify,
    arg_min(departed, id) AS departed, arg_min(arrived, id) AS arrived,
    arg_min(net, id) AS net, arg_min(gross, id) AS gross, arg_min(hs, id) AS hs,
    arg_min(description, id) AS description, arg_min(origin, id) AS origin,
    arg_min(procedure, id) AS procedure, arg_min(lot, id) AS lot, arg_min(serial, id) AS serial,
    arg_min(sealed, id) AS sealed, arg_min(container, id) AS container,
    arg_min(quantity, id) AS quantity, arg_min(unit, id) AS unit, arg_min(worth, id) AS worth,
    arg_min(money, id) AS money, arg_min(load_port, id) AS load_port,
    arg_min(discharge_port, id) AS discharge_port, arg_min(from_country, id) AS from_country,
    arg_min(to_country, id) AS to_country
  FROM read WHERE movement IS NOT NULL GROUP BY movement
),
known AS (
  SELECT m.* EXCLUDE (sender, named, notify), coalesce(s.company, m.sender) AS sender,
    coalesce(n.company, m.named) AS named, coalesce(f.company, m.notify) AS notify,
    s.id IS DISTINCT FROM s.company OR n.id IS DISTINCT FROM n.company
      OR (m.named IS NULL AND f.id IS DISTINCT FROM f.company) AS second
  FROM moved m LEFT JOIN same s ON s.id = m.sender LEFT JOIN same n ON n.id = m.named
  LEFT JOIN same f ON f.id = m.notify
),
-- Nobody named, nobody to notify: who sends the same lot, serial or sealed box on next, and alone.
traces AS (
  SELECT id, sender, named, notify, departed, unnest([x FOR x IN [
    'lot ' || lot, 'serial ' || serial, 'sealed ' || sealed] IF x IS NOT NULL]) AS trace
  FROM known WHERE lot IS NOT NULL OR serial IS NOT NULL OR sealed IS NOT NULL
),
next_senders AS (
  SELECT a.id, b.sender
  FROM (FROM traces WHERE named IS NULL AND notify IS NULL) a
  JOIN traces b ON b.trace = a.trace AND b.id <> a.id AND b.sender <> a.sender
    AND b.departed >= a.departed
  QUALIFY rank() OVER (PARTITION BY a.id ORDER BY b.departed) = 1
),
followers AS (
  SELECT id, min(sender) AS sender FROM next_senders GROUP BY id HAVING min(sender) = max(sender)
),
lanes AS (
  SELECT load_port, discharge_port, quantile_disc(arrived - departed, 0.25)::INT AS days
  FROM known WHERE arrived >= departed GROUP BY ALL HAVING count(*) >= 3
),
usual AS (
  SELECT round(median(arrived - departed))::INT AS days FROM known WHERE arrived >= departed
),
legs AS MATERIALIZED (
  SELECT k.* EXCLUDE (departed, arrived, named, hs), k.hs, left(k.hs, 4) AS heading,
    coalesce(k.named, k.notify, f.sender) AS receiver, k.named IS NULL AS by_notify,
    CASE WHEN k.arrived IS NULL THEN 'arrival' WHEN k.departed IS NULL THEN 'departure' END AS dated,
    coalesce(k.arrived, k.departed + coalesce(l.days, u.days)) AS arrived,
    coalesce(k.departed, k.arrived - coalesce(l.days, u.days)) AS departed
  FROM known k CROSS JOIN usual u
  LEFT JOIN lanes l ON l.load_port = k.load_port AND l.discharge_port = k.discharge_port
  LEFT JOIN followers f ON f.id = k.id
),
-- ---------------------------------------------------------------- loads: legs, and sums of a few
repeated AS (
  SELECT sender, receiver, heading FROM legs
  WHERE sender IS NOT NULL AND receiver IS NOT NULL AND net IS NOT NULL
  GROUP BY ALL HAVING count(*) > 1
),
beside AS (
  SELECT l.id, l.sender, l.receiver, l.heading, papers, net, departed, arrived, lot, unit, quantity,
    money, worth, departed - lag(departed) OVER pair AS gap,
    lead(departed) OVER pair - departed AS next
  FROM legs l SEMI JOIN repeated r ON r.sender = l.sender AND r.receiver = l.receiver
    AND r.heading IS NOT DISTINCT FROM l.heading
  WHERE net IS NOT NULL
  WINDOW pair AS (PARTITION BY l.sender, l.receiver, l.heading ORDER BY departed, id)
),
bursts AS (
  SELECT *, count(*) FILTER (gap IS NULL OR gap > 9) OVER
    (PARTITION BY sender, receiver, heading ORDER BY departed, id) AS burst
  FROM beside WHERE gap <= 9 OR next <= 9
),
sums AS (
  SELECT list(id ORDER BY departed, id) AS parts, flatten(list(papers)) AS papers,
    sum(net) AS net, min(departed) AS departed, max(arrived) AS arrived,
    CASE WHEN count(lot) = count(*) AND min(lot) = max(lot) THEN min(lot) END AS lot,
    CASE WHEN count(unit) = count(*) AND min(unit) = max(unit) THEN sum(quantity) END AS quantity,
    CASE WHEN count(money) = count(*) AND min(money) = max(money) THEN sum(worth) END AS worth
  FROM bursts GROUP BY sender, receiver, heading, burst
  HAVING count(*) BETWEEN 2 AND 4 AND min(net) >= 0.2 * max(net)
),
loads AS (
  SELECT *, [id] AS parts, id AS load FROM legs
  UNION ALL BY NAME
  SELECT l.* EXCLUDE (papers, net, gross, departed, arrived, lot, serial, sealed, container,
      quantity, worth), s.parts, s.papers, s.net, s.departed, s.arrived, s.lot, s.quantity, s.worth,
    array_to_string(s.parts, '+') AS load
  FROM sums s JOIN legs l ON l.id = s.parts[1]
),
sized AS MATERIALIZED (
  SELECT *, len(parts) > 1 AS summed, arrived - departed AS took,
    floor(ln(net) / 0.0513)::INT AS net_bucket, floor(ln(gross) / 0.0513)::INT AS gross_bucket,
    coalesce(net_bucket, 100000 + gross_bucket) AS size
  FROM loads
),
inbound AS MATERIALIZED (
  SELECT load, receiver, arrived, lot, serial, sealed, net, gross, net_bucket, gross_bucket, summed
  FROM sized WHERE receiver IS NOT NULL AND arrived IS NOT NULL AND sender IS DISTINCT FROM receiver
),
world AS MATERIALIZED (
  SELECT count(*)::DOUBLE AS shipments, min(departed) AS first,
    greatest(1, date_diff('day', min(departed), max(arrived)) + 1)::DOUBLE AS days
  FROM legs
),
leaving AS (
  SELECT load, sender, departed, lot, serial, sealed, net, gross, net_bucket, gross_bucket, summed
  FROM sized
  WHERE sender IS NOT NULL AND departed IS NOT NULL AND sender IS DISTINCT FROM receiver
),
-- Everything departs twice: when it did, and some months before, round the calendar. No goods were
-- handed on so: what is linked then, in the same trade of the same companies, is chance.
outbound AS MATERIALIZED (
  SELECT *, false AS shifted FROM leaving
  UNION ALL
  SELECT l.* REPLACE (departed - $shift::INT + CASE WHEN departed - $shift::INT < w.first
      THEN w.days::INT * ceil((w.first - (departed - $shift::INT)) / w.days)::INT ELSE 0 END
      AS departed), true
  FROM leaving l CROSS JOIN world w WHERE $shift::INT > 0
),
-- ---------------------------------------------------------------- pairs
probes AS (SELECT unnest([-1, 0, 1]) AS beside),
onward AS MATERIALIZED (
  SELECT DISTINCT receiver AS came_to, receiver AS sender, false AS sister FROM inbound
  UNION ALL SELECT DISTINCT receiver, other, true FROM inbound JOIN sisters ON one = receiver
),
arrivals AS MATERIALIZED (
  SELECT i.*, o.sender AS onward, o.sister FROM inbound i JOIN onward o ON o.came_to = i.receiver
),
pairs AS (
  SELECT a.load AS a, b.load AS b, b.shifted, b.departed - a.arrived AS days, a.sister,
    'lot' AS basis, 1 AS strength
  FROM arrivals a JOIN outbound b ON b.sender = a.onward AND b.lot = a.lot
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  UNION ALL
  SELECT a.load, b.load, b.shifted, b.departed - a.arrived, a.sister, 'serial', 2
  FROM arrivals a JOIN outbound b ON b.sender = a.onward AND b.serial = a.serial
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  UNION ALL
  SELECT a.load, b.load, b.shifted, b.departed - a.arrived, a.sister, 'container+seal', 3
  FROM arrivals a JOIN outbound b ON b.sender = a.onward AND b.sealed = a.sealed
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  UNION ALL
  SELECT a.load, b.load, b.shifted, b.departed - a.arrived, a.sister,
    CASE WHEN b.summed THEN 'split' WHEN a.summed THEN 'merge' WHEN a.sister THEN 'affiliate'
      ELSE 'weight' END, 4
  FROM arrivals a CROSS JOIN probes
  JOIN outbound b ON b.sender = a.onward AND b.net_bucket = a.net_bucket + beside
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  WHERE round(1 - least(a.net, b.net) / greatest(a.net, b.net), 9) <= $tolerance::DOUBLE
  UNION ALL
  SELECT a.load, b.load, b.shifted, b.departed - a.arrived, a.sister,
    CASE WHEN a.sister THEN 'affiliate' ELSE 'weight' END, 4
  FROM arrivals a CROSS JOIN probes
  JOIN outbound b ON b.sender = a.onward AND b.gross_bucket = a.gross_bucket + beside
    AND b.departed BETWEEN a.arrived AND a.arrived + $window::INT
  WHERE (a.net IS NULL OR b.net IS NULL)
    AND round(1 - least(a.gross, b.gross) / greatest(a.gross, b.gross), 9) <= $tolerance::DOUBLE
),
candidates AS (
  SELECT a, b, shifted, any_value(days) AS days, arg_min(basis, strength) AS basis,
    bool_and(sister) AS sister
  FROM pairs GROUP BY a, b, shifted
),
-- ---------------------------------------------------------------- what chance and habit give
trade AS MATERIALIZED (
  SELECT id, sender, receiver, heading, coalesce(net, gross) AS kg, discharge_port,
    to_country, coalesce(floor(ln(net) / 0.0513)::INT, 100000 + floor(ln(gross) / 0.0513)::INT)
      AS size
  FROM legs
),
sizes AS (SELECT size, count(*) AS n FROM trade WHERE size IS NOT NULL GROUP BY size),
exact AS (SELECT kg, count(*) AS n FROM trade WHERE kg IS NOT NULL GROUP BY kg),
sends AS (SELECT sender, count(*) AS n FROM trade WHERE sender IS NOT NULL GROUP BY sender),
headings AS (SELECT heading, count(*) AS n FROM trade WHERE heading IS NOT NULL GROUP BY heading),
sends_heading AS (SELECT sender, heading, count(*) AS n FROM trade GROUP BY ALL),
sends_size AS (SELECT sender, size, count(*) AS n FROM trade WHERE size IS NOT NULL GROUP BY ALL),
sends_exact AS (SELECT sender, kg, count(*) AS n FROM trade WHERE kg IS NOT NULL GROUP BY ALL),
sends_to AS (SELECT sender, receiver, count(*) AS n FROM trade GROUP BY ALL),
sends_port AS (SELECT sender, discharge_port, count(*) AS n FROM trade GROUP BY ALL),
sends_country AS (SELECT sender, to_country, count(*) AS n FROM trade GROUP BY ALL),
sends_class AS (SELECT sender, n, floor(log2(n))::INT AS class FROM sends),
-- What a sender sends, or serves, but once foretells how much is new (Good and Turing); one whose
-- own few shipments tell little is taken as those of its size.
one_offs AS (
  SELECT sender, count(*) AS n FROM sends_to
  WHERE n = 1 AND sender IS NOT NULL AND receiver IS NOT NULL GROUP BY sender
),
odd_headings AS (
  SELECT sender, count(*) AS n FROM sends_heading
  WHERE n = 1 AND sender IS NOT NULL AND heading IS NOT NULL GROUP BY sender
),
novel AS (
  SELECT class, coalesce(sum(o.n), 0) / sum(s.n) AS customers,
    coalesce(sum(h.n), 0) / sum(s.n) AS headings
  FROM sends_class s LEFT JOIN one_offs o USING (sender) LEFT JOIN odd_headings h USING (sender)
  GROUP BY class
),
gets_size AS (SELECT receiver, size, count(*) AS n FROM trade WHERE size IS NOT NULL GROUP BY ALL),
gets_exact AS (SELECT receiver, kg, count(*) AS n FROM trade WHERE kg IS NOT NULL GROUP BY ALL),
gets_heading AS (SELECT receiver, heading, count(*) AS n FROM trade GROUP BY ALL),
gets AS (SELECT receiver, count(*) AS n FROM trade WHERE receiver IS NOT NULL GROUP BY ALL),
port_share AS (SELECT discharge_port, count(*) AS n FROM trade GROUP BY ALL),
country_share AS (SELECT to_country, count(*) AS n FROM trade GROUP BY ALL),
facts AS (
  SELECT c.a, c.b, c.shifted, c.days, c.basis, c.sister, a.id AS id_a, len(a.parts) AS from_loads,
    len(b.parts) AS to_loads, b.sender AS holder, a.receiver AS came_to, b.receiver AS receiver,
    b.discharge_port AS to_port, b.to_country,
    CASE WHEN a.net IS NOT NULL AND b.net IS NOT NULL
      THEN 1 - least(a.net, b.net) / greatest(a.net, b.net)
      WHEN a.gross IS NOT NULL AND b.gross IS NOT NULL
      THEN 1 - least(a.gross, b.gross) / greatest(a.gross, b.gross) END AS drift,
    -- goods that weigh more by the measure by which they are alike
    CASE WHEN a.net IS NOT NULL AND b.net IS NOT NULL THEN b.net > a.net * 1.0005
      ELSE b.gross > a.gross * 1.0005 END AS grown,
    a.arrived AS here, a.arrived + c.days::INT AS gone, a.hs AS hs_in, b.hs AS hs_out,
    a.heading AS heading_in, b.heading AS heading_out, a.origin = b.origin AS origin_kept,
    a.size AS size_in, b.size AS size_out, coalesce(a.net, a.gross) AS kg_in,
    coalesce(b.net, b.gross) AS kg_out, b.procedure IN ('temporary', 'return') AS goes_back,
    -- least and greatest pass over what is missing, and nothing is like nothing
    CASE WHEN a.unit = b.unit AND a.quantity > 0 AND b.quantity > 0
      THEN least(a.quantity, b.quantity) / greatest(a.quantity, b.quantity) END AS same_count,
    CASE WHEN a.money = b.money AND a.worth > 0 AND b.worth > 0
      THEN least(a.worth, b.worth) / greatest(a.worth, b.worth) END AS same_worth,
    coalesce(a.container = b.container AND b.load_port = a.discharge_port, false) AS same_box
  FROM candidates c JOIN sized a ON a.load = c.a JOIN sized b ON b.load = c.b
  WHERE NOT (a.movement = b.movement OR list_has_any(a.papers, b.papers))
    AND (NOT c.sister OR (b.sender IS DISTINCT FROM a.sender
      AND b.receiver IS DISTINCT FROM a.receiver))
),
counted AS (
  SELECT f.*, w.shipments, w.days AS span, coalesce(si.n, 0) AS siblings,
    -- how often the holder sends, and gets, this very weight or one like it
    greatest(coalesce(se.n, 0) - 1, 0) AS sent_exact,
    greatest(coalesce(ge.n, 0) - 1, 0) AS got_exact,
    greatest(coalesce(sb.n, 0) + coalesce(sl.n, 0) + coalesce(sh.n, 0) - 1, 0) AS sent_near,
    greatest(coalesce(gb.n, 0) + coalesce(gl.n, 0) + coalesce(gh.n, 0) - 1, 0) AS got_near,
    s.n AS sent, coalesce(g.n, 1) AS got,
    least(1, 2 * (drift + 0.01) * 0.5 / 0.154) AS width,
    -- the share of all trade that is as near to this weight
    greatest(coalesce(z.n, 1) / w.shipments * 2 * (drift + 0.01) * 0.5 / 0.0513,
      CASE WHEN drift < 0.0005 THEN coalesce(x.n, 1) / w.shipments ELSE 0 END) AS by_weight,
    CASE WHEN k.n > 1 THEN (k.n - 1 + 2 * coalesce(e.n, 1) / w.shipments) / (s.n + 1)
      ELSE (greatest(coalesce(oh.n, 0) - 1, 0) + 2 * v1.headings) / (s.n + 1) END AS own_heading,
    -- the heading: what the holder sends and the receiver gets anyway; real goods seldom change it
    CASE WHEN heading_in IS NULL OR heading_out IS NULL THEN 1
      ELSE greatest((coalesce(dh.n, 1) - 1) / (coalesce(r.n, 1) + 1),
        CASE WHEN heading_in = heading_out THEN own_heading WHEN k.n > 1 THEN 4
          ELSE 4 * least(1, own_heading) END) END AS by_heading,
    -- a customer whom the holder serves but once, when it mostly serves the same ones
    CASE WHEN coalesce(t.n, 1) > 1 THEN 1
      ELSE (greatest(coalesce(o.n, 0) - 1, 0) + 2 * v1.customers) / (s.n + 1) END AS by_customer,
    (greatest(coalesce(t.n, 0) - 1, 0) + coalesce(r.n, 1) / w.shipments) / s.n AS by_receiver,
    (greatest(coalesce(p.n, 0) - 1, 0) + coalesce(q.n, 1) / w.shipments) / s.n AS by_port,
    (greatest(coalesce(y.n, 0) - 1, 0) + coalesce(v.n, 1) / w.shipments) / s.n AS by_country
  FROM facts f CROSS JOIN world w
  JOIN sends_class s ON s.sender = f.holder
  JOIN novel v1 USING (class)
  LEFT JOIN siblings si ON si.one = f.came_to
  LEFT JOIN one_offs o ON o.sender = f.holder
  LEFT JOIN odd_headings oh ON oh.sender = f.holder
  LEFT JOIN gets_heading dh ON dh.receiver = f.receiver AND dh.heading = f.heading_out
  LEFT JOIN gets g ON g.receiver = f.came_to
  LEFT JOIN sends_exact se ON se.sender = f.holder AND se.kg = f.kg_out
  LEFT JOIN gets_exact ge ON ge.receiver = f.came_to AND ge.kg = f.kg_in
  LEFT JOIN sends_size sb ON sb.sender = f.holder AND sb.size = f.size_out
  LEFT JOIN sends_size sl ON sl.sender = f.holder AND sl.size = f.size_out - 1
  LEFT JOIN sends_size sh ON sh.sender = f.holder AND sh.size = f.size_out + 1
  LEFT JOIN gets_size gb ON gb.receiver = f.came_to AND gb.size = f.size_in
  LEFT JOIN gets_size gl ON gl.receiver = f.came_to AND gl.size = f.size_in - 1
  LEFT JOIN gets_size gh ON gh.receiver = f.came_to AND gh.size = f.size_in + 1
  LEFT JOIN sizes z ON z.size = f.size_out
  LEFT JOIN exact x ON x.kg = f.kg_out
  LEFT JOIN sends_heading k ON k.sender = f.holder AND k.heading = f.heading_out
  LEFT JOIN headings e ON e.heading = f.heading_out
  LEFT JOIN sends_to t ON t.sender = f.holder AND t.receiver = f.receiver
  LEFT JOIN gets r ON r.receiver = f.receiver
  LEFT JOIN sends_port p ON p.sender = f.holder AND p.discharge_port = f.to_port
  LEFT JOIN port_share q ON q.discharge_port = f.to_port
  LEFT JOIN sends_country y ON y.sender = f.holder AND y.to_country = f.to_country
  LEFT JOIN country_share v ON v.to_country = f.to_country
),
weighed AS (
  SELECT *, basis IN ('lot', 'serial', 'container+seal') AS physical,
    CASE WHEN physical THEN 0.0001
    ELSE (days + 10) * 0.5 / span * (sent * by_weight * by_heading * by_customer
        + greatest(sent_exact, width * (sent_near - sent_exact), got_exact,
          width * (got_near - got_exact)))
      * CASE WHEN from_loads > 1 THEN 4 ELSE 1 END
      * CASE WHEN to_loads > 1 THEN 4 ELSE 1 END
      * CASE WHEN sister THEN 1 + siblings ELSE 1 END
      -- goods lose on the way and seldom gain
      * CASE WHEN grown THEN 3 ELSE 0.7 END
      * CASE WHEN same_count >= 0.98 THEN 0.3 WHEN same_count < 0.8 THEN 3 ELSE 1 END
      * CASE WHEN same_worth >= 0.995 THEN 0.3 ELSE 1 END
      * CASE WHEN same_box THEN 0.1 ELSE 1 END
    END AS expected
  FROM counted
),
ranked AS (
  SELECT *, rank() OVER (PARTITION BY id_a, shifted ORDER BY expected) AS rank,
    count(*) OVER (PARTITION BY id_a, shifted) AS of
  FROM weighed
),
-- Goods that a company hands on as they are, their heading and origin kept: how often all do, and
-- how often this holder does. What is rarer than one in a hundred is taken for real.
as_they_are AS (
  SELECT holder, count(DISTINCT id_a) AS n FROM ranked
  WHERE NOT shifted AND rank = 1 AND expected < 0.01 AND heading_in = heading_out AND origin_kept
  GROUP BY holder
),
handed AS (SELECT coalesce(sum(n), 0) + 1 AS n FROM as_they_are),
-- ---------------------------------------------------------------- what is lawful about it
-- Four times, and half of all that comes in under the one heading: then it is a trade.
learned AS (
  SELECT holder, heading_in, heading_out, count(DISTINCT id_a) AS times
  FROM ranked JOIN gets_heading g ON g.receiver = holder AND g.heading = heading_in
  WHERE NOT shifted AND rank = 1 AND heading_in <> heading_out GROUP BY ALL
  HAVING count(DISTINCT id_a) >= 4 AND 2 * count(DISTINCT id_a) >= any_value(g.n)
),
works AS (SELECT coalesce(s.company, p.company) AS company, hs_in, hs_out, "from", "to"
  FROM processing p LEFT JOIN same s ON s.id = p.company),
processed AS (
  SELECT DISTINCT k.a, k.b, k.shifted FROM ranked k JOIN works w ON w.company = k.holder
  WHERE k.heading_in <> k.heading_out
    AND (starts_with(k.hs_in, w.hs_in) OR starts_with(w.hs_in, k.hs_in))
    AND (starts_with(k.hs_out, w.hs_out) OR starts_with(w.hs_out, k.hs_out))
    AND coalesce(w.from, k.here) <= k.gone AND coalesce(w.to, k.gone) >= k.here
),
used AS (
  SELECT r.*, p.a IS NOT NULL AS processed, coalesce(l.times, 0) AS times,
    CASE WHEN p.a IS NOT NULL OR l.times >= 4 OR goes_back THEN 0.5
      WHEN r.heading_in = r.heading_out AND origin_kept
      THEN (greatest(coalesce(e.n, 0) - 1, 0) + 0.2 * d.n / shipments) / (got + 0.1) ELSE 0
      END AS usual,
    CASE WHEN physical THEN 10000 ELSE (usual + 0.02) / greatest(expected, 1e-9) END AS odds
  FROM ranked r CROSS JOIN handed d
  LEFT JOIN as_they_are e ON e.holder = r.holder
  LEFT JOIN processed p ON p.a = r.a AND p.b = r.b AND p.shifted = r.shifted
  LEFT JOIN learned l ON l.holder = r.holder AND l.heading_in = r.heading_in
    AND l.heading_out = r.heading_out
),
-- One consignment comes from one, and leaves as one: what else fits either end speaks against it.
rivalled AS (
  SELECT *, CASE WHEN physical THEN 0 ELSE least(4, log10(1
    + greatest(0, sum(odds) OVER (PARTITION BY b, shifted) - odds)
    + greatest(0, sum(odds) OVER (PARTITION BY a, shifted) - odds))) END AS rivals
  FROM used
),
kept AS MATERIALIZED (
  SELECT u.a, u.b, u.shifted, u.basis, u.sister, u.id_a, u.holder, u.days, u.drift, u.expected,
    u.rank, u.of, u.usual, u.processed, u.times, u.heading_in, u.heading_out, u.origin_kept,
    u.by_receiver, u.by_port, u.by_country,
    u.rivals, u.hs_in, u.hs_out, a.parts AS from_parts, b.parts AS to_parts, a.took AS from_days, b.took AS to_days,
    b.id AS id_b, a.sender, a.receiver AS came_to, b.receiver,
    a.by_notify OR b.by_notify AS by_notify, a.second OR b.second AS second,
    nullif(concat_ws(' and ', CASE WHEN a.dated IS NOT NULL THEN a.dated || ' of ' || a.id END,
      CASE WHEN b.dated IS NOT NULL THEN b.dated || ' of ' || b.id END), '') AS dated,
    a.load_port AS from_port, b.discharge_port AS to_port, a.from_country,
    a.to_country AS via_country, b.to_country, a.origin AS origin_in, b.origin AS origin_out,
    a.description AS description_in, b.description AS description_out,
    a.procedure AS procedure_in, b.procedure AS procedure_out
  FROM rivalled u JOIN sized a ON a.load = u.a JOIN sized b ON b.load = u.b
  WHERE rank <= $keep::INT
),
moves AS (
  SELECT DISTINCT k.a, k.b FROM kept k JOIN hs_moves m
    ON (starts_with(k.hs_in, m.hs_from) AND starts_with(k.hs_out, m.hs_to))
    OR (starts_with(k.hs_out, m.hs_from) AND starts_with(k.hs_in, m.hs_to))
  WHERE k.heading_in <> k.heading_out
),
texts AS (
  SELECT description, [w FOR w IN regexp_extract_all(lower(description), '\p{L}{3,}')
    IF w NOT IN ('and', 'for', 'the', 'with', 'other', 'parts')] AS words
  FROM (SELECT description_in AS description FROM kept UNION SELECT description_out FROM kept)
  WHERE description IS NOT NULL
),
told_apart AS (
  SELECT i.description AS description_in, o.description AS description_out
  FROM (SELECT DISTINCT description_in, description_out FROM kept) k
  JOIN texts i ON i.description = k.description_in JOIN texts o ON o.description = k.description_out
  WHERE len(i.words) > 0 AND len(o.words) > 0 AND NOT list_has_any(i.words, o.words)
),
judged AS (
  SELECT k.*, m.a IS NOT NULL AS moved, t.description_in IS NOT NULL AS other_name,
    procedure_in IN ('temporary', 'return', 'inward_processing', 'outward_processing') AS out_in,
    procedure_out IN ('temporary', 'return', 'inward_processing', 'outward_processing') AS out_out
  FROM kept k LEFT JOIN moves m ON m.a = k.a AND m.b = k.b
  LEFT JOIN told_apart t ON t.description_in = k.description_in
    AND t.description_out = k.description_out
)
SELECT shifted, from_days, to_days,
  coalesce(out_in, false) AS returning_in, coalesce(out_out, false) AS returning_out,
  id_a AS a, id_b AS b, a AS from_load, b AS to_load,
  CASE WHEN len(from_parts) > 1 THEN from_parts END AS from_parts,
  CASE WHEN len(to_parts) > 1 THEN to_parts END AS to_parts,
  basis, days, round(drift, 6) AS drift, round(expected, 9) AS expected, rank, of,
  round(-log10(greatest(expected, usual, 1e-9)) - rivals, 4) AS weight,
  usual > expected AS as_it_is,
  round(-log10(greatest(by_receiver, 1e-9)), 4) AS to_whom,
  round(-log10(greatest(by_port, 1e-9)), 4) AS to_where,
  round(-log10(greatest(by_country, 1e-9)), 4) AS to_land,
  sender, CASE WHEN sister THEN came_to END AS sister, holder, receiver, by_notify, second, dated,
  from_port, to_port, from_country, via_country, to_country,
  origin_kept,
  coalesce(heading_in <> heading_out AND NOT processed AND NOT moved AND times < 4, false)
    AS heading_changed,
  coalesce(origin_in <> origin_out AND NOT processed AND times < 4, false) AS origin_changed,
  coalesce(other_name AND NOT processed AND NOT moved AND times < 4, false) AS renamed,
  heading_changed OR origin_changed OR renamed AS relabelled,
  [x FOR x IN [
    CASE WHEN heading_in <> heading_out THEN 'heading ' || heading_in || ' → ' || heading_out END,
    CASE WHEN origin_in <> origin_out THEN 'origin ' || origin_in || ' → ' || origin_out END,
    CASE WHEN other_name THEN 'name “' || description_in || '” → “' || description_out || '”' END
  ] IF x IS NOT NULL] AS changes,
  CASE
    WHEN processed THEN 'processing on record turns ' || heading_in || ' into ' || heading_out
    WHEN moved THEN 'heading ' || heading_in || ' became ' || heading_out || ' between HS editions'
    WHEN times >= 4 THEN 'the holder hands ' || heading_in || ' on as ' || heading_out || ' '
      || times || ' times: it may process'
    WHEN out_in OR out_out THEN 'declared as ' || concat_ws(' and ',
        CASE WHEN out_in THEN procedure_in END,
        CASE WHEN out_out AND procedure_out IS DISTINCT FROM procedure_in THEN procedure_out END)
    WHEN procedure_out = 're-export' AND origin_in = origin_out
      THEN 'declared as re-export with its origin kept'
  END AS lawful
FROM judged
