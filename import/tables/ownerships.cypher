// title: Ownerships
// about: Who owns which share of a company or vessel, from when to when.
// order: 90
// writes: OWNS
// key: owner, owned, from, to
// inputs:
//   owner: {type: party, help: Id of a person or a company}
//   owned: {type: subject, help: "Id of a company, or IMO number of a vessel"}
//   share: {type: share, optional: true, help: Percent}
//   from: {type: first_day, optional: true}
//   to: {type: last_day, optional: true}
// doubts:
//   '"to" < "from"': ends before it begins
UNWIND $rows AS row
MATCH (o:Party {id: row.owner})
CALL (row) {
  MATCH (c:Party {id: row.owned}) RETURN c AS owned
  UNION
  MATCH (v:Vessel {imo: row.owned_vessel}) RETURN v AS owned
}
MERGE (o)-[r:OWNS {key: row.key}]->(owned)
SET r = row {.key, .share, .from, .to, .sources, .doubts, .conflicts}
