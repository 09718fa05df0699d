// title: Senders that took up another good when a control came into force, written into the graph
// writes: DRIFTED
// key: a, b, controlled, instead, since, origin
// inputs:
//   a: {type: party}
//   b: {type: party}
//   controlled: {help: "First six digits of the control's code"}
//   instead: {help: Six digits of the other good}
//   since: {type: date, help: On which the control came into force}
//   origin: {help: "Country of which the control is, none for any"}
//   span: {type: integer, help: Days before the control and after it}
//   before: {type: number, help: Kilograms of the controlled good before}
//   after: {type: number, help: Kilograms of the controlled good after}
//   old_price: {type: number, help: "Middle price of a kilogram of the controlled good before, in US dollars"}
//   before_new: {type: number, help: Kilograms of the other good before}
//   after_new: {type: number, help: Kilograms of the other good after}
//   new_price: {type: number, help: "Middle price of a kilogram of the other good after, in US dollars"}
//   prices: {type: integer, help: Shipments of others with a price of the other good}
//   usual_price: {type: number, help: Middle of these prices}
//   all_before: {type: number, help: Kilograms of the other good that others sent before}
//   all_after: {type: number, help: Kilograms of the other good that others sent after}
//   old_lots: {help: Ids of shipments of the controlled good}
//   new_lots: {help: Ids of shipments of the other good after}
//   days: {type: integer, help: Most days compared}
//   fall: {type: number, help: Least percent by which the controlled good falls}
//   least: {type: integer, help: Least shipments before and of the new good after}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Party {id: row.a})
MATCH (b:Party {id: row.b})
MERGE (a)-[h:DRIFTED {key: row.key}]->(b)
SET h = row {.key, .controlled, .instead, .since, .origin, .span, .before, .after, .old_price, .before_new,
    .after_new, .new_price, .prices, .usual_price, .all_before, .all_after, .old_lots, .new_lots, .days,
    .fall, .least, .rule, derived: true}
