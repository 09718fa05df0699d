// title: Containers, seals, lots, serials and bills used twice
// about: |
//   Finds one container at sea in two places at once, one seal closed again in another country than
//   it arrived in, one serial on two ways at once, one bill of lading for two voyages, and one lot
//   that is given two origins as it is handed on: of two such records at least one is false.
//   Shipments with the same number are compared in the order of departure, each with the next.
// misses: |
//   a number that is copied with a slip, two uses with a third between them, seals on other
//   containers (makers number alike), voyages without days of departure, and goods put into a sealed
//   container without breaking its seal.
// lawful: |
//   part loads and lines of one voyage, records of one movement, a later leg of the same way, part
//   deliveries of one lot, and makers or carriers that number alike are no reuse. Numbers on more
//   than --max-uses movements are placeholders and no identity: listed with --lawful.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021: one document for several
//   shipments; US Department of Justice, 2026-03-19: serial labels moved to other goods.
// key: kind, value
// explained: explained
// score:
//   proof: 3 for a serial or a sealed container, 2 for a container or bill of lading, 1.5 for a lot
//   overlap: 1 for each ten days on which both cannot be true, 2 at most
//   apart: 1 when the two are loaded in different countries
// explain: |
//   {kind} {value} stands on {movements:movement}. {contradiction}: {story}.
// against:
//   doubts: "its record is in doubt, the number may be a slip: {doubts}"
//   same_parties: the same companies send and receive both, it may be one shipment recorded twice with another day
// needs:
//   shipments: [departed]
// either:
//   containers: {shipments: [departed, container]}
//   serials: {shipments: [departed, serial]}
//   bills of lading: {shipments: [departed, bill]}
//   lots: {shipments: [departed, lot, origin]}
// example: netinv find-reused-identities --since 2024-01-01
// inputs:
//   company: {type: entity, optional: true, help: Only where this company has part in one of the two (id or name)}
//   since: {type: date, optional: true, help: Only shipments that left on this day or later}
//   slack: {type: integer, default: 3, min: 0, max: 60, ours: true, help: Days by which records of one voyage may differ}
//   reuse: {type: integer, default: 365, min: 1, max: 10000, ours: true, help: Days after which a number may lawfully be given again}
//   max_uses: {type: integer, default: 200, min: 2, max: 1000000, ours: true, help: A number on more movements than this is a placeholder}
CYPHER 25
CALL () {
  OPTIONAL MATCH (:Party {id: $company})--(s:Shipment)
  RETURN collect(DISTINCT s.serial) AS serials, collect(DISTINCT s.bill) AS bills, collect(DISTINCT s.lot) AS lots
}
// Most numbers are used once: the uses of the others alone are brought into their order.
CALL (serials, bills, lots) {
  CALL () {
    WITH $company AS company WHERE company IS NULL
    MATCH (k:Container) RETURN k
    UNION
    MATCH (:Party {id: $company})--(:Shipment)-[:STUFFED_IN]->(k:Container) RETURN k
  }
  WITH k WHERE COUNT { (k)<-[:STUFFED_IN]-() } > 1
  MATCH (s)-[u:STUFFED_IN]->(k)
  WHERE $since IS NULL OR s.departed >= $since
  RETURN 'container' AS kind, k.number AS value, collect(s) AS uses, collect(coalesce(u.seal, '')) AS marks
  UNION ALL
  WITH * WHERE $company IS NULL
  MATCH (s:Shipment) WHERE s.serial IS NOT NULL
  WITH s.serial AS value, collect(s) AS uses WHERE size(uses) > 1
  RETURN 'serial' AS kind, value, uses, [] AS marks
  UNION ALL
  UNWIND serials AS value
  MATCH (s:Shipment {serial: value})
  WITH value, collect(s) AS uses WHERE size(uses) > 1
  RETURN 'serial' AS kind, value, uses, [] AS marks
  UNION ALL
  WITH * WHERE $company IS NULL
  MATCH (s:Shipment) WHERE s.bill IS NOT NULL
  WITH s.bill AS value, collect(s) AS uses WHERE size(uses) > 1
  RETURN 'bill of lading' AS kind, value, uses, [] AS marks
  UNION ALL
  UNWIND bills AS value
  MATCH (s:Shipment {bill: value})
  WITH value, collect(s) AS uses WHERE size(uses) > 1
  RETURN 'bill of lading' AS kind, value, uses, [] AS marks
  UNION ALL
  WITH * WHERE $company IS NULL
  MATCH (s:Shipment) WHERE s.lot IS NOT NULL
  WITH s.lot AS value, collect(s) AS uses WHERE size(uses) > 1
  RETURN 'lot' AS kind, value, uses, [] AS marks
  UNION ALL
  UNWIND lots AS value
  MATCH (s:Shipment {lot: value})
  WITH value, collect(s) AS uses WHERE size(uses) > 1
  RETURN 'lot' AS kind, value, uses, [] AS marks
}
CALL (kind, uses, marks) {
  UNWIND range(0, size(uses) - 1) AS i
  WITH uses[i] AS s, coalesce(marks[i], '') AS seal
  WHERE s.departed IS NOT NULL AND ($since IS NULL OR s.departed >= $since)
    AND (kind <> 'lot' OR s.origin IS NOT NULL)
  ORDER BY s.departed, s.id
  RETURN collect(s) AS trips, collect(seal) AS seals, count(DISTINCT coalesce(s.movement, s.id)) AS movements
}
WITH kind, value, trips, seals, movements
WHERE movements > 1
UNWIND range(0, size(trips) - 2) AS i
WITH kind, value, movements, trips[i] AS a, trips[i + 1] AS b,
  seals[i] <> '' AND seals[i] = seals[i + 1] AS sealed
// Certainly still on its way when the next leaves: the month of a day counts against it.
WITH *, coalesce(b.departed_last, b.departed) < a.arrived AS at_once
WHERE CASE kind
    WHEN 'container' THEN at_once OR sealed
    WHEN 'serial' THEN at_once AND coalesce(left(a.hs, 4) = left(b.hs, 4), true)
    WHEN 'bill of lading' THEN duration.inDays(coalesce(a.departed_last, a.departed), b.departed).days > $slack
    ELSE a.origin <> b.origin AND left(a.hs, 6) = left(b.hs, 6) END
WITH *, duration.inDays(a.departed, b.departed).days AS days
WHERE coalesce(a.movement, a.id) <> coalesce(b.movement, b.id) AND days <= $reuse
WITH *,
  head(COLLECT { MATCH (a)-[:LOADED_AT]->(p) RETURN p }) AS a_from,
  head(COLLECT { MATCH (b)-[:LOADED_AT]->(p) RETURN p }) AS b_from,
  head(COLLECT { MATCH (a)-[:DISCHARGED_AT]->(p) RETURN p }) AS a_to,
  head(COLLECT { MATCH (b)-[:DISCHARGED_AT]->(p) RETURN p }) AS b_to
WITH *, coalesce(a.dispatch, a_from.country) AS a_land, coalesce(b.dispatch, b_from.country) AS b_land,
  coalesce(a.destination, a_to.country) AS a_end
WITH *, CASE
    // One voyage, or a later leg of one way, to where the first goes or from where it has arrived.
    WHEN coalesce(days <= $slack AND (a_from = b_from OR a_land = b_land), false) THEN null
    WHEN at_once AND coalesce(a_to = b_to AND abs(duration.inDays(a.arrived, b.arrived).days) <= $slack, false)
      THEN null
    WHEN EXISTS { MATCH (a)-[:CARRIED_BY]->(v)<-[:CARRIED_BY]-(b) WHERE days <= $slack } THEN null
    WHEN kind = 'container' AND at_once AND (a_from <> b_from OR a_land <> b_land OR days > $slack) THEN 'at once'
    WHEN kind = 'container' AND sealed AND b.departed >= a.arrived AND a_end <> b_land THEN 'seal'
    WHEN kind = 'serial' AND NOT EXISTS { MATCH (a)-[:MADE_BY]->(m), (b)-[:MADE_BY]->(n) WHERE m <> n }
      AND (days > 0 OR NOT EXISTS { (a)<-[:SHIPPED]-()-[:SHIPPED]->(b) }) THEN 'at once'
    WHEN kind = 'bill of lading' AND NOT coalesce(a_to = b_from, false)
      AND NOT EXISTS { MATCH (a)-[:CARRIED_BY_LINE]->(m), (b)-[:CARRIED_BY_LINE]->(n) WHERE m <> n }
      THEN 'voyages'
    WHEN kind = 'lot' AND NOT EXISTS { MATCH (a)-[:MADE_BY]->(m), (b)-[:MADE_BY]->(n) WHERE m <> n }
      AND (EXISTS { (a)<-[:SHIPPED|EXPORTED_BY|SOLD_BY]-()-[:SHIPPED]->(b) }
        OR EXISTS { MATCH (a)-[:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]->(c)-[:SHIPPED|EXPORTED_BY|SOLD_BY]-(b) }
        OR EXISTS { (a)-[:MADE_BY]->()<-[:MADE_BY]-(b) }) THEN 'origins'
  END AS why
WHERE why IS NOT NULL
WITH *, CASE WHEN at_once THEN duration.inDays(b.departed,
      CASE WHEN a.arrived < b.arrived THEN a.arrived ELSE coalesce(b.arrived, a.arrived) END).days
    WHEN kind = 'bill of lading' THEN days ELSE 0 END AS lost
ORDER BY sealed DESC, lost DESC, b.id
WITH kind, value, movements, collect({a: a, b: b, why: why, lost: lost, days: days, a_land: a_land,
    b_land: b_land, a_end: a_end, sealed: sealed}) AS found
WITH *, found[0] AS worst, found[0].a AS a, found[0].b AS b, reduce(all_ = [], one IN found |
    all_ + [s IN [one.a, one.b] WHERE NOT s IN all_]) AS legs
WHERE $company IS NULL OR any(s IN legs WHERE EXISTS { (s)--(:Party {id: $company}) })
WITH *, CASE WHEN worst.sealed THEN 'container and seal' ELSE kind END AS named,
  CASE WHEN kind = 'serial' OR worst.sealed THEN 3.0 WHEN kind = 'lot' THEN 1.5 ELSE 2.0 END AS proof,
  CASE WHEN worst.lost > 20 THEN 2.0 ELSE worst.lost / 10.0 END AS overlap,
  CASE WHEN any(one IN found WHERE one.a_land <> one.b_land) THEN 1.0 ELSE 0.0 END AS apart,
  CASE WHEN movements > $max_uses AND kind <> 'container'
    THEN 'written on ' + movements + ' movements: a placeholder and no identity' END AS explained
ORDER BY explained IS NOT NULL, proof + overlap + apart DESC, kind, value
RETURN named AS kind, value, movements, size(found) AS pairs,
  CASE WHEN size(found) > 1 THEN 'There are ' + size(found) + ' pairs of them that cannot both be true'
    WHEN movements = 2 THEN 'The two cannot both be true' ELSE 'Two of them cannot both be true' END
    + CASE WHEN size(found) > 3 THEN ', among them these' ELSE '' END AS contradiction,
  substring(reduce(text = '', one IN found[..3] | text + '; ' + CASE one.why
    WHEN 'at once' THEN one.b.id + ' left' + coalesce(' ' + one.b_land, '') + ' on ' + toString(one.b.departed)
      + ', while ' + one.a.id + coalesce(' from ' + one.a_land, '') + ' arrived only on ' + toString(one.a.arrived)
    WHEN 'seal' THEN one.a.id + ' arrived in ' + one.a_end + ' on ' + toString(one.a.arrived) + ', and '
      + one.b.id + ' left ' + one.b_land + ' on ' + toString(one.b.departed) + ' under the same seal'
    WHEN 'voyages' THEN one.b.id + ' left ' + one.days + ' days after ' + one.a.id + ' under the same bill'
    ELSE one.a.id + ' says it is of ' + one.a.origin + ', ' + one.b.id + ' of ' + one.b.origin END), 2) AS story,
  [s IN legs | s.id] AS shipments, proof, overlap, apart,
  head([s IN legs WHERE s.doubts IS NOT NULL | s.doubts]) AS doubts,
  CASE WHEN EXISTS { (a)<-[:SHIPPED]-()-[:SHIPPED]->(b) }
    AND EXISTS { (a)-[:CONSIGNED_TO]->()<-[:CONSIGNED_TO]-(b) } THEN 'yes' END AS same_parties,
  explained, legs[..50] AS drawn,
  COLLECT { UNWIND legs[..50] AS s MATCH (s)-[r:SHIPPED|CONSIGNED_TO|LOADED_AT|DISCHARGED_AT|STUFFED_IN]-()
    RETURN r } AS around
