// title: Voyages that do not go as their papers say
// about: |
//   Sets the port calls of vessels beside the shipments that they carried: a vessel that stayed at
//   another port on the day it is said to have loaded or discharged, ports called at in the wrong
//   order, calls further apart than a vessel can go in the time, a way at least 1.5 times the
//   direct one, and a vessel that met another in a port on the way, from where the other soon left
//   with like goods.
// misses: |
//   meetings at sea (there are no positions, only port calls), voyages of which no call is loaded
//   or of which the papers name no day or port, and transfers from or to a liner: a voyage of more
//   than --most-lots movements is not looked at for them.
// lawful: |
//   a day or two between papers and calls; two ports less than --least-km apart; a round that is
//   made at least three times; a call at which other cargo of the vessel is loaded or discharged;
//   a change of vessels on one bill or movement.
// red_flag: |
//   US Departments of State, Treasury and Coast Guard, Sanctions Advisory for the Maritime
//   Industry, 2020-05-14: voyage irregularities and transfers from ship to ship.
// key: kind, vessels_drawn, day, calls
// explained: explained
// score:
//   order: 3 when the calls contradict the papers or each other
//   cargo: 3 when one lot, serial or container is on both vessels, 2 for a weight within 0.5 %, else 1
//   way: how many times as long as the direct way, less 1, 3 at most
// explain: "{kind}: {vessels}, {day}. {text} Movements on the voyage: {times}."
// against:
//   by_air: "great circles cross land: there may be no shorter way by sea, and weather, canals and repairs make detours too"
//   in_port: "a port that both call at is no proof that they lay side by side; the goods only look alike"
//   placeless: a port without a position is taken as far from the others
//   papers: days on papers are often those of the bill and not of the vessel
//   typed: one call on a wrong day, or under a wrong vessel, would look the same
// needs:
//   port_calls: [vessel, port, arrived]
// either:
//   calls against the papers: {shipments: [vessel, load_port, discharge_port, departed, arrived]}
//   detours: {shipments: [vessel, load_port, discharge_port, departed, arrived], ports: [lat, lon]}
//   calls too far apart: {ports: [lat, lon]}
//   meetings in a port: {shipments: [vessel, load_port, hs, weight_kg|gross_kg, departed]}
// absence: [port_calls]
// example: netinv find-voyage-irregularities --factor 2 --since 2025-01-01
// inputs:
//   vessel: {type: entity, optional: true, help: Only voyages of this vessel (IMO number or name)}
//   factor: {type: number, default: 1.5, min: 1, max: 100, help: "Least length of the way, as a multiple of the direct one"}
//   slack: {type: integer, default: 2, min: 0, max: 30, ours: true, help: Days by which papers and calls may differ}
//   least_km: {type: number, default: 200, min: 0, max: 20000, ours: true, help: Ports less than so many kilometres apart are taken as one}
//   knots: {type: number, default: 30, min: 1, max: 100, ours: true, help: Most nautical miles an hour that a vessel goes}
//   within: {type: integer, default: 10, min: 0, max: 90, ours: true, help: Most days from a meeting until the other vessel leaves with like goods}
//   tolerance: {type: number, default: 5, min: 0, max: 50, ours: true, help: Most per cent by which like weights differ}
//   most_lots: {type: integer, default: 50, min: 1, max: 100000, ours: true, help: A voyage of more movements is a liner's and not looked at for transfers}
//   since: {type: date, optional: true, help: Only voyages that begin on this day or later}
CYPHER 25
CALL () {
MATCH (v:Vessel) WHERE $vessel IS NULL OR v.imo = $vessel
WITH v WHERE EXISTS { (v)-[:CALLED_AT]->() }
// The calls and the cargo of a vessel are read once, for all that is looked for.
CALL (v) {
  MATCH (v)-[c:CALLED_AT]->(p)
  WITH c, p, p.code AS code, p.lat AS lat, p.lon AS lon, c.arrived AS from, c.departed AS left
  ORDER BY from, code
  RETURN collect({c: c, p: p, code: code, name: coalesce(p.name, code), from: from, left: coalesce(left, from),
    to: coalesce(c.departed_last, left, c.arrived_last, from), at: CASE WHEN abs(lat) <= 90 AND abs(lon) <= 180
      THEN point({latitude: lat, longitude: lon}) END}) AS calls
}
CALL (v) {
  MATCH (s)-[:CARRIED_BY]->(v)
  WITH s, s.departed AS dep
  WHERE dep IS NOT NULL AND ($since IS NULL OR dep >= $since)
  OPTIONAL MATCH (s)-[r:LOADED_AT|DISCHARGED_AT]->(p)
  WITH s, dep, type(r) = 'LOADED_AT' AS loaded, p
  WITH s, dep, head(collect(CASE WHEN loaded THEN p END)) AS l, head(collect(CASE WHEN NOT loaded THEN p END)) AS d
  WITH s, dep, l, d, s.arrived AS arr, coalesce(s.movement, s.id) AS movement
  RETURN collect({s: s, dep: dep, l: l, d: d, arr: arr, movement: movement,
    exact: dep = coalesce(s.departed_last, dep) AND arr = coalesce(s.arrived_last, arr)}) AS lots
}
CALL (v, calls, lots) {
  UNWIND CASE WHEN $vessel IS NULL OR v.imo = $vessel THEN lots ELSE [] END AS lot
  WITH lot, lot.l AS l, lot.d AS d, lot.dep AS dep, lot.arr AS arr
  WHERE lot.exact AND dep <= arr AND l <> d
  WITH l, d, dep, arr, collect(lot.s)[..10] AS carried, count(DISTINCT lot.movement) AS times
  WITH *, l.code AS from_code, d.code AS to_code, dep - duration({days: $slack}) AS early,
    dep + duration({days: $slack}) AS late, arr + duration({days: $slack}) AS over
  WITH *, [c IN calls WHERE c.from <= over AND c.to >= early] AS near
  WHERE size(near) > 0
  WITH *, [c IN near WHERE c.code = from_code] AS at_l, [c IN near WHERE c.code = to_code] AS at_d
  WITH *, last([c IN at_l WHERE c.from <= late]) AS begins, head([c IN at_d WHERE c.from >= dep]) AS ends,
    none(c IN at_l WHERE c.from <= late) AS unloaded, none(c IN at_d WHERE c.to >= arr - duration({days: $slack})) AS unlanded
  WITH *, [c IN near WHERE c.from > begins.from AND c.from < ends.from AND NOT c.code IN [from_code, to_code]] AS between
  // A vessel that called at both ports, in their order and at none between, went as its papers say.
  WHERE begins IS NULL OR ends IS NULL OR size(between) > 0 OR at_d[-1].from < at_l[0].from OR unlanded
  WITH *, CASE WHEN unloaded AND abs(l.lat) <= 90 AND abs(l.lon) <= 180
      THEN point({latitude: l.lat, longitude: l.lon}) END AS from_at,
    CASE WHEN unlanded AND abs(d.lat) <= 90 AND abs(d.lon) <= 180
      THEN point({latitude: d.lat, longitude: d.lon}) END AS to_at
  WITH *,
    CASE WHEN unloaded THEN head([c IN near WHERE c.code <> from_code AND c.from < dep AND dep < c.to
      AND coalesce(point.distance(c.at, from_at) > $least_km * 1000, true)]) END AS not_loading,
    CASE WHEN unlanded THEN head([c IN near WHERE c.code <> to_code AND c.from < arr AND arr < c.to
      AND coalesce(point.distance(c.at, to_at) > $least_km * 1000, true)]) END AS not_landing,
    size(at_l) > 0 AND size(at_d) > 0 AND at_d[-1].from < at_l[0].from AS reversed,
    [begins] + between + [ends] AS legs, point.distance(begins.at, ends.at) AS direct
  WITH *, [c IN legs WHERE c.at IS NOT NULL] AS known
  WITH *, reduce(sum = 0.0, i IN range(1, size(known) - 1) |
    sum + point.distance(known[i - 1].at, known[i].at)) / CASE WHEN direct > 0 THEN direct END AS longer
  WITH *, CASE WHEN reversed THEN 'out of order'
    WHEN not_loading IS NOT NULL OR not_landing IS NOT NULL THEN 'elsewhere'
    WHEN size(legs) > 2 AND direct >= $least_km * 1000 AND longer >= $factor THEN 'detour' END AS kind
  WHERE kind IS NOT NULL
  WITH *, CASE kind WHEN 'detour' THEN legs WHEN 'out of order' THEN [at_d[-1], at_l[0]]
    ELSE [c IN [not_loading, not_landing] WHERE c IS NOT NULL] END AS shown
  RETURN kind, l AS here, d AS there, [c IN shown | c.code] AS by, {v: v, dep: dep, arr: arr, carried: carried, times: times,
    shown: shown, longer: longer, not_loading: not_loading, direct: direct} AS found
  UNION ALL
  WITH [c IN calls WHERE c.at IS NOT NULL] AS placed
  UNWIND CASE WHEN $vessel IS NULL OR v.imo = $vessel THEN range(1, size(placed) - 1) ELSE [] END AS i
  WITH placed[i - 1] AS a, placed[i] AS b
  WITH a, b, point.distance(a.at, b.at) / 1000 AS km, duration.inDays(a.left, b.from).days AS days
  WHERE ($since IS NULL OR a.left >= $since) AND km >= $least_km AND ((days < -1 AND b.left > b.from)
    OR km > $knots * 1.852 * 24 * (CASE WHEN days < 0 THEN 1 ELSE days + 1 END))
  RETURN 'too fast' AS kind, a.p AS here, b.p AS there, [] AS by, {v: v, from: a, to: b, km: km} AS found
  UNION ALL
  // What is too full to be looked at for transfers is said.
  UNWIND CASE WHEN $vessel IS NULL OR v.imo = $vessel THEN lots ELSE [] END AS lot
  WITH lot.dep AS dep, count(DISTINCT lot.movement) AS times
  WHERE times > $most_lots
  WITH count(*) AS voyages, min(dep) AS day, max(times) AS times
  WHERE voyages > 0
  RETURN 'liners' AS kind, NULL AS here, NULL AS there, [] AS by, {v: v, voyages: voyages, day: day, times: times} AS found
}
WITH kind, here, there, by, collect(found) AS found
CALL (kind, here, there, found) {
  WITH here AS l, there AS d, size(found) AS rounds
  WHERE kind IN ['out of order', 'elsewhere', 'detour']
  UNWIND found AS one
  WITH l, d, rounds, one, one.v AS v
  // Whoever has cargo for the port on the way has reason to go there.
  WITH *, kind = 'detour' AND all(c IN one.shown[1..-1] WHERE EXISTS {
    MATCH (v)<-[:CARRIED_BY]-(o:Shipment)-[:LOADED_AT|DISCHARGED_AT]->(:Port {code: c.code})
    WHERE o.arrived >= c.from AND o.departed <= c.to }) AS served
  RETURN [v] AS vessels_drawn, one.dep AS day, [c IN one.shown | c.name] AS calls,
    [c IN one.shown | c.c] AS held, one.carried AS cargo_drawn, one.times AS times,
    CASE kind WHEN 'detour' THEN 'From ' + coalesce(l.name, l.code) + ' to ' + coalesce(d.name, d.code)
        + ' it went ' + round(one.longer, 1) + ' times the direct way of '
        + toInteger(one.direct / 1000) + ' km.'
      WHEN 'out of order' THEN 'It is said to have gone from ' + coalesce(l.name, l.code) + ' to '
        + coalesce(d.name, d.code) + ' by ' + one.arr + ', and called at ' + one.shown[0].name + ' on '
        + one.shown[0].from + ', before ' + one.shown[1].name + ' on ' + one.shown[1].from + '.'
      ELSE 'It is said to have ' + CASE WHEN one.not_loading IS NOT NULL
          THEN 'left ' + coalesce(l.name, l.code) + ' on ' + one.dep
          ELSE 'come to ' + coalesce(d.name, d.code) + ' on ' + one.arr END
        + ', and lay at ' + one.shown[0].name + ' from ' + one.shown[0].from + ' to ' + one.shown[0].to
        + '.' END AS text,
    CASE kind WHEN 'detour' THEN 0.0 ELSE 3.0 END AS order, 0.0 AS cargo,
    CASE WHEN kind <> 'detour' THEN 0.0 WHEN one.longer > 4 THEN 3.0 ELSE round(one.longer - 1, 2) END AS way,
    any(p IN [l, d] WHERE p.lat IS NULL OR p.lon IS NULL) AND kind = 'elsewhere' AS placeless,
    CASE WHEN kind = 'detour' AND rounds >= 3 THEN 'the same round is made ' + rounds + ' times'
      WHEN served THEN 'other cargo of the vessel is loaded or discharged at every port on the way' END
      AS explained
  UNION ALL
  UNWIND CASE WHEN kind = 'too fast' THEN found ELSE [] END AS one
  RETURN [one.v] AS vessels_drawn, one.from.left AS day, [one.from.name, one.to.name] AS calls,
    [one.from.c, one.to.c] AS held, [] AS cargo_drawn, 0 AS times,
    'It left ' + one.from.name + ' on ' + one.from.left + ' and came to ' + one.to.name + ', '
      + toInteger(one.km) + ' km away, on ' + one.to.from + '.' AS text,
    3.0 AS order, 0.0 AS cargo, 0.0 AS way, false AS placeless, NULL AS explained
  UNION ALL
  UNWIND CASE WHEN kind = 'liners' THEN found ELSE [] END AS one
  WITH one ORDER BY one.voyages DESC, one.v.imo
  WITH collect(one.v)[..20] AS some, count(*) AS vessels, sum(one.voyages) AS voyages, min(one.day) AS day,
    max(one.times) AS lots
  WHERE vessels > 0
  RETURN some AS vessels_drawn, day, [] AS calls, [] AS held, [] AS cargo_drawn, lots AS times,
    voyages + ' voyages of ' + vessels + ' vessels carry more than ' + $most_lots + ' movements.' AS text,
    0.0 AS order, 0.0 AS cargo, 0.0 AS way, false AS placeless,
    'liners, not looked at for transfers (--most-lots): voyages ' + voyages + ', vessels ' + vessels AS explained
}
RETURN kind, vessels_drawn, day, calls, held, cargo_drawn, times, text, order, cargo, way, placeless, explained
UNION ALL
// Goods aboard at a port where another vessel lay, which soon left with like goods.
CALL () {
  MATCH (a)-[x:ALONGSIDE]->(b) WHERE $vessel IS NULL
  RETURN a, x, b
  UNION
  MATCH (:Vessel {imo: $vessel})<-[:CARRIED_BY]-(s), (s)-[x:ALONGSIDE]-()
  RETURN startNode(x) AS a, x, endNode(x) AS b
}
WITH a, x, b, [kg IN [a.weight_kg, a.gross_kg] WHERE kg > 0][0] AS a_kg,
  [kg IN [b.weight_kg, b.gross_kg] WHERE kg > 0][0] AS b_kg
WHERE ($since IS NULL OR a.departed >= $since)
  AND abs(a_kg - b_kg) <= $tolerance / 100.0 * CASE WHEN a_kg > b_kg THEN a_kg ELSE b_kg END
MATCH (a)-[:CARRIED_BY]->(v), (b)-[:CARRIED_BY]->(w), (b)-[:LOADED_AT]->(p)
MATCH (v)-[c:CALLED_AT]->(p) WHERE c.arrived IN x.days
WITH *, coalesce(c.departed_last, c.departed, c.arrived_last, c.arrived) AS to
WHERE b.departed <= to + duration({days: $within})
MATCH (w)-[met:CALLED_AT]->(p)
WHERE met.arrived <= to AND c.arrived <= coalesce(met.departed_last, met.departed, met.arrived)
  AND met.arrived <= b.departed
WITH a, x, b, a_kg, b_kg, c, p, v, w, collect(met) AS meetings
WITH *, any(key IN ['lot', 'serial'] WHERE a[key] = b[key]) OR EXISTS { (a)-[:STUFFED_IN]->()<-[:STUFFED_IN]-(b) } AS traced
RETURN 'alongside' AS kind, [v, w] AS vessels_drawn, c.arrived AS day, [coalesce(p.name, p.code)] AS calls,
  [c] + meetings AS held, [a, b] AS cargo_drawn, x.times AS times,
  'Both lay at ' + coalesce(p.name, p.code) + ', where the first is said to have unloaded nothing of '
    + a.id + '; the second left with ' + b.id + ' on ' + b.departed + ' (heading ' + left(a.hs, 4)
    + ', ' + a_kg + ' and ' + b_kg + ' kg).' AS text,
  0.0 AS order, CASE WHEN traced THEN 3.0
    WHEN abs(a_kg - b_kg) <= 0.005 * a_kg THEN 2.0 ELSE 1.0 END AS cargo, 0.0 AS way, false AS placeless,
  CASE WHEN any(key IN ['bill', 'master_bill', 'movement'] WHERE a[key] = b[key])
    THEN 'one bill or movement names both vessels: a change of vessels on paper' END AS explained
}
WITH * ORDER BY explained IS NOT NULL, order + cargo + way DESC, vessels_drawn[0].imo, day, calls, text
RETURN kind, [v IN vessels_drawn | coalesce(v.name, v.imo)] AS vessels, day, calls,
  [s IN cargo_drawn | s.id] AS shipments, times, text, order, cargo, way,
  CASE WHEN kind = 'detour' THEN 'yes' END AS by_air,
  CASE WHEN kind = 'alongside' THEN 'yes' END AS in_port,
  CASE WHEN placeless THEN 'yes' END AS placeless,
  CASE WHEN kind IN ['elsewhere', 'out of order'] THEN 'yes' END AS papers,
  CASE WHEN order > 0 THEN 'yes' END AS typed, explained, vessels_drawn, held,
  cargo_drawn, [s IN cargo_drawn | [(s)-[r:CARRIED_BY|LOADED_AT|DISCHARGED_AT|SHIPPED|CONSIGNED_TO]-() | r]]
    AS around
