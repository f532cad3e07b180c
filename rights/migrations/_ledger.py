"""The SQL that makes the ledger: who may write a balance, and how (see docs/architecture.md)."""

# A counter is born empty, whatever the INSERT says: Django names every column there.
OPEN_COUNTER = """
CREATE FUNCTION rights_open_counter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.balance := 0;
    NEW.reserved := 0;
    NEW.last_position := 0;
    RETURN NEW;
END $$;

CREATE TRIGGER open_counter BEFORE INSERT ON rights_counter
FOR EACH ROW EXECUTE FUNCTION rights_open_counter();
"""

# The one place where a balance changes. The UPDATE locks the counter until the transaction ends, so that entries of
# one counter are numbered in the order in which they count. SECURITY DEFINER: the running role may not write these
# columns itself. The check on the counter refuses a balance below zero, and with it the entry.
POST_ENTRY = """
CREATE FUNCTION rights_post_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.at IS DISTINCT FROM statement_timestamp() THEN
        RAISE EXCEPTION 'rights_entry.at is the database''s own clock' USING ERRCODE = 'check_violation';
    END IF;

    UPDATE public.rights_counter AS counter
    SET balance = counter.balance + NEW.amount,
        reserved = counter.reserved - CASE WHEN NEW.kind IN ('hold', 'release') THEN NEW.amount ELSE 0 END,
        last_position = counter.last_position + 1
    WHERE counter.id = NEW.counter_id
    RETURNING counter.balance, counter.last_position INTO NEW.balance_after, NEW.position;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'rights_entry: no counter %', NEW.counter_id USING ERRCODE = 'foreign_key_violation';
    END IF;

    INSERT INTO public.rights_entrykey (key, counter_id, position)
    VALUES (NEW.key, NEW.counter_id, NEW.position);
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION rights_post_entry() FROM PUBLIC;

CREATE TRIGGER post_entry BEFORE INSERT ON rights_entry
FOR EACH ROW EXECUTE FUNCTION rights_post_entry();
"""

FORWARDS = OPEN_COUNTER + POST_ENTRY
BACKWARDS = """
DROP TRIGGER post_entry ON rights_entry;
DROP FUNCTION rights_post_entry();
DROP TRIGGER open_counter ON rights_counter;
DROP FUNCTION rights_open_counter();
"""
