// title: Trade, payments and voyages with listed parties
// about: |
//   Whoever traded with, paid, was paid by, or carried for a party or vessel that stood on a list on
//   that day, in any role. One finding a listed party, list and counterparty, with the roles and days.
// misses: |
//   listed parties under other names or ids, companies that they own (find-hidden-owners), and what
//   they do through third parties (find-paths).
// lawful: |
//   everything under a licence that is named in the shipment's record: listed with --lawful; trade
//   before the listing or after its end: not found.
// red_flag: |
//   US Tri-Seal compliance note, 2023-03-02: trade with listed parties through third parties.
// key: listed_party, on_list, other
// explained: explained
// score:
//   role: 3 as a buyer, seller, shipper, consignee or end user, 2 as payer, payee or vessel, 1 else
//   often: 1 for ten shipments and payments, 2 for a hundred, and so on
// explain: |
//   {listed} stood on {list} ({program}) when it met {counterparty} as {roles}, {times:time}
//   {first..last}.
// against:
//   undated: the listing has no first day on record, and counts as always in force
//   uncertain_day: some of the days on record are only months or years, of which the listing holds a part
// needs:
//   listings: [list]
// either:
//   trade and voyages: {shipments: [departed|declared|arrived]}
//   payments: {payments: [payer, payee, paid]}
// example: netinv find-listed-contacts --list "OFAC SDN" --since 2024-01-01
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only contacts of this party (id or name)}
//   list: {of: listings.list, optional: true, help: "Only this list, by its name"}
//   since: {type: date, of: departed|declared|arrived|paid, optional: true, help: Only contacts on this day or later}
CYPHER 25
MATCH (listed:Party|Vessel)-[l:LISTED_ON]->(n:List)
WHERE $list IS NULL OR n.name = $list
CALL (listed, l) {
  MATCH (listed)-[a:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY|MADE_BY|NOTIFIES
    |FORWARDED_BY|CARRIED_BY_LINE|DECLARED_BY|MEANT_FOR|CARRIED_BY]-(s:Shipment)
  WITH listed, a, s, coalesce(s.departed, s.declared, s.arrived) AS day,
    coalesce(s.departed_last, s.declared_last, s.arrived_last) AS day_last, l
  WHERE day IS NOT NULL AND coalesce(l.from <= day_last, true) AND coalesce(l.to >= day, true)
    AND ($since IS NULL OR day >= $since)
  // The other side: who has the goods at the end, or who sent them, when the listed one is that.
  WITH listed, a, s, day, l, coalesce(l.from > day, false) OR coalesce(l.to < day_last, false) AS partly,
    COLLECT { MATCH (s)-[:SHIPPED|EXPORTED_BY|SOLD_BY]-(p:Party) RETURN p.id } AS senders,
    COLLECT { MATCH (s)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]->(p:Party) RETURN p.id } AS receivers,
    EXISTS { (s)-[:UNDER]->(:Licence) } AS licensed
  UNWIND CASE WHEN type(a) IN ['SHIPPED', 'EXPORTED_BY', 'SOLD_BY', 'MADE_BY'] THEN receivers
      WHEN type(a) IN ['CONSIGNED_TO', 'IMPORTED_BY', 'BOUGHT_BY', 'MEANT_FOR', 'NOTIFIES'] THEN senders
      ELSE senders + receivers END AS other
  RETURN DISTINCT other, type(a) AS role, day, licensed, partly, a AS edge, s AS node
  UNION
  MATCH (listed)-[a:PAID|RECEIVED_BY]-(y:Payment)-[b:PAID|RECEIVED_BY]-(o:Party)
  WITH a, b, y, o, coalesce(l.from > y.paid, false) OR coalesce(l.to < y.paid_last, false) AS partly
  WHERE y.paid IS NOT NULL AND coalesce(l.from <= y.paid_last, true)
    AND coalesce(l.to >= y.paid, true) AND ($since IS NULL OR y.paid >= $since)
  RETURN o.id AS other, type(a) AS role, y.paid AS day, false AS licensed, partly, b AS edge, y AS node
}
WITH listed, l, n, other, role, day, licensed, partly, edge, node
WHERE other <> coalesce(listed.id, '') AND ($company IS NULL OR other = $company OR listed.id = $company)
WITH listed, l, n, other, collect(DISTINCT role) AS kinds, count(DISTINCT node) AS times,
  min(day) AS first, max(day) AS last, all(x IN collect(licensed) WHERE x) AS licensed,
  any(x IN collect(partly) WHERE x) AS partly, collect(DISTINCT node)[..20] AS nodes,
  collect(DISTINCT edge)[..20] AS edges
MATCH (party:Party {id: other})
WITH *, CASE
    WHEN any(k IN kinds WHERE k IN ['SHIPPED', 'EXPORTED_BY', 'SOLD_BY', 'CONSIGNED_TO', 'IMPORTED_BY',
      'BOUGHT_BY', 'MEANT_FOR']) THEN 3.0
    WHEN any(k IN kinds WHERE k IN ['PAID', 'RECEIVED_BY', 'CARRIED_BY']) THEN 2.0 ELSE 1.0 END AS role
RETURN coalesce(listed.name, listed.id, listed.imo) AS listed, n.name AS list,
  coalesce(l.program, 'no program named') AS program, coalesce(party.name, party.id) AS counterparty,
  [k IN kinds | toLower(replace(k, '_', ' '))] AS roles, times, first, last,
  role, log10(times) AS often,
  CASE WHEN l.from IS NULL THEN 'yes' END AS undated, CASE WHEN partly THEN 'yes' END AS uncertain_day,
  CASE WHEN licensed THEN 'every shipment names a licence' END AS explained,
  listed AS listed_party, n AS on_list, party AS other, l AS listing, edges, nodes,
  COLLECT { UNWIND nodes AS x MATCH (party)-[r]-(x) WHERE r.derived IS NULL RETURN r } AS around
ORDER BY explained IS NOT NULL, role + often DESC, listed, counterparty
