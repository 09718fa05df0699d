-- title: What of the ICIJ Power Players graphs feeds no table
-- about: Addresses stand with those who have them; the other relations have no table.
-- licence: ICIJ Offshore Leaks, ODbL 1.0 and CC BY-SA 3.0
-- table: skipped
-- reads:
--   nodes: [id, data.categories.0]
--   edges: [source, target, data.type, data.properties.name]
SELECT 'nodes' AS file, record,
  CASE WHEN "data.categories.0" = 'Address' THEN 'an address: it stands with those who have it'
    ELSE 'of no known category' END AS reason
FROM nodes WHERE "data.categories.0" IS NULL
  OR "data.categories.0" NOT IN ('Company', 'Client', 'Officer')
UNION ALL
SELECT 'edges', record,
  CASE
    WHEN "data.type" = 'registered' THEN 'says which agent registered a company: no table holds it'
    WHEN "data.type" = 'has similar name and address as'
      THEN 'likeness of two names: no relation between parties'
    WHEN "data.type" = 'registered address' THEN 'an address of nobody in the nodes'
    WHEN target NOT IN (SELECT id FROM nodes WHERE "data.categories.0" IN ('Company', 'Client'))
      THEN 'office with someone who is no company'
    ELSE 'office of a kind that is neither board nor ownership: ' || "data.properties.name"
  END
FROM edges
