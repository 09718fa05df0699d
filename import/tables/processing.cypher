// title: Processing
// about: |
//   Which company makes which good of which, with what capacity. It explains a change of HS code
//   lawfully. Kept in the tables; the links read it.
// order: 160
// writes: ""
// key: company, hs_in, hs_out, from, to
// inputs:
//   company: {type: id, help: Id of the company}
//   hs_in: {type: hs}
//   hs_out: {type: hs}
//   capacity_kg_year: {type: amount, optional: true}
//   from: {type: first_day, optional: true}
//   to: {type: last_day, optional: true}
