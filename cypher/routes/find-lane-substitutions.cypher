// title: Direct lanes that die at a control and come back through a third country
// about: |
//   For every licence or ban: lanes of the good that lose at least four fifths of their weight a
//   day once it is in force, while a third country begins to send the good to the same destination
//   and to get it from the same origin. Weights a day are compared, 180 days before and after, the
//   latter cut where the control ends, is suspended, or the records end.
// misses: |
//   goods that reach the third country under another code and without their origin, substitution
//   by several small third countries, controls of one end use alone, lanes of fewer than five shipments before, and a lane that
//   had begun to move before the control was in force.
// lawful: |
//   a lane that lives on; a third country that sends more and gets no more from the origin; makers
//   there with capacity on record for what they send; a lane on which all other trade fell alike;
//   a control that was suspended from its first day (its end is then taken as the date). Notices
//   restrict nothing.
// red_flag: |
//   Reuters, 2025-07-09: antimony oxides of Chinese origin through Thailand and Mexico to the
//   United States after the ban; US Quint-Seal compliance note, 2023-12-11: indirect routing.
// key: good, origin, through, destination, since
// explained: explained
// score:
//   through_part: 2 times the part of the lost weight that comes through the third country
//   fallen: the part of its weight a day that the direct lane lost, 1 at most
//   fed: the part of the lost weight by which the third country gets more from the origin, 1 at most
//   same_buyers: 0.5 for each buyer of the direct lane that buys through the third country, 1.5 at most
// explain: |
//   {good} from {origin} to {destination}: {before_kg} kg in the {days_before:day} before
//   {since} ({rule}), {after_kg} kg in the {days_after:day} after. {through} sent
//   {through_kg} kg there after, {through_before_kg} kg before, and got {fed_kg} kg from {origin},
//   {fed_before_kg} kg before. Buyers of both: {buyers}.
// against:
//   wide: "only six digits of the HS code are compared with {wide}: the good may be another of that code"
//   no_other: "no other trade from {no_other} is loaded to compare with: the records may end, or all trade may have moved"
//   licensed: "{licensed} asks for a licence and forbids nothing: the goods may have had one"
//   kept: "{kept} kg of it is openly declared as goods of {origin}"
// needs:
//   shipments: [hs, weight_kg|gross_kg, departed|declared|arrived, dispatch|load_port|origin, destination|discharge_port]
//   controls: [hs, measure]
// absence: [shipments]
// example: netinv find-lane-substitutions --hs 282580 --days 365
// inputs:
//   hs: {type: hs, optional: true, help: Only goods whose HS code begins so}
//   days: {type: integer, default: 180, min: 30, max: 1825, ours: true, help: Days before and after the control that are compared}
//   least_days: {type: integer, default: 30, min: 1, max: 1825, ours: true, help: Least days after it}
//   drop: {type: number, default: 80, min: 1, max: 100, ours: true, help: Least per cent of its weight a day that the direct lane loses}
//   share: {type: number, default: 25, min: 1, max: 100, ours: true, help: Least per cent of the lost weight that comes through one third country}
//   least: {type: integer, default: 5, min: 1, max: 100000, ours: true, help: Least shipments of the direct lane before}
//   since: {type: date, optional: true, help: Only controls in force from this day or later}
CYPHER 25
MATCH (k:Control)
WHERE k.measure IN ['licence', 'ban'] AND k.hs IS NOT NULL AND k.end_use IS NULL
  AND ($hs IS NULL OR k.hs STARTS WITH $hs OR $hs STARTS WITH left(k.hs, 6))
WITH k, COLLECT { MATCH (p:Control {measure: 'suspension'})
  WHERE k.id STARTS WITH p.suspends AND coalesce(p.to >= k.from, true)
  RETURN {from: p.from, until: coalesce(p.to, date('9999-12-30'))} ORDER BY p.from } AS lifts
// What is suspended on its first day begins when that ends.
WITH k, lifts, coalesce(head([l IN lifts WHERE l.from <= k.from | l.until + duration({days: 1})]), k.from) AS start
WITH k, start, coalesce(k.to + duration({days: 1}), date('9999-12-31')) AS stop,
  coalesce(head([l IN lifts WHERE l.from > start | l.from]), date('9999-12-31')) AS pause
WHERE start < date('9999-12-31') AND ($since IS NULL OR start >= $since)
WITH left(k.hs, 6) AS good, k.origin AS origin, k.destination AS destination, start,
  min(CASE WHEN pause < stop THEN pause ELSE stop END) AS end, min(k.id) AS control,
  collect(DISTINCT k.measure) AS measures, min(size(k.hs)) > 6 AS wide
WITH collect({good: good, origin: origin, destination: destination, start: start, end: end, control: control,
    licence: measures = ['licence'], wide: wide}) AS rules, collect(DISTINCT good) AS goods
CALL (goods) {
  UNWIND goods AS prefix
  MATCH (s:Shipment) WHERE s.hs STARTS WITH prefix AND size(s.hs) >= 6
  WITH DISTINCT s
  WITH s, left(s.hs, 6) AS good, [x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0] AS kg,
    coalesce(s.departed, s.declared, s.arrived) AS day,
    coalesce(s.dispatch, head([(s)-[:LOADED_AT]->(p) | p.country]), s.origin) AS sent,
    coalesce(s.destination, head([(s)-[:DISCHARGED_AT]->(p) | p.country])) AS meant
  WHERE kg > 0 AND day IS NOT NULL AND sent <> meant
  CALL (s) {
    OPTIONAL MATCH (s)-[r:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]->(c:Party)
    RETURN c.id AS buyer ORDER BY CASE type(r) WHEN 'IMPORTED_BY' THEN 0 WHEN 'BOUGHT_BY' THEN 1 ELSE 2 END LIMIT 1
  }
  WITH good, sent, meant, coalesce(s.movement, s.id) AS movement, max(kg) AS kg, min(day) AS day,
    min(s.id) AS id, min(buyer) AS buyer, min(s.origin) AS made_in
  WITH good, collect({sent: sent, meant: meant, kg: kg, day: day, id: id, buyer: buyer, made_in: made_in})
    AS trade, max(day) AS good_last
  RETURN collect({good: good, trade: trade}) AS traded, max(good_last) AS last
}
UNWIND traded AS one
UNWIND [r IN rules WHERE one.good STARTS WITH r.good] AS rule
WITH one.good AS good, one.trade AS trade, rule, rule.start - duration({days: $days}) AS begin,
  head(COLLECT { UNWIND [rule.start + duration({days: $days}), rule.end, last + duration({days: 1})] AS x
    RETURN x ORDER BY x }) AS end
WITH good, trade, rule, begin, end, duration.inDays(rule.start, end).days AS days_after
WHERE days_after >= $least_days
UNWIND trade AS t
WITH good, rule, begin, end, days_after, t WHERE t.day >= begin AND t.day < end
WITH good, rule, begin, end, days_after, t.sent AS sent, t.meant AS meant,
  sum(CASE WHEN t.day < rule.start THEN t.kg ELSE 0.0 END) AS before_kg,
  sum(CASE WHEN t.day >= rule.start THEN t.kg ELSE 0.0 END) AS after_kg,
  count(CASE WHEN t.day < rule.start THEN 1 END) AS times,
  collect(CASE WHEN t.day >= rule.start AND t.made_in <> t.sent THEN t END) AS foreign,
  collect(DISTINCT CASE WHEN t.day < rule.start THEN t.buyer END) AS buyers_before,
  collect(DISTINCT CASE WHEN t.day >= rule.start THEN t.buyer END) AS buyers_after,
  collect(CASE WHEN t.day < rule.start THEN t.id END)[..4] AS ids_before,
  collect(CASE WHEN t.day >= rule.start THEN t.id END)[..6] AS ids_after
WITH good, rule, begin, end, days_after, 1.0 * days_after / $days AS ratio,
  collect({sent: sent, meant: meant, before_kg: before_kg, after_kg: after_kg,
  gain: after_kg - before_kg * days_after / $days, times: times, foreign: foreign,
  buyers_before: buyers_before, buyers_after: buyers_after, ids_before: ids_before, ids_after: ids_after}) AS lanes
UNWIND [l IN lanes WHERE l.times >= $least AND coalesce(l.sent = rule.origin, rule.origin IS NULL)
  AND coalesce(l.meant = rule.destination, rule.destination IS NULL)
  AND l.after_kg <= l.before_kg * ratio * (1 - $drop / 100.0)] AS direct
WITH *, direct.before_kg * ratio - direct.after_kg AS lost
UNWIND [l IN lanes WHERE l.meant = direct.meant AND l.sent <> direct.sent AND l.gain >= lost * $share / 100.0]
  AS onward
WITH *, head([l IN lanes WHERE l.sent = direct.sent AND l.meant = onward.sent]) AS inward,
  reduce(sum = 0.0, t IN onward.foreign | sum + CASE WHEN t.made_in = direct.sent THEN t.kg ELSE 0 END) AS kept
WHERE coalesce(inward.gain >= lost * $share / 100.0, false) OR kept >= lost * $share / 100.0
WITH collect({good: good, rule: rule, begin: begin, end: end, days_after: days_after, ratio: ratio, lost: lost,
  direct: direct, onward: onward, inward: inward, kept: kept}) AS found
// All other trade of the direct lanes, in the same days.
CALL (found) {
  WITH found, COLLECT { UNWIND found AS f RETURN DISTINCT f.direct.sent + f.direct.meant } AS lanes,
    COLLECT { UNWIND found AS f RETURN DISTINCT {lane: f.direct.sent + f.direct.meant, good: f.good,
      begin: f.begin, start: f.rule.start, end: f.end} } AS asked
  MATCH (s:Shipment)
  WHERE size(lanes) > 0
  WITH lanes, asked, s.hs AS hs, coalesce(s.departed, s.declared, s.arrived) AS day,
    [x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0] AS kg,
    coalesce(s.dispatch, head([(s)-[:LOADED_AT]->(p) | p.country]), s.origin)
      + coalesce(s.destination, head([(s)-[:DISCHARGED_AT]->(p) | p.country])) AS lane
  WHERE lane IN lanes AND kg > 0
  UNWIND [a IN asked WHERE a.lane = lane AND coalesce(left(hs, 6) <> a.good, true) AND a.begin <= day
    AND day < a.end] AS a
  WITH a, sum(CASE WHEN day < a.start THEN kg ELSE 0.0 END) AS before, sum(CASE WHEN day >= a.start THEN kg ELSE 0.0 END) AS after,
    count(CASE WHEN day < a.start THEN 1 END) AS times
  RETURN collect({a: a, before: before, after: after, times: times}) AS others
}
UNWIND found AS f
WITH f, f.rule AS rule, f.direct AS direct, f.onward AS onward,
  head([o IN others WHERE o.a.lane = f.direct.sent + f.direct.meant AND o.a.good = f.good
    AND o.a.start = f.rule.start AND o.a.end = f.end]) AS other,
  [b IN f.direct.buyers_before WHERE b IN f.onward.buyers_after] AS both
CALL (f, onward) {
  MATCH (c:Party)-[p:PROCESSES]->(c)
  WHERE c.country = onward.sent AND f.good STARTS WITH left(p.hs_out, 6)
    AND coalesce(p.from < f.end, true) AND coalesce(p.to >= f.rule.start, true)
  RETURN sum(p.capacity_kg_year) AS a_year
}
WITH *, CASE
    WHEN a_year * f.days_after / 365 >= onward.gain THEN 'makers in ' + onward.sent + ' have capacity on record for what it sends'
    WHEN other.times >= 3 AND other.after <= other.before * f.ratio * (1 - $drop / 100.0)
      THEN 'all trade from ' + direct.sent + ' to ' + direct.meant + ' fell alike' END AS explained,
  round(2 * CASE WHEN onward.gain > f.lost THEN 1.0 ELSE onward.gain / f.lost END, 3) AS through_part,
  round(f.lost / (direct.before_kg * f.ratio), 3) AS fallen,
  round(CASE WHEN f.inward.gain > f.lost THEN 1.0 WHEN f.inward.gain > 0 THEN f.inward.gain / f.lost
    ELSE 0.0 END, 3) AS fed,
  CASE WHEN size(both) > 3 THEN 1.5 ELSE 0.5 * size(both) END AS same_buyers
ORDER BY explained IS NOT NULL, through_part + fallen + fed + same_buyers DESC, f.lost DESC, f.good, onward.sent
WITH *, COLLECT { UNWIND direct.ids_before + coalesce(f.inward.ids_after, []) + onward.ids_after AS id
  MATCH (s:Shipment {id: id}) RETURN DISTINCT s ORDER BY s.id } AS examples,
  COLLECT { MATCH (k:Control {id: rule.control}) RETURN k } AS control_drawn
RETURN f.good AS good, direct.sent AS origin, onward.sent AS through, direct.meant AS destination,
  rule.start AS since, rule.control AS control,
  head([k IN control_drawn | k.id + coalesce(' of ' + k.regime, '') + coalesce(': ' + head(split(head(split(k.description, '. ')), '; ')), '')]) AS rule, $days AS days_before, f.days_after AS days_after,
  direct.before_kg AS before_kg, direct.after_kg AS after_kg, onward.before_kg AS through_before_kg,
  onward.after_kg AS through_kg, coalesce(f.inward.before_kg, 0.0) AS fed_before_kg,
  coalesce(f.inward.after_kg, 0.0) AS fed_kg, size(both) AS buyers, both[..10] AS buyer_ids,
  through_part, fallen, fed, same_buyers,
  CASE WHEN rule.wide THEN rule.control END AS wide,
  CASE WHEN other IS NULL THEN direct.sent + ' to ' + direct.meant END AS no_other,
  CASE WHEN rule.licence THEN rule.control END AS licensed,
  CASE WHEN f.kept > 0 THEN f.kept END AS kept, explained, control_drawn, examples,
  [s IN examples | [(s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|LOADED_AT|DISCHARGED_AT]-() | r]]
    AS around
