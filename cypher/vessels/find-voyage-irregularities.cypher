// title: Voyages that do not go as their papers say
// about: |
//   Sets the port calls of vessels beside the shipments that they carried: a vessel that stayed at
//   another port on the day it is said to have loaded or discharged, ports called at in the wrong
//   order, calls further apart than a vessel can go in the time, a way at least 1.5 times the
//   direct one, and a vessel that met another in a port on the way, from where the other soon left
//   with like goods.
// misses: |
//   meetings at sea (there are no positions, only port calls), voyages of which no call is loaded
//   or of which the papers name no day or port, and two kinds of transfer: from a liner (more than
//   --most-lots movements on the voyage), and of goods without a number where their like leaves that
//   port more than --chance times in as many days.
// lawful: |
//   a day or two between papers and calls; two ports less than --least-km apart; a round that is
//   made at least three times; a call at which other cargo of the vessel is loaded or discharged;
//   a change of vessels on one bill or movement.
// red_flag: |
//   US Departments of State, Treasury and Coast Guard, Sanctions Advisory for the Maritime
//   Industry, 2020-05-14: voyage irregularities and transfers from ship to ship.
// key: kind, vessels_drawn, day, calls, ends
// explained: explained
// score:
//   order: 3 when the calls contradict the papers or each other
//   cargo: "of goods alongside: 3 when one lot, serial or container is on both vessels, 2 for a weight within 0.5 %, else 1"
//   way: how many times as long as the direct way, less 1, 3 at most
// explain: "{kind}: {vessels}, {day}. {text} Movements on the voyage: {times}."
// against:
//   by_air: "great circles cross land: there may be no shorter way by sea, and weather, canals and repairs make detours too"
//   in_port: "a port that both call at is no proof that they lay side by side; the goods only look alike"
//   placeless: "a port has no position, and is taken as far from the others: it may be part of the same"
//   papers: days on papers are often those of the bill and not of the vessel
//   typed: one call on a wrong day, under a wrong vessel or not loaded would look the same
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
//   vessel: {type: entity, of: Vessel, optional: true, help: Only voyages of this vessel (IMO number or name)}
//   factor: {type: number, default: 1.5, min: 1, max: 100, help: "Least length of the way, as a multiple of the direct one"}
//   slack: {type: integer, default: 2, min: 0, max: 30, ours: true, help: Days by which papers and calls may differ}
//   least_km: {type: number, default: 200, min: 0, max: 20000, ours: true, help: Ports less than so many kilometres apart are taken as one}
//   knots: {type: number, default: 30, min: 1, max: 100, ours: true, help: Most nautical miles an hour that a vessel goes}
//   within: {type: integer, default: 10, min: 0, max: 90, ours: true, help: Most days from a meeting until the other vessel leaves with like goods}
//   tolerance: {type: number, default: 5, min: 0, max: 50, ours: true, help: Most per cent by which like weights differ}
//   most_lots: {type: integer, default: 50, min: 1, max: 100000, ours: true, help: A voyage of more movements is a liner's and not looked at for transfers}
//   chance: {type: number, default: 0.1, min: 0, max: 1000, ours: true, help: Most often that such goods leave the port by chance in as many days}
//   since: {type: date, of: departed|arrived, optional: true, help: Only voyages that begin on this day or later}
CYPHER 25
CALL () {
MATCH (v:Vessel)-[x:DEVIATED_TO]->(:Port)
WHERE ($vessel IS NULL OR v.imo = $vessel) AND ($since IS NULL OR x.day >= $since)
  AND coalesce(x.slack >= $slack, true) AND coalesce(x.km >= $least_km, true)
  AND coalesce(x.factor >= $factor, true) AND coalesce(x.knots > $knots, true)
CALL (v, x) {
  UNWIND range(0, size(x.ports) - 1) AS i
  MATCH (v)-[c:CALLED_AT]->(p:Port {code: x.ports[i]}) WHERE c.arrived = x.days[i]
  WITH i, c, p ORDER BY i
  RETURN collect({c: c, p: p, name: coalesce(p.name, p.code), from: coalesce(c.arrived_last, c.arrived),
    to: coalesce(c.departed, c.arrived)}) AS shown
}
OPTIONAL MATCH (l:Port {code: x.load_port})
OPTIONAL MATCH (d:Port {code: x.discharge_port})
WITH v, x, shown, l, d, coalesce(l.name, l.code) AS load, coalesce(d.name, d.code) AS discharge
RETURN x.kind AS kind, [v] AS vessels_drawn, x.day AS day, [c IN shown | c.name] AS calls, [c IN shown | c.c] AS held,
  COLLECT { MATCH (s:Shipment) WHERE s.id IN x.shipments RETURN s ORDER BY s.id } AS cargo_drawn,
  coalesce(x.times, 0) AS times, [load, discharge] AS ends,
  CASE x.kind WHEN 'detour' THEN 'From ' + load + ' to ' + discharge + ' it went ' + round(x.factor, 1)
      + ' times the direct way of ' + toInteger(x.km) + ' km.'
    WHEN 'out of order' THEN 'It is said to have gone from ' + load + ' to ' + discharge + ' by ' + x.until
      + ', and called at ' + shown[0].name + ' on ' + shown[0].from + ', before ' + shown[1].name + ' on '
      + shown[1].from + '.'
    WHEN 'too fast' THEN CASE WHEN x.until < x.day THEN 'It is said to have been at ' + shown[0].name + ' until '
      + x.day + ', and at ' + shown[1].name + ', ' + toInteger(x.km) + ' km away, from ' + x.until + '.' ELSE 'It left ' + shown[0].name + ' on ' + x.day + ' and came to ' + shown[1].name + ', '
      + toInteger(x.km) + ' km away, on ' + x.until
      + coalesce(', which takes ' + toInteger(x.knots) + ' knots or more', '') + '.' END
    ELSE CASE WHEN x.not_loading THEN 'It is said to have left ' + load + ' on ' + x.day + ', and lay at '
        + shown[0].name + ' from ' + shown[0].from + ' to ' + shown[0].to + '.' ELSE '' END
      + CASE WHEN x.not_loading AND size(shown) > 1 THEN ' ' ELSE '' END
      + CASE WHEN NOT x.not_loading OR size(shown) > 1 THEN 'It is said to have come to ' + discharge + ' on '
        + x.until + ', and lay at ' + shown[-1].name + ' from ' + shown[-1].from + ' to ' + shown[-1].to + '.'
        ELSE '' END END AS text,
  CASE x.kind WHEN 'detour' THEN 0.0 ELSE 3.0 END AS order, 0.0 AS cargo,
  CASE WHEN x.kind <> 'detour' THEN 0.0 WHEN x.factor > 4 THEN 3.0 ELSE round(x.factor - 1, 2) END AS way,
  x.kind = 'elsewhere' AND any(p IN [l, d] + [c IN shown | c.p]
    WHERE NOT coalesce(abs(p.lat) <= 90 AND abs(p.lon) <= 180, false)) AS placeless,
  CASE WHEN x.rounds >= 3 THEN 'the same round is made ' + x.rounds + ' times'
    WHEN x.served THEN 'other cargo of the vessel is loaded or discharged at every port on the way' END AS explained
UNION ALL
// Goods aboard at a port where another vessel lay, which soon left with like goods.
CALL () {
  MATCH (a)-[x:ALONGSIDE]->(b) WHERE $vessel IS NULL AND ($since IS NULL OR a.departed >= $since)
  RETURN a, x, b
  UNION
  MATCH (:Vessel {imo: $vessel})<-[:CARRIED_BY]-(s), (s)-[x:ALONGSIDE]-()
  WITH startNode(x) AS a, x, endNode(x) AS b WHERE $since IS NULL OR a.departed >= $since
  RETURN a, x, b
}
WITH a, x, b, [kg IN [a.weight_kg, a.gross_kg] WHERE kg > 0][0] AS a_kg,
  [kg IN [b.weight_kg, b.gross_kg] WHERE kg > 0][0] AS b_kg
WHERE (x.traced OR x.expected <= $chance) AND x.times <= $most_lots
  AND abs(a_kg - b_kg) <= $tolerance / 100.0 * CASE WHEN a_kg > b_kg THEN a_kg ELSE b_kg END
MATCH (a)-[:CARRIED_BY]->(v), (b)-[:CARRIED_BY]->(w), (b)-[:LOADED_AT]->(p)
MATCH (v)-[c:CALLED_AT]->(p) WHERE c.arrived IN x.days
WITH *, coalesce(c.departed_last, c.departed, c.arrived_last, c.arrived) AS to
WHERE b.departed <= to + duration({days: $within})
MATCH (w)-[met:CALLED_AT]->(p)
WHERE met.arrived <= to AND c.arrived <= coalesce(met.departed_last, met.departed, met.arrived)
  AND met.arrived <= b.departed
WITH a, x, b, a_kg, b_kg, c, p, v, w, collect(met) AS meetings
RETURN 'alongside' AS kind, [v, w] AS vessels_drawn, c.arrived AS day, [coalesce(p.name, p.code)] AS calls,
  [c] + meetings AS held, [a, b] AS cargo_drawn, x.times AS times, [a.id, b.id] AS ends,
  'Both lay at ' + coalesce(p.name, p.code) + ', where the first is said to have unloaded nothing of '
    + a.id + '; the second left with ' + b.id + ' on ' + b.departed + ' (heading ' + left(a.hs, 4)
    + ', ' + a_kg + ' and ' + b_kg + ' kg).' AS text,
  0.0 AS order, CASE WHEN x.traced THEN 3.0
    WHEN abs(a_kg - b_kg) <= 0.005 * a_kg THEN 2.0 ELSE 1.0 END AS cargo, 0.0 AS way, false AS placeless,
  CASE WHEN any(key IN ['bill', 'master_bill', 'movement'] WHERE a[key] = b[key])
    THEN 'one bill or movement names both vessels: a change of vessels on paper' END AS explained
}
WITH * ORDER BY explained IS NOT NULL, order + cargo + way DESC, vessels_drawn[0].imo, day, calls, text
RETURN kind, [v IN vessels_drawn | coalesce(v.name, v.imo)] AS vessels, day, calls,
  [s IN cargo_drawn | s.id] AS shipments, times, ends, text, order, cargo, way,
  CASE WHEN kind = 'detour' THEN 'yes' END AS by_air,
  CASE WHEN kind = 'alongside' THEN 'yes' END AS in_port,
  CASE WHEN placeless THEN 'yes' END AS placeless,
  CASE WHEN kind IN ['elsewhere', 'out of order'] THEN 'yes' END AS papers,
  CASE WHEN order > 0 THEN 'yes' END AS typed, explained, vessels_drawn, held,
  cargo_drawn, [s IN cargo_drawn | [(s)-[r:CARRIED_BY|LOADED_AT|DISCHARGED_AT|SHIPPED|CONSIGNED_TO]-() | r]]
    AS around
