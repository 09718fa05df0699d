-- title: Every load that the goods of another may have left as, and how much chance explains of it
-- about: |
--   Of the companies of one part: a load that arrives, beside the loads that its receiver, or a
--   company of the same owner, sends off 0 to `window` days later with the same lot, serial or
--   sealed box, or of like weight (net with net, else gross with gross). docs/links.md derives
--   `expected`. `rank` and `of` are among all pairs of the arriving shipment.
-- misses: what leaves by other weights than it arrived by, and without a physical trace
-- table: links
-- inputs:
--   shift: {type: integer, default: 200, min: 0, max: 3650, help: "Days by which departures are set back to see what chance alone gives; 0 does not look"}
WITH world AS (
  SELECT min(departed) AS first,
    greatest(1, date_diff('day', min(departed), max(arrived)) + 1) AS days
  FROM legs
),
-- Days within the window of each other lie in one span of days, or in the next.
inbound AS (
  SELECT load, receiver AS onward, 1 AS kin, arrived, lot, serial, sealed, net, gross,
    net_bucket, gross_bucket, floor(date_diff('day', first, arrived) / ($window::INT + 1))::INT AS span
  FROM loads CROSS JOIN world
  WHERE came = $part::INT AND receiver IS NOT NULL AND arrived IS NOT NULL
    AND sender IS DISTINCT FROM receiver
),
-- `kin`: among how many companies of one owner the goods may have gone on; 1 is the receiver itself.
kins AS (SELECT one, 1 + count(*) AS n FROM sisters GROUP BY one),
arrivals AS (
  SELECT * FROM inbound
  UNION ALL
  SELECT load, s.other, k.n, arrived, lot, serial, sealed, net, gross, net_bucket, gross_bucket, span
  FROM inbound JOIN sisters s ON s.one = onward JOIN kins k ON k.one = onward
),
leaving AS (
  SELECT load, sender, lot, serial, sealed, net, gross, net_bucket, gross_bucket, reach, first, days,
    departed, departed - $shift::INT AS back
  FROM loads CROSS JOIN world
  WHERE went = $part::INT AND sender IS NOT NULL AND departed IS NOT NULL
    AND sender IS DISTINCT FROM receiver
),
-- Everything departs twice: when it did, and some months before, round the calendar. No goods were
-- handed on so: what is paired then, in the same trade of the same companies, is chance.
departures AS (
  SELECT *, departed AS gone, false AS shifted FROM leaving
  UNION ALL
  SELECT *, back + CASE WHEN back < first
    THEN days::INT * ceil(date_diff('day', back, first) / days)::INT ELSE 0 END, true
  FROM leaving WHERE $shift::INT > 0
),
outbound AS (
  SELECT *, floor(date_diff('day', first, gone) / ($window::INT + 1))::INT AS span FROM departures
),
-- By what the two ends meet: 1 to 3 a physical trace, 4 net beside net, 5 and 6 gross beside gross
-- where the one that arrives, or the one that leaves, does not say net.
probes AS (
  SELECT beside, later FROM (SELECT unnest([-1, 0, 1]) AS beside)
  CROSS JOIN (SELECT unnest([0, 1]) AS later)
),
ends_in AS (
  SELECT load, onward, kin, arrived, 1 AS via, lot AS key, NULL::DOUBLE AS kg
  FROM arrivals WHERE lot IS NOT NULL
  UNION ALL
  SELECT load, onward, kin, arrived, 2, serial, NULL FROM arrivals WHERE serial IS NOT NULL
  UNION ALL
  SELECT load, onward, kin, arrived, 3, sealed, NULL FROM arrivals WHERE sealed IS NOT NULL
  UNION ALL
  SELECT load, onward, kin, arrived, 4, (net_bucket + beside) || ' ' || (span + later), net
  FROM arrivals CROSS JOIN probes WHERE net IS NOT NULL
  UNION ALL
  SELECT load, onward, kin, arrived, CASE WHEN net IS NULL THEN 5 ELSE 6 END,
    (gross_bucket + beside) || ' ' || (span + later), gross
  FROM arrivals CROSS JOIN probes WHERE gross IS NOT NULL
),
ends_out AS (
  SELECT load, sender, shifted, gone, 1 AS via, lot AS key, NULL::DOUBLE AS kg, reach
  FROM outbound WHERE lot IS NOT NULL
  UNION ALL
  SELECT load, sender, shifted, gone, 2, serial, NULL, reach FROM outbound WHERE serial IS NOT NULL
  UNION ALL
  SELECT load, sender, shifted, gone, 3, sealed, NULL, reach FROM outbound WHERE sealed IS NOT NULL
  UNION ALL
  SELECT load, sender, shifted, gone, 4, net_bucket || ' ' || span, net, reach
  FROM outbound WHERE net IS NOT NULL
  UNION ALL
  SELECT load, sender, shifted, gone, 5, gross_bucket || ' ' || span, gross, reach
  FROM outbound WHERE gross IS NOT NULL
  UNION ALL
  SELECT load, sender, shifted, gone, 6, gross_bucket || ' ' || span, gross, reach
  FROM outbound WHERE gross IS NOT NULL AND net IS NULL
),
met AS (
  SELECT a.load AS a, b.load AS b, b.shifted, a.kin, a.via,
    date_diff('day', a.arrived, b.gone) AS days
  FROM ends_in a JOIN ends_out b ON b.sender = a.onward AND b.via = a.via AND b.key = a.key
  WHERE b.gone BETWEEN a.arrived AND a.arrived + $window::INT
    AND (a.via < 4 OR round(1 - least(a.kg, b.kg) / greatest(a.kg, b.kg), 9) <= b.reach)
),
traced AS (SELECT a, b, shifted, min(via) AS via FROM met WHERE via < 4 GROUP BY a, b, shifted),
facts AS (
  SELECT m.a, m.b, m.shifted, m.via, m.kin, m.days, w.days AS span,
    a.summed AS merged, b.summed AS split,
    CASE WHEN a.net IS NOT NULL AND b.net IS NOT NULL
      THEN 1 - least(a.net, b.net) / greatest(a.net, b.net)
      WHEN a.gross IS NOT NULL AND b.gross IS NOT NULL
      THEN 1 - least(a.gross, b.gross) / greatest(a.gross, b.gross) END AS drift,
    -- goods that weigh more by the measure by which they are alike
    CASE WHEN a.net IS NOT NULL AND b.net IS NOT NULL THEN b.net > a.net * 1.0005
      ELSE b.gross > a.gross * 1.0005 END AS grown,
    -- the share of all trade that is as near to this weight
    greatest(b.alike * 2 * (drift + 0.01) * 0.5 / 0.0513,
      CASE WHEN drift < 0.0005 THEN b.same_weight ELSE 0 END) AS by_weight,
    -- the heading: what the holder sends and the receiver gets anyway; real goods seldom change it
    CASE WHEN a.heading IS NULL OR b.heading IS NULL THEN 1
      ELSE greatest(b.their_heading, CASE WHEN a.heading = b.heading THEN b.own_heading
        WHEN b.heading_again THEN 4 ELSE 4 * least(1, b.own_heading) END) END AS by_heading,
    b.sent, b.by_customer, least(1, 2 * (drift + 0.01) * 0.5 / 0.154) AS width, b.sent_exact,
    b.sent_near, a.got_exact, a.got_near,
    -- least and greatest pass over what is missing, and nothing is like nothing
    CASE WHEN a.unit = b.unit AND a.quantity > 0 AND b.quantity > 0
      THEN least(a.quantity, b.quantity) / greatest(a.quantity, b.quantity) END AS same_count,
    CASE WHEN a.money = b.money AND a.worth > 0 AND b.worth > 0
      THEN least(a.worth, b.worth) / greatest(a.worth, b.worth) END AS same_worth,
    coalesce(a.container = b.container AND b.load_port = a.discharge_port, false) AS same_box,
    coalesce(a.heading = b.heading AND a.origin = b.origin, false) AS as_it_came
  FROM met m CROSS JOIN world w
  JOIN loads a ON a.load = m.a JOIN loads b ON b.load = m.b
  LEFT JOIN traced t ON t.a = m.a AND t.b = m.b AND t.shifted = m.shifted
  WHERE a.came = $part::INT AND b.went = $part::INT AND (t.a IS NULL OR t.via = m.via)
    AND abs(m.a) <> abs(m.b) AND NOT list_has_any(a.papers, b.papers)
    AND (m.kin = 1 OR (b.sender IS DISTINCT FROM a.sender
      AND b.receiver IS DISTINCT FROM a.receiver))
),
weighed AS (
  SELECT a, b, shifted, kin > 1 AS sister, days, drift, as_it_came,
    CASE via WHEN 1 THEN 'lot' WHEN 2 THEN 'serial' WHEN 3 THEN 'container+seal'
      ELSE CASE WHEN split THEN 'split' WHEN merged THEN 'merge' WHEN kin > 1 THEN 'affiliate'
        ELSE 'weight' END END AS basis,
    CASE WHEN via < 4 THEN 0.0001
    ELSE (days + 10) * 0.5 / span * (sent * by_weight * by_heading * by_customer
        + greatest(sent_exact, width * (sent_near - sent_exact), got_exact,
          width * (got_near - got_exact)))
      * CASE WHEN merged THEN 4 ELSE 1 END
      * CASE WHEN split THEN 4 ELSE 1 END
      * kin
      -- goods lose on the way and seldom gain
      * CASE WHEN grown THEN 3 ELSE 0.7 END
      * CASE WHEN same_count >= 0.98 THEN 0.3 WHEN same_count < 0.8 THEN 3 ELSE 1 END
      * CASE WHEN same_worth >= 0.995 THEN 0.3 ELSE 1 END
      * CASE WHEN same_box THEN 0.1 ELSE 1 END
    END AS expected
  FROM facts
)
SELECT $part::INT AS part, a, b, shifted, basis, sister, days, drift, expected, as_it_came,
  rank() OVER (PARTITION BY abs(a), shifted ORDER BY expected) AS rank,
  count(*) OVER (PARTITION BY abs(a), shifted) AS of
FROM weighed
