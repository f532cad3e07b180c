"""Every table that a person may read about leaves in its time, or says why it stays; nothing leaves before."""

from datetime import date, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from accounts.enums import DataRequestKind, DataRequestState, StaffRole
from accounts.models import (
    AccessLogEntry,
    ContactChange,
    DataRequest,
    Holder,
    KnownDevice,
    PrivateFile,
    StaffScope,
    User,
)
from accounts.selectors.personal_data import retention_rules
from accounts.services.private_files import store_private_file
from agora_sync.contract import Operation
from agora_sync.enums import Direction, ExchangeState, GapKind, GapStep
from agora_sync.models import (
    Exchange,
    FileReading,
    FileRecord,
    Gap,
    GapEvent,
    HolderPull,
    Partner,
    ReceivedRequest,
)
from catalog.enums import ImportKind, ImportState
from catalog.models import ImportRun
from cep.models import Booking
from cpa_portal.kernel.database import AppendOnlyModel
from rights.models import TrainingFile
from tests.support.factories.accounts import HolderFactory, StaffScopeFactory, UserFactory
from tests.support.factories.cep import BookingFactory
from tests.support.factories.rights import TrainingFileFactory

ROOMS = ("accounts", "catalog", "rights", "cep", "agora_sync")
OF_ROOMS = {room: import_module(f"{room}.retention") for room in ROOMS}
SWEEPS = [sweep for room in OF_ROOMS.values() for sweep in room.RETENTION_SWEEPS]
KEPT = [kept for room in OF_ROOMS.values() for kept in room.KEPT_FOR_PROOF]


# The register ------------------------------------------------------------------------------------
def test_every_room_is_registered_and_every_class_has_one_name():
    codes = [sweep.code for sweep in SWEEPS]

    assert tuple(settings.RETENTION_ROOMS) == ROOMS
    assert len(codes) == len(set(codes))
    assert all(kept.why and kept.ground and kept.afterwards for kept in KEPT)


def test_every_table_of_the_rules_is_swept_or_says_why_it_stays():
    ruled = {label for rule in retention_rules() for label in rule.models}
    swept = {label for sweep in SWEEPS for label in sweep.models}
    kept = {label for row in KEPT for label in row.models}

    assert ruled <= swept | kept
    assert not swept & kept


def test_no_table_that_only_grows_is_swept():
    swept = {apps.get_model(label) for sweep in SWEEPS for label in sweep.models}

    assert not [model for model in swept if issubclass(model, AppendOnlyModel)]


def test_command_lists_what_it_leaves_alone_with_the_ground(capsys):
    call_command("apply_retention", "--kept")

    said = capsys.readouterr().out
    assert "rights.Entry" in said
    assert "R. 6323-40" in said


# What leaves -------------------------------------------------------------------------------------
def retention(capsys, *arguments):
    call_command("apply_retention", *arguments)
    return capsys.readouterr().out.splitlines()


def long_ago(**length):
    return timezone.now() - timedelta(**length)


@pytest.fixture
def dead(db):
    holder = HolderFactory(phone="06 12 34 56 78")
    Holder.objects.filter(pk=holder.pk).update(deceased_on=timezone.localdate() - timedelta(days=4 * 366))
    return Holder.objects.select_related("user").get(pk=holder.pk)


@pytest.mark.django_db
def test_person_dead_for_three_years_keeps_no_way_in_and_no_document(dead, capsys, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = store_private_file(name="releve.pdf", content=b"%PDF", owner_holder=dead)
    KnownDevice.objects.create(user=dead.user, token_hash="x")
    ContactChange.objects.create(user=dead.user, what="phone", new_value="06 12 34 56 78")

    retention(capsys, "personnes-decedees", "--apply")

    user = User.objects.get(pk=dead.user.pk)
    assert (user.email, user.get_full_name(), user.is_active) == (
        f"efface-{user.pk}@efface.invalid",
        "",
        False,
    )
    assert not user.has_usable_password()
    assert not user.emailaddress_set.exists()
    assert not KnownDevice.objects.filter(user=user).exists()
    assert not ContactChange.objects.filter(user=user).exists()
    assert not PrivateFile.objects.filter(pk=document.pk).exists()


@pytest.mark.django_db
def test_files_of_the_dead_lose_their_words_and_keep_their_amounts(dead, capsys):
    theirs = TrainingFileFactory(holder=dead, wish="Je m’appelle Zoé")
    living = TrainingFileFactory(wish="Je commence en mars")
    FileRecord.objects.create(training_file=theirs, items='{"a": 1}', authors={"a": "p"})
    HolderPull.objects.create(holder=dead)
    FileReading.objects.create(training_file=theirs)

    swept = ("textes-des-dossiers", "complements-des-dossiers", "actualisations", "lectures-agora")
    counted = retention(capsys, *swept)
    assert counted[-1].startswith("4 échues, 0 parties")
    retention(capsys, "--apply")

    theirs.refresh_from_db()
    assert (theirs.wish, theirs.price_cents) == ("", living.price_cents)
    assert not FileRecord.objects.exists()
    assert not HolderPull.objects.exists()
    assert not FileReading.objects.exists()
    assert TrainingFile.objects.get(pk=living.pk).wish == "Je commence en mars"
    assert retention(capsys, "--apply")[-1].startswith("0 échues")


@pytest.mark.django_db
@pytest.mark.parametrize("held_by", ["open request", "restriction"])
def test_what_the_dead_asked_holds_back_every_room(dead, capsys, held_by):
    answered = {"state": DataRequestState.ACCEPTED, "answer": "Oui", "answered_at": timezone.now()}
    DataRequest.objects.create(
        holder=dead,
        kind=DataRequestKind.RESTRICTION if held_by == "restriction" else DataRequestKind.RECTIFICATION,
        text="Attendez",
        due_on=timezone.localdate(),
        **(answered if held_by == "restriction" else {}),
    )
    TrainingFileFactory(holder=dead, wish="Je m’appelle Zoé")

    assert retention(capsys, "--apply")[-1].startswith("0 échues")


@pytest.mark.django_db
def test_appointment_of_two_years_ago_is_nobodys_and_leaves_the_agenda(client, capsys):
    old, recent = BookingFactory(), BookingFactory()
    Booking.objects.filter(pk=old.pk).update(local_date=timezone.localdate() - timedelta(days=2 * 366 + 1))
    Booking.objects.filter(pk=recent.pk).update(local_date=timezone.localdate() - timedelta(days=700))

    retention(capsys, "rendez-vous", "--apply")

    old.refresh_from_db()
    recent.refresh_from_db()
    assert (old.holder, old.site_id is not None) == (None, True)
    assert recent.holder is not None
    with pytest.raises(ValueError, match="nobody"):
        old.person  # noqa: B018
    client.force_login(old.adviser.user)
    assert client.get("/admin/cep/booking/?periode=tout").status_code == 200


@pytest.mark.django_db
def test_answers_to_partners_leave_after_a_year_but_not_what_happens_once(capsys):
    partner = Partner.objects.create(
        code="p", name="Partenaire", siret="16000000900018", issuer="urn:p", environment="recette"
    )
    holder = HolderFactory()

    def received(business_key, days):
        row = ReceivedRequest.objects.create(
            partner=partner,
            request_id=uuid4(),
            exchange_id=uuid4(),
            operation=Operation.DECLARE_PAY,
            body_sha256="ab" * 32,
            business_key=business_key,
            holder=holder,
        )
        ReceivedRequest.objects.filter(pk=row.pk).update(received_at=long_ago(days=days))
        return row

    received("", 400)
    kept = {received("", 300).pk, received("dossier:entry", 400).pk}

    retention(capsys, "reponses-agora", "--apply")

    assert set(ReceivedRequest.objects.values_list("pk", flat=True)) == kept


@pytest.mark.django_db
def test_gaps_with_agora_leave_a_year_after_they_vanished(capsys):
    file = TrainingFileFactory()

    def gap(subject, **fields):
        row = Gap.objects.create(
            subject=subject, kind=GapKind.STATE, holder=file.holder, training_file=file, **fields
        )
        GapEvent.objects.create(gap=row, step=GapStep.FOUND)
        return row.pk

    gap("long over", closed_at=long_ago(days=400))
    kept = {gap("just over", closed_at=long_ago(days=300)), gap("open")}

    retention(capsys, "ecarts-agora", "--apply")

    assert set(Gap.objects.values_list("pk", flat=True)) == kept


@pytest.mark.django_db
def test_exchanges_without_a_file_leave_after_a_year(capsys):
    def exchange(days, **fields):
        row = Exchange.objects.create(
            direction=Direction.INCOMING, operation="CreerDossier", state=ExchangeState.DONE, **fields
        )
        Exchange.objects.filter(pk=row.pk).update(created_at=long_ago(days=days))
        return row

    exchange(400)
    kept = {exchange(300).pk, exchange(400, training_file=TrainingFileFactory()).pk}

    retention(capsys, "echanges-sans-dossier", "--apply")

    assert set(Exchange.objects.values_list("pk", flat=True)) == kept


@pytest.mark.django_db
def test_reports_of_imports_leave_after_a_year_but_the_last_of_each_feed(capsys):
    def run(feed, days):
        row = ImportRun.objects.create(
            kind=ImportKind.values[0], feed=feed, file_name="a.xml", sha256="x", state=ImportState.DONE
        )
        ImportRun.objects.filter(pk=row.pk).update(started_at=long_ago(days=days))
        return row

    run("a", 500)
    kept = {run("a", 400).pk, run("b", 500).pk}

    retention(capsys, "imports", "--apply")

    assert set(ImportRun.objects.values_list("pk", flat=True)) == kept


@pytest.mark.django_db
def test_staff_gone_for_eighteen_months_are_forgotten_and_what_they_did_stays(capsys):
    def member(ends_on, **fields):
        return StaffScopeFactory(
            user=UserFactory(is_staff=True), role=StaffRole.RSSI, scope_code="", ends_on=ends_on, **fields
        ).user

    today = timezone.localdate()
    gone, recent, present = (
        member(today - timedelta(days=600)),
        member(today - timedelta(days=500)),
        member(None),
    )
    StaffScopeFactory(
        user=present,
        role=StaffRole.CDC,
        scope_code="",
        starts_on=date(2020, 1, 1),
        ends_on=today - timedelta(days=900),
    )
    AccessLogEntry.objects.create(actor=gone, holder=HolderFactory(), purpose="Audit", what="Identité")

    retention(capsys, "agents", "--apply")

    forgotten = set(User.objects.filter(email__endswith="@efface.invalid").values_list("pk", flat=True))
    assert forgotten == {gone.pk}
    assert recent.pk not in forgotten
    assert AccessLogEntry.objects.filter(actor=gone).exists()
    assert StaffScope.objects.filter(user=gone).exists()
    assert retention(capsys, "agents", "--apply")[-1].startswith("0 échues")
