// title: Prices far from what is usual on the lane, written into the graph
// writes: PRICED_OFF
// key: a, b
// inputs:
//   a: {type: shipment}
//   b: {type: shipment, help: The same}
//   heading: {help: Of the goods}
//   dispatch: {help: "Country of dispatch, else of the loading port, else the origin"}
//   destination: {help: "Country of destination, else of the port of discharge"}
//   currency: {}
//   price: {type: number, help: Of a kilogram}
//   usual: {type: number, help: The middle price of the lane}
//   side: {help: "above, below"}
//   factor: {type: number, help: Times above or below the middle price}
//   away: {type: number, help: Deviations from it; none where half of all prices are the same}
//   movements: {type: integer, help: On the lane}
//   usual_kg: {type: number, help: The middle weight on the lane}
//   others: {type: integer, help: "Other companies that sent goods on the lane within 90 days, at less than 1.5 times above or below this price"}
//   again: {type: integer, help: Other movements of the same company that are far on the same side}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:PRICED_OFF {key: row.key}]->(b)
SET h = row {.key, .heading, .dispatch, .destination, .currency, .price, .usual, .side, .factor, .away,
    .movements, .usual_kg, .others, .again, .rule, derived: true}
