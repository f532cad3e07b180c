"""What an import of a feed would change, worked out while the file is read: nothing is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.lheo.facts import TrainingFacts
from catalog.models import Training
from catalog.services.differences import Tally

# Enough to recognise a wrong file; a national feed may change by tens of thousands.
EXAMPLES = 50


class Difference:
    """How many records would be created, changed and closed, and the names of the first of each."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.examples: dict[str, list[str]] = {"created": [], "changed": [], "closed": []}

    def count(self, outcome: str, name: str) -> None:
        setattr(self.tally, outcome, getattr(self.tally, outcome) + 1)
        if len(self.examples[outcome]) < EXAMPLES:
            self.examples[outcome].append(name)


class OfferDifference(Difference):
    """Of one feed, batch by batch; `close` comes last."""

    def __init__(self, feed: str) -> None:
        super().__init__()
        self.feed = feed

    def add(self, trainings: Sequence[TrainingFacts]) -> None:
        held = Training.objects.filter(feed=self.feed, number__in={facts.number for facts in trainings})
        known = {
            (number, occurrence): (digest, closed_on)
            for number, occurrence, digest, closed_on in held.values_list(
                "number", "occurrence", "digest", "closed_on"
            )
        }
        for facts in trainings:
            before = known.get((facts.number, facts.occurrence))
            if before != (facts.digest, None):
                self.count("changed" if before else "created", f"{facts.title} ({facts.number})")

    def close(self, seen: Mapping[str, Sequence[Any]]) -> None:
        """What the feed offers today and the file does not hold. `seen`: what the file holds of each number."""
        offered = Training.objects.filter(feed=self.feed, closed_on=None).order_by("pk")
        for number, occurrence, title in offered.values_list("number", "occurrence", "title").iterator():
            if occurrence > len(seen.get(number, ())):
                self.count("closed", f"{title} ({number})")
