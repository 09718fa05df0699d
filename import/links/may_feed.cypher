// title: Imports that may feed exports as goods of the country itself, written into the graph
// writes: MAY_FEED
// key: a, b, level, who, good, source, first
// inputs:
//   a: {type: shipment}
//   b: {type: shipment}
//   level: {help: "company, country"}
//   who: {help: Id of the company or code of the country}
//   good: {help: The six digits of the HS code}
//   source: {help: Country of which a control restricts the good}
//   first: {type: date, help: On which the year begins}
//   country: {help: Of the exports and of their origin}
//   all_times: {type: integer, help: Exports of the year that left soon after such an import}
//   times: {type: integer, help: "Of these, those of whose day no suspension lifts the control"}
//   control: {help: "Of the first of these exports, one that binds it"}
//   wide: {type: flag, help: Set when the controls have more than six digits}
//   exported_kg: {type: number, help: "All that is exported in the year as the country's own"}
//   imported_kg: {type: number, help: "Imported from the source, from so many days before the year on"}
//   other_kg: {type: number, help: Imported from other countries}
//   imports: {help: "Ids of the heaviest imports from the source, eight at most"}
//   exports: {help: "Ids of the first exports after such an import, eight at most"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Shipment {id: row.a})
MATCH (b:Shipment {id: row.b})
MERGE (a)-[h:MAY_FEED {key: row.key}]->(b)
SET h = row {.key, .level, .who, .good, .source, .first, .country, .all_times, .times, .control, .wide,
    .exported_kg, .imported_kg, .other_kg, .imports, .exports, .rule, derived: true}
