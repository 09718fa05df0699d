// title: Goods that come back to the port or country they left, to someone else
// about: |
//   Follows hand-overs and keeps the paths that return to the port of loading, or to the country
//   of dispatch by way of at least one other country, and end at another company than sent them.
//   Goods sent abroad to be brought home under other papers leave such a trace.
// misses: |
//   part loads, second records of one company, legs without a country, and returns by a route of
//   which a leg is in no table.
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
//   unlikely: powers of ten by which chance and habit alone fall short of these hand-overs
//   renamed: 1 for each hand-over at which heading, origin or name change without processing
//   port: 1 when the goods come back to the very port
// explain: |
//   {shipments} left {from} and came back to {to} by way of {via} in {days} days, from {companies}:
//   {basis}. Changed on the way: {changes}.
// against:
//   notify: a notify party stands in for a consignee that is not named
//   habitual: one of these companies often sends this weight to the next (expected {habitual})
// needs:
//   shipments: [arrived, departed, importer|buyer|consignee|notify, exporter|seller|shipper, load_port|dispatch, discharge_port|destination]
// example: netinv find-circular-routes --strict -o routes.html
// inputs:
//   company: {type: entity, optional: true, help: Only routes through this company (id or name)}
//   days: {type: integer, default: 180, min: 1, max: 3650, ours: true, help: Most days from first departure to last arrival}
//   window: {type: integer, default: 45, min: 0, max: 365, ours: true, help: Most days between arrival and departure at each company}
//   strict: {type: flag, default: false, help: Only routes that come back to the very port}
//   longest: {type: integer, default: 6, min: 2, max: 6, help: Most shipments of a route}
//   since: {type: date, optional: true, help: Only routes that begin on this day or later}
//   strength: {type: number, default: 2, min: 0, max: 100, ours: true, help: Least `unlikely` of a route}
CYPHER 25
MATCH p = (first:Shipment)-[h:HANDOFF]->{1,5}(last:Shipment)
WHERE allReduce(strength = 0.0, hop IN h | strength + hop.weight, strength > 0)
  AND h[0].sender <> h[-1].receiver
  AND (h[0].from_port = h[-1].to_port
    OR (NOT $strict AND h[0].from_country = h[-1].to_country))
  AND any(hop IN h WHERE hop.via_country <> h[0].from_country)
  AND all(hop IN h WHERE hop.days <= $window)
  AND size(h) + 1 <= $longest
  AND duration.inDays(first.departed, last.arrived).days <= $days
  AND ($since IS NULL OR first.departed >= $since)
WITH p, h, nodes(p) AS legs,
  [h[0].sender] + [hop IN h | hop.holder] + [h[-1].receiver] AS ids,
  reduce(sum = 0.0, hop IN h | sum + hop.weight) AS unlikely
WHERE unlikely >= $strength
  AND all(i IN range(0, size(ids) - 1) WHERE NOT ids[i] IN ids[i + 1..])
  AND ($company IS NULL OR $company IN ids)
WITH *,
  [leg IN legs WHERE leg.procedure IN
    ['temporary', 'return', 'inward_processing', 'outward_processing']] AS returning,
  size([hop IN h WHERE hop.relabelled]) AS renamed,
  [hop IN h WHERE hop.lawful IS NOT NULL | hop.lawful] AS reasons,
  CASE WHEN h[0].from_port = h[-1].to_port THEN 1 ELSE 0 END AS port
WITH *, CASE
    WHEN 2 * size(returning) >= size(legs) THEN 'declared as ' + returning[0].procedure + ' on '
      + size(returning) + ' of ' + size(legs) + ' legs'
    WHEN renamed = 0 AND any(hop IN h WHERE hop.lawful STARTS WITH 'processing on record')
      THEN head([reason IN reasons WHERE reason STARTS WITH 'processing on record'])
    WHEN renamed = 0 AND size(reasons) = size(h) THEN reasons[0] + ' at every hand-over'
  END AS explained
ORDER BY explained IS NOT NULL, unlikely + renamed + port DESC, legs[0].id
RETURN [leg IN legs | leg.id] AS shipments,
  [id IN ids | coalesce(head(COLLECT { MATCH (c:Party {id: id}) RETURN c.name }), id)] AS companies,
  coalesce(h[0].from_port, h[0].from_country) AS from,
  coalesce(CASE port WHEN 1 THEN h[-1].to_port END, h[-1].to_country) AS to,
  [hop IN h | hop.via_country] AS via,
  duration.inDays(legs[0].departed, legs[-1].arrived).days AS days,
  [hop IN h | hop.basis] AS basis,
  reduce(all = [], hop IN h | all + hop.changes) AS changes,
  unlikely, renamed, port,
  head([hop IN h WHERE hop.by_notify | 'yes']) AS notify,
  head([hop IN h WHERE hop.expected > 0.3 | hop.expected]) AS habitual,
  explained, legs, p,
  [leg IN legs | [(leg)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY
    |NOTIFIES|LOADED_AT|DISCHARGED_AT]-() | r]] AS around
