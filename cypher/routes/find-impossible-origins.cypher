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
//   company: {type: entity, of: Party, optional: true, help: Only this company (id or name)}
//   days: {type: integer, default: 90, min: 0, max: 730, help: Most days from an import to the export}
//   times: {type: integer, default: 3, min: 1, max: 10000, help: Least exports in a year that follow such an import}
//   margin: {type: number, default: 10, min: 0, max: 1000, ours: true, help: Per cent by which exports must exceed what is made}
//   since: {type: date, of: departed|declared|arrived, optional: true, help: Only years that begin on this day or later}
CYPHER 25
MATCH (:Shipment)-[x:MAY_FEED]->(:Shipment)
WHERE x.all_times >= $times AND ($since IS NULL OR x.first >= $since)
  AND ($company IS NULL OR (x.level = 'company' AND x.who = $company))
WITH collect(x) AS years, collect(DISTINCT x.good) AS goods
// By good and country, so that nobody looks through the makers of the whole world.
CALL (goods) {
  MATCH (c:Party)-[r:PROCESSES]->(:Party)
  WITH c, r, left(r.hs_out, 6) AS good
  WHERE any(one IN goods WHERE one STARTS WITH good)
  WITH good, c.country AS country, collect({id: c.id, kg: r.capacity_kg_year, from: r.from, until: r.to}) AS firms
  RETURN collect({good: good, country: country, firms: firms}) AS makers
}
UNWIND years AS x
WITH makers, x, x.level AS level, x.who AS who, x.good AS good, x.source AS source, x.country AS country,
  x.first AS first, x.first + duration({years: 1}) AS end, x.exported_kg AS exported_kg,
  x.imported_kg AS imported_kg, x.times AS times
OPTIONAL MATCH (firm:Party {id: CASE level WHEN 'company' THEN who END})
WITH *, [of IN makers WHERE good STARTS WITH of.good AND coalesce(of.country, '') = CASE level
    WHEN 'company' THEN coalesce(firm.country, '') ELSE who END] AS seat
WITH *, [m IN reduce(found = [], of IN seat | found + of.firms) WHERE (level = 'country' OR m.id = who)
    AND coalesce(m.from < end, true) AND coalesce(m.until >= first, true)] AS own
WITH *, reduce(sum = 0.0, m IN own | sum + coalesce(m.kg, 0)) AS made_kg
WHERE exported_kg > made_kg * (1 + $margin / 100.0)
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
    WHEN times < $times THEN 'suspended on the days of its exports: ' + x.control
  END AS explained
WITH *, round(3 * excess / exported_kg, 3) AS beyond,
  round(2.0 * CASE WHEN imported_kg < excess THEN imported_kg / excess ELSE 1 END, 3) AS supply,
  CASE WHEN times < 3 THEN 0.0 WHEN times > 13 THEN 1.0 ELSE round(0.1 * (times - 3), 1) END AS often
ORDER BY level, who, good, source, explained IS NOT NULL, beyond + supply + often DESC, first
WITH level, who, good, source, collect({country: country, firm: firm, first: first, exported_kg: exported_kg,
  made_kg: made_kg, imported_kg: imported_kg, times: CASE WHEN times = 0 THEN x.all_times ELSE times END,
  x: x, own: own, explained: explained, beyond: beyond, supply: supply, often: often})[0] AS best
WITH *, COLLECT { UNWIND best.x.exports AS id MATCH (s:Shipment {id: id}) RETURN s } AS exports,
  COLLECT { UNWIND best.x.imports AS id MATCH (s:Shipment {id: id}) RETURN s } AS imports
ORDER BY best.explained IS NOT NULL, best.beyond + best.supply + best.often DESC, level, who, good
RETURN level, coalesce(best.firm.name, who) AS who, who AS who_id, best.country AS country, good, source,
  best.first AS first, best.exported_kg AS exported_kg, best.made_kg AS made_kg,
  best.imported_kg AS imported_kg, best.times AS times, $days AS within, best.x.control AS control,
  head(COLLECT { MATCH (k:Control {id: best.x.control})
    RETURN k.id + coalesce(' of ' + k.regime, '') + coalesce(': ' + head(split(head(split(k.description, '. ')), '; ')), '') }) AS rule,
  best.beyond AS beyond, best.supply AS supply, best.often AS often,
  CASE WHEN size(best.own) = 0 THEN coalesce(best.firm.name, who) END AS unrecorded,
  CASE WHEN best.x.other_kg > 0 THEN best.x.other_kg END AS others,
  CASE WHEN best.x.wide THEN best.x.control END AS wide,
  CASE WHEN any(m IN best.own WHERE m.from IS NULL AND m.until IS NULL)
    THEN size([m IN best.own WHERE m.from IS NULL AND m.until IS NULL]) END AS undated,
  best.explained AS explained,
  best.firm AS company_drawn, exports, imports,
  [s IN exports + imports | [(s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY]-() | r]]
    AS around
