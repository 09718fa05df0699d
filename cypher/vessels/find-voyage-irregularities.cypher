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
// Of one vessel, those that it met in a port.
CALL () {
  OPTIONAL MATCH (:Vessel {imo: $vessel})-[a:CALLED_AT]->(:Port)<-[b:CALLED_AT]-(w:Vessel)
  WHERE b.arrived <= coalesce(a.departed_last, a.departed, a.arrived_last, a.arrived)
    AND a.arrived <= coalesce(b.departed_last, b.departed, b.arrived_last, b.arrived)
  WITH collect(DISTINCT w) AS others
  RETURN others + COLLECT { MATCH (v:Vessel {imo: $vessel}) RETURN v } AS nearby
}
CALL (nearby) {
  MATCH (v:Vessel)
  WHERE ($vessel IS NULL OR v.imo = $vessel) AND EXISTS { (v)-[:CALLED_AT]->() }
  CALL (v) {
    MATCH (v)-[c:CALLED_AT]->(p:Port)
    WITH c, p ORDER BY c.arrived, p.code
    RETURN collect({c: c, code: p.code, name: coalesce(p.name, p.code), from: c.arrived,
      to: coalesce(c.departed_last, c.departed, c.arrived_last, c.arrived),
      at: CASE WHEN abs(p.lat) <= 90 AND abs(p.lon) <= 180
        THEN point({latitude: p.lat, longitude: p.lon}) END}) AS calls
  }
  CALL (v) {
    MATCH (s:Shipment)-[:CARRIED_BY]->(v)
    WITH s, s.departed AS dep, s.arrived AS arr
    WHERE dep = coalesce(s.departed_last, dep) AND dep <= arr
      AND arr = coalesce(s.arrived_last, arr) AND ($since IS NULL OR dep >= $since)
    MATCH (s)-[:LOADED_AT]->(l:Port)
    MATCH (s)-[:DISCHARGED_AT]->(d:Port)
    WHERE l <> d
    RETURN l, d, dep, arr, collect(s)[..10] AS carried, count(DISTINCT coalesce(s.movement, s.id)) AS times
  }
  WITH *, l.code AS from_code, d.code AS to_code, dep - duration({days: $slack}) AS early,
    arr + duration({days: $slack}) AS over
  WITH *, [c IN calls WHERE c.from <= over AND c.to >= early] AS near
  WHERE size(near) > 0
  WITH *, dep + duration({days: $slack}) AS late, [c IN near WHERE c.code = from_code] AS at_l,
    [c IN near WHERE c.code = to_code] AS at_d
  WITH *, last([c IN at_l WHERE c.from <= late]) AS begins, head([c IN at_d WHERE c.from >= dep]) AS ends
  WITH *, [c IN near WHERE c.from > begins.from AND c.from < ends.from AND NOT c.code IN [from_code, to_code]] AS between
  // A vessel that called at both ports, in their order and at none between, went as its papers say.
  WHERE begins IS NULL OR ends IS NULL OR size(between) > 0 OR at_d[-1].from < at_l[0].from
    OR none(c IN at_d WHERE c.to >= arr - duration({days: $slack}))
  WITH *, CASE WHEN abs(l.lat) <= 90 AND abs(l.lon) <= 180
      THEN point({latitude: l.lat, longitude: l.lon}) END AS from_at,
    CASE WHEN abs(d.lat) <= 90 AND abs(d.lon) <= 180
      THEN point({latitude: d.lat, longitude: d.lon}) END AS to_at
  WITH *,
    CASE WHEN none(c IN at_l WHERE c.from <= late) THEN head([c IN near WHERE c.code <> from_code
      AND c.from < dep AND dep < c.to
      AND coalesce(point.distance(c.at, from_at) > $least_km * 1000, true)]) END AS not_loading,
    CASE WHEN none(c IN at_d WHERE c.to >= arr - duration({days: $slack})) THEN
      head([c IN near WHERE c.code <> to_code AND c.from < arr AND arr < c.to
      AND coalesce(point.distance(c.at, to_at) > $least_km * 1000, true)]) END AS not_landing,
    size(at_l) > 0 AND size(at_d) > 0 AND at_d[-1].from < at_l[0].from AS reversed
  WITH *, [begins] + between + [ends] AS legs
  WITH *, [c IN legs WHERE c.at IS NOT NULL] AS known, point.distance(from_at, to_at) AS direct
  WITH *, reduce(sum = 0.0, i IN range(1, size(known) - 1) |
    sum + point.distance(known[i - 1].at, known[i].at)) / CASE WHEN direct > 0 THEN direct END AS longer
  WITH *, CASE WHEN reversed THEN 'out of order'
    WHEN not_loading IS NOT NULL OR not_landing IS NOT NULL THEN 'elsewhere'
    WHEN size(legs) > 2 AND begins IS NOT NULL AND ends IS NOT NULL AND direct >= $least_km * 1000
      AND longer >= $factor THEN 'detour' END AS kind
  WHERE kind IS NOT NULL
  WITH *, CASE kind WHEN 'detour' THEN legs WHEN 'out of order' THEN [at_d[-1], at_l[0]]
    ELSE [c IN [not_loading, not_landing] WHERE c IS NOT NULL] END AS shown
  WITH *, [c IN shown | c.code] AS codes
  WITH kind, codes, l, d, count(*) AS rounds, collect({v: v, dep: dep, arr: arr, carried: carried, times: times,
    shown: shown, longer: longer, not_loading: not_loading, direct: direct}) AS found
  UNWIND found AS one
  WITH kind, codes, l, d, rounds, one, one.v AS v, one.dep AS dep, one.arr AS arr, one.carried AS carried
  // Whoever has cargo for the port on the way has reason to go there.
  WITH *, kind = 'detour' AND all(c IN one.shown[1..-1] WHERE EXISTS {
    MATCH (v)<-[:CARRIED_BY]-(o:Shipment)-[:LOADED_AT|DISCHARGED_AT]->(:Port {code: c.code})
    WHERE o.arrived >= c.from AND o.departed <= c.to }) AS served
  RETURN kind, [v] AS vessels_drawn, dep AS day, [c IN one.shown | c.name] AS calls,
    [c IN one.shown | c.c] AS held, carried[..10] AS cargo_drawn, one.times AS times,
    CASE kind WHEN 'detour' THEN 'From ' + coalesce(l.name, l.code) + ' to ' + coalesce(d.name, d.code)
        + ' it went ' + round(one.longer, 1) + ' times the direct way of '
        + toInteger(one.direct / 1000) + ' km.'
      WHEN 'out of order' THEN 'It is said to have gone from ' + coalesce(l.name, l.code) + ' to '
        + coalesce(d.name, d.code) + ' by ' + arr + ', and called at ' + one.shown[0].name + ' on '
        + one.shown[0].from + ', before ' + one.shown[1].name + ' on ' + one.shown[1].from + '.'
      ELSE 'It is said to have ' + CASE WHEN one.not_loading IS NOT NULL
          THEN 'left ' + coalesce(l.name, l.code) + ' on ' + dep
          ELSE 'come to ' + coalesce(d.name, d.code) + ' on ' + arr END
        + ', and lay at ' + one.shown[0].name + ' from ' + one.shown[0].from + ' to ' + one.shown[0].to
        + '.' END AS text,
    CASE kind WHEN 'detour' THEN 0.0 ELSE 3.0 END AS order, 0.0 AS cargo,
    CASE WHEN kind <> 'detour' THEN 0.0 WHEN one.longer > 4 THEN 3.0 ELSE round(one.longer - 1, 2) END AS way,
    any(p IN [l, d] WHERE p.lat IS NULL OR p.lon IS NULL) AND kind = 'elsewhere' AS placeless,
    CASE WHEN kind = 'detour' AND rounds >= 3 THEN 'the same round is made ' + rounds + ' times'
      WHEN served THEN 'other cargo of the vessel is loaded or discharged at every port on the way' END
      AS explained
  UNION ALL
  MATCH (v:Vessel) WHERE $vessel IS NULL OR v.imo = $vessel
  CALL (v) {
    MATCH (v)-[c:CALLED_AT]->(p:Port)
    WHERE abs(p.lat) <= 90 AND abs(p.lon) <= 180
    WITH c, p ORDER BY c.arrived, p.code
    RETURN collect({c: c, name: coalesce(p.name, p.code), from: c.arrived, to: coalesce(c.departed, c.arrived),
      at: point({latitude: p.lat, longitude: p.lon})}) AS calls
  }
  UNWIND range(1, size(calls) - 1) AS i
  WITH v, calls[i - 1] AS a, calls[i] AS b
  WITH v, a, b, point.distance(a.at, b.at) / 1000 AS km, duration.inDays(a.to, b.from).days AS days
  WHERE ($since IS NULL OR a.to >= $since) AND km >= $least_km AND ((days < -1 AND b.to > b.from)
    OR km > $knots * 1.852 * 24 * (CASE WHEN days < 0 THEN 1 ELSE days + 1 END))
  RETURN 'too fast' AS kind, [v] AS vessels_drawn, a.to AS day, [a.name, b.name] AS calls,
    [a.c, b.c] AS held, [] AS cargo_drawn, 0 AS times,
    'It left ' + a.name + ' on ' + a.to + ' and came to ' + b.name + ', ' + toInteger(km)
      + ' km away, on ' + b.from + '.' AS text,
    3.0 AS order, 0.0 AS cargo, 0.0 AS way, false AS placeless, NULL AS explained
  UNION ALL
  // What is too full to be looked at for transfers is said.
  MATCH (v:Vessel) WHERE EXISTS { (v)-[:CALLED_AT]->() } AND ($vessel IS NULL OR v.imo = $vessel)
  MATCH (s:Shipment)-[:CARRIED_BY]->(v)
  WHERE s.departed IS NOT NULL AND ($since IS NULL OR s.departed >= $since)
  WITH v, s.departed AS dep, count(DISTINCT coalesce(s.movement, s.id)) AS lots
  WHERE lots > $most_lots
  WITH v, count(*) AS voyages, min(dep) AS day, max(lots) AS lots ORDER BY voyages DESC, v.imo
  WITH collect(v)[..20] AS some, count(*) AS vessels, sum(voyages) AS voyages, min(day) AS day, max(lots) AS lots
  WHERE vessels > 0
  RETURN 'liners' AS kind, some AS vessels_drawn, day, [] AS calls, [] AS held, [] AS cargo_drawn, lots AS times,
    voyages + ' voyages of ' + vessels + ' vessels carry more than ' + $most_lots + ' movements.' AS text,
    0.0 AS order, 0.0 AS cargo, 0.0 AS way, false AS placeless,
    'liners, not looked at for transfers (--most-lots): voyages ' + voyages + ', vessels ' + vessels AS explained
  UNION ALL
  // Goods aboard at a call on the way, and goods that leave that port: one row for each and its
  // weight, brought together by port, heading and bucket of weight.
  CALL (nearby) {
    MATCH (v:Vessel) WHERE EXISTS { (v)-[:CALLED_AT]->() } AND ($vessel IS NULL OR v IN nearby)
    CALL (v) {
      MATCH (v)-[c:CALLED_AT]->(p:Port)
      RETURN collect({c: c, p: p, from: c.arrived,
        to: coalesce(c.departed_last, c.departed, c.arrived_last, c.arrived)}) AS calls
    }
    CALL (v) {
      MATCH (s:Shipment)-[:CARRIED_BY]->(v)
      WITH s, s.departed AS dep, s.arrived AS arr
      WHERE dep = coalesce(s.departed_last, dep) AND arr = coalesce(s.arrived_last, arr)
        AND ($since IS NULL OR dep >= $since)
      WITH dep, collect(s) AS aboard, count(DISTINCT coalesce(s.movement, s.id)) AS times, max(arr) AS latest
      WHERE times <= $most_lots
      RETURN dep, aboard, times, latest
    }
    WITH v, dep, aboard, times, [c IN calls WHERE c.from > dep AND c.to < latest] AS between
    WHERE size(between) > 0
    UNWIND aboard AS s
    WITH v, s, times, between, s.arrived AS arr, coalesce(s.weight_kg, s.gross_kg) AS kg, left(s.hs, 4) AS heading
    WHERE kg > 0 AND heading IS NOT NULL
    MATCH (s)-[:LOADED_AT]->(l:Port)
    MATCH (s)-[:DISCHARGED_AT]->(d:Port)
    UNWIND [c IN between WHERE c.to < arr AND c.p <> l AND c.p <> d] AS c
    WITH v, s, c, times, kg, heading, toInteger(floor(log(kg) / log(1 + ($tolerance + 1) / 100.0))) AS middle
    UNWIND [middle - 1, middle, middle + 1] AS bucket
    RETURN c.p AS p, heading, bucket, {s: s, v: v, c: c, kg: kg, times: times} AS aboard, NULL AS loaded
    UNION ALL
    MATCH (v:Vessel) WHERE EXISTS { (v)-[:CALLED_AT]->() } AND ($vessel IS NULL OR v IN nearby)
    MATCH (s:Shipment)-[:CARRIED_BY]->(v)
    WITH v, s, s.departed AS dep, coalesce(s.weight_kg, s.gross_kg) AS kg, left(s.hs, 4) AS heading
    WHERE dep IS NOT NULL AND heading IS NOT NULL AND ($since IS NULL OR dep >= $since) AND kg > 0
    MATCH (s)-[:LOADED_AT]->(p:Port)
    RETURN p, heading, toInteger(floor(log(kg) / log(1 + ($tolerance + 1) / 100.0))) AS bucket,
      NULL AS aboard, {s: s, v: v, dep: dep, kg: kg} AS loaded
  }
  WITH p, heading, bucket, collect(aboard) AS aboard, collect(loaded) AS loaded
  WHERE size(aboard) > 0 AND size(loaded) > 0
  UNWIND aboard AS a
  WITH p, a, a.c.from AS came, a.c.to + duration({days: $within}) AS latest, loaded
  UNWIND [b IN loaded WHERE b.dep >= came AND b.dep <= latest AND b.v <> a.v
    AND abs(a.kg - b.kg) <= $tolerance / 100.0 * CASE WHEN a.kg > b.kg THEN a.kg ELSE b.kg END
    AND ($vessel IS NULL OR $vessel IN [a.v.imo, b.v.imo])] AS b
  MATCH (w:Vessel {imo: b.v.imo})-[met:CALLED_AT]->(p)
  WHERE met.arrived <= a.c.to AND a.c.from <= coalesce(met.departed_last, met.departed, met.arrived)
    AND met.arrived <= b.s.departed
  WITH p, a, b, collect(met) AS meetings
  WITH *, any(key IN ['lot', 'serial'] WHERE a.s[key] = b.s[key])
    OR EXISTS { WITH a, b MATCH (x:Shipment {id: a.s.id})-[:STUFFED_IN]->()<-[:STUFFED_IN]-(y:Shipment {id: b.s.id}) } AS traced
  RETURN 'alongside' AS kind, [a.v, b.v] AS vessels_drawn, a.c.from AS day, [coalesce(p.name, p.code)] AS calls,
    [a.c.c] + meetings AS held, [a.s, b.s] AS cargo_drawn, a.times AS times,
    'Both lay at ' + coalesce(p.name, p.code) + ', where the first is said to have unloaded nothing of '
      + a.s.id + '; the second left with ' + b.s.id + ' on ' + b.s.departed + ' (heading ' + left(a.s.hs, 4)
      + ', ' + a.kg + ' and ' + b.kg + ' kg).' AS text,
    0.0 AS order, CASE WHEN traced THEN 3.0
      WHEN abs(a.kg - b.kg) <= 0.005 * a.kg THEN 2.0 ELSE 1.0 END AS cargo, 0.0 AS way, false AS placeless,
    CASE WHEN any(key IN ['bill', 'master_bill', 'movement'] WHERE a.s[key] = b.s[key])
      THEN 'one bill or movement names both vessels: a change of vessels on paper' END AS explained
}
WITH * ORDER BY explained IS NOT NULL, order + cargo + way DESC, vessels_drawn[0].imo, day, calls
RETURN kind, [v IN vessels_drawn | coalesce(v.name, v.imo)] AS vessels, day, calls,
  [s IN cargo_drawn | s.id] AS shipments, times, text, order, cargo, way,
  CASE WHEN kind = 'detour' THEN 'yes' END AS by_air,
  CASE WHEN kind = 'alongside' THEN 'yes' END AS in_port,
  CASE WHEN placeless THEN 'yes' END AS placeless,
  CASE WHEN kind IN ['elsewhere', 'out of order'] THEN 'yes' END AS papers,
  CASE WHEN order > 0 THEN 'yes' END AS typed, explained, vessels_drawn, held,
  cargo_drawn, [s IN cargo_drawn | [(s)-[r:CARRIED_BY|LOADED_AT|DISCHARGED_AT|SHIPPED|CONSIGNED_TO]-() | r]]
    AS around
