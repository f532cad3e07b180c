"""A batch of trainings into the database, set by set: only what differs is written."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import models

from catalog.lheo.facts import ActionFacts, OrganisationFacts, PlaceFacts, TrainingFacts
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
from catalog.services.search_index import measure_what_is_indexed, refresh_search_entries

ORGANISATION_FIELDS = (
    "nda", "name", "legal_name", "postal_code", "town", "commune_id", "email", "phone", "website",
)  # fmt: skip
TRAINING_FIELDS = (
    "organisation", "certification", "certification_code", "occupation_codes", "title", "objective",
    "expected_results", "content", "is_certifying", "entry_level", "exit_level", "website", "described_on",
    "search_lemmas", "search_families", "digest", "updated_at", "closed_on",
)  # fmt: skip
ACTION_FIELDS = (
    "modality", "entry_mode", "price_cents", "hours_minutes", "rhythm", "conditions", "accessibility",
    "languages", "closed_on",
)  # fmt: skip
SESSION_FIELDS = (
    "place", "starts_on", "ends_on", "registration_starts_on", "registration_ends_on", "recruitment_state",
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
        self._store_actions(changed, stored, organisations)
        ids = [training.pk for training in stored.values()]
        self.batches += 1
        if self.batches & (self.batches - 1) == 0:  # What the run has stored has doubled.
            measure_what_is_indexed()
        refresh_search_entries(ids)
        seen = [ImportedTraining(run=self.run, training_id=pk) for pk in (*ids, *unchanged)]
        ImportedTraining.objects.bulk_create(seen, ignore_conflicts=True)
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
    ) -> dict[tuple[str, int], Training]:
        rows = [self._training(facts, organisations) for facts in trainings]
        Training.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["feed", "number", "occurrence"],
            update_fields=TRAINING_FIELDS,
        )
        return {(row.number, row.occurrence): row for row in rows}

    def _training(self, facts: TrainingFacts, organisations: dict[str, Organisation]) -> Training:
        code = facts.certification_code
        return Training(
            feed=self.run.feed,
            number=facts.number,
            occurrence=facts.occurrence,
            organisation=organisations[facts.organisation.siret],
            certification_id=code if code in self.certification_codes else None,
            certification_code=code,
            occupation_codes=list(facts.occupation_codes),
            title=facts.title,
            objective=facts.objective,
            expected_results=facts.expected_results,
            content=facts.content,
            is_certifying=facts.is_certifying,
            entry_level=facts.entry_level,
            exit_level=facts.exit_level,
            website=facts.website,
            described_on=facts.described_on,
            search_lemmas=facts.lemmas,
            search_families=facts.families,
            digest=facts.digest,
            updated_at=self.now,
        )

    def _store_actions(
        self,
        trainings: Sequence[TrainingFacts],
        stored: dict[tuple[str, int], Training],
        organisations: dict[str, Organisation],
    ) -> None:
        places = _store_places(trainings, organisations)
        pairs: list[tuple[Action, ActionFacts, int]] = []
        for training in trainings:
            row, owner = (
                stored[training.number, training.occurrence],
                organisations[training.organisation.siret],
            )
            pairs += [(_action(row, facts), facts, owner.pk) for facts in training.actions]
        Action.objects.bulk_create(
            [action for action, _, _ in pairs],
            update_conflicts=True,
            unique_fields=["training", "number", "occurrence"],
            update_fields=ACTION_FIELDS,
        )
        _link_places(pairs, places)
        sessions = [
            _session(
                action,
                facts,
                places.get((owner, facts.places[0].fingerprint)) if facts.places else None,
                rank,
            )
            for action, facts, owner in pairs
            for rank in range(len(facts.sessions))
        ]
        Session.objects.bulk_create(
            sessions,
            update_conflicts=True,
            unique_fields=["action", "number", "occurrence"],
            update_fields=SESSION_FIELDS,
            batch_size=2_000,
        )
        ids = [training.pk for training in stored.values()]
        gone_actions = Action.objects.filter(training__in=ids, closed_on=None)
        gone_actions.exclude(pk__in=[action.pk for action, _, _ in pairs]).update(closed_on=self.today)
        gone_sessions = Session.objects.filter(action__training__in=ids, closed_on=None)
        gone_sessions.exclude(pk__in=[session.pk for session in sessions]).update(closed_on=self.today)


def _names(model: type[models.Model], attributes: Iterable[str]) -> list[str]:
    return [model._meta.get_field(name).name for name in attributes]


def _store_places(
    trainings: Sequence[TrainingFacts], organisations: dict[str, Organisation]
) -> dict[tuple[int, object], Place]:
    """Places are never changed: another address is another place."""
    wanted: dict[tuple[int, object], PlaceFacts] = {}
    for training in trainings:
        owner = organisations[training.organisation.siret].pk
        for action in training.actions:
            wanted.update({(owner, place.fingerprint): place for place in action.places})
    rows = [
        Place(
            organisation_id=owner,
            fingerprint=place.fingerprint,
            name=place.name,
            address=place.address,
            postal_code=place.postal_code,
            town=place.town,
            commune_id=place.commune_code or None,
            latitude=place.latitude,
            longitude=place.longitude,
        )
        for (owner, _), place in wanted.items()
    ]
    Place.objects.bulk_create(rows, ignore_conflicts=True)
    held = Place.objects.filter(
        organisation__in={owner for owner, _ in wanted}, fingerprint__in={mark for _, mark in wanted}
    )
    return {(place.organisation_id, place.fingerprint): place for place in held}


def _action(training: Training, facts: ActionFacts) -> Action:
    return Action(
        training=training,
        number=facts.number,
        occurrence=facts.occurrence,
        modality=facts.modality,
        entry_mode=facts.entry_mode,
        price_cents=facts.price_cents,
        hours_minutes=facts.hours_minutes,
        rhythm=facts.rhythm,
        conditions=facts.conditions,
        accessibility=facts.accessibility,
        languages=facts.languages,
    )


def _session(action: Action, facts: ActionFacts, place: Place | None, rank: int) -> Session:
    said = facts.sessions[rank]
    return Session(
        action=action,
        number=said.number,
        occurrence=said.occurrence,
        place=place,
        starts_on=said.starts_on,
        ends_on=said.ends_on,
        registration_starts_on=said.registration_starts_on,
        registration_ends_on=said.registration_ends_on,
        recruitment_state=said.recruitment_state,
    )


def _link_places(
    pairs: list[tuple[Action, ActionFacts, int]], places: dict[tuple[int, object], Place]
) -> None:
    link = Action.places.through
    wanted: dict[int, set[int]] = defaultdict(set)
    for action, facts, owner in pairs:
        wanted[action.pk].update(places[owner, place.fingerprint].pk for place in facts.places)
    link.objects.filter(action_id__in=wanted).delete()
    link.objects.bulk_create(
        [link(action_id=action, place_id=place) for action, held in wanted.items() for place in sorted(held)],
        batch_size=5_000,
    )
