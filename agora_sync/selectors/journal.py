"""Which events of the journal AGORA is told."""

from functools import reduce
from operator import or_

from django.db.models import Q

from agora_sync.mapping.events import TOLD
from rights.enums import JournalEventKind
from rights.selectors.journal import is_step

# Whatever the contract has no operation for stays in the journal.
TOLD_EVENTS = reduce(
    or_,
    (is_step(*step) for step in TOLD),
    Q(kind__in=[JournalEventKind.FILE_REQUESTED, JournalEventKind.ITEMS_CONFIRMED]),
)
