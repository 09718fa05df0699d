-- title: Which shipment the goods of another may have left as
-- about: |
--   From a shipment to one that its holder sent on: 0 to `window` days after it arrived, of like
--   weight (net with net, else gross with gross), whatever its HS code and port; or with the same
--   lot, serial, or container and seal, whatever its weight. Two shipments of one pair and heading
--   within nine days stand also as their sum, so that a part load can be followed. `expected` is
--   how many equally good hand-overs chance and habit would give: a count to rank by, no
--   probability of guilt. docs/links.md derives it. This is the last of the programs: of the pairs
--   of one part it keeps the best, and says what is lawful about each.
-- misses: |
--   goods repacked into more than four parts or into other weights; second records of one company
--   that share neither registration nor a contact; legs without a holder, or without both a weight
--   and a physical trace (they are counted).
-- table: links
-- inputs:
--   keep: {type: integer, default: 3, min: 1, max: 100000, help: Links kept for each inbound shipment}
WITH ranked AS (
  SELECT p.*, a.heading AS heading_in, b.heading AS heading_out, b.sender AS holder, a.got,
    b.procedure IN ('temporary', 'return') AS goes_back,
    basis IN ('lot', 'serial', 'container+seal') AS physical
  FROM pairs p JOIN loads a ON a.load = p.a JOIN loads b ON b.load = p.b
  WHERE p.part = $part::INT AND a.came = $part::INT AND b.went = $part::INT
),
-- Goods that a company hands on as they are, their heading and origin kept: how often all do, and
-- how often this holder does. What is rarer than one in a hundred is taken for real.
as_they_are AS (
  SELECT holder, count(DISTINCT abs(a)) AS n FROM ranked
  WHERE NOT shifted AND rank = 1 AND expected < 0.01 AND as_it_came GROUP BY holder
),
all_that_is AS (
  SELECT DISTINCT l.sender, abs(p.a) AS leg FROM pairs p JOIN loads l ON l.load = p.b
  WHERE NOT shifted AND rank = 1 AND expected < 0.01 AND as_it_came
),
usually AS (
  SELECT 0.2 * ((SELECT count(*) FROM all_that_is) + 1) / (SELECT count(*) FROM legs) AS rate
),
-- ---------------------------------------------------------------- what is lawful about it
-- Four times, and half of all that comes in under the one heading: then it is a trade.
gets_heading AS (
  SELECT receiver, heading, count(*) AS n FROM loads WHERE load > 0 AND came = $part::INT
  GROUP BY receiver, heading
),
learned AS (
  SELECT holder, heading_in, heading_out, count(DISTINCT abs(a)) AS times
  FROM ranked JOIN gets_heading g ON g.receiver = holder AND g.heading = heading_in
  WHERE NOT shifted AND rank = 1 AND heading_in <> heading_out
  GROUP BY holder, heading_in, heading_out
  HAVING count(DISTINCT abs(a)) >= 4 AND 2 * count(DISTINCT abs(a)) >= any_value(g.n)
),
works AS (
  SELECT coalesce(s.company, p.company) AS company, hs_in, hs_out, "from", "to"
  FROM processing p LEFT JOIN same s ON s.id = p.company
),
processed AS (
  SELECT DISTINCT k.a, k.b, k.shifted FROM ranked k JOIN works w ON w.company = k.holder
  JOIN loads i ON i.load = k.a JOIN loads o ON o.load = k.b
  WHERE k.heading_in <> k.heading_out
    AND (starts_with(i.hs, w.hs_in) OR starts_with(w.hs_in, i.hs))
    AND (starts_with(o.hs, w.hs_out) OR starts_with(w.hs_out, o.hs))
    AND coalesce(w."from", i.arrived) <= i.arrived + k.days::INT
    AND coalesce(w."to", i.arrived + k.days::INT) >= i.arrived
),
used AS (
  SELECT r.*, p.a IS NOT NULL AS processed, coalesce(l.times, 0) AS times,
    CASE WHEN p.a IS NOT NULL OR l.times >= 4 OR goes_back THEN 0.5
      WHEN as_it_came THEN (greatest(coalesce(e.n, 0) - 1, 0) + u.rate) / (got + 0.1) ELSE 0
      END AS usual,
    CASE WHEN physical THEN 10000 ELSE (usual + 0.02) / greatest(expected, 1e-9) END AS odds
  FROM ranked r CROSS JOIN usually u
  LEFT JOIN as_they_are e ON e.holder = r.holder
  LEFT JOIN processed p ON p.a = r.a AND p.b = r.b AND p.shifted = r.shifted
  LEFT JOIN learned l ON l.holder = r.holder AND l.heading_in = r.heading_in
    AND l.heading_out = r.heading_out
),
-- One consignment comes from one, and leaves as one: what else fits either end speaks against it.
comes AS (SELECT b, shifted, sum(odds) AS odds FROM used GROUP BY b, shifted),
leaves AS (SELECT a, shifted, sum(odds) AS odds FROM used GROUP BY a, shifted),
kept AS (
  SELECT u.shifted, u.basis, u.sister, u.holder, u.days, a.arrived, u.drift,
    u.expected, u.rank, u.of, u.usual, u.processed, u.times, u.heading_in, u.heading_out,
    CASE WHEN physical THEN 0 ELSE least(4, log10(1 + greatest(0, c.odds - u.odds)
      + greatest(0, l.odds - u.odds))) END AS rivals,
    a.origin = b.origin AS origin_kept, b.by_receiver, b.by_port, b.by_country, a.hs AS hs_in,
    b.hs AS hs_out, a.name AS from_load, b.name AS to_load, a.parts AS from_parts,
    b.parts AS to_parts, a.took AS from_days, b.took AS to_days, a.id AS a, b.id AS b, a.sender,
    a.receiver AS came_to, b.receiver, a.by_notify OR b.by_notify AS by_notify,
    a.second OR b.second AS second,
    nullif(concat_ws(' and ', CASE WHEN a.dated IS NOT NULL THEN a.dated || ' of ' || a.id END,
      CASE WHEN b.dated IS NOT NULL THEN b.dated || ' of ' || b.id END), '') AS dated,
    a.load_port AS from_port, b.discharge_port AS to_port, a.from_country,
    a.to_country AS via_country, b.to_country, a.origin AS origin_in, b.origin AS origin_out,
    a.description AS description_in, b.description AS description_out,
    a.procedure AS procedure_in, b.procedure AS procedure_out
  FROM used u JOIN comes c ON c.b = u.b AND c.shifted = u.shifted
  JOIN leaves l ON l.a = u.a AND l.shifted = u.shifted
  JOIN loads a ON a.load = u.a JOIN loads b ON b.load = u.b
  WHERE rank <= $keep::INT AND a.came = $part::INT AND b.went = $part::INT
),
moves AS (
  SELECT DISTINCT hs_in, hs_out
  FROM (SELECT DISTINCT hs_in, hs_out FROM kept WHERE heading_in <> heading_out) k JOIN hs_moves m
    ON (starts_with(k.hs_in, m.hs_from) AND starts_with(k.hs_out, m.hs_to))
    OR (starts_with(k.hs_out, m.hs_from) AND starts_with(k.hs_in, m.hs_to))
),
texts AS (
  SELECT description, list_filter(regexp_extract_all(lower(description), '\p{L}{3,}'),
    lambda w: w NOT IN ('and', 'for', 'the', 'with', 'other', 'parts')) AS words
  FROM (SELECT description_in AS description FROM kept UNION SELECT description_out FROM kept)
  WHERE description IS NOT NULL
),
told_apart AS (
  SELECT i.description AS description_in, o.description AS description_out
  FROM (SELECT DISTINCT description_in, description_out FROM kept) k
  JOIN texts i ON i.description = k.description_in JOIN texts o ON o.description = k.description_out
  WHERE array_length(i.words) > 0 AND array_length(o.words) > 0 AND NOT list_has_any(i.words, o.words)
),
judged AS (
  SELECT k.*, m.hs_in IS NOT NULL AS moved, t.description_in IS NOT NULL AS other_name,
    procedure_in IN ('temporary', 'return', 'inward_processing', 'outward_processing') AS out_in,
    procedure_out IN ('temporary', 'return', 'inward_processing', 'outward_processing') AS out_out
  FROM kept k LEFT JOIN moves m ON m.hs_in = k.hs_in AND m.hs_out = k.hs_out
  LEFT JOIN told_apart t ON t.description_in = k.description_in
    AND t.description_out = k.description_out
)
SELECT shifted, from_days, to_days,
  coalesce(out_in, false) AS returning_in, coalesce(out_out, false) AS returning_out,
  a, b, from_load, to_load,
  CASE WHEN array_length(from_parts) > 1 THEN from_parts END AS from_parts,
  CASE WHEN array_length(to_parts) > 1 THEN to_parts END AS to_parts,
  basis, days, arrived, round(drift, 6) AS drift, round(expected, 9) AS expected, rank, of,
  round(-log10(greatest(expected, usual, 1e-9)) - rivals, 4) AS weight,
  usual > expected AS as_it_is,
  -- How far chance falls short, habit left aside where they are the best for each other.
  CASE WHEN basis NOT IN ('weight', 'split', 'merge', 'affiliate') THEN 9
    WHEN rank = 1 AND as_it_is THEN greatest(weight, round(-log10(round(expected, 9) + 1e-9), 4))
    ELSE weight END AS tie,
  left(hs_in, 6) AS goods,
  round(-log10(greatest(by_receiver, 1e-9)), 4) AS to_whom,
  round(-log10(greatest(by_port, 1e-9)), 4) AS to_where,
  round(-log10(greatest(by_country, 1e-9)), 4) AS to_land,
  sender, CASE WHEN sister THEN came_to END AS sister, holder, receiver, by_notify, second, dated,
  from_port, to_port, from_country, via_country, to_country,
  origin_kept,
  coalesce(heading_in <> heading_out AND NOT processed AND NOT moved AND times < 4, false)
    AS heading_changed,
  coalesce(origin_in <> origin_out AND NOT processed AND times < 4, false) AS origin_changed,
  coalesce(other_name AND NOT processed AND NOT moved AND times < 4, false) AS renamed,
  heading_changed OR origin_changed OR renamed AS relabelled,
  list_filter([
    CASE WHEN heading_in <> heading_out THEN 'heading ' || heading_in || ' → ' || heading_out END,
    CASE WHEN origin_in <> origin_out THEN 'origin ' || origin_in || ' → ' || origin_out END,
    CASE WHEN other_name THEN 'name “' || description_in || '” → “' || description_out || '”' END
  ], lambda x: x IS NOT NULL) AS changes,
  CASE
    WHEN processed THEN 'processing on record turns ' || heading_in || ' into ' || heading_out
    WHEN moved THEN 'heading ' || heading_in || ' became ' || heading_out || ' between HS editions'
    WHEN times >= 4 THEN 'the holder hands ' || heading_in || ' on as ' || heading_out || ' '
      || times || ' times: it may process'
    WHEN out_in OR out_out THEN 'declared as ' || concat_ws(' and ',
        CASE WHEN out_in THEN procedure_in END,
        CASE WHEN out_out AND procedure_out IS DISTINCT FROM procedure_in THEN procedure_out END)
    WHEN procedure_out = 're-export' AND origin_in = origin_out
      THEN 'declared as re-export with its origin kept'
  END AS lawful
FROM judged
