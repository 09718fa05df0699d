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
//   company: {type: entity, of: Party, optional: true, help: Only where this company has part in one of the two (id or name)}
//   since: {type: date, of: departed, optional: true, help: Only pairs of shipments that left on this day or later}
//   slack: {type: integer, default: 3, min: 0, max: 60, ours: true, help: Days by which records of one voyage may differ}
//   reuse: {type: integer, default: 365, min: 1, max: 10000, ours: true, help: Days after which a number may lawfully be given again}
//   max_uses: {type: integer, default: 200, min: 2, max: 1000000, ours: true, help: "A number on more movements than this, of any day, is a placeholder"}
CYPHER 25
CALL () {
  WITH $company AS company WHERE company IS NULL
  MATCH (a:Shipment)-[x:REUSES]->(b:Shipment)
  WHERE ($since IS NULL OR a.departed >= $since) AND x.slack = $slack AND x.reuse = $reuse
  RETURN x, b
  UNION ALL
  // Of a company: all pairs of every number of which one pair is its own.
  MATCH (:Party {id: $company})--(s:Shipment)
  WITH DISTINCT s
  MATCH (s)-[own:REUSES]-()
  WHERE ($since IS NULL OR startNode(own).departed >= $since)
    AND own.slack = $slack AND own.reuse = $reuse
  WITH DISTINCT own.kind AS kind, own.value AS value
  MATCH (a:Shipment)-[x:REUSES {value: value}]->(b:Shipment)
  WHERE x.kind = kind AND ($since IS NULL OR a.departed >= $since)
    AND x.slack = $slack AND x.reuse = $reuse
  RETURN x, b
}
// The links alone are carried: what only the story needs is read of the rows that are asked for.
WITH x ORDER BY x.sealed DESC, x.lost DESC, b.id
WITH x.kind AS kind, x.value AS value, x.movements AS movements, collect(x) AS found
WITH *, found[0] AS worst, startNode(found[0]) AS a, endNode(found[0]) AS b,
  reduce(all_ = [], one IN found | all_ + [s IN [startNode(one), endNode(one)] WHERE NOT s IN all_]) AS legs
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
  substring(reduce(text = '', one IN
      [x IN found[..3] | {x: x, a: startNode(x), b: endNode(x)}] | text + '; ' + CASE one.x.why
    WHEN 'at once' THEN one.b.id + ' left' + coalesce(' ' + one.x.b_land, '') + ' on ' + toString(one.b.departed)
      + ', while ' + one.a.id + coalesce(' from ' + one.x.a_land, '') + ' arrived only on ' + toString(one.a.arrived)
    WHEN 'seal' THEN one.a.id + ' arrived in ' + one.x.goal + ' on ' + toString(one.a.arrived) + ', and '
      + one.b.id + ' left ' + one.x.b_land + ' on ' + toString(one.b.departed) + ' under the same seal'
    WHEN 'voyages' THEN one.b.id + ' left ' + one.x.days + ' days after ' + one.a.id + ' under the same bill'
    ELSE one.a.id + ' says it is of ' + one.a.origin + ', ' + one.b.id + ' of ' + one.b.origin END), 2) AS story,
  [s IN legs | s.id] AS shipments, proof, overlap, apart,
  head([s IN legs WHERE s.doubts IS NOT NULL | s.doubts]) AS doubts,
  CASE WHEN EXISTS { (a)<-[:SHIPPED]-()-[:SHIPPED]->(b) }
    AND EXISTS { (a)-[:CONSIGNED_TO]->()<-[:CONSIGNED_TO]-(b) } THEN 'yes' END AS same_parties,
  explained, legs[..50] AS drawn,
  COLLECT { UNWIND legs[..50] AS s MATCH (s)-[r:SHIPPED|CONSIGNED_TO|LOADED_AT|DISCHARGED_AT|STUFFED_IN]-()
    RETURN r } AS around
