// title: Port calls
// about: Which vessel called at which port, when.
// order: 100
// writes: CALLED_AT
// key: vessel, port, arrived
// dated: arrived, departed
// inputs:
//   vessel: {type: vessel}
//   port: {type: port}
//   arrived: {type: date}
//   departed: {type: date, optional: true}
// doubts:
//   departed_last < arrived: departs before it arrives
UNWIND $rows AS row
MATCH (v:Vessel {imo: row.vessel})
MATCH (p:Port {code: row.port})
MERGE (v)-[r:CALLED_AT {key: row.key}]->(p)
SET r = row {.key, .arrived, .arrived_last, .departed, .departed_last,
    .sources, .doubts, .conflicts}
