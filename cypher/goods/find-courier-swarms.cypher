// title: Many carriers over one border
// about: |
//   Finds light loads of the same goods that many small carriers take over the same border (from
//   country to country; from port to port where no country is known) within some weeks, for one sender, one receiver or receivers at one address: goods carried over a
//   border in many hands, each under the eye of no one.
// misses: |
//   carriers that the records do not name, travellers without papers, swarms of which sender and
//   receiver both differ each time, and carriers that also carry much for others.
// lawful: |
//   the same small hauliers all the year (six months or more, each more than once), and goods
//   declared as returns or temporary: listed with --lawful. Carriers of more than --max-loads are
//   ordinary transport services: they are not counted, and how many there are is said.
// red_flag: |
//   Ministry of State Security of China, notices of 2024-11-04 and 2025-07-18: minerals in many
//   small parcels and in the luggage of unwitting travellers.
// key: party_drawn, crossing, heading
// fold: drawn
// explained: explained
// score:
//   carriers: 0.5 for each carrier beyond two, 3 at most
//   once: the part of the carriers that carried only once
//   alike: 1 when the heaviest load weighs at most a fifth more than the lightest
//   controlled: 1 when a control of these goods was in force
// explain: |
//   {carriers_seen:carrier} took {loads:load} of {heading}, {kilograms} kg together, over {crossing}
//   {first..last}, all for one {side}: {party}.
// against:
//   ordinary: "carriers of many loads, taken for ordinary services and not counted: {ordinary}"
//   crowd: "{crowd} companies are at that address"
// needs:
//   shipments: [carrier, hs, weight_kg|gross_kg, departed|declared, load_port|dispatch, discharge_port|destination]
// example: netinv find-courier-swarms --carriers 8 --piece-kg 30
// inputs:
//   company: {type: entity, of: Party, optional: true, help: "Only swarms of this company, as sender, receiver or carrier (id or name)"}
//   since: {type: date, of: departed|declared, optional: true, help: Only loads that left on this day or later}
//   carriers: {type: integer, default: 5, min: 3, max: 1000, ours: true, help: Least carriers of a swarm}
//   days: {type: integer, default: 30, min: 1, max: 365, ours: true, help: Days within which they cross}
//   piece_kg: {type: number, default: 100, min: 0, max: 100000, ours: true, help: Most kilograms of a load}
//   max_loads: {type: integer, default: 10, min: 1, max: 100000, ours: true, help: Carriers of more loads than this are ordinary services}
//   crowd: {type: integer, default: 10, min: 2, max: 100000, ours: true, help: Addresses of more companies than this are not followed}
CYPHER 25
MATCH (w:Party) WHERE EXISTS { (w)<-[:CARRIED_BY_LINE]-() }
// An ordinary service is known by its first loads: the others need not be counted.
WITH w, COUNT {
  MATCH (w)<-[:CARRIED_BY_LINE]-(s:Shipment)
  WITH DISTINCT coalesce(s.movement, s.id) AS movement LIMIT $max_loads + 1
  RETURN movement
} AS loads
WITH collect(CASE WHEN loads <= $max_loads THEN {w: w, n: loads} END) AS few,
  count(CASE WHEN loads > $max_loads THEN 1 END) AS ordinary
UNWIND few AS one
WITH ordinary, one.w AS w, one.n AS n
MATCH (w)<-[by:CARRIED_BY_LINE]-(s:Shipment)
WITH *, [x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0] AS kg,
  coalesce(s.departed, s.declared) AS day
WHERE kg <= $piece_kg AND s.hs IS NOT NULL AND day IS NOT NULL AND ($since IS NULL OR day >= $since)
// From country to country, as not all loads name a port; else from port to port.
WITH *,
  coalesce(s.dispatch, head(COLLECT { MATCH (s)-[:LOADED_AT]->(p) RETURN coalesce(p.country, p.code) })) AS out,
  coalesce(s.destination, head(COLLECT { MATCH (s)-[:DISCHARGED_AT]->(p) RETURN coalesce(p.country, p.code) })) AS into,
  coalesce(head(COLLECT { MATCH (s)-[:EXPORTED_BY]->(c) RETURN c }),
    head(COLLECT { MATCH (s)-[:SOLD_BY]->(c) RETURN c }),
    head(COLLECT { MATCH (s)<-[:SHIPPED]-(c) RETURN c })) AS sender,
  coalesce(head(COLLECT { MATCH (s)-[:IMPORTED_BY]->(c) RETURN c }),
    head(COLLECT { MATCH (s)-[:BOUGHT_BY]->(c) RETURN c }),
    head(COLLECT { MATCH (s)-[:CONSIGNED_TO]->(c) RETURN c })) AS receiver
WHERE out IS NOT NULL AND into IS NOT NULL AND out <> into
WITH *, CASE WHEN receiver IS NOT NULL THEN head(COLLECT { MATCH (receiver)-[:LOCATED_AT]->(a:Address)
  WHERE COUNT { (a)<-[:LOCATED_AT]-(:Company) } IN range(2, $crowd) RETURN a }) END AS address
UNWIND [{x: sender, side: 'sender'}, {x: receiver, side: 'receiver'}, {x: address, side: 'address'}] AS end
WITH * WHERE end.x IS NOT NULL AND NOT w IN [sender, receiver]
ORDER BY day, s.id
WITH ordinary, end.x AS party, end.side AS side, out + ' to ' + into AS crossing, left(s.hs, 4) AS heading,
  coalesce(s.movement, s.id) AS movement, head(collect({s: s, w: w, by: by, n: n, kg: kg, day: day,
    sender: sender.id, receiver: receiver.id})) AS load
ORDER BY load.day, load.s.id
WITH ordinary, party, side, crossing, heading, collect(load) AS loads, count(DISTINCT load.w) AS hands
WHERE hands >= $carriers
  AND ($company IS NULL OR any(l IN loads WHERE $company IN [l.sender, l.receiver, l.w.id]))
CALL (loads) {
  UNWIND range(0, size(loads) - 1) AS i
  WITH i, [l IN loads[i..i + 200] WHERE l.day <= loads[i].day + duration({days: $days})] AS window
  UNWIND window AS l
  WITH i, window, count(DISTINCT l.w) AS hands
  WHERE hands >= $carriers
  RETURN window, hands AS carriers_seen ORDER BY carriers_seen DESC, i LIMIT 1
}
CALL (loads) {
  UNWIND loads AS l
  WITH l.w AS w, count(*) AS n, collect(DISTINCT date.truncate('month', l.day)) AS months
  WITH collect({n: n, months: months}) AS all_
  RETURN all(x IN all_ WHERE x.n > 1) AS again,
    size(reduce(m = [], x IN all_ | m + [y IN x.months WHERE NOT y IN m])) AS months
}
CALL (window, heading) {
  MATCH (k:Control)
  WHERE k.measure IN ['licence', 'ban']
    AND any(l IN window WHERE k.hs STARTS WITH l.s.hs OR l.s.hs STARTS WITH k.hs)
    AND k.from <= window[-1].day AND coalesce(k.to >= window[0].day, true)
    AND any(l IN window WHERE coalesce(k.destination = l.s.destination, true)
      AND coalesce(k.origin = CASE k.applies_to WHEN 'origin' THEN l.s.origin ELSE l.s.dispatch END, true))
  RETURN collect(k)[..3] AS controls
}
WITH *,
  reduce(most = 0.0, l IN window | CASE WHEN l.kg > most THEN l.kg ELSE most END) AS heaviest,
  reduce(least = window[0].kg, l IN window | CASE WHEN l.kg < least THEN l.kg ELSE least END) AS lightest,
  size([l IN window WHERE l.s.procedure IN ['temporary', 'return', 'inward_processing', 'outward_processing']])
    AS returning
WITH *,
  CASE WHEN carriers_seen > 8 THEN 3.0 ELSE 0.5 * (carriers_seen - 2) END AS carriers,
  round(1.0 * size([l IN window WHERE l.n = 1]) / size(window), 2) AS once,
  CASE WHEN heaviest <= 1.2 * lightest THEN 1.0 ELSE 0.0 END AS alike,
  CASE WHEN size(controls) > 0 THEN 1.0 ELSE 0.0 END AS controlled,
  CASE WHEN again AND months >= 6 THEN 'the same small carriers all the year: in ' + months + ' months'
    WHEN 2 * returning >= size(window) THEN 'declared as returns, repairs or goods for processing' END AS explained
ORDER BY explained IS NOT NULL, carriers + once + alike + controlled DESC, window[0].s.id
RETURN coalesce(party.name, party.id, party.key) AS party, side, crossing, heading, carriers_seen,
  size(window) AS loads, round(reduce(sum = 0.0, l IN window | sum + l.kg), 1) AS kilograms,
  toString(window[0].day) AS first, toString(window[-1].day) AS last, [l IN window | l.s.id] AS shipments,
  carriers, once, alike, controlled, CASE WHEN ordinary > 0 THEN ordinary END AS ordinary,
  CASE WHEN side = 'address' THEN COUNT { (party)<-[:LOCATED_AT]-(:Company) } END AS crowd,
  explained, party AS party_drawn, [l IN window | l.s] AS drawn, [l IN window | l.w] AS hands, [l IN window | l.by] AS carried,
  controls, COLLECT { UNWIND window AS l WITH l.s AS s MATCH (s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY
    |SOLD_BY|BOUGHT_BY|LOADED_AT|DISCHARGED_AT]-() RETURN r } AS around,
  COLLECT { UNWIND window AS l WITH l.s AS s MATCH (s)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]->()-[r:LOCATED_AT]->(a)
    WHERE a = party RETURN r } AS located
