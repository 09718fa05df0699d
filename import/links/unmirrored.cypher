// title: Goods that only one of two countries records, written into the graph
// writes: UNMIRRORED
// key: a, b
// inputs:
//   a: {type: shipment}
//   b: {type: shipment}
//   sent: {help: Country of dispatch}
//   meant: {help: Country of destination}
//   good: {help: "Of the HS code, as many digits as make one good"}
//   side: {help: "Which declarations record them: exports, imports"}
//   month: {type: integer, help: 12 times the year and the month}
//   recorded: {type: number, help: Kilograms that they record}
//   missing: {type: number, help: "Of these, those that the other side does not record"}
//   other: {type: number, help: Kilograms that may be the same by way of another country}
//   hub: {help: "That country, or the one whose goods they are"}
//   beside: {type: number, help: Kilograms that the other side records more of other codes of the heading}
//   other_code: {help: The first of these}
//   gross: {type: integer, help: Lines of that month with a gross weight alone}
//   all_kg: {type: number, help: "Kilograms of all trade, in which the silent side's records are judged"}
//   mirrored: {type: number, help: "Of these, those that they mirror"}
//   shipments: {help: "Ids of the first shipments of that month, ten at most"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:UNMIRRORED {key: row.key}]->(b)
SET h = row {.key, .sent, .meant, .good, .side, .month, .recorded, .missing, .other, .hub, .beside,
    .other_code, .gross, .all_kg, .mirrored, .shipments, .rule, derived: true}
