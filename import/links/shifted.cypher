// title: Lanes that die at a control while a third country takes their place, written into the graph
// writes: SHIFTED_TO
// key: a, b, good, control
// inputs:
//   a: {type: shipment}
//   b: {type: shipment}
//   good: {help: Six digits of the HS code}
//   control: {help: Id of the control or the first of those alike}
//   origin: {help: Country of dispatch of the direct lane}
//   through: {help: The third country}
//   destination: {help: Of both lanes}
//   since: {type: date, help: "On which the control came into force, a suspension from its first day over"}
//   days_after: {type: integer, help: Days after it that are compared}
//   licence: {type: flag, help: Set when the good is not banned}
//   wide: {type: flag, help: Set when the controls have more than six digits}
//   before: {type: number, help: Kilograms of the direct lane in the days before}
//   after: {type: number, help: And in the days after}
//   through_before: {type: number, help: Kilograms from the third country to the destination before}
//   through_after: {type: number, help: And after}
//   fed_before: {type: number, help: Kilograms from the origin to the third country before}
//   fed_after: {type: number, help: And after}
//   kept: {type: number, help: "Of through_after, those declared as goods of the origin"}
//   buyers: {type: integer, help: Buyers of the direct lane before that buy from the third country after}
//   buyer_ids: {help: "Ids of the first ten"}
//   other_times: {type: integer, help: "Shipments of other goods on the direct lane before, none without any before or after"}
//   other_before: {type: number, help: Their kilograms}
//   other_after: {type: number, help: Kilograms of other goods after}
//   capacity: {type: number, help: Kilograms a year that makers in the third country can make}
//   shipments: {help: "Ids of the first four of the direct lane, six to the third country and six from it"}
//   days: {type: integer, help: Most days compared}
//   least_days: {type: integer, help: Least days after the control}
//   drop: {type: number, help: Least percent by which the direct lane falls}
//   share: {type: number, help: Least percent of the loss that comes through}
//   least: {type: integer, help: Least shipments of the direct lane before}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:SHIFTED_TO {key: row.key}]->(b)
SET h = row {.key, .good, .control, .origin, .through, .destination, .since, .days_after, .licence, .wide,
    .before, .after, .through_before, .through_after, .fed_before, .fed_after, .kept, .buyers, .buyer_ids,
    .other_times, .other_before, .other_after, .capacity, .shipments, .days, .least_days, .drop, .share,
    .least, .rule, derived: true}
