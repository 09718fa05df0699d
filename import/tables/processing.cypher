// title: Processing
// about: |
//   Which company makes which good of which, with what capacity. It explains a change of HS code
//   lawfully. The links read it; in the graph a company PROCESSES, a relationship with itself.
// order: 160
// writes: PROCESSES
// key: company, hs_in, hs_out, from, to
// inputs:
//   company: {type: company}
//   hs_in: {type: hs}
//   hs_out: {type: hs}
//   capacity_kg_year: {type: amount, optional: true}
//   from: {type: first_day, optional: true}
//   to: {type: last_day, optional: true}
UNWIND $rows AS row
MATCH (c:Party {id: row.company})
MERGE (c)-[r:PROCESSES {key: row.key}]->(c)
SET r = row {.key, .hs_in, .hs_out, .capacity_kg_year, .from, .to, .sources, .doubts, .conflicts}
