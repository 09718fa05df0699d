-- title: What of the ICIJ Power Players graphs feeds no table
-- about: Who registered a company, and which names are alike, have no table.
-- licence: ICIJ Offshore Leaks, ODbL 1.0 and CC BY-SA 3.0
-- table: skipped
-- reads:
--   nodes: [id, data.categories.0]
--   edges: [source, target, data.type, data.properties.name]
SELECT 'nodes' AS file, record,
  CASE WHEN "data.categories.0" = 'Address' THEN 'an address of nobody in the graphs'
    ELSE 'a node of no known category' END AS reason
FROM nodes WHERE "data.categories.0" IS NULL
  OR "data.categories.0" NOT IN ('Company', 'Client', 'Officer')
UNION ALL
SELECT 'edges', record,
  CASE
    WHEN "data.type" = 'registered' THEN 'says which agent registered a company: no table holds it'
    WHEN "data.type" = 'has similar name and address as'
      THEN 'likeness of two names: no relation between parties'
    WHEN "data.type" = 'registered address' THEN 'an address of nobody in the graphs'
    WHEN "data.type" = 'is officer of' THEN 'office of a kind that is neither board nor ownership: '
      || coalesce("data.properties.name", 'not said')
    ELSE 'a relation of no known kind'
  END
FROM edges
