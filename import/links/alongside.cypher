// title: Goods that lay in one port on two vessels, written into the graph
// writes: ALONGSIDE
// key: a, b
// inputs:
//   a: {type: shipment}
//   b: {type: shipment}
//   times: {type: integer, help: Movements on the voyage of the first}
//   days: {type: date, help: "The days on which the first vessel came there, a list"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:ALONGSIDE {key: row.key}]->(b)
SET h = row {.key, .times, .days, .rule, derived: true}
