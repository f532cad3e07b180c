"""A batch of trainings into the database, set by set: only what differs is written."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import models

from catalog.lheo.facts import ActionFacts, OrganisationFacts, PlaceFacts, SessionFacts, TrainingFacts
from catalog.models import (
    Action,
    Certification,
    ImportedTraining,
    ImportRun,
    Organisation,
    Place,
    Session,
    Training,
)
from catalog.services.differences import Tally
from catalog.services.mass_writing import Row, merge_rows
from catalog.services.search_index import measure_what_is_indexed, refresh_search_entries

ORGANISATION_FIELDS = (
    "nda", "name", "legal_name", "postal_code", "town", "commune_id", "email", "phone", "website",
)  # fmt: skip
TRAINING_FIELDS = (
    "organisation_id", "certification_id", "certification_code", "occupation_codes", "title", "objective",
    "expected_results", "content", "is_certifying", "entry_level", "exit_level", "website", "described_on",
    "search_lemmas", "search_families", "digest", "updated_at", "closed_on",
)  # fmt: skip
ACTION_FIELDS = (
    "modality", "entry_mode", "price_cents", "hours_minutes", "rhythm", "conditions", "accessibility",
    "languages", "closed_on",
)  # fmt: skip
SESSION_FIELDS = (
    "place_id", "starts_on", "ends_on", "registration_starts_on", "registration_ends_on", "recruitment_state",
    "closed_on",
)  # fmt: skip


@dataclass
class OfferStorage:
    """Stores the batches of one run. An organisation is what the first training of the run says of it."""

    run: ImportRun
    now: datetime.datetime
    today: datetime.date
    certification_codes: frozenset[str] = field(init=False)
    described: set[str] = field(init=False)
    batches: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.certification_codes = frozenset(Certification.objects.values_list("code", flat=True))
        # After a restart, what the trainings already stored said stands.
        seen = Organisation.objects.filter(trainings__importedtraining__run=self.run)
        self.described = set(seen.values_list("siret", flat=True))

    def store(self, trainings: Sequence[TrainingFacts]) -> Tally:
        """Store one batch; the caller holds the transaction."""
        organisations = self._store_organisations(trainings)
        known = self._known(trainings)
        tally, changed, unchanged = Tally(), [], []
        for facts in trainings:
            held = known.get((facts.number, facts.occurrence))
            if held is not None and held.digest == facts.digest and held.closed_on is None:
                unchanged.append(held.pk)
                continue
            changed.append(facts)
            tally.created += held is None
            tally.changed += held is not None
        stored = self._store_trainings(changed, organisations)
        written = self._store_actions(changed, stored, organisations)
        self._close_what_is_gone([stored[key] for key in known.keys() & stored.keys()], *written)
        ids = list(stored.values())
        self.batches += 1
        if self.batches & (self.batches - 1) == 0:  # What the run has stored has doubled.
            measure_what_is_indexed()
        refresh_search_entries(ids)
        seen = [{"run_id": self.run.pk, "training_id": pk} for pk in (*ids, *unchanged)]
        merge_rows(ImportedTraining, seen, unique=("run_id", "training_id"))
        return tally

    def seen_digests(self, numbers: set[str]) -> dict[str, list[UUID]]:
        """Digests of the trainings of this run that bear these numbers, in the order of their occurrences."""
        seen = ImportedTraining.objects.filter(run=self.run, training__number__in=numbers)
        digests: dict[str, list[UUID]] = {}
        for number, digest in seen.order_by("training__occurrence").values_list(
            "training__number", "training__digest"
        ):
            digests.setdefault(number, []).append(digest)
        return digests

    def _known(self, trainings: Sequence[TrainingFacts]) -> dict[tuple[str, int], Training]:
        numbers = {facts.number for facts in trainings}
        rows = Training.objects.filter(feed=self.run.feed, number__in=numbers)
        return {
            (row.number, row.occurrence): row
            for row in rows.only("number", "occurrence", "digest", "closed_on")
        }

    def _store_organisations(self, trainings: Sequence[TrainingFacts]) -> dict[str, Organisation]:
        wanted: dict[str, OrganisationFacts] = {}
        for facts in trainings:
            wanted.setdefault(facts.organisation.siret, facts.organisation)
        rows = {row.siret: row for row in Organisation.objects.filter(siret__in=wanted)}
        changed = []
        for siret, said in wanted.items():
            row = rows.get(siret)
            if row is None:
                row = rows[siret] = Organisation(siret=siret)
            elif siret in self.described or not said.is_described:
                continue
            values = {name: getattr(said, name, None) for name in ORGANISATION_FIELDS}
            values["commune_id"] = said.commune_code or None
            if row.pk is None or any(getattr(row, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(row, name, value)
                changed.append(row)
        self.described.update(wanted)
        # Their name is in the index of each of their trainings. `is_qualiopi` is not of the feed: it stays.
        renamed = Training.objects.filter(organisation__in=[row.pk for row in changed if row.pk])
        ids = list(renamed.values_list("pk", flat=True))
        Organisation.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["siret"],
            update_fields=_names(Organisation, ORGANISATION_FIELDS),
        )
        refresh_search_entries(ids)
        return rows

    def _store_trainings(
        self, trainings: Sequence[TrainingFacts], organisations: dict[str, Organisation]
    ) -> dict[tuple[str, int], int]:
        """The key of each training stored, by its number and occurrence."""
        stored = merge_rows(
            Training,
            [self._training(facts, organisations) for facts in trainings],
            unique=("feed", "number", "occurrence"),
            update=TRAINING_FIELDS,
            returning=("number", "occurrence", "id"),
        )
        return {(number, occurrence): pk for number, occurrence, pk in stored}

    def _training(self, facts: TrainingFacts, organisations: dict[str, Organisation]) -> Row:
        code = facts.certification_code
        return {
            "feed": self.run.feed,
            "number": facts.number,
            "occurrence": facts.occurrence,
            "organisation_id": organisations[facts.organisation.siret].pk,
            "certification_id": code if code in self.certification_codes else None,
            "certification_code": code,
            "occupation_codes": facts.occupation_codes,
            "title": facts.title,
            "objective": facts.objective,
            "expected_results": facts.expected_results,
            "content": facts.content,
            "is_certifying": facts.is_certifying,
            "entry_level": facts.entry_level,
            "exit_level": facts.exit_level,
            "website": facts.website,
            "described_on": facts.described_on,
            "search_lemmas": facts.lemmas,
            "search_families": facts.families,
            "digest": facts.digest,
            "updated_at": self.now,
            "closed_on": None,
        }

    def _store_actions(
        self,
        trainings: Sequence[TrainingFacts],
        stored: dict[tuple[str, int], int],
        organisations: dict[str, Organisation],
    ) -> tuple[list[int], list[int]]:
        """Actions with their places and sessions; the keys of the actions and of the sessions written."""
        places = _store_places(trainings, organisations)
        facts_of, owners = {}, {}
        for training in trainings:
            key = stored[training.number, training.occurrence]
            owners[key] = organisations[training.organisation.siret].pk
            facts_of.update({(key, facts.number, facts.occurrence): facts for facts in training.actions})
        written = merge_rows(
            Action,
            [_action(training, facts) for (training, _, _), facts in facts_of.items()],
            unique=("training_id", "number", "occurrence"),
            update=ACTION_FIELDS,
            returning=("training_id", "number", "occurrence", "id"),
        )
        actions = []
        for training_id, number, occurrence, pk in written:
            facts = facts_of[training_id, number, occurrence]
            where = [places[owners[training_id], place.fingerprint] for place in facts.places]
            actions.append((pk, facts, where))
        _link_places({pk: set(where) for pk, _, where in actions})
        sessions = merge_rows(
            Session,
            [
                _session(pk, said, where[0] if where else None)
                for pk, facts, where in actions
                for said in facts.sessions
            ],
            unique=("action_id", "number", "occurrence"),
            update=SESSION_FIELDS,
            returning=("id",),
        )
        return [pk for pk, _, _ in actions], [pk for (pk,) in sessions]

    def _close_what_is_gone(self, trainings: list[int], actions: list[int], sessions: list[int]) -> None:
        """What these trainings, known before, had and have no more."""
        if not trainings:
            return
        gone_actions = Action.objects.filter(training__in=trainings, closed_on=None)
        gone_actions.exclude(pk__in=actions).update(closed_on=self.today)
        gone_sessions = Session.objects.filter(action__training__in=trainings, closed_on=None)
        gone_sessions.exclude(pk__in=sessions).update(closed_on=self.today)


def _names(model: type[models.Model], attributes: Iterable[str]) -> list[str]:
    return [model._meta.get_field(name).name for name in attributes]


def _store_places(
    trainings: Sequence[TrainingFacts], organisations: dict[str, Organisation]
) -> dict[tuple[int, UUID], int]:
    """The key of each place. Places are never changed: another address is another place."""
    wanted: dict[tuple[int, UUID], PlaceFacts] = {}
    for training in trainings:
        owner = organisations[training.organisation.siret].pk
        for action in training.actions:
            wanted.update({(owner, place.fingerprint): place for place in action.places})
    held = _held_places(wanted)
    missing = [_place(owner, place) for (owner, mark), place in wanted.items() if (owner, mark) not in held]
    if missing:
        merge_rows(Place, missing, unique=("organisation_id", "fingerprint"))
        # Those that the import of another feed has just written are among them.
        held = _held_places(wanted)
    return held


def _held_places(wanted: Iterable[tuple[int, UUID]]) -> dict[tuple[int, UUID], int]:
    owners, marks = {owner for owner, _ in wanted}, {mark for _, mark in wanted}
    rows = Place.objects.filter(organisation__in=owners, fingerprint__in=marks)
    return {(owner, mark): pk for owner, mark, pk in rows.values_list("organisation_id", "fingerprint", "pk")}


def _place(organisation_id: int, facts: PlaceFacts) -> Row:
    return {
        "organisation_id": organisation_id,
        "fingerprint": facts.fingerprint,
        "name": facts.name,
        "address": facts.address,
        "postal_code": facts.postal_code,
        "town": facts.town,
        "commune_id": facts.commune_code or None,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
    }


def _action(training_id: int, facts: ActionFacts) -> Row:
    return {
        "training_id": training_id,
        "number": facts.number,
        "occurrence": facts.occurrence,
        "modality": facts.modality,
        "entry_mode": facts.entry_mode,
        "price_cents": facts.price_cents,
        "hours_minutes": facts.hours_minutes,
        "rhythm": facts.rhythm,
        "conditions": facts.conditions,
        "accessibility": facts.accessibility,
        "languages": facts.languages,
        "closed_on": None,
    }


def _session(action_id: int, said: SessionFacts, place_id: int | None) -> Row:
    return {
        "action_id": action_id,
        "number": said.number,
        "occurrence": said.occurrence,
        "place_id": place_id,
        "starts_on": said.starts_on,
        "ends_on": said.ends_on,
        "registration_starts_on": said.registration_starts_on,
        "registration_ends_on": said.registration_ends_on,
        "recruitment_state": said.recruitment_state,
        "closed_on": None,
    }


def _link_places(wanted: dict[int, set[int]]) -> None:
    link = Action.places.through
    held = set(link.objects.filter(action_id__in=wanted).values_list("action_id", "place_id"))
    links = {(action, place) for action, places in wanted.items() for place in places}
    for action, place in held - links:
        link.objects.filter(action_id=action, place_id=place).delete()
    rows = [{"action_id": action, "place_id": place} for action, place in sorted(links - held)]
    merge_rows(link, rows, unique=("action_id", "place_id"))
