// title: Licences
// about: One row a licence to export, with what it covers.
// order: 50
// writes: Licence
// key: id
// inputs:
//   id: {type: id}
//   holder: {type: company}
//   regime: {optional: true, help: "Whose licence, as in controls: CN-DUAL-USE"}
//   hs: {type: hs, optional: true}
//   destination: {type: country, optional: true}
//   end_user: {type: company, optional: true}
//   quantity_kg: {type: amount, optional: true}
//   from: {type: first_day, optional: true}
//   to: {type: last_day, optional: true}
// doubts:
//   '"to" < "from"': ends before it begins
//   quantity_kg = 0: allows no goods at all
UNWIND $rows AS row
MERGE (l:Licence {id: row.id})
SET l = row {.id, .holder, .regime, .hs, .destination, .end_user, .quantity_kg, .from, .to,
    .sources, .doubts, .conflicts}
