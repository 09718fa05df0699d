// title: What companies get and send, written into the graph
// writes: TURNS_OVER
// key: a, b
// inputs:
//   a: {type: party}
//   b: {type: party}
//   inflow: {type: number, help: Kilograms that it got}
//   outflow: {type: number, help: Kilograms that it sent}
//   months: {type: date, help: "The first days of the months in which it got or sent something, a list"}
//   inbound: {type: integer, help: "Movements that it got in each, a list"}
//   got: {type: number, help: "Kilograms that it got in each, without movements over several months"}
//   sent: {type: number, help: "Kilograms that it sent in each, without those either"}
//   in_across: {type: number, help: Kilograms that it got in movements over several months}
//   out_across: {type: number, help: Kilograms that it sent in such movements}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Party {id: row.a})
MATCH (b:Party {id: row.b})
MERGE (a)-[h:TURNS_OVER {key: row.key}]->(b)
SET h = row {.key, .inflow, .outflow, .months, .inbound, .got, .sent,
  .in_across, .out_across, .rule, derived: true}
