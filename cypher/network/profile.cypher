// title: Everything known of one entity
// about: |
//   Every property of a company, person, vessel, port or shipment, of a control, licence, payment or
//   document, and every relationship on record or derived, one line each with the source rows behind
//   it, the conflicts and the doubts.
// misses: what other records of the same entity under another id say.
// lawful: being on record is no sign of wrongdoing.
// red_flag: none; it is the file card that every other finding is read against.
// noun: fact
// key: n, what, other, link
// explain: "{what} {other}"
// example: netinv profile C17 --limit 500
// inputs:
//   id: {type: entity, argument: true, help: Id or name}
CYPHER 25
CALL () {
  MATCH (n:Party {id: $id}) RETURN n
  UNION MATCH (n:Vessel {imo: $id}) RETURN n
  UNION MATCH (n:Port {code: $id}) RETURN n
  UNION MATCH (n:Shipment {id: $id}) RETURN n
  UNION MATCH (n:Control {id: $id}) RETURN n
  UNION MATCH (n:Licence {id: $id}) RETURN n
  UNION MATCH (n:Payment {id: $id}) RETURN n
  UNION MATCH (n:Document {id: $id}) RETURN n
}
WITH n ORDER BY n:Control OR n:Licence OR n:Payment OR n:Document LIMIT 1
CALL (n) {
  UNWIND [k IN keys(n) WHERE NOT k IN ['sources', 'conflicts', 'doubts', 'name_key']] AS k
  RETURN 0 AS part, k AS what, toStringOrNull(n[k]) AS other, '' AS role, n.sources AS sources,
    [] AS doubts, null AS link, null AS stop
  UNION ALL
  UNWIND coalesce(n.conflicts, []) AS c
  RETURN 1 AS part, 'conflict' AS what, c AS other, '' AS role, [] AS sources, [] AS doubts,
    null AS link, null AS stop
  UNION ALL
  UNWIND coalesce(n.doubts, []) AS d
  RETURN 2 AS part, 'doubt' AS what, d AS other, '' AS role, [] AS sources, [] AS doubts,
    null AS link, null AS stop
  UNION ALL
  // Other derived links are a question's steps, made with its options: no facts to show here.
  MATCH (n)-[link]-(stop)
  WHERE link.derived IS NULL OR type(link) IN ['HANDOFF', 'CONTROLLED_BY', 'HOLDS']
  RETURN 3 AS part,
    CASE WHEN startNode(link) = n THEN type(link) + ' →' ELSE '← ' + type(link) END AS what,
    coalesce(stop.name, stop.description, '') + ' [' + coalesce(stop.id, stop.key, stop.code,
      stop.imo, stop.number, '') + ']' AS other,
    trim(coalesce(link.role, '') + coalesce(' ' + toString(link.share) + ' %', '')
      + coalesce(' from ' + toString(link.from), '') + coalesce(' to ' + toString(link.to), '')
      + coalesce(' ' + link.seal, '') + coalesce(' ' + link.program, '')
      + CASE WHEN link.derived THEN ' derived' ELSE '' END) AS role,
    coalesce(link.sources, []) AS sources, coalesce(link.doubts, []) AS doubts, link, stop
}
RETURN what, other, role, sources, doubts, n, link, stop
ORDER BY part, what, other
