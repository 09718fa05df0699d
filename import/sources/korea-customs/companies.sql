-- title: Pseudonyms of the synthetic Korean import declarations
-- about: |
--   The importers, sellers, declarants and couriers that the declarations name. A pseudonym is all
--   that is known of one; its name here is the pseudonym. One id may play several parts, so only
--   those that do nothing but declare or carry get a role.
-- licence: MIT, 2022 Institute for Basic Science and Korea Customs Service
-- table: companies
-- reads:
--   declarations: [Declarant ID, Importer ID, Seller ID, Courier ID]
WITH named AS (
  SELECT "Importer ID" AS id, 'trader' AS part, record FROM declarations
  UNION ALL SELECT "Seller ID", 'trader', record FROM declarations
  UNION ALL SELECT "Declarant ID", 'broker', record FROM declarations
  UNION ALL SELECT "Courier ID", 'carrier', record FROM declarations
)
SELECT 'kr-' || id AS id, id AS name,
  CASE WHEN count(DISTINCT part) = 1 AND min(part) <> 'trader' THEN min(part) END AS role,
  ['declarations:' || min(record)] AS sources
FROM named WHERE id IS NOT NULL GROUP BY id
ORDER BY min(record), id
