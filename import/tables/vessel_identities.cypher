// title: Vessel identities
// about: Former names, flags and numbers of a vessel. Kept in the tables; not drawn in the graph.
// order: 140
// writes: ""
// key: vessel, field, value, from, to
// inputs:
//   vessel: {type: imo}
//   field: {choices: [name, flag, mmsi, callsign]}
//   value: {}
//   from: {type: first_day, optional: true}
//   to: {type: last_day, optional: true}
