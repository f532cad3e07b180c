"""The SQL that ties the state of a file to its history: the database decides, whoever writes."""

# Deferred: the state and its row of history come in one transaction, in any order.
CHECK_STATE = """
CREATE FUNCTION rights_check_file_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    told text;
    stands text;
BEGIN
    SELECT state INTO stands FROM public.rights_trainingfile WHERE id = NEW.id;
    SELECT to_state INTO told FROM public.rights_trainingfiletransition
    WHERE training_file_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF stands IS NOT NULL AND told IS DISTINCT FROM stands THEN
        RAISE EXCEPTION 'rights_trainingfile %: state % is not that of its history (%)', NEW.id, stands, told
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rights_file_state_is_told';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION rights_check_file_state() FROM PUBLIC;

CREATE CONSTRAINT TRIGGER check_file_state AFTER UPDATE OF state ON rights_trainingfile
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
EXECUTE FUNCTION rights_check_file_state();
"""

FORWARDS = CHECK_STATE
BACKWARDS = """
DROP TRIGGER check_file_state ON rights_trainingfile;
DROP FUNCTION rights_check_file_state();
"""
