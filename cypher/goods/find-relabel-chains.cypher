// title: The same goods under another name
// about: |
//   Follows hand-overs and keeps the paths on which the HS heading, the description or the declared
//   origin changes although nothing on record says that the holder turns the one good into the
//   other. A physical trace (lot, serial, container with its seal) outranks like weight.
// misses: |
//   goods repacked to other weights or in more than four part loads, relabelling inside one company
//   before it ships at all, and a new name that shares a word with the old one. A single hand-over
//   by like weight alone is no more than what chance makes in busy trade.
// lawful: |
//   processing on record, a holder that hands the same two headings on at least four times and half of
//   what it gets (it may process), a heading that moved between HS editions, returns and repairs,
//   the same companies that send the same goods on at least three times under origins of their own:
//   listed with --lawful.
// red_flag: |
//   US Department of Justice, Operation Gatekeeper, 2025-12-08; Shenzhen Intermediate People's
//   Court, 2025-12-16: goods concealed under other names.
// key: legs
// fold: legs
// explained: explained
// score:
//   unlikely: "how rare these hand-overs are by chance and habit alone: 1 for one in ten, 2 for one in a hundred, and so on"
//   change: 1 when a heading changes, 0.5 each when an origin and when a name do
//   trace: 3 when the change happens on a physical trace
// chance: chance alone makes about {by_chance:finding} as good as this in this trade
// explain: |
//   {shipments} went through {companies} in {days:day}, tied by {tie}. {way}.
// against:
//   notify: a notify party stands in for a consignee that is not named
//   second_record: two records of one registration, or of one contact and day of incorporation, are taken as one company
//   sister: "{sister} and the company that sends the goods on have one owner, and are taken as one holder"
//   undated: "the {undated} is not recorded: the usual days of the lane stand in"
//   part_loads: two to four shipments of one pair are taken together as one load
//   habitual: one of these companies often sends this weight to the next (expected {habitual})
//   by_weight: only like weight ties the goods together, no lot, serial or sealed container
// needs:
//   shipments: [arrived|departed, importer|buyer|consignee|notify, exporter|seller|shipper, hs|description|origin]
// absence: [processing]
// example: netinv find-relabel-chains --company "Acme Metals" --lawful
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only chains through this company (id or name)}
//   days: {type: integer, default: 180, min: 1, max: 3650, ours: true, help: Most days from first departure to last arrival}
//   window: {type: integer, default: 45, min: 0, max: 365, ours: true, help: Most days between arrival and departure at each company}
//   longest: {type: integer, default: 5, min: 2, max: 5, help: Most shipments of a chain}
//   since: {type: date, of: departed, optional: true, help: Only chains that begin on this day or later}
//   strength: {type: number, default: 2, min: 0, max: 100, ours: true, help: Least `unlikely` of a chain}
CYPHER 25
// The first hand-over of every path worth telling; of one company, of the paths it has part in.
// The index of links finds it: to follow all that a shipment has to do with is what costs.
CALL () {
  MATCH (first:Shipment)-[h1:HANDOFF]->()
  WHERE h1.chain >= CASE WHEN $company IS NULL THEN $strength END
  RETURN first, h1
  UNION ALL
  MATCH (on:Shipment)-[o:HANDOFF]->()
  WHERE o.chain >= $strength AND (o.sender = $company OR o.holder = $company OR o.receiver = $company)
  WITH DISTINCT on
  MATCH (first:Shipment)-[before:HANDOFF WHERE before.chain >= $strength]->{0,3}(on)
  WITH DISTINCT first
  MATCH (first)-[h1:HANDOFF WHERE h1.chain >= $strength]->()
  RETURN first, h1
}
WITH first, h1, h1.days AS days, h1.weight AS weight, h1.to_load AS to_load
WHERE days <= $window AND weight > 0 AND ($since IS NULL OR first.departed >= $since)
MATCH (first)-[h1]->()
  -[then:HANDOFF WHERE then.chain >= $strength AND then.days <= $window]->{0,3}(last:Shipment)
WHERE allReduce(at = {strength: weight, load: to_load}, hop IN then |
    {strength: at.strength + hop.weight, load: CASE at.load WHEN hop.from_load THEN hop.to_load END},
    at.strength > 0 AND at.load IS NOT NULL)
  AND size(then) + 2 <= $longest
WITH first, last, [h1] + then AS h
// What is lawful is trade: as chance it would be unlikely enough, and it is told among the lawful.
WHERE $strength <= reduce(sum = 0.0, hop IN h | sum - log10(hop.expected + 1e-9))
  AND any(hop IN h WHERE size(hop.changes) > 0)
  AND coalesce(duration.inDays(first.departed, last.arrived).days <= $days, true)
WITH first, h, [h[0].sender] + [hop IN h | hop.holder]
    + CASE WHEN h[-1].receiver IS NULL THEN [] ELSE [h[-1].receiver] END AS ids,
  [hop IN h WHERE hop.relabelled] AS relabelled
WHERE ($company IS NULL OR $company IN ids)
  AND all(i IN range(0, size(ids) - 1) WHERE NOT ids[i] IN ids[i + 1..] OR (i = 0 AND ids[0] = ids[-1] AND NOT ids[0] IN ids[1..-1]))
  AND (size(relabelled) = 0 OR any(hop IN relabelled WHERE hop.weight > 0))
WITH first, h, ids, relabelled, [hop IN h | {weight: hop.weight, chance: NOT hop.as_it_is}] AS judged
WITH *, reduce(sum = 0.0, hop IN judged | sum + hop.weight) AS all_chance,
  // Of n chances, each as small as it says, the product is as small more often than one.
  // A hand-over that is trade rather than chance is no such chance. docs/links.md: A path.
  reduce(sum = 0.0, hop IN judged | sum + CASE WHEN hop.chance THEN hop.weight ELSE 0 END) AS summed,
  size([hop IN judged WHERE hop.chance]) AS chances, size(relabelled) AS times
WITH *, CASE WHEN summed > 0 THEN summed ELSE 0.0 END AS by_chance
WITH *, log10(reduce(t = {sum: 1.0, term: 1.0}, k IN range(1, chances - 1) |
    {term: t.term * by_chance * 2.302585 / k, sum: t.sum + t.term * by_chance * 2.302585 / k}).sum)
    AS often
// Goods change their papers once: every further change is as likely another consignment.
WITH *, all_chance - 0.5 * often - CASE WHEN times > 1 THEN times - 1 ELSE 0 END AS unlikely
WITH *, CASE WHEN h[0].from_parts IS NULL AND all(hop IN h WHERE hop.to_parts IS NULL)
  THEN [first] + [hop IN h | endNode(hop)]
  ELSE COLLECT { UNWIND coalesce(h[0].from_parts, [first.id])
      + reduce(found = [], hop IN h | found + coalesce(hop.to_parts, [endNode(hop).id])) AS id
    MATCH (s:Shipment {id: id}) RETURN s } END AS legs
WITH ids, collect({h: h, legs: legs, relabelled: relabelled, unlikely: unlikely}) AS found,
  count(DISTINCT legs[0]) AS rounds
UNWIND found AS one
WITH ids, rounds, one.h AS h, one.legs AS legs, one.relabelled AS relabelled, one.unlikely AS unlikely
// The shipments decide between equals, so that the same rows come in the same order anywhere.
WITH *, [leg IN legs | leg.id] AS shipments,
  ['temporary', 'return', 'inward_processing', 'outward_processing'] AS returns,
  rounds >= 3 AND none(hop IN relabelled WHERE hop.heading_changed OR hop.renamed) AS habit,
  CASE WHEN any(hop IN relabelled WHERE hop.heading_changed) THEN 1.0 ELSE 0.0 END
    + CASE WHEN any(hop IN relabelled WHERE hop.origin_changed) THEN 0.5 ELSE 0.0 END
    + CASE WHEN any(hop IN relabelled WHERE hop.renamed) THEN 0.5 ELSE 0.0 END AS change,
  CASE WHEN any(hop IN relabelled WHERE NOT hop.basis IN ['weight', 'split', 'merge', 'affiliate']) THEN 3 ELSE 0 END AS trace
// Whether it is lawful decides its place; why, and all else that only a reader needs, is read of
// the rows that are asked for.
WITH *, habit OR size(relabelled) = 0
  OR 2 * size([leg IN legs WHERE leg.procedure IN returns]) >= size(legs) AS lawful
ORDER BY lawful, unlikely + change + trace DESC, size(h) DESC, shipments
WHERE unlikely >= $strength OR lawful
WITH *, [leg IN legs WHERE leg.procedure IN returns] AS returning,
  [hop IN h WHERE hop.lawful IS NOT NULL | hop.lawful] AS reasons
WITH *, CASE
    WHEN 2 * size(returning) >= size(legs) THEN 'declared as ' + reduce(text = '', leg IN returning |
      CASE WHEN text CONTAINS leg.procedure THEN text WHEN text = '' THEN leg.procedure
        ELSE text + ', ' + leg.procedure END) + ' (' + size(returning) + ' of ' + size(legs) + ' legs)'
    WHEN habit THEN 'the same companies send the same goods on like this: ' + rounds + ' times'
    WHEN size(relabelled) = 0 THEN coalesce(reasons[0], 'no change that its holder does not make')
  END AS explained
RETURN shipments,
  [id IN ids | coalesce(head(COLLECT { MATCH (c:Party {id: id}) RETURN c.name }), id)] AS companies,
  [leg IN legs | leg.description] AS declared_as,
  duration.inDays(coalesce(legs[0].departed, legs[0].arrived),
    coalesce(legs[-1].arrived, legs[-1].departed)).days AS days,
  [hop IN h | hop.basis] AS basis,
  reduce(text = '', tie IN [hop IN h | CASE WHEN hop.basis IN ['weight', 'affiliate'] THEN 'like weight'
      WHEN hop.basis IN ['split', 'merge'] THEN 'part loads' ELSE hop.basis END]
    | CASE WHEN text = '' THEN tie WHEN tie IN split(text, ', ') THEN text ELSE text + ', ' + tie END) AS tie,
  reduce(all = [], hop IN h | all + hop.changes) AS changes,
  CASE WHEN all(hop IN h WHERE size(hop.changes) = 0)
    THEN 'No change of heading, origin or name was found on the way'
    ELSE 'Changed on the way: ' + substring(reduce(text = '', hop IN h |
      reduce(one = text, change IN hop.changes | one + ', ' + change)), 2) END AS way,
  unlikely, change, trace,
  head([hop IN h WHERE hop.by_notify | 'yes']) AS notify,
  head([hop IN h WHERE hop.second | 'yes']) AS second_record,
  head([hop IN h WHERE hop.sister IS NOT NULL |
    coalesce(head(COLLECT { MATCH (c:Party {id: hop.sister}) RETURN c.name }), hop.sister)]) AS sister,
  head([hop IN h WHERE hop.dated IS NOT NULL | hop.dated]) AS undated,
  head([hop IN h WHERE hop.basis IN ['split', 'merge'] | 'yes']) AS part_loads,
  head([hop IN h WHERE hop.expected > 0.3 | hop.expected]) AS habitual,
  CASE WHEN trace = 0 THEN 'yes' END AS by_weight,
  explained, legs, h AS hops,
  [leg IN legs | [(leg)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY
    |NOTIFIES|LOADED_AT|DISCHARGED_AT]-() | r]] AS around
