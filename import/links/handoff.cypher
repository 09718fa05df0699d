// title: Hand-overs, written into the graph
// writes: HANDOFF
// key: a, b
// inputs:
//   a: {type: shipment}
//   b: {type: shipment}
//   basis: {}
//   days: {type: integer}
//   drift: {type: number}
//   expected: {type: number}
//   rank: {type: integer}
//   of: {type: integer}
//   weight: {type: number}
//   sender: {}
//   holder: {}
//   receiver: {}
//   by_notify: {type: flag}
//   from_port: {}
//   to_port: {}
//   from_country: {}
//   via_country: {}
//   to_country: {}
//   heading_changed: {type: flag}
//   origin_changed: {type: flag}
//   renamed: {type: flag}
//   relabelled: {type: flag}
//   changes: {}
//   lawful: {}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:HANDOFF]->(b)
SET h = row {.basis, .days, .drift, .expected, .rank, .of, .weight, .sender, .holder, .receiver,
    .by_notify, .from_port, .to_port, .from_country, .via_country, .to_country, .heading_changed, .origin_changed, .renamed, .relabelled, .changes, .lawful, .rule,
    derived: true}
