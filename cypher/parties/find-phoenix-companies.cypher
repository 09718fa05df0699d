// title: Companies that carry on another's trade after its end
// about: |
//   A company that is incorporated, or sends or gets its first shipment on record, within 180 days
//   after another was listed or dissolved, shares an officer, owner, address or contact with it and
//   at least 30 % of its own counterparties. The tie to the old company must hold within a year
//   before its end or later, the tie to the new one within a year after its start.
// misses: |
//   seizures that stand in no list, successors kept ready before the event that already traded,
//   ties over nominees, and anyone of more than --hub ties. Where the company's day of
//   incorporation is not recorded its first shipment in these tables stands in.
// lawful: |
//   a change of legal form (one registration or LEI in one country) after a dissolution: listed with
//   --lawful. A buy-out of an insolvent firm and its rescue by its owners look the same as what is
//   sought: ask the liquidator.
// red_flag: |
//   US Departments of Commerce, Treasury and Justice, Tri-Seal compliance note, 2023-03-02; FATF/
//   Egmont, Trade-Based Money Laundering: Risk Indicators, 2021, structural indicators.
// key: old_drawn, new_drawn
// explained: explained
// score:
//   heirs: 3 times the share of the new company's counterparties that were the old one's
//   cause: 2 after a listing, 1 after a dissolution
//   tied: 0.5 for each officer, owner, address or contact in common, 1.5 at most
//   soon: 1 on the day of the event, falling to 0 at the end of --days
// explain: |
//   {new} began {days:day} after {old} was {event} on {event_day}, and deals with {common} of its
//   {counterparties} counterparties that {old} had dealt with. In common: {ties}.
// against:
//   by_trade: the new company's start is taken by its first shipment on record, as its incorporation is not in those days
//   shelf: "the new company was incorporated long before, on {shelf}"
//   few: the new company has fewer than four counterparties on record
// needs:
//   shipments: [exporter|seller|shipper, importer|buyer|consignee, departed|arrived|declared]
// either:
//   companies that were listed: {listings: [entity, from]}
//   companies that were dissolved: {companies: [dissolved]}
// example: netinv find-phoenix-companies --days 365
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only where this company is the old or the new one (id or name)}
//   days: {type: integer, default: 180, min: 1, max: 3650, help: Most days from the event to the start}
//   share: {type: number, default: 30, min: 1, max: 100, help: Least percent of the new company's counterparties that the old one had}
//   least: {type: integer, default: 2, min: 1, max: 100, ours: true, help: Fewest counterparties in common}
//   hub: {type: integer, default: 20, min: 2, max: 1000, ours: true, help: "People, companies, addresses and contacts of more ties than this are no tie"}
//   trade_hub: {type: integer, default: 1000, min: 10, max: 1000000, ours: true, help: "Counterparties of more shipments than this serve everybody and do not count"}
//   since: {type: date, of: departed|declared|arrived, optional: true, help: Only events of this day or later}
CYPHER 25
CALL () {
  MATCH (old:Company)-[l:LISTED_ON]->(on:List) WHERE l.from IS NOT NULL
  RETURN old, l.from AS event_day, 'listed on ' + on.name AS event, l AS listing
  UNION ALL
  MATCH (old:Company) WHERE old.dissolved IS NOT NULL
  RETURN old, coalesce(old.dissolved_last, old.dissolved) AS event_day, 'dissolved' AS event,
    null AS listing
}
WITH * WHERE $since IS NULL OR event_day >= $since
CALL (old, event_day) {
  MATCH (old)-[x:DIRECTS|OWNS|LOCATED_AT|USES]-(via)-[y:DIRECTS|OWNS|LOCATED_AT|USES]-(new:Company)
  WHERE new <> old AND COUNT { (via)-[:DIRECTS|OWNS|LOCATED_AT|USES]-() } <= $hub
    AND coalesce(x.from, date('0001-01-01')) <= event_day + duration({days: $days})
    AND coalesce(x.to, date('9999-12-31')) >= event_day - duration({days: 365})
  RETURN new, collect({via: via, x: x, y: y}) AS links
  UNION ALL
  MATCH (old)-[x:DIRECTS|OWNS]-(new:Company)
  WHERE coalesce(x.to, date('9999-12-31')) >= event_day - duration({days: 365})
  RETURN new, collect({via: new, x: x, y: x}) AS links
}
WITH old, event, event_day, listing, new, links
WHERE ($company IS NULL OR $company IN [old.id, new.id])
  AND coalesce(new.incorporated, event_day) <= event_day + duration({days: $days})
  AND coalesce(new.dissolved, event_day) >= event_day
UNWIND links AS link
WITH old, event, event_day, listing, new, collect(DISTINCT link) AS links
CALL (new) {
  MATCH (new)-[:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(s:Shipment)
  RETURN min(coalesce(s.departed, s.declared, s.arrived)) AS began
}
WITH *, CASE WHEN new.incorporated >= event_day THEN new.incorporated ELSE began END AS start,
  coalesce(new.incorporated >= event_day, false) AS registered
WHERE event_day <= start <= event_day + duration({days: $days})
WITH *, [k IN links WHERE
  coalesce(k.y.from, date('0001-01-01')) <= start + duration({days: 365})
  AND coalesce(k.y.to, date('9999-12-31')) >= start] AS links
WHERE size(links) > 0
CALL (old, event_day) {
  MATCH (old)-[:SHIPPED|EXPORTED_BY|SOLD_BY]-(s:Shipment)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(c)
  WHERE c <> old
  RETURN collect(DISTINCT c) AS sold_to
}
CALL (old, event_day) {
  MATCH (old)-[:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(s:Shipment)-[:SHIPPED|EXPORTED_BY|SOLD_BY]-(c)
  WHERE c <> old
  RETURN collect(DISTINCT c) AS bought_from
}
CALL (new, old, sold_to, bought_from) {
  MATCH (new)-[r:SHIPPED|EXPORTED_BY|SOLD_BY]-(s:Shipment)
    -[t:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(c:Party)
  WHERE c <> old AND c <> new
  RETURN c, c IN sold_to AS known, collect([r, t])[..3] AS how
  UNION ALL
  MATCH (new)-[r:CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(s:Shipment)
    -[t:SHIPPED|EXPORTED_BY|SOLD_BY]-(c:Party)
  WHERE c <> old AND c <> new
  RETURN c, c IN bought_from AS known, collect([r, t])[..3] AS how
}
WITH old, event, event_day, listing, new, links, start, registered, c, known, how
WHERE NOT coalesce(c.role, '') IN ['forwarder', 'carrier', 'bank', 'broker', 'warehouse']
  AND COUNT { (c)-[:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-() } <= $trade_hub
WITH old, event, event_day, listing, new, links, start, registered,
  count(DISTINCT c) AS counterparties, count(DISTINCT CASE WHEN known THEN c END) AS common,
  collect(CASE WHEN known THEN c END) AS shared,
  collect(CASE WHEN known THEN how END)[..10] AS trades
WHERE common >= $least AND 100.0 * common >= $share * counterparties
// One finding a pair: the gravest event, then the earliest.
WITH * ORDER BY listing IS NULL, event_day, event
WITH old, new, head(collect({event: event, day: event_day, listing: listing, links: links,
  start: start, registered: registered, counterparties: counterparties, common: common,
  shared: shared, trades: trades})) AS f
WITH *, duration.inDays(f.day, f.start).days AS days,
  COLLECT { UNWIND f.links AS k WITH DISTINCT k.via AS via
    RETURN CASE WHEN via = new THEN 'one owns or directs the other'
      ELSE coalesce(via.name, via.key, via.id) END AS n ORDER BY n } AS ties
WITH *, round(3.0 * f.common / f.counterparties, 3) AS heirs,
  CASE WHEN f.listing IS NULL THEN 1 ELSE 2 END AS cause,
  CASE WHEN size(ties) > 2 THEN 1.5 ELSE 0.5 * size(ties) END AS tied,
  round(1.0 - 1.0 * days / $days, 3) AS soon,
  CASE WHEN f.listing IS NULL AND (old.lei = new.lei
      OR (old.registration = new.registration AND coalesce(old.country = new.country, true)))
    THEN 'one registration or LEI: the same firm under another legal form' END AS explained
ORDER BY explained IS NOT NULL, heirs + cause + tied + soon DESC, old.id, new.id
RETURN coalesce(old.name, old.id) AS old, coalesce(new.name, new.id) AS new, f.event AS event,
  f.day AS event_day, f.start AS start, days, f.common AS common,
  f.counterparties AS counterparties, ties, heirs, cause, tied, soon,
  CASE WHEN NOT f.registered THEN 'yes' END AS by_trade,
  CASE WHEN NOT f.registered THEN new.incorporated END AS shelf,
  CASE WHEN f.counterparties < 4 THEN 'yes' END AS few,
  explained, old AS old_drawn, new AS new_drawn, f.listing AS listing, f.shared AS shared,
  [k IN f.links | [k.via, k.x, k.y]] AS ties_drawn, f.trades AS trades
