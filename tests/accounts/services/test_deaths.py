"""A death that is recorded closes the account; a mistake opens it again and is kept."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.enums import DelegatedAct, DelegateKind, LetterState, NotificationState
from accounts.exceptions import AccountBlocked, NotAllowed
from accounts.models import DeathRecord, Delegation, Holder, Notification, PostalLetter
from accounts.permissions import is_holder
from accounts.selectors.holders import forget_holder_of
from accounts.services.activation import send_activation_code
from accounts.services.deaths import correct_death, record_death
from accounts.services.delegations import give_delegation
from accounts.services.letters import print_waiting
from accounts.services.messages import announce_security_event
from accounts.services.spending import check_may_spend
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 3)


@pytest.fixture
def officer():
    return UserFactory(administrator=True)


def died(holder, officer, **fields):
    return record_death(
        holder=holder, actor=officer, **{"deceased_on": DAY, "source": "Acte n° 12, Ajaccio", **fields}
    )


def test_death_stops_spending_letters_messages_and_mandates(officer):
    holder = HolderFactory(postal_address="1 rue Haute")
    send_activation_code(holder=holder)
    announce_security_event(holder=holder, key="k", subject="Sujet", what="Fait")
    today = timezone.localdate()
    give_delegation(
        holder=holder,
        kind=DelegateKind.MANDATEE,
        delegate_name="Aidant",
        acts=[DelegatedAct.READ_RIGHTS],
        starts_on=today,
        ends_on=today,
        now=timezone.now(),
    )

    died(holder, officer)

    with pytest.raises(AccountBlocked):
        check_may_spend(holder=holder, assurance=None, now=timezone.now())
    assert print_waiting() == 0
    assert not PostalLetter.objects.filter(state=LetterState.WAITING).exists()
    assert not Notification.objects.filter(holder=holder, state=NotificationState.WAITING).exists()
    assert Delegation.objects.get().revoked_at is not None
    holder.refresh_from_db()
    announce_security_event(holder=holder, key="later", subject="Sujet", what="Fait")
    assert not Notification.objects.filter(dedup_key__contains="later").exists()
    assert send_activation_code(holder=holder) is None


def test_death_closes_the_pages_of_the_account(officer, client):
    holder = HolderFactory()
    client.force_login(holder.user)

    died(holder, officer)

    assert client.get("/mes-droits/").status_code == 403


def test_mistake_is_corrected_and_both_rows_are_kept(officer):
    holder = HolderFactory()
    died(holder, officer)

    correct_death(holder=holder, source="Certificat de vie", actor=officer)

    forget_holder_of(holder.user)
    assert is_holder(type(holder.user).objects.get(pk=holder.user.pk))
    assert [row.deceased_on for row in DeathRecord.objects.order_by("id")] == [DAY, None]


@pytest.mark.parametrize("role", ["cep_adviser", "regional_agent", "rssi"])
def test_death_is_recorded_by_nobody_else(role):
    holder = HolderFactory()

    with pytest.raises(NotAllowed):
        died(holder, UserFactory(**{role: True}))

    assert Holder.objects.get(pk=holder.pk).is_alive


@pytest.mark.parametrize(
    "fields",
    [{"source": " "}, {"deceased_on": date(1901, 1, 1)}, {"deceased_on": date(2199, 1, 1)}],
)
def test_death_without_source_or_with_an_impossible_day_is_refused(officer, fields):
    holder = HolderFactory()

    with pytest.raises(ValueError, match="death"):
        died(holder, officer, **fields)

    assert not DeathRecord.objects.exists()


def test_page_records_a_death_from_the_number_on_the_document(officer, client):
    holder = HolderFactory()
    client.force_login(officer)
    form = {"number": holder.nirs.get().nir, "deceased_on": "2026-03-03", "source": "Acte n° 12"}

    refused = client.post("/agents/deces/", {**form, "deceased_on": ""})
    answer = client.post("/agents/deces/", form)

    assert "Indiquez la date du décès" in refused.content.decode()
    assert answer["Location"] == "/agents/deces/"
    assert Holder.objects.get(pk=holder.pk).deceased_on == DAY


# Retention -------------------------------------------------------------------------------------------
def retention(capsys, *arguments):
    call_command("apply_retention", *arguments)
    return capsys.readouterr().out.splitlines()


def test_retention_counts_then_applies_by_class(capsys, tmp_path):
    old, young = HolderFactory(), HolderFactory()
    four_years_ago = timezone.localdate() - timedelta(days=4 * 366)
    Holder.objects.filter(pk=old.pk).update(deceased_on=four_years_ago)
    for key in ("old", "young"):
        announce_security_event(holder=young, key=key, subject="Sujet", what="Fait")
    Notification.objects.filter(dedup_key__contains=":old:").update(
        created_at=timezone.now() - timedelta(days=400),
        state=NotificationState.FAILED,
    )

    dry = retention(capsys, "--report", str(tmp_path / "report.csv"))

    assert "rien n’est parti" in dry[-1]
    assert Holder.objects.get(pk=old.pk).birth_name == old.birth_name
    assert "personnes-decedees" in (tmp_path / "report.csv").read_text()

    done = retention(capsys, "personnes-decedees", "--apply")

    gone = Holder.objects.get(pk=old.pk)
    assert done[-1].startswith("1 échues, 1 parties")
    assert (gone.birth_name, gone.first_names, gone.email, gone.birth_date) == ("(effacé)", "", "", None)
    assert not gone.nirs.exists()
    assert Notification.objects.filter(holder=young).count() == 2
    retention(capsys, "messages", "--apply")
    assert not Notification.objects.filter(dedup_key__contains=":old:").exists()
    assert Notification.objects.filter(dedup_key__contains=":young:").exists()
    assert retention(capsys, "--apply")[-1].startswith("0 échues, 0 parties")
