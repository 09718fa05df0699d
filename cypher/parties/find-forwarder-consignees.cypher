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
//   company: {type: entity, of: Party, optional: true, help: Only this receiver (id or name)}
//   days: {type: integer, default: 60, min: 1, max: 3650, help: Days after arrival within which goods would be sent on}
//   least: {type: integer, default: 2, min: 1, max: 10000, ours: true, help: Fewest such shipments of one sender}
//   since: {type: date, of: arrived|departed|declared, optional: true, help: Only shipments that arrive on this day or later}
CYPHER 25
MATCH (c:Company)<-[x:ENDED_WITH]-(s:Shipment)
WHERE x.days = $days AND ($company IS NULL OR c.id = $company) AND ($since IS NULL OR x.day >= $since)
WITH c, x.sender AS sender, x.mail_drop AS mail_drop, count(DISTINCT x.movement) AS all_movements,
  count(DISTINCT CASE WHEN x.outcome = 'open' THEN x.movement END) AS open,
  collect(CASE WHEN x.outcome = 'ended' THEN {s: s, x: x,
    bare: x.named IS NULL AND NOT coalesce(x.procedure IN ['transit', 'temporary', 'return',
      'inward_processing', 'outward_processing'], false)} END) AS ended
WHERE size(ended) >= $least
WITH *, [e IN ended WHERE e.bare] AS bare
CALL (bare, ended) {
  UNWIND CASE WHEN size(bare) > 0 THEN bare ELSE ended END AS e
  WITH e.s AS s, e.x AS x ORDER BY x.day, s.id
  RETURN count(DISTINCT x.movement) AS movements, min(x.day) AS first_day, max(x.day) AS last_day,
    collect(DISTINCT coalesce(x.heading, 'any'))[..10] AS headings, collect(s)[..5] AS shipments,
    max(CASE WHEN x.user THEN 1 ELSE 0 END) AS is_user, head(collect(x)) AS first
}
WITH * WHERE movements >= $least
OPTIONAL MATCH (a:Party {id: sender})
CALL (c, a) {
  OPTIONAL MATCH (c)<-[up:OWNS]-{0,2}(o:Party)-[down:OWNS]->{0,2}(x:Party)
  WHERE x = a AND all(r IN up WHERE r.share >= 50) AND all(r IN down WHERE r.share >= 50)
  WITH o LIMIT 1
  RETURN o IS NOT NULL AS own
}
CALL (first) {
  OPTIONAL MATCH (u:Party {id: first.named})
  RETURN coalesce(u.name, u.id) + ' is named as end user or notify party' AS other
}
WITH *, CASE WHEN size(bare) = 0 THEN coalesce(other, 'declared as ' + first.procedure) END AS reason
WITH *, CASE WHEN movements > 8 THEN 3.0 ELSE round(log(movements) / log(2), 3) END AS many,
  CASE WHEN is_user = 1 THEN 1.5 ELSE 0.0 END AS as_user,
  round(1.0 * movements / all_movements, 3) AS none_on,
  CASE WHEN mail_drop THEN 1.0 ELSE 0.0 END AS drop,
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
