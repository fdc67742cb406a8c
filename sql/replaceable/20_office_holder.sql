-- Is somebody with this function an office-holder ("bestuurder" on screens): a mayor or an alderman? A function that only speaks
-- of one ("adviseur van de wethouder") is none. Staff fill the function in; a member never writes his own.
CREATE OR REPLACE FUNCTION is_office_holder(member_function text)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(btrim(member_function)) ~ '^((waarnemend|loco)[ -]?)?(burgemeester|wethouder)$'
$$;
