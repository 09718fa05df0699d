// title: Trade that moves from a controlled good to its neighbour
// about: |
//   Finds companies whose shipments of a controlled good fall after the control and whose shipments
//   of another good rise, one of the same HS chapter or of the next step of processing, that no
//   control covers. As much time is taken before the control as after it. Such a change is what a
//   control allows: it is shown as lawful unless its price or a listing speaks against it.
// misses: |
//   a change that is split among sister companies, goods of another chapter that no processing on
//   record ties to the controlled one, controls with less than 60 days of records after them, and
//   a neighbour that is false in name but sold at its own price. Codes are compared in six digits: what
//   a longer control leaves free within them counts as controlled.
// lawful: |
//   a new line at the new good's own price, goods that the company is on record as making of the
//   controlled one, and forwarders, whose clients change: listed with --lawful. Look at what is
//   shown beside find-relabel-chains, find-price-outliers and find-listed-contacts.
// red_flag: |
//   Special campaign against the smuggling of strategic minerals, Shenzhen, 2025-05-09; Shanghai No. 3
//   Intermediate People's Court, 2025-12-16: controlled metals under false product names.
// key: company_drawn, controlled, instead
// explained: explained
// score:
//   priced: 2 when the new good sells at the controlled one's price, and at twice or half of what others ask
//   listed: 2 when a company of the new shipments was listed on their day
//   swap: how much of what was lost the new good replaces, 1 at most
//   same: the part of the new shipments that goes to receivers of the old ones
// explain: |
//   {company} sent {before} kg of {controlled} in the {span:day} before the control of {since} and
//   {after} kg in as many days after it; of {instead} ({goods}) it sent {before_new} kg before and
//   {after_new} kg after.
// against:
//   own_price: "it sells {instead} at {own_price} a kilogram, as others do"
//   market: "all others sent {market} times as much {instead} after the control as before: the market moved too"
// absence: [shipments]
// needs:
//   controls: [hs]
//   shipments: [hs, departed|declared, weight_kg, exporter|seller|shipper, dispatch|load_port|origin]
// example: netinv find-product-drift --days 180 --lawful
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only this company (id or name)}
//   days: {type: integer, default: 365, min: 60, max: 3650, ours: true, help: Most days compared before and after the control}
//   fall: {type: number, default: 50, min: 1, max: 100, ours: true, help: Least percent by which the controlled good falls}
//   least: {type: integer, default: 3, min: 1, max: 1000, ours: true, help: Least shipments before the control and of the new good after it}
CYPHER 25
MATCH (c:Party)-[x:DRIFTED]->(c)
WHERE x.days = $days AND x.fall = $fall AND x.least = $least AND ($company IS NULL OR c.id = $company)
WITH c, x, COLLECT { UNWIND x.new_lots AS id MATCH (s:Shipment {id: id}) RETURN s } AS new_lots,
  COLLECT { UNWIND x.old_lots AS id MATCH (s:Shipment {id: id}) RETURN s } AS old_lots
WITH x {.*, new_lots: new_lots, old_lots: old_lots} AS f, x.instead AS instead, x.since AS since, x.span AS span,
  x.prices AS prices, x.usual_price AS usual_price, x.all_before AS all_before, x.all_after AS all_after, c
CALL (f) {
  UNWIND f.new_lots AS s
  MATCH (s)-[:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY|MEANT_FOR]-(p)-[l:LISTED_ON]->()
  WHERE coalesce(l.from <= coalesce(s.departed_last, s.declared_last, s.departed, s.declared), true)
    AND coalesce(l.to >= coalesce(s.departed, s.declared), true)
  RETURN collect(DISTINCT l) AS lists
}
CALL (f, since) {
  UNWIND f.old_lots AS s
  MATCH (s)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]->(r)
  WHERE coalesce(s.departed, s.declared) < since
  RETURN collect(DISTINCT r) AS old_receivers
}
WITH *,
  CASE WHEN prices >= 5 AND f.old_price / 1.5 <= f.new_price <= f.old_price * 1.5
    AND (f.new_price >= 2 * usual_price OR f.new_price <= usual_price / 2) THEN 2 ELSE 0 END AS priced,
  CASE WHEN size(lists) > 0 THEN 2 ELSE 0 END AS listed,
  CASE WHEN f.after_new - f.before_new >= f.before - f.after THEN 1.0
    ELSE round((f.after_new - f.before_new) / (f.before - f.after), 2) END AS swap,
  round(1.0 * size([s IN f.new_lots WHERE EXISTS { MATCH (s)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]->(r)
    WHERE r IN old_receivers }]) / size(f.new_lots), 2) AS same,
  EXISTS { MATCH (c)-[p:PROCESSES]->(c) WHERE p.hs_in STARTS WITH f.controlled AND p.hs_out STARTS WITH instead
    AND coalesce(p.from <= since + duration({days: span}), true) AND coalesce(p.to >= since, true) } AS makes
WITH *, CASE
    WHEN listed > 0 THEN null
    WHEN makes THEN 'its processing of the one good into the other is on record'
    WHEN c.role IN ['forwarder', 'carrier', 'warehouse'] THEN 'it is a ' + c.role + ', whose clients change'
    WHEN priced = 0 THEN 'a change of line that the control allows: lawful unless another finding touches it'
  END AS explained
ORDER BY explained IS NOT NULL, priced + listed + swap + same DESC, c.id, f.controlled, instead, since
RETURN coalesce(c.name, c.id) AS company, f.controlled AS controlled, instead, toString(since) AS since, span,
  coalesce(head([s IN f.new_lots WHERE s.description IS NOT NULL | s.description]), 'goods without description') AS goods,
  round(f.before) AS before, round(f.after) AS after, round(f.before - f.after) AS fell,
  round(f.before_new) AS before_new, round(f.after_new) AS after_new, round(f.after_new - f.before_new) AS rose,
  priced, listed, swap, same,
  CASE WHEN prices >= 5 AND usual_price / 2 < f.new_price < usual_price * 2 THEN round(f.new_price, 2) END AS own_price,
  CASE WHEN all_before > 0 AND all_after >= 1.5 * all_before THEN round(all_after / all_before, 1) END AS market,
  explained, c AS company_drawn,
  COLLECT { MATCH (k:Control) WHERE left(k.hs, 6) = f.controlled AND k.from = since AND k.measure IN ['licence', 'ban']
    RETURN k ORDER BY k.id LIMIT 3 } AS controls, f.new_lots[..20] AS new_lots,
  f.old_lots[..20] AS old_lots, lists,
  COLLECT { UNWIND f.new_lots[..20] + f.old_lots[..20] AS s
    MATCH (s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY]-() RETURN r } AS around
