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
//   since: {type: date, of: departed|declared|arrived, optional: true, help: Only controls in force from this day or later}
CYPHER 25
MATCH (:Shipment)-[x:SHIFTED_TO]->(:Shipment)
WHERE x.days = $days AND x.least_days = $least_days AND x.drop = $drop AND x.share = $share AND x.least = $least
  AND ($hs IS NULL OR x.good STARTS WITH $hs OR $hs STARTS WITH x.good)
  AND ($since IS NULL OR x.since >= $since)
WITH x, 1.0 * x.days_after / $days AS ratio, x.through_after - x.through_before * x.days_after / $days AS gain,
  x.fed_after - x.fed_before * x.days_after / $days AS fed_gain
WITH *, x.before * ratio - x.after AS lost
WITH *, CASE
    WHEN x.capacity * x.days_after / 365 >= gain THEN 'makers in ' + x.through + ' have capacity on record for what it sends'
    WHEN x.other_times >= 3 AND 100 * x.other_after <= x.other_before * ratio * (100 - $drop)
      THEN 'all trade from ' + x.origin + ' to ' + x.destination + ' fell alike' END AS explained,
  round(2 * CASE WHEN gain > lost THEN 1.0 ELSE gain / lost END, 3) AS through_part,
  round(lost / (x.before * ratio), 3) AS fallen,
  round(CASE WHEN fed_gain > lost THEN 1.0 WHEN fed_gain > 0 THEN fed_gain / lost ELSE 0.0 END, 3) AS fed,
  CASE WHEN x.buyers > 3 THEN 1.5 ELSE 0.5 * x.buyers END AS same_buyers
ORDER BY explained IS NOT NULL, through_part + fallen + fed + same_buyers DESC, lost DESC, x.good, x.through
WITH *, COLLECT { UNWIND x.shipments AS id MATCH (s:Shipment {id: id}) RETURN s ORDER BY s.id } AS examples,
  COLLECT { MATCH (k:Control {id: x.control}) RETURN k } AS control_drawn
RETURN x.good AS good, x.origin AS origin, x.through AS through, x.destination AS destination,
  x.since AS since, x.control AS control,
  head([k IN control_drawn | k.id + coalesce(' of ' + k.regime, '') + coalesce(': ' + head(split(head(split(k.description, '. ')), '; ')), '')]) AS rule, $days AS days_before, x.days_after AS days_after,
  x.before AS before_kg, x.after AS after_kg, x.through_before AS through_before_kg,
  x.through_after AS through_kg, x.fed_before AS fed_before_kg, x.fed_after AS fed_kg,
  x.buyers AS buyers, x.buyer_ids AS buyer_ids, through_part, fallen, fed, same_buyers,
  CASE WHEN x.wide THEN x.control END AS wide,
  CASE WHEN x.other_times IS NULL THEN x.origin + ' to ' + x.destination END AS no_other,
  CASE WHEN x.licence THEN x.control END AS licensed,
  CASE WHEN x.kept > 0 THEN x.kept END AS kept, explained, control_drawn, examples,
  [s IN examples | [(s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|LOADED_AT|DISCHARGED_AT]-() | r]]
    AS around
