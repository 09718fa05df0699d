// title: Listings
// about: Which company, person or vessel stands on which list, from when to when.
// order: 130
// writes: LISTED_ON
// key: entity, list, program, kind, from, to
// inputs:
//   entity: {type: subject, help: "Id of a company or person, or IMO number (or other code) of a vessel"}
//   list: {type: list, help: "Name of the list, such as OFAC SDN"}
//   program: {optional: true}
//   kind: {optional: true}
//   from: {type: first_day, optional: true}
//   to: {type: last_day, optional: true}
// doubts:
//   '"to" < "from"': ends before it begins
UNWIND $rows AS row
CALL (row) {
  MATCH (p:Party {id: row.entity}) RETURN p AS entity
  UNION
  MATCH (v:Vessel {imo: row.entity_vessel}) RETURN v AS entity
}
MERGE (l:List {name: row.list})
MERGE (entity)-[r:LISTED_ON {key: row.key}]->(l)
SET r = row {.key, .program, .kind, .from, .to, .sources, .doubts, .conflicts}
