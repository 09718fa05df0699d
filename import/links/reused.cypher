// title: Two shipments that bear one number and cannot both be true, written into the graph
// writes: REUSES
// key: a, b, kind
// inputs:
//   a: {type: shipment}
//   b: {type: shipment}
//   kind: {help: "container, serial, bill of lading, lot"}
//   value: {help: The number}
//   movements: {type: integer, help: On which the number stands}
//   why: {help: "at once, seal, voyages, origins"}
//   days: {type: integer, help: From the departure of the one to that of the other}
//   sealed: {type: flag, help: Set when both have the same seal}
//   lost: {type: integer, help: Days on which both cannot be true}
//   a_land: {help: Country from which the first is sent}
//   b_land: {help: Country from which the second is sent}
//   goal: {help: Country to which the first goes}
//   slack: {type: integer, help: Days by which records of one voyage may differ}
//   reuse: {type: integer, help: Days after which a number may lawfully be given again}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:REUSES {key: row.key}]->(b)
SET h = row {.key, .kind, .value, .movements, .why, .days, .sealed, .lost, .a_land, .b_land, .goal, .slack,
    .reuse, .rule, derived: true}
