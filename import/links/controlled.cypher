// title: Controls of a shipment, written into the graph
// writes: CONTROLLED_BY
// key: a, b
// inputs:
//   a: {type: shipment}
//   b: {}
//   match: {help: "exact, or wider when the code of the shipment says less than that of the control"}
//   digits: {type: integer, help: Digits of the code that were compared}
//   measure: {}
//   regime: {}
//   on: {help: Which day decided}
//   since: {type: date, help: That day}
//   whole_day: {type: flag, help: "Whether it was in force on all of that day, month or year"}
//   dispatch: {}
//   dispatch_from: {}
//   destination: {}
//   sender: {}
//   receiver: {}
//   lifted_by: {help: The suspension that lifts it on that day}
//   decides: {type: flag, help: "Whether it is the strictest in force of its regime"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Control {id: row.b})
MERGE (a)-[h:CONTROLLED_BY {key: row.key}]->(b)
SET h = row {.key, .match, .digits, .measure, .regime, .on, .since, .whole_day, .dispatch,
    .dispatch_from, .destination, .sender, .receiver, .lifted_by, .decides, .rule, derived: true}
