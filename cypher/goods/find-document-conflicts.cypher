// title: Papers of one shipment that disagree
// about: |
//   Sets every paper of a shipment beside its record and beside each other: who sends, gets, sells,
//   buys, makes and uses the goods, origin, destination, HS code, weight and value. HS codes are
//   compared as far as both go, up to six digits; values in one currency only.
// misses: |
//   papers that were not loaded, papers that lie alike, names that two papers write under one id,
//   and differences of descriptions, which are no codes. A code that moved between editions of the
//   HS looks like a difference.
// lawful: |
//   a paper that a later one of the same kind and number corrects, a value with freight beside one
//   without (other terms of delivery, a quarter at most), a bill of lading between forwarders: listed
//   with --lawful. Several papers of one kind that add up to the record, two records of one
//   company and a consignee TO ORDER are no difference at all.
// red_flag: |
//   FATF/Egmont, Trade-Based Money Laundering: Risk Indicators, 2021: discrepancies between
//   contracts, invoices and other trade documents.
// key: drawn
// explained: explained
// score:
//   parties: 1.5 when a party differs and 0.5 for each further, 2 more when it is the end user, 4 at most
//   goods: 1.5 each when origin, destination or HS code differ, 3 at most
//   amounts: how many times weights and values double from the least to the most, 3 at most
// explain: |
//   The papers of {shipment} disagree. {conflicts}.
// against:
//   switched: a bill of lading may be switched in lawful trade through a middleman, who does not want supplier and buyer to know each other
//   record_only: "every paper agrees with the others, and only the record differs: it may be a slip of the record"
// needs:
//   documents: [shipment]
//   shipments: [id]
// either:
//   parties: {documents: [shipper|consignee|exporter|importer|seller|buyer|manufacturer|end_user]}
//   "origin, destination and HS code": {documents: [origin|destination|hs]}
//   weights and values: {documents: [weight_kg|gross_kg|quantity|value|value_usd]}
// example: netinv find-document-conflicts --weight 10
// inputs:
//   company: {type: entity, of: Party, optional: true, help: Only shipments of this company (id or name)}
//   since: {type: date, of: departed|declared|arrived, optional: true, help: Only shipments that left or were declared on this day or later}
//   weight: {type: number, default: 5, min: 0, max: 1000, help: Percent by which weights and quantities may differ}
//   value: {type: number, default: 10, min: 0, max: 1000, help: Percent by which values may differ}
CYPHER 25
MATCH (s:Shipment)<-[:DISPUTES]-(:Document)
WHERE ($since IS NULL OR coalesce(s.departed, s.declared, s.arrived) >= $since)
WITH DISTINCT s
MATCH (d:Document)-[tie:DESCRIBES]->(s)
WITH s, d, tie ORDER BY s.id, d.kind, d.issued, d.id
WITH s, collect(d) AS papers, collect(tie) AS ties
WHERE $company IS NULL OR EXISTS { (s)--(:Party {id: $company}) }
  OR any(d IN papers WHERE $company IN [d.shipper, d.consignee, d.exporter, d.importer, d.seller,
    d.buyer, d.manufacturer, d.end_user])
WITH *, s {.hs, .origin, .destination, .weight_kg, .gross_kg, .quantity, .unit, .value, .currency,
    .value_usd, .incoterm, kind: 'record', id: 'record',
    shipper: head(COLLECT { MATCH (s)<-[:SHIPPED]-(c) RETURN c.id }),
    consignee: head(COLLECT { MATCH (s)-[:CONSIGNED_TO]->(c) RETURN c.id }),
    exporter: head(COLLECT { MATCH (s)-[:EXPORTED_BY]->(c) RETURN c.id }),
    importer: head(COLLECT { MATCH (s)-[:IMPORTED_BY]->(c) RETURN c.id }),
    seller: head(COLLECT { MATCH (s)-[:SOLD_BY]->(c) RETURN c.id }),
    buyer: head(COLLECT { MATCH (s)-[:BOUGHT_BY]->(c) RETURN c.id }),
    manufacturer: head(COLLECT { MATCH (s)-[:MADE_BY]->(c) RETURN c.id }),
    end_user: head(COLLECT { MATCH (s)-[:MEANT_FOR]->(c) RETURN c.id })} AS record,
  [d IN papers WHERE d.number IS NULL OR d.issued IS NULL
    OR none(e IN papers WHERE e.kind = d.kind AND e.number = d.number AND e.issued > d.issued)] AS valid
WITH *, [d IN papers | d {.*}] AS told, [d IN valid | d {.*}] AS told_last
WITH *, CASE WHEN size(valid) < size(papers) THEN [told_last, told] ELSE [told_last] END AS rounds
UNWIND range(0, size(rounds) - 1) AS round
WITH *, rounds[round] AS says
WITH *,
  // Words: a code is the same as a longer one that begins like it.
  [field IN ['shipper', 'consignee', 'exporter', 'importer', 'seller', 'buyer', 'manufacturer',
      'end_user', 'origin', 'destination', 'hs']
    | {field: field, claims: [one IN [record] + says WHERE one[field] IS NOT NULL
      | {by: one, says: CASE field WHEN 'hs' THEN left(one.hs, 6) ELSE one[field] END}]}] AS words,
  // Numbers: papers of one kind that add up to the record speak as one.
  [of IN [['weight_kg', $weight], ['gross_kg', $weight], ['quantity', $weight], ['value', $value],
      ['value_usd', $value]]
    | {field: of[0], most: 1 + of[1] / 100.0, claims: [one IN [record] + says
      WHERE one[of[0]] > 0
        AND (of[0] <> 'value' OR one.currency = coalesce(record.currency, says[0].currency))
        AND (of[0] <> 'quantity' OR one.unit = record.unit)
        AND (one.kind = 'record' OR record[of[0]] IS NULL
          OR NOT 1 / (1 + of[1] / 100.0) <= reduce(sum = 0.0, other IN says |
            sum + CASE WHEN other.kind = one.kind THEN coalesce(other[of[0]], 0.0) ELSE 0.0 END)
            / record[of[0]] <= 1 + of[1] / 100.0)
      | {by: one, says: one[of[0]]}]}] AS numbers
WITH *,
  [one IN words WHERE any(claim IN one.claims WHERE NOT (claim.says STARTS WITH one.claims[0].says
    OR one.claims[0].says STARTS WITH claim.says))] AS worded,
  [one IN numbers WHERE any(a IN one.claims WHERE any(b IN one.claims
    WHERE a.says > b.says * one.most))] AS apart
// What two records of one company say is the same.
WITH *, [one IN worded WHERE NOT one.field IN ['shipper', 'consignee', 'exporter', 'importer',
    'seller', 'buyer', 'manufacturer', 'end_user'] OR any(claim IN one.claims
    WHERE claim.says <> one.claims[0].says AND NOT EXISTS {
      MATCH (:Party {id: claim.says})-[same:SAME_AS]-(:Party {id: one.claims[0].says})
      WHERE coalesce(same.decision, 'accepted') = 'accepted' })] AS unlike
WITH s, papers, ties, round, unlike + apart AS differences
WHERE size(differences) > 0
ORDER BY round
WITH s, papers, ties, head(collect({round: round, differences: differences})) AS best
WITH s, papers, ties, best.round = 1 AS corrected, best.differences AS differences
WITH *, [one IN differences | one.field] AS differ,
  reduce(most = 1.0, one IN [x IN differences WHERE x.most IS NOT NULL] |
    reduce(high = most, a IN one.claims | reduce(higher = high, b IN one.claims |
      CASE WHEN a.says / b.says > higher THEN a.says / b.says ELSE higher END))) AS ratio
WITH *, [x IN differ WHERE x IN ['shipper', 'consignee', 'exporter', 'importer', 'seller', 'buyer',
    'manufacturer', 'end_user']] AS who,
  [x IN differ WHERE x IN ['origin', 'destination', 'hs']] AS what,
  [x IN differ WHERE x IN ['weight_kg', 'gross_kg', 'quantity', 'value', 'value_usd']] AS much,
  reduce(ids = [], one IN differences | ids + [claim IN one.claims
    WHERE one.field IN ['shipper', 'consignee', 'exporter', 'importer', 'seller', 'buyer',
      'manufacturer', 'end_user'] | claim.says]) AS named,
  reduce(terms = [], one IN differences | terms + [claim IN one.claims
    WHERE one.field IN ['value', 'value_usd'] AND claim.by.incoterm IS NOT NULL
      AND NOT claim.by.incoterm IN terms | claim.by.incoterm]) AS terms
WITH *,
  [one IN differences WHERE one.field IN ['shipper', 'consignee'] AND all(claim IN one.claims
    WHERE claim.says = one.claims[0].says OR (claim.by.kind = 'bill_of_lading' AND EXISTS {
      MATCH (c:Party {id: claim.says}) WHERE c.role IN ['forwarder', 'carrier'] }))] AS forwarded,
  COLLECT { UNWIND named AS id WITH DISTINCT id MATCH (c:Party {id: id}) RETURN c } AS parties_drawn
WITH *, CASE
    WHEN corrected THEN 'corrected: a later paper of the same kind and number agrees'
    WHEN size(who) + size(what) = 0 AND all(x IN much WHERE x IN ['value', 'value_usd'])
      AND size([x IN terms WHERE x <> terms[0]]) > 0 AND ratio <= 1.25
      THEN 'other terms of delivery: freight and insurance stand in one value and not in the other'
    WHEN size(forwarded) = size(differences)
      THEN 'a bill of lading between forwarders: the house bill names the owners of the goods'
  END AS explained,
  CASE WHEN size(who) = 0 THEN 0.0 WHEN size(who) >= 6 THEN 4.0 ELSE 1.0 + 0.5 * size(who) END
    + CASE WHEN 'end_user' IN who THEN 2.0 ELSE 0.0 END AS party_score
WITH *, CASE WHEN party_score > 4 THEN 4.0 ELSE party_score END AS parties,
  CASE WHEN size(what) > 2 THEN 3.0 ELSE 1.5 * size(what) END AS goods,
  CASE WHEN ratio > 8 THEN 3.0 ELSE round(log(ratio) / log(2), 3) END AS amounts
ORDER BY explained IS NOT NULL, parties + goods + amounts DESC, s.id
RETURN s.id AS shipment, differ,
  [one IN differences | one.field + ': ' + substring(reduce(text = '', claim IN one.claims |
    text + ', ' + coalesce(head([c IN parties_drawn WHERE c.id = claim.says | c.name]),
      toString(claim.says)) + ' (' + CASE claim.by.kind WHEN 'record' THEN 'record'
      ELSE replace(claim.by.kind, '_', ' ') + ' ' + coalesce(claim.by.number, claim.by.id) END + ')'), 2)]
    AS conflicts,
  size(papers) AS documents, parties, goods, amounts,
  CASE WHEN any(one IN differences WHERE one.field IN ['shipper', 'consignee']
    AND any(claim IN one.claims WHERE claim.by.kind = 'bill_of_lading')) THEN 'yes' END AS switched,
  CASE WHEN all(one IN differences WHERE size(one.claims) > 2 AND one.claims[0].by.kind = 'record'
    AND all(claim IN one.claims[2..] WHERE claim.says = one.claims[1].says)) THEN 'yes' END AS record_only,
  explained, s AS drawn, papers, ties, parties_drawn,
  COLLECT { MATCH (s)-[r:SHIPPED|CONSIGNED_TO|EXPORTED_BY|IMPORTED_BY|SOLD_BY|BOUGHT_BY|MADE_BY
    |MEANT_FOR]-() RETURN r } AS around
