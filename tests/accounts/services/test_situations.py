from datetime import date

import pytest

from accounts.enums import SituationKind, SituationSource
from accounts.exceptions import NoSuchSituation, SituationOverlaps
from accounts.models import Situation
from accounts.services.situations import declare_situation, end_situation
from tests.support.factories.accounts import HolderFactory, SituationFactory

pytestmark = pytest.mark.django_db
EMPLOYEE = SituationKind.PRIVATE_EMPLOYEE


def periods(holder):
    return list(holder.situations.order_by("starts_on").values_list("starts_on", "ends_on", "source"))


def test_declare_situation_ends_the_former_one_the_day_before():
    holder = HolderFactory()
    SituationFactory(
        holder=holder,
        kind=SituationKind.DIPLOMA_LEVEL,
        starts_on=date(2020, 1, 1),
        source=SituationSource.FLOW,
    )

    declare_situation(
        holder=holder,
        kind=SituationKind.DIPLOMA_LEVEL,
        effective_on=date(2026, 3, 3),
        details={"level": 3},
    )

    assert periods(holder) == [
        (date(2020, 1, 1), date(2026, 3, 2), "flow"),
        (date(2026, 3, 3), None, "declared"),
    ]
    former = holder.situations.get(source=SituationSource.FLOW)
    assert "fin déclarée par vous : 02/03/2026" in former.source_detail


def test_declare_situation_again_for_the_same_day_corrects_it():
    holder = HolderFactory()
    for level in (2, 3):
        declare_situation(
            holder=holder,
            kind=SituationKind.DIPLOMA_LEVEL,
            effective_on=date(2026, 3, 3),
            details={"level": level},
        )

    assert holder.situations.get().details == {"level": 3}


def test_declare_situation_before_a_later_one_is_refused_and_changes_nothing():
    holder = HolderFactory()
    SituationFactory(holder=holder, starts_on=date(2026, 5, 1))

    with pytest.raises(SituationOverlaps):
        declare_situation(holder=holder, kind=EMPLOYEE, effective_on=date(2026, 3, 3))

    assert periods(holder) == [(date(2026, 5, 1), None, "declared")]


def test_declare_situation_of_another_kind_stands_beside():
    holder = HolderFactory()
    SituationFactory(holder=holder, starts_on=date(2020, 1, 1))

    declare_situation(holder=holder, kind=SituationKind.SELF_EMPLOYED, effective_on=date(2026, 3, 3))

    assert Situation.objects.filter(holder=holder).on(date(2026, 4, 1)).count() == 2


def test_declare_situation_of_a_place_moves_where_the_person_is():
    holder = HolderFactory(home_commune_code="2A004")

    declare_situation(
        holder=holder,
        kind=SituationKind.HOME_PLACE,
        effective_on=date(2026, 3, 3),
        details={"commune": "2B033"},
    )

    holder.refresh_from_db()
    assert holder.home_commune_code == "2B033"


def test_end_situation_keeps_the_row_until_its_last_day():
    holder = HolderFactory()
    SituationFactory(holder=holder, starts_on=date(2020, 1, 1))

    end_situation(holder=holder, kind=EMPLOYEE, last_day=date(2026, 3, 3))

    assert periods(holder) == [(date(2020, 1, 1), date(2026, 3, 3), "declared")]


def test_end_situation_that_never_was_is_refused():
    with pytest.raises(NoSuchSituation):
        end_situation(holder=HolderFactory(), kind=EMPLOYEE, last_day=date(2026, 3, 3))
