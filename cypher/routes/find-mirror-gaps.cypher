// title: Trade that only one of two countries records
// about: |
//   Sets the export declarations of one country beside the import declarations of the other, lane
//   by lane, good by good and month by month. Goods that left may arrive in the same month or the
//   next. It shows lanes on which, in at least two months, a quarter or more of what one side
//   records is missing on the other. A lead and nothing more: statistics differ for many reasons.
// misses: |
//   a single month's loss that the next month's goods hide, goods longer than a month on the way,
//   goods beside which the other side happens to record as much too much under a code of the same
//   heading, lanes of which only one side's declarations are loaded, and rows that do not say whether
//   they are an export or an import declaration.
// lawful: |
//   what arrives in the next month; net against gross weight; goods that the other side counts
//   under another code of the same heading; goods that it counts as sent from a third country,
//   with their origin, and goods of foreign origin that only pass through the country of dispatch;
//   countries of which less than half the other trade is mirrored, as in a sample of records;
//   months before the first or after the last declaration of that side.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Trends and Developments, 2020: trade data of two
//   countries that do not match; the comparison of both sides' statistics is known as mirror data.
// key: from, to, good, side
// explained: explained
// score:
//   gap: 2 times the part of the trade of those months that the other side does not record
//   lasting: 0.25 for each month, 1.5 at most
//   controlled: 1 when the country of dispatch controls the good in those months
// explain: |
//   {from} to {to}, good {good}: {missing_kg} kg of {recorded_kg} kg {side} in {months} are in no
//   record of {silent}.
// against:
//   lead: "a lead and no more: records of {silent} may be incomplete, or say another code, country or weight"
//   alone: no other trade of that country is loaded by which to judge whether its records are complete
//   elsewhere: "{silent} also counts {elsewhere} kg of such goods by way of {hub}"
//   wide: "only six digits of the HS code are compared with {wide}"
//   gross: "some rows give only a gross weight: {gross}"
// needs:
//   shipments: [record, hs, weight_kg|gross_kg, departed|declared|arrived, dispatch|load_port|origin, destination|discharge_port]
// absence: [shipments]
// example: netinv find-mirror-gaps --hs 8110 --since 2024-12-01
// inputs:
//   hs: {type: hs, optional: true, help: Only goods whose HS code begins so}
//   digits: {type: integer, default: 6, min: 2, max: 6, help: Digits of the HS code that make one good}
//   months: {type: integer, default: 2, min: 1, max: 120, ours: true, help: Least months with a gap}
//   share: {type: number, default: 25, min: 1, max: 100, ours: true, help: Least per cent of a month that is missing on the other side}
//   mirrored: {type: number, default: 50, min: 0, max: 100, ours: true, help: Least per cent of its other trade that a country's records must mirror}
//   least_kg: {type: number, default: 100, min: 0, max: 1e12, ours: true, help: Kilograms below which a month's gap is passed over}
//   since: {type: date, of: departed|declared|arrived, optional: true, help: Only months that begin on this day or later}
CYPHER 25
MATCH (:Shipment)-[g:UNMIRRORED]->(:Shipment)
WHERE ($hs IS NULL OR g.good STARTS WITH left($hs, $digits))
  AND ($since IS NULL OR g.month >= 12 * $since.year + $since.month + sign($since.day - 1))
  AND g.missing > g.recorded * $share / 100.0 AND g.missing >= $least_kg
WITH g ORDER BY g.month
WITH g.sent AS sent, g.meant AS meant, g.good AS good, g.side AS side, collect(g) AS found
WHERE size(found) >= $months
WITH *, reduce(sum = 0.0, f IN found | sum + f.missing) AS missing,
  reduce(sum = 0.0, f IN found | sum + f.recorded) AS recorded,
  reduce(sum = 0.0, f IN found | sum + f.other) AS other,
  reduce(sum = 0.0, f IN found | sum + f.beside) AS beside,
  head([f IN found WHERE f.other_code IS NOT NULL | f.other_code]) AS other_code,
  head([f IN found WHERE f.hub IS NOT NULL AND f.other > 0 | f.hub]) AS hub,
  found[0].all_kg AS all_kg, found[0].mirrored AS mirrored
// How much of its other trade the silent side mirrors at all.
WITH *, CASE WHEN all_kg - recorded > 0.01 THEN (mirrored - recorded + missing) / (all_kg - recorded) END AS rate
// The same lane under other codes of the heading, the other way about.
WITH sent, meant, left(good, 4) AS heading, collect({good: good, side: side, found: found, missing: missing,
  recorded: recorded, other: other, hub: hub, rate: rate, beside: beside, other_code: other_code}) AS all
UNWIND all AS one
WITH sent, meant, one, one.good AS good, one.side AS side, one.found AS found, one.hub AS hub,
  // What is counted under another code is counted in the same weeks: half a year later it is other trade.
  [x IN all WHERE x.good <> one.good AND x.side <> one.side | {good: x.good, missing: reduce(sum = 0.0, f IN x.found |
    sum + CASE WHEN any(g IN one.found WHERE abs(f.month - g.month) < 2) THEN f.missing ELSE 0 END)}] AS siblings
WITH *, reduce(sum = 0.0, x IN siblings | sum + x.missing) AS sibling,
  head([x IN siblings WHERE x.missing > 0 | x.good]) AS sibling_good
CALL (sent, meant, good, found) {
  MATCH (k:Control)
  WHERE k.measure IN ['licence', 'ban'] AND good STARTS WITH left(k.hs, $digits) AND k.end_use IS NULL
    AND k.origin = sent AND (k.destination IS NULL OR k.destination = meant)
  WITH k, date({year: (found[0].month - 1) / 12, month: (found[0].month - 1) % 12 + 1, day: 1}) AS first,
    date({year: (found[-1].month - 1) / 12, month: (found[-1].month - 1) % 12 + 1, day: 28}) AS last
  WHERE k.from <= last AND coalesce(k.to, last) >= first
    AND NOT EXISTS { MATCH (p:Control {measure: 'suspension'}) WHERE k.id STARTS WITH p.suspends
      AND p.from <= first AND coalesce(p.to, last) >= last }
  WITH k ORDER BY size(k.hs) <= $digits DESC, k.id LIMIT 1
  RETURN collect({id: k.id, wide: size(k.hs) > $digits}) AS rule
}
WITH *, CASE
    WHEN one.rate < $mirrored / 100.0 THEN 'the records of ' + CASE side WHEN 'exports' THEN meant ELSE sent END
      + ' mirror only ' + toInteger(CASE WHEN one.rate > 0 THEN 100 * one.rate ELSE 0 END)
      + ' % of its other trade: they are no full set'
    WHEN sibling >= one.missing * (1 - $share / 100.0)
      THEN 'the other side counts them under other codes of the heading: ' + sibling_good
    WHEN one.beside >= one.missing * (1 - $share / 100.0)
      THEN 'the other side counts them under other codes of the heading: ' + one.other_code
    WHEN one.other >= one.missing * (1 - $share / 100.0) THEN CASE side
      WHEN 'exports' THEN meant + ' counts them as goods of ' + sent + ' that came by way of ' + hub
      ELSE 'they are goods of ' + hub + ' that only pass through ' + sent END END AS explained,
  round(2.0 * one.missing / one.recorded, 3) AS gap,
  CASE WHEN size(found) > 6 THEN 1.5 ELSE 0.25 * size(found) END AS lasting, size(rule) AS controlled
ORDER BY explained IS NOT NULL, gap + lasting + controlled DESC, one.missing DESC, sent, meant, good
WITH *, COLLECT { UNWIND reduce(all = [], f IN found[..5] | all + f.shipments) AS id
  MATCH (s:Shipment {id: id}) RETURN DISTINCT s ORDER BY s.id LIMIT 10 } AS examples
RETURN sent AS from, meant AS to, good, side,
  CASE side WHEN 'exports' THEN meant ELSE sent END AS silent,
  [f IN found | toString((f.month - 1) / 12) + '-' + right('0' + toString((f.month - 1) % 12 + 1), 2)]
    AS months,
  one.missing AS missing_kg, one.recorded AS recorded_kg, gap, lasting, controlled, 'yes' AS lead,
  CASE WHEN one.other > 0 THEN one.other END AS elsewhere, hub,
  CASE WHEN one.rate IS NULL THEN 'yes' END AS alone,
  CASE WHEN rule[0].wide THEN rule[0].id END AS wide, rule[0].id AS control,
  CASE WHEN any(f IN found WHERE f.gross > 0) THEN reduce(sum = 0, f IN found | sum + f.gross) END AS gross,
  explained, examples,
  [s IN examples | [(s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|LOADED_AT|DISCHARGED_AT]-() | r]]
    AS around
