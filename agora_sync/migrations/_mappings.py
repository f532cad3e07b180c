"""What a mapping says never changes, an end only comes nearer, and a cut-off leaves its dates behind."""

FORWARDS = """
-- An approval stands on the row as it was read: the columns named here keep their value.
CREATE FUNCTION agora_keep_columns() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE kept text;
BEGIN
    FOREACH kept IN ARRAY TG_ARGV LOOP
        IF to_jsonb(OLD) -> kept IS DISTINCT FROM to_jsonb(NEW) -> kept THEN
            RAISE EXCEPTION '% of % never changes: end this row and write another', kept, TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = 'agora_mapping_never_changes';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_mapping BEFORE UPDATE ON agora_sync_pagmassignment
    FOR EACH ROW EXECUTE FUNCTION agora_keep_columns('application_id', 'pagm_id', 'starts_at');
CREATE TRIGGER keep_mapping BEFORE UPDATE ON agora_sync_pagmright
    FOR EACH ROW EXECUTE FUNCTION agora_keep_columns('pagm_id', 'operation');
CREATE TRIGGER keep_mapping BEFORE UPDATE ON agora_sync_pagm
    FOR EACH ROW EXECUTE FUNCTION agora_keep_columns('partner_id', 'code');
CREATE TRIGGER keep_mapping BEFORE UPDATE ON agora_sync_partnerapplication
    FOR EACH ROW EXECUTE FUNCTION agora_keep_columns('partner_id', 'code');

-- What was approved until a day was not approved beyond it.
CREATE FUNCTION agora_end_comes_nearer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.ends_at IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at) THEN
        RAISE EXCEPTION 'the end of % only comes nearer: write another row', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agora_mapping_never_longer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER end_comes_nearer BEFORE UPDATE ON agora_sync_pagmassignment
    FOR EACH ROW EXECUTE FUNCTION agora_end_comes_nearer();
CREATE TRIGGER end_comes_nearer BEFORE UPDATE ON agora_sync_pagmright
    FOR EACH ROW EXECUTE FUNCTION agora_end_comes_nearer();

INSERT INTO agora_sync_cutoff (partner_id, started_at)
    SELECT id, cut_off_at FROM agora_sync_partner WHERE cut_off_at IS NOT NULL;
CREATE FUNCTION agora_remember_cut_off() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.cut_off_at IS NOT DISTINCT FROM OLD.cut_off_at THEN
            RETURN NULL;
        END IF;
        UPDATE public.agora_sync_cutoff SET lifted_at = greatest(clock_timestamp(), started_at)
            WHERE partner_id = NEW.id AND lifted_at IS NULL;
    END IF;
    IF NEW.cut_off_at IS NOT NULL THEN
        INSERT INTO public.agora_sync_cutoff (partner_id, started_at) VALUES (NEW.id, NEW.cut_off_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER remember_cut_off AFTER INSERT OR UPDATE ON agora_sync_partner
    FOR EACH ROW EXECUTE FUNCTION agora_remember_cut_off();
"""

BACKWARDS = """
DROP TRIGGER remember_cut_off ON agora_sync_partner;
DROP FUNCTION agora_remember_cut_off();
DROP TRIGGER end_comes_nearer ON agora_sync_pagmright;
DROP TRIGGER end_comes_nearer ON agora_sync_pagmassignment;
DROP FUNCTION agora_end_comes_nearer();
DROP TRIGGER keep_mapping ON agora_sync_partnerapplication;
DROP TRIGGER keep_mapping ON agora_sync_pagm;
DROP TRIGGER keep_mapping ON agora_sync_pagmright;
DROP TRIGGER keep_mapping ON agora_sync_pagmassignment;
DROP FUNCTION agora_keep_columns();
"""

AGREED_BEFORE = """
-- A profile was agreed as a whole, by both sides at one instant: its mappings stay open to who has them.
INSERT INTO agora_sync_mappingapproval
    (assignment_id, right_id, side, approver, approver_key, quality, reference, approved_at)
SELECT mapping.assignment_id, mapping.right_id, said.side, said.approver, upper(said.approver),
       'Accord d’avant le suivi des approbations', 'Convention en vigueur', pagm.agreed_at
FROM (
    SELECT id AS assignment_id, NULL::bigint AS right_id, pagm_id FROM agora_sync_pagmassignment
    UNION ALL SELECT NULL, id, pagm_id FROM agora_sync_pagmright
) AS mapping
JOIN agora_sync_pagm AS pagm ON pagm.id = mapping.pagm_id AND pagm.agreed_at IS NOT NULL
CROSS JOIN (VALUES ('agora', 'Agora'), ('partner', 'Partenaire')) AS said (side, approver);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
