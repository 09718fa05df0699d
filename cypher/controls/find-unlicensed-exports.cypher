// title: Exports that needed a licence and show none
// about: |
//   Shipments that a licence duty or a ban covers on its deciding day, and no licence on record that
//   covers holder, goods, destination, end user and day; and those whose licence is used up: what left
//   under it before and with it weighs more than it allows.
// misses: |
//   goods under a false code or name, licences that are not loaded, purity and performance that no
//   code tells, parties that hold a general licence.
// lawful: |
//   a suspension in force on the day, a licence of that regime, or of none said, that covers the
//   shipment, returns of goods that came in for repair under temporary procedures: listed with --lawful.
// red_flag: |
//   MOFCOM and GACC Announcements 23 of 2023, 33 of 2024 and 46 of 2024: no export without a licence.
// key: shipment, regime
// explained: explained
// absence: licences
// score:
//   measure: 3 for a ban, 2 for a licence duty, less 1 when only a wider code matches
//   weight: about 0.5 for 10 kg, 1 for 100 kg, 1.5 for 1,000 kg, and so on, 2.5 at most
//   overrun: 1 when a licence is used up
// explain: |
//   {shipper} sent {weight_kg} {goods} from {dispatch} to {receiver} in {destination}, {when}.
//   {demand}. {problem}.
// against:
//   wider: "only a wider code matches ({digits} digits): the goods may not be those that are controlled"
//   six_digits: one six-digit code holds several goods, of which one is controlled
//   chapter: "the control is of all goods whose code begins with its {chapter} digits: it may except some"
//   broad: "the note on control {broad} says that its code holds other goods too, or is not certain (column note)"
//   named: "its papers name licence {named}, of which it is not on record that it covers this"
//   same_day: "others of its day count before it by their ids: which left first is not on record"
//   unnamed: "what left under the licence is told by holder and goods: not all of it names the licence"
//   uncertain_day: "the control is in force for only a part of the {on} on record"
//   stands_in: "the country of dispatch is not recorded: that of the {stands_in} stands in"
// needs:
//   controls: [hs, from]
//   shipments: [hs, declared|departed|arrived, exporter|seller|shipper, destination|discharge_port, dispatch|load_port|origin]
//   licences: [holder]
// example: netinv find-unlicensed-exports --regime CN-DUAL-USE --since 2025-01-01
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only exports of this company (id or name)}
//   regime: {of: controls.regime, optional: true, help: "Only this regime, as in the controls table: US-EAR"}
//   since: {type: date, of: departed|declared, optional: true, help: Only shipments whose deciding day is this or later}
//   least: {type: number, default: 0, min: 0, max: 1000000, help: Least weight of a shipment (kg)}
CYPHER 25
MATCH (s:Shipment)-[c:CONTROLLED_BY]->(k:Control)
WHERE c.measure IN ['licence', 'ban'] AND c.decides
  AND ($regime IS NULL OR c.regime = $regime)
  AND c.since >= coalesce($since, date('0001-01-01'))
  AND ($company IS NULL OR c.sender = $company)
WITH *, [x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0] AS kg
WHERE coalesce(kg >= $least, true)
ORDER BY c.measure, c.match, k.id
// The strictest comes first: a ban before a licence duty, the code itself before a wider one. Each
// regime asks for a licence of its own.
WITH s, kg, c.regime AS ruled, collect(c) AS links, collect(k) AS rows
WITH *, links[0] AS c, rows[0] AS k
// A licence covers its holder, goods, destination, end user and days; what it leaves empty, it allows.
WITH *, COLLECT {
  MATCH (l:Licence {holder: c.sender})
  WHERE coalesce(l.regime = c.regime, true)
    AND coalesce(s.hs STARTS WITH l.hs OR l.hs STARTS WITH s.hs, true)
    AND coalesce(l.destination = c.destination, true)
    AND coalesce(EXISTS { MATCH (s)-[:MEANT_FOR|IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]->(:Party {id: l.end_user}) }
      OR l.end_user IS NULL, false)
    AND coalesce(l.from <= c.since, true) AND coalesce(l.to >= c.since, true)
  RETURN l } AS covering
// What left under a licence is looked up once for all that it may cover.
UNWIND CASE WHEN size(covering) > 0 THEN covering ELSE [null] END AS l
WITH ruled, l, collect({s: s, kg: kg, links: links, rows: rows}) AS covered
CALL (l, ruled) {
  // Under its number, or under none by its holder with such goods. A return uses nothing up.
  MATCH (other:Shipment)-[o:CONTROLLED_BY {decides: true}]->(:Control)
  WHERE o.sender = l.holder AND o.regime = ruled
    AND NOT coalesce(other.procedure, '') IN ['return', 'transit']
    AND coalesce(o.since >= l.from, true)
    AND coalesce(l.destination = o.destination, true)
    AND coalesce(other.hs STARTS WITH l.hs OR l.hs STARTS WITH other.hs, true)
  WITH DISTINCT other, o.since AS day, l
  WHERE (l.end_user IS NULL
      OR EXISTS { (other)-[:MEANT_FOR|IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]->(:Party {id: l.end_user}) })
    AND (EXISTS { (other)-[:UNDER]->(l) } OR NOT EXISTS { (other)-[:UNDER]->(:Licence) })
  RETURN collect({movement: coalesce(other.movement, other.id), day: day,
    kg: [x IN [other.weight_kg, other.gross_kg] WHERE x > 0][0],
    named: EXISTS { (other)-[:UNDER]->(l) }}) AS uses
}
UNWIND covered AS one
WITH l, ruled, one, one.s AS s, uses, one.links[0].since AS day
CALL (s, day, uses) {
  // Up to this day, each movement once; of one day the ids say which went first.
  UNWIND [u IN uses WHERE u.day < day OR (u.day = day AND u.movement <= coalesce(s.movement, s.id))] AS u
  WITH day, u.movement AS movement, max(u.kg) AS kg, max(u.day) AS last,
    min(CASE WHEN u.named THEN 1 ELSE 0 END) AS named
  RETURN sum(kg) AS left, count(CASE WHEN last = day THEN 1 END) > 1 AS same_day, min(named) = 0 AS unnamed
}
WITH * ORDER BY EXISTS { (s)-[:UNDER]->(l) } DESC, l.id
WITH ruled, s, head(collect(one)) AS one,
  collect(CASE WHEN l IS NOT NULL THEN {licence: l, left: left, same_day: same_day, unnamed: unnamed,
    over: l.quantity_kg IS NOT NULL AND left > l.quantity_kg} END) AS used
WITH *, one.kg AS kg, one.links AS links, one.rows AS rows
WITH *, links[0] AS c, rows[0] AS k
WITH *, [u IN used WHERE NOT u.over | u.licence] AS good, [u IN used WHERE u.over] AS over
WITH *, CASE
    WHEN size(good) > 0 THEN 'licence ' + good[0].id
      + CASE WHEN good[0].regime IS NULL THEN ', which says no regime,' ELSE '' END + ' covers it'
    WHEN s.procedure IN ['return', 'transit'] THEN 'declared as ' + s.procedure
  END AS explained,
  CASE WHEN any(l IN links WHERE l.measure = 'ban') THEN 3 ELSE 2 END
    - CASE WHEN all(l IN links WHERE l.match = 'wider') THEN 1 ELSE 0 END AS measure,
  log10(1 + coalesce(kg, 0)) AS tens
WITH *, CASE WHEN tens > 5 THEN 2.5 ELSE tens / 2 END AS weight,
  CASE WHEN size(over) > 0 THEN 1.0 ELSE 0.0 END AS overrun
ORDER BY explained IS NOT NULL, measure + weight + overrun DESC, s.id
// Of what the table says of a control, the good goes into the sentence and the rest is its note.
WITH *, split(split(k.description, '. ')[0], '; ')[0] AS good_named, split(c.on, ' ')[0] AS day_named
WITH *, s[day_named + '_last'] AS last_day, CASE WHEN good_named ENDS WITH '.'
    THEN left(good_named, size(good_named) - 1) ELSE good_named END AS control,
  trim(substring(k.description, size(good_named) + 1)) AS rest
WITH *, CASE WHEN rest ENDS WITH '.' THEN left(rest, size(rest) - 1) WHEN rest <> '' THEN rest END AS note
RETURN s.id AS shipment,
  coalesce(head(COLLECT { MATCH (p:Party {id: c.sender}) RETURN p.name }), c.sender) AS shipper,
  coalesce(head(COLLECT { MATCH (p:Party {id: c.receiver}) RETURN p.name }), c.receiver,
    'nobody named') AS receiver,
  s.description AS description, s.hs AS hs, kg AS weight_kg,
  c.dispatch AS dispatch, c.destination AS destination, c.regime AS regime, c.on AS on,
  c.since AS day, [one IN rows | one.id] AS controls, control,
  note, CASE WHEN kg > 0 THEN 'kg of ' ELSE '' END
    + coalesce(s.description + ' (HS ' + s.hs + ')', 'goods of HS ' + s.hs)
    + CASE WHEN kg > 0 THEN '' ELSE ', of which no weight is recorded' END AS goods,
  day_named + CASE WHEN last_day > c.since THEN ' between ' + toString(c.since) + ' and ' + toString(last_day)
    ELSE ' on ' + toString(c.since) END + substring(c.on, size(day_named)) AS when,
  'By control ' + k.id + ', ' + c.regime + CASE WHEN c.measure = 'ban'
    THEN ' permits no export of such goods on that day'
    ELSE ' asks for a licence for such goods on that day' END + coalesce(': ' + control, '') AS demand,
  CASE WHEN size(good) > 0 THEN 'Licence ' + good[0].id + ' covers it'
    WHEN s.procedure IN ['return', 'transit'] THEN 'It is declared as ' + s.procedure
    WHEN size(over) > 0 THEN 'Licence ' + over[0].licence.id + ' allows '
      + toString(over[0].licence.quantity_kg) + ' kg and ' + toString(round(over[0].left, 1))
      + ' kg left by then under it, as far as on record; no licence on record has room for it'
    WHEN any(l IN links WHERE l.measure = 'ban') THEN 'It is not permitted, and no licence on record covers it'
    ELSE 'No licence on record covers it' END AS problem,
  toFloat(measure) AS measure, weight, overrun,
  CASE WHEN size(good) = 0 THEN head(COLLECT { MATCH (s)-[:UNDER]->(l:Licence)
    WHERE NOT l IN [u IN over | u.licence] RETURN l.id ORDER BY l.id }) END AS named,
  CASE WHEN size(good) = 0 AND over[0].same_day THEN 'yes' END AS same_day,
  CASE WHEN size(good) = 0 AND over[0].unnamed THEN 'yes' END AS unnamed,
  CASE WHEN all(l IN links WHERE l.match = 'wider') THEN 'yes' END AS wider, c.digits AS digits,
  CASE WHEN c.digits IN [5, 6] AND c.match = 'exact' THEN 'yes' END AS six_digits,
  CASE WHEN c.digits < 5 AND c.match = 'exact' THEN c.digits END AS chapter,
  CASE WHEN note =~ '(?is).*(wider|holds|not the controlled|not controlled|whatever|limit|unverified).*'
    THEN k.id END AS broad,
  CASE WHEN NOT c.whole_day THEN 'yes' END AS uncertain_day, c.dispatch_from AS stands_in,
  explained, s, links, rows, [u IN over | u.licence] + good AS licences,
  COLLECT { MATCH (s)-[r:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY|MEANT_FOR
    |LOADED_AT|DISCHARGED_AT|UNDER]-() RETURN r } AS around
UNION
// A suspension makes it lawful on the day: told among the lawful.
MATCH (s:Shipment)-[c:CONTROLLED_BY]->(k:Control)
WHERE c.measure IN ['licence', 'ban'] AND c.lifted_by IS NOT NULL
  AND ($regime IS NULL OR c.regime = $regime)
  AND c.since >= coalesce($since, date('0001-01-01'))
  AND ($company IS NULL OR c.sender = $company)
  AND NOT EXISTS { (s)-[:CONTROLLED_BY {decides: true, measure: 'licence'}]->() }
  AND NOT EXISTS { (s)-[:CONTROLLED_BY {decides: true, measure: 'ban'}]->() }
WITH *, [x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0] AS kg
WHERE coalesce(kg >= $least, true)
ORDER BY c.measure, c.match, k.id
WITH s, kg, collect(c) AS links, collect(k) AS rows
WITH *, links[0] AS c, rows[0] AS k
WITH *, split(split(k.description, '. ')[0], '; ')[0] AS good_named, split(c.on, ' ')[0] AS day_named
WITH *, s[day_named + '_last'] AS last_day, CASE WHEN good_named ENDS WITH '.'
    THEN left(good_named, size(good_named) - 1) ELSE good_named END AS control,
  trim(substring(k.description, size(good_named) + 1)) AS rest
WITH *, CASE WHEN rest ENDS WITH '.' THEN left(rest, size(rest) - 1) WHEN rest <> '' THEN rest END AS note
RETURN s.id AS shipment,
  coalesce(head(COLLECT { MATCH (p:Party {id: c.sender}) RETURN p.name }), c.sender) AS shipper,
  coalesce(head(COLLECT { MATCH (p:Party {id: c.receiver}) RETURN p.name }), c.receiver,
    'nobody named') AS receiver,
  s.description AS description, s.hs AS hs, kg AS weight_kg,
  c.dispatch AS dispatch, c.destination AS destination, c.regime AS regime, c.on AS on,
  c.since AS day, [one IN rows | one.id] AS controls, control,
  note, CASE WHEN kg > 0 THEN 'kg of ' ELSE '' END
    + coalesce(s.description + ' (HS ' + s.hs + ')', 'goods of HS ' + s.hs)
    + CASE WHEN kg > 0 THEN '' ELSE ', of which no weight is recorded' END AS goods,
  day_named + CASE WHEN last_day > c.since THEN ' between ' + toString(c.since) + ' and ' + toString(last_day)
    ELSE ' on ' + toString(c.since) END + substring(c.on, size(day_named)) AS when,
  'By control ' + k.id + ', ' + c.regime + CASE WHEN c.measure = 'ban'
    THEN ' would permit no export of such goods' ELSE ' would ask for a licence for such goods' END + coalesce(': ' + control, '') AS demand,
  'It is suspended on that day' AS problem, 0.0 AS measure, 0.0 AS weight, 0.0 AS overrun,
  null AS named, null AS same_day, null AS unnamed,
  null AS wider, c.digits AS digits, null AS six_digits, null AS chapter, null AS broad, null AS uncertain_day, null AS stands_in,
  'suspended on that day by ' + c.lifted_by AS explained, s, links, rows,
  COLLECT { MATCH (z:Control {id: c.lifted_by}) RETURN z } AS licences,
  COLLECT { MATCH (s)-[r:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY|MEANT_FOR
    |LOADED_AT|DISCHARGED_AT|UNDER]-() RETURN r } AS around
ORDER BY shipment
