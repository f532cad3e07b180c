"""Invented trainings of an organisation: subject, length, price, actions and dated sessions."""

import datetime
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.generation.organisations import LINE_WEIGHTS, Organisation, Site
from catalog.generation.tables import DRIVING, LANGUAGES, Subject, Tables

OWN_LINE_SHARE = 0.85
POPULARITY_EXPONENT = 0.9
# Orders of magnitude published for the personal training account: 480 € for 7 h, about 11,000 € for 977 h.
PRICE_PER_HOUR, PRICE_DECLINE, PRICE_SPREAD = 68.6, -0.37, 0.35
MODALITIES = {"0": 66, "1": 12, "2": 22}
PERMANENT_SHARE = 0.35
RECRUITMENT_STATES = {"1": 80, "2": 16, "3": 4}
START_MONTH_WEIGHTS = (9, 7, 8, 7, 6, 6, 4, 2, 16, 11, 8, 4)
PAST_MONTHS, FUTURE_MONTHS, PAST_WEIGHT = 2, 12, 0.15
RHYTHMS = ("Temps plein, en journée", "Temps partiel", "Cours du soir", "En journée, deux jours par semaine")
CONDITIONS = (
    "Entretien et test de positionnement.", "Aucun prérequis.", "Savoir lire, écrire et compter.",
    "Motivation vérifiée lors d'un entretien.", "Être majeur à l'entrée en formation.",
)  # fmt: skip
# The training that the demonstration looks for, and its certification.
WELDING_CODE = "RNCP38311"
WELDING_TITLE = "Soudeur : souder à l'arc (MIG, MAG, TIG)"
WELDING_FIRST_DAYS, WELDING_EVERY_DAYS, WELDING_SESSIONS = 28, 35, 10


@dataclass(frozen=True)
class Session:
    number: str
    starts_on: datetime.date
    ends_on: datetime.date
    state: str


@dataclass(frozen=True)
class Action:
    number: str
    modality: str
    is_permanent: bool
    price_euros: int
    hours: int
    rhythm: str
    conditions: str
    site: Site
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class Training:
    number: str
    title: str
    objective: str
    content: str
    subject: Subject
    updated_on: datetime.date
    organisation: Organisation
    actions: tuple[Action, ...]


class TrainingMaker:
    def __init__(self, rng: random.Random, tables: Tables, first_day: datetime.date) -> None:
        self.rng = rng
        self.tables = tables
        self.first_day = first_day
        self.months = list(self._start_months())

    def trainings_of(self, organisation: Organisation, rank: int) -> Iterator[Training]:
        """Trainings until the organisation's share of sessions is used up."""
        left, serial = organisation.sessions, 0
        while left > 0:
            serial += 1
            number = f"{rank + 1:05}-{serial:04}"
            if rank == 0 and serial == 1:
                training = self._welding(organisation, number, min(left, WELDING_SESSIONS))
            else:
                training = self._training(organisation, number, left)
            left -= sum(len(action.sessions) for action in training.actions)
            yield training

    def _training(self, organisation: Organisation, number: str, left: int) -> Training:
        subject = self._subject(organisation)
        block = self.rng.choice(subject.blocks) if subject.blocks and self.rng.random() < 0.5 else ""
        hours = self._hours(subject, block)
        actions: list[Action] = []
        for rank in range(1 if self.rng.random() < 0.7 else 2):
            if left > 0:
                actions.append(self._action(organisation, subject, hours, f"{number}-{rank + 1}", left))
                left -= len(actions[-1].sessions)
        return self._described(organisation, subject, number, block, tuple(actions))

    def _welding(self, organisation: Organisation, number: str, count: int) -> Training:
        """Always a session that begins soon enough and late enough, open and affordable."""
        subject = next(
            (subject for subject in self.tables.subjects["H"] if subject.code == WELDING_CODE),
            self.tables.subjects["H"][0],
        )
        sessions = []
        for rank in range(count):
            day = self.first_day + datetime.timedelta(days=WELDING_FIRST_DAYS + rank * WELDING_EVERY_DAYS)
            day += datetime.timedelta(days=-day.weekday() % 7)
            end = day + datetime.timedelta(days=11)
            sessions.append(Session(f"{number}-1-{rank + 1}", day, end, "1"))
        action = Action(
            number=f"{number}-1",
            modality="0",
            is_permanent=False,
            price_euros=1_190,
            hours=70,
            rhythm=RHYTHMS[0],
            conditions="Aucun prérequis.",
            site=organisation.sites[0],
            sessions=tuple(sessions),
        )
        described = self._described(organisation, subject, number, "", (action,))
        return Training(**{**described.__dict__, "title": WELDING_TITLE})

    def _subject(self, organisation: Organisation) -> Subject:
        line = organisation.line
        if self.rng.random() > OWN_LINE_SHARE and line != DRIVING:
            line = self.rng.choices(list(LINE_WEIGHTS), list(LINE_WEIGHTS.values()))[0]
        subjects = self.tables.subjects.get(line) or self.tables.subjects["M"]
        weights = [(rank + 1) ** -POPULARITY_EXPONENT for rank in range(len(subjects))]
        return self.rng.choices(subjects, weights)[0]

    def _described(
        self,
        organisation: Organisation,
        subject: Subject,
        number: str,
        block: str,
        actions: tuple[Action, ...],
    ) -> Training:
        # Organisations name these certificates by the acronym that everybody uses.
        usual = subject.title.replace("Certificat d'aptitude à la conduite en sécurité", "CACES")
        title = f"{usual[:120]} – bloc « {block} »" if block else usual
        goal = f"la certification « {subject.title} »" if subject.code else f"« {subject.title} »"
        parts = [block] if block else list(subject.blocks[:8])
        items = "".join(f"<li>{part}</li>" for part in parts)
        return Training(
            number=number,
            title=title[:250],
            objective=f"Préparer {goal}, avec un formateur qui suit chaque stagiaire.",
            content=f"<p>Au programme :</p><ul>{items}</ul>"
            if items
            else "<p>Cours et mise en pratique.</p>",
            subject=subject,
            updated_on=self.first_day - datetime.timedelta(days=self.rng.randrange(1, 300)),
            organisation=organisation,
            actions=actions,
        )

    def _hours(self, subject: Subject, block: str) -> int:
        if subject.line == DRIVING:
            return self.rng.choice((20, 20, 25, 28, 30, 35))
        if subject.line == LANGUAGES:
            return self.rng.choice((10, 15, 20, 20, 30, 40))
        median, spread, low, high = (
            (21, 0.5, 7, 140) if subject.code.startswith("RS") else (400, 0.45, 140, 1_400)
        )
        if block:
            median, spread, low, high = (70, 0.4, 21, 210)
        hours = self.rng.lognormvariate(math.log(median), spread)
        return max(low, min(high, round(hours / 7) * 7))

    def _price(self, hours: int) -> int:
        price = (
            hours * PRICE_PER_HOUR * (hours / 7) ** PRICE_DECLINE * self.rng.lognormvariate(0, PRICE_SPREAD)
        )
        return max(90, round(price / 10) * 10)

    def _action(
        self, organisation: Organisation, subject: Subject, hours: int, number: str, left: int
    ) -> Action:
        rng = self.rng
        modality = (
            "0" if subject.line == DRIVING else rng.choices(list(MODALITIES), list(MODALITIES.values()))[0]
        )
        is_permanent = rng.random() < PERMANENT_SHARE
        count = min(left, 1 + min(int(rng.expovariate(1 / 1.9)), 11))
        return Action(
            number=number,
            modality=modality,
            is_permanent=is_permanent,
            price_euros=self._price(hours),
            hours=hours,
            rhythm=rng.choice(RHYTHMS),
            conditions=rng.choice(CONDITIONS),
            site=rng.choice(organisation.sites),
            sessions=tuple(
                self._session(f"{number}-{rank + 1}", hours, is_permanent) for rank in range(count)
            ),
        )

    def _session(self, number: str, hours: int, is_permanent: bool) -> Session:
        year, month = self.rng.choices([m for m, _ in self.months], [w for _, w in self.months])[0]
        starts_on = datetime.date(year, month, self.rng.randrange(1, 29))
        # Trainings begin on a working day of the week.
        starts_on += datetime.timedelta(
            days=max(0, 7 - starts_on.weekday()) if starts_on.weekday() > 4 else 0
        )
        weeks = max(hours / 35, 0.1) * self.rng.choice((1, 1, 2))
        length = self.rng.randrange(150, 360) if is_permanent else math.ceil(weeks * 7) - 3
        state = self.rng.choices(list(RECRUITMENT_STATES), list(RECRUITMENT_STATES.values()))[0]
        return Session(number, starts_on, starts_on + datetime.timedelta(days=max(length, 0)), state)

    def _start_months(self) -> Iterator[tuple[tuple[int, int], float]]:
        for step in range(-PAST_MONTHS, FUTURE_MONTHS + 1):
            year, month = divmod(self.first_day.year * 12 + self.first_day.month - 1 + step, 12)
            weight = START_MONTH_WEIGHTS[month] * (PAST_WEIGHT if step < 0 else 1)
            yield (year, month + 1), weight
