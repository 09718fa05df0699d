// title: Forwarders and mail drops at the end of the line
// about: |
//   Shipments whose last receiver (importer, else buyer, else consignee) or declared end user is a
//   forwarder, bank or warehouse by its role, or has a post box or mail drop for an address, and
//   after which it sends nothing of the same HS heading on within 60 days, neither as sender nor as
//   forwarder. Somebody else gets such goods, and nobody says who. Told for each pair of a sender and
//   such a receiver.
// misses: |
//   mail drops whose address does not say so, goods sent on under another heading, and deliveries
//   inside the country, which are in no customs table and are lawful. Shipments that arrive less
//   than --days before the last day on record are left out: what follows is not known yet.
// lawful: |
//   another notify party or end user who is named and is no forwarder, bank or warehouse (as under a
//   letter of credit), transit, temporary and return procedures, and a receiver of the sender's own
//   group (an owner of at least 50 %): listed with --lawful.
// red_flag: |
//   Published cases: US Attorney, Central District of California, complaint of August 2025
//   (shipments to forwarders in Singapore and Malaysia); US Tri-Seal compliance note, 2023-03-02.
// key: receiver, sender_drawn
// explained: explained
// score:
//   many: 1 for each doubling of the number of such shipments, 3 at most
//   as_user: 1.5 when it is declared as the end user
//   none_on: the share of this sender's shipments to it after which nothing goes on
//   drop: 1 when its address is a post box or mail drop
// explain: |
//   {sender} sent {movements} of {all_movements:shipment} (headings {headings}) to {consignee}, a
//   {kind}, {first_day..last_day}; nothing of these headings left it within the days asked.
// against:
//   open: "{open} more arrived too late to know what follows"
//   unnamed_goods: some of these shipments have no HS code, and anything sent on counted as theirs
//   local: goods may have been delivered inside the country, which no customs table shows
// needs:
//   shipments: [importer|buyer|consignee|end_user, arrived|departed|declared]
// either:
//   "forwarders, banks and warehouses by their role": {companies: [role]}
//   mail drops by their address: {companies: [address]}
// absence: [shipments]
// example: netinv find-forwarder-consignees --least 5
// inputs:
//   company: {type: entity, optional: true, help: Only this receiver (id or name)}
//   days: {type: integer, default: 60, min: 1, max: 3650, help: Days after arrival within which goods would be sent on}
//   least: {type: integer, default: 2, min: 1, max: 10000, ours: true, help: Fewest such shipments of one sender}
//   since: {type: date, optional: true, help: Only shipments that arrive on this day or later}
CYPHER 25
CALL () {
  // A day to come is a misprint, and no end of the records.
  MATCH (s:Shipment)
  WITH coalesce(s.arrived, s.departed, s.declared) AS day WHERE day <= date()
  RETURN max(day) AS latest
}
CALL () {
  MATCH (c:Company) WHERE $company IS NULL RETURN c
  UNION
  MATCH (c:Company {id: $company}) RETURN c
}
WITH latest, c,
  coalesce(toLower(c.address) =~ '(?s).*(\\bp\\.?\\s?o\\.?\\s?box\\b|\\bpost(al)? (office )?box\\b|\\bpobox\\b|\\bmail ?box\\b|\\bmail ?drop\\b|\\bpostfach\\b|\\bapartado\\b|\\bbo[iî]te postale\\b|\\bc/o\\b|\\bа/я\\b|信箱).*',
    false) AS is_drop
WHERE c.role IN ['forwarder', 'bank', 'warehouse'] OR is_drop
// What it sends on, for each heading and span of --days the first and the last day, beside what it
// gets of that heading.
CALL (c) {
  MATCH (c)-[:SHIPPED|EXPORTED_BY|SOLD_BY|FORWARDED_BY]-(s:Shipment)
  WHERE NOT EXISTS { (s)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]->(c) }
  WITH DISTINCT s, coalesce(s.departed_last, s.departed, s.declared, s.arrived) AS day
  WHERE day IS NOT NULL
  UNWIND ['any', coalesce(left(s.hs, 4), 'none')] AS heading
  WITH heading, duration.inDays(date('1970-01-01'), day).days AS day
  WITH heading, day / $days AS span, min(day) AS first, max(day) AS last
  RETURN heading, collect({span: span, first: first, last: last}) AS spans, [] AS shipments
  UNION ALL
  MATCH (c)-[:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO|MEANT_FOR]-(s:Shipment)
  WITH DISTINCT c, s, coalesce(s.arrived, s.departed, s.declared) AS came
  WHERE came IS NOT NULL AND ($since IS NULL OR came >= $since)
  WITH s, came, EXISTS { (s)-[:MEANT_FOR]->(c) } AS user,
    EXISTS { (s)-[:IMPORTED_BY]->(c) } OR (NOT EXISTS { (s)-[:IMPORTED_BY]->() }
      AND (EXISTS { (s)-[:BOUGHT_BY]->(c) } OR (NOT EXISTS { (s)-[:BOUGHT_BY]->() }
        AND EXISTS { (s)-[:CONSIGNED_TO]->(c) }))) AS holder
  WHERE user OR holder
  RETURN coalesce(left(s.hs, 4), 'any') AS heading, [] AS spans,
    collect({s: s, came: duration.inDays(date('1970-01-01'), came).days, day: came, user: user})
      AS shipments
}
WITH latest, c, is_drop, heading,
  coalesce(head([one IN collect(spans) WHERE size(one) > 0]), []) AS spans,
  coalesce(head([one IN collect(shipments) WHERE size(one) > 0]), []) AS shipments
WITH latest, c, is_drop, collect({heading: heading, spans: spans, shipments: shipments}) AS goods
// What leaves without a code may be anything.
WITH latest, c, is_drop, goods,
  coalesce(head([g IN goods WHERE g.heading = 'none' | g.spans]), []) AS uncoded
UNWIND [g IN goods WHERE size(g.shipments) > 0] AS i
WITH latest, c, is_drop, i, i.spans + uncoded AS spans
UNWIND i.shipments AS one
WITH latest, c, is_drop, i.heading AS heading, one,
  any(o IN spans WHERE (o.span = one.came / $days AND o.last >= one.came)
    OR (o.span = one.came / $days + 1 AND o.first <= one.came + $days)) AS sent_on,
  one.day > latest - duration({days: $days}) AS open
CALL (one) {
  WITH one.s AS s
  OPTIONAL MATCH (s)-[r:EXPORTED_BY|SOLD_BY|SHIPPED]-(a:Party)
  WITH a ORDER BY CASE type(r) WHEN 'EXPORTED_BY' THEN 1 WHEN 'SOLD_BY' THEN 2 ELSE 3 END LIMIT 1
  RETURN a
}
WITH *, one.s AS s
WITH *, CASE WHEN NOT open AND NOT sent_on THEN coalesce(
    head(COLLECT { MATCH (s)-[:MEANT_FOR|NOTIFIES]->(u:Party)
      WHERE u <> c AND NOT coalesce(u.role, '') IN ['forwarder', 'bank', 'warehouse', 'carrier', 'broker']
        AND NOT EXISTS { (s)-[:MEANT_FOR]->(c) }
      RETURN coalesce(u.name, u.id) + ' is named as end user or notify party' ORDER BY u.id LIMIT 1 }),
    CASE WHEN s.procedure IN ['transit', 'temporary', 'return', 'inward_processing', 'outward_processing']
      THEN 'declared as ' + s.procedure END)
  END AS reason
WITH c, is_drop, a, count(DISTINCT coalesce(one.s.movement, one.s.id)) AS all_movements,
  count(DISTINCT CASE WHEN open THEN coalesce(one.s.movement, one.s.id) END) AS open,
  collect(CASE WHEN NOT open AND NOT sent_on
    THEN {s: one.s, day: one.day, user: one.user, heading: heading, reason: reason} END) AS ended
WITH *, [e IN ended WHERE e.reason IS NULL] AS bare
CALL (bare, ended) {
  UNWIND CASE WHEN size(bare) > 0 THEN bare ELSE ended END AS e
  WITH e ORDER BY e.day, e.s.id
  RETURN count(DISTINCT coalesce(e.s.movement, e.s.id)) AS movements, min(e.day) AS first_day,
    max(e.day) AS last_day, collect(DISTINCT e.heading)[..10] AS headings,
    collect(e.s)[..5] AS shipments, max(CASE WHEN e.user THEN 1 ELSE 0 END) AS is_user
}
WITH c, is_drop, a, all_movements, open, movements, first_day, last_day, headings, shipments, is_user,
  CASE WHEN size(bare) = 0 THEN ended[0].reason END AS reason
WHERE movements >= $least
CALL (c, a) {
  OPTIONAL MATCH (c)<-[up:OWNS]-{0,2}(o:Party)-[down:OWNS]->{0,2}(x:Party)
  WHERE x = a AND all(r IN up WHERE r.share >= 50) AND all(r IN down WHERE r.share >= 50)
  WITH o LIMIT 1
  RETURN o IS NOT NULL AS own
}
WITH *, CASE WHEN movements > 8 THEN 3.0 ELSE round(log(movements) / log(2), 3) END AS many,
  CASE WHEN is_user = 1 THEN 1.5 ELSE 0.0 END AS as_user,
  round(1.0 * movements / all_movements, 3) AS none_on,
  CASE WHEN is_drop THEN 1.0 ELSE 0.0 END AS drop,
  CASE
    WHEN reason IS NOT NULL THEN reason
    WHEN own THEN 'sender and receiver are of the same owner (at least 50 %)'
  END AS explained
ORDER BY explained IS NOT NULL, many + as_user + none_on + drop DESC, c.id, a.id
CALL (shipments) {
  UNWIND shipments AS s
  MATCH (s)-[r:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY|MEANT_FOR|NOTIFIES]
    -(:Party)
  RETURN collect(r) AS trades
}
RETURN coalesce(a.name, a.id, 'somebody not named') AS sender, coalesce(c.name, c.id) AS consignee,
  CASE WHEN c.role IN ['forwarder', 'bank', 'warehouse'] THEN c.role ELSE 'mail drop' END AS kind,
  movements, all_movements, headings, first_day, last_day, many, as_user, none_on, drop,
  CASE WHEN open > 0 THEN open END AS open,
  CASE WHEN 'any' IN headings THEN 'yes' END AS unnamed_goods, 'yes' AS local,
  explained, c AS receiver, a AS sender_drawn, shipments, trades
