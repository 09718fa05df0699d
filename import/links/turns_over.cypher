// title: Companies that send about as much as they get, written into the graph
// writes: TURNS_OVER
// key: a, b
// inputs:
//   a: {type: party}
//   b: {type: party}
//   inflow: {type: number, help: Kilograms that it got}
//   outflow: {type: number, help: Kilograms that it sent}
//   balance: {type: number, help: Most percent by which outflow differs from inflow}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Party {id: row.a})
MATCH (b:Party {id: row.b})
MERGE (a)-[h:TURNS_OVER {key: row.key}]->(b)
SET h = row {.key, .inflow, .outflow, .balance, .rule, derived: true}
