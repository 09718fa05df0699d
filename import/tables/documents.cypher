// title: Documents
// about: What a paper of a shipment says; any column of shipments may stand beside its own.
// order: 110
// writes: Document
// key: id
// dated: issued
// like: shipments
// inputs:
//   id: {type: id}
//   shipment: {type: shipment}
//   kind: {choices: [invoice, bill_of_lading, packing_list, certificate_of_origin, declaration, end_user_statement]}
//   issued: {type: date, optional: true}
//   number: {optional: true}
UNWIND $rows AS row
MERGE (d:Document {id: row.id})
SET d = row {.*}
WITH d, row
CALL (d) { MATCH (d)-[old:DESCRIBES]->() DELETE old }
FOREACH (id IN [x IN [row.shipment] WHERE x IS NOT NULL] |
  MERGE (s:Shipment {id: id}) CREATE (d)-[:DESCRIBES {sources: row.sources}]->(s))
