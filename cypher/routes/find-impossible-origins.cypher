// title: More goods of an origin than are made there
// about: |
//   Companies and countries that export, as goods of their own country, more of a good in a year
//   than the capacity on record makes, and that imported the same good from a country of which it
//   is restricted in the 90 days before: at least three times in that year. Years begin in
//   January and in July; the better of the two is shown.
// misses: |
//   exports that declare no origin, goods that change their six digits on the way, capacities that
//   are recorded too high, and makers that are in no table of processing (there the finding says
//   that no capacity is on record), and controls of one end use alone. Stocks from before the 90 days count as made nowhere.
// lawful: |
//   capacity on record that covers the exports; a maker whose capacity is not recorded; a trader
//   in a country whose makers have capacity to spare; forwarders and carriers, which ship what
//   others make; a control that was suspended on the days of the exports. Goods that keep their
//   origin are no false ones, and notices are no restriction.
// red_flag: |
//   Reuters, 2025-07-09: antimony oxide exported from Thailand and Mexico against the capacity of
//   their smelters after the ban; US Customs, EAPA: exports compared with what a factory can make.
// key: level, who_id, good, source, first
// explained: explained
// score:
//   beyond: 3 times the part of the exports that nothing on record makes
//   supply: 2 times the part of that which the imports from the restricted origin can fill
//   often: 0.1 for each time after the first three, 1 at most
// explain: |
//   {who} exported {exported_kg} kg of {good} as goods of {country} in the year from {first}, of
//   which {made_kg} kg can be made there by what is on record; {imported_kg} kg came from {source},
//   and {times:export} left within {within:day} of such an import ({rule}).
// against:
//   unrecorded: "No capacity is on record for {unrecorded}: makers may be missing from the table of processing"
//   others: "it also imported {others} kg from other countries, which may be what it exported"
//   wide: "only six digits of the HS code are compared with {wide}: the good may be another of that code"
//   undated: "capacities without dates, which count as valid: {undated}"
// needs:
//   shipments: [hs, origin, exporter|seller|shipper, departed|declared|arrived, weight_kg|gross_kg]
//   processing: [company, hs_out]
//   controls: [hs, origin]
// absence: [processing]
// example: netinv find-impossible-origins --since 2025-01-01
// inputs:
//   company: {type: entity, optional: true, help: Only this company (id or name)}
//   days: {type: integer, default: 90, min: 0, max: 730, help: Most days from an import to the export}
//   times: {type: integer, default: 3, min: 1, max: 10000, help: Least exports in a year that follow such an import}
//   margin: {type: number, default: 10, min: 0, max: 1000, ours: true, help: Per cent by which exports must exceed what is made}
//   since: {type: date, optional: true, help: Only years that begin on this day or later}
CYPHER 25
MATCH (k:Control)
WHERE k.measure IN ['licence', 'ban'] AND k.origin IS NOT NULL AND k.hs IS NOT NULL AND k.end_use IS NULL
WITH k, COLLECT { MATCH (p:Control {measure: 'suspension'}) WHERE k.id STARTS WITH p.suspends
  RETURN {from: p.from, until: coalesce(p.to, date('9999-12-31')), id: p.id} } AS lifts
WITH collect({id: k.id, good: left(k.hs, 6), wide: size(k.hs) > 6, origin: k.origin,
    destination: k.destination, from: k.from, until: coalesce(k.to, date('9999-12-31')), lifts: lifts})
  AS controls, collect(DISTINCT left(k.hs, 6)) AS goods
// By good and country, so that nobody looks through the makers of the whole world.
CALL (goods) {
  MATCH (c:Party)-[r:PROCESSES]->(c)
  WITH c, r, left(r.hs_out, 6) AS good
  WHERE any(prefix IN goods WHERE good STARTS WITH prefix OR prefix STARTS WITH good)
  WITH good, c.country AS country, collect({id: c.id, kg: r.capacity_kg_year, from: r.from, until: r.to}) AS firms
  RETURN collect({good: good, country: country, firms: firms}) AS makers
}
CALL (goods) {
  CALL (goods) {
    UNWIND goods AS prefix
    MATCH (s:Shipment) WHERE $company IS NULL AND s.hs STARTS WITH prefix
    RETURN s
    UNION
    MATCH (:Party {id: $company})-[:EXPORTED_BY|SOLD_BY|SHIPPED|IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]-(s:Shipment)
    WHERE any(prefix IN goods WHERE s.hs STARTS WITH prefix)
    RETURN s
  }
  WITH s WHERE size(s.hs) >= 6
  WITH s, left(s.hs, 6) AS good, [x IN [s.weight_kg, s.gross_kg] WHERE x > 0][0] AS kg,
    coalesce(s.dispatch, head([(s)-[:LOADED_AT]->(p) | p.country]), s.origin) AS sent,
    coalesce(s.destination, head([(s)-[:DISCHARGED_AT]->(p) | p.country])) AS meant
  WHERE kg > 0
  CALL (s, sent, meant) {
    WITH s, sent, meant WHERE s.origin = sent
    MATCH (s)-[r:EXPORTED_BY|SOLD_BY|SHIPPED]-(c:Party)
    RETURN 'out' AS way, sent AS country, c.id AS id, coalesce(s.departed, s.declared, s.arrived) AS day
    ORDER BY CASE type(r) WHEN 'EXPORTED_BY' THEN 0 WHEN 'SOLD_BY' THEN 1 ELSE 2 END LIMIT 1
    UNION ALL
    WITH s, sent, meant WHERE meant IS NOT NULL AND meant <> sent
    OPTIONAL MATCH (s)-[r:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]->(c:Party)
    RETURN 'in' AS way, meant AS country, c.id AS id, coalesce(s.arrived, s.declared, s.departed) AS day
    ORDER BY CASE type(r) WHEN 'IMPORTED_BY' THEN 0 WHEN 'BOUGHT_BY' THEN 1 ELSE 2 END LIMIT 1
  }
  WITH good, way, country, id, coalesce(s.movement, s.id) AS movement, sent, meant, day, kg, s
  WHERE day IS NOT NULL AND country IS NOT NULL AND NOT (way = 'out' AND coalesce(meant = sent, true))
  UNWIND CASE WHEN $company IS NULL AND id IS NULL THEN [{level: 'country', who: country}]
    WHEN $company IS NULL THEN [{level: 'company', who: id}, {level: 'country', who: country}]
    WHEN id = $company THEN [{level: 'company', who: id}] ELSE [] END AS one
  WITH good, way, one.level AS level, one.who AS who, movement,
    max(kg) AS kg, min(day) AS day, min(country) AS country, head(collect(s)) AS s,
    CASE WHEN way = 'out' THEN min(meant) END AS meant,
    CASE WHEN way = 'in' THEN collect(DISTINCT sent) + collect(DISTINCT s.origin) END AS came_from
  WITH good, level, who,
    collect(CASE way WHEN 'out' THEN {kg: kg, day: day, s: s, meant: meant, country: country} END) AS outs,
    collect(CASE way WHEN 'in' THEN {kg: kg, day: day, s: s, came_from: came_from} END) AS ins
  WHERE size(outs) >= $times AND size(ins) > 0
  RETURN good, level, who, outs, ins
}
WITH *, outs[0].country AS country,
  [k IN controls WHERE good STARTS WITH k.good] AS controls
UNWIND COLLECT { UNWIND controls AS k RETURN DISTINCT k.origin } AS source
WITH *, [k IN controls WHERE k.origin = source] AS rules, [a IN ins WHERE source IN a.came_from] AS from_there
WHERE source <> country AND size(from_there) > 0
WITH *, COLLECT { UNWIND from_there AS a RETURN DISTINCT a.day } AS days_in
CALL (outs, rules, days_in, source) {
  UNWIND outs AS out
  WITH *, out.day - duration({days: $days}) AS early, [k IN rules WHERE k.from <= out.day
    AND out.day <= k.until AND (k.destination IS NULL OR k.destination = out.meant)] AS bound
  WITH *, size(bound) > 0 AND any(day IN days_in WHERE early <= day AND day <= out.day) AS after_import
  WITH *, [k IN bound WHERE none(l IN k.lifts WHERE l.from <= out.day AND out.day <= l.until)] AS free
  UNWIND [date({year: out.day.year, month: 1}),
    date({year: out.day.year - CASE WHEN out.day.month < 7 THEN 1 ELSE 0 END, month: 7})] AS first
  WITH first,
    sum(out.kg) AS exported_kg,
    count(CASE WHEN after_import AND size(bound) > 0 AND out.meant <> source THEN 1 END) AS all_times,
    count(CASE WHEN after_import AND size(free) > 0 AND out.meant <> source THEN 1 END) AS times,
    [one IN collect(CASE WHEN after_import AND size(bound) > 0 THEN {s: out.s, day: out.day, k: coalesce(free[0], bound[0])} END) | one]
      AS hits
  RETURN first, exported_kg, all_times, times, hits
}
WITH *
WHERE all_times >= $times AND ($since IS NULL OR first >= $since)
WITH *, first + duration({years: 1}) AS end, CASE level WHEN 'company' THEN
    COLLECT { MATCH (c:Party {id: who}) RETURN c }[0] END AS firm
WITH *, [a IN from_there WHERE a.day >= first - duration({days: $days}) AND a.day < end] AS supplies,
  [a IN ins WHERE a.day >= first - duration({days: $days}) AND a.day < end AND NOT source IN a.came_from] AS rest,
  [of IN makers WHERE good STARTS WITH of.good AND coalesce(of.country, '') = CASE level
    WHEN 'company' THEN coalesce(firm.country, '') ELSE who END] AS seat
WITH *, [m IN reduce(found = [], of IN seat | found + of.firms) WHERE (level = 'country' OR m.id = who)
    AND coalesce(m.from < end, true) AND coalesce(m.until >= first, true)] AS own
WITH *, reduce(sum = 0.0, m IN own | sum + coalesce(m.kg, 0)) AS made_kg,
  reduce(sum = 0.0, a IN supplies | sum + a.kg) AS imported_kg,
  reduce(sum = 0.0, a IN rest | sum + a.kg) AS other_kg
WHERE exported_kg > made_kg * (1 + $margin / 100.0) AND imported_kg > 0
WITH *, reduce(sum = 0.0, of IN [of IN makers WHERE level = 'company' AND of.country = country
    AND good STARTS WITH of.good] | sum + reduce(part = 0.0, m IN of.firms | part
    + CASE WHEN m.id <> who AND coalesce(m.from < end, true) AND coalesce(m.until >= first, true)
      THEN coalesce(m.kg, 0) ELSE 0 END)) AS spare_kg
WITH *, exported_kg - made_kg AS excess,
  CASE
    WHEN firm.role IN ['forwarder', 'carrier'] THEN 'a ' + firm.role + ' ships what others make'
    WHEN any(m IN own WHERE m.kg IS NULL) OR (firm.role = 'manufacturer' AND size(own) = 0)
      THEN 'it makes goods, and its capacity is not recorded'
    WHEN level = 'company' AND spare_kg >= exported_kg - made_kg
      THEN 'it may have bought at home: other makers in ' + country + ' have capacity for ' + spare_kg + ' kg a year'
    WHEN times < $times THEN 'suspended on the days of its exports: ' + hits[0].k.id
  END AS explained
WITH *, round(3 * excess / exported_kg, 3) AS beyond,
  round(2.0 * CASE WHEN imported_kg < excess THEN imported_kg / excess ELSE 1 END, 3) AS supply,
  CASE WHEN times < 3 THEN 0.0 WHEN times > 13 THEN 1.0 ELSE round(0.1 * (times - 3), 1) END AS often
ORDER BY level, who, good, source, explained IS NOT NULL, beyond + supply + often DESC, first
WITH level, who, good, source, collect({country: country, firm: firm, first: first, exported_kg: exported_kg,
  made_kg: made_kg, imported_kg: imported_kg, other_kg: other_kg, times: CASE WHEN times = 0 THEN all_times ELSE times END,
  hits: hits, supplies: supplies, own: own, explained: explained, beyond: beyond, supply: supply, often: often})[0]
  AS best
WITH *, COLLECT { UNWIND best.hits AS hit RETURN hit.s ORDER BY hit.day, hit.s.id LIMIT 8 } AS exports,
  COLLECT { UNWIND best.supplies AS a RETURN a.s ORDER BY a.kg DESC, a.s.id LIMIT 8 } AS imports
ORDER BY best.explained IS NOT NULL, best.beyond + best.supply + best.often DESC, level, who, good
RETURN level, coalesce(best.firm.name, who) AS who, who AS who_id, best.country AS country, good, source,
  best.first AS first, best.exported_kg AS exported_kg, best.made_kg AS made_kg,
  best.imported_kg AS imported_kg, best.times AS times, $days AS within, best.hits[0].k.id AS control,
  head(COLLECT { MATCH (k:Control {id: best.hits[0].k.id})
    RETURN k.id + coalesce(' of ' + k.regime, '') + coalesce(': ' + head(split(head(split(k.description, '. ')), '; ')), '') }) AS rule,
  best.beyond AS beyond, best.supply AS supply, best.often AS often,
  CASE WHEN size(best.own) = 0 THEN coalesce(best.firm.name, who) END AS unrecorded,
  CASE WHEN best.other_kg > 0 THEN best.other_kg END AS others,
  CASE WHEN all(hit IN best.hits WHERE hit.k.wide) THEN best.hits[0].k.id END AS wide,
  CASE WHEN any(m IN best.own WHERE m.from IS NULL AND m.until IS NULL)
    THEN size([m IN best.own WHERE m.from IS NULL AND m.until IS NULL]) END AS undated,
  best.explained AS explained,
  best.firm AS company_drawn, exports, imports,
  [s IN exports + imports | [(s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY]-() | r]]
    AS around
