// title: Goods that come back to the port or country they left, to someone else
// about: |
//   Follows hand-overs and keeps the paths that return to the port of loading, or to the country
//   of dispatch by way of at least one other country, and end at another company than sent them.
//   Goods sent abroad to be brought home under other papers leave such a trace.
// misses: |
//   more than four part loads, second records of one company that share no registration and no
//   contact, legs without a country, and returns by a route of which a leg is in no table.
// lawful: |
//   entrepôt trade (re-export with its origin kept on every hand-over), outward processing with a
//   row in `processing`, returns and repairs: listed with --lawful.
// red_flag: |
//   US Departments of Commerce, Treasury, Justice, State and Homeland Security, Quint-Seal
//   compliance note, 2023-12-11: indirect routing of goods.
// key: legs
// fold: legs
// explained: explained
// score:
//   unlikely: "how rare these hand-overs are by chance and habit alone: 1 for one in ten, 2 for one in a hundred, and so on"
//   renamed: 1 when heading, origin or name change on the way without processing
//   port: 1 when the goods come back to the very port
// chance: chance alone makes about {by_chance:finding} as good as this in this trade
// explain: |
//   {shipments} left {from} and came back to {to} by way of {via} in {days:day}, through
//   {companies}, tied by {tie}. {way}.
// against:
//   notify: a notify party stands in for a consignee that is not named
//   second_record: two records of one registration, or of one contact and day of incorporation, are taken as one company
//   sister: "{sister} and the company that sends the goods on have one owner, and are taken as one holder"
//   undated: "the {undated} is not recorded: the usual days of the lane stand in"
//   part_loads: two to four shipments of one pair are taken together as one load
//   habitual: one of these companies often sends this weight to the next (expected {habitual})
//   by_weight: only like weight ties the goods together, no lot, serial or sealed container
// needs:
//   shipments: [arrived|departed, importer|buyer|consignee|notify, exporter|seller|shipper, load_port|dispatch, discharge_port|destination]
// example: netinv find-circular-routes --strict -o routes.html
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only routes through this company (id or name)}
//   days: {type: integer, default: 180, min: 1, max: 3650, ours: true, help: Most days from first departure to last arrival}
//   window: {type: integer, default: 45, min: 0, max: 365, ours: true, help: Most days between arrival and departure at each company}
//   strict: {type: flag, default: false, help: Only routes that come back to the very port}
//   longest: {type: integer, default: 6, min: 2, max: 6, help: Most shipments of a route}
//   since: {type: date, of: departed, optional: true, help: Only routes that begin on this day or later}
//   strength: {type: number, default: 2, min: 0, max: 100, ours: true, help: Least `unlikely` of a route}
CYPHER 25
// All links that a path worth telling is made of; of one company, where it has part in them.
MATCH (on:Shipment)-[o:HANDOFF]->()
WHERE o.route >= $strength
  AND (o.route >= CASE WHEN $company IS NULL THEN $strength END
    OR o.sender = $company OR o.holder = $company OR o.receiver = $company)
WITH DISTINCT on
MATCH (first:Shipment)-[before:HANDOFF
  WHERE before.route >= CASE WHEN $company IS NOT NULL THEN $strength END]->{0,4}(on)
WITH DISTINCT first
MATCH p = (first)-[h:HANDOFF WHERE h.route >= $strength]->{1,5}(last:Shipment)
WHERE allReduce(at = {strength: 0.0, load: ''}, hop IN h | {strength: at.strength + hop.weight,
    load: CASE WHEN at.load IN ['', hop.from_load] THEN hop.to_load END},
    at.strength > 0 AND at.load IS NOT NULL)
  AND h[0].sender <> h[-1].receiver
  AND (h[0].from_port = h[-1].to_port
    OR (NOT $strict AND h[0].from_country = h[-1].to_country))
  AND any(hop IN h WHERE hop.via_country <> h[0].from_country)
  AND all(hop IN h WHERE hop.days <= $window)
  AND size(h) + 1 <= $longest
  AND coalesce(duration.inDays(first.departed, last.arrived).days <= $days, true)
  AND ($since IS NULL OR first.departed >= $since)
WITH p, h, [h[0].sender] + [hop IN h | hop.holder] + [h[-1].receiver] AS ids,
  CASE WHEN h[0].from_port = h[-1].to_port THEN h[-1].to_where ELSE h[-1].to_land END AS closing,
  coalesce(h[0].from_parts, [first.id]) + reduce(found = [], i IN range(0, size(h) - 1) |
    found + coalesce(h[i].to_parts, [nodes(p)[i + 1].id])) AS shipments
WITH *, reduce(sum = closing, hop IN h | sum + hop.weight) AS all_chance
WITH *,
  // Of n chances, each as small as it says, the product is as small more often than one.
  // A hand-over that is trade rather than chance is no such chance. docs/links.md: A path.
  reduce(sum = closing, hop IN h | sum + CASE WHEN hop.as_it_is THEN 0 ELSE hop.weight END) AS summed,
  size([hop IN h WHERE NOT hop.as_it_is]) AS chances,
  size([hop IN h WHERE hop.relabelled]) AS times
WITH *, CASE WHEN summed > 0 THEN summed ELSE 0.0 END AS by_chance
WITH *, log10(reduce(t = {sum: 1.0, term: 1.0}, k IN range(1, chances) |
    {term: t.term * by_chance * 2.302585 / k, sum: t.sum + t.term * by_chance * 2.302585 / k}).sum)
    AS often
// Goods change their papers once: every further change is as likely another consignment.
WITH *, all_chance - 0.5 * often - CASE WHEN times > 1 THEN times - 1 ELSE 0 END AS unlikely
// What is lawful is trade: as chance it would be unlikely enough, and it is told among the lawful.
WHERE $strength <= reduce(sum = closing, hop IN h | sum - log10(hop.expected + 1e-9))
  AND all(i IN range(0, size(ids) - 1) WHERE NOT ids[i] IN ids[i + 1..])
  AND ($company IS NULL OR $company IN ids)
WITH *, CASE WHEN size(shipments) = size(nodes(p)) THEN nodes(p)
  ELSE COLLECT { UNWIND shipments AS id MATCH (s:Shipment {id: id}) RETURN s } END AS legs
WITH *,
  [leg IN legs WHERE leg.procedure IN
    ['temporary', 'return', 'inward_processing', 'outward_processing']] AS returning,
  [hop IN h WHERE any(change IN hop.changes WHERE change STARTS WITH 'heading')] AS altered,
  CASE WHEN any(hop IN h WHERE hop.relabelled) THEN 1 ELSE 0 END AS renamed,
  [hop IN h WHERE hop.lawful IS NOT NULL | hop.lawful] AS reasons,
  CASE WHEN h[0].from_port = h[-1].to_port THEN 1 ELSE 0 END AS port
WITH *, CASE
    WHEN 2 * size(returning) >= size(legs) THEN 'declared as ' + reduce(text = '', leg IN returning |
      CASE WHEN text CONTAINS leg.procedure THEN text WHEN text = '' THEN leg.procedure
        ELSE text + ', ' + leg.procedure END) + ' (' + size(returning) + ' of ' + size(legs) + ' legs)'
    WHEN size(altered) > 0 AND none(hop IN altered WHERE hop.heading_changed)
      THEN altered[0].lawful
    WHEN renamed = 0 AND size(reasons) = size(h) THEN reasons[0] + ' at every hand-over'
    WHEN all(hop IN h WHERE hop.origin_kept AND NOT hop.heading_changed) THEN 'the origin is kept on every leg'
  END AS explained
ORDER BY explained IS NOT NULL, unlikely + renamed + port DESC, legs[0].id
WHERE unlikely >= $strength OR explained IS NOT NULL
RETURN shipments,
  [id IN ids | coalesce(head(COLLECT { MATCH (c:Party {id: id}) RETURN c.name }), id)] AS companies,
  coalesce(head(COLLECT { MATCH (o:Port {code: h[0].from_port}) RETURN o.name }), h[0].from_port,
    h[0].from_country) AS from,
  coalesce(CASE port WHEN 1 THEN coalesce(head(COLLECT { MATCH (o:Port {code: h[-1].to_port})
    RETURN o.name }), h[-1].to_port) END, h[-1].to_country) AS to,
  [hop IN h | hop.via_country] AS via,
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
  unlikely, renamed, port,
  head([hop IN h WHERE hop.by_notify | 'yes']) AS notify,
  head([hop IN h WHERE hop.second | 'yes']) AS second_record,
  head([hop IN h WHERE hop.sister IS NOT NULL |
    coalesce(head(COLLECT { MATCH (c:Party {id: hop.sister}) RETURN c.name }), hop.sister)]) AS sister,
  head([hop IN h WHERE hop.dated IS NOT NULL | hop.dated]) AS undated,
  head([hop IN h WHERE hop.basis IN ['split', 'merge'] | 'yes']) AS part_loads,
  head([hop IN h WHERE hop.expected > 0.3 | hop.expected]) AS habitual,
  CASE WHEN all(hop IN h WHERE hop.basis IN ['weight', 'split', 'merge', 'affiliate']) THEN 'yes' END AS by_weight,
  explained, legs, p,
  [leg IN legs | [(leg)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY
    |NOTIFIES|LOADED_AT|DISCHARGED_AT]-() | r]] AS around
