"""Since when both sides approved a mapping, kept on its row by the database alone: what each call reads."""

COUNT_EACH = """
CREATE FUNCTION agora_count_approval() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- The row is locked first: of two sides that approve at the same time, the second one sees the first.
    IF NEW.assignment_id IS NOT NULL THEN
        PERFORM FROM public.agora_sync_pagmassignment WHERE id = NEW.assignment_id FOR NO KEY UPDATE;
        UPDATE public.agora_sync_pagmassignment SET approved_at = (
            SELECT max(approved_at) FROM public.agora_sync_mappingapproval
            WHERE assignment_id = NEW.assignment_id HAVING count(*) = 2)
        WHERE id = NEW.assignment_id;
    ELSE
        PERFORM FROM public.agora_sync_pagmright WHERE id = NEW.right_id FOR NO KEY UPDATE;
        UPDATE public.agora_sync_pagmright SET approved_at = (
            SELECT max(approved_at) FROM public.agora_sync_mappingapproval
            WHERE right_id = NEW.right_id HAVING count(*) = 2)
        WHERE id = NEW.right_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER count_approval AFTER INSERT ON agora_sync_mappingapproval
    FOR EACH ROW EXECUTE FUNCTION agora_count_approval();
"""

FORWARDS = f"""
-- What was approved before this column.
UPDATE agora_sync_pagmassignment held SET approved_at = (
    SELECT max(approved_at) FROM agora_sync_mappingapproval WHERE assignment_id = held.id HAVING count(*) = 2);
UPDATE agora_sync_pagmright opened SET approved_at = (
    SELECT max(approved_at) FROM agora_sync_mappingapproval WHERE right_id = opened.id HAVING count(*) = 2);

CREATE FUNCTION agora_keep_approval() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Nobody but the trigger below, one level further down, writes this column.
    IF pg_trigger_depth() = 1 THEN
        NEW.approved_at := CASE TG_OP WHEN 'INSERT' THEN NULL ELSE OLD.approved_at END;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_approval BEFORE INSERT OR UPDATE ON agora_sync_pagmassignment
    FOR EACH ROW EXECUTE FUNCTION agora_keep_approval();
CREATE TRIGGER keep_approval BEFORE INSERT OR UPDATE ON agora_sync_pagmright
    FOR EACH ROW EXECUTE FUNCTION agora_keep_approval();

{COUNT_EACH}"""

BACKWARDS = """
DROP TRIGGER count_approval ON agora_sync_mappingapproval;
DROP FUNCTION agora_count_approval();
DROP TRIGGER keep_approval ON agora_sync_pagmright;
DROP TRIGGER keep_approval ON agora_sync_pagmassignment;
DROP FUNCTION agora_keep_approval();
"""
