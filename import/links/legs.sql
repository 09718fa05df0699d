-- title: Shipments read as movements of goods from a sender to a receiver
-- about: |
--   One leg for each movement: what one record of it leaves out another may say. The sender is the
--   exporter, else the seller, else the shipper; the receiver the importer, else the buyer, else
--   the consignee, else whom to notify, else who alone sends the same lot, serial or sealed box on.
--   Second records stand as the first of their company. A missing day is reckoned from the other
--   by what the lane usually takes.
-- misses: a movement whose records share no `movement`
-- table: links
WITH read AS (
  SELECT s.id, s.movement, exporter, seller, shipper, importer, buyer, consignee, notify, bill,
    master_bill,
    CASE WHEN departed = departed_last THEN departed END AS departed,
    CASE WHEN arrived = arrived_last THEN arrived END AS arrived,
    CASE WHEN weight_kg > 0 THEN weight_kg END AS net,
    CASE WHEN gross_kg > 0 THEN gross_kg END AS gross, hs, description, origin, procedure,
    lot, serial, CASE WHEN seal IS NOT NULL THEN container || ' ' || seal END AS sealed, container,
    quantity, unit, coalesce(value_usd, value) AS worth,
    CASE WHEN value_usd IS NOT NULL THEN 'USD' ELSE currency END AS money,
    load_port, discharge_port, coalesce(dispatch, l.country, origin) AS from_country,
    coalesce(d.country, destination) AS to_country
  FROM shipments s LEFT JOIN ports l ON l.code = load_port LEFT JOIN ports d ON d.code = discharge_port
),
moved AS (
  SELECT id, list_filter([bill, master_bill], lambda b: b IS NOT NULL) AS papers,
    coalesce(exporter, seller, shipper) AS sender, coalesce(importer, buyer, consignee) AS named,
    notify, departed, arrived, net, gross, hs, description, origin, procedure, lot, serial, sealed,
    container, quantity, unit, worth, money, load_port, discharge_port, from_country, to_country
  FROM read WHERE movement IS NULL
  UNION ALL
  SELECT min(id),
    list_filter(list_concat(list(bill), list(master_bill)), lambda b: b IS NOT NULL),
    coalesce(arg_min(exporter, id), arg_min(seller, id), arg_min(shipper, id)),
    coalesce(arg_min(importer, id), arg_min(buyer, id), arg_min(consignee, id)),
    arg_min(notify, id), arg_min(departed, id), arg_min(arrived, id), arg_min(net, id),
    arg_min(gross, id), arg_min(hs, id), arg_min(description, id), arg_min(origin, id),
    arg_min(procedure, id), arg_min(lot, id), arg_min(serial, id), arg_min(sealed, id),
    arg_min(container, id), arg_min(quantity, id), arg_min(unit, id), arg_min(worth, id),
    arg_min(money, id), arg_min(load_port, id), arg_min(discharge_port, id),
    arg_min(from_country, id), arg_min(to_country, id)
  FROM read WHERE movement IS NOT NULL GROUP BY movement
),
known AS (
  SELECT m.id, m.papers, coalesce(s.company, m.sender) AS sender,
    coalesce(n.company, m.named) AS named, coalesce(f.company, m.notify) AS notify,
    s.id IS DISTINCT FROM s.company OR n.id IS DISTINCT FROM n.company
      OR (m.named IS NULL AND f.id IS DISTINCT FROM f.company) AS second,
    departed, arrived, net, gross, hs, description, origin, procedure, lot, serial, sealed,
    container, quantity, unit, worth, money, load_port, discharge_port, from_country, to_country
  FROM moved m LEFT JOIN same s ON s.id = m.sender LEFT JOIN same n ON n.id = m.named
  LEFT JOIN same f ON f.id = m.notify
),
-- Nobody named, nobody to notify: who sends the same lot, serial or sealed box on next, and alone.
traces AS (
  SELECT id, sender, named, notify, departed, 'lot ' || lot AS trace FROM known
  UNION ALL SELECT id, sender, named, notify, departed, 'serial ' || serial FROM known
  UNION ALL SELECT id, sender, named, notify, departed, 'sealed ' || sealed FROM known
),
later AS (
  SELECT a.id, b.sender, rank() OVER (PARTITION BY a.id ORDER BY b.departed) AS after
  FROM traces a
  JOIN traces b ON b.trace = a.trace AND b.id <> a.id AND b.sender <> a.sender
    AND b.departed >= a.departed
  WHERE a.named IS NULL AND a.notify IS NULL
),
followers AS (
  SELECT id, min(sender) AS sender FROM later WHERE after = 1
  GROUP BY id HAVING min(sender) = max(sender)
),
lanes AS (
  SELECT load_port, discharge_port,
    percentile_disc(0.25) WITHIN GROUP (ORDER BY date_diff('day', departed, arrived))::INT AS days
  FROM known WHERE arrived >= departed GROUP BY load_port, discharge_port HAVING count(*) >= 3
),
usual AS (
  SELECT round(median(date_diff('day', departed, arrived)))::INT AS days
  FROM known WHERE arrived >= departed
)
SELECT row_number() OVER () AS leg, k.id, k.papers, k.sender,
  coalesce(k.named, k.notify, f.sender) AS receiver, k.named IS NULL AS by_notify, k.second,
  CASE WHEN k.arrived IS NULL THEN 'arrival' WHEN k.departed IS NULL THEN 'departure' END AS dated,
  coalesce(k.departed, k.arrived - coalesce(l.days, u.days)) AS departed,
  coalesce(k.arrived, k.departed + coalesce(l.days, u.days)) AS arrived,
  k.net, k.gross, k.hs, left(k.hs, 4) AS heading, k.description, k.origin, k.procedure, k.lot,
  k.serial, k.sealed, k.container, k.quantity, k.unit, k.worth, k.money, k.load_port,
  k.discharge_port, k.from_country, k.to_country
FROM known k CROSS JOIN usual u
LEFT JOIN lanes l ON l.load_port = k.load_port AND l.discharge_port = k.discharge_port
LEFT JOIN followers f ON f.id = k.id
