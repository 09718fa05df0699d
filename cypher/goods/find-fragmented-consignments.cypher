// title: One consignment cut into small ones
// about: |
//   Finds at least three small shipments of the same goods within some weeks, from one sender or
//   companies of its owner to one receiver, its address or companies of its owner, that together
//   reach what a usual shipment of such goods weighs (the middle of all, or --limit-kg).
// misses: |
//   parcels to unrelated receivers, owners and addresses that are not on record, goods spread over
//   several codes, and goods that nobody else ships: without --limit-kg at least twenty shipments
//   of a heading tell what is usual.
// lawful: |
//   a pair that ships small lots all the year (in at least half of the months of its trade, and in
//   six or more), and goods declared as returns or for processing: listed with --lawful. Records of one movement
//   count as one shipment.
// red_flag: |
//   Special campaign against the smuggling of strategic minerals, Shenzhen, 2025-05-09: cargo cut
//   into small lots; FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021.
// key: start, end, heading
// explained: explained
// score:
//   total: times the pieces together double the threshold, plus 1, 3 at most
//   pieces: 0.5 for each piece beyond two, 2 at most
//   spread: 1 each when several senders and several receivers share them, 2 at most
//   controlled: 1 when a control of these goods was in force
// explain: |
//   {senders} sent {pieces_sent} small shipments of {heading} to {receivers} {first..last}:
//   {kilograms} kg together, none above {piece} kg, where {threshold} kg is {measure}.
// against:
//   address: "the receivers are taken together: {address}"
//   owner: "the senders have one owner: {owner}"
//   again: "it happened {again} times: it may be how the two trade"
//   crowd: "{crowd} companies are at the address of the receiver, too many to mean anything: it is not followed"
// needs:
//   shipments: [hs, weight_kg|gross_kg, departed|declared, exporter|seller|shipper, importer|buyer|consignee]
// example: netinv find-fragmented-consignments --limit-kg 100 --piece-kg 25
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only consignments of this company (id or name)}
//   since: {type: date, of: departed|declared, optional: true, help: Only shipments that left on this day or later}
//   days: {type: integer, default: 30, min: 1, max: 365, help: Days within which the pieces leave}
//   pieces: {type: integer, default: 3, min: 3, max: 100, help: Least number of pieces}
//   limit_kg: {type: number, optional: true, min: 0, help: "Kilograms that the pieces must reach together; unset: the middle weight of a shipment of these goods"}
//   piece_kg: {type: number, optional: true, min: 0, help: "Most kilograms of a piece; unset: a quarter of that limit"}
//   crowd: {type: integer, default: 10, min: 2, max: 100000, ours: true, help: Addresses of more companies than this are not followed}
CYPHER 25
MATCH (s)-[x:PIECE_FOR]->(receiver)
WHERE x.kg <= coalesce($piece_kg, x.piece) AND ($since IS NULL OR x.day >= $since)
MATCH (sender:Party {id: x.sender})
WITH s, x, sender, receiver ORDER BY x.day, s.id
WITH x.heading AS heading, x.threshold AS threshold, sender, receiver, coalesce(s.movement, s.id) AS movement,
  head(collect(s)) AS s, max(x.kg) AS kg, min(x.day) AS day
WITH heading, threshold, sender, receiver, collect({s: s, kg: kg, day: day, from: sender, to: receiver}) AS parts
WITH sender, collect({heading: heading, threshold: threshold, receiver: receiver, parts: parts}) AS pairs
// Who owns at least half, step by step, stands for the company; else, for a receiver, its address.
CALL (sender) {
  OPTIONAL MATCH (o:Party)-[w:OWNS]->{1,3}(sender) WHERE all(x IN w WHERE x.share >= 50)
  RETURN o AS s_owner, w AS s_owns ORDER BY size(w) DESC, o.id LIMIT 1
}
UNWIND pairs AS one
WITH one.receiver AS receiver, collect(one {.*, s_owner: s_owner, s_owns: s_owns, sender: sender}) AS pairs
CALL (receiver) {
  OPTIONAL MATCH (o:Party)-[w:OWNS]->{1,3}(receiver) WHERE all(x IN w WHERE x.share >= 50)
  RETURN o AS r_owner, w AS r_owns ORDER BY size(w) DESC, o.id LIMIT 1
}
CALL (receiver) {
  OPTIONAL MATCH (receiver)-[:LOCATED_AT]->(a:Address)
  RETURN a, COUNT { (a)<-[:LOCATED_AT]-(:Company) } AS there ORDER BY a.key LIMIT 1
}
UNWIND pairs AS one
UNWIND one.parts AS p
WITH one.heading AS heading, one.threshold AS threshold,
  CASE WHEN one.s_owner IS NOT NULL AND all(x IN one.s_owns WHERE coalesce(x.from <= p.day, true)
    AND coalesce(x.to >= p.day, true)) THEN one.s_owner ELSE one.sender END AS start,
  CASE WHEN r_owner IS NOT NULL AND all(x IN r_owns WHERE coalesce(x.from <= p.day, true)
    AND coalesce(x.to >= p.day, true)) THEN r_owner
    WHEN a IS NOT NULL AND there <= $crowd THEN a ELSE receiver END AS end,
  p {.*, a: a, there: there, owns: CASE WHEN one.s_owner IS NULL THEN [] ELSE one.s_owns END
    + CASE WHEN r_owner IS NULL THEN [] ELSE r_owns END} AS p
ORDER BY p.day, p.s.id
WITH heading, threshold, start, end, collect(p) AS parts
WHERE size(parts) >= $pieces AND start <> end
  AND ($company IS NULL OR any(p IN parts WHERE $company IN [p.from.id, p.to.id]) OR $company IN [start.id, end.id])
WITH *, [i IN range(0, size(parts) - $pieces)
  WHERE parts[i + $pieces - 1].day <= parts[i].day + duration({days: $days}) | i] AS hits
WHERE size(hits) > 0
CALL (parts, hits, threshold) {
  UNWIND hits AS i
  WITH i, [p IN parts[i..i + 100] WHERE p.day <= parts[i].day + duration({days: $days})] AS window, threshold
  WITH i, window, reduce(sum = 0.0, p IN window | sum + p.kg) AS kilograms, threshold
  WHERE kilograms >= threshold
  WITH i, window, kilograms ORDER BY kilograms DESC, i
  RETURN head(collect(window)) AS window, head(collect(kilograms)) AS kilograms,
    count(DISTINCT date.truncate('month', window[0].day)) AS again
}
WITH * WHERE window IS NOT NULL
CALL (parts) {
  UNWIND parts AS p
  RETURN count(DISTINCT date.truncate('month', p.day)) AS months
}
CALL (window, heading) {
  MATCH (k:Control)
  WHERE k.measure IN ['licence', 'ban'] AND k.hs IS NOT NULL
    AND (k.hs STARTS WITH heading OR heading STARTS WITH k.hs)
    AND k.from <= window[-1].day AND coalesce(k.to >= window[0].day, true)
    AND any(p IN window WHERE coalesce(k.destination = p.s.destination, true)
      AND coalesce(k.origin = CASE k.applies_to WHEN 'origin' THEN p.s.origin ELSE p.s.dispatch END, true))
  RETURN collect(k)[..3] AS controls
}
CALL (window) {
  UNWIND window AS p
  RETURN collect(DISTINCT p.from) AS from_drawn, collect(DISTINCT p.to) AS to_drawn
}
WITH *, duration.inMonths(date.truncate('month', parts[0].day), date.truncate('month', parts[-1].day)).months + 1 AS life,
  size([p IN window WHERE p.s.procedure IN ['temporary', 'return', 'inward_processing', 'outward_processing']]) AS returning
WITH *,
  CASE WHEN kilograms / threshold > 4 THEN 3.0 ELSE 1 + log(kilograms / threshold) / log(2) END AS total,
  CASE WHEN size(window) > 5 THEN 2.0 ELSE 0.5 * (size(window) - 2) END AS pieces,
  CASE WHEN size(from_drawn) > 1 THEN 1.0 ELSE 0.0 END + CASE WHEN size(to_drawn) > 1 THEN 1.0 ELSE 0.0 END AS spread,
  CASE WHEN size(controls) > 0 THEN 1.0 ELSE 0.0 END AS controlled,
  CASE WHEN months >= 6 AND 2 * months >= life
      THEN 'small lots all the year: in ' + months + ' of ' + life + ' months'
    WHEN 2 * returning >= size(window) THEN 'declared as returns, repairs or goods for processing' END AS explained
ORDER BY explained IS NOT NULL, total + pieces + spread + controlled DESC, window[0].s.id
RETURN [c IN from_drawn | coalesce(c.name, c.id)] AS senders, [c IN to_drawn | coalesce(c.name, c.id)] AS receivers,
  heading, size(window) AS pieces_sent, round(kilograms, 1) AS kilograms,
  reduce(most = 0.0, p IN window | CASE WHEN p.kg > most THEN p.kg ELSE most END) AS piece,
  round(threshold, 1) AS threshold,
  CASE WHEN $limit_kg IS NULL THEN 'the middle weight of a shipment of these goods' ELSE 'the limit asked for' END
    AS measure,
  toString(window[0].day) AS first, toString(window[-1].day) AS last,
  [p IN window | p.s.id] AS shipments,
  round(total, 3) AS total, pieces, spread, controlled,
  CASE WHEN size(to_drawn) > 1 THEN CASE WHEN end:Address THEN 'one address' ELSE
    'one owner, ' + coalesce(end.name, end.id) END END AS address,
  CASE WHEN size(from_drawn) > 1 THEN coalesce(start.name, start.id) END AS owner,
  CASE WHEN again >= 3 THEN again END AS again,
  head([p IN window WHERE p.there > $crowd | p.there]) AS crowd,
  explained, [p IN window | p.s] AS drawn, start, end, from_drawn, to_drawn, controls,
  reduce(held = [], p IN window | held + [w IN p.owns WHERE NOT w IN held]) AS owns,
  COLLECT { UNWIND to_drawn AS c MATCH (c)-[r:LOCATED_AT]->(x) WHERE x = end RETURN r } AS located,
  COLLECT { UNWIND window AS p WITH p.s AS s MATCH (s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY]-()
    RETURN r } AS around
