-- title: Which small lots may be pieces of one consignment
-- about: |
--   Small lots of the same goods from one sender or companies of its owner to one receiver, its
--   address or companies of its owner, where within some weeks enough of them leave and together
--   reach what a usual shipment weighs. docs/links.md: Pieces.
-- misses: |
--   parcels to unrelated receivers, goods spread over several codes, and goods that hardly anybody
--   ships, unless a limit is given.
-- left_out: "{count:heading} of fewer than twenty movements, whose usual weight is not known."
-- left_all: No heading has twenty movements, so that no usual weight is known.
-- table: links
-- reads: shipments, ownerships, companies, people, vessels
-- inputs:
--   days: {type: integer, default: 30, min: 1, max: 365, help: Days within which the pieces leave}
--   pieces: {type: integer, default: 3, min: 3, max: 100, help: Least number of pieces}
--   limit_kg: {type: number, optional: true, min: 0, help: "Kilograms that the pieces must reach together; unset: the middle weight of a shipment of these goods"}
--   piece_kg: {type: number, optional: true, min: 0, help: "Most kilograms of a piece; unset: a quarter of that limit"}
--   crowd: {type: integer, default: 10, min: 2, max: 100000, ours: true, help: Addresses of more companies than this are not followed}
WITH RECURSIVE
lots AS MATERIALIZED (
  SELECT id, left(hs, 6) AS heading, coalesce(movement, id) AS movement,
    kilograms(weight_kg, gross_kg) AS kg, coalesce(departed, declared) AS day,
    coalesce(exporter, seller, shipper) AS sender, coalesce(importer, buyer, consignee) AS receiver
  FROM shipments WHERE hs IS NOT NULL
),
goods AS MATERIALIZED (
  SELECT heading, $limit_kg IS NULL AND count(DISTINCT movement) < 20 AS few,
    coalesce($limit_kg::DOUBLE, median(kg)) AS threshold, coalesce($piece_kg::DOUBLE, threshold / 4) AS piece
  FROM lots WHERE kg IS NOT NULL AND day IS NOT NULL
  GROUP BY heading
),
small AS MATERIALIZED (
  SELECT *, max(kg) OVER (PARTITION BY heading, sender, receiver, movement) AS most
  FROM lots JOIN goods USING (heading)
  WHERE NOT few AND kg <= piece AND day IS NOT NULL AND sender IS NOT NULL AND receiver IS NOT NULL
),
-- Who owns at least half, step by step, stands for the company; else, for a receiver, its address.
up AS (
  SELECT owned AS party, owner, [key] AS way, "from", "to" FROM ownerships WHERE share >= 50
  UNION ALL
  SELECT party, o.owner, list_append(way, key), greatest(up."from", o."from"), least(up."to", o."to")
  FROM up JOIN ownerships o ON o.owned = up.owner
  WHERE share >= 50 AND len(way) < 3 AND key NOT IN way
),
owners AS (
  SELECT party, owner, "from", "to" FROM up
  QUALIFY rank() OVER (PARTITION BY party ORDER BY len(way) DESC, owner) = 1
),
places AS (
  SELECT id, address_key AS address
  FROM (SELECT id, address_key FROM companies UNION ALL SELECT id, address_key FROM people)
  WHERE address_key NOT IN (
    SELECT address_key FROM companies WHERE address_key IS NOT NULL
    GROUP BY address_key HAVING count(*) > $crowd)
),
-- A movement once a day.
parts AS MATERIALIZED (
  SELECT DISTINCT heading, threshold, sender, receiver, movement, most, day,
    CASE WHEN s.owner IS NOT NULL AND coalesce(s."from" <= day, true) AND coalesce(s."to" >= day, true)
      THEN s.owner ELSE sender END AS start,
    CASE WHEN r.owner IS NOT NULL AND coalesce(r."from" <= day, true) AND coalesce(r."to" >= day, true)
      THEN r.owner WHEN address IS NULL THEN receiver END AS "end",
    CASE WHEN "end" IS NULL THEN address END AS place
  FROM small LEFT JOIN owners s ON s.party = sender LEFT JOIN owners r ON r.party = receiver
  LEFT JOIN places ON places.id = receiver
),
groups AS (
  SELECT heading, start, "end", place
  FROM parts WHERE start IS DISTINCT FROM "end"
  WINDOW soon AS (PARTITION BY heading, start, "end", place ORDER BY day
    RANGE BETWEEN CURRENT ROW AND to_days($days) FOLLOWING)
  -- Sums of broken numbers differ by their order.
  QUALIFY count(*) OVER soon >= $pieces AND sum(most) OVER soon >= threshold * (1 - 1e-9)
),
found AS (
  SELECT DISTINCT heading, sender, receiver, movement
  FROM parts p WHERE EXISTS (
    FROM groups g WHERE g.heading = p.heading AND g.start = p.start
      AND g."end" IS NOT DISTINCT FROM p."end" AND g.place IS NOT DISTINCT FROM p.place)
)
SELECT id AS a, receiver AS b, sender, heading, kg, day, threshold, piece
FROM small SEMI JOIN found USING (heading, sender, receiver, movement)
UNION ALL BY NAME
SELECT CASE WHEN few THEN heading END AS a FROM goods
