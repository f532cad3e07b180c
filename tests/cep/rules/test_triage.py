import datetime
from itertools import product

import pytest

from cep.rules.triage import Outcome, Situation, Status, decide
from cep.triage_table import FILE, read_table, triage_table

TODAY = datetime.date(2026, 11, 22)
FIRST_DAY = datetime.date(2020, 1, 2)
AGES = (None, 15, 25, 26, 64)

# status, age, executive, disabled -> outcome, who advises in order
CASES = [
    (Status.EMPLOYEE, 40, False, False, Outcome.BOOKED, ["le conseiller du réseau régional"]),
    (Status.EMPLOYEE, 40, True, False, Outcome.BOOKED, ["le conseiller du réseau régional", "l'Apec"]),
    (Status.EMPLOYEE, None, False, True, Outcome.BOOKED, ["le conseiller du réseau régional", "Cap emploi"]),
    (Status.EMPLOYEE, 25, False, False, Outcome.BOOKED, ["le conseiller du réseau régional", "la mission locale"]),
    (Status.EMPLOYEE, 26, False, False, Outcome.BOOKED, ["le conseiller du réseau régional"]),
    (
        Status.SELF_EMPLOYED, 22, True, True, Outcome.BOOKED,
        ["le conseiller du réseau régional", "l'Apec", "Cap emploi", "la mission locale"],
    ),
    (
        Status.PUBLIC_AGENT, 22, True, True, Outcome.REDIRECTED,
        ["le conseiller mobilité-carrière de votre administration"],
    ),
    (Status.JOB_SEEKER, 40, False, False, Outcome.REDIRECTED, ["France Travail"]),
    (Status.JOB_SEEKER, 25, False, False, Outcome.REDIRECTED, ["la mission locale", "France Travail"]),
    (
        Status.JOB_SEEKER, 50, True, True, Outcome.REDIRECTED, ["Cap emploi", "l'Apec", "France Travail"],
    ),
    (Status.RETIRED, 70, False, False, Outcome.INFORMED, ["la maison France services la plus proche"]),
    (Status.STUDENT, 20, False, False, Outcome.INFORMED, ["le service d'orientation de votre établissement"]),
]  # fmt: skip


def test_who_advises_whom():
    for status, age, executive, disabled, outcome, names in CASES:
        situation = Situation(status, age=age, is_executive=executive, is_disabled=disabled)

        decision = decide(situation, table=triage_table(), day=TODAY)

        assert (decision.outcome, [row.contact.name for row in decision.rows]) == (outcome, names), situation


def test_nobody_is_left_without_an_answer_its_reason_and_its_source():
    for status, age, executive, disabled, leaving, day in product(
        Status, AGES, *[[False, True]] * 3, [FIRST_DAY, TODAY]
    ):
        decision = decide(Situation(status, age, executive, disabled, leaving), table=triage_table(), day=day)

        assert all(row.contact and row.because and row.source for row in decision.rows)


def test_day_of_the_question_decides_which_row_holds():
    seeker = Situation(Status.JOB_SEEKER, age=40)

    before = decide(seeker, table=triage_table(), day=datetime.date(2023, 12, 31))
    after = decide(seeker, table=triage_table(), day=datetime.date(2024, 1, 1))

    assert [row.contact.name for row in before.rows] == ["Pôle emploi"]
    assert [row.contact.name for row in after.rows] == ["France Travail"]


def test_what_cannot_be_undone_is_told_to_an_employee_who_wants_to_leave_and_to_no_other():
    leaving = Situation(Status.EMPLOYEE, wants_to_leave=True)

    assert [a.name for a in decide(leaving, table=triage_table(), day=TODAY).urgent] == [
        "resignation",
        "desertion",
    ]
    assert [a.name for a in decide(leaving, table=triage_table(), day=FIRST_DAY).urgent] == ["resignation"]
    for other in (Situation(Status.EMPLOYEE), Situation(Status.PUBLIC_AGENT, wants_to_leave=True)):
        assert not decide(other, table=triage_table(), day=TODAY).urgent


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("statuses: [public_agent]", "statuses: [public_agents]"),
        ("outcome: booked", "outcome: refused"),
        ("to: apec", "to: apac"),
        ("age_under: 26", "age_under_or_so: 26"),
        ("to_day: 2023-12-31", "to_day: 2019-12-31"),
        ("    from: 2024-01-01\n", ""),
    ],
)
def test_table_that_could_not_be_followed_is_refused_by_the_name_of_its_row(said, instead):
    text = FILE.read_text(encoding="utf-8")
    assert said in text

    with pytest.raises(ValueError, match=r"cep/triage\.yaml, (row|advice) \w+"):
        read_table(text.replace(said, instead))
