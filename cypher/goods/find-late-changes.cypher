// title: Receivers and destinations changed at the last moment
// about: |
//   Follows what earlier filings of a shipment said and lists those whose receiver (consignee,
//   importer, buyer or end user) or destination was changed within --days before departure or later.
// misses: |
//   changes that were never filed, changes whose day no filing tells, changes before the first version loaded, a new cargo under the
//   same receiver, and shipments whose day of departure is not recorded. A month of departure
//   counts as its last day, so that no change is called late that may have been early.
// lawful: |
//   a change to a company of the same owner (at least 50 % on the day of the filing), to another
//   record of the same company, and a change that was changed back: listed with --lawful. A
//   consignee TO ORDER that becomes a name is no change.
// red_flag: |
//   US Departments of Commerce, Treasury and Justice, Tri-Seal compliance note, 2023-03-02:
//   last-minute changes to shipping instructions.
// key: drawn
// explained: explained
// score:
//   receiver: 1 when a receiver changes, 1 more when the new one's country is another and no destination is changed, 2 more when the new one is listed
//   destination: 1.5 when the destination changes
//   late: 1 on the day of departure and more after it, 2 at most
// explain: |
//   {shipment} from {shipper}, which left on {departed}, was filed anew on {filed}, {moment}. {changes}.
// against:
//   undated: "the day of the last change is not recorded: it came after the filing of {undated}"
//   afloat: goods of this kind (HS chapter {afloat}) are often sold while they are at sea
//   habit: "{habit} of {trade} versions of this shipper's shipments change like this: it may be how it trades"
// needs:
//   shipment_versions: [shipment]
//   shipments: [departed]
// either:
//   another receiver: {shipment_versions: [consignee|importer|buyer|end_user]}
//   another destination: {shipment_versions: [destination]}
// example: netinv find-late-changes --days 3 --since 2024-01-01
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only shipments of this company (id or name)}
//   since: {type: date, of: departed, optional: true, help: Only shipments that left on this day or later}
//   days: {type: integer, default: 7, min: 0, max: 365, ours: true, help: Days before departure from which a change is late}
CYPHER 25
// Of one company: what it has part in now, or had when a version was filed.
CALL () {
  MATCH (s:Shipment)-[v:FILED_AS]->(s)
  WHERE $company IS NULL OR $company IN [v.consignee, v.importer, v.buyer, v.end_user]
  RETURN s
  UNION
  MATCH (:Party {id: $company})--(s:Shipment)
  RETURN s
}
MATCH (s)-[v:FILED_AS]->(s)
WHERE s.departed IS NOT NULL AND ($since IS NULL OR s.departed >= $since)
WITH s, v ORDER BY s.id, v.filed
WITH s, collect(v) AS versions
WITH *, versions[-1].filed AS last_filed, coalesce(s.departed_last, s.departed) AS sailed
UNWIND ['consignee', 'importer', 'buyer', 'end_user', 'destination'] AS field
// Only what two filings that follow each other both say can have changed.
WITH *, [v IN versions WHERE v[field] IS NOT NULL | {filed: v.filed, says: v[field]}] AS earlier
WHERE size(earlier) > 0
WITH *, CASE field WHEN 'consignee' THEN head(COLLECT { MATCH (s)-[:CONSIGNED_TO]->(c) RETURN c.id })
    WHEN 'importer' THEN head(COLLECT { MATCH (s)-[:IMPORTED_BY]->(c) RETURN c.id })
    WHEN 'buyer' THEN head(COLLECT { MATCH (s)-[:BOUGHT_BY]->(c) RETURN c.id })
    WHEN 'end_user' THEN head(COLLECT { MATCH (s)-[:MEANT_FOR]->(c) RETURN c.id })
    ELSE s.destination END AS now
WITH *, earlier + CASE WHEN now IS NULL THEN []
  ELSE [{filed: CASE WHEN s.declared > last_filed THEN s.declared ELSE last_filed END, says: now}] END AS said
UNWIND range(0, size(said) - 2) AS i
WITH *, said[i] AS old, said[i + 1] AS new
WHERE old.says <> new.says AND new.filed >= sailed - duration({days: $days})
WITH s, versions, sailed, last_filed, {field: field, old: old.says, new: new.says,
    filed: new.filed, undated: i = size(said) - 2 AND new.filed = last_filed
      AND versions[-1][field] = old.says,
    back: said[-1].says = old.says
      OR any(one IN said[..i] WHERE one.says = new.says)} AS change
WITH *,
  CASE WHEN change.field <> 'destination' THEN head(COLLECT { MATCH (c:Party {id: change.old}) RETURN c }) END AS a,
  CASE WHEN change.field <> 'destination' THEN head(COLLECT { MATCH (c:Party {id: change.new}) RETURN c }) END AS b
OPTIONAL MATCH same = (a)-[r:SAME_AS]-(b) WHERE coalesce(r.decision, 'accepted') = 'accepted'
WITH *, collect(same)[..1] AS sames
WITH *, CASE WHEN a IS NULL OR b IS NULL OR size(sames) > 0 THEN [] ELSE COLLECT {
    MATCH (o:Party)-[x:OWNS]->{0,3}(a)
    WHERE all(w IN x WHERE w.share >= 50 AND coalesce(w.from <= change.filed, true)
      AND coalesce(w.to >= change.filed, true))
    MATCH (o)-[y:OWNS]->{0,3}(b)
    WHERE all(w IN y WHERE w.share >= 50 AND coalesce(w.from <= change.filed, true)
      AND coalesce(w.to >= change.filed, true))
    RETURN o LIMIT 1 } END AS owners,
  CASE WHEN b IS NULL THEN [] ELSE COLLECT { MATCH (b)-[l:LISTED_ON]->()
    WHERE coalesce(l.from <= coalesce(s.arrived_last, change.filed), true)
      AND coalesce(l.to >= sailed, true) RETURN l } END AS lists
WITH s, versions, sailed, collect(change {.*, a: a, b: b, lists: lists,
    name_old: coalesce(a.name, change.old), name_new: coalesce(b.name, change.new),
    lawful: CASE WHEN size(sames) > 0 THEN 'the two are records of one company'
      WHEN change.back THEN 'changed back'
      WHEN size(owners) > 0 THEN 'both companies have one owner: ' + coalesce(owners[0].name, owners[0].id)
    END}) AS changes
WHERE $company IS NULL OR EXISTS { (s)--(:Party {id: $company}) }
  OR any(one IN changes WHERE $company IN [one.old, one.new])
WITH *, [one IN changes WHERE one.lawful IS NULL] AS open
// The destination follows the receiver: where the receiver's change is lawful, so is the other.
WITH *, CASE WHEN size(open) = 0 OR (all(one IN open WHERE one.field = 'destination')
    AND any(one IN changes WHERE one.lawful IS NOT NULL AND one.field <> 'destination'
      AND one.lawful <> 'changed back'))
    THEN head([one IN changes WHERE one.lawful IS NOT NULL | one.lawful]) END AS explained
WITH *, CASE WHEN explained IS NULL THEN open ELSE changes END AS shown
WITH *, [one IN shown WHERE one.field <> 'destination'] AS who,
  reduce(last = shown[0].filed, one IN shown | CASE WHEN one.filed > last THEN one.filed ELSE last END) AS filed
WITH *, duration.inDays(sailed, filed).days AS days,
  head(COLLECT { MATCH (s)<-[:SHIPPED]-(c) RETURN c }) AS shipper
WITH *,
  CASE WHEN size(who) = 0 THEN 0.0 ELSE 1.0
    + CASE WHEN size(who) = size(shown) AND any(one IN who WHERE one.a.country <> one.b.country)
      THEN 1.0 ELSE 0.0 END
    + CASE WHEN any(one IN who WHERE size(one.lists) > 0) THEN 2.0 ELSE 0.0 END END AS receiver,
  CASE WHEN size(who) < size(shown) THEN 1.5 ELSE 0.0 END AS destination,
  CASE WHEN days < 0 THEN 0.0 WHEN days > 20 THEN 2.0 ELSE 1.0 + days / 20.0 END AS late
CALL (shipper) {
  MATCH (shipper)-[:SHIPPED]->(o:Shipment)-[v:FILED_AS]->(o)
  RETURN count(v) AS trade, count(CASE WHEN v.destination <> o.destination OR (v.consignee IS NOT NULL
    AND NOT EXISTS { (o)-[:CONSIGNED_TO]->(:Party {id: v.consignee}) }
    AND EXISTS { (o)-[:CONSIGNED_TO]->() }) THEN 1 END) AS habit
}
ORDER BY explained IS NOT NULL, receiver + destination + late DESC, s.id
RETURN s.id AS shipment, coalesce(shipper.name, shipper.id, 'a shipper not named') AS shipper,
  reduce(names = [], one IN shown | CASE WHEN one.field IN names THEN names ELSE names + one.field END)
    AS changed,
  [one IN shown | replace(one.field, '_', ' ') + ': ' + one.name_old + ' became ' + one.name_new
    + CASE WHEN size(one.lists) > 0 THEN ', which is listed' ELSE '' END] AS changes,
  toString(sailed) AS departed, toString(filed) AS filed, days,
  CASE WHEN days = 0 THEN 'the day it left' ELSE abs(days) + CASE WHEN abs(days) = 1 THEN ' day' ELSE ' days' END
    + CASE WHEN days < 0 THEN ' before it left' ELSE ' after it left' END END AS moment,
  receiver, destination, late,
  head([one IN shown WHERE one.undated | toString(one.filed)]) AS undated,
  CASE WHEN left(s.hs, 2) IN ['10', '12', '15', '23', '25', '26', '27', '31'] THEN left(s.hs, 2) END AS afloat,
  CASE WHEN trade >= 10 AND 3 * habit > trade THEN habit END AS habit, trade,
  explained, s AS drawn, versions,
  [one IN shown WHERE one.a IS NOT NULL | one.a] AS before, [one IN shown WHERE one.b IS NOT NULL | one.b] AS after,
  COLLECT { MATCH (s)-[r:SHIPPED|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY|MEANT_FOR]-() RETURN r } AS around
