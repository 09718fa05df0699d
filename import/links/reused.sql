-- title: Which two shipments bear one number and cannot both be true
-- about: |
--   Containers, serials, bills of lading and lots that stand on several movements, each use beside
--   the next in the order of departure. docs/links.md: Reused.
-- misses: a number that is copied with a slip, and two uses with a third between them.
-- table: links
-- reads: shipments, ports
-- inputs:
--   slack: {type: integer, default: 3, min: 0, max: 60, ours: true, help: Days by which records of one voyage may differ}
--   reuse: {type: integer, default: 365, min: 1, max: 10000, ours: true, help: Days after which a number may lawfully be given again}
WITH
read AS (
  SELECT s.id, coalesce(movement, id) AS movement, container, coalesce(seal, '') AS seal, serial, bill, lot,
    departed, coalesce(departed_last, departed) AS left_by, arrived, hs, origin, vessel, carrier, manufacturer,
    shipper, [shipper, exporter, seller] AS sends, [importer, buyer, consignee] AS gets,
    load_port, discharge_port, coalesce(dispatch, l.country) AS land, coalesce(destination, d.country) AS goal
  FROM shipments s LEFT JOIN ports l ON l.code = load_port LEFT JOIN ports d ON d.code = discharge_port
  WHERE departed IS NOT NULL
),
numbers AS (
  SELECT 'container' AS kind, container AS value, * FROM read WHERE container IS NOT NULL
  UNION ALL SELECT 'serial', serial, * FROM read WHERE serial IS NOT NULL
  UNION ALL SELECT 'bill of lading', bill, * FROM read WHERE bill IS NOT NULL
  UNION ALL SELECT 'lot', lot, * FROM read WHERE lot IS NOT NULL AND origin IS NOT NULL
),
several AS (
  SELECT kind, value, count(DISTINCT movement) AS movements
  FROM numbers GROUP BY kind, value HAVING count(DISTINCT movement) > 1
),
uses AS (SELECT * FROM numbers JOIN several USING (kind, value)),
pairs AS (
  SELECT kind, value, movements, a, b, date_diff('day', a.departed, b.departed) AS days,
    coalesce(b.left_by < a.arrived, false) AS at_once, kind = 'container' AND a.seal <> '' AND a.seal = b.seal AS sealed,
    coalesce(a.manufacturer <> b.manufacturer, false) AS made_apart
  FROM (
    SELECT kind, value, movements, uses AS a,
      lead(uses) OVER (PARTITION BY kind, value ORDER BY departed, id) AS b
    FROM uses)
  -- Certainly still on its way when the next leaves: the month of a day counts against it.
  WHERE a.movement <> b.movement AND days <= $reuse AND CASE kind
    WHEN 'container' THEN at_once OR sealed
    WHEN 'serial' THEN at_once AND coalesce(left(a.hs, 4) = left(b.hs, 4), true)
    WHEN 'bill of lading' THEN date_diff('day', a.left_by, b.departed) > $slack
    ELSE a.origin <> b.origin AND left(a.hs, 6) = left(b.hs, 6) END
),
judged AS (
  SELECT *, CASE
    -- One voyage, or a later leg of one way, to where the first goes or from where it has arrived.
    WHEN days <= $slack AND (a.load_port = b.load_port OR a.land = b.land) THEN NULL
    WHEN at_once AND a.discharge_port = b.discharge_port
      AND abs(date_diff('day', a.arrived, b.arrived)) <= $slack THEN NULL
    WHEN days <= $slack AND a.vessel = b.vessel THEN NULL
    WHEN kind = 'container' AND at_once
      AND (a.load_port <> b.load_port OR a.land <> b.land OR days > $slack) THEN 'at once'
    WHEN kind = 'container' AND sealed AND b.departed >= a.arrived AND a.goal <> b.land THEN 'seal'
    WHEN kind = 'serial' AND NOT made_apart
      AND (days > 0 OR NOT coalesce(a.shipper = b.shipper, false)) THEN 'at once'
    WHEN kind = 'bill of lading' AND NOT coalesce(a.discharge_port = b.load_port, false)
      AND NOT coalesce(a.carrier <> b.carrier, false) THEN 'voyages'
    WHEN kind = 'lot' AND NOT made_apart
      AND (a.shipper = b.shipper OR a.manufacturer = b.manufacturer OR list_has_any(a.gets, b.sends)) THEN 'origins'
    END AS why
  FROM pairs
)
SELECT a.id AS a, b.id AS b, kind, value, movements, why, days, sealed,
  CASE WHEN at_once THEN date_diff('day', b.departed, least(a.arrived, b.arrived))
    WHEN kind = 'bill of lading' THEN days ELSE 0 END AS lost,
  a.land AS a_land, b.land AS b_land, a.goal AS goal, $slack AS slack, $reuse AS reuse
FROM judged WHERE why IS NOT NULL
