// title: Shipment versions
// about: "What an earlier filing of a shipment said: FILED_AS, a relationship with itself."
// order: 150
// writes: FILED_AS
// key: shipment, filed
// dated: filed
// like: shipments
// inputs:
//   shipment: {type: shipment}
//   filed: {type: date}
UNWIND $rows AS row
MATCH (s:Shipment {id: row.shipment})
MERGE (s)-[r:FILED_AS {key: row.key}]->(s)
SET r = row {.*}
