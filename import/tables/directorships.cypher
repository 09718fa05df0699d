// title: Directorships
// about: Who sits on whose board, from when to when.
// order: 80
// writes: DIRECTS
// key: director, company, role, from, to
// inputs:
//   director: {type: party, help: Id of a person or a company}
//   company: {type: company}
//   role: {optional: true}
//   from: {type: first_day, optional: true}
//   to: {type: last_day, optional: true}
// doubts:
//   '"to" < "from"': ends before it begins
UNWIND $rows AS row
MATCH (d:Party {id: row.director})
MATCH (c:Party {id: row.company})
MERGE (d)-[r:DIRECTS {key: row.key}]->(c)
SET r = row {.key, .role, .from, .to, .sources, .doubts, .conflicts}
