// title: Shipment versions
// about: What an earlier filing of a shipment said. Kept in the tables; not drawn in the graph.
// order: 150
// writes: ""
// key: shipment, filed
// like: shipments
// inputs:
//   shipment: {type: id}
//   filed: {type: date}
