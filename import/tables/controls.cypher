// title: Control measures
// about: |
//   One row a measure and HS prefix. `licence` needs one, `ban` forbids, `suspension` lifts the
//   rows whose id begins with `suspends`, `notice` is information and never makes a shipment
//   unlawful by itself. An empty cell but for `hs` covers all, so a row of which a cell does not
//   read is rejected; a row without `hs` covers no goods.
// empty: all
// order: 60
// writes: Control
// key: id
// inputs:
//   id: {type: id}
//   regime: {}
//   measure: {choices: [licence, ban, suspension, notice]}
//   hs: {type: hs_prefix, optional: true, help: 2 to 14 digits; empty for a suspension or a rule on parties}
//   from: {type: first_day}
//   to: {type: last_day, optional: true}
//   description: {optional: true}
//   hs_country: {type: country, optional: true, help: Whose national digits the code has beyond six}
//   origin: {type: country, optional: true}
//   applies_to: {optional: true, choices: [dispatch, origin]}
//   destination: {type: country, optional: true, help: Empty for all}
//   end_use: {optional: true}
//   day: {optional: true, choices: [declared, departed]}
//   suspends: {type: id, optional: true, help: Opening letters of the ids that it lifts}
//   source: {optional: true, help: Where the measure can be read}
// doubts:
//   '"to" < "from"': ends before it begins
UNWIND $rows AS row
MERGE (k:Control {id: row.id})
SET k = row {.id, .regime, .measure, .hs, .from, .to, .description, .hs_country, .origin,
    .applies_to, .destination, .end_use, .day, .suspends, .source, .sources, .doubts, .conflicts}
