// title: Ports
// about: One row a port.
// order: 40
// writes: Port
// key: code
// inputs:
//   code: {type: port_code, help: "UN/LOCODE, else another stable code such as WPI-7950"}
//   name: {type: name}
//   country: {type: country, optional: true}
//   lat: {type: number, optional: true, help: Degrees north}
//   lon: {type: number, optional: true, help: Degrees east}
// doubts:
//   abs(lat) > 90 OR abs(lon) > 180: the position is not on Earth
UNWIND $rows AS row
MERGE (p:Port {code: row.code})
SET p = row {.code, .name, .name_key, .country, .lat, .lon, .sources, .doubts, .conflicts}
WITH p, row
CALL (p) { MATCH (p)-[old:IN]->() DELETE old }
FOREACH (code IN [x IN [row.country] WHERE x IS NOT NULL] |
  MERGE (k:Country {code: code}) CREATE (p)-[:IN {sources: row.sources}]->(k))
