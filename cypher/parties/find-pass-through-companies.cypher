// title: Companies through which goods only pass
// about: |
//   Companies whose outflow is within 10 % of their inflow by weight, that hand consignments on after
//   a median of at most 14 days, in at least three pairs of an inbound and an outbound shipment that
//   are linked (HANDOFF: like weight, lot, serial or sealed container) and that chance and habit give
//   no more than --chance times.
// misses: |
//   goods sent on in other weights or more than four part loads, companies that also trade in much
//   else, domestic purchases and sales that are in no table, and holders of more than 45 days.
// lawful: |
//   forwarders, carriers, warehouses, brokers and banks by their role, hand-overs of which at least
//   half are lawful on record (processing, returns, re-export with its origin kept), the buying or
//   selling company of a group, and trading houses of many suppliers and customers whose goods stay
//   what they are: listed with --lawful. A small one that buys to order looks the same as what is sought.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021, structural indicators; US
//   Departments of Commerce, Treasury, Justice, State and Homeland Security, Quint-Seal compliance
//   note, 2023-12-11: indirect routing of goods.
// key: holder
// explained: explained
// score:
//   paired: 3 times the share of its inbound shipments that leave in such a pair
//   quick: 2 when goods leave on the day they come, falling to 0 a day after --held
//   narrow: 1 for one supplier and one customer in the pairs, 0.5 for one of either
//   changed: the share of the pairs on which heading, origin or name change without processing
// explain: |
//   {company} got {inflow} kg and sent {outflow} kg; {pairs} of its {inbound:inbound shipment} left
//   again, half of them within {held:day}, from {suppliers} to {customers}.
// against:
//   by_weight: "{by_weight} of these pairs rest on like weight alone, and may be chance"
//   to_order: a trading house that buys to order for its customers looks the same
// needs:
//   shipments: [arrived|departed, weight_kg|gross_kg, importer|buyer|consignee, exporter|seller|shipper]
// absence: [shipments]
// example: netinv find-pass-through-companies --held 7 -o through.html
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only this company (id or name)}
//   held: {type: number, default: 14, min: 0, max: 45, help: Most days for which the median consignment is held}
//   pairs: {type: integer, default: 3, min: 1, max: 10000, help: Fewest pairs}
//   balance: {type: number, default: 10, min: 0, max: 100, help: Most percent by which outflow differs from inflow}
//   share: {type: number, default: 30, min: 0, max: 100, ours: true, help: Least percent of the inbound shipments that leave in a pair}
//   house: {type: integer, default: 10, min: 1, max: 100000, ours: true, help: "Suppliers and customers of a trading house, of whose goods at most a tenth change heading, origin or name"}
//   chance: {type: number, default: 0.3, min: 0, max: 1000, ours: true, help: Most often that chance and habit give such a hand-over (`expected`)}
//   since: {type: date, of: arrived|departed, optional: true, help: Only shipments of this day or later; flows and pairs are counted anew from there}
CYPHER 25
CALL () {
  WITH $company AS company WHERE company IS NULL AND $since IS NULL
  MATCH (c:Company)-[x:TURNS_OVER]->(c)
  WHERE abs(x.outflow - x.inflow) <= x.inflow * ($balance / 100.0 + 1e-9)
  MATCH (a:Shipment)-[h:HANDOFF {holder: c.id}]->(b:Shipment)
  RETURN a, h, b
  UNION ALL
  // Since a day the flows are others than in all.
  MATCH (a:Shipment)-[h:HANDOFF]->(b:Shipment)
  USING INDEX h:HANDOFF(arrived)
  WHERE $company IS NULL AND h.arrived >= $since AND h.expected <= $chance
  RETURN a, h, b
  UNION ALL
  MATCH (a:Shipment)-[h:HANDOFF {holder: $company}]->(b:Shipment)
  WHERE $since IS NULL OR h.arrived >= $since
  RETURN a, h, b
}
// What leaves once comes from one: of several, the likeliest.
WITH a, h, b
WHERE h.rank = 1 AND h.sister IS NULL AND h.expected <= $chance
WITH h.holder AS id, coalesce(b.movement, b.id) AS out, coalesce(a.movement, a.id) AS in, h
ORDER BY h.expected, h.days, in, out
WITH id, out, head(collect({in: in, h: h})) AS best
WITH id, best.in AS in, head(collect(best.h)) AS h
WITH id, collect(h) AS links, count(*) AS pairs, percentileCont(h.days, 0.5) AS held
WHERE pairs >= $pairs AND held <= $held
MATCH (c:Party {id: id})-[x:TURNS_OVER]->(c)
WHERE c:Company OR $company IS NOT NULL
// Since a day, what came and went in whole months is a bound: the month of the day itself counts in
// part, a movement over several months may. Who gets or sends far more is not looked at further.
WITH *, [i IN range(0, coalesce(size(x.months), 0) - 1)
  WHERE $since IS NULL OR x.months[i] >= date.truncate('month', $since)] AS late
WITH *, [i IN late WHERE $since IS NULL OR x.months[i] >= $since] AS later
WHERE 100.0 * pairs >= $share * reduce(least = 0, i IN later | least + x.inbound[i])
  AND ($since IS NULL OR (
    reduce(kg = x.out_across, i IN late | kg + x.sent[i]) + 1
      >= reduce(kg = 0.0, i IN later | kg + x.got[i]) * (1 - $balance / 100.0)
    AND reduce(kg = 0.0, i IN later | kg + x.sent[i])
      <= reduce(kg = x.in_across, i IN late | kg + x.got[i]) * (1 + $balance / 100.0) + 1))
CALL (c) {
  MATCH (c)-[:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]-(s)
  WHERE $since IS NULL OR coalesce(s.arrived, s.departed) >= $since
  WITH DISTINCT c, s
  WHERE EXISTS { (s)-[:IMPORTED_BY]->(c) } OR (NOT EXISTS { (s)-[:IMPORTED_BY]->() }
    AND (EXISTS { (s)-[:BOUGHT_BY]->(c) } OR NOT EXISTS { (s)-[:BOUGHT_BY]->() }))
  WITH coalesce(s.movement, s.id) AS movement, coalesce(s.record, '') AS record,
    CASE WHEN s.movement IS NULL OR s.line IS NOT NULL THEN coalesce(s.line, '') ELSE '' END AS line,
    max([x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0]) AS kg
  WITH movement, record, sum(kg) AS kg
  WITH movement, max(kg) AS kg
  RETURN count(*) AS inbound, sum(kg) AS inflow
}
WITH * WHERE inflow > 0 AND 100.0 * pairs >= $share * inbound
CALL (c) {
  MATCH (c)-[:EXPORTED_BY|SOLD_BY|SHIPPED]-(s)
  WHERE $since IS NULL OR coalesce(s.arrived, s.departed) >= $since
  WITH DISTINCT c, s
  WHERE EXISTS { (s)-[:EXPORTED_BY]->(c) } OR (NOT EXISTS { (s)-[:EXPORTED_BY]->() }
    AND (EXISTS { (s)-[:SOLD_BY]->(c) } OR NOT EXISTS { (s)-[:SOLD_BY]->() }))
  WITH coalesce(s.movement, s.id) AS movement, coalesce(s.record, '') AS record,
    CASE WHEN s.movement IS NULL OR s.line IS NOT NULL THEN coalesce(s.line, '') ELSE '' END AS line,
    max([x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0]) AS kg
  WITH movement, record, sum(kg) AS kg
  WITH movement, max(kg) AS kg
  RETURN count(*) AS outbound, sum(kg) AS outflow
}
WITH * WHERE abs(outflow - inflow) <= inflow * $balance / 100.0
CALL (links) {
  UNWIND links AS h
  RETURN collect(DISTINCT h.sender) AS senders, collect(DISTINCT h.receiver) AS receivers
}
// The companies of its group: one owner of at least half, over one or two steps up and down.
CALL (c, senders, receivers) {
  OPTIONAL MATCH (c)<-[up:OWNS]-{0,2}(o:Party)-[down:OWNS]->{0,2}(x:Party)
  WHERE x <> c AND (x.id IN senders OR x.id IN receivers)
    AND all(r IN up WHERE r.share >= 50) AND all(r IN down WHERE r.share >= 50)
  RETURN collect(DISTINCT x.id) AS group
}
WITH *, [h IN links WHERE h.lawful IS NOT NULL | h.lawful] AS reasons, links[..15] AS shown,
  round(1.0 * size([h IN links WHERE h.relabelled]) / pairs, 3) AS changed
CALL (shown) {
  UNWIND shown AS h
  WITH startNode(h) AS a, h, endNode(h) AS b
  MATCH (a)-[r:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(:Party)
  MATCH (b)-[t:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(:Party)
  RETURN collect(DISTINCT r) + collect(DISTINCT t) AS trades
}
WITH *,
  CASE WHEN pairs >= inbound THEN 3.0 ELSE round(3.0 * pairs / inbound, 3) END AS paired,
  round(2.0 * (1.0 - held / ($held + 1.0)), 3) AS quick,
  CASE WHEN size(senders) = 1 AND size(receivers) = 1 THEN 1.0
    WHEN size(senders) = 1 OR size(receivers) = 1 THEN 0.5 ELSE 0.0 END AS narrow,
  size([h IN links WHERE h.basis IN ['weight', 'split', 'merge', 'affiliate']]) AS weighed,
  CASE
    WHEN c.role IN ['forwarder', 'carrier', 'warehouse', 'broker', 'bank']
      THEN 'a ' + c.role + ' by its role: passing goods on is its business'
    WHEN size(senders) > 0 AND all(x IN senders WHERE x IN group)
      THEN 'its suppliers are companies of its own group'
    WHEN size(receivers) > 0 AND all(x IN receivers WHERE x IN group)
      THEN 'its customers are companies of its own group'
    WHEN size(senders) >= $house AND size(receivers) >= $house AND changed <= 0.1
      THEN 'a trading house: ' + toString(size(senders)) + ' suppliers and ' + toString(size(receivers))
        + ' customers, and the goods keep heading, origin and name'
    WHEN 2 * size(reasons) >= pairs
      THEN toString(size(reasons)) + ' of ' + toString(pairs) + ' hand-overs are lawful on record: '
        + reasons[0]
  END AS explained
ORDER BY explained IS NOT NULL, paired + quick + narrow + changed DESC, id
RETURN coalesce(c.name, c.id) AS company, pairs, inbound, outbound, round(inflow, 1) AS inflow,
  round(outflow, 1) AS outflow, held,
  [x IN senders[..10] | coalesce(head(COLLECT { MATCH (p:Party {id: x}) RETURN p.name }), x)]
    AS suppliers,
  [x IN receivers[..10] | coalesce(head(COLLECT { MATCH (p:Party {id: x}) RETURN p.name }), x)]
    AS customers,
  paired, quick, narrow, changed,
  CASE WHEN weighed > 0 THEN weighed END AS by_weight, 'yes' AS to_order,
  explained, c AS holder, [h IN shown | [startNode(h), h, endNode(h)]] AS hand_overs, trades
