"""No expected appointment is left without an opening unless an open impact says so. Checked at the commit."""

FORWARDS = """
CREATE FUNCTION cep_refuse_uncovered(concerned uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE alone uuid;
BEGIN
    SELECT b.id INTO alone
    FROM public.cep_booking b
    WHERE b.id = ANY(concerned) AND b.status IN ('confirmed', 'proposed')
      AND NOT coalesce(
          (SELECT range_agg(w.span) @> b.span FROM public.cep_window w
           WHERE w.adviser_id = b.adviser_id AND w.site_id = b.site_id AND w.mode = b.mode AND w.span && b.span),
          false)
      AND NOT EXISTS (
          SELECT 1 FROM public.cep_impact i
          WHERE i.booking_id = b.id AND (i.closed_at IS NULL OR i."end" = 'kept'))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'appointment % has lost its opening and no open impact says so', alone
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cep_booking_covered_or_impact';
    END IF;
END $$;

CREATE FUNCTION cep_window_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.cep_refuse_uncovered(ARRAY(
        SELECT b.id FROM public.cep_booking b
        WHERE b.adviser_id = OLD.adviser_id AND b.span && OLD.span
          AND b.site_id = OLD.site_id AND b.mode = OLD.mode AND b.status IN ('confirmed', 'proposed')));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER no_booking_left_alone AFTER DELETE ON cep_window
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cep_window_gone();

CREATE FUNCTION cep_impact_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.cep_refuse_uncovered(ARRAY[NEW.booking_id]);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER no_impact_closed_too_soon AFTER UPDATE OF closed_at ON cep_impact
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.closed_at IS NOT NULL)
    EXECUTE FUNCTION cep_impact_closed();

REVOKE ALL ON FUNCTION cep_refuse_uncovered(uuid[]), cep_window_gone(), cep_impact_closed() FROM PUBLIC;

-- What calendars hold already bears the key of the appointment.
UPDATE cep_booking SET calendar_uid = id;
"""

BACKWARDS = """
DROP TRIGGER no_impact_closed_too_soon ON cep_impact;
DROP FUNCTION cep_impact_closed();
DROP TRIGGER no_booking_left_alone ON cep_window;
DROP FUNCTION cep_window_gone();
DROP FUNCTION cep_refuse_uncovered(uuid[]);
"""
