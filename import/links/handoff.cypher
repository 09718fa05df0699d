// title: Hand-overs, written into the graph
// writes: HANDOFF
// key: from_load, to_load
// inputs:
//   a: {type: shipment}
//   b: {type: shipment}
//   from_load: {}
//   to_load: {}
//   from_parts: {}
//   to_parts: {}
//   basis: {}
//   days: {type: integer}
//   arrived: {type: date}
//   drift: {type: number}
//   expected: {type: number}
//   rank: {type: integer}
//   of: {type: integer}
//   weight: {type: number}
//   tie: {type: number}
//   goods: {}
//   as_it_is: {type: flag}
//   to_whom: {type: number}
//   to_where: {type: number}
//   to_land: {type: number}
//   sender: {}
//   sister: {}
//   holder: {}
//   receiver: {}
//   by_notify: {type: flag}
//   second: {type: flag}
//   dated: {}
//   from_port: {}
//   to_port: {}
//   from_country: {}
//   via_country: {}
//   to_country: {}
//   origin_kept: {type: flag}
//   heading_changed: {type: flag}
//   origin_changed: {type: flag}
//   renamed: {type: flag}
//   relabelled: {type: flag}
//   changes: {}
//   lawful: {}
//   ring: {type: number}
//   route: {type: number}
//   chain: {type: number}
//   buyers: {type: integer}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:HANDOFF {key: row.key}]->(b)
SET h = row {.key, .from_load, .to_load, .from_parts, .to_parts, .basis, .days, .arrived, .drift, .expected,
    .rank, .of, .weight, .tie, .goods, .as_it_is, .to_whom, .to_where, .to_land, .sender, .sister, .holder, .receiver,
    .by_notify, .second, .dated, .from_port, .to_port, .from_country, .via_country, .to_country,
    .origin_kept, .heading_changed, .origin_changed, .renamed, .relabelled, .changes, .lawful,
    .ring, .route, .chain, .buyers, .rule, derived: true}
