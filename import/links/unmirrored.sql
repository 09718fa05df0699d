-- title: What of a good one country records in a month and the other does not
-- about: |
--   Sets the export declarations of one country beside the import declarations of the other, good by
--   good and month by month. Goods that left may arrive in the same month or the next.
--   docs/links.md: Mirror gaps.
-- misses: |
--   rows that do not say whether they are an export or an import declaration, or lack weight, code,
--   day or either country, and months before the first or after the last declaration of the side
--   that is silent.
-- table: links
-- reads: shipments, ports
-- inputs:
--   digits: {type: integer, default: 6, min: 2, max: 6, help: Digits of the HS code that make one good}
--   share: {type: number, default: 25, min: 1, max: 100, ours: true, help: Least per cent of a month that is missing on the other side}
--   least_kg: {type: number, default: 100, min: 0, max: 1e12, ours: true, help: Kilograms below which a month's gap is passed over}
WITH
declared AS (
  SELECT s.*, record = 'export_declaration' AS leaves, kilograms(weight_kg, gross_kg) AS kg,
    CASE WHEN leaves THEN coalesce(departed, declared, arrived)
      ELSE coalesce(arrived, declared, departed) END AS day,
    coalesce(dispatch, p.country, origin) AS sent, coalesce(destination, q.country) AS meant
  FROM shipments s LEFT JOIN ports p ON p.code = load_port LEFT JOIN ports q ON q.code = discharge_port
  WHERE record IN ('export_declaration', 'import_declaration')
),
-- One line of one movement counts once on each side.
lines AS (
  SELECT leaves, sent, meant, left(hs, $digits) AS good, 12 * year(day) + month(day) AS month,
    max(kg) AS kg, min(id) AS id, min(CASE WHEN origin <> sent THEN origin END) AS maker,
    coalesce(max(weight_kg), 0) <= 0 AS gross
  FROM declared
  WHERE kg > 0 AND len(hs) >= $digits AND sent <> meant AND day IS NOT NULL
  GROUP BY leaves, sent, meant, good, month, coalesce(movement, id), line
),
sums AS (
  SELECT leaves, sent, meant, good, month, maker, round(sum(kg), 3) AS kg, list(id ORDER BY id)[:3] AS ids,
    count(*) FILTER (gross) AS gross
  FROM lines GROUP BY leaves, sent, meant, good, month, maker
),
-- A side is silent only within the months of which it has declarations at all.
known AS (
  SELECT leaves, CASE WHEN leaves THEN sent ELSE meant END AS country, min(month) AS "first", max(month) AS "last"
  FROM sums GROUP BY ALL
),
-- Each month of a lane and good beside the month before and after, and goods of foreign origin also
-- as sent from there.
parts AS (
  SELECT sent, meant, good, month, kg AS e, ids, gross FROM sums WHERE leaves
  UNION ALL BY NAME
  SELECT sent, meant, good, month + 1 AS month, kg AS e_before FROM sums WHERE leaves
  UNION ALL BY NAME
  SELECT sent, meant, good, month, kg AS i, CASE WHEN maker IS NOT NULL THEN kg END AS passing, maker AS hub, ids, gross
  FROM sums WHERE NOT leaves
  UNION ALL BY NAME
  SELECT sent, meant, good, month - 1 AS month, kg AS i_after FROM sums WHERE NOT leaves
  UNION ALL BY NAME
  SELECT maker AS sent, meant, good, month - unnest([0, 1]) AS month, kg AS via, sent AS hub
  FROM sums WHERE NOT leaves AND maker IS NOT NULL
),
cells AS (
  SELECT sent, meant, good, month, coalesce(sum(e), 0) AS e, coalesce(sum(e_before), 0) AS e_before,
    coalesce(sum(i), 0) AS i, coalesce(sum(i_after), 0) AS i_after,
    coalesce(sum(passing), 0) AS passing, coalesce(sum(via), 0) AS via, min(hub) AS hub,
    coalesce(sum(gross), 0)::BIGINT AS gross, list_sort(flatten(list(ids) FILTER (ids IS NOT NULL))) AS ids
  FROM parts GROUP BY sent, meant, good, month
),
beside AS (
  SELECT *, sum(e - i) OVER heading - e + i AS net,
    min(good) FILTER (e > i) OVER heading AS more_out, min(good) FILTER (i > e) OVER heading AS more_in
  FROM cells WINDOW heading AS (PARTITION BY sent, meant, left(good, 4), month)
),
-- All that a side mirrors stands beside each gap: a sample of records mirrors hardly anything.
gaps AS (
  SELECT *, 'exports' AS side, e AS recorded, e - i - i_after AS missing, via AS other, -net AS beside,
    more_in AS other_code, sum(e) OVER lands AS all_kg, sum(least(e, i + i_after)) OVER lands AS mirrored
  FROM beside WINDOW lands AS (PARTITION BY meant)
  UNION ALL BY NAME
  SELECT *, 'imports' AS side, i AS recorded, i - e - e_before AS missing, passing AS other, net AS beside,
    more_out AS other_code, sum(i) OVER lands AS all_kg, sum(least(i, e + e_before)) OVER lands AS mirrored
  FROM beside WINDOW lands AS (PARTITION BY sent)
)
SELECT ids[1] AS a, ids[1] AS b, sent, meant, good, side, month, round(recorded, 3) AS recorded,
  round(missing, 3) AS missing, round(other, 3) AS other, hub, round(beside, 3) AS beside, other_code, gross,
  round(all_kg, 3) AS all_kg, round(mirrored, 3) AS mirrored, ids[:10] AS shipments
FROM gaps JOIN known k ON k.leaves = (side = 'imports')
  AND k.country = CASE side WHEN 'exports' THEN meant ELSE sent END
  AND CASE side WHEN 'exports' THEN "first" <= month AND month + 1 <= "last"
    ELSE "first" <= month - 1 AND month <= "last" END
WHERE missing > recorded * $share / 100 AND missing >= $least_kg
