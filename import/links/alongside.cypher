// title: Goods that lay in one port on two vessels, written into the graph
// writes: ALONGSIDE
// key: a, b
// inputs:
//   a: {type: shipment}
//   b: {type: shipment}
//   times: {type: integer, help: Movements on the voyage of the first}
//   traced: {type: flag, help: "Set when a lot, serial or container is on both"}
//   expected: {type: number, help: How often such goods leave that port by chance in as many days}
//   days: {type: date, help: "The days on which the first vessel came there, a list"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:ALONGSIDE {key: row.key}]->(b)
SET h = row {.key, .times, .traced, .expected, .days, .rule, derived: true}
