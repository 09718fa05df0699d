-- title: Which goods were aboard at a port from where like goods soon left on another vessel
-- about: |
--   A vessel called at a port on a voyage whose papers name it neither as port of loading nor of
--   discharge; another lay there at the time and soon left with goods of the same heading and of
--   like weight, which seldom leave there, or of one number. docs/links.md: Alongside.
-- misses: |
--   meetings at sea, goods without heading, weight, port or day, goods of no number whose like leave
--   that port more than `chance` times in as many days, and voyages of more movements than
--   `most_lots`, which are a liner's.
-- left_out: "{count:shipment} not looked at for transfers: more than --most-lots {most_lots} movements on the voyage, or like goods leave that port more than --chance {chance} times in as many days."
-- table: links
-- reads: port_calls, shipments
-- inputs:
--   chance: {type: number, default: 0.1, min: 0, max: 1000, ours: true, help: Most often that such goods leave the port by chance in as many days}
--   within: {type: number, default: 10, min: 0, max: 90, ours: true, help: Most days from a meeting until the other vessel leaves}
--   tolerance: {type: number, default: 5, min: 0, max: 50, ours: true, help: Most per cent by which like weights differ}
--   most_lots: {type: integer, default: 50, min: 1, max: 100000, ours: true, help: Most movements of a voyage}
WITH
calls AS (
  -- Of a month it is not known on which day: it came on the last and left on the first that may be.
  SELECT vessel, port, arrived AS "from", coalesce(arrived_last, arrived) AS came,
    coalesce(departed_last, departed, arrived_last, arrived) AS "to",
    coalesce(departed, arrived) AS gone
  FROM port_calls
),
goods AS (
  SELECT id, vessel, load_port, discharge_port, departed AS dep, arrived AS arr,
    coalesce(movement, id) AS movement, kilograms(weight_kg, gross_kg) AS kg, left(hs, 4) AS heading, lot, serial, container,
    departed = coalesce(departed_last, departed) AS leaves,
    leaves AND arrived = coalesce(arrived_last, arrived) AS exact
  FROM shipments WHERE departed IS NOT NULL
),
voyages AS (
  SELECT vessel, dep, count(DISTINCT movement) AS times FROM goods WHERE exact GROUP BY vessel, dep
),
aboard AS (
  SELECT g.id, g.vessel, g.heading, g.kg, g.lot, g.serial, g.container, v.times, c.port, c."from", c.came, c."to", c.gone
  FROM goods g JOIN voyages v ON v.vessel = g.vessel AND v.dep = g.dep AND times <= $most_lots
  JOIN calls c ON c.vessel = g.vessel AND c."from" > g.dep AND c."to" < g.arr
  WHERE g.exact AND g.heading IS NOT NULL
    AND c.port <> g.load_port AND c.port <> g.discharge_port
),
pairs AS (
  SELECT o.id AS a, g.id AS b, o.port, o.heading, o.kg, o.times, o."from", o."to",
    coalesce(o.lot = g.lot, false) OR coalesce(o.serial = g.serial, false)
      OR coalesce(o.container = g.container, false) AS traced
  FROM aboard o
  JOIN goods g ON g.leaves AND g.load_port = o.port AND g.heading = o.heading AND g.vessel <> o.vessel
    AND g.dep >= o."from" AND date_diff('day', o."to", g.dep) <= $within
    AND abs(o.kg - g.kg) <= $tolerance / 100 * greatest(o.kg, g.kg)
  WHERE EXISTS (
    FROM calls m WHERE m.vessel = g.vessel AND m.port = o.port
      AND m.came <= o.gone AND o.came <= m.gone AND m.came <= g.dep)
),
-- Like goods that leave that port at any time: so many more would leave by chance in such a time.
record AS (SELECT date_diff('day', min(dep), max(dep)) + 1 AS days FROM goods),
rates AS (
  SELECT o.port, o.heading, o.kg, count(*) - 1 AS others
  FROM (SELECT DISTINCT port, heading, kg FROM pairs) o
  JOIN goods g ON g.leaves AND g.load_port = o.port AND g.heading = o.heading
    AND abs(o.kg - g.kg) <= $tolerance / 100 * greatest(o.kg, g.kg)
  GROUP BY o.port, o.heading, o.kg
),
found AS (
  SELECT a, b, max(times) AS times, list_sort(list_distinct(list("from"))) AS days, bool_or(traced) AS traced,
    min(others * least(1, (date_diff('day', "from", "to") + 1 + $within) / record.days)) AS expected
  FROM pairs JOIN rates USING (port, heading, kg), record
  GROUP BY a, b
)
SELECT * FROM found WHERE traced OR expected <= $chance
UNION ALL BY NAME
SELECT DISTINCT a FROM found WHERE NOT traced AND expected > $chance
UNION ALL BY NAME
SELECT id AS a, times FROM goods JOIN voyages USING (vessel, dep)
WHERE times > $most_lots AND vessel IN (SELECT vessel FROM calls)
