// title: Vessel identities
// about: "Names, flags and numbers of a vessel over time: KNOWN_AS, a relationship with itself."
// order: 140
// writes: KNOWN_AS
// key: vessel, field, value, from, to
// inputs:
//   vessel: {type: vessel}
//   field: {choices: [name, flag, mmsi, callsign]}
//   value: {}
//   from: {type: first_day, optional: true}
//   to: {type: last_day, optional: true}
UNWIND $rows AS row
MATCH (v:Vessel {imo: row.vessel})
MERGE (v)-[r:KNOWN_AS {key: row.key}]->(v)
SET r = row {.key, .field, .value, .from, .to, .sources, .doubts, .conflicts}
