// title: Companies
// about: One row a company as a register or a list knows it.
// order: 10
// writes: Company
// key: id
// inputs:
//   id: {type: id, help: Unique over companies and people of one namespace}
//   name: {type: name, help: As registered}
//   country: {type: country, optional: true, help: Seat}
//   incorporated: {type: date, optional: true}
//   dissolved: {type: date, optional: true}
//   role: {optional: true, choices: [trader, manufacturer, forwarder, carrier, bank, warehouse, broker, other]}
//   industry: {optional: true}
//   address: {type: address, optional: true}
//   phone: {type: phone, optional: true}
//   email: {type: email, optional: true}
//   registration: {optional: true, help: Number in the register}
//   lei: {type: lei, optional: true}
// doubts:
//   dissolved_last < incorporated: dissolved before it was incorporated
UNWIND $rows AS row
MERGE (c:Party {id: row.id})
SET c = row {.id, .name, .name_key, .country, .incorporated, .incorporated_last, .dissolved, .dissolved_last,
    .role, .industry, .address, .phone, .email, .registration, .lei, .sources, .doubts, .conflicts},
    c:Company
REMOVE c:Person
WITH c, row
CALL (c) { MATCH (c)-[old:LOCATED_AT|USES|IN]->() DELETE old }
FOREACH (code IN [x IN [row.country] WHERE x IS NOT NULL] |
  MERGE (k:Country {code: code}) CREATE (c)-[:IN {sources: row.sources}]->(k))
FOREACH (key IN [x IN [row.address_key] WHERE x IS NOT NULL] |
  MERGE (a:Address {key: key}) CREATE (c)-[:LOCATED_AT {sources: row.sources}]->(a))
FOREACH (key IN [x IN [row.phone_key, row.email_key] WHERE x IS NOT NULL] |
  MERGE (t:Contact {key: key}) CREATE (c)-[:USES {sources: row.sources}]->(t))
