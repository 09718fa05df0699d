// title: Goods that are strange to a company's line, written into the graph
// writes: OFF_BUSINESS
// key: a, b
// inputs:
//   a: {type: party}
//   b: {type: shipment}
//   chapter: {help: Of the goods}
//   line: {help: Chapter of at least half of what the company trades}
//   peers: {type: integer, help: Companies of that line}
//   traders: {type: integer, help: "Of these, those that trade the chapter"}
//   movements: {type: integer, help: "Of the company, chapter by chapter"}
//   most: {type: integer, help: "Of these, those of its line"}
//   strange: {type: integer, help: "Of these, those of all chapters that are strange to its line"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Party {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:OFF_BUSINESS {key: row.key}]->(b)
SET h = row {.key, .chapter, .line, .peers, .traders, .movements, .most, .strange, .rule, derived: true}
