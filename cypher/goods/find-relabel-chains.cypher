// title: The same goods under another name
// about: |
//   Follows hand-overs and keeps the paths on which the HS heading, the description or the declared
//   origin changes although nothing on record says that the holder turns the one good into the
//   other. A physical trace (lot, serial, container with its seal) outranks like weight.
// misses: |
//   goods repacked to other weights, relabelling inside one company before it ships at all, part
//   loads, and a new name that shares a word with the old one.
// lawful: |
//   processing on record, a holder that hands the same two headings on at least four times (it may
//   process), a heading that moved between HS editions, returns and repairs: listed with --lawful.
// red_flag: |
//   US Department of Justice, Operation Gatekeeper, 2025-12-08; Shenzhen Intermediate People's
//   Court, 2025-12-16: goods concealed under other names.
// key: legs
// fold: legs
// explained: explained
// score:
//   unlikely: powers of ten by which chance and habit alone fall short of these hand-overs
//   change: 1 for a heading that changes, 0.5 each for an origin and for a name
//   trace: 3 when the change happens on a physical trace
// explain: |
//   {shipments} went through {companies} in {days} days: {basis}. Changed on the way: {changes}.
// against:
//   notify: a notify party stands in for a consignee that is not named
//   habitual: one of these companies often sends this weight to the next (expected {habitual})
//   by_weight: only like weight ties the goods together, no lot, serial or sealed container
// needs:
//   shipments: [arrived, departed, importer|buyer|consignee|notify, exporter|seller|shipper, hs|description|origin]
// example: netinv find-relabel-chains --company "Acme Metals" --lawful
// inputs:
//   company: {type: entity, optional: true, help: Only chains through this company (id or name)}
//   days: {type: integer, default: 180, min: 1, max: 3650, ours: true, help: Most days from first departure to last arrival}
//   window: {type: integer, default: 45, min: 0, max: 365, ours: true, help: Most days between arrival and departure at each company}
//   longest: {type: integer, default: 5, min: 2, max: 5, help: Most shipments of a chain}
//   since: {type: date, optional: true, help: Only chains that begin on this day or later}
//   strength: {type: number, default: 2, min: 0, max: 100, ours: true, help: Least `unlikely` of a chain}
CYPHER 25
MATCH p = (first:Shipment)-[h:HANDOFF]->{1,4}(last:Shipment)
WHERE allReduce(strength = 0.0, hop IN h | strength + hop.weight, strength > 0)
  AND any(hop IN h WHERE size(hop.changes) > 0)
  AND all(hop IN h WHERE hop.days <= $window)
  AND size(h) + 1 <= $longest
  AND duration.inDays(first.departed, last.arrived).days <= $days
  AND ($since IS NULL OR first.departed >= $since)
WITH p, h, nodes(p) AS legs,
  [h[0].sender] + [hop IN h | hop.holder] + [h[-1].receiver] AS ids,
  reduce(sum = 0.0, hop IN h | sum + hop.weight) AS unlikely,
  [hop IN h WHERE hop.relabelled] AS relabelled
WHERE unlikely >= $strength
  AND all(i IN range(0, size(ids) - 1) WHERE NOT ids[i] IN ids[i + 1..] OR (i = 0 AND ids[0] = ids[-1] AND NOT ids[0] IN ids[1..-1]))
  AND ($company IS NULL OR $company IN ids)
  AND (size(relabelled) = 0 OR reduce(most = 0.0, hop IN relabelled |
    CASE WHEN hop.weight > most THEN hop.weight ELSE most END) > 0)
WITH *,
  [leg IN legs WHERE leg.procedure IN
    ['temporary', 'return', 'inward_processing', 'outward_processing']] AS returning,
  [hop IN h WHERE hop.lawful IS NOT NULL | hop.lawful] AS reasons,
  reduce(sum = 0.0, hop IN relabelled | sum
    + CASE WHEN hop.heading_changed THEN 1.0 ELSE 0.0 END
    + CASE WHEN hop.origin_changed THEN 0.5 ELSE 0.0 END
    + CASE WHEN hop.renamed THEN 0.5 ELSE 0.0 END) AS change,
  CASE WHEN any(hop IN relabelled WHERE hop.basis <> 'weight') THEN 3 ELSE 0 END AS trace
WITH *, CASE
    WHEN 2 * size(returning) >= size(legs) THEN 'declared as ' + returning[0].procedure + ' on '
      + size(returning) + ' of ' + size(legs) + ' legs'
    WHEN size(relabelled) = 0 THEN coalesce(reasons[0], 'no change that its holder does not make')
  END AS explained
ORDER BY explained IS NOT NULL, unlikely + change + trace DESC, size(h) DESC, legs[0].id
RETURN [leg IN legs | leg.id] AS shipments,
  [id IN ids | coalesce(head(COLLECT { MATCH (c:Party {id: id}) RETURN c.name }), id)] AS companies,
  [leg IN legs | leg.description] AS declared_as,
  duration.inDays(legs[0].departed, legs[-1].arrived).days AS days,
  [hop IN h | hop.basis] AS basis,
  reduce(all = [], hop IN h | all + hop.changes) AS changes,
  unlikely, change, trace,
  head([hop IN h WHERE hop.by_notify | 'yes']) AS notify,
  head([hop IN h WHERE hop.expected > 0.3 | hop.expected]) AS habitual,
  CASE WHEN trace = 0 THEN 'yes' END AS by_weight,
  explained, legs, p,
  [leg IN legs | [(leg)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY
    |NOTIFIES|LOADED_AT|DISCHARGED_AT]-() | r]] AS around
