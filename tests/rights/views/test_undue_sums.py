"""Pages of the Caisse des dépôts on undue sums: recorded from a file, kept back, followed, cancelled."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import StaffRole
from rights.enums import Scheme
from rights.models import Counter, UndueSum
from rights.services.corrections import record_undue_sum
from tests.support.access_world import staff
from tests.support.factories.rights import CounterFactory, TrainingFileFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

LIST = "/instruction/sommes-indues/"
SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


@pytest.fixture
def training_file(client):
    sign_in(client, staff(StaffRole.CDC))
    training_file = TrainingFileFactory()
    CounterFactory(holder=training_file.holder, balance=300_00)
    return training_file


def recorded(holder, reference="D1", amount_cents=500_00):
    return record_undue_sum(
        holder=holder,
        amount_cents=amount_cents,
        reason="Formation non suivie",
        reference=reference,
        ordered_on=timezone.localdate(),
    )


def text_of(response):
    assert response.status_code == 200
    return response.content.decode().translate(SPACES)


def balance(training_file):
    return Counter.objects.get(holder=training_file.holder, scheme=Scheme.CPF).balance


def typed(**changes):
    today = timezone.localdate().isoformat()
    return {"reference": "D1", "amount": "500", "ordered_on": today, "reason": "Absence", **changes}


def test_sum_recorded_from_a_file_is_kept_back_at_once_and_followed(client, training_file):
    answer = client.post(f"/instruction/{training_file.pk}/somme-indue/", typed())
    due = UndueSum.objects.get()

    listed, detail = text_of(client.get(LIST)), text_of(client.get(answer["Location"]))

    assert answer["Location"] == f"{LIST}{due.pk}/"
    assert balance(training_file) == 0
    assert "300,00 €" in listed
    assert "200,00 €" in listed
    assert "Ce reste sera retenu sur les prochaines alimentations" in detail
    assert "−300,00 €" in detail
    reads = training_file.holder.consultations.filter(purpose="Recouvrement d’une somme indue")
    assert reads.count() == 2


def test_cancelled_decision_gives_all_back_once_and_says_so(client, training_file):
    due = recorded(training_file.holder)
    cancel = {"reference": "D2", "reason": "Formation suivie", "understood": "on"}

    for _ in range(2):
        client.post(f"{LIST}{due.pk}/", cancel)

    page = text_of(client.get(f"{LIST}{due.pk}/"))
    assert balance(training_file) == 300_00
    assert "Par la décision D2" in page
    assert "Annuler la décision et rendre" not in page
    assert "Annulée" in text_of(client.get(LIST))
    assert client.get(f"{LIST}{due.cancelled_by.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"amount": "0"}, "Le montant doit dépasser zéro"),
        ({"reason": ""}, "obligatoire"),
        ({"ordered_on": (timezone.localdate() + timedelta(days=2)).isoformat()}, "jour à venir"),
        ({"reference": "D9"}, "celui d’une autre décision"),
    ],
    ids=["nothing", "no reason", "tomorrow", "known reference"],
)
def test_sum_that_cannot_be_recorded_says_why(changes, why, client, training_file):
    recorded(TrainingFileFactory().holder, reference="D9")

    page = text_of(client.post(f"/instruction/{training_file.pk}/somme-indue/", typed(**changes)))

    assert why in page
    assert UndueSum.objects.count() == 1
    assert balance(training_file) == 300_00


def test_sum_of_somebody_who_died_is_refused(client, training_file):
    training_file.holder.deceased_on = timezone.localdate()
    training_file.holder.save(update_fields=["deceased_on"])

    page = text_of(client.post(f"/instruction/{training_file.pk}/somme-indue/", typed()))

    assert "La somme n’est pas enregistrée" in page
    assert not UndueSum.objects.exists()


def test_cancellation_without_the_box_or_with_a_known_number_is_not_done(client, training_file):
    due = recorded(training_file.holder)
    recorded(training_file.holder, reference="D2", amount_cents=1_00)
    path, cancel = f"{LIST}{due.pk}/", {"reference": "D2", "reason": "Suivie"}

    without, known = (text_of(client.post(path, cancel | more)) for more in ({}, {"understood": "on"}))

    assert "Cochez la case pour confirmer" in without
    assert "celui d’une autre décision" in known
    assert balance(training_file) == 0


def test_list_costs_the_same_for_one_and_three(client, training_file, django_assert_num_queries):
    recorded(training_file.holder)
    client.get(LIST)
    with django_assert_num_queries(8) as counted:
        client.get(LIST)
    for rank in range(2):
        recorded(TrainingFileFactory().holder, reference=f"E{rank}")

    with django_assert_num_queries(len(counted)):
        client.get(LIST)


def test_empty_list_says_where_a_sum_is_recorded(client, training_file):
    assert "Aucune somme indue" in text_of(client.get(LIST))


@pytest.mark.parametrize("role", [StaffRole.TRAINING_ORGANISATION, StaffRole.REGIONAL_AGENT], ids=str)
def test_other_roles_see_no_undue_sum(role, client, training_file):
    sign_in(
        client, staff(role, "94" if role is StaffRole.REGIONAL_AGENT else training_file.organisation_siret)
    )

    assert client.get(LIST).status_code == 403
    assert client.get(f"/instruction/{training_file.pk}/somme-indue/").status_code == 403
