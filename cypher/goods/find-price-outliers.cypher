// title: Goods at a price far from what is usual
// about: |
//   Takes the price of a kilogram and sets it beside the middle (median) price of the same goods on
//   the same lane, from country of dispatch to country of destination. What lies further away than
//   the stated number of deviations, and by the stated factor, is listed: papers may name other
//   goods, or value may be moved. Both are measured on the logarithm of the price, so that half
//   and double are equally far; a deviation is 1.4826 times the median absolute deviation (MAD).
// misses: |
//   a false price on a lane where most prices are false, lanes with too few shipments, goods sold by
//   the piece whose weight says little, goods given without weight or value, and a wrong density:
//   no table holds volumes. Values in other currencies are compared only with their own, and
//   freight and insurance that the terms of delivery include are not taken out.
// lawful: |
//   goods that go out or come back for repair, processing or exhibition, and prices that the whole
//   lane paid at that time (three other companies within 90 days): listed with --lawful.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021: prices out of line with
//   commercial considerations or with earlier comparable transactions.
// key: movement, heading
// explained: explained
// score:
//   distance: deviations from the middle, in units of --deviations, 4 at most
//   money: powers of ten above 1,000 of what it is over or under the usual price, 3 at most
// explain: |
//   {shipment} ({description}) from {seller} to {buyer} was declared at {price} {currency} a
//   kilogram: {factor} times {side} the middle price of {usual} in {of:shipment} of {heading} from
//   {dispatch} to {destination}.
// against:
//   small: "it weighs {small} of what is usual there: small lots and samples cost more by the kilogram"
//   grade: "{grade} other shipments of the same company on this lane lie as far on the same side: it may be another grade"
//   guessed: "the country of dispatch is not recorded: {guessed} stands in"
//   doubts: "the record itself is in doubt: {doubts}"
// needs:
//   shipments: [hs, weight_kg, value_usd|value, dispatch|load_port|origin, destination|discharge_port]
// example: netinv find-price-outliers --deviations 5 --factor 4
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only shipments of this company (id or name)}
//   since: {type: date, of: departed|declared|arrived, optional: true, help: Only shipments that left on this day or later}
//   deviations: {type: number, default: 3, min: 1, max: 100, help: Least deviations from the middle price}
//   factor: {type: number, default: 2, min: 1, max: 1000, ours: true, help: Least times above or below the middle price}
//   least: {type: integer, default: 20, min: 5, max: 10000, help: Least movements of goods and lane by which a price is judged}
//   digits: {type: integer, default: 6, min: 4, max: 10, ours: true, help: Digits of the HS code that make goods the same}
CYPHER 25
MATCH (s)-[x:PRICED_OFF]->(s)
WHERE coalesce(x.away > $deviations, true) AND x.factor >= $factor * (1 - 1e-9) AND x.movements >= $least
  AND size(x.heading) <= $digits
  AND ($since IS NULL OR coalesce(s.departed, s.declared, s.arrived) >= $since)
// The record that lies furthest away speaks for its movement.
WITH s, x ORDER BY x.factor DESC, s.id
WITH coalesce(s.movement, s.id) AS movement, x.heading AS heading, x.dispatch AS dispatch,
  x.destination AS destination, x.currency AS currency, x.side AS side, head(collect(x)) AS x
WITH *, startNode(x) AS s, CASE WHEN x.away < 4 * $deviations THEN x.away / $deviations ELSE 4.0 END AS distance
WITH *, s.weight_kg * abs(x.price - x.usual) AS gap
WITH *,
  coalesce(head(COLLECT { MATCH (s)-[:EXPORTED_BY]->(c) RETURN c }),
    head(COLLECT { MATCH (s)-[:SOLD_BY]->(c) RETURN c }),
    head(COLLECT { MATCH (s)<-[:SHIPPED]-(c) RETURN c })) AS start,
  coalesce(head(COLLECT { MATCH (s)-[:IMPORTED_BY]->(c) RETURN c }),
    head(COLLECT { MATCH (s)-[:BOUGHT_BY]->(c) RETURN c }),
    head(COLLECT { MATCH (s)-[:CONSIGNED_TO]->(c) RETURN c })) AS end
WHERE $company IS NULL OR $company IN [start.id, end.id]
WITH *, CASE
    WHEN s.procedure IN ['temporary', 'return', 'inward_processing', 'outward_processing']
      THEN 'declared as ' + s.procedure + ': the value is no price'
    WHEN x.others >= 3 THEN 'the whole lane paid as much at that time: ' + x.others + ' other companies'
  END AS explained
ORDER BY explained IS NOT NULL,
  distance + CASE WHEN gap > 1000 THEN log10(gap) - 3 ELSE 0 END DESC, s.id
RETURN s.id AS shipment, coalesce(s.description, 'goods without description') AS description,
  coalesce(start.name, start.id, 'nobody named') AS seller,
  coalesce(end.name, end.id, 'nobody named') AS buyer,
  round(x.price, 2) AS price, currency, round(x.usual, 2) AS usual, side,
  round(x.factor, 1) AS factor, x.movements AS of, heading, dispatch, destination,
  round(gap) AS difference,
  round(CASE WHEN distance > 4 THEN 4.0 ELSE distance END, 3) AS distance,
  round(CASE WHEN gap <= 1000 THEN 0.0 WHEN gap >= 1000000 THEN 3.0 ELSE log10(gap) - 3 END, 3) AS money,
  CASE WHEN side = 'above' AND s.weight_kg < x.usual_kg / 10
    THEN toString(round(100.0 * s.weight_kg / x.usual_kg, 1)) + ' %' END AS small,
  CASE WHEN x.again > 1 THEN x.again END AS grade,
  CASE WHEN s.dispatch IS NULL THEN CASE
    WHEN EXISTS { MATCH (s)-[:LOADED_AT]->(p) WHERE p.country = dispatch }
    THEN 'that of the loading port' ELSE 'the origin' END END AS guessed,
  s.doubts AS doubts, movement, explained, s AS drawn,
  COLLECT { MATCH (s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY|LOADED_AT
    |DISCHARGED_AT]-() RETURN r } AS around
