// title: Trade between parties that are tied
// about: |
//   Pairs of a company that sends (shipper, exporter or seller) and one that receives (consignee,
//   importer or buyer) which are joined by at most three steps over boards, ownership, addresses
//   and contacts. Every dated tie of a way must hold on the day of at least one of the shipments.
//   Tied parties may trade lawfully; they can also agree on papers that strangers would dispute.
//   That the tie is behind the trade, and no chance, it does not tell.
// misses: |
//   ties over nominees or relatives, longer ways, records of one company under two ids, and ties
//   over anyone of more than --hub ties. Trade inside one group of companies is with --lawful, also
//   when the goods are controlled.
// lawful: |
//   one group of companies (owners of at least 50 % all the way), and clients of one agent or
//   mass address (joined only by someone of more than --hub ties): listed with --lawful.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021, structural indicators.
// key: sender_drawn, receiver_drawn
// explained: explained
// score:
//   close: 3 for a tie of one step, 2 for two, 1 for three
//   abroad: 1 when the two have their seats in different countries
//   trade: log10 of the number of shipments between them on days when the tie held, 2 at most
//   more: 0.5 for each further way between them as short, 1 at most
// explain: |
//   {sender} sent {movements:shipment} to {receiver} while the two were tied by {ties}
//   (shipments on record between them: {all_movements}).
// against:
//   undated: "shipments without a day, which count as on any day: {undated}"
//   far: the tie is of three steps, and the two may not know of each other
// needs:
//   shipments: [exporter|seller|shipper, importer|buyer|consignee]
// either:
//   ties over boards: {directorships: [director, company]}
//   ties over owners: {ownerships: [owner, owned]}
//   ties over addresses and contacts: {companies: [address|phone|email]}
// example: netinv find-related-parties --company "Acme Metals" --hub 5
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only pairs with this company (id or name)}
//   steps: {type: integer, default: 3, min: 1, max: 3, help: Most steps between the two}
//   hub: {type: integer, default: 10, min: 2, max: 1000, ours: true, help: "People, companies, addresses and contacts of more ties than this are no tie"}
//   since: {type: date, of: departed|declared|arrived, optional: true, help: Only shipments of this day or later}
CYPHER 25
MATCH (a:Party)-[x:RELATED_TO]->(b:Party)
WHERE (a:Company OR $company IS NOT NULL) AND x.most = $steps AND x.hub = $hub AND ($company IS NULL OR $company IN [a.id, b.id])
CALL (x) {
  UNWIND x.shipments AS id
  MATCH (s:Shipment {id: id})
  WHERE $since IS NULL OR coalesce(s.departed, s.declared, s.arrived) >= $since
  RETURN collect(s) AS lots
}
WITH a, b, lots WHERE size(lots) > 0
CALL (a, b) {
  MATCH p = (a) (()-[:DIRECTS|OWNS|LOCATED_AT|USES]-(via
    WHERE COUNT { (via)-[:DIRECTS|OWNS|LOCATED_AT|USES]-() } <= $hub)){0,2}
    ()-[:DIRECTS|OWNS|LOCATED_AT|USES]-(b:Company)
  WHERE length(p) <= $steps AND none(n IN nodes(p)[1..-1] WHERE n = a OR n = b)
  RETURN p, false AS crowd
  UNION ALL
  // Two clients of one agent.
  MATCH p = (a)-[:DIRECTS|OWNS|LOCATED_AT|USES]-(via)-[:DIRECTS|OWNS|LOCATED_AT|USES]-(b)
  WHERE $steps > 1 AND COUNT { (via)-[:DIRECTS|OWNS|LOCATED_AT|USES]-() } > $hub
  RETURN p, true AS crowd
}
WITH a, b, head(collect(lots)) AS lots, collect({p: p, crowd: crowd}) AS ways
CALL (lots) {
  UNWIND lots AS s
  WITH s, coalesce(s.departed, s.declared, s.arrived) AS first,
    coalesce(s.departed_last, s.departed, s.declared_last, s.declared, s.arrived_last, s.arrived)
      AS last
  RETURN collect({s: s, first: first, last: last}) AS trades,
    count(DISTINCT coalesce(s.movement, s.id)) AS all_movements,
    count(DISTINCT CASE WHEN first IS NULL THEN coalesce(s.movement, s.id) END) AS undated
}
UNWIND ways AS way
WITH a, b, trades, all_movements, undated, way.p AS p, way.crowd AS crowd,
  reduce(day = date('0001-01-01'), r IN relationships(way.p) |
    CASE WHEN r.from > day THEN r.from ELSE day END) AS from,
  reduce(day = date('9999-12-31'), r IN relationships(way.p) |
    CASE WHEN r.to < day THEN r.to ELSE day END) AS to
WITH *, [t IN trades WHERE from <= to AND coalesce(t.first <= to AND t.last >= from, true)] AS held
WHERE size(held) > 0
WITH *, length(p) + CASE WHEN crowd THEN 10 ELSE 0 END AS far
ORDER BY far, [n IN nodes(p) | coalesce(n.id, n.key, n.imo)]
WITH a, b, all_movements, undated, collect({p: p, held: held, far: far, crowd: crowd}) AS ways
WITH *, [w IN ways WHERE w.far = ways[0].far] AS best,
  head([w IN ways WHERE NOT w.crowd
    AND all(r IN relationships(w.p) WHERE type(r) = 'OWNS' AND r.share >= 50) | w]) AS group
CALL (best) {
  UNWIND best AS w UNWIND w.held AS t
  WITH t ORDER BY t.first, t.s.id
  RETURN count(DISTINCT coalesce(t.s.movement, t.s.id)) AS movements,
    collect(DISTINCT t.s)[..10] AS shipments
}
CALL (shipments, a, b) {
  UNWIND shipments AS s
  MATCH (s)-[r:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(x)
  WHERE x = a OR x = b
  RETURN collect(r) AS trades
}
WITH *, length(best[0].p) AS steps
WITH *, toFloat(4 - steps) AS close,
  CASE WHEN a.country <> b.country THEN 1 ELSE 0 END AS abroad,
  CASE WHEN movements > 100 THEN 2.0 ELSE round(log10(movements), 3) END AS trade,
  CASE WHEN size(best) > 2 THEN 1.0 ELSE 0.5 * (size(best) - 1) END AS more,
  CASE
    WHEN group IS NOT NULL THEN 'one group of companies: ownership of at least 50 % joins them'
    WHEN best[0].crowd THEN 'joined only by ' + coalesce(nodes(best[0].p)[1].name,
      nodes(best[0].p)[1].key, nodes(best[0].p)[1].id) + ', which stands on too many records ('
      + COUNT { WITH nodes(best[0].p)[1] AS via MATCH (via)-[:DIRECTS|OWNS|LOCATED_AT|USES]-() }
      + ') to mean anything'
  END AS explained
ORDER BY explained IS NOT NULL, close + abroad + trade + more DESC, a.id, b.id
RETURN coalesce(a.name, a.id) AS sender, coalesce(b.name, b.id) AS receiver, steps,
  [w IN best[..5] | CASE WHEN length(w.p) = 1 THEN
      CASE type(relationships(w.p)[0]) WHEN 'OWNS' THEN 'ownership' ELSE 'a seat on the board' END
    ELSE substring(reduce(text = '', n IN nodes(w.p)[1..-1] | text + ' and '
      + coalesce(n.name, n.key, n.id, n.imo, '')), 5) END
    + ' (' + length(w.p) + CASE length(w.p) WHEN 1 THEN ' step)' ELSE ' steps)' END] AS ties,
  movements, all_movements, a.country AS from_country, b.country AS to_country,
  close, abroad, trade, more,
  CASE WHEN undated > 0 THEN undated END AS undated,
  CASE WHEN steps > 2 THEN 'yes' END AS far,
  explained, a AS sender_drawn, b AS receiver_drawn, [w IN best[..5] | w.p] AS ways_drawn,
  shipments, trades
