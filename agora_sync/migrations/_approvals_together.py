"""Approvals written together are counted together: one statement for what a partner agrees to, not two a row."""

from agora_sync.migrations._approved_since import COUNT_EACH

FORWARDS = """
CREATE FUNCTION agora_count_approvals() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- The rows are locked first, in one order: of two sides that approve at the same time, the second sees the first.
    PERFORM FROM public.agora_sync_pagmassignment
        WHERE id IN (SELECT assignment_id FROM written) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM public.agora_sync_pagmright
        WHERE id IN (SELECT right_id FROM written) ORDER BY id FOR NO KEY UPDATE;
    UPDATE public.agora_sync_pagmassignment AS held SET approved_at = said.by_both
    FROM (
        SELECT assignment_id, max(approved_at) AS by_both FROM public.agora_sync_mappingapproval
        WHERE assignment_id IN (SELECT assignment_id FROM written) GROUP BY assignment_id HAVING count(*) = 2
    ) AS said
    WHERE held.id = said.assignment_id;
    UPDATE public.agora_sync_pagmright AS opened SET approved_at = said.by_both
    FROM (
        SELECT right_id, max(approved_at) AS by_both FROM public.agora_sync_mappingapproval
        WHERE right_id IN (SELECT right_id FROM written) GROUP BY right_id HAVING count(*) = 2
    ) AS said
    WHERE opened.id = said.right_id;
    RETURN NULL;
END $$;

DROP TRIGGER count_approval ON agora_sync_mappingapproval;
DROP FUNCTION agora_count_approval();
CREATE TRIGGER count_approvals AFTER INSERT ON agora_sync_mappingapproval
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION agora_count_approvals();
"""

BACKWARDS = f"""
DROP TRIGGER count_approvals ON agora_sync_mappingapproval;
DROP FUNCTION agora_count_approvals();
{COUNT_EACH}
"""
