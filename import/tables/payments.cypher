// title: Payments
// about: Who paid whom, and for which shipment.
// order: 120
// writes: Payment
// key: id
// dated: paid
// inputs:
//   id: {type: id}
//   payer: {type: party}
//   payee: {type: party}
//   shipment: {type: shipment, optional: true}
//   amount: {type: amount, optional: true}
//   currency: {type: currency, optional: true}
//   paid: {type: date, optional: true}
UNWIND $rows AS row
MERGE (p:Payment {id: row.id})
SET p = row {.id, .amount, .currency, .paid, .paid_last, .sources, .doubts, .conflicts}
WITH p, row
CALL (p) { MATCH (p)-[old:PAID|RECEIVED_BY|PAYS_FOR]-() DELETE old }
FOREACH (id IN [x IN [row.payer] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (c)-[:PAID {sources: row.sources}]->(p))
FOREACH (id IN [x IN [row.payee] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (p)-[:RECEIVED_BY {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.shipment] WHERE x IS NOT NULL] |
  MERGE (s:Shipment {id: id}) CREATE (p)-[:PAYS_FOR {sources: row.sources}]->(s))
