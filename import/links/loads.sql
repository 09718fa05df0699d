-- title: What may be one consignment, and what its two ends usually do
-- about: |
--   Every leg is a load, under its number; the sum of a few stands beside them under the number of
--   its first part with a minus. Of all legs it says: how often the sender sends, and the receiver
--   gets, this weight and one like it; how usual the heading, the customer, the port and the country
--   are for the sender (shares). `reach` is the drift up to which it is looked for: less than the
--   tolerance where it is `crowded`, its sender sending more than `crowd` loads of about this weight
--   within a window: the nearest are then looked at. `came` and `went` say in which of `parts` parts
--   the receiver and the sender are worked on: companies of one owner in the same.
-- misses: habits of a company before the time of the data
-- table: links
-- inputs:
--   window: {type: integer, default: 45, min: 0, max: 365, help: Most days from arrival to departure}
--   tolerance: {type: number, default: 0.05, min: 0, max: 0.05, help: Most drift of weight (share)}
--   crowd: {type: integer, default: 100, min: 1, max: 100000000, ours: true, help: Most loads of one sender and of about one weight within a window; of more only the nearest weights are looked at}
WITH world AS (
  SELECT count(*)::DOUBLE AS shipments,
    greatest(1, (date_diff('day', min(departed), max(arrived)) + 1) / ($window::INT + 1)) AS windows
  FROM legs
),
trade AS (
  SELECT sender, receiver, heading, coalesce(net, gross) AS kg, discharge_port, to_country,
    coalesce(floor(ln(net) / 0.0513)::INT, 100000 + floor(ln(gross) / 0.0513)::INT) AS size
  FROM legs
),
sizes AS (SELECT size, count(*) AS n FROM trade WHERE size IS NOT NULL GROUP BY size),
exact AS (SELECT kg, count(*) AS n FROM trade WHERE kg IS NOT NULL GROUP BY kg),
headings AS (SELECT heading, count(*) AS n FROM trade WHERE heading IS NOT NULL GROUP BY heading),
ports_in AS (SELECT discharge_port, count(*) AS n FROM trade GROUP BY discharge_port),
countries_in AS (SELECT to_country, count(*) AS n FROM trade GROUP BY to_country),
sends AS (
  SELECT sender, count(*) AS n, floor(log2(count(*)))::INT AS class
  FROM trade WHERE sender IS NOT NULL GROUP BY sender
),
sends_heading AS (
  SELECT sender, heading, count(*) AS n FROM trade WHERE heading IS NOT NULL GROUP BY sender, heading
),
sends_size AS (
  SELECT sender, size, count(*) AS n FROM trade WHERE size IS NOT NULL GROUP BY sender, size
),
sends_exact AS (
  SELECT sender, kg, count(*) AS n FROM trade WHERE kg IS NOT NULL GROUP BY sender, kg
),
sends_to AS (
  SELECT sender, receiver, count(*) AS n FROM trade WHERE receiver IS NOT NULL
  GROUP BY sender, receiver
),
sends_port AS (SELECT sender, discharge_port, count(*) AS n FROM trade GROUP BY sender, discharge_port),
sends_country AS (SELECT sender, to_country, count(*) AS n FROM trade GROUP BY sender, to_country),
-- What a sender sends, or serves, but once foretells how much is new (Good and Turing); one whose
-- own few shipments tell little is taken as those of its size.
one_offs AS (SELECT sender, count(*) AS n FROM sends_to WHERE n = 1 GROUP BY sender),
odd_headings AS (SELECT sender, count(*) AS n FROM sends_heading WHERE n = 1 GROUP BY sender),
novel AS (
  SELECT class, coalesce(sum(o.n), 0) / sum(s.n) AS customers,
    coalesce(sum(h.n), 0) / sum(s.n) AS headings
  FROM sends s LEFT JOIN one_offs o ON o.sender = s.sender
  LEFT JOIN odd_headings h ON h.sender = s.sender
  GROUP BY class
),
senders AS (
  SELECT s.sender, s.n, greatest(coalesce(o.n, 0) - 1, 0) AS one_offs, v.customers,
    greatest(coalesce(h.n, 0) - 1, 0) AS odd_headings, v.headings
  FROM sends s JOIN novel v ON v.class = s.class
  LEFT JOIN one_offs o ON o.sender = s.sender LEFT JOIN odd_headings h ON h.sender = s.sender
),
gets AS (SELECT receiver, count(*) AS n FROM trade WHERE receiver IS NOT NULL GROUP BY receiver),
gets_size AS (
  SELECT receiver, size, count(*) AS n FROM trade WHERE size IS NOT NULL GROUP BY receiver, size
),
gets_exact AS (
  SELECT receiver, kg, count(*) AS n FROM trade WHERE kg IS NOT NULL GROUP BY receiver, kg
),
gets_heading AS (
  SELECT receiver, heading, count(*) AS n FROM trade WHERE heading IS NOT NULL
  GROUP BY receiver, heading
),
summed AS (
  SELECT leg AS load, id, id AS name, [id] AS parts, papers, sender, receiver, by_notify, second,
    dated, departed, arrived, net, gross, hs, heading, description, origin, procedure, lot, serial,
    sealed, container, quantity, unit, worth, money, load_port, discharge_port, from_country,
    to_country
  FROM legs
  UNION ALL
  SELECT -s.leg, id, array_to_string(s.parts, '+'), s.parts, s.papers, sender, receiver, by_notify,
    second, dated, s.departed, s.arrived, s.net, NULL, hs, heading, description, origin, procedure,
    s.lot, NULL, NULL, NULL, s.quantity, unit, s.worth, money, load_port, discharge_port,
    from_country, to_country
  FROM sums s JOIN legs l ON l.leg = s.leg
),
loads AS (
  SELECT *, coalesce(net, gross) AS kg, floor(ln(net) / 0.0513)::INT AS net_bucket,
    floor(ln(gross) / 0.0513)::INT AS gross_bucket,
    coalesce(net_bucket, 100000 + gross_bucket) AS size
  FROM summed
)
SELECT l.load, l.id, l.name, l.parts, l.papers, l.sender, l.receiver, l.by_notify, l.second, l.dated,
  l.departed, l.arrived, l.net, l.gross, l.hs, l.heading, l.description, l.origin, l.procedure,
  l.lot, l.serial, l.sealed, l.container, l.quantity, l.unit, l.worth, l.money, l.load_port,
  l.discharge_port, l.from_country, l.to_country, l.net_bucket, l.gross_bucket,
  array_length(l.parts) > 1 AS summed, date_diff('day', l.departed, l.arrived) AS took,
  abs(hash(coalesce(fi.first, l.receiver)) % $parts::INT)::INT AS came,
  abs(hash(coalesce(fo.first, l.sender)) % $parts::INT)::INT AS went,
  s.n AS sent, coalesce(g.n, 1) AS got,
  greatest(coalesce(se.n, 0) - 1, 0) AS sent_exact,
  greatest(coalesce(sb.n, 0) + coalesce(sl.n, 0) + coalesce(sh.n, 0) - 1, 0) AS sent_near,
  $tolerance::DOUBLE * least(1, $crowd::INT * w.windows / (sent_near + 1)) AS reach,
  reach < $tolerance::DOUBLE AND l.kg IS NOT NULL AS crowded,
  greatest(coalesce(ge.n, 0) - 1, 0) AS got_exact,
  greatest(coalesce(gb.n, 0) + coalesce(gl.n, 0) + coalesce(gh.n, 0) - 1, 0) AS got_near,
  coalesce(z.n, 1) / w.shipments AS alike, coalesce(x.n, 1) / w.shipments AS same_weight,
  coalesce(k.n, 0) > 1 AS heading_again,
  CASE WHEN k.n > 1 THEN (k.n - 1 + 2 * coalesce(e.n, 1) / w.shipments) / (s.n + 1)
    ELSE (s.odd_headings + 2 * s.headings) / (s.n + 1) END AS own_heading,
  (coalesce(dh.n, 1) - 1) / (coalesce(g.n, 1) + 1) AS their_heading,
  -- a customer whom the sender serves but once, when it mostly serves the same ones
  CASE WHEN coalesce(t.n, 1) > 1 THEN 1 ELSE (s.one_offs + 2 * s.customers) / (s.n + 1) END
    AS by_customer,
  (greatest(coalesce(t.n, 0) - 1, 0) + coalesce(g.n, 1) / w.shipments) / s.n AS by_receiver,
  (greatest(coalesce(p.n, 0) - 1, 0) + coalesce(q.n, 1) / w.shipments) / s.n AS by_port,
  (greatest(coalesce(y.n, 0) - 1, 0) + coalesce(v.n, 1) / w.shipments) / s.n AS by_country
FROM loads l CROSS JOIN world w
LEFT JOIN family fi ON fi.id = l.receiver
LEFT JOIN family fo ON fo.id = l.sender
LEFT JOIN senders s ON s.sender = l.sender
LEFT JOIN gets g ON g.receiver = l.receiver
LEFT JOIN sends_exact se ON se.sender = l.sender AND se.kg = l.kg
LEFT JOIN gets_exact ge ON ge.receiver = l.receiver AND ge.kg = l.kg
LEFT JOIN sends_size sb ON sb.sender = l.sender AND sb.size = l.size
LEFT JOIN sends_size sl ON sl.sender = l.sender AND sl.size = l.size - 1
LEFT JOIN sends_size sh ON sh.sender = l.sender AND sh.size = l.size + 1
LEFT JOIN gets_size gb ON gb.receiver = l.receiver AND gb.size = l.size
LEFT JOIN gets_size gl ON gl.receiver = l.receiver AND gl.size = l.size - 1
LEFT JOIN gets_size gh ON gh.receiver = l.receiver AND gh.size = l.size + 1
LEFT JOIN sizes z ON z.size = l.size
LEFT JOIN exact x ON x.kg = l.kg
LEFT JOIN sends_heading k ON k.sender = l.sender AND k.heading = l.heading
LEFT JOIN headings e ON e.heading = l.heading
LEFT JOIN gets_heading dh ON dh.receiver = l.receiver AND dh.heading = l.heading
LEFT JOIN sends_to t ON t.sender = l.sender AND t.receiver = l.receiver
LEFT JOIN sends_port p ON p.sender = l.sender AND p.discharge_port = l.discharge_port
LEFT JOIN ports_in q ON q.discharge_port = l.discharge_port
LEFT JOIN sends_country y ON y.sender = l.sender AND y.to_country = l.to_country
LEFT JOIN countries_in v ON v.to_country = l.to_country
