// title: People
// about: One row a person as a register or a list knows them.
// order: 20
// writes: Person
// key: id
// inputs:
//   id: {type: id, help: Unique over companies and people of one namespace}
//   name: {type: name, help: As recorded}
//   country: {type: country, optional: true, help: Nationality or residence}
//   born: {type: date, optional: true}
//   address: {type: address, optional: true}
//   phone: {type: phone, optional: true}
//   email: {type: email, optional: true}
UNWIND $rows AS row
MERGE (p:Party {id: row.id})
SET p = row {.id, .name, .name_key, .country, .born, .born_last, .address, .phone, .email,
    .sources, .doubts, .conflicts},
    p:Person
REMOVE p:Company
WITH p, row
CALL (p) { MATCH (p)-[old:LOCATED_AT|USES|IN]->() DELETE old }
FOREACH (code IN [x IN [row.country] WHERE x IS NOT NULL] |
  MERGE (k:Country {code: code}) CREATE (p)-[:IN {sources: row.sources}]->(k))
FOREACH (key IN [x IN [row.address_key] WHERE x IS NOT NULL] |
  MERGE (a:Address {key: key}) CREATE (p)-[:LOCATED_AT {sources: row.sources}]->(a))
FOREACH (key IN [x IN [row.phone_key, row.email_key] WHERE x IS NOT NULL] |
  MERGE (t:Contact {key: key}) CREATE (p)-[:USES {sources: row.sources}]->(t))
