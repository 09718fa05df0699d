-- title: Which shipments end with a forwarder, bank, warehouse or mail drop
-- about: |
--   What such a company gets as the last receiver, or as the declared end user, and whether it sends
--   anything of the same HS heading on within --days. docs/links.md: Ended.
-- misses: mail drops whose address does not say so, and goods sent on under another heading.
-- table: links
-- reads: shipments, companies
-- inputs:
--   days: {type: integer, default: 60, min: 1, max: 3650, help: Days after arrival within which goods would be sent on}
WITH
stops AS (
  SELECT id, coalesce(role IN ('forwarder', 'bank', 'warehouse'), false) AS by_role,
    coalesce(regexp_matches(address, '\bp\.?\s?o\.?\s?box\b|\bpost(al)? (office )?box\b|\bpobox\b'
      || '|\bmail ?box\b|\bmail ?drop\b|\bpostfach\b|\bapartado\b|\bbo[iî]te postale\b|\bc/o\b'
      || '|(^|[^\pL])а/я($|[^\pL])|信箱', 'i'), false) AS mail_drop
  FROM companies WHERE by_role OR mail_drop
),
read AS (
  SELECT id, coalesce(movement, id) AS movement, procedure, left(hs, 4) AS heading,
    coalesce(arrived, departed, declared) AS day,
    coalesce(departed_last, departed, declared, arrived) AS gone,
    coalesce(importer, buyer, consignee) AS holder, end_user, notify,
    coalesce(exporter, seller, shipper) AS sender, [shipper, exporter, seller, forwarder] AS sends,
    [consignee, importer, buyer] AS gets
  FROM shipments
),
got AS (
  SELECT * FROM (
    SELECT * EXCLUDE (sends, gets), unnest(list_distinct([holder, end_user])) AS stop FROM read)
  WHERE day IS NOT NULL AND stop IN (SELECT id FROM stops)
),
sent AS (
  SELECT DISTINCT stop, heading, gone
  FROM (SELECT heading, gone, gets, unnest(list_distinct(sends)) AS stop FROM read)
  WHERE gone IS NOT NULL AND stop IN (SELECT id FROM stops)
    AND NOT coalesce(list_contains(gets, stop), false)
),
-- What leaves without a code may be anything, and what came without one may leave as anything.
leaves AS (
  SELECT stop, coalesce(heading, 'uncoded') AS goods, gone FROM sent
  UNION ALL
  SELECT stop, 'any', gone FROM sent
),
followed AS (
  SELECT got.*, coalesce(least(l.gone, u.gone) <= got.day + to_days($days), false) AS sent_on
  FROM got
  ASOF LEFT JOIN leaves l ON l.stop = got.stop AND l.goods = coalesce(got.heading, 'any') AND l.gone >= got.day
  ASOF LEFT JOIN (FROM leaves WHERE goods = 'uncoded') u ON u.stop = got.stop AND u.gone >= got.day
),
-- A day to come is a misprint, and no end of the records.
latest AS (SELECT max(day) AS latest FROM read WHERE day <= current_date),
-- Who else is named, and is none of those who only handle goods.
named AS (
  SELECT f.id, f.stop, min(who) AS named
  FROM (SELECT id, stop, unnest([end_user, notify]) AS who FROM followed
    WHERE end_user IS DISTINCT FROM stop) f
  LEFT JOIN companies c ON c.id = who
  WHERE who <> stop
    AND coalesce(c.role, '') NOT IN ('forwarder', 'bank', 'warehouse', 'carrier', 'broker')
  GROUP BY f.id, f.stop
)
SELECT f.id AS a, f.stop AS b, f.sender, f.movement, f.heading, f.day,
  CASE WHEN sent_on THEN 'sent on' WHEN coalesce(f.day > latest - to_days($days), true) THEN 'open' ELSE 'ended' END
    AS outcome,
  coalesce(f.end_user = f.stop, false) AS user, mail_drop, named, f.procedure, $days AS days
FROM followed f JOIN stops ON stops.id = f.stop CROSS JOIN latest
LEFT JOIN named ON named.id = f.id AND named.stop = f.stop
