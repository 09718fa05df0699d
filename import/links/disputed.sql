-- title: Which papers of a shipment do not all say the same
-- about: |
--   Sets the record of a shipment and all its papers side by side, column by column: parties, origin,
--   destination and HS code by their words, weights, quantities and values by their size. docs/links.md:
--   Disputed.
-- misses: names that two papers write under one id, and descriptions, which are no codes.
-- table: links
-- reads: documents, shipments
-- inputs:
--   weight: {type: number, default: 5, min: 0, max: 1000, help: Percent by which weights and quantities may differ}
--   value: {type: number, default: 10, min: 0, max: 1000, help: Percent by which values may differ}
WITH
said AS (
  SELECT id AS shipment, NULL AS paper, * EXCLUDE id FROM shipments
  WHERE id IN (SELECT shipment FROM documents)
  UNION ALL BY NAME
  SELECT id AS paper, * EXCLUDE id FROM documents WHERE shipment IS NOT NULL
),
words AS (
  UNPIVOT (SELECT shipment, paper, shipper, consignee, exporter, importer, seller, buyer, manufacturer,
    end_user, origin, destination, left(hs, 6) AS hs FROM said)
  ON shipper, consignee, exporter, importer, seller, buyer, manufacturer, end_user, origin, destination, hs
  INTO NAME field VALUE says
),
amounts AS (
  UNPIVOT (SELECT shipment, paper, currency, unit, weight_kg, gross_kg, quantity, value, value_usd FROM said)
  ON weight_kg, gross_kg, quantity, value, value_usd INTO NAME field VALUE says
),
unlike AS (
  -- A code is the same as a longer one that begins like it.
  SELECT shipment, field, '' AS measure
  FROM words GROUP BY shipment, field
  HAVING min(says) <> max(says)
    AND (field <> 'hs' OR list_bool_or([NOT starts_with(max_by(says, length(says)), one) FOR one IN list(says)]))
  UNION ALL
  SELECT shipment, field,
    CASE field WHEN 'value' THEN currency WHEN 'quantity' THEN unit ELSE '' END AS measure
  FROM amounts WHERE says > 0 GROUP BY ALL
  HAVING max(says) > min(says) * (1 + CASE WHEN field IN ('value', 'value_usd') THEN $value ELSE $weight END / 100)
)
SELECT paper AS a, shipment AS b, list_sort(list(DISTINCT field)) AS fields
FROM unlike JOIN (
  SELECT shipment, paper, field FROM words UNION ALL
  SELECT shipment, paper, field FROM amounts) USING (shipment, field)
WHERE paper IS NOT NULL AND measure IS NOT NULL
GROUP BY paper, shipment
