// title: Papers of a shipment that do not all say the same, written into the graph
// writes: DISPUTES
// key: a, b
// inputs:
//   a: {type: document}
//   b: {type: shipment}
//   fields: {help: "Columns on which the paper, other papers or the record differ"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Document {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:DISPUTES {key: row.key}]->(b)
SET h = row {.key, .fields, .rule, derived: true}
