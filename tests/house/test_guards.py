"""What the database refuses by itself, guard by guard: one that goes, or is loosened, is a decision that is read.

`guards.txt` holds one line for each constraint, unique index and trigger. Most have tests of what they refuse; this one
sees that none is lost on the way.
"""

from pathlib import Path

import pytest
from django.db import connection

GUARDS = Path(__file__).with_name("guards.txt")
# Partitions repeat their parent; of a constraint the index says nothing more.
STANDING = """
SELECT relation.relname || ': ' || pg_get_constraintdef(guard.oid)
FROM pg_constraint guard JOIN pg_class relation ON relation.oid = guard.conrelid
WHERE relation.relnamespace = 'public'::regnamespace AND NOT relation.relispartition
AND guard.contype IN ('c', 'f', 'u', 'x')
UNION ALL
SELECT relation.relname || ': ' || pg_get_indexdef(guard.indexrelid)
FROM pg_index guard JOIN pg_class relation ON relation.oid = guard.indrelid
WHERE relation.relnamespace = 'public'::regnamespace AND NOT relation.relispartition
AND guard.indisunique AND NOT guard.indisprimary
AND NOT EXISTS (SELECT FROM pg_constraint made WHERE made.conindid = guard.indexrelid AND made.contype IN ('u', 'x'))
UNION ALL
SELECT relation.relname || ': ' || pg_get_triggerdef(guard.oid)
FROM pg_trigger guard JOIN pg_class relation ON relation.oid = guard.tgrelid
WHERE relation.relnamespace = 'public'::regnamespace AND NOT relation.relispartition AND NOT guard.tgisinternal
"""


@pytest.mark.django_db
def test_every_guard_of_the_database_stands_and_is_written_down() -> None:
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        standing = {" ".join(line.split()) for (line,) in cursor.fetchall()}
    written = set(GUARDS.read_text().splitlines())

    assert not written - standing, "gone or changed; a decision? take its line out of guards.txt"
    assert not standing - written, "new; write its line in guards.txt, and a test of what it refuses"
