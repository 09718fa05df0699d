// title: Several buyers for one receiver behind them
// about: |
//   One seller, at least three buyers of the same HS heading, and behind them one receiver, or
//   companies of one owner (at least 50 %, one or two steps), who gets the goods from them: scattered
//   and gathered again within 60 days, from the first purchase to the last arrival. The goods are
//   followed over hand-overs (HANDOFF: like weight, lot, serial or sealed container); only the likeliest
//   of each inbound shipment counts, and none that chance and habit give more than --chance times.
// misses: |
//   buyers that keep the goods for the one behind them and ship nothing on, goods regrouped to other
//   weights, several sellers, receivers joined by an address or a nominee only, and second steps.
// lawful: |
//   buyers of one owner with the receiver or the seller (purchasing and sales companies), hand-overs
//   of which at least half are lawful on record, and buyers that send most of what they send to
//   others and do the same in at least three spans of time (distributors): listed with --lawful.
//   Forwarders, carriers, warehouses, banks and brokers by their role are no buyers and do not count.
// red_flag: |
//   US Department of Justice, Operation Gatekeeper, 2025-12-08 (straw buyers who named end customers
//   elsewhere); Shenzhen Intermediate People's Court, 2025-12-16.
// key: seller_drawn, receiver_drawn, heading
// explained: explained
// score:
//   spread: 1 for each buyer beyond the second, 3 at most
//   dedicated: 2 times the share of what the buyers send that goes to this receiver
//   young: 1 when two buyers were incorporated within two years before the first purchase
//   controlled: 1 when a licence or ban covered the code on the day of a purchase
// explain: |
//   {seller} sold goods of heading {heading} to {straws} buyers ({buyers}), who sent them on to
//   {receiver}, all within {days:day} from {first_day}: {tie}.
// against:
//   by_weight: "{by_weight} of these hand-overs rest on like weight alone, and may be chance"
//   standing: "the same goes on in {standing} spans of this length: a standing way of trade"
//   six: the code is compared with the control at its first six digits; the text of the control decides
// needs:
//   shipments: [arrived|departed, hs, importer|buyer|consignee, exporter|seller|shipper]
// example: netinv find-straw-purchasers --days 30 -o straws.html
// inputs:
//   company: {type: entity, of: Party, optional: true, help: "Only where this company sells, buys or receives (id or name)"}
//   buyers: {type: integer, default: 3, min: 2, max: 1000, help: Fewest buyers}
//   days: {type: integer, default: 60, min: 1, max: 3650, help: Most days from the first purchase to the last arrival}
//   chance: {type: number, default: 0.3, min: 0, max: 1000, ours: true, help: Most often that chance and habit give such a hand-over (`expected`)}
//   since: {type: date, of: departed, optional: true, help: Only purchases of this day or later}
CYPHER 25
// `buyers` bounds how many hand goods of one sender on to one receiver. docs/links.md: A path.
MATCH (a:Shipment)-[h:HANDOFF]->(b:Shipment)
WHERE h.buyers >= $buyers AND h.rank = 1 AND h.expected <= $chance
  AND h.receiver IS NOT NULL AND h.receiver <> h.sender
  AND a.hs IS NOT NULL AND ($since IS NULL OR a.departed >= $since)
WITH a, h, b ORDER BY coalesce(a.departed, a.arrived), a.id, b.id
WITH h.receiver AS id, collect({sender: h.sender, heading: left(a.hs, 4), holder: h.holder, a: a,
  h: h, b: b, from: coalesce(a.departed, a.arrived), to: coalesce(b.arrived, b.departed)}) AS hops
// Who is behind: the receiver, or who owns at least half of it.
MATCH (r:Party {id: id})
CALL (r) {
  OPTIONAL MATCH (o:Party)-[w:OWNS]->{1,2}(r)
  WHERE all(x IN w WHERE x.share >= 50)
  WITH o, size(w) AS far ORDER BY far DESC, o.id LIMIT 1
  RETURN coalesce(o, r) AS behind
}
UNWIND hops AS hop
WITH behind, hop.sender AS sender, hop.heading AS heading, hop
WHERE hop.from IS NOT NULL AND hop.to IS NOT NULL AND hop.holder <> behind.id
  AND sender <> behind.id
WITH behind, sender, heading, collect(hop) AS hops, count(DISTINCT hop.holder) AS holders
WHERE holders >= $buyers
// Forwarders and the like are no buyers.
WITH behind, sender, heading, hops, COLLECT {
  UNWIND hops AS hop
  WITH DISTINCT hop.holder AS id
  MATCH (c:Party {id: id})
  WHERE NOT coalesce(c.role, '') IN ['forwarder', 'carrier', 'warehouse', 'bank', 'broker']
  RETURN c.id
} AS real
WHERE size(real) >= $buyers
WITH behind, sender, heading, [hop IN hops WHERE hop.holder IN real] AS hops
// The span with most buyers, and how many spans of that length follow each other.
CALL (hops) {
  UNWIND hops AS start
  WITH DISTINCT hops, start.from AS day
  UNWIND [hop IN hops WHERE hop.from >= day AND hop.to <= day + duration({days: $days})] AS hop
  WITH day, count(DISTINCT hop.holder) AS straws, collect(hop) AS span
  WHERE straws >= $buyers
  WITH day, straws, span ORDER BY day
  WITH collect({day: day, straws: straws, span: span}) AS spans
  WITH spans, reduce(at = {last: date('0001-01-01'), n: 0}, s IN spans |
    CASE WHEN s.day > at.last THEN {last: s.day + duration({days: $days}), n: at.n + 1} ELSE at END).n
    AS rounds
  UNWIND spans AS s
  WITH s, rounds ORDER BY s.straws DESC, s.day LIMIT 1
  RETURN s.span AS span, s.straws AS straws, s.day AS first_day, rounds
}
WITH *, COLLECT { UNWIND span AS hop WITH DISTINCT hop.holder AS id MATCH (c:Party {id: id})
  RETURN c ORDER BY c.id } AS straw_drawn
WHERE $company IS NULL OR $company IN [sender, behind.id]
  OR any(hop IN span WHERE $company IN [hop.holder, hop.h.receiver])
MATCH (seller:Party {id: sender})
CALL (straw_drawn, span) {
  UNWIND straw_drawn AS c
  MATCH (c)-[:EXPORTED_BY|SOLD_BY|SHIPPED]-(s:Shipment)
  WITH count(DISTINCT coalesce(s.movement, s.id)) AS sent
  RETURN sum(sent) AS sent
}
CALL (straw_drawn, seller, behind) {
  UNWIND straw_drawn AS c
  OPTIONAL MATCH (c)<-[up:OWNS]-{0,2}(o:Party)-[down:OWNS]->{0,2}(x:Party)
  WHERE (x = seller OR x = behind) AND all(r IN up WHERE r.share >= 50)
    AND all(r IN down WHERE r.share >= 50)
  WITH c, collect(DISTINCT x) AS kin
  RETURN size([one IN collect({kin: kin}) WHERE seller IN one.kin]) AS of_seller,
    size([one IN collect({kin: kin}) WHERE behind IN one.kin]) AS of_receiver
}
CALL (span) {
  UNWIND span AS hop
  WITH hop.a AS s, coalesce(hop.a.declared, hop.a.departed, hop.a.arrived) AS day
  MATCH (k:Control)
  WHERE k.measure IN ['licence', 'ban'] AND s.hs STARTS WITH left(k.hs, 6)
    AND k.from <= day AND coalesce(k.to, date('9999-12-31')) >= day
  RETURN collect(DISTINCT k)[..5] AS controls
}
CALL (span) {
  UNWIND span[..20] AS hop
  UNWIND [hop.a, hop.b] AS s
  MATCH (s)-[r:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(:Party)
  RETURN collect(DISTINCT r) AS trades
}
CALL (span, behind) {
  UNWIND span AS hop
  WITH DISTINCT behind, hop.h.receiver AS id
  MATCH (behind)-[w:OWNS]->{1,2}(r:Party {id: id})
  WHERE all(x IN w WHERE x.share >= 50)
  RETURN collect(w) AS owned
}
// Their whole trade with the receiver, not only this span's.
CALL (hops, straw_drawn) {
  UNWIND [hop IN hops WHERE any(c IN straw_drawn WHERE c.id = hop.holder)] AS hop
  RETURN count(DISTINCT coalesce(hop.b.movement, hop.b.id)) AS sent_here
}
WITH *, [hop IN span WHERE hop.h.lawful IS NOT NULL | hop.h.lawful] AS reasons,
  size([hop IN span WHERE hop.h.basis IN ['weight', 'split', 'merge', 'affiliate']]) AS weighed,
  size([c IN straw_drawn WHERE c.incorporated >= first_day - duration({months: 24})]) AS new_ones
WITH *, CASE WHEN straws > 5 THEN 3.0 ELSE toFloat(straws - 2) END AS spread,
  CASE WHEN sent_here >= sent THEN 2.0 ELSE round(2.0 * sent_here / sent, 3) END AS dedicated,
  CASE WHEN new_ones > 1 THEN 1.0 ELSE 0.0 END AS young,
  CASE WHEN size(controls) > 0 THEN 1.0 ELSE 0.0 END AS controlled,
  CASE
    WHEN of_receiver > straws - $buyers THEN 'buyers and receiver are of one owner (at least 50 %)'
    WHEN of_seller > straws - $buyers THEN 'buyers and seller are of one owner (at least 50 %)'
    WHEN 2 * size(reasons) >= size(span)
      THEN toString(size(reasons)) + ' of ' + toString(size(span))
        + ' hand-overs are lawful on record: ' + reasons[0]
    WHEN rounds >= 3 AND 2 * sent_here < sent
      THEN 'distributors: they do so in ' + toString(rounds)
        + ' spans of time and send most of what they send to others'
  END AS explained
ORDER BY explained IS NOT NULL, spread + dedicated + young + controlled DESC, sender, behind.id, heading
RETURN coalesce(seller.name, seller.id) AS seller, coalesce(behind.name, behind.id) AS receiver,
  straws, [c IN straw_drawn | coalesce(c.name, c.id)][..20] AS buyers, heading, first_day,
  reduce(most = 0, hop IN span | CASE WHEN duration.inDays(first_day, hop.to).days > most
    THEN duration.inDays(first_day, hop.to).days ELSE most END) AS days,
  CASE WHEN weighed = size(span) THEN 'by like weight' WHEN weighed = 0
    THEN 'by lot, serial or sealed container' ELSE 'by like weight and by lot, serial or sealed container'
    END AS tie,
  [hop IN span | hop.a.id][..20] AS bought, [hop IN span | hop.b.id][..20] AS sent_on,
  spread, dedicated, young, controlled,
  CASE WHEN weighed > 0 THEN weighed END AS by_weight,
  CASE WHEN rounds > 1 THEN rounds END AS standing,
  CASE WHEN size(controls) > 0 THEN 'yes' END AS six,
  explained, seller AS seller_drawn, behind AS receiver_drawn, straw_drawn,
  [hop IN span[..20] | [hop.a, hop.h, hop.b]] AS hand_overs, trades, owned, controls
