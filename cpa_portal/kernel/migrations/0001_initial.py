"""Extensions, the schema that holds the partitions, and the two functions every append-only table relies on."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only table %: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# Months are made ahead, by the running role too: it may call this function but not use the schema `partitions`.
# No default partition: it would have to be scanned and locked each time a month is added.
ENSURE_PARTITIONS = """
CREATE SCHEMA partitions;
REVOKE ALL ON SCHEMA partitions FROM PUBLIC;

CREATE FUNCTION ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET lock_timeout = '5s'
AS $$
DECLARE
    parent record;
    month date;
    partition_name text;
    made integer := 0;
BEGIN
    IF months_ahead NOT BETWEEN 0 AND 60 THEN
        RAISE EXCEPTION 'months_ahead: expected 0 to 60';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_partitions'));
    FOR parent IN
        SELECT c.relname FROM pg_class c
        WHERE c.relkind = 'p' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
    LOOP
        FOR step IN -1..months_ahead LOOP
            month := (date_trunc('month', now()) + make_interval(months => step))::date;
            partition_name := parent.relname || to_char(month, '_YYYY_MM');
            IF to_regclass(format('partitions.%I', partition_name)) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE partitions.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
                    partition_name, parent.relname, month, (month + interval '1 month')::date);
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION ensure_partitions(integer) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list = []

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change()"),
        migrations.RunSQL(
            ENSURE_PARTITIONS, "DROP FUNCTION ensure_partitions(integer); DROP SCHEMA partitions CASCADE"
        ),
    ]
