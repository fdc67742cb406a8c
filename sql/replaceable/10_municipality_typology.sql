-- The type in force of each municipality: the newest edition, a sourced statement before an example one. A municipality
-- without a row here is 'nog niet ingedeeld'; a type is never guessed.
CREATE OR REPLACE VIEW municipality_typology AS
SELECT DISTINCT ON (a.municipality_code)
       a.municipality_code, a.typology_slug, t.letter, t.name, t.name_singular, t.is_confirmed,
       a.edition, a.source, a.is_example
  FROM typology_assignments a
  JOIN typologies t ON t.slug = a.typology_slug
 ORDER BY a.municipality_code, a.is_example, a.edition DESC, t.position;
