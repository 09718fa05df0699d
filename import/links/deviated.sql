-- title: At which port a vessel lay where its papers, or its own calls, do not put it
-- about: |
--   Sets the calls of each vessel about the days of a voyage beside the ports and days of the papers:
--   elsewhere, out of order, detour; and two calls one after the other that are too far apart for the
--   days between: too fast. docs/links.md: Deviations.
-- misses: |
--   voyages of which the papers name no day or port, or a day that may be another; distances of ports
--   without a position; great circles cross land.
-- left_out: "{count:shipment} without a port or an exact day at either end, or that arrive before they leave, not set beside the calls of their vessels."
-- table: links
-- reads: port_calls, shipments, ports
-- inputs:
--   slack: {type: integer, default: 2, min: 0, max: 30, ours: true, help: Days by which papers and calls may differ}
--   least_km: {type: number, default: 200, min: 0, max: 20000, ours: true, help: Ports less than so many kilometres apart are taken as one}
--   factor: {type: number, default: 1.5, min: 1, max: 100, help: "Least length of the way, as a multiple of the direct one"}
--   knots: {type: number, default: 30, min: 1, max: 100, ours: true, help: Most nautical miles an hour that a vessel goes}
WITH
places AS (FROM ports WHERE abs(lat) <= 90 AND abs(lon) <= 180),
calls AS (
  -- Of a month it is not known on which day: it came on the last and left on the first that may be.
  SELECT vessel, port, arrived AS "from", coalesce(arrived_last, arrived) AS came,
    coalesce(departed, arrived) AS "left",
    coalesce(departed_last, departed, arrived_last, arrived) AS "to", code IS NOT NULL AS placed
  FROM port_calls LEFT JOIN places ON code = port
),
voyages AS (
  SELECT vessel, load_port, discharge_port, departed AS dep, arrived AS arr,
    list(id ORDER BY id)[:10] AS shipments, count(DISTINCT coalesce(movement, id)) AS times
  FROM shipments
  WHERE departed <= arrived AND load_port <> discharge_port AND vessel IS NOT NULL
    AND departed = coalesce(departed_last, departed) AND arrived = coalesce(arrived_last, arrived)
  GROUP BY ALL
),
-- The calls of a vessel about the days of a voyage, in their order.
near AS (
  SELECT row_number() OVER () AS voyage, *
  FROM (
    SELECT v.*, bool_or(c.port = discharge_port AND c."to" >= arr - to_days($slack)) AS landed,
      list({port: c.port, "from": c."from", came: c.came, "left": c."left", placed: c.placed}
      ORDER BY c."from", c.port) AS near
    FROM voyages v JOIN calls c ON c.vessel = v.vessel
      AND c."from" <= arr + to_days($slack) AND c."to" >= dep - to_days($slack)
    GROUP BY ALL)
),
begun AS (
  SELECT *, [c FOR c IN near IF c.port = load_port] AS loads,
    [c FOR c IN near IF c.port = discharge_port] AS lands,
    [c FOR c IN loads IF c."from" <= dep + to_days($slack)][-1] AS begins
  FROM near
),
ended AS (
  SELECT *, [c FOR c IN lands IF c."from" >= dep - to_days($slack)
      AND coalesce(c."from" > begins."from", true)][1] AS ends
  FROM begun
),
stopped AS (
  SELECT *, coalesce(lands[-1].came < loads[1]."from", false) AS reversed,
    CASE WHEN begins IS NULL THEN [c FOR c IN near
      IF c.port <> load_port AND c.came < dep AND dep < c."left"] END AS not_loading,
    CASE WHEN NOT landed THEN [c FOR c IN near
      IF c.port <> discharge_port AND c.came < arr AND arr < c."left"] END AS not_landing,
    CASE WHEN begins."from" < ends."from" THEN [c FOR c IN near IF c."from" > begins."from"
      AND c.came < ends."from" AND c.port NOT IN (load_port, discharge_port)] END AS stops
  FROM ended
),
away AS (
  SELECT voyage, 1 AS nth, load_port AS port, unnest(not_loading) AS c FROM stopped
  UNION ALL
  SELECT voyage, 2, discharge_port, unnest(not_landing) FROM stopped
),
steps AS (
  SELECT voyage, unnest(way[:-2]) AS a, unnest(way[2:]) AS b
  FROM (
    SELECT voyage, [begins.port] || [c.port FOR c IN stops IF c.placed] || [ends.port] AS way
    FROM stopped WHERE len(stops) > 0)
),
turns AS (
  SELECT vessel, lag(port) OVER its AS a, port AS b, lag("from") OVER its AS before,
    lag("left") OVER its AS "left", "from", came, "left" > came AS stayed
  FROM calls WHERE placed
  WINDOW its AS (PARTITION BY vessel ORDER BY "from", port)
  QUALIFY lag(came) OVER its <= "from"
),
-- Great circles on a ball of 6,378.14 km, as Neo4j's point.distance has them.
ways AS (
  SELECT a, b, 2 * 6378.14 * asin(sqrt(least(1, sin(radians(q.lat - p.lat) / 2) ^ 2
    + cos(radians(p.lat)) * cos(radians(q.lat)) * sin(radians(q.lon - p.lon) / 2) ^ 2))) AS km
  FROM (
    SELECT a, b FROM steps UNION SELECT a, b FROM turns
    UNION SELECT load_port, discharge_port FROM voyages
    UNION SELECT c.port, port FROM away)
  JOIN places p ON p.code = a JOIN places q ON q.code = b
),
elsewhere AS (
  SELECT voyage, list(c ORDER BY nth) AS shown, list(nth ORDER BY nth) AS which
  FROM (
    SELECT voyage, nth, min_by(c, (c."from", c.port)) AS c
    FROM away LEFT JOIN ways ON a = c.port AND b = port
    WHERE coalesce(km > $least_km, true)
    GROUP BY voyage, nth)
  GROUP BY voyage
),
lengths AS (
  SELECT voyage, sum(km) AS length FROM steps JOIN ways USING (a, b) GROUP BY voyage
),
odd AS (
  SELECT *, CASE WHEN reversed THEN 'out of order' WHEN which IS NOT NULL THEN 'elsewhere'
    WHEN km >= $least_km AND length >= $factor * km THEN 'detour' END AS kind
  FROM stopped LEFT JOIN elsewhere USING (voyage) LEFT JOIN lengths USING (voyage)
  LEFT JOIN ways ON a = load_port AND b = discharge_port
),
told AS (
  SELECT * REPLACE (CASE kind WHEN 'elsewhere' THEN shown WHEN 'out of order' THEN [lands[-1], loads[1]]
    ELSE [begins] || stops || [ends] END AS shown)
  FROM odd WHERE kind IS NOT NULL
),
-- Whoever has cargo for a port on the way has reason to go there.
unserved AS (
  SELECT DISTINCT voyage
  FROM (SELECT voyage, vessel, unnest(stops) AS c FROM told WHERE kind = 'detour') t
  WHERE NOT EXISTS (
    FROM shipments o WHERE o.vessel = t.vessel AND c.port IN (o.load_port, o.discharge_port)
      AND coalesce(o.arrived, o.departed) IS NOT NULL
      AND coalesce(o.arrived >= c."from" - to_days($slack), true)
      AND coalesce(o.departed <= c."left" + to_days($slack), true))
)
SELECT vessel AS a, CASE kind WHEN 'detour' THEN shown[2].port ELSE shown[1].port END AS b, kind,
  dep AS day, arr AS until, load_port, discharge_port,
  [c.port FOR c IN shown] AS ports, [c."from" FOR c IN shown] AS days, shipments, times,
  kind = 'elsewhere' AND which[1] = 1 AS not_loading, $slack AS slack,
  CASE kind WHEN 'detour' THEN km END AS km, CASE kind WHEN 'detour' THEN length / km END AS factor,
  CASE kind WHEN 'detour' THEN count(*) OVER (PARTITION BY kind, load_port, discharge_port, ports) END
    AS rounds,
  kind = 'detour' AND voyage NOT IN (FROM unserved) AS served
FROM told
UNION ALL BY NAME
SELECT vessel AS a, b, 'too fast' AS kind, "left" AS day, came AS until, [a, b] AS ports,
  [before, "from"] AS days, km, CASE WHEN gap >= 0 THEN speed END AS knots
FROM (
  SELECT *, date_diff('day', "left", came) AS gap, km / 1.852 / 24 / (greatest(gap, 0) + 1) AS speed
  FROM turns JOIN ways USING (a, b)
  WHERE km >= $least_km AND a <> b)
WHERE speed > $knots OR (gap < -1 AND stayed)
UNION ALL BY NAME
SELECT id AS a
FROM shipments
WHERE vessel IN (SELECT vessel FROM port_calls)
  AND (load_port IS NULL OR discharge_port IS NULL OR departed IS NULL OR arrived IS NULL
    OR departed < departed_last OR arrived < arrived_last OR departed > arrived)
