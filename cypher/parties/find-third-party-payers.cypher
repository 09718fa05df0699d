// title: Goods paid by somebody else
// about: |
//   Payments for a shipment whose payer is neither its importer, buyer or consignee, in any row of
//   the same movement, nor on the sender's side. Told for each pair of a payer and the receiver for
//   whom it pays. What is paid to the carrier, forwarder or declarant of the shipment is a fee for
//   a service and is left out.
// misses: |
//   payments that name no shipment, chains of accounts, and payers recorded under two ids.
// lawful: |
//   companies and people of one owner with the receiver (at least 50 %, over at most two steps), a
//   bank (letter of credit, factoring), and a payer whom the shipment names as end user or notify
//   party: listed with --lawful. Purchasing agents, leasing firms and insurers pay for others too.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021, account and transaction
//   activity; US Attorney, Central District of California, complaint of August 2025 (paid by firms
//   in Hong Kong and China).
// key: payer_drawn, buyer_drawn
// explained: explained
// score:
//   abroad: 1.5 when payer and receiver have their seats in different countries
//   others: 0.5 for each further receiver for whom it pays, 2 at most
//   many: 1 for one payment, 1.6 for two, 2 for three or more
//   elsewhere: 1 when a payee is not on the sender's side either
// explain: |
//   {payer} ({payer_country}) paid {amounts} in {payments:payment} to {payees} for {shipments}, which
//   went to {buyer} ({buyer_country}). It pays so for {buyers:receiver}.
// against:
//   board: "{board} sits on the boards of both, or the payer on the receiver's"
//   service: "the payer is a {service} by its role, and may have paid for its customer"
// needs:
//   payments: [payer, payee, shipment]
//   shipments: [importer|buyer|consignee]
// example: netinv find-third-party-payers --since 2024-01-01 -o payers.html
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only this payer or receiver (id or name)}
//   least: {type: integer, default: 1, min: 1, max: 100000, help: Fewest payments of one payer for one receiver}
//   since: {type: date, of: paid_last|paid, optional: true, help: Only payments of this day or later}
CYPHER 25
CALL () {
  WITH $company AS company WHERE company IS NULL AND $since IS NULL
  MATCH (payer:Party)-[:PAID]->(t:Payment)-[:PAYS_FOR]->(s:Shipment)
  RETURN payer, t, s
  UNION
  MATCH (t:Payment) WHERE $company IS NULL AND t.paid_last >= $since
  MATCH (payer:Party)-[:PAID]->(t)-[:PAYS_FOR]->(s:Shipment)
  RETURN payer, t, s
  UNION
  MATCH (payer:Party {id: $company})-[:PAID]->(t:Payment)-[:PAYS_FOR]->(s:Shipment)
  RETURN payer, t, s
  UNION
  MATCH (:Party {id: $company})<-[:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]-(s:Shipment)
    <-[:PAYS_FOR]-(t:Payment)<-[:PAID]-(payer:Party)
  RETURN payer, t, s
}
WITH payer, t, s
WHERE ($since IS NULL OR coalesce(t.paid_last, t.paid) >= $since)
  AND NOT EXISTS {
    (s)-[:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO|EXPORTED_BY|SOLD_BY|MADE_BY|SHIPPED]-(payer) }
WITH payer, t, s
WHERE NOT EXISTS { (t)-[:RECEIVED_BY]->(:Party)
    <-[:FORWARDED_BY|CARRIED_BY_LINE|DECLARED_BY]-(s) }
WITH payer, collect({t: t, s: s}) AS paid
// Another row of the same movement may name the payer: one look at its own trade, not one a payment.
CALL (payer) {
  MATCH (payer)-[:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO|EXPORTED_BY|SOLD_BY|SHIPPED]-(o:Shipment)
  WHERE o.movement IS NOT NULL
  RETURN collect(DISTINCT o.movement) AS own
}
UNWIND paid AS one
WITH payer, own, one.t AS t, one.s AS s
WHERE s.movement IS NULL OR NOT s.movement IN own
CALL (s) {
  MATCH (s)-[r:IMPORTED_BY|BOUGHT_BY|CONSIGNED_TO]->(b:Party)
  RETURN b ORDER BY CASE type(r) WHEN 'IMPORTED_BY' THEN 1 WHEN 'BOUGHT_BY' THEN 2 ELSE 3 END
  LIMIT 1
}
CALL (t, s) {
  OPTIONAL MATCH (t)-[:RECEIVED_BY]->(e:Party)
  WITH s, e LIMIT 1
  RETURN e, e IS NOT NULL AND NOT EXISTS { (s)-[:EXPORTED_BY|SOLD_BY|MADE_BY]->(e) }
    AND NOT EXISTS { (e)-[:SHIPPED]->(s) } AS other
}
WITH payer, b, t, s, e, other, EXISTS { (s)-[:MEANT_FOR|NOTIFIES]->(payer) } AS named
ORDER BY t.paid, t.id
WITH payer, b, collect({t: t, s: s, e: e, named: named, other: other}) AS paid,
  count(DISTINCT t) AS payments, count(DISTINCT s) AS goods
WITH payer, collect({b: b, paid: paid, payments: payments, goods: goods}) AS found,
  count(b) AS buyers
UNWIND found AS one
WITH payer, buyers, one.b AS b, one.paid AS paid, one.payments AS payments, one.goods AS goods
WHERE payments >= $least AND ($company IS NULL OR $company IN [payer.id, b.id])
CALL (paid) {
  UNWIND paid AS one
  WITH DISTINCT one.t AS t WHERE t.amount IS NOT NULL
  WITH coalesce(t.currency, '') AS currency, sum(t.amount) AS amount
  WITH currency, CASE WHEN amount = toInteger(amount) THEN toString(toInteger(amount))
    ELSE toString(round(amount, 2)) END AS amount
  ORDER BY currency
  RETURN collect(amount + CASE currency WHEN '' THEN ' of a currency not recorded' ELSE ' ' + currency END) AS amounts
}
CALL (payer, b, paid) {
  OPTIONAL MATCH way = (b)<-[up:OWNS]-{0,2}(o:Party)-[down:OWNS]->{0,2}(x:Party)
  WHERE x = payer AND all(r IN up + down WHERE r.share >= 50
    AND coalesce(r.to, date('9999-12-31')) >= coalesce(paid[0].t.paid, date('0001-01-01'))
    AND coalesce(r.from, date('0001-01-01')) <= coalesce(paid[-1].t.paid_last, paid[-1].t.paid,
      date('9999-12-31')))
  WITH o, way ORDER BY length(way) LIMIT 1
  RETURN o
}
CALL (payer, b) {
  OPTIONAL MATCH (d:Party)-[:DIRECTS]->(b)
  WHERE d = payer OR EXISTS { (d)-[:DIRECTS]->(payer) }
  WITH d ORDER BY d.id LIMIT 1
  RETURN coalesce(d.name, d.id) AS board
}
WITH *, CASE WHEN payer.country <> b.country THEN 1.5 ELSE 0.0 END AS abroad,
  CASE WHEN buyers > 4 THEN 2.0 ELSE 0.5 * (buyers - 1) END AS others,
  CASE WHEN payments > 3 THEN 2.0 ELSE round(log(payments + 1) / log(2), 3) END AS many,
  CASE WHEN any(one IN paid WHERE one.other) THEN 1.0 ELSE 0.0 END AS elsewhere,
  CASE
    WHEN o IS NOT NULL THEN 'payer and receiver are of one owner: '
      + coalesce(o.name, o.id) + ' (at least 50 %)'
    WHEN payer.role = 'bank' THEN 'a bank pays, as under a letter of credit or for bought claims'
    WHEN all(one IN paid WHERE one.named)
      THEN 'the payer is named on the shipment as its end user or notify party'
  END AS explained
ORDER BY explained IS NOT NULL, abroad + others + many + elsewhere DESC, payer.id, b.id
CALL (paid) {
  UNWIND paid[..5] AS one
  WITH one.t AS t, one.s AS s
  MATCH (t)-[r:PAID|RECEIVED_BY|PAYS_FOR]-()
  MATCH (s)-[q:SHIPPED|EXPORTED_BY|SOLD_BY|CONSIGNED_TO|IMPORTED_BY|BOUGHT_BY]-(:Party)
  RETURN collect(DISTINCT r) + collect(DISTINCT q) AS proof
}
RETURN coalesce(payer.name, payer.id) AS payer, coalesce(b.name, b.id) AS buyer,
  coalesce(payer.country, 'country not recorded') AS payer_country,
  coalesce(b.country, 'country not recorded') AS buyer_country, payments, amounts,
  COLLECT { UNWIND paid AS one WITH DISTINCT one.e AS e WHERE e IS NOT NULL
    RETURN coalesce(e.name, e.id) AS n ORDER BY n LIMIT 10 } AS payees,
  COLLECT { UNWIND paid AS one RETURN DISTINCT one.s.id AS id LIMIT 20 } AS shipments, goods, buyers,
  abroad, others, many, elsewhere, board,
  CASE WHEN payer.role IN ['forwarder', 'carrier', 'warehouse', 'broker'] THEN payer.role END
    AS service,
  explained, payer AS payer_drawn, b AS buyer_drawn, [one IN paid[..5] | one.t] AS payments_drawn,
  proof
