// title: Senders and receivers that something ties together, written into the graph
// writes: RELATED_TO
// key: a, b
// inputs:
//   a: {type: party}
//   b: {type: party}
//   steps: {type: integer, help: Ties between the two}
//   shipments: {help: "Ids of what the one sent to the other"}
//   hub: {type: integer, help: "People, companies, addresses and contacts of more ties than this are no tie"}
//   most: {type: integer, help: Most ties that were looked for}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Party {id: row.a})
MATCH (b:Party {id: row.b})
MERGE (a)-[h:RELATED_TO {key: row.key}]->(b)
SET h = row {.key, .steps, .shipments, .hub, .most, .rule, derived: true}
