// title: Goods that do not stay with their declared end user
// about: |
//   Shipments that name an end user, and what followed: the end user sends the same goods on, or
//   whoever received them in its place sends them to somebody else, and they never reach it.
// misses: |
//   goods that leave the end user in other weights or without papers, shipments without an end user,
//   end users that never had the goods and passed nothing on that is on record, and, without
//   --renamed, goods that go on under another heading tied by like weight alone: that is other trade
//   far oftener (find-relabel-chains looks for it).
// lawful: |
//   returns and repairs, processing on record at the end user or the holder, standing trade that sends
//   such goods on by habit: listed with --lawful. An end user that sells goods of that heading and
//   of like weight looks the same: where only weight ties them, look for a lot or serial.
// red_flag: |
//   Singapore, charges of 2025-02-27: servers sold under false end-user statements and sent on; US
//   Attorney, Southern District of New York, 2026-03-19.
// key: legs
// fold: legs
// explained: explained
// score:
//   unlikely: "how rare the hand-over is by chance and habit alone: 1 for one in ten, 2 for one in a hundred, and so on"
//   controlled: 2 when a control covers the goods, 1 when a notice does
//   abroad: 1 when they leave the end user's country
// explain: |
//   {description} (HS {hs}, shipment {shipment}) was meant for {end_user}. {holder} sent it on to
//   {receiver} {days:day} after it arrived ({basis}).
// against:
//   unseen: no delivery to the end user is in the loaded shipments
//   by_weight: only like weight ties the goods together, no lot, serial or sealed container
//   notify: a notify party stands in for a consignee that is not named
//   habitual: the holder often sends this weight to this customer (expected {habitual})
//   sister: "{sister} and the company that sends the goods on have one owner, and are taken as one holder"
// needs:
//   shipments: [end_user, arrived|departed, exporter|seller|shipper, importer|buyer|consignee|notify]
// example: netinv find-end-user-breaks --days 90
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only this end user or holder (id or name)}
//   days: {type: integer, default: 180, min: 1, max: 3650, ours: true, help: Most days from arrival to the last departure}
//   strength: {type: number, default: 3, min: 0, max: 100, ours: true, help: Least `unlikely` of the hand-overs}
//   renamed: {type: flag, default: false, help: "Also goods under another heading (without processing on record) that only like weight ties"}
CYPHER 25
// Of one company: what was meant for it, and what it hands on; each from its own end.
CALL () {
  WITH $company AS company WHERE company IS NULL
  MATCH (user:Company)<-[meant:MEANT_FOR]-(first:Shipment)
  RETURN user, meant, first
  UNION
  MATCH (user:Company {id: $company})<-[meant:MEANT_FOR]-(first:Shipment)
  RETURN user, meant, first
  UNION
  MATCH (first:Shipment)-[:HANDOFF {holder: $company}]->()
  WITH DISTINCT first
  MATCH (first)-[meant:MEANT_FOR]->(user:Company)
  RETURN user, meant, first
}
MATCH p = (first)-[h:HANDOFF WHERE h.weight > 0]->{1,3}(last:Shipment)
WHERE coalesce(duration.inDays(first.arrived, last.departed).days <= $days, true)
  AND allReduce(load = '', hop IN h | CASE WHEN load IN ['', hop.from_load] THEN hop.to_load END,
    load IS NOT NULL)
WITH user, meant, first, last, p, h, [hop IN h | hop.holder] AS holders,
  reduce(sum = 0.0, hop IN h | sum - log10(hop.expected + 1e-9)) AS unlikely
// From the end user on; or past it, by holders of whom none is the end user.
WHERE ($renamed OR none(hop IN h WHERE hop.heading_changed AND hop.basis IN ['weight', 'affiliate', 'split', 'merge']))
  AND unlikely >= $strength AND h[-1].receiver IS NOT NULL AND h[-1].receiver <> user.id
  AND CASE WHEN user.id IN holders THEN holders[-1] = user.id
    ELSE NOT EXISTS { (last)-[on:HANDOFF {receiver: user.id}]->() } END
// A holder that trades for the end user may have it delivered first: only what it truly sent on.
WITH *, [hop IN h WHERE hop.lawful IS NOT NULL | hop.lawful] AS reasons, [first] + nodes(p)[1..] AS legs
WITH *, head(COLLECT { MATCH (first)-[c:CONTROLLED_BY]->() WHERE c.lifted_by IS NULL
  RETURN CASE WHEN c.measure = 'notice' THEN 1.0 ELSE 2.0 END AS much ORDER BY much DESC }) AS much
RETURN first.id AS shipment, first.description AS description, first.hs AS hs,
  coalesce(user.name, user.id) AS end_user,
  coalesce(head(COLLECT { MATCH (c:Party {id: h[-1].holder}) RETURN c.name }), h[-1].holder) AS holder,
  coalesce(head(COLLECT { MATCH (c:Party {id: h[-1].receiver}) RETURN c.name }), h[-1].receiver) AS receiver,
  duration.inDays(first.arrived, last.departed).days AS days, h[-1].basis AS basis,
  unlikely, coalesce(much, 0.0) AS controlled,
  CASE WHEN h[-1].to_country <> first.destination THEN 1.0 ELSE 0.0 END AS abroad,
  CASE WHEN all(hop IN h WHERE hop.basis IN ['weight', 'affiliate', 'split', 'merge']) THEN 'yes' END
    AS by_weight,
  CASE WHEN NOT user.id IN holders THEN 'yes' END AS unseen,
  head([hop IN h WHERE hop.by_notify | 'yes']) AS notify,
  head([hop IN h WHERE hop.expected > 0.3 | hop.expected]) AS habitual,
  head([hop IN h WHERE hop.sister IS NOT NULL | hop.sister]) AS sister,
  CASE WHEN any(leg IN legs WHERE leg.procedure IN ['return', 'temporary', 'outward_processing'])
      THEN 'declared as ' + head([leg IN legs WHERE leg.procedure IN ['return', 'temporary', 'outward_processing'] | leg.procedure])
    ELSE reasons[0] END AS explained,
  legs, p, user, meant,
  [leg IN legs | [(leg)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY
    |NOTIFIES|LOADED_AT|DISCHARGED_AT]-() | r]] AS around
ORDER BY explained IS NOT NULL, unlikely + controlled + abroad DESC, shipment
