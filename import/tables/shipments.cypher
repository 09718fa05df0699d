// title: Shipments
// about: |
//   One row is one goods line of one record. Rows of one physical movement (export entry, import
//   entry, house and master bill of the same goods) share `movement`.
// order: 70
// writes: Shipment
// key: id
// dated: declared, departed, arrived
// inputs:
//   id: {type: id}
//   record: {optional: true, choices: [export_declaration, import_declaration, transit, bill_of_lading, manifest, invoice]}
//   procedure: {optional: true, choices: [export, import, re-export, transit, temporary, inward_processing, outward_processing, return]}
//   movement: {type: id, optional: true, help: Groups rows of one physical movement; empty means its own}
//   line: {optional: true, help: Line of the record}
//   shipper: {type: company, optional: true}
//   consignee: {type: company, optional: true, help: TO ORDER in any writing names nobody and is marked}
//   notify: {type: company, optional: true}
//   exporter: {type: company, optional: true}
//   importer: {type: company, optional: true}
//   seller: {type: company, optional: true}
//   buyer: {type: company, optional: true}
//   manufacturer: {type: company, optional: true}
//   forwarder: {type: company, optional: true}
//   carrier: {type: company, optional: true}
//   declarant: {type: company, optional: true}
//   end_user: {type: company, optional: true}
//   end_use: {optional: true}
//   hs: {type: hs, optional: true, help: 4 to 14 digits}
//   hs_country: {type: country, optional: true, help: Whose tariff the digits beyond six are}
//   description: {optional: true}
//   origin: {type: country, optional: true, help: Country of manufacture}
//   dispatch: {type: country, optional: true, help: Country of export}
//   destination: {type: country, optional: true}
//   declared: {type: date, optional: true}
//   departed: {type: date, optional: true}
//   arrived: {type: date, optional: true}
//   weight_kg: {type: amount, optional: true, help: Net weight}
//   gross_kg: {type: amount, optional: true, help: Gross weight}
//   quantity: {type: amount, optional: true}
//   unit: {optional: true}
//   value: {type: amount, optional: true}
//   currency: {type: currency, optional: true}
//   incoterm: {optional: true}
//   value_usd: {type: amount, optional: true}
//   load_port: {type: port, optional: true}
//   discharge_port: {type: port, optional: true}
//   vessel: {type: vessel, optional: true}
//   container: {type: container, optional: true}
//   seal: {optional: true}
//   lot: {type: number_of, optional: true}
//   serial: {type: number_of, optional: true}
//   bill: {type: number_of, optional: true, help: House bill of lading}
//   master_bill: {optional: true}
//   licence: {type: licence, optional: true}
//   to_order: {type: flag, optional: true, help: Set when the consignee reads TO ORDER}
// doubts:
//   arrived_last < departed - 1: arrives more than a day before it departs
//   gross_kg < weight_kg: weighs less gross than net
//   greatest(weight_kg, gross_kg) > 500000000: weighs more than any vessel carries
UNWIND $rows AS row
MERGE (s:Shipment {id: row.id})
SET s = row {.id, .record, .procedure, .movement, .line, .end_use, .hs, .hs_country, .description,
    .origin, .dispatch, .destination, .declared, .declared_last, .departed, .departed_last,
    .arrived, .arrived_last, .weight_kg, .gross_kg, .quantity, .unit, .value, .currency, .incoterm,
    .value_usd, .lot, .serial, .bill, .master_bill, .to_order, .sources, .doubts, .conflicts}
WITH s, row
CALL (s) {
  MATCH (s)-[old:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY|MADE_BY|NOTIFIES
    |FORWARDED_BY|CARRIED_BY_LINE|DECLARED_BY|MEANT_FOR|LOADED_AT|DISCHARGED_AT|CARRIED_BY
    |STUFFED_IN|UNDER]-()
  DELETE old
}
FOREACH (id IN [x IN [row.shipper] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)<-[:SHIPPED {sources: row.sources}]-(c))
FOREACH (id IN [x IN [row.consignee] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:CONSIGNED_TO {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.exporter] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:EXPORTED_BY {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.importer] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:IMPORTED_BY {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.seller] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:SOLD_BY {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.buyer] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:BOUGHT_BY {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.manufacturer] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:MADE_BY {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.notify] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:NOTIFIES {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.forwarder] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:FORWARDED_BY {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.carrier] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:CARRIED_BY_LINE {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.declarant] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:DECLARED_BY {sources: row.sources}]->(c))
FOREACH (id IN [x IN [row.end_user] WHERE x IS NOT NULL] |
  MERGE (c:Party {id: id}) CREATE (s)-[:MEANT_FOR {sources: row.sources}]->(c))
FOREACH (code IN [x IN [row.load_port] WHERE x IS NOT NULL] |
  MERGE (p:Port {code: code}) CREATE (s)-[:LOADED_AT {sources: row.sources}]->(p))
FOREACH (code IN [x IN [row.discharge_port] WHERE x IS NOT NULL] |
  MERGE (p:Port {code: code}) CREATE (s)-[:DISCHARGED_AT {sources: row.sources}]->(p))
FOREACH (imo IN [x IN [row.vessel] WHERE x IS NOT NULL] |
  MERGE (v:Vessel {imo: imo}) CREATE (s)-[:CARRIED_BY {sources: row.sources}]->(v))
FOREACH (number IN [x IN [row.container] WHERE x IS NOT NULL] |
  MERGE (k:Container {number: number})
  CREATE (s)-[:STUFFED_IN {seal: row.seal, sources: row.sources}]->(k))
FOREACH (id IN [x IN [row.licence] WHERE x IS NOT NULL] |
  MERGE (l:Licence {id: id}) CREATE (s)-[:UNDER {sources: row.sources}]->(l))
