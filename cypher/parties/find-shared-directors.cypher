// title: Companies tied by common officers
// about: |
//   Groups of companies that share officers whose seats overlap in time. A group that closes in a
//   cycle through different people ranks above a mere chain, and is shown without the companies
//   that hang on it by one officer alone (they are named); trade in the same goods adds to it.
//   Shared officers are lawful and common: this shows who hangs together, not who does wrong.
// misses: |
//   officers recorded under two spellings, nominees, and boards whose dates are missing on both
//   sides count as overlapping.
// lawful: |
//   corporate-service agents and nominees (above --max-seats they are listed, not followed), and
//   the boards of one group of companies (an owner of at least 50 % of all, or of those between
//   which the cycles run): --lawful.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021, structural indicators; US
//   Departments of Commerce, Treasury and Justice, Tri-Seal compliance note, 2023-03-02.
// key: companies_drawn
// explained: explained
// hubs: {node: Party, by: DIRECTS, above: max_seats}
// score:
//   cycles: 2 for each circle that the companies close through different people, 6 at most, times close, and half of that for a family
//   goods: 0.5 for each HS heading that at least two of them trade, 1.5 at most
//   close: 2 divided by the mean number of seats of the shared officers
// explain: |
//   {companies} share {directors}, who hold {seats:seat} on their boards. {closing}. {trade}.
// against:
//   more: "{more} hang on by one officer alone"
//   family: "the officers share the surname {family}: it may be a family's own firms"
//   also_hubs: "{also_hubs} also sit there, and on too many boards to mean anything"
//   undated: "seats without dates, which count as overlapping: {undated}"
// needs:
//   directorships: [director, company]
// example: netinv find-shared-directors --max-seats 12 -o boards.html
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only the group of this company (id or name)}
//   max_seats: {type: integer, default: 7, min: 2, max: 10000, ours: true, help: Officers of more seats are listed and not followed}
//   steps: {type: integer, default: 6, min: 1, max: 8, ours: true, help: Most officers from the first company of a group to any other}
//   ever: {type: flag, default: false, help: Count seats that never overlapped in time too}
CYPHER 25
// Of one company: the first of its group is among those that the steps lead to.
CALL () {
  WITH $company AS company WHERE company IS NULL
  MATCH (root:Company)<-[:DIRECTS]-(:Party)
  RETURN DISTINCT root
  UNION
  MATCH (one:Company {id: $company})
  UNWIND reduce(found = [one], step IN range(1, $steps) | COLLECT {
    UNWIND found AS a
    CALL (a) {
      RETURN a AS b
      UNION
      MATCH (a)<-[:DIRECTS]-(d:Party)-[:DIRECTS]->(b:Company)
      WHERE COUNT { (d)-[:DIRECTS]->() } <= $max_seats
      RETURN b
    }
    RETURN DISTINCT b
  }) AS root
  RETURN root
}
WITH root
WHERE NOT EXISTS {
  MATCH (root)<-[x:DIRECTS]-(d:Party)-[y:DIRECTS]->(b:Company)
  WHERE b.id < root.id AND COUNT { (d)-[:DIRECTS]->() } <= $max_seats
    AND ($ever OR (coalesce(x.from, date('0001-01-01')) <= coalesce(y.to, date('9999-12-31'))
      AND coalesce(y.from, date('0001-01-01')) <= coalesce(x.to, date('9999-12-31'))))
}
// Step by step and no path: a path may not pass the same seat twice, as one officer's boards do that
// overlap with a board in their middle and not with each other.
WITH root, reduce(found = [root], step IN range(1, $steps) | COLLECT {
  UNWIND found AS a
  CALL (a) {
    RETURN a AS b
    UNION
    MATCH (a)<-[x:DIRECTS]-(d:Party)-[y:DIRECTS]->(b:Company)
    WHERE COUNT { (d)-[:DIRECTS]->() } <= $max_seats
      AND ($ever OR (coalesce(x.from, date('0001-01-01')) <= coalesce(y.to, date('9999-12-31'))
        AND coalesce(y.from, date('0001-01-01')) <= coalesce(x.to, date('9999-12-31'))))
    RETURN b
  }
  RETURN DISTINCT b ORDER BY b.id
}) AS members
WHERE size(members) > 1 AND members[0] = root
// What hangs on by one officer alone is no part of a cycle: it is named, and not counted.
WITH members AS group, reduce(core = members, step IN range(1, 12) | COLLECT {
  UNWIND core AS c
  MATCH (c)<-[x:DIRECTS]-(d:Party)-[y:DIRECTS]->(b:Company)
  WHERE b IN core AND b <> c AND COUNT { (d)-[:DIRECTS]->() } <= $max_seats
    AND ($ever OR (coalesce(x.from, date('0001-01-01')) <= coalesce(y.to, date('9999-12-31'))
      AND coalesce(y.from, date('0001-01-01')) <= coalesce(x.to, date('9999-12-31'))))
  WITH c, count(DISTINCT d) AS officers WHERE officers > 1
  RETURN c ORDER BY c.id
}) AS core
WITH CASE WHEN size(core) > 1 THEN core ELSE group END AS members,
  CASE WHEN size(core) > 1 THEN [c IN group WHERE NOT c IN core | coalesce(c.name, c.id)] END AS more
WHERE ($company IS NULL OR any(c IN members WHERE c.id = $company))
CALL (members) {
  UNWIND members AS c
  MATCH (d:Party)-[seat:DIRECTS]->(c)
  WITH d, members, collect(DISTINCT c) AS boards, collect(seat) AS held,
    COUNT { (d)-[:DIRECTS]->() } AS seats
  WHERE size(boards) > 1
  WITH collect(CASE WHEN seats <= $max_seats THEN {d: d, n: size(boards), seats: seats, held: held}
      END) AS shared,
    collect(CASE WHEN seats > $max_seats THEN coalesce(d.name, d.id) + ' (' + seats + ' seats)' END)
      AS also_hubs
  RETURN shared, also_hubs
}
WITH *, reduce(sum = 0, one IN shared | sum + one.n) AS seats,
  reduce(sum = 0, one IN shared | sum + one.seats) AS all_seats,
  reduce(held = [], one IN shared | held + one.held) AS held
WHERE size(shared) > 0
CALL (members) {
  UNWIND members AS c
  MATCH (c)-[:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY]-(s:Shipment)
  WHERE s.hs IS NOT NULL
  WITH left(s.hs, 4) AS heading, c, min(s.id) AS first
  WITH heading, count(*) AS traders, collect(first) AS firsts
  WHERE traders > 1
  WITH heading, firsts ORDER BY heading
  RETURN collect(heading) AS headings, collect(firsts) AS firsts
}
CALL (members, firsts) {
  UNWIND firsts[..3] AS ids
  UNWIND ids AS id
  MATCH (c)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY]-(s:Shipment {id: id})
  WHERE c IN members
  RETURN collect(r) AS trades
}
CALL (members) {
  UNWIND members AS c
  MATCH (o:Party)-[w:OWNS]->{1,3}(c)
  WHERE all(share IN w WHERE share.share >= 50)
  WITH o, members, collect(DISTINCT c) AS owned
  WHERE size(owned) >= size([c IN members WHERE c <> o])
  WITH o ORDER BY o.id LIMIT 1
  RETURN collect(coalesce(o.name, o.id)) AS owners
}
WITH *, seats - size(members) - size(shared) + 1 AS rounds,
  round(2.0 * size(shared) / all_seats, 3) AS close,
  [one IN shared WHERE one.d.name IS NOT NULL | CASE WHEN one.d.name CONTAINS ' '
    THEN last(split(one.d.name, ' ')) ELSE left(one.d.name, 1) END] AS surnames
WITH *, head([one IN surnames WHERE size(shared) > 1
    AND 4 * size([other IN surnames WHERE other = one]) >= 3 * size(shared)]) AS family
WITH *, round(CASE WHEN rounds > 3 THEN 6 ELSE 2 * rounds END * close
    * CASE WHEN family IS NULL THEN 1.0 ELSE 0.5 END, 3) AS cycles,
  CASE WHEN size(headings) > 3 THEN 1.5 ELSE 0.5 * size(headings) END AS goods,
  CASE WHEN size(owners) > 0 THEN 'one group of companies: ' + owners[0]
    + ' owns at least 50 % of all of them' END AS explained
ORDER BY explained IS NOT NULL, cycles + goods + close DESC, members[0].id
RETURN [c IN members | coalesce(c.name, c.id)] AS companies,
  [one IN shared | coalesce(one.d.name, one.d.id)] AS directors,
  seats, rounds, headings[..10] AS headings,
  CASE WHEN size(headings) = 0 THEN 'No heading is traded by two of them'
    ELSE 'Headings traded by two or more: ' + substring(reduce(text = '', one IN headings[..10] |
      text + ', ' + one), 2) END AS trade,
  CASE WHEN rounds < 1 THEN 'These ties make a chain and close in no circle'
    WHEN rounds = 1 THEN 'These ties close in a circle' ELSE 'These ties close in ' + rounds + ' circles' END AS closing,
  cycles, goods, close, family, also_hubs, more,
  CASE WHEN any(seat IN held WHERE seat.from IS NULL AND seat.to IS NULL)
    THEN size([seat IN held WHERE seat.from IS NULL AND seat.to IS NULL]) END AS undated,
  explained, members AS companies_drawn, [one IN shared | one.d] AS officers, held, trades
