import pytest

from catalog.enums import FraudSign, ReportReason, ReviewOutcome
from catalog.exceptions import SignGone, TooManyReports
from catalog.models import SignReview, TrainingReport
from catalog.selectors.fraud import reports_of, signs
from catalog.services.watch import report_training, review_sign
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.catalog import (
    ActionFactory,
    CertificationFactory,
    OrganisationFactory,
    TrainingFactory,
    TrainingReportFactory,
)

pytestmark = pytest.mark.django_db


def warn(training, origin="192.0.2.1", **more):
    return report_training(training=training, reason=ReportReason.PRICE, text="", origin=origin, **more)


def priced(certification, *euros, **organisation):
    """Trainings of ten hours towards the certification, each by an organisation of its own."""
    made = OrganisationFactory(**organisation)
    return [
        ActionFactory(
            training=TrainingFactory(certification=certification, title=f"Titre {price}", organisation=made),
            price_cents=price * 100,
            hours_minutes=600,
        ).training
        for price in euros
    ]


def reviewed(sign, **more):
    order = {"outcome": ReviewOutcome.UNFOUNDED, "reason": "Vérifié au téléphone", **more}
    return review_sign(sign=sign.sign, subject=sign.subject, author=UserFactory(cdc=True), **order)


def test_report_keeps_the_origin_as_a_hash_and_no_person_unless_asked():
    report = warn(TrainingFactory())

    assert report.holder is None
    assert "192.0.2.1" not in report.origin_hash
    assert report.origin_hash


def test_report_beyond_the_limit_of_one_origin_is_refused_and_others_pass(settings):
    settings.REPORTS_PER_DAY = 2
    training = TrainingFactory()
    warn(training)
    warn(training)

    with pytest.raises(TooManyReports):
        warn(training)

    warn(training, origin="192.0.2.2")
    assert TrainingReport.objects.count() == 3


def test_price_far_above_the_median_of_the_certification_is_a_sign():
    certification = CertificationFactory()
    *_, dear = priced(certification, 100, 100, 110, 120, 330)

    (sign,) = signs(FraudSign.PRICE)

    assert sign.training_id == dear.pk
    assert "33,00" in sign.facts.replace("\u202f", " ")
    assert "3,0 fois le prix médian" in sign.facts


@pytest.mark.parametrize("prices", [(100, 100, 110, 120, 329), (100, 100, 400)], ids=["below", "too few"])
def test_price_below_three_medians_or_without_enough_offers_is_no_sign(prices):
    priced(CertificationFactory(), *prices)

    assert signs(FraudSign.PRICE) == []


def test_closed_trainings_neither_count_nor_bear_a_sign():
    certification = CertificationFactory()
    *_, dear = priced(certification, 100, 100, 110, 120, 330)
    dear.closed_on = "2026-03-01"
    dear.save()

    assert signs(FraudSign.PRICE) == []


def test_sheets_repeated_by_one_organisation_are_one_sign():
    organisation, other = OrganisationFactory(), OrganisationFactory()
    for maker, copies in ((organisation, 5), (other, 4)):
        for _ in range(copies):
            ActionFactory(training=TrainingFactory(organisation=maker))

    (sign,) = signs(FraudSign.DUPLICATES)

    assert (sign.organisation_id, sign.state) == (organisation.pk, "5")


@pytest.mark.parametrize(
    ("organisation", "said"),
    [
        ({"is_qualiopi": False}, "Non certifié Qualiopi"),
        ({"nda": ""}, "Sans numéro de déclaration"),
        ({"is_qualiopi": None}, ""),
        ({"is_qualiopi": True}, ""),
    ],
    ids=["not certified", "not declared", "unknown", "certified"],
)
def test_organisation_off_the_list_is_a_sign_when_it_offers_a_certification(organisation, said):
    TrainingFactory(organisation=OrganisationFactory(**organisation), certification=CertificationFactory())

    found = signs(FraudSign.STANDING)

    assert [said in sign.facts for sign in found] == ([True] if said else [])


def test_sign_that_was_handled_is_borne_again_when_its_facts_change():
    organisation = OrganisationFactory()
    for _ in range(5):
        ActionFactory(training=TrainingFactory(organisation=organisation))
    (sign,) = signs(FraudSign.DUPLICATES)
    reviewed(sign, state=sign.state)
    (handled,) = signs(FraudSign.DUPLICATES)
    ActionFactory(training=TrainingFactory(organisation=organisation))

    (again,) = signs(FraudSign.DUPLICATES)

    assert (handled.is_handled, again.is_handled) == (True, False)
    assert [review.reason for review in again.reviews] == ["Vérifié au téléphone"]


def test_review_of_other_facts_than_those_shown_is_refused_and_writes_nothing():
    report = TrainingReportFactory()
    (sign,) = signs(FraudSign.REPORT, subject=str(report.pk))

    with pytest.raises(SignGone):
        reviewed(sign, state="autre")

    assert not SignReview.objects.exists()


def test_reports_of_a_person_say_the_last_review_and_show_no_other_persons():
    holder = HolderFactory()
    report = TrainingReportFactory(holder=holder)
    TrainingReportFactory(holder=HolderFactory())
    (sign,) = signs(FraudSign.REPORT, subject=str(report.pk))
    reviewed(sign, state="", outcome=ReviewOutcome.UNFOUNDED)
    reviewed(sign, state="", outcome=ReviewOutcome.PASSED_ON)

    ((followed, review),) = reports_of(holder)

    assert followed == report
    assert review.outcome == ReviewOutcome.PASSED_ON


@pytest.mark.parametrize("count", [1, 3])
def test_signs_cost_two_queries_for_any_number(count, django_assert_num_queries):
    for _ in range(count):
        TrainingReportFactory()

    with django_assert_num_queries(2):
        assert len(signs(FraudSign.REPORT)) == count
