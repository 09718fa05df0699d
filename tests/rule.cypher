CYPHER 25
// ------------------------------------------------ several records that are one company
CALL () {
  MATCH (c:Company)
  UNWIND
    [x IN [c.registration] WHERE x IS NOT NULL | 'registered ' + coalesce(c.country, '') + ' ' + x]
    + CASE WHEN c.incorporated = c.incorporated_last
        THEN COLLECT { MATCH (c)-[:USES|LOCATED_AT]->(t:Contact|Address)
          WHERE t:Address OR t.key STARTS WITH 'tel:'
          RETURN labels(t)[0] + ' ' + t.key + ' ' + c.incorporated }
        ELSE [] END AS tell
  WITH tell, collect(DISTINCT c.id) AS ids WHERE 2 <= size(ids) <= 4
  UNWIND ids AS one
  UNWIND ids AS other
  WITH one, other WHERE one < other
  RETURN one, other, 'told' AS tie
  UNION
  MATCH (a:Party)-[r:SAME_AS]->(b:Party)
  RETURN a.id AS one, b.id AS other, coalesce(r.decision, 'accepted') AS tie
}
WITH collect([one, other, tie]) AS ties
// Twice whoever is reached: by all ties, then without the told ones where a rejected pair stands.
CALL (ties) {
  UNWIND [t IN ties | t[0]] + [t IN ties | t[1]] AS id
  WITH DISTINCT ties, id
  WITH ties, id, reduce(found = [id], step IN range(1, 8) |
    found + [t IN ties WHERE t[2] <> 'rejected' AND (t[0] IN found) <> (t[1] IN found)
      | CASE WHEN t[0] IN found THEN t[1] ELSE t[0] END]) AS found
  WHERE any(t IN ties WHERE t[2] = 'rejected' AND t[0] IN found AND t[1] IN found)
  RETURN collect(id) AS torn
}
WITH [t IN ties WHERE t[2] <> 'told' OR NOT t[0] IN torn] AS ties
CALL (ties) {
  UNWIND [t IN ties | t[0]] + [t IN ties | t[1]] AS id
  WITH DISTINCT ties, id
  WITH ties, id, reduce(found = [id], step IN range(1, 8) |
    found + [t IN ties WHERE t[2] <> 'rejected' AND (t[0] IN found) <> (t[1] IN found)
      | CASE WHEN t[0] IN found THEN t[1] ELSE t[0] END]) AS found
  WHERE none(t IN ties WHERE t[2] = 'rejected' AND t[0] IN found AND t[1] IN found)
  UNWIND found AS other
  WITH id, min(other) AS company
  RETURN collect([id, company]) AS same
}
WITH same
// ------------------------------------------------ companies of one owner
CALL (same) {
  MATCH (o:Party)-[r:OWNS]->(c:Company) WHERE r.share >= 50
  WITH DISTINCT coalesce(head([x IN same WHERE x[0] = o.id | x[1]]), o.id) AS owner,
    coalesce(head([x IN same WHERE x[0] = c.id | x[1]]), c.id) AS owned
  WITH owner, collect(owned) AS group WHERE size(group) <= 12
  UNWIND [owner] + group AS one
  UNWIND [owner] + group AS other
  WITH one, collect(DISTINCT CASE WHEN one <> other THEN other END) AS others
  RETURN collect([one, others]) AS sisters
}
// ------------------------------------------------ rows read as movements
CALL (same) {
  MATCH (s:Shipment)
  WITH s, coalesce('m ' + s.movement, 's ' + s.id) AS movement ORDER BY s.id
  WITH movement, collect(s {.*,
    exporter: head(COLLECT { MATCH (s)-[:EXPORTED_BY]->(p) RETURN p.id }),
    seller: head(COLLECT { MATCH (s)-[:SOLD_BY]->(p) RETURN p.id }),
    shipper: head(COLLECT { MATCH (s)<-[:SHIPPED]-(p) RETURN p.id }),
    importer: head(COLLECT { MATCH (s)-[:IMPORTED_BY]->(p) RETURN p.id }),
    buyer: head(COLLECT { MATCH (s)-[:BOUGHT_BY]->(p) RETURN p.id }),
    consignee: head(COLLECT { MATCH (s)-[:CONSIGNED_TO]->(p) RETURN p.id }),
    notify: head(COLLECT { MATCH (s)-[:NOTIFIES]->(p) RETURN p.id }),
    load_port: head(COLLECT { MATCH (s)-[:LOADED_AT]->(p) RETURN p.code }),
    discharge_port: head(COLLECT { MATCH (s)-[:DISCHARGED_AT]->(p) RETURN p.code }),
    container: head(COLLECT { MATCH (s)-[:STUFFED_IN]->(k) RETURN k.number }),
    sealed: head(COLLECT { MATCH (s)-[r:STUFFED_IN]->(k) WHERE r.seal IS NOT NULL
      RETURN k.number + ' ' + r.seal }),
    from_day: CASE WHEN s.departed = s.departed_last
      THEN duration.inDays(date('1970-01-01'), date(s.departed)).days END,
    to_day: CASE WHEN s.arrived = s.arrived_last
      THEN duration.inDays(date('1970-01-01'), date(s.arrived)).days END,
    net: CASE WHEN s.weight_kg > 0 THEN s.weight_kg END,
    gross: CASE WHEN s.gross_kg > 0 THEN s.gross_kg END,
    worth: coalesce(s.value_usd, s.value),
    money: CASE WHEN s.value_usd IS NOT NULL THEN 'USD' ELSE s.currency END}) AS rows
  // What one record of a movement leaves out the next may say.
  WITH {
    id: rows[0].id,
    papers: [r IN rows WHERE r.bill IS NOT NULL | r.bill]
      + [r IN rows WHERE r.master_bill IS NOT NULL | r.master_bill],
    sender: coalesce(head([r IN rows WHERE r.exporter IS NOT NULL | r.exporter]),
      head([r IN rows WHERE r.seller IS NOT NULL | r.seller]),
      head([r IN rows WHERE r.shipper IS NOT NULL | r.shipper])),
    named: coalesce(head([r IN rows WHERE r.importer IS NOT NULL | r.importer]),
      head([r IN rows WHERE r.buyer IS NOT NULL | r.buyer]),
      head([r IN rows WHERE r.consignee IS NOT NULL | r.consignee])),
    notify: head([r IN rows WHERE r.notify IS NOT NULL | r.notify]),
    departed: head([r IN rows WHERE r.from_day IS NOT NULL | r.from_day]),
    arrived: head([r IN rows WHERE r.to_day IS NOT NULL | r.to_day]),
    net: head([r IN rows WHERE r.net IS NOT NULL | r.net]),
    gross: head([r IN rows WHERE r.gross IS NOT NULL | r.gross]),
    hs: head([r IN rows WHERE r.hs IS NOT NULL | r.hs]),
    description: head([r IN rows WHERE r.description IS NOT NULL | r.description]),
    origin: head([r IN rows WHERE r.origin IS NOT NULL | r.origin]),
    procedure: head([r IN rows WHERE r.procedure IS NOT NULL | r.procedure]),
    lot: head([r IN rows WHERE r.lot IS NOT NULL | r.lot]),
    serial: head([r IN rows WHERE r.serial IS NOT NULL | r.serial]),
    sealed: head([r IN rows WHERE r.sealed IS NOT NULL | r.sealed]),
    container: head([r IN rows WHERE r.container IS NOT NULL | r.container]),
    quantity: head([r IN rows WHERE r.quantity IS NOT NULL | r.quantity]),
    unit: head([r IN rows WHERE r.unit IS NOT NULL | r.unit]),
    worth: head([r IN rows WHERE r.worth IS NOT NULL | r.worth]),
    money: head([r IN rows WHERE r.money IS NOT NULL | r.money]),
    load_port: head([r IN rows WHERE r.load_port IS NOT NULL | r.load_port]),
    discharge_port: head([r IN rows WHERE r.discharge_port IS NOT NULL | r.discharge_port])
  } AS leg
  WITH leg, coalesce(head([x IN same WHERE x[0] = leg.sender | x[1]]), leg.sender) AS sender
  WITH leg {.*, heading: left(leg.hs, 4), sender: sender, sent_as: leg.sender,
    came_as: coalesce(leg.named, leg.notify),
    named: coalesce(head([x IN same WHERE x[0] = leg.named | x[1]]), leg.named),
    notify: coalesce(head([x IN same WHERE x[0] = leg.notify | x[1]]), leg.notify)} AS leg
  RETURN collect(leg) AS rows
}
// ------------------------------------------------ days and holders that are missing
CALL (rows) {
  UNWIND rows AS r
  WITH r WHERE r.arrived >= r.departed
  RETURN toInteger(round(percentileCont(r.arrived - r.departed, 0.5))) AS median
}
CALL (rows, median) {
  UNWIND rows AS r
  WITH r.load_port AS load, r.discharge_port AS discharge, collect(r) AS lane
  CALL (lane) {
    UNWIND lane AS r
    WITH r WHERE r.arrived >= r.departed
    RETURN CASE WHEN count(*) >= 3 THEN percentileDisc(r.arrived - r.departed, 0.25) END AS quarter
  }
  WITH lane, coalesce(CASE WHEN load IS NOT NULL AND discharge IS NOT NULL THEN quarter END, median)
    AS took
  UNWIND lane AS r
  RETURN collect(r {.*, dated: CASE WHEN r.arrived IS NULL THEN 'arrival'
      WHEN r.departed IS NULL THEN 'departure' END,
    left_at: r.departed,
    departed: coalesce(r.departed, r.arrived - took),
    arrived: coalesce(r.arrived, r.departed + took)}) AS dated
}
WITH same, sisters, dated
CALL (dated) {
  WITH dated, [r IN dated WHERE r.lot IS NOT NULL OR r.serial IS NOT NULL OR r.sealed IS NOT NULL]
    AS traced
  UNWIND dated AS r
  WITH r, CASE WHEN r.named IS NULL AND r.notify IS NULL THEN
    [t IN traced WHERE t.id <> r.id AND t.sender <> r.sender AND t.left_at >= r.left_at
      AND (t.lot = r.lot OR t.serial = r.serial OR t.sealed = r.sealed)] ELSE [] END AS onward
  WITH r, [t IN onward WHERE none(u IN onward WHERE u.left_at < t.left_at) | t.sender] AS senders
  WITH r, CASE WHEN all(s IN senders WHERE s = senders[0]) THEN senders[0] END AS follower
  RETURN collect(r {.*, receiver: coalesce(r.named, r.notify, follower),
    by_notify: r.named IS NULL}) AS legs
}
WITH same, sisters, legs
// ------------------------------------------------ part loads
CALL (legs) {
  UNWIND legs AS l
  WITH l WHERE l.sender IS NOT NULL AND l.receiver IS NOT NULL AND l.net IS NOT NULL
  ORDER BY l.departed, l.id
  WITH l.sender AS sender, l.receiver AS receiver, l.heading AS heading, collect(l) AS few
  WITH reduce(bursts = [], l IN few |
    CASE WHEN size(bursts) > 0 AND l.departed - last(last(bursts)).departed <= 9
      THEN bursts[..-1] + [last(bursts) + [l]]
      ELSE bursts + [[l]] END) AS bursts
  UNWIND bursts AS burst
  WITH burst WHERE 2 <= size(burst) <= 4
  CALL (burst) {
    UNWIND burst AS l
    RETURN collect(l.papers) AS papers, sum(l.net) AS net, min(l.net) AS least, max(l.net) AS most, min(l.departed) AS departed,
      max(l.arrived) AS arrived, sum(l.quantity) AS quantity, sum(l.worth) AS worth
  }
  WITH burst, burst[0] AS first, reduce(all = [], p IN papers | all + p) AS papers, net, departed, arrived, quantity, worth WHERE least >= most / 5
  RETURN collect(first {.id, .sender, .receiver, .sent_as, .came_as, .by_notify, .dated, .hs,
    .heading, .description, .origin, .procedure, .load_port, .discharge_port, .unit, .money,
    papers: papers, net: net, departed: departed, arrived: arrived, parts: [l IN burst | l.id],
    lot: CASE WHEN all(l IN burst WHERE l.lot = first.lot) THEN first.lot END,
    quantity: CASE WHEN all(l IN burst WHERE l.unit = first.unit) THEN quantity END,
    worth: CASE WHEN all(l IN burst WHERE l.money = first.money) THEN worth END}) AS sums
}
WITH legs, sisters, same, [l IN legs | l {.*, parts: [l.id], summed: false}]
  + [l IN sums | l {.*, summed: true}] AS loads
WITH legs, sisters, same, [l IN loads | l {.*,
  kg: coalesce(l.net, l.gross),
  bucket: CASE WHEN l.net IS NOT NULL THEN toInteger(floor(log(l.net) / 0.0513))
    ELSE 100000 + toInteger(floor(log(l.gross) / 0.0513)) END,
  load: reduce(text = '', id IN l.parts | text + CASE text WHEN '' THEN '' ELSE '+' END + id)}] AS loads
// ------------------------------------------------ what each load's holder and world is used to
CALL (legs) {
  UNWIND legs AS l
  RETURN 1.0 * count(*) AS world, max(l.arrived) - min(l.departed) + 1 AS span
}
WITH same, sisters, world, span, loads
// Of the world: how many legs have this load's bucket, weight, heading, and getter.
CALL (loads) {
  UNWIND loads AS l
  WITH l.bucket AS bucket, collect(l) AS of
  WITH of, size([l IN of WHERE NOT l.summed]) AS alike
  UNWIND of AS l
  WITH l {.*, world_bucket: alike} AS l
  WITH l.kg AS kg, collect(l) AS of
  WITH of, size([l IN of WHERE NOT l.summed]) AS alike
  UNWIND of AS l
  WITH l {.*, world_exact: alike} AS l
  WITH l.heading AS heading, collect(l) AS of
  WITH of, size([l IN of WHERE NOT l.summed]) AS alike
  UNWIND of AS l
  RETURN collect(l {.*, world_heading: alike}) AS counted
}
WITH same, sisters, world, span, counted
// Of its getter: all that it gets, and what is like this.
CALL (counted) {
  UNWIND counted AS l
  WITH l.receiver AS receiver, collect(l) AS of
  WITH receiver, of, [l IN of WHERE NOT l.summed] AS got
  UNWIND of AS l
  RETURN collect(CASE WHEN receiver IS NULL THEN l ELSE l {.*, gets: size(got),
    gets_exact: size([x IN got WHERE x.kg = l.kg]),
    gets_near: size([x IN got WHERE abs(x.bucket - l.bucket) <= 1]),
    gets_heading: size([x IN got WHERE x.heading = l.heading])} END) AS received
}
WITH same, sisters, world, span, received
// Of its sender: the same, and what it sends, or whom it serves, but once.
CALL (received) {
  UNWIND received AS l
  WITH l.sender AS sender, collect(l) AS of
  WITH sender, of, [l IN of WHERE NOT l.summed] AS sent
  WHERE sender IS NOT NULL
  WITH of, sent, size(sent) AS n,
    size([x IN sent WHERE x.heading IS NOT NULL
      AND size([y IN sent WHERE y.heading = x.heading]) = 1]) AS odd_headings,
    size([x IN sent WHERE x.receiver IS NOT NULL
      AND size([y IN sent WHERE y.receiver = x.receiver]) = 1]) AS odd_customers
  WITH size([p IN range(1, 30) WHERE 2 ^ p <= n]) AS class, n, odd_headings, odd_customers,
    [l IN of | l {.*, sends: n, odd_headings: odd_headings, odd_customers: odd_customers,
      sends_exact: size([x IN sent WHERE x.kg = l.kg]),
      sends_near: size([x IN sent WHERE abs(x.bucket - l.bucket) <= 1]),
      sends_heading: size([x IN sent WHERE x.heading = l.heading]),
      sends_customer: size([x IN sent WHERE x.receiver = l.receiver])}] AS of
  WITH class, collect(of) AS groups, 1.0 * sum(odd_headings) / sum(n) AS new_headings,
    1.0 * sum(odd_customers) / sum(n) AS new_customers
  UNWIND groups AS of
  UNWIND of AS l
  RETURN collect(l {.*, new_heading: (CASE WHEN l.odd_headings > 0 THEN l.odd_headings - 1 ELSE 0 END
      + 2 * new_headings) / (l.sends + 1),
    new_customer: (CASE WHEN l.odd_customers > 0 THEN l.odd_customers - 1 ELSE 0 END
      + 2 * new_customers) / (l.sends + 1)}) AS sent
}
WITH sisters, same, world, span, sent + [l IN received WHERE l.sender IS NULL] AS known
// ------------------------------------------------ pairs
CALL (known, sisters, world, span) {
  UNWIND [l IN known WHERE coalesce(l.sender <> l.receiver, true)] AS l
  WITH l, coalesce(head([x IN sisters WHERE x[0] = l.receiver | x[1]]), []) AS others
  UNWIND [{company: l.sender, out: l}, {company: l.receiver, come: {load: l, sister: false}}]
    + [o IN others | {company: o, come: {load: l, sister: true, siblings: size(others)}}] AS half
  WITH half WHERE half.company IS NOT NULL
  WITH half.company AS company, collect(half.come) AS ins, collect(half.out) AS outs
  UNWIND ins AS come
  UNWIND outs AS b
  WITH come.load AS a, b, come.sister AS sister, come.siblings AS siblings,
    b.departed - come.load.arrived AS days
  WHERE 0 <= days <= $window AND none(p IN a.papers WHERE p IN b.papers)
    AND (NOT sister OR (b.sender <> coalesce(a.sender, '')
      AND coalesce(b.receiver <> a.receiver, true)))
  WITH *, CASE WHEN a.net IS NOT NULL AND b.net IS NOT NULL THEN [a.net, b.net]
    WHEN a.gross IS NOT NULL AND b.gross IS NOT NULL THEN [a.gross, b.gross] END AS kg
  WITH *, CASE WHEN kg[0] > kg[1] THEN 1 - kg[1] / kg[0] ELSE 1 - kg[0] / kg[1] END AS drift
  // In a crowd of like loads the nearest weights alone.
  WITH *, $crowd * CASE WHEN span > $window + 1 THEN 1.0 * span / ($window + 1) ELSE 1.0 END
    / CASE WHEN b.sends_near > 1 THEN b.sends_near ELSE 1 END AS room
  WITH *, CASE WHEN a.lot = b.lot THEN 'lot' WHEN a.serial = b.serial THEN 'serial'
    WHEN a.sealed = b.sealed THEN 'container+seal'
    WHEN round(drift, 9) <= $tolerance * CASE WHEN room < 1 THEN room ELSE 1 END THEN
      CASE WHEN b.summed THEN 'split' WHEN a.summed THEN 'merge'
        WHEN sister THEN 'affiliate' ELSE 'weight' END END AS basis
  WHERE basis IS NOT NULL
  WITH *, basis IN ['lot', 'serial', 'container+seal'] AS physical,
    // Other shipments than this: a sum is none of those counted, and yet one is taken off.
    CASE WHEN (drift + 0.01) / 0.154 > 1 THEN 1.0 ELSE (drift + 0.01) / 0.154 END AS width,
    CASE WHEN b.sends_exact > 0 THEN b.sends_exact - 1.0 ELSE 0.0 END AS sent_exact,
    CASE WHEN b.sends_near > 0 THEN b.sends_near - 1.0 ELSE 0.0 END AS sent_near,
    CASE WHEN a.gets_exact > 0 THEN a.gets_exact - 1.0 ELSE 0.0 END AS got_exact,
    CASE WHEN a.gets_near > 0 THEN a.gets_near - 1.0 ELSE 0.0 END AS got_near,
    CASE WHEN b.world_bucket > 0 THEN b.world_bucket ELSE 1 END / world
      * (drift + 0.01) / 0.0513 AS near_share,
    CASE WHEN b.world_exact > 0 THEN b.world_exact ELSE 1 END / world AS exact_share,
    CASE WHEN a.unit = b.unit AND a.quantity > 0 AND b.quantity > 0 THEN
      CASE WHEN a.quantity < b.quantity THEN a.quantity / b.quantity
        ELSE b.quantity / a.quantity END END AS counts,
    CASE WHEN a.money = b.money AND a.worth > 0 AND b.worth > 0 THEN
      CASE WHEN a.worth < b.worth THEN a.worth / b.worth ELSE b.worth / a.worth END END AS values
  WITH *, reduce(most = 0.0, x IN [sent_exact, got_exact, width * (sent_near - sent_exact),
      width * (got_near - got_exact)] | CASE WHEN x > most THEN x ELSE most END) AS habit,
    CASE WHEN drift < 0.0005 AND exact_share > near_share THEN exact_share ELSE near_share END
      AS share,
    CASE WHEN a.heading IS NULL OR b.heading IS NULL THEN 1.0
      WHEN b.sends_heading < 2 THEN CASE WHEN a.heading = b.heading THEN 1 ELSE 4 END * b.new_heading
      WHEN a.heading = b.heading
        THEN (b.sends_heading - 1 + 2.0 * b.world_heading / world) / (b.sends + 1)
      ELSE 4.0 END AS heading,
    CASE WHEN a.heading IS NULL OR b.heading IS NULL OR b.receiver IS NULL THEN 0.0
      ELSE (b.gets_heading - 1.0) / (b.gets + 1) END AS wanted,
    CASE WHEN b.sends_customer > 1 THEN 1.0 ELSE b.new_customer END
      AS customer
  WITH *, CASE WHEN physical THEN 0.0001 ELSE
    (days + 10.0) / (2.0 * span)
    * (b.sends * share * CASE WHEN wanted > heading THEN wanted ELSE heading END * customer + habit)
    * CASE WHEN a.summed THEN 4 ELSE 1 END * CASE WHEN b.summed THEN 4 ELSE 1 END
    * CASE WHEN sister THEN 1 + siblings ELSE 1 END
    * CASE WHEN kg[1] > kg[0] * 1.0005 THEN 3 ELSE 0.7 END
    * CASE WHEN counts >= 0.98 THEN 0.3 WHEN counts < 0.8 THEN 3 ELSE 1 END
    * CASE WHEN values >= 0.995 THEN 0.3 ELSE 1 END
    * CASE WHEN a.container = b.container AND a.discharge_port = b.load_port THEN 0.1 ELSE 1 END
    END AS expected
  WITH {a: a.id, from_load: a.load, b: b.id, to_load: b.load, basis: basis, physical: physical,
    holder: b.sender, sister: sister, came_to: a.receiver, gets: a.gets, days: days,
    drift: drift, expected: expected,
    second: coalesce(any(end IN [a.sent_as <> a.sender, b.sent_as <> b.sender, a.came_as <> a.receiver,
      b.came_as <> b.receiver] WHERE end), false),
    by_notify: a.by_notify OR b.by_notify,
    heading_in: a.heading, heading_out: b.heading, hs_in: a.hs, hs_out: b.hs,
    kept: a.heading = b.heading AND a.origin = b.origin,
    altered: a.heading <> b.heading, other_origin: a.origin <> b.origin,
    said_in: a.description, said_out: b.description,
    procedure_in: a.procedure, procedure_out: b.procedure,
    here: date('1970-01-01') + duration({days: a.arrived}),
    gone: date('1970-01-01') + duration({days: b.departed})} AS c
  ORDER BY c.expected
  WITH c.a AS of, collect(c) AS candidates
  UNWIND candidates AS c
  RETURN collect(c {.*, rank: 1 + size([x IN candidates WHERE x.expected < c.expected]),
    of: size(candidates)}) AS ranked
}
// ------------------------------------------------ what is lawful by itself
CALL (ranked, known) {
  UNWIND ranked AS c
  WITH c WHERE c.rank = 1 AND c.altered
  WITH c.holder AS holder, c.heading_in AS heading_in, c.heading_out AS heading_out,
    count(DISTINCT c.a) AS times
  WHERE times >= 4 AND 2 * times >= size([l IN known WHERE NOT l.summed AND l.receiver = holder
    AND l.heading = heading_in])
    AND any(l IN known WHERE NOT l.summed AND l.receiver = holder AND l.heading = heading_in)
  RETURN collect([holder, heading_in, heading_out]) AS learned
}
CALL (ranked) {
  UNWIND ranked AS c
  WITH c WHERE c.rank = 1 AND c.kept AND c.expected < 0.01
  WITH c.holder AS holder, count(DISTINCT c.a) AS n
  RETURN collect([holder, n]) AS plain, sum(n) + 1.0 AS handed
}
CALL (ranked, same, learned, plain, handed, world) {
  UNWIND ranked AS c
  WITH c, learned, plain, handed, world, coalesce(c.altered AND any(w IN $processing WHERE
      coalesce(head([x IN same WHERE x[0] = w.company | x[1]]), w.company) = c.holder
      AND (c.hs_in STARTS WITH w.hs_in OR w.hs_in STARTS WITH c.hs_in)
      AND (c.hs_out STARTS WITH w.hs_out OR w.hs_out STARTS WITH c.hs_out)
      AND coalesce(date(w.from) <= c.gone, true) AND coalesce(date(w.to) >= c.here, true)), false)
      AS processed,
    [c.holder, c.heading_in, c.heading_out] IN learned AS again
  WITH c, processed, coalesce(again, false) AS again,
    CASE WHEN processed OR again OR c.procedure_out IN ['temporary', 'return'] THEN 0.5
      WHEN c.kept THEN
        (coalesce(head([x IN plain WHERE x[0] = c.holder | x[1] - 1]), 0)
          + 0.2 * handed / world) / (c.gets + 0.1)
      ELSE 0.0 END AS usual
  WITH c {.*, processed: processed, again: again, usual: usual, odds: CASE WHEN c.physical THEN 10000.0
    ELSE (usual + 0.02) / CASE WHEN c.expected < 1e-9 THEN 1e-9 ELSE c.expected END END} AS c
  WITH c.to_load AS into, collect(c) AS alike, sum(c.odds) AS odds
  UNWIND alike AS c
  WITH c {.*, others: odds - c.odds} AS c
  WITH c.from_load AS out_of, collect(c) AS alike, sum(c.odds) AS odds
  UNWIND alike AS c
  WITH c {.*, others: c.others + odds - c.odds} AS c
  WHERE c.rank <= $keep
  RETURN collect(c) AS kept
}
// ------------------------------------------------ what changed, and what explains it
UNWIND kept AS c
WITH c, CASE WHEN c.physical THEN 0.0 ELSE log10(1 + c.others) END AS rivals,
  CASE WHEN c.usual > c.expected THEN c.usual ELSE c.expected END AS likely,
  coalesce(c.altered AND any(m IN $moves WHERE
    (c.hs_in STARTS WITH m.hs_from AND c.hs_out STARTS WITH m.hs_to)
    OR (c.hs_out STARTS WITH m.hs_from AND c.hs_in STARTS WITH m.hs_to)), false) AS moved,
  // A word is three letters or more; one of these is no word.
  [said IN [c.said_in, c.said_out] |
    [w IN split(reduce(text = '', at IN range(0, size(said) - 1) |
      text + CASE WHEN substring(said, at, 1) =~ '\\p{L}' THEN toLower(substring(said, at, 1))
        ELSE ' ' END), ' ')
      WHERE size(w) > 2 AND NOT w IN ['and', 'for', 'the', 'with', 'other', 'parts']]] AS words
WITH *, coalesce(size(words[0]) > 0 AND size(words[1]) > 0 AND none(w IN words[0] WHERE w IN words[1]), false)
  AS other_name
RETURN c.a AS a, c.b AS b, c.from_load AS from_load, c.to_load AS to_load, c.basis AS basis,
  c.days AS days, round(c.drift, 6) AS drift, c.expected AS expected, c.rank AS rank, c.of AS of,
  -log10(CASE WHEN likely < 1e-9 THEN 1e-9 ELSE likely END)
    - CASE WHEN rivals > 4 THEN 4 ELSE rivals END AS weight,
  c.usual > c.expected AS as_it_is, c.by_notify AS by_notify, c.second AS second,
  CASE WHEN c.sister THEN c.came_to END AS sister, c.holder AS holder,
  coalesce(c.altered AND NOT c.processed AND NOT moved AND NOT c.again, false) AS heading_changed,
  coalesce(c.other_origin AND NOT c.processed AND NOT c.again, false) AS origin_changed,
  other_name AND NOT c.processed AND NOT moved AND NOT c.again AS renamed,
  size([x IN [c.altered, c.other_origin, other_name] WHERE x]) AS changes,
  coalesce(c.processed OR moved OR c.again
    OR any(x IN [c.procedure_in, c.procedure_out]
      WHERE x IN ['temporary', 'return', 'inward_processing', 'outward_processing'])
    OR (c.procedure_out = 're-export' AND NOT c.other_origin), false) AS lawful
