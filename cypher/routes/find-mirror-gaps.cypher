// title: Trade that only one of two countries records
// about: |
//   Sets the export declarations of one country beside the import declarations of the other, lane
//   by lane, good by good and month by month. Goods that left may arrive in the same month or the
//   next. It shows lanes on which, in at least two months, a quarter or more of what one side
//   records is missing on the other. A lead and nothing more: statistics differ for many reasons.
// misses: |
//   a single month's loss that the next month's goods hide, goods longer than a month on the way,
//   lanes of which only one side's declarations are loaded, and rows that do not say whether they
//   are an export or an import declaration.
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
//   since: {type: date, optional: true, help: Only months from this day on}
CYPHER 25
MATCH (s:Shipment)
WHERE s.record IN ['export_declaration', 'import_declaration']
WITH s, CASE s.record WHEN 'export_declaration' THEN 'out' ELSE 'in' END AS way,
  [x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0] AS kg,
  CASE s.record WHEN 'export_declaration' THEN coalesce(s.departed, s.declared, s.arrived)
    ELSE coalesce(s.arrived, s.declared, s.departed) END AS day,
  coalesce(s.dispatch, head([(s)-[:LOADED_AT]->(p) | p.country]), s.origin) AS sent,
  coalesce(s.destination, head([(s)-[:DISCHARGED_AT]->(p) | p.country])) AS meant
WHERE kg > 0 AND size(s.hs) >= $digits AND sent <> meant AND day IS NOT NULL
// One line of one movement counts once on each side.
WITH way, sent, meant, left(s.hs, $digits) AS good, 12 * day.year + day.month AS month,
  coalesce(s.movement, s.id) AS movement, s.line AS line, max(kg) AS kg, min(s.id) AS id,
  min(CASE WHEN s.origin <> sent THEN s.origin END) AS foreign, min([x IN [s.weight_kg] WHERE x > 0][0]) IS NULL AS gross
WITH way, sent, meant, good, month, foreign, sum(kg) AS kg, collect(id)[..3] AS ids,
  count(CASE WHEN gross THEN 1 END) AS gross
WITH collect({way: way, sent: sent, meant: meant, good: good, month: month, foreign: foreign, kg: kg, ids: ids,
  gross: gross}) AS rows
// A side is silent only within the months of which it has declarations at all.
CALL (rows) {
  UNWIND rows AS row
  WITH row.way AS way, CASE row.way WHEN 'out' THEN row.sent ELSE row.meant END AS country,
    min(row.month) AS first, max(row.month) AS last
  RETURN collect({way: way, country: country, first: first, last: last}) AS known
}
// Each month of a lane and good beside the month before and after.
CALL (rows) {
  UNWIND rows AS row
  UNWIND CASE row.way
    WHEN 'out' THEN [{sent: row.sent, at: 0, e: row.kg, ids: row.ids}, {sent: row.sent, at: 1, e_before: row.kg}]
    ELSE [{sent: row.sent, at: 0, i: row.kg, foreign: CASE WHEN row.foreign IS NOT NULL THEN row.kg END,
        hub: row.foreign, ids: row.ids}, {sent: row.sent, at: -1, i_after: row.kg}]
      + CASE WHEN row.foreign IS NULL THEN [] ELSE [{sent: row.foreign, at: 0, via: row.kg, hub: row.sent},
          {sent: row.foreign, at: -1, via: row.kg, hub: row.sent}] END END AS part
  WITH part.sent AS sent, row.meant AS meant, row.good AS good, row.month + part.at AS month,
    sum(coalesce(part.e, 0)) AS e, sum(coalesce(part.e_before, 0)) AS e_before,
    sum(coalesce(part.i, 0)) AS i, sum(coalesce(part.i_after, 0)) AS i_after,
    sum(coalesce(part.foreign, 0)) AS foreign, sum(coalesce(part.via, 0)) AS via, min(part.hub) AS hub,
    sum(CASE WHEN part.ids IS NULL THEN 0 ELSE row.gross END) AS gross, collect(part.ids) AS ids
  RETURN collect({sent: sent, meant: meant, good: good, month: month, e: e, e_before: e_before, i: i,
    i_after: i_after, foreign: foreign, via: via, hub: hub, gross: gross, ids: ids}) AS cells
}
// How much of its other trade a side mirrors at all: a sample of records mirrors hardly any.
CALL (cells) {
  UNWIND cells AS c
  UNWIND [{side: 'exports', country: c.meant, kg: c.e, other: c.i + c.i_after},
    {side: 'imports', country: c.sent, kg: c.i, other: c.e + c.e_before}] AS part
  WITH part.side AS side, part.country AS country, sum(part.kg) AS kg,
    sum(CASE WHEN part.kg < part.other THEN part.kg ELSE part.other END) AS mirrored
  RETURN collect({side: side, country: country, kg: kg, mirrored: mirrored}) AS mirrors
}
CALL (cells) {
  UNWIND cells AS c
  // What the other codes of its heading have too much of, on the side that is silent of this one.
  WITH c.sent AS sent, c.meant AS meant, left(c.good, 4) AS heading, c.month AS month,
    sum(c.e - c.i) AS net, collect(c) AS codes
  UNWIND codes AS c
  WITH c, month, codes, net - c.e + c.i AS beside, CASE
    WHEN c.e - c.i - c.i_after > c.e * $share / 100.0 AND c.e - c.i - c.i_after >= $least_kg THEN 'exports'
    WHEN c.i - c.e - c.e_before > c.i * $share / 100.0 AND c.i - c.e - c.e_before >= $least_kg THEN 'imports'
    END AS side
  WHERE side IS NOT NULL AND ($hs IS NULL OR c.good STARTS WITH left($hs, $digits))
    AND ($since IS NULL OR date({year: (month - 1) / 12, month: (month - 1) % 12 + 1, day: 1})
      >= date.truncate('month', $since))
  WITH c, side, month, CASE side WHEN 'imports' THEN beside ELSE -beside END AS beside,
    head([x IN codes WHERE x.good <> c.good AND CASE side WHEN 'imports' THEN x.e > x.i ELSE x.i > x.e END | x.good])
      AS other_code
  ORDER BY month
  RETURN c.sent AS sent, c.meant AS meant, c.good AS good, side, collect({month: month, ids: c.ids, beside: beside, other_code: other_code,
    gross: c.gross, hub: c.hub, recorded: CASE side WHEN 'exports' THEN c.e ELSE c.i END,
    missing: CASE side WHEN 'exports' THEN c.e - c.i - c.i_after ELSE c.i - c.e - c.e_before END,
    other: CASE side WHEN 'exports' THEN c.via ELSE c.foreign END}) AS found
}
WITH *, head([k IN known WHERE CASE side WHEN 'exports' THEN k.way = 'in' AND k.country = meant
  ELSE k.way = 'out' AND k.country = sent END]) AS silent
WITH sent, meant, good, side, mirrors, [f IN found WHERE CASE side
    WHEN 'exports' THEN silent.first <= f.month AND f.month + 1 <= silent.last
    ELSE silent.first <= f.month - 1 AND f.month <= silent.last END] AS found
WHERE size(found) >= $months
WITH *, reduce(sum = 0.0, f IN found | sum + f.missing) AS missing,
  reduce(sum = 0.0, f IN found | sum + f.recorded) AS recorded,
  reduce(sum = 0.0, f IN found | sum + f.other) AS other,
  reduce(sum = 0.0, f IN found | sum + f.beside) AS beside,
  head([f IN found WHERE f.other_code IS NOT NULL | f.other_code]) AS other_code,
  head([f IN found WHERE f.hub IS NOT NULL AND f.other > 0 | f.hub]) AS hub,
  head([m IN mirrors WHERE m.side = side AND m.country = CASE side WHEN 'exports' THEN meant ELSE sent END])
    AS mirror
WITH *, CASE WHEN mirror.kg - recorded > 0.01
  THEN (mirror.mirrored - recorded + missing) / (mirror.kg - recorded) END AS rate
// The same lane under other codes of the heading, the other way about.
WITH sent, meant, left(good, 4) AS heading, collect({good: good, side: side, found: found, missing: missing,
  recorded: recorded, other: other, hub: hub, rate: rate, beside: beside, other_code: other_code}) AS all
UNWIND all AS one
WITH sent, meant, one, one.good AS good, one.side AS side, one.found AS found, one.hub AS hub,
  reduce(sum = 0.0, x IN all | sum + CASE WHEN x.good <> one.good AND x.side <> one.side THEN x.missing ELSE 0 END)
    AS sibling,
  head([x IN all WHERE x.good <> one.good AND x.side <> one.side | x.good]) AS sibling_good
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
WITH *, COLLECT { UNWIND reduce(all = [], f IN found[..5] | all + f.ids) AS some UNWIND some AS id
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
