// title: Companies that began to trade a good when a control came into force, written into the graph
// writes: NEW_TO
// key: a, b, lane_from, lane_to
// inputs:
//   a: {type: party}
//   b: {}
//   good: {help: "First six digits of the control's code"}
//   from: {type: date, help: On which the control came into force}
//   lane_from: {help: "Country of dispatch, else of the loading port, else origin"}
//   lane_to: {help: "Country of destination, else of the port of discharge"}
//   first: {type: date, help: Of its first trade in the good on record}
//   began: {type: date, help: Of its first trade on the lane}
//   volume: {type: number, help: Kilograms that it moved on the lane within the months}
//   movements: {type: integer, help: Of these kilograms}
//   bound: {type: number, help: Kilograms at which the upper quarter begins}
//   on_lane: {type: flag, help: Set when the companies of the lane are the measure}
//   others: {type: integer, help: "Companies that are the measure, itself included"}
//   young: {type: flag, help: Set when it was incorporated on that day or later}
//   history: {type: integer, help: Days of records before the control}
//   shipments: {help: "Ids of the first twenty"}
//   origins: {help: "Of these, each once"}
//   months: {type: integer, help: Months after the control in which the trade counts}
//   quarter: {type: number, help: "Percent of the lane's companies that move less"}
//   peers: {type: integer, help: Fewest companies on a lane to compare with}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Party {id: row.a})
MATCH (b:Control {id: row.b})
MERGE (a)-[h:NEW_TO {key: row.key}]->(b)
SET h = row {.key, .good, .from, .lane_from, .lane_to, .first, .began, .volume, .movements, .bound, .on_lane,
    .others, .young, .history, .shipments, .origins, .months, .quarter, .peers, .rule, derived: true}
