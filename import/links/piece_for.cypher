// title: Small lots that may be pieces of one consignment, written into the graph
// writes: PIECE_FOR
// key: a, b
// inputs:
//   a: {type: shipment}
//   b: {type: party, help: Who receives it}
//   sender: {type: party}
//   heading: {help: Of the goods}
//   kg: {type: number, help: "Net weight, else gross"}
//   day: {type: date, help: "On which it left, else was declared"}
//   threshold: {type: number, help: Kilograms that the pieces reach together}
//   piece: {type: number, help: Most kilograms of a piece}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Party {id: row.b})
MERGE (a)-[h:PIECE_FOR {key: row.key}]->(b)
SET h = row {.key, .sender, .heading, .kg, .day, .threshold, .piece, .rule, derived: true}
