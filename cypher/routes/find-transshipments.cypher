// title: Controlled goods that reach by a third country where they may not go
// about: |
//   Goods under a licence or a ban from their origin to a destination that leave a third country
//   for it while the control is in force. A hand-over from a shipment that came from the origin is
//   the stronger sign, also when the goods go on under another code or origin; the declared origin
//   alone is the weaker. One finding is one company, origin, way and good.
// misses: |
//   goods that come into the third country under another code, more than one third country on the
//   way (find-relabel-chains follows longer paths), what exceeds a licence's quantity, hand-overs by weight in busy trade, and, where
//   no origin is declared, everything that no hand-over ties to a shipment from there.
// lawful: |
//   a control that was suspended on the day; a licence that covers the goods, the destination and
//   the day, where a licence is what is asked for; processing on record that makes another good;
//   returns, repairs and temporary exports. Notices restrict nothing.
// red_flag: |
//   US Departments of Commerce, Treasury, Justice, State and Homeland Security, Quint-Seal
//   compliance note, 2023-12-11: indirect routing; Reuters, 2025-07-09: Chinese antimony to the US
//   through Thailand and Mexico.
// key: holder_id, origin, through, destination, good
// explained: explained
// score:
//   tie: 3 for a lot, serial or sealed container that came from the origin, 1 to 2 for like weight as it is unlikely, 0.5 for the declared origin alone
//   often: 0.25 for each movement after the first, 1.5 at most
//   renamed: 1 when the goods go on under another heading or origin
//   ban: 0.5 when a ban and no mere licence is in force
// explain: |
//   {holder} sent goods of HS {good} from {origin} on from {through} to {destination} in
//   {times:movement} {first..last}, {kg} {weighed}, {under}: {ties}{became}.
// against:
//   by_origin: only the declared origin says so, no hand-over ties the goods to a shipment from there
//   by_weight: only like weight ties them to a shipment from there, no lot, serial or sealed container
//   wide: "only six digits of the HS code are compared with control {wide}: the good may be another of that code"
//   licensed: "control {licensed} asks for a licence and forbids nothing"
//   worldwide: "control {worldwide} names no origin: which goods it reaches from {through} is for the law that made it"
//   open: "movements openly declared as re-exports with their origin: {open}"
//   others: "{others} ships what others own"
//   lawful_too: "movements that something on record explains, not counted: {lawful_too}"
// needs:
//   shipments: [hs, dispatch|load_port|origin, destination|discharge_port, departed|declared, exporter|seller|shipper]
//   controls: [hs, measure]
// either:
//   goods handed on from a shipment that came from the origin: {shipments: [departed, arrived]}
//   goods of a declared origin: {shipments: [origin]}
// absence: [licences]
// example: netinv find-transshipments --since 2024-12-03
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only goods that this company sends on (id or name)}
//   strength: {type: number, default: 1, min: 0, max: 9, ours: true, help: Powers of ten by which chance must fall short of a hand-over by weight}
//   window: {type: integer, default: 45, min: 0, max: 365, ours: true, help: Most days between arrival and departure at the company}
//   since: {type: date, of: departed|declared, optional: true, help: Only goods that leave on this day or later}
CYPHER 25
MATCH (k:Control)
WHERE k.measure IN ['licence', 'ban'] AND k.hs IS NOT NULL
  AND (k.origin IS NOT NULL OR k.destination IS NOT NULL)
WITH collect(k) AS controls
WITH controls, COLLECT { MATCH (p:Control {measure: 'suspension'})
  RETURN {suspends: p.suspends, from: p.from, until: coalesce(p.to, date('9999-12-31'))} } AS lifted
UNWIND controls AS k
WITH k, [p IN lifted WHERE k.id STARTS WITH p.suspends] AS lifts
WITH collect({id: k.id, hs: k.hs, short: left(k.hs, 6), hs_country: k.hs_country, end_use: k.end_use, origin: k.origin,
    destination: k.destination, from: k.from, until: coalesce(k.to, date('9999-12-31')), day: k.day,
    ban: k.measure = 'ban', lifts: lifts,
    what: split(split(k.description, '. ')[0], '; ')[0]}) AS rules, collect(DISTINCT left(k.hs, 6)) AS goods
// The rules of each good are looked up once.
CALL (goods) {
  CALL (goods) {
    CALL (goods) {
      UNWIND CASE WHEN $company IS NULL THEN goods ELSE [] END AS good
      MATCH ()-[h:HANDOFF]->() WHERE h.goods STARTS WITH good AND h.tie >= $strength
      RETURN DISTINCT h
      UNION ALL
      MATCH ()-[h:HANDOFF {holder: $company}]->()
      WITH goods, h, h.goods AS code WHERE h.tie >= $strength AND any(good IN goods WHERE code STARTS WITH good)
      RETURN h
    }
    WITH h WHERE h.days <= $window AND size(h.goods) = 6
    WITH startNode(h) AS a, h, endNode(h) AS b
    WHERE $since IS NULL OR coalesce(b.departed, b.declared) >= $since
    UNWIND COLLECT { UNWIND [a.origin, h.from_country] AS o WITH o WHERE o IS NOT NULL RETURN DISTINCT o } AS origin
    RETURN a, h, b, a AS named, origin, h.holder AS holder,
      coalesce(b.dispatch, head([(b)-[:LOADED_AT]->(p) | p.country]), h.via_country) AS through,
      coalesce(b.destination, h.to_country) AS destination, h.via_country AS came_to
    UNION ALL
    CALL (goods) {
      UNWIND CASE WHEN $company IS NULL THEN goods ELSE [] END AS good
      MATCH (b:Shipment) WHERE b.hs STARTS WITH good
        AND ($since IS NULL OR coalesce(b.departed, b.declared) >= $since)
      RETURN b
      UNION
      MATCH (:Party {id: $company})-[:EXPORTED_BY|SOLD_BY|SHIPPED]-(b:Shipment)
      WITH goods, b, b.hs AS code WHERE any(good IN goods WHERE code STARTS WITH good)
        AND ($since IS NULL OR coalesce(b.departed, b.declared) >= $since)
      RETURN b
    }
    WITH b WHERE size(b.hs) >= 6 AND b.origin IS NOT NULL
    WITH b, coalesce(b.dispatch, head([(b)-[:LOADED_AT]->(p) | p.country])) AS through,
      coalesce(b.destination, head([(b)-[:DISCHARGED_AT]->(p) | p.country])) AS destination
    WHERE through <> b.origin
    MATCH (b)-[r:EXPORTED_BY|SOLD_BY|SHIPPED]-(c:Party)
    WITH b, through, destination, r, c ORDER BY CASE type(r) WHEN 'EXPORTED_BY' THEN 0 WHEN 'SOLD_BY' THEN 1 ELSE 2 END
    WITH b, through, destination, collect(c.id)[0] AS holder
    WHERE $company IS NULL OR holder = $company
    RETURN NULL AS a, NULL AS h, b, b AS named, b.origin AS origin, holder, through, destination, through AS came_to
  }
  WITH *
  WHERE origin <> through AND through <> destination AND origin <> destination AND came_to = through
  RETURN left(named.hs, 6) AS code, collect({a: a, h: h, b: b, named: named, origin: origin, holder: holder,
    through: through, destination: destination}) AS rows
}
WITH code, rows, [k IN rules WHERE code STARTS WITH k.short] AS rules
UNWIND rows AS row
WITH rules, row.a AS a, row.h AS h, row.b AS b, row.named AS named, row.origin AS origin,
  row.holder AS holder, row.through AS through, row.destination AS destination
WITH *, [k IN rules WHERE named.hs STARTS WITH k.short
    AND (size(k.hs) <= 6 OR coalesce(named.hs_country <> k.hs_country, true)
      OR named.hs STARTS WITH k.hs OR k.hs STARTS WITH named.hs)
    AND coalesce(k.origin = origin, true) AND coalesce(k.destination = destination, true)
    AND (k.end_use IS NULL OR coalesce(toLower(b.end_use) CONTAINS toLower(k.end_use), false))] AS fitting
WHERE size(fitting) > 0
WITH *, coalesce(b.departed, b.declared) AS left_on, coalesce(b.declared, b.departed) AS declared_on
WITH *, [k IN fitting WHERE k.from <= CASE k.day WHEN 'declared' THEN declared_on ELSE left_on END
    AND CASE k.day WHEN 'declared' THEN declared_on ELSE left_on END <= k.until] AS bound
WHERE size(bound) > 0
WITH *, [k IN bound WHERE none(l IN k.lifts
    WHERE l.from <= CASE k.day WHEN 'declared' THEN declared_on ELSE left_on END
      AND CASE k.day WHEN 'declared' THEN declared_on ELSE left_on END <= l.until)] AS free
WITH *, head([k IN free WHERE k.ban] + free + bound) AS rule
CALL (a, b, h, named, holder, destination, left_on) {
  CALL (a, b, h, holder) {
    UNWIND [holder, h.sender] AS id
    MATCH (l:Licence {holder: id}) RETURN l
    UNION
    UNWIND [a, b] AS s
    MATCH (s)-[:UNDER]->(l:Licence) RETURN l
  }
  WITH l, left(l.hs, 6) AS hs
  WHERE coalesce(named.hs STARTS WITH hs OR hs STARTS WITH named.hs, true)
    AND coalesce(l.destination = destination, true) AND coalesce(l.from <= left_on, true)
    AND coalesce(left_on <= l.to, true)
  RETURN min(l.id) AS licence
}
WITH *, CASE
    WHEN size(free) = 0 THEN 'the control ' + rule.id + ' was suspended on that day'
    WHEN licence IS NOT NULL AND none(k IN free WHERE k.ban) THEN 'the licence ' + licence + ' covers the goods and ' + destination
    WHEN h.lawful CONTAINS 'processing' THEN h.lawful
    WHEN any(s IN [a, b] WHERE s.procedure IN ['return', 'temporary', 'outward_processing', 'inward_processing'])
      THEN 'declared as return, temporary or processing' END AS lawful,
  CASE WHEN h IS NULL THEN 0.5 WHEN NOT h.basis IN ['weight', 'split', 'merge', 'affiliate'] THEN 3.0
    ELSE 1 + CASE WHEN h.expected < 0.0001 THEN 1.0 WHEN h.expected > 1 THEN 0.0
      ELSE round(-log10(h.expected) / 4, 2) END END AS tie
ORDER BY tie DESC, left_on, b.id, a.id
// A shipment counts once, by what ties it best.
WITH holder, origin, through, destination, left(named.hs, 6) AS good, b, collect({a: a, h: h, b: b, rule: rule, tie: tie,
  day: left_on, lawful: lawful, wide: size(rule.hs) > 6
    AND NOT coalesce(named.hs_country = rule.hs_country AND named.hs STARTS WITH rule.hs, false)})[0] AS pair
ORDER BY pair.tie DESC, pair.day, b.id
WITH holder, origin, through, destination, good, collect(pair) AS all_pairs
WITH *, [p IN all_pairs WHERE p.lawful IS NULL] AS free_pairs
WITH *, CASE WHEN size(free_pairs) > 0 THEN free_pairs ELSE all_pairs END AS pairs
CALL (pairs) {
  UNWIND pairs AS p
  WITH coalesce(p.b.movement, p.b.id) AS movement, min(p.day) AS day,
    max([x IN [p.b.weight_kg, p.b.gross_kg] WHERE x > 0][0]) AS kg,
    max(CASE WHEN p.b.procedure = 're-export' AND p.h.origin_kept IS NOT NULL AND p.h.origin_kept THEN 1
      WHEN p.b.procedure = 're-export' AND p.h IS NULL THEN 1 ELSE 0 END) AS open
  RETURN count(*) AS times, min(day) AS first, max(day) AS last, CASE WHEN sum(kg) > 0 THEN sum(kg) END AS kg,
    sum(open) AS open
}
CALL (all_pairs) {
  UNWIND all_pairs AS p
  RETURN count(DISTINCT coalesce(p.b.movement, p.b.id)) AS all_times
}
CALL (holder) {
  OPTIONAL MATCH (c:Party {id: holder})
  RETURN c AS firm
}
WITH *, pairs[0].tie AS tie, pairs[0].rule AS rule, CASE WHEN size(free_pairs) = 0 THEN pairs[0].lawful END AS explained,
  CASE WHEN any(p IN pairs WHERE p.h.heading_changed OR p.h.origin_changed) THEN 1 ELSE 0 END AS renamed,
  CASE WHEN times > 7 THEN 1.5 ELSE 0.25 * (times - 1) END AS often
WITH *, CASE WHEN rule.ban THEN 0.5 ELSE 0.0 END AS ban
ORDER BY explained IS NOT NULL, tie + often + renamed + ban DESC, holder, origin, through, destination, good
WITH *, COLLECT { UNWIND pairs[..8] AS p UNWIND [p.a, p.b] AS s WITH s WHERE s IS NOT NULL
  RETURN DISTINCT s ORDER BY coalesce(s.departed, s.declared), s.id } AS cargo,
  COLLECT { MATCH (k:Control {id: rule.id}) RETURN k } AS control_drawn
RETURN coalesce(firm.name, holder) AS holder, holder AS holder_id, origin, through, destination, good,
  times, first, last, kg, rule.id AS control,
  CASE WHEN explained STARTS WITH 'the control ' THEN 'under ' ELSE 'while ' END
    + CASE WHEN rule.ban THEN 'the ban ' ELSE 'the licence duty ' END + rule.id
    + coalesce(' (' + CASE WHEN rule.what ENDS WITH '.' THEN left(rule.what, size(rule.what) - 1)
      ELSE rule.what END + ')', '')
    + CASE WHEN explained STARTS WITH 'the control ' THEN ', which was suspended' ELSE ' was in force' END AS under,
  CASE WHEN kg > 0 THEN 'kg in all' ELSE 'with no weight on record' END AS weighed, [s IN cargo | s.id] AS shipments,
  CASE WHEN pairs[0].h IS NULL THEN 'their declared origin is ' + origin
    WHEN pairs[0].h.basis IN ['weight', 'affiliate'] THEN 'tied by like weight to goods from ' + origin
    WHEN pairs[0].h.basis IN ['split', 'merge'] THEN 'tied by part loads of like weight to goods from ' + origin
    ELSE 'tied by ' + pairs[0].h.basis + ' to goods from ' + origin END AS ties,
  tie, often, renamed, ban,
  head([p IN pairs WHERE p.h.heading_changed OR p.h.origin_changed | ', and declared as HS ' + left(p.b.hs, 6)
    + coalesce(' of ' + p.b.origin, '')]) AS became,
  CASE WHEN tie < 1 THEN 'yes' END AS by_origin, CASE WHEN tie >= 1 AND tie < 3 THEN 'yes' END AS by_weight,
  CASE WHEN all(p IN pairs WHERE p.wide) THEN rule.id END AS wide,
  CASE WHEN NOT rule.ban THEN rule.id END AS licensed,
  CASE WHEN rule.origin IS NULL THEN rule.id END AS worldwide,
  CASE WHEN open > 0 THEN open END AS open,
  CASE WHEN firm.role IN ['forwarder', 'carrier'] THEN 'a ' + firm.role END AS others,
  CASE WHEN size(free_pairs) > 0 AND all_times > times THEN all_times - times END AS lawful_too,
  explained, cargo, [p IN pairs[..8] WHERE p.h IS NOT NULL | p.h] AS hand_overs, control_drawn,
  [s IN cargo | [(s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY|LOADED_AT|DISCHARGED_AT
    |UNDER]-() | r]] AS around
