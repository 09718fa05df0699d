// title: Vessels
// about: One row a vessel. What it was called and flagged before stands in vessel_identities.
// order: 30
// writes: Vessel
// key: imo
// inputs:
//   imo: {type: imo, help: "IMO number, else another stable code such as MMSI-…"}
//   name: {type: name, help: Present name}
//   flag: {type: country, optional: true}
//   type: {optional: true}
//   mmsi: {optional: true}
//   callsign: {optional: true}
UNWIND $rows AS row
MERGE (v:Vessel {imo: row.imo})
SET v = row {.imo, .name, .name_key, .flag, .type, .mmsi, .callsign, .sources, .doubts, .conflicts}
