// title: Newcomers to a good under control
// about: |
//   Companies that are younger than a control, or whose first trade in the good on record comes
//   after it, and that within 24 months of it move as much as the upper quarter of the companies on
//   their lane (country of dispatch to country of destination). Where fewer than --peers companies
//   are on the lane, all trade in the good is the measure. Goods are compared at the first six digits
//   of the control's code. Any country counts: a detour has its own newcomers.
// misses: |
//   newcomers that stay small or come later, old companies bought for the purpose that traded the
//   good before, trade under another code, and shipments without a day, code or weight. That a
//   first trade is the first is said only where the tables begin at least --history days before.
// lawful: |
//   holders of a licence for the good and the end users that it names, buyers of whose goods on the
//   lane all left under a licence of the sender, trade of which all moved while the control was
//   suspended, and companies of an owner (at least 50 %, one or two steps) that traded the good before,
//   or that has a company that did: listed with --lawful. New demand and plants moved abroad bring
//   newcomers too.
// red_flag: |
//   Published cases: US Attorney, Central District of California, complaint of August 2025 (a
//   company founded soon after the rule); Reuters, 2025-07-09, on antimony (a surge after the ban).
// key: newcomer, good, from
// explained: explained
// score:
//   soon: 2 when the trade begins on the day of the control, falling to 0 after --months
//   large: 1 for each doubling of its volume over where the upper quarter begins, 2 at most
//   young: 1 when it was incorporated after the control
//   touches: 1 when its trade has the control's origin or destination, or the control names none
// explain: |
//   {company}: first trade on record in goods of HS {good} on {began}, {days:day} after {under}
//   came into force on {from}; {why}. On {lane} it moved {volume} kg in {movements:shipment}; the
//   upper quarter of {peers:company|companies} ({measure}) begins at {bound} kg.
// against:
//   thin: too few companies trade the good to say what is much
//   unknown_age: the company's day of incorporation is not recorded
//   service: "the company is a {service} by its role"
// needs:
//   controls: [hs, from]
//   shipments: [hs, departed|declared|arrived, weight_kg|gross_kg, exporter|seller|shipper|importer|buyer|consignee]
// either:
//   companies younger than a control: {companies: [incorporated]}
//   first trade in a good: {shipments: [departed|declared|arrived]}
// absence: [licences, shipments]
// example: netinv find-new-entrants --good 811292 --months 12
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only this company (id or name)}
//   good: {type: hs_prefix, optional: true, help: "Only controls whose HS code begins so: 8112"}
//   regime: {of: controls.regime, optional: true, help: "Only controls of this regime: CN-DUAL-USE"}
//   months: {type: integer, default: 24, min: 1, max: 240, help: Months after the control in which the trade counts}
//   quarter: {type: number, default: 75, min: 0, max: 100, help: Percent of the lane's companies that move less}
//   peers: {type: integer, default: 4, min: 2, max: 1000, ours: true, help: Fewest companies on a lane to compare with}
//   history: {type: integer, default: 180, min: 0, max: 3650, ours: true, help: Days of records before the control without which a first trade is not called the first}
//   notices: {type: flag, default: false, help: Count notices as controls}
CYPHER 25
MATCH (c:Party)-[x:NEW_TO]->(k:Control)
WHERE x.months = $months AND x.quarter = $quarter AND x.peers = $peers
  AND (k.measure IN ['licence', 'ban'] OR $notices)
  AND ($good IS NULL OR k.hs STARTS WITH $good) AND ($regime IS NULL OR k.regime = $regime)
  AND ($company IS NULL OR c.id = $company) AND (x.young OR x.history >= $history)
WITH c, x, k ORDER BY k.measure, k.id
WITH c, x.good AS good, x.from AS from, x.lane_from AS out_of, x.lane_to AS into, collect(x)[0] AS x,
  collect(k) AS controls
// Of several controls over one good, the one that the trade began soonest after.
ORDER BY from DESC, x.volume DESC, x.bound, out_of, into
WITH good, c, head(collect({from: from, controls: controls, lane: out_of + ' → ' + into, f: x, bound: x.bound,
  peers: x.others, on_lane: x.on_lane, young: x.young,
  touches: CASE WHEN any(k IN controls WHERE (k.origin IS NULL AND k.destination IS NULL)
    OR k.origin = out_of OR k.destination = into OR k.origin IN x.origins) THEN 1 ELSE 0 END})) AS found
WITH *, found.from AS from, found.f AS f,
  duration.inDays(found.from, found.f.first).days AS days
CALL (c, good, from, found) {
  CALL (c) {
    MATCH (l:Licence {holder: c.id}) RETURN l
    UNION
    MATCH (l:Licence {end_user: c.id}) RETURN l
  }
  WITH l WHERE (l.hs IS NULL OR l.hs STARTS WITH good OR good STARTS WITH l.hs)
    AND coalesce(l.to, date('9999-12-31')) >= found.f.began
  WITH l ORDER BY l.id
  WITH head(collect(l)) AS l
  RETURN l.id AS licence, l.holder = c.id AS holds
}
// What it gets, and what all left under licences of its senders, is licensed trade; what all moved
// while the control was suspended is free.
CALL (c, good, found) {
  UNWIND found.f.shipments AS id
  MATCH (s:Shipment {id: id})
  WITH s, coalesce(s.departed, s.declared, s.arrived) AS day, head(COLLECT {
    MATCH (s)-[r:EXPORTED_BY|SOLD_BY|SHIPPED]-(a:Party)
    RETURN a.id ORDER BY CASE type(r) WHEN 'EXPORTED_BY' THEN 0 WHEN 'SOLD_BY' THEN 1 ELSE 2 END }) AS sender
  RETURN count(CASE WHEN all(k IN found.controls WHERE EXISTS { MATCH (p:Control {measure: 'suspension'})
      WHERE k.id STARTS WITH p.suspends AND p.from <= day AND coalesce(p.to >= day, true) }) THEN 1 END) AS lifted,
    collect(CASE WHEN sender <> c.id THEN head(COLLECT {
      MATCH (l:Licence {holder: sender})
      WHERE coalesce(l.hs STARTS WITH good OR good STARTS WITH l.hs, true)
        AND coalesce(l.regime = found.controls[0].regime, true)
        AND coalesce(l.destination = found.f.lane_to, true) AND coalesce(l.end_user = c.id, true)
        AND coalesce(l.from <= day, true) AND coalesce(l.to >= day, true)
      RETURN l.id ORDER BY l.id }) END) AS bought_under
}
CALL (c, good, from, found) {
  OPTIONAL MATCH (c)<-[up:OWNS]-{1,2}(o:Party)-[down:OWNS]->{0,2}(sister:Party)
  WHERE sister <> c AND all(r IN up WHERE r.share >= 50) AND all(r IN down WHERE r.share >= 50)
    AND all(r IN up WHERE coalesce(r.to, date('9999-12-31')) >= found.f.began)
    AND EXISTS {
      MATCH (sister)-[:EXPORTED_BY|SOLD_BY|SHIPPED|IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]-(s:Shipment)
      WHERE s.hs STARTS WITH good AND coalesce(s.departed, s.declared, s.arrived) < from }
  WITH sister ORDER BY sister.id LIMIT 1
  RETURN sister
}
WITH *, round(2.0 * (1.0 - days / (31.0 * $months)), 3) AS soon,
  CASE WHEN found.bound <= 0 OR f.volume > 4 * found.bound THEN 2.0
    ELSE round(log(f.volume / found.bound) / log(2), 3) END AS large,
  CASE WHEN found.young THEN 1.0 ELSE 0.0 END AS young, found.touches AS touches,
  CASE
    WHEN licence IS NOT NULL THEN CASE WHEN holds THEN 'it holds a licence for the good: '
      ELSE 'a licence for the good names it as end user: ' END + licence
    WHEN lifted = f.movements THEN 'the control was suspended on every day of this trade'
    WHEN size(bought_under) = f.movements AND found.controls[0].measure <> 'ban' THEN 'all that it got on this lane left under a licence of its sender: '
      + bought_under[0]
    WHEN sister IS NOT NULL THEN coalesce(sister.name, sister.id)
      + ', of the same owner, traded the good before the control'
  END AS explained
WITH *, split(split(found.controls[0].description, '. ')[0], '; ')[0] AS said
WITH *, CASE WHEN said ENDS WITH '.' THEN left(said, size(said) - 1) ELSE said END AS what
ORDER BY explained IS NOT NULL, soon + large + young + touches DESC, c.id, good
CALL (f) {
  UNWIND f.shipments AS id
  MATCH (s:Shipment {id: id})
  RETURN collect(s) AS shipments
}
CALL (shipments) {
  UNWIND shipments AS s
  MATCH (s)-[r:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(:Party)
  RETURN collect(r) AS trades
}
RETURN coalesce(c.name, c.id) AS company, good,
  [k IN found.controls | k.id][..5] AS controls,
  CASE found.controls[0].measure WHEN 'ban' THEN 'the ban ' WHEN 'licence' THEN 'the licence duty '
    ELSE 'the notice ' END + found.controls[0].id + coalesce(' (' + what + ')', '')
    + CASE WHEN size(found.controls) > 1 THEN ' and ' + (size(found.controls) - 1) + ' more' ELSE '' END AS under,
  from, f.first AS began, days,
  CASE WHEN found.young THEN 'incorporated ' + toString(c.incorporated) + ', after the control'
    ELSE 'its first trade in the good on record is after the control' END AS why,
  found.lane AS lane, f.volume AS volume, f.movements AS movements,
  round(found.bound, 1) AS bound, found.peers AS peers,
  CASE WHEN found.on_lane THEN 'this lane' ELSE 'all lanes of the good' END AS measure,
  soon, large, young, touches,
  CASE WHEN found.peers < $peers THEN 'yes' END AS thin,
  CASE WHEN c.incorporated IS NULL THEN 'yes' END AS unknown_age,
  CASE WHEN c.role IN ['forwarder', 'carrier', 'bank', 'warehouse', 'broker'] THEN c.role END
    AS service,
  explained, c AS newcomer, found.controls[..5] AS controls_drawn, shipments, trades
