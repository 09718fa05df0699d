// title: Identities
// about: |
//   Which two records were found to be one company or person, or decided not to be. Decided, never
//   merged: the links take accepted companies as one holder, and a rejected pair as two.
// order: 95
// writes: SAME_AS
// key: record, same_record
// inputs:
//   record: {type: party, help: Id of a company or person}
//   same_record: {type: party, help: Id of another record}
//   decision: {choices: [accepted, rejected], optional: true, help: accepted unless said}
//   method: {optional: true}
//   by: {optional: true, help: Who decided}
//   at: {type: date, optional: true}
UNWIND $rows AS row
MATCH (a:Party {id: row.record})
MATCH (b:Party {id: row.same_record})
MERGE (a)-[r:SAME_AS {key: row.key}]->(b)
SET r = row {.key, .decision, .method, .by, .at, .sources, .doubts, .conflicts}
