// title: Goods outside a company's line
// about: |
//   A company's line is the HS chapter of at least half of what it sends and gets. Listed are
//   companies with a line that have a few shipments of a chapter which hardly any company of the
//   same line trades: it may lend its name, or the goods are called something else.
// misses: |
//   general traders, of whom more than --share is strange to their line, companies of too few
//   shipments to have a line, shells that never trade anything else, false goods within the line, and
//   lines that too few companies share to say what is usual there. Above all, goods that by chance
//   more than --usual of the line's companies trade: with few companies a line it misses up to a third.
// lawful: |
//   machines, vehicles, packing and furniture that are bought and not sold on (unless they are
//   controlled), goods that stand in the company's processing, and forwarders, carriers, warehouses,
//   banks and brokers, who handle anything: listed with --lawful.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021: trade that is not in line with
//   a company's business; US Department of Justice, 2025-11-20: a front company with a
//   property-sounding name that shipped accelerators.
// key: company_drawn, chapter
// explained: explained
// score:
//   rare: 1 when one in ten companies of the line trades it, 2 when one in a hundred, 3 at most
//   controlled: "1.5 when a control of these goods was in force, half of that where only a wider code matches"
//   sent: 1 when the company sends them, and not only gets them
//   heavy: 1 when they weigh more than the company's usual shipment
// explain: |
//   {company} ({industry}) trades in chapter {line} ({share_of_line} of {movements:shipment}), and
//   had {goods} ({chapter}) {number:time}. Of {peers:company|companies} of that line {traders} trade it, itself included.
// against:
//   first: "it is the newest of what the company trades, since {first}: it may be a new line"
//   stated: "its industry on record is {stated}: judge whether the goods belong to it"
// needs:
//   shipments: [hs, exporter|seller|shipper|importer|buyer|consignee]
// example: netinv find-off-business-goods --least 50 --usual 2
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only this company (id or name)}
//   since: {type: date, of: departed|declared|arrived, optional: true, help: Only strange goods that left on this day or later}
//   least: {type: integer, default: 20, min: 3, max: 100000, ours: true, help: Least shipments of a company that has a line}
//   peers: {type: integer, default: 20, min: 3, max: 100000, ours: true, help: Least companies of a line that say what is usual}
//   share: {type: number, default: 5, min: 0.1, max: 50, ours: true, help: "Most percent of a company's shipments that are strange goods, all chapters together"}
//   usual: {type: number, default: 3, min: 0, max: 100, ours: true, help: Most percent of the companies of a line that trade goods that are strange to it}
CYPHER 25
MATCH (c:Party)-[x:OFF_BUSINESS]->(s:Shipment)
WHERE ($company IS NULL OR c.id = $company)
  AND ($since IS NULL OR coalesce(s.departed, s.declared, s.arrived) >= $since)
  AND x.movements >= $least AND x.peers >= $peers AND 100 * x.strange <= x.movements * $share
  AND (x.traders = 1 OR 100 * x.traders <= x.peers * $usual)
WITH c, x.line AS line, x.chapter AS chapter, x.peers AS peers, x.traders AS traders, x.movements AS movements,
  x.most AS most, collect(s) AS strange, count(DISTINCT coalesce(s.movement, s.id)) AS number
CALL (c, chapter) {
  MATCH (c)-[:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(s:Shipment)
  WITH DISTINCT s, chapter
  RETURN percentileCont([x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0], 0.5) AS usual_kg,
    max(CASE WHEN left(s.hs, 2) <> chapter THEN coalesce(s.departed, s.declared) END) AS last_usual
}
WITH *, COLLECT {
  UNWIND strange AS s
  MATCH (c)-[r:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(s)
  WITH s, collect(r) AS ties ORDER BY s.id
  RETURN {s: s, ties: ties, sent: any(r IN ties WHERE type(r) IN ['SHIPPED', 'EXPORTED_BY', 'SOLD_BY'])}
} AS found
CALL (found) {
  UNWIND found AS f
  WITH f.s AS s
  MATCH (s)-[x:CONTROLLED_BY]->(k) WHERE x.measure IN ['licence', 'ban'] AND x.lifted_by IS NULL
  RETURN collect(DISTINCT k)[..3] AS controls, coalesce(any(match IN collect(x.match) WHERE match = 'exact'), false) AS exact
}
WITH *, any(f IN found WHERE f.sent) AS sends,
  reduce(first = null, f IN found | CASE WHEN first <= coalesce(f.s.departed, f.s.declared) THEN first
    ELSE coalesce(f.s.departed, f.s.declared, first) END) AS first,
  EXISTS { MATCH (c)-[p:PROCESSES]->(c) WHERE left(p.hs_in, 2) = chapter OR left(p.hs_out, 2) = chapter } AS processed
WITH *,
  round(CASE WHEN peers >= 1000 * traders THEN 3.0 ELSE log10(1.0 * peers / traders) END, 3) AS rare,
  CASE WHEN exact THEN 1.5 WHEN size(controls) > 0 THEN 0.75 ELSE 0.0 END AS controlled,
  CASE WHEN sends THEN 1.0 ELSE 0.0 END AS sent,
  CASE WHEN any(f IN found WHERE [x IN [f.s.weight_kg, f.s.gross_kg] WHERE x > 0][0] > usual_kg) THEN 1.0 ELSE 0.0 END AS heavy,
  CASE
    WHEN c.role IN ['forwarder', 'carrier', 'bank', 'warehouse', 'broker']
      THEN 'it is a ' + c.role + ', which handles anything'
    WHEN processed THEN 'its processing of these goods is on record'
    WHEN NOT sends AND size(controls) = 0 AND chapter IN ['27', '39', '40', '42', '44', '48', '49', '63', '68', '69',
      '70', '73', '76', '82', '83', '84', '85', '86', '87', '90', '94']
      THEN 'bought and not sold on: machines, vehicles, packing or supplies for its own use'
  END AS explained
ORDER BY explained IS NOT NULL, rare + controlled + sent + heavy DESC, c.id, chapter
RETURN coalesce(c.name, c.id) AS company, coalesce(c.industry, 'industry not on record') AS industry,
  line, chapter, toString(toInteger(round(100.0 * most / movements))) + ' %' AS share_of_line, movements,
  coalesce(head([f IN found WHERE f.s.description IS NOT NULL | f.s.description]), 'goods without description') AS goods,
  number, peers, traders, [f IN found | f.s.id] AS shipments,
  rare, controlled, sent, heavy,
  CASE WHEN first > last_usual THEN toString(first) END AS first, c.industry AS stated,
  explained, c AS company_drawn, [f IN found | f.s] AS drawn, controls,
  reduce(all_ties = [], f IN found | all_ties + f.ties) AS ties,
  COLLECT { UNWIND found AS f WITH f.s AS s MATCH (s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY]-() RETURN r } AS around
