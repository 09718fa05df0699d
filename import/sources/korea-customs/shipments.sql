-- title: Synthetic Korean import declarations
-- about: |
--   One row a declared line. Parties are pseudonyms; the two label columns (Fraud, Critical Fraud)
--   are the data makers' and are not read. There is no day of departure or arrival, so nothing can
--   be handed on: questions that need one say that they could not be checked.
-- licence: MIT, 2022 Institute for Basic Science and Korea Customs Service
-- table: shipments
-- reads:
--   declarations: [Declaration ID, Date, Declarant ID, Importer ID, Seller ID, Courier ID, HS6 Code, Country of Departure, Country of Origin, Net Mass, Item Price]
SELECT 'kr-' || "Declaration ID" AS id,
  'import_declaration' AS record, 'import' AS procedure,
  'kr-' || "Importer ID" AS importer, 'kr-' || "Seller ID" AS seller,
  'kr-' || "Declarant ID" AS declarant, 'kr-' || "Courier ID" AS carrier,
  "HS6 Code" AS hs, "Country of Origin" AS origin, "Country of Departure" AS dispatch,
  'KR' AS destination, "Date" AS declared, "Net Mass" AS weight_kg,
  "Item Price" AS value, 'KRW' AS currency,
  ['declarations:' || record] AS sources
FROM declarations
ORDER BY record
