-- Which files of the register were put in place, so that a start does not undo what was imported since.
CREATE TABLE seeded_files (
    name text PRIMARY KEY,
    hash text NOT NULL  -- SHA-256, hexadecimal
);
