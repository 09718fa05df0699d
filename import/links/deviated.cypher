// title: Calls of vessels against their papers, written into the graph
// writes: DEVIATED_TO
// key: a, b, kind, day, until, load_port, discharge_port
// inputs:
//   a: {type: vessel}
//   b: {type: port}
//   kind: {help: "elsewhere, out of order, detour, too fast"}
//   day: {type: date, help: "On which the voyage begins, or the vessel left the port before"}
//   until: {type: date, help: "On which the voyage ends, or the vessel came"}
//   load_port: {help: Of the papers}
//   discharge_port: {help: Of the papers}
//   ports: {help: "Of the calls that show it, in their order"}
//   days: {type: date, help: "On which each of these calls begins"}
//   shipments: {help: "Ids of the first ten shipments of the voyage"}
//   times: {type: integer, help: Movements on the voyage}
//   not_loading: {type: flag, help: Set when it lay elsewhere on the day of loading}
//   km: {type: number, help: The direct way}
//   factor: {type: number, help: "The way that it went, as a multiple of the direct one"}
//   rounds: {type: integer, help: How often any vessel makes this detour}
//   served: {type: flag, help: Set when other cargo of the vessel is for each port on the way}
//   slack: {type: integer, help: Days by which papers and calls may differ without a word of it}
//   knots: {type: number, help: "Least nautical miles an hour from the one call to the other"}
//   rule: {}
UNWIND $rows AS row
MATCH (a:Vessel {imo: row.a})
MATCH (b:Port {code: row.b})
MERGE (a)-[h:DEVIATED_TO {key: row.key}]->(b)
SET h = row {.key, .kind, .day, .until, .load_port, .discharge_port, .ports, .days, .shipments, .times,
    .not_loading, .km, .factor, .rounds, .served, .slack, .knots, .rule, derived: true}
