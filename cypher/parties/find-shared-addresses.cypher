// title: Companies at one address
// about: |
//   Rooms, suites, units and post boxes in which at least three unrelated companies are at once, and
//   addresses, with or without a unit, that a company shares with a listed company or person.
//   Companies of one owner (at least 50 %, over at most two steps) count as one.
// misses: |
//   one place written in two ways that differ in more than case, width and punctuation, places of
//   which the unit is left out, and companies that moved: the table has one address a company.
//   Companies without dates count as being there at all times.
// lawful: |
//   one group of companies, agents' and other mass addresses (more than --hub companies), and
//   addresses that name no unit and may be a whole building: listed with --lawful.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021, structural indicators; US
//   Departments of Commerce, Treasury and Justice, Tri-Seal compliance note, 2023-03-02.
// key: place
// explained: explained
// score:
//   listed: 3 when a listed company or person is at the address
//   many: 0.5 for each unrelated company, 3 at most
//   contact: 1 when two unrelated ones also share a telephone or email
//   young: 1 when two unrelated ones were incorporated within 90 days of each other
// explain: "{companies} are at {address}; unrelated at one time: {unrelated}. Listed: {on_lists}."
// against:
//   no_unit: "the address names no room or unit: it may be a whole building"
//   undated: "companies without a day of incorporation, which count as there at all times: {undated}"
// needs:
//   companies: [address]
// either:
//   unrelated companies in one room: {companies: [address]}
//   an address of a listed party: {listings: [entity]}
// absence: [ownerships]
// example: netinv find-shared-addresses --companies 4 -o addresses.html
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only addresses of this company or person (id or name)}
//   companies: {type: integer, default: 3, min: 2, max: 1000, help: Fewest unrelated companies at one time where none is listed}
//   hub: {type: integer, default: 30, min: 2, max: 10000, ours: true, help: Addresses of more companies are mass addresses}
//   near: {type: integer, default: 90, min: 0, max: 3650, ours: true, help: Most days between incorporations that count as near}
CYPHER 25
CALL () {
  MATCH (x:Address) WHERE $company IS NULL RETURN x
  UNION
  MATCH (:Party {id: $company})-[:LOCATED_AT]->(x:Address) RETURN x
}
WITH x, COUNT { (x)<-[:LOCATED_AT]-() } AS total
WHERE total > 1
CALL (x) {
  MATCH (p:Party)-[at:LOCATED_AT]->(x)
  WITH p, at ORDER BY p.id LIMIT $hub + 1
  RETURN collect(p) AS parties, collect(at) AS at
}
WITH x, total, parties, at, total > $hub AS crowd
CALL (parties, crowd) {
  UNWIND CASE WHEN crowd THEN [] ELSE parties END AS p
  // The owner at the top, when it holds at least half all the way: its companies are one.
  CALL (p) {
    OPTIONAL MATCH (o:Party)-[w:OWNS]->{1,2}(p)
    WHERE all(r IN w WHERE r.share >= 50 AND r.to IS NULL)
    WITH o, size(w) AS far ORDER BY far DESC, o.id LIMIT 1
    RETURN coalesce(o.id, p.id) AS root
  }
  OPTIONAL MATCH (p)-[l:LISTED_ON]->(on:List)
  WITH p, root, [one IN collect({l: l, on: on}) WHERE one.l IS NOT NULL] AS lists
  RETURN collect({p: p, root: root, lists: lists,
    from: coalesce(p.incorporated, date('0001-01-01')),
    to: coalesce(p.dissolved_last, p.dissolved, date('9999-12-31'))}) AS here
}
WITH *, [one IN here WHERE one.p:Company] AS firms,
  [one IN here WHERE size(one.lists) > 0] AS black
// The day on which most unrelated companies are there at once; a day on which one of them comes.
CALL (firms) {
  UNWIND firms AS day
  UNWIND [one IN firms WHERE one.from <= day.from AND one.to >= day.from] AS there
  WITH day, count(DISTINCT there.root) AS many, collect(there) AS together
  ORDER BY many DESC, day.p.id LIMIT 1
  RETURN collect({many: many, together: together}) AS best
}
WITH *, coalesce(best[0].many, 0) AS unrelated,
  [b IN black WHERE any(one IN firms WHERE one.root <> b.root
    AND one.from <= b.to AND one.to >= b.from
    AND any(l IN b.lists WHERE one.to >= coalesce(l.l.from, date('0001-01-01'))
      AND one.from <= coalesce(l.l.to, date('9999-12-31'))))] AS hits
WITH *, CASE
    WHEN size(hits) > 0 THEN [one IN here WHERE one IN hits OR one.p:Company]
    WHEN crowd THEN []
    ELSE best[0].together
  END AS shown
WHERE crowd OR size(hits) > 0 OR unrelated >= $companies OR size(coalesce(shown, [])) >= $companies
WITH *, CASE WHEN crowd THEN [one IN parties[..10] | {p: one, root: one.id, lists: []}]
  ELSE shown END AS shown
WITH *, [one IN shown | one.p] AS members, [one IN shown WHERE one.p:Company] AS firms
CALL (firms) {
  UNWIND firms AS one
  WITH one.p AS firm, one.root AS root
  MATCH (firm)-[u:USES]->(t:Contact)
  WITH t, collect(u) AS uses, count(DISTINCT root) AS roots
  WHERE roots > 1
  UNWIND uses AS u
  RETURN collect(DISTINCT u) AS contacts
}
WITH *,
  any(one IN [coalesce(members[0].address, ''), x.key] WHERE
    toLower(one) =~ '(?s).*(\\b(suite|ste|room|rm|unit|flat|apt|apartment|office|shop|floor|level|box|pobox|postfach|apartado|bureau|piso|oficina|sala|phong|lantai|kv|кв|оф|офис|квартира|комн|а\\s?я)\\b|\\d+\\s?/\\s?f\\b|#\\s?\\d|\\d+[a-z]?\\s?(室|单元|單元|號室|号室|楼|樓|호|階|号室)|信箱|邮箱).*')
    AS unit
WITH *, CASE WHEN size(hits) > 0 THEN 3.0 ELSE 0.0 END AS listed,
  CASE WHEN unrelated > 6 THEN 3.0 ELSE 0.5 * unrelated END AS many,
  CASE WHEN size(contacts) > 0 THEN 1.0 ELSE 0.0 END AS contact,
  CASE WHEN any(a IN firms WHERE any(b IN firms WHERE a.root < b.root
    AND abs(duration.inDays(a.p.incorporated, b.p.incorporated).days) <= $near))
    THEN 1.0 ELSE 0.0 END AS young,
  CASE
    WHEN crowd THEN toString(total) + ' companies and people have this address, as an agent\'s'
    WHEN size(hits) > 0 THEN null
    WHEN unrelated < $companies THEN 'one group: companies of one owner of at least 50 % count as one'
    WHEN NOT unit THEN 'the address names no room or unit: it may be a whole building'
  END AS explained
ORDER BY explained IS NOT NULL, listed + many + contact + young DESC, x.key
RETURN [one IN members | coalesce(one.name, one.id)] AS companies,
  coalesce(members[0].address, x.key) AS address, total AS at_address, unrelated,
  CASE WHEN size(hits) = 0 THEN 'nobody' ELSE substring(reduce(text = '', h IN hits | text + ', '
    + coalesce(h.p.name, h.p.id) + ' (' + h.lists[0].on.name + ')'), 2) END AS on_lists,
  listed, many, contact, young,
  CASE WHEN NOT unit THEN 'yes' END AS no_unit,
  CASE WHEN any(one IN firms WHERE one.p.incorporated IS NULL)
    THEN size([one IN firms WHERE one.p.incorporated IS NULL]) END AS undated,
  explained, x AS place, members, [r IN at WHERE startNode(r) IN members] AS at_drawn, contacts,
  reduce(all_lists = [], h IN hits | all_lists + [l IN h.lists | l.l]) AS lists_drawn
