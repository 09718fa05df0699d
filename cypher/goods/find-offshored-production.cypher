// title: Controlled goods that an owner now ships from abroad
// about: |
//   Finds companies that begin to ship a controlled good from another country after the control,
//   and whose owner also holds a company that shipped it from the controlled country before. To move
//   a plant abroad is lawful. It is shown as lawful unless the goods come from home, unless the plant
//   ships more than it can make, or unless somebody in it is listed.
// misses: |
//   owners that are not on record, shares below --share in any step of the chain, goods that change
//   their six-digit code on the way abroad, and feed from home through a third company under another code.
// lawful: |
//   a plant on record that makes the goods and ships no more than its capacity, and a company abroad
//   against which nothing speaks: listed with --lawful. Companies that shipped the goods from
//   there before the control are not listed at all.
// red_flag: |
//   Reuters, 2025-07-09, on antimony after the ban of December 2024: an arm abroad of a producer
//   ships many times what it did, to the buyer that bought at home before.
// key: company_drawn, home_drawn, goods
// explained: explained
// score:
//   fed: 2 times the part of what is sent that came in from the controlled country as the same goods, or from the home company as any goods that its plant does not take in
//   capacity: 2 when it sends more than its capacity on record
//   listed: 2 when it, its owner or a receiver was listed on the day
//   same: the part of the shipments that goes to receivers that the home company had before
// explain: |
//   {held}, which sent {before} kg of {goods} from {origin} before the control of
//   {since}, and {company}, which began on {first} to send it from {country}: {kilograms} kg in
//   {number:shipment}. {feed}.
// against:
//   plant: "a plant that makes these goods is on record, for {plant} kg a year"
//   older: "the company was there before the control: incorporated {older}"
//   home_goes_on: "the home company still sends it itself: {home_goes_on} kg since the control"
// absence: [shipments]
// needs:
//   controls: [hs, origin]
//   ownerships: [share]
//   shipments: [hs, departed|declared, weight_kg, exporter|seller|shipper, dispatch|load_port|origin]
// example: netinv find-offshored-production --share 50 --lawful
// inputs:
//   company: {type: entity, of: Party, optional: true, help: "Only this company, at home or abroad (id or name)"}
//   share: {type: number, default: 50, min: 1, max: 100, help: Least percent of each share from the owner down}
//   days: {type: integer, default: 730, min: 30, max: 3650, ours: true, help: Days before the control in which the home company shipped and after it in which the other begins}
//   least: {type: integer, default: 2, min: 1, max: 1000, ours: true, help: Least shipments from abroad}
CYPHER 25
// Of one company, what it and those that share an owner with it send; else what a rule names.
CALL () {
  MATCH (k:Control) WHERE $company IS NULL AND k.measure IN ['licence', 'ban'] AND k.origin IS NOT NULL
  WITH DISTINCT left(k.hs, 6) AS goods
  MATCH (s:Shipment) WHERE s.hs STARTS WITH goods
  RETURN s
  UNION
  MATCH (:Party {id: $company})<-[:OWNS]-{0,3}(o:Party)
  WITH DISTINCT o
  MATCH (o)-[:OWNS]->{0,3}(c:Company)
  WITH DISTINCT c
  MATCH (c)-[:SHIPPED|EXPORTED_BY|SOLD_BY]-(s:Shipment)
  RETURN s
}
WITH left(s.hs, 6) AS code, s
WHERE code IS NOT NULL AND coalesce(s.departed, s.declared) IS NOT NULL AND s.weight_kg > 0
WITH code, collect(s) AS lots
WITH collect({code: code, lots: lots}) AS every
CALL () {
  MATCH (k:Control) WHERE k.measure IN ['licence', 'ban'] AND k.hs IS NOT NULL AND k.origin IS NOT NULL
  WITH left(k.hs, 6) AS goods, k.origin AS origin, min(k.from) AS since
  RETURN collect({goods: goods, origin: origin, since: since}) AS rules
}
UNWIND every AS one
WITH [rule IN rules WHERE one.code STARTS WITH rule.goods] AS ruling, one.lots AS lots
WHERE size(ruling) > 0
UNWIND lots AS s
WITH ruling, s, coalesce(s.departed, s.declared) AS day,
  coalesce(s.dispatch, CASE WHEN s.dispatch IS NULL
    THEN head(COLLECT { MATCH (s)-[:LOADED_AT]->(p) RETURN p.country }) END, s.origin) AS country,
  head(COLLECT { MATCH (s)-[r:EXPORTED_BY|SOLD_BY|SHIPPED]-(c)
    RETURN c ORDER BY CASE type(r) WHEN 'EXPORTED_BY' THEN 0 WHEN 'SOLD_BY' THEN 1 ELSE 2 END LIMIT 1 }) AS c
WHERE country IS NOT NULL AND c IS NOT NULL AND EXISTS { (c)-[:OWNS]-() }
UNWIND ruling AS rule
WITH rule.goods AS goods, rule.origin AS origin, rule.since AS since, s, day, country, c
ORDER BY s.id
WITH goods, origin, since, c, country, coalesce(s.movement, s.id) AS movement, head(collect(s)) AS s,
  max(s.weight_kg) AS kg, min(day) AS day
WITH goods, origin, since, c, country, min(day) AS first, collect(s) AS lots, sum(kg) AS all_kg,
  sum(CASE WHEN day < since AND day >= since - duration({days: $days}) THEN kg ELSE 0.0 END) AS before,
  sum(CASE WHEN day >= since THEN kg ELSE 0.0 END) AS after
// Both sides of one control, and only the companies with an owner.
WITH goods, origin, since,
  collect(CASE WHEN country = origin AND before > 0 AND EXISTS { (c)-[:OWNS]-() }
    THEN {c: c, before: before, after: after, lots: lots} END) AS homes,
  collect(CASE WHEN country <> origin AND first >= since AND first <= since + duration({days: $days})
    AND size(lots) >= $least AND EXISTS { (c)<-[:OWNS]-() }
    THEN {c: c, country: country, first: first, lots: lots, kg: all_kg} END) AS abroad
WHERE size(homes) > 0
UNWIND abroad AS new
WITH *, new.c AS c, new.first AS first
MATCH up = (o:Party)-[w:OWNS]->{1,3}(c)
WHERE all(x IN w WHERE x.share >= $share AND coalesce(x.from <= first, true) AND coalesce(x.to >= first, true))
MATCH down = (o)-[v:OWNS]->{0,3}(h:Company)
WHERE h <> c AND h IN [x IN homes | x.c]
  AND all(x IN v WHERE x.share >= $share AND coalesce(x.from <= since, true)
    AND coalesce(x.to >= since - duration({days: $days}), true))
WITH *, head([x IN homes WHERE x.c = h]) AS was
WHERE $company IS NULL OR $company IN [c.id, h.id, o.id]
ORDER BY size(v) + size(w), o.id
// The nearest common owner speaks for them.
WITH goods, origin, since, new, was, c, h, head(collect(o)) AS o, head(collect(up)) AS up, head(collect(down)) AS down
CALL (c, goods, new) {
  OPTIONAL MATCH (c)-[p:PROCESSES]->(c)
  WHERE (p.hs_out STARTS WITH goods OR goods STARTS WITH p.hs_out) AND NOT p.hs_in STARTS WITH goods
    AND coalesce(p.to >= new.first, true)
  RETURN collect(p) AS plants, sum(p.capacity_kg_year) AS makes
}
CALL (c, h, goods, origin, new, plants) {
  OPTIONAL MATCH (s:Shipment)-[:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]->(c)
  WHERE (left(s.hs, 6) STARTS WITH goods OR (EXISTS { MATCH (s)-[:SHIPPED|EXPORTED_BY|SOLD_BY]-(x) WHERE x = h }
      AND none(p IN plants WHERE s.hs STARTS WITH p.hs_in OR p.hs_in STARTS WITH s.hs)))
    AND coalesce(s.dispatch, head(COLLECT { MATCH (s)-[:LOADED_AT]->(p) RETURN p.country }), s.origin) = origin
    AND coalesce(s.arrived, s.departed, s.declared) >= new.first - duration({days: 180})
  WITH coalesce(s.movement, s.id) AS movement, head(collect(s)) AS s
  RETURN collect(s)[..20] AS feeds, coalesce(sum(s.weight_kg), 0.0) AS fed_kg
}
CALL (new, o, c) {
  UNWIND new.lots AS s
  UNWIND [o, c] + COLLECT { MATCH (s)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY|MEANT_FOR]->(p) RETURN p } AS p
  MATCH (p)-[l:LISTED_ON]->()
  WHERE coalesce(l.from <= coalesce(s.departed_last, s.declared_last, s.departed, s.declared), true)
    AND coalesce(l.to >= coalesce(s.departed, s.declared), true)
  RETURN collect(DISTINCT l) AS lists
}
CALL (was) {
  UNWIND was.lots AS s
  MATCH (s)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]->(r)
  RETURN collect(DISTINCT r) AS old_receivers
}
WITH *, reduce(last = new.first, s IN new.lots | CASE WHEN coalesce(s.departed, s.declared) > last
  THEN coalesce(s.departed, s.declared) ELSE last END) AS last
WITH *, new.kg * 365.0 / CASE WHEN duration.inDays(new.first, last).days < 365 THEN 365 ELSE
  duration.inDays(new.first, last).days END AS a_year
WITH *,
  CASE WHEN fed_kg >= new.kg THEN 2.0 ELSE round(2.0 * fed_kg / new.kg, 2) END AS fed,
  CASE WHEN makes > 0 AND a_year > makes THEN 2.0 ELSE 0.0 END AS capacity,
  CASE WHEN size(lists) > 0 THEN 2.0 ELSE 0.0 END AS listed,
  round(1.0 * size([s IN new.lots WHERE EXISTS { MATCH (s)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]->(r)
    WHERE r IN old_receivers }]) / size(new.lots), 2) AS same
WITH *, CASE WHEN fed < 0.2 AND capacity = 0 AND listed = 0 THEN CASE WHEN size(plants) > 0
    THEN 'its own plant is on record, and ships no more than that can make'
    ELSE 'production moved abroad: lawful unless another finding touches it' END END AS explained
ORDER BY explained IS NOT NULL, fed + capacity + listed + same DESC, c.id, h.id, goods
RETURN coalesce(c.name, c.id) AS company, coalesce(h.name, h.id) AS home, coalesce(o.name, o.id) AS owner,
  CASE WHEN o = h THEN coalesce(o.name, o.id) + ' holds ' + coalesce(c.name, c.id) + ' and is itself the company'
    ELSE coalesce(o.name, o.id) + ' holds ' + coalesce(h.name, h.id) END AS held, goods, origin,
  new.country AS country, toString(since) AS since, toString(new.first) AS first, round(was.before) AS before,
  round(new.kg) AS kilograms, size(new.lots) AS number,
  CASE WHEN fed_kg > 0 THEN 'It got ' + toString(toInteger(round(fed_kg))) + ' kg from ' + origin + ', of the same goods or from the home company itself'
    ELSE 'Neither the same goods nor others from the home company are on record as coming to it' END AS feed,
  fed, capacity, listed, same,
  CASE WHEN makes > 0 THEN round(makes) END AS plant,
  CASE WHEN c.incorporated < since THEN toString(c.incorporated) END AS older,
  CASE WHEN was.after > 0 THEN round(was.after) END AS home_goes_on,
  explained, c AS company_drawn, h AS home_drawn, up, down, new.lots[..20] AS new_lots, was.lots[..20] AS old_lots,
  feeds, plants, lists,
  COLLECT { UNWIND new.lots[..20] + was.lots[..20] + feeds AS s
    MATCH (s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY]-() RETURN r } AS around
