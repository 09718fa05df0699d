// title: What ends with a forwarder, bank, warehouse or mail drop, written into the graph
// writes: ENDED_WITH
// key: a, b
// inputs:
//   a: {type: shipment}
//   b: {type: party}
//   sender: {help: "Exporter, else seller, else shipper"}
//   movement: {help: Of the shipment}
//   heading: {help: HS heading of the goods}
//   day: {type: date, help: "On which it arrived, else departed, else was declared"}
//   outcome: {help: "ended, sent on, open (too late to know)"}
//   user: {type: flag, help: Set when it is the declared end user}
//   mail_drop: {type: flag, help: Set when its address is a post box or mail drop}
//   named: {help: "End user or notify party that is no forwarder, bank, warehouse, carrier or broker"}
//   procedure: {help: Of the shipment}
//   days: {type: integer, help: Days after arrival within which goods would be sent on}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Party {id: row.b})
MERGE (a)-[h:ENDED_WITH {key: row.key}]->(b)
SET h = row {.key, .sender, .movement, .heading, .day, .outcome, .user, .mail_drop, .named,
    .procedure, .days, .rule, derived: true}
