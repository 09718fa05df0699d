// title: How two entities hang together
// about: |
//   The shortest ways from one company, person, vessel, port or shipment to another over what is
//   on record: boards, ownership, addresses, contacts, shipments, payments, lists. Derived links
//   and countries are not followed.
// misses: |
//   longer ways, and ways over a hub: an entity of more than --hub relationships ends a path.
// lawful: most people and firms of one trade hang together somehow; a way is no reproach.
// red_flag: none by itself; it says how, where another investigation asks whether.
// key: way
// score:
//   near: 10 divided by the number of relationships
//   few: 1 when nothing on the way has more than --busy shipments, boards or other relationships
// explain: "{steps:step}: {ways}"
// against:
//   busy: "the way runs over {busy}: so many ties join also those who have nothing to do with each other"
// example: netinv find-paths "Acme Metals" C17 -o way.html
// inputs:
//   from: {type: entity, argument: true, help: Id or name}
//   to: {type: entity, argument: true, help: Id or name}
//   steps: {type: integer, default: 8, min: 1, max: 8, help: Most relationships of a way}
//   hub: {type: integer, default: 500, min: 2, max: 1000000, ours: true, help: Entities of more relationships are not passed through}
//   busy: {type: integer, default: 30, min: 1, max: 1000000, ours: true, help: "A way over more shipments, boards or relationships of one entity than this stands behind the others"}
CYPHER 25
CALL () {
  MATCH (n:Party {id: $from}) RETURN n AS a
  UNION MATCH (n:Vessel {imo: $from}) RETURN n AS a
  UNION MATCH (n:Port {code: $from}) RETURN n AS a
  UNION MATCH (n:Shipment {id: $from}) RETURN n AS a
}
CALL () {
  MATCH (n:Party {id: $to}) RETURN n AS b
  UNION MATCH (n:Vessel {imo: $to}) RETURN n AS b
  UNION MATCH (n:Port {code: $to}) RETURN n AS b
  UNION MATCH (n:Shipment {id: $to}) RETURN n AS b
}
WITH a, b WHERE a <> b
MATCH way = ALL SHORTEST (a)
  (()-[r:DIRECTS|OWNS|LOCATED_AT|USES|SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY
    |BOUGHT_BY|MADE_BY|NOTIFIES|FORWARDED_BY|CARRIED_BY_LINE|DECLARED_BY|MEANT_FOR|CARRIED_BY
    |STUFFED_IN|LOADED_AT|DISCHARGED_AT|PAID|RECEIVED_BY|PAYS_FOR|DESCRIBES|LISTED_ON|CALLED_AT]-(n)
    WHERE n = b OR COUNT { (n)-[:DIRECTS|OWNS|LOCATED_AT|USES|SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY
    |BOUGHT_BY|MADE_BY|NOTIFIES|FORWARDED_BY|CARRIED_BY_LINE|DECLARED_BY|MEANT_FOR|CARRIED_BY
    |STUFFED_IN|LOADED_AT|DISCHARGED_AT|PAID|RECEIVED_BY|PAYS_FOR|DESCRIBES|LISTED_ON|CALLED_AT]-() } <= $hub){1,8} (b)
WHERE size(r) <= $steps
WITH collect(way) AS ways_found
// Each entity on the way is counted once, however many ways run over it.
CALL (ways_found) {
  UNWIND ways_found AS way
  UNWIND nodes(way)[1..-1] AS n
  WITH DISTINCT n WHERE NOT n:Shipment
  // What netinv derived is no relationship of an entity's own.
  WITH n, COUNT { (n)-[:DIRECTS|OWNS|LOCATED_AT|USES|SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY
    |BOUGHT_BY|MADE_BY|NOTIFIES|FORWARDED_BY|CARRIED_BY_LINE|DECLARED_BY|MEANT_FOR|CARRIED_BY
    |STUFFED_IN|LOADED_AT|DISCHARGED_AT|PAID|RECEIVED_BY|PAYS_FOR|DESCRIBES|LISTED_ON|CALLED_AT]-() } AS relationships
  WHERE relationships > $busy
  WITH n, relationships, COUNT { MATCH (n)--(s:Shipment) RETURN DISTINCT s } AS shipments,
    COUNT { (n)-[:DIRECTS]-() } AS boards
  WITH n, CASE WHEN shipments > $busy THEN shipments + ' shipments' WHEN boards > $busy THEN boards + ' boards'
    ELSE relationships + ' relationships' END AS many
  RETURN collect({n: n, many: coalesce(n.name, n.id, n.key, n.code, n.imo, n.number, '') + ' ('
    + coalesce(n.role + ', ', '') + many + ')'}) AS crowded
}
UNWIND ways_found AS way
WITH way, nodes(way) AS stops, relationships(way) AS links,
  [one IN crowded WHERE one.n IN nodes(way)[1..-1] | one.many] AS over
ORDER BY size(over), [n IN stops | coalesce(n.name, n.id, n.key, '')]
RETURN size(links) AS steps,
  reduce(text = coalesce(stops[0].name, stops[0].id, stops[0].code, ''),
    i IN range(0, size(links) - 1) |
    text + CASE WHEN startNode(links[i]) = stops[i] THEN ' –' + type(links[i]) + '→ '
      ELSE ' ←' + type(links[i]) + '– ' END
    + coalesce(stops[i + 1].name, stops[i + 1].id, stops[i + 1].key, stops[i + 1].code,
      stops[i + 1].imo, stops[i + 1].number, '')) AS ways,
  round(10.0 / size(links), 2) AS near, CASE WHEN size(over) = 0 THEN 1.0 ELSE 0.0 END AS few,
  CASE WHEN size(over) > 0 THEN substring(reduce(text = '', one IN over | text + ' and ' + one), 5) END AS busy, way
