// title: Holdings, written into the graph
// writes: HOLDS
// key: a, b
// inputs:
//   a: {type: party}
//   b: {type: company}
//   share: {type: number, help: Percent}
//   apart: {type: number, help: "Percent, without what goes through another listed party"}
//   hops: {type: integer, help: Holdings on the shortest path}
//   over: {type: flag, help: Set when the shares on record add up to more than all}
//   on: {type: date, help: Day whose ownership counts}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Party {id: row.a})
MATCH (b:Party {id: row.b})
MERGE (a)-[h:HOLDS {key: row.key}]->(b)
SET h = row {.key, .share, .apart, .hops, .over, .on, .rule, derived: true}
