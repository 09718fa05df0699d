// title: What companies got and sent, written into the graph
// writes: TURNS_OVER
// key: a, b
// inputs:
//   a: {type: party}
//   b: {type: party}
//   months: {type: date, help: "First days of the months in which it got or sent something"}
//   inflows: {type: number, help: "Kilograms that it got: in all, then from each of these months on"}
//   outflows: {type: number, help: "Kilograms that it sent, in the same way"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Party {id: row.a})
MATCH (b:Party {id: row.b})
MERGE (a)-[h:TURNS_OVER {key: row.key}]->(b)
SET h = row {.key, .months, .inflows, .outflows, .rule, derived: true}
