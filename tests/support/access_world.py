"""Everybody the portal knows, and one real object of each kind for several of them: what the access matrix walks on.

Two regions, two operators, two organisations, two holders: whatever belongs to one side must stay unseen on the other.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from accounts.consent_purposes import ADVISER_READS_RIGHTS
from accounts.enums import (
    AlarmKind,
    ContactKind,
    DataRequestKind,
    DelegatedAct,
    DelegateKind,
    JobState,
    StaffRole,
)
from accounts.models import (
    AlarmThreshold,
    BackgroundJob,
    Consent,
    ConsentAct,
    ContactChange,
    Delegation,
    Holder,
    Notification,
    ReadingAlarm,
    User,
    WatchedHolder,
)
from accounts.services.access_log import record_consultation
from accounts.services.data_requests import submit_data_request
from accounts.services.private_files import store_private_file
from agora_sync.contract import Version
from agora_sync.enums import CaseKind, Direction, ExchangeState, GapKind, HoldKind
from agora_sync.models import (
    PAGM,
    ContractOpening,
    Correction,
    CorrectionBatch,
    CorrectionRule,
    Exchange,
    Gap,
    ItemConflict,
    LocalSystem,
    PAGMAssignment,
    PAGMRight,
    Partner,
    PartnerApplication,
    SendingBack,
    ServiceStop,
    TraceCase,
    TraceHold,
    TransmissionDelegation,
)
from agora_sync.services.cases import open_case, validate_case
from agora_sync.services.correspondences import note_correspondences
from agora_sync.services.deliveries import request_delivery
from cep.models import GroupSession, Seat, WaitingEntry
from cep.services.closing import request_closing
from rights.enums import EventOrigin, FileRole, JournalEventKind, PointsUse, Scheme
from rights.models import JournalEvent
from rights.services.corrections import record_undue_sum
from rights.services.points import request_points
from rights.services.training_files.documents import add_document
from tests.support.factories.accounts import (
    HolderFactory,
    SAMLConnectionFactory,
    StaffScopeFactory,
    UserFactory,
)
from tests.support.factories.catalog import (
    AJACCIO,
    CertificationFactory,
    ImportOrderFactory,
    ImportRunFactory,
    OccupationFactory,
    SavedSearchFactory,
    TrainingReportFactory,
    offered,
    some_communes,
)
from tests.support.factories.cep import (
    AdviceRequestFactory,
    AdviserFactory,
    BookingFactory,
    GroupSessionFactory,
    OperatorFactory,
    SiteFactory,
    WindowFactory,
    plan_rows,
)
from tests.support.factories.rights import CounterFactory, RequestableSessionFactory, TrainingFileFactory

OURS, THEIRS = "94", "11"
OUR_SIRET, THEIR_SIRET = "16000000900018", "16000000900026"
# Every secret begins with it, so that one search finds whatever a list would show.
MARK = "Zz"


@dataclass(frozen=True)
class Person:
    """Someone who tries every address. `kind`: the column of the hand-written table of tests/house/test_access.py."""

    name: str
    kind: str
    user: User | None


@dataclass
class World:
    people: dict[str, Person] = field(default_factory=dict)
    # Objects by "kind/whose": what the builders of the matrix take keys from.
    objects: dict[str, Any] = field(default_factory=dict)
    # A text that names one side's data, and the people before whose eyes it may come.
    secrets: dict[str, frozenset[str]] = field(default_factory=dict)
    # The objects of the addresses, once built.
    built: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, name: str, kind: str, user: User | None) -> None:
        if user:
            # Some pages exist only for those who have a second factor, and staff without one reach nothing.
            TOTP.activate(user, generate_totp_secret())
            RecoveryCodes.activate(user)
        self.people[name] = Person(name, kind, user)


def staff(role: StaffRole, scope_code: str = "", **fields: Any) -> User:
    user = UserFactory(is_staff=True, **fields)
    StaffScopeFactory(user=user, role=role, scope_code=scope_code)
    return user


def build_world() -> World:
    world = World()
    some_communes(AJACCIO, "75056")
    _people(world)
    _holders_objects(world)
    _mandates(world)
    _advice(world)
    _flows(world)
    _work(world)
    _watch(world)
    _catalogue(world)
    return world


def _people(world: World) -> None:
    own = HolderFactory(birth_name=f"{MARK}abeille", home_commune_code=AJACCIO)
    other = HolderFactory(birth_name=f"{MARK}bruyere", home_commune_code="75056")
    world.objects |= {"holder/own": own, "holder/other": other}
    world.add("visitor", "all", None)
    world.add("web user", "signed in", UserFactory())
    world.add("holder", "holder", own.user)
    world.add("other holder", "holder", other.user)
    operators = {
        "ours": OperatorFactory(code="op-a"),
        "theirs": OperatorFactory(code="op-b", name=f"{MARK}operateur"),
    }
    world.objects |= {f"operator/{side}": row for side, row in operators.items()}
    for name, side in (("adviser", "ours"), ("colleague adviser", "ours"), ("other adviser", "theirs")):
        adviser = AdviserFactory(operator=operators[side])
        world.objects[f"adviser/{name}"] = adviser
        world.add(name, StaffRole.CEP_ADVISER, adviser.user)
    for name, role, code in (
        ("manager", StaffRole.CEP_MANAGER, "op-a"),
        ("other manager", StaffRole.CEP_MANAGER, "op-b"),
        ("agent", StaffRole.REGIONAL_AGENT, OURS),
        ("other agent", StaffRole.REGIONAL_AGENT, THEIRS),
        ("organisation", StaffRole.TRAINING_ORGANISATION, OUR_SIRET),
        ("other organisation", StaffRole.TRAINING_ORGANISATION, THEIR_SIRET),
        ("France compétences", StaffRole.FRANCE_COMPETENCES, ""),
        ("CDC", StaffRole.CDC, ""),
        ("RSSI", StaffRole.RSSI, ""),
        ("data-protection officer", StaffRole.DATA_PROTECTION, ""),
        ("administrator", StaffRole.ADMINISTRATOR, ""),
        ("employer", StaffRole.EMPLOYER, OUR_SIRET),
        ("funder", StaffRole.FUNDER, OUR_SIRET),
    ):
        world.add(name, role, staff(role, code))
    # Their session ends at the first request: from then on they are visitors.
    world.add("staff without scope", "all", UserFactory(is_staff=True))
    former = StaffScopeFactory(
        user=UserFactory(is_staff=True),
        role=StaffRole.ADMINISTRATOR,
        ends_on=timezone.localdate() - timedelta(days=1),
    )
    world.add("staff whose scope has ended", "all", former.user)
    both = frozenset({"data-protection officer", "administrator", "CDC"})
    world.secrets[own.birth_name] = both | {"holder", "adviser", "manager", "agent", "organisation"}
    world.secrets[other.birth_name] = both | {
        "other holder",
        "other organisation",
        "other adviser",
        "other manager",
        "other agent",
    }


def _holders_objects(world: World) -> None:
    for whose, readers in (
        ("own", {"holder", "agent", "CDC", "data-protection officer", "organisation"}),
        ("other", {"other holder", "other agent", "CDC", "data-protection officer", "other organisation"}),
    ):
        holder: Holder = world.objects[f"holder/{whose}"]
        title = f"{MARK}dossier-{whose}"
        siret = OUR_SIRET if whose == "own" else THEIR_SIRET
        world.objects[f"file/{whose}"] = TrainingFileFactory(
            holder=holder, title=title, organisation_siret=siret
        )
        world.objects[f"data request/{whose}"] = submit_data_request(
            holder=holder, kind=DataRequestKind.RECTIFICATION, text="Un nom", today=timezone.localdate()
        )
        address = f"{MARK}rue-{whose}\n20000 Ajaccio"
        world.objects[f"contact change/{whose}"] = ContactChange.objects.create(
            user=holder.user, what=ContactKind.POSTAL, new_value=address
        )
        world.secrets[f"{MARK}rue-{whose}"] = frozenset({"holder" if whose == "own" else "other holder"})
        # Not accepted yet: one that holds would close what advisers and mandataries are shown.
        world.objects[f"restriction/{whose}"] = submit_data_request(
            holder=holder, kind=DataRequestKind.RESTRICTION, text="Un doute", today=timezone.localdate()
        )
        world.objects[f"counter/{whose}"] = CounterFactory(holder=holder, balance=1_000_00)
        world.objects[f"document/{whose}"] = store_private_file(
            name=f"{whose}.txt", content=f"{MARK}document-{whose}".encode(), owner_holder=holder
        )
        world.objects[f"consent/{whose}"] = Consent.objects.create(
            holder=holder, purpose="conseil", text_version="1", act=ConsentAct.GIVEN
        )
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
        world.objects[f"points request/{whose}"] = request_points(
            key=uuid.uuid4(), holder=holder, use=PointsUse.TRAINING, points=3, today=timezone.localdate()
        )
        joined = add_document(
            training_file_id=world.objects[f"file/{whose}"].pk,
            role=FileRole.HOLDER,
            author=holder.user,
            name="devis.pdf",
            content=f"%PDF-{MARK}joint-{whose}".encode(),
        )
        world.objects[f"joined document/{whose}"] = joined
        world.secrets[f"{MARK}joint-{whose}"] = (
            frozenset({"holder", "CDC", "organisation"})
            if whose == "own"
            else frozenset({"other holder", "CDC", "other organisation"})
        )
        world.secrets[title] = frozenset(readers)
        world.secrets[f"{MARK}document-{whose}"] = frozenset({"holder" if whose == "own" else "other holder"})
    world.objects["undue sum"] = record_undue_sum(
        holder=world.objects["holder/own"],
        amount_cents=5_00,
        reason=f"{MARK}indu",
        reference="D1",
        ordered_on=timezone.localdate(),
    )
    world.secrets[f"{MARK}indu"] = frozenset({"holder", "CDC", "data-protection officer"})
    world.objects["document/user"] = store_private_file(
        name="agent.txt", content=f"{MARK}document-agent".encode(), owner_user=world.people["agent"].user
    )
    world.secrets[f"{MARK}document-agent"] = frozenset({"agent"})


def _mandates(world: World) -> None:
    """A mandate of each holder, held by a web user and by a member of staff: each reads what the holder reads."""
    for whose, name in (("own", "web user"), ("other", "other agent")):
        holder, today = world.objects[f"holder/{whose}"], timezone.localdate()
        world.objects[f"delegation/{whose}"] = Delegation.objects.create(
            holder=holder,
            kind=DelegateKind.MANDATEE,
            delegate_name="Aidant",
            acts=sorted(DelegatedAct.values),
            starts_on=today,
            ends_on=today,
            code_hash=f"mandate-{whose}",
            code_expires_at=timezone.now(),
            delegate=world.people[name].user,
            accepted_at=timezone.now(),
        )
        Consent.objects.create(
            holder=holder, purpose=ADVISER_READS_RIGHTS, text_version="1", act=ConsentAct.GIVEN
        )
        adviser = "adviser" if whose == "own" else "other adviser"
        organisation = "organisation" if whose == "own" else "other organisation"
        for secret in (holder.birth_name, f"{MARK}dossier-{whose}"):
            world.secrets[secret] |= {name, adviser, organisation}


def _advice(world: World) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    nine = datetime.combine(tomorrow, time(9), tzinfo=ZoneInfo("Europe/Paris"))
    third = HolderFactory(birth_name=f"{MARK}cyclamen")
    world.secrets[third.birth_name] = frozenset(
        {"data-protection officer", "administrator", "CDC", "colleague adviser", "manager"}
    )
    for name, holder, side in (
        ("adviser", world.objects["holder/own"], "ours"),
        ("colleague adviser", third, "ours"),
        ("other adviser", world.objects["holder/other"], "theirs"),
    ):
        adviser = world.objects[f"adviser/{name}"]
        site = SiteFactory(operator=world.objects[f"operator/{side}"], name=f"{MARK}site-{name}")
        world.objects[f"site/{name}"] = site
        world.objects[f"window/{name}"] = WindowFactory(
            site=site, adviser=adviser, span=(nine, nine + timedelta(hours=3))
        )
        booking = BookingFactory(site=site, adviser=adviser, holder=holder, start=nine)
        world.objects[f"booking/{name}"] = booking
        world.objects[f"closing/{name}"] = request_closing(
            site=site, first_day=date(2099, 1, 1), reopens_on=date(2099, 3, 1), reason="Bail", commitment="Autre local",
            evidence="Courrier", actor=None, now=timezone.now(),
        )  # fmt: skip
        world.objects[f"request/{name}"] = AdviceRequestFactory(holder=holder, site=site)
        world.objects |= {f"{kind}/{name}": row for kind, row in plan_rows(booking)}
        workshop = GroupSessionFactory(site=site, adviser=adviser, span=(nine, nine + timedelta(hours=2)))
        Seat.objects.create(session=workshop, holder=holder)
        world.objects[f"workshop/{name}"] = workshop
    GroupSession.objects.filter(pk=world.objects["workshop/other adviser"].pk).update(
        called_off_at=timezone.now()
    )
    for whose, name in (("own", "adviser"), ("other", "other adviser")):
        world.objects[f"wait/{whose}"] = WaitingEntry.objects.create(
            holder=world.objects[f"holder/{whose}"], site=world.objects[f"site/{name}"], mode="on_site"
        )
    holders = frozenset({"holder", "other holder"})
    # Who decides of a closing reads of which site.
    holders_and_authority = holders | {"France compétences"}
    ours = holders_and_authority | {"administrator", "manager"}
    # Advisers of one operator choose among all its sites when they open their hours.
    team = {"adviser", "colleague adviser"}
    world.secrets[f"{MARK}site-adviser"] = ours | team
    world.secrets[f"{MARK}site-colleague adviser"] = ours | team
    world.secrets[f"{MARK}site-other adviser"] = holders_and_authority | {
        "administrator",
        "other manager",
        "other adviser",
    }
    world.secrets[f"{MARK}operateur"] = frozenset({"administrator", "other manager", "France compétences"})


def _flows(world: World) -> None:
    for whose, region in (("own", OURS), ("other", THEIRS)):
        world.objects[f"exchange/{whose}"] = Exchange.objects.create(
            direction=Direction.OUTGOING,
            operation="CreerDossier",
            state=ExchangeState.DONE,
            region_code=region,
            training_file=world.objects[f"file/{whose}"],
        )
        file = world.objects[f"file/{whose}"]
        refused = Exchange.objects.create(
            direction=Direction.OUTGOING,
            operation="CreerDossier",
            state=ExchangeState.REFUSED,
            region_code=region,
            training_file=file,
            event=JournalEvent.objects.create(
                kind=JournalEventKind.FILE_REQUESTED, training_file=file, origin=EventOrigin.PORTAL
            ),
        )
        batch = CorrectionBatch.objects.create(
            made_by=world.people["agent" if whose == "own" else "other agent"].user
        )
        Correction.objects.create(batch=batch, exchange=refused, changes={"place": ["", "Corte"]})
        world.objects[f"gap/{whose}"] = Gap.objects.create(
            subject=file.pk,
            kind=GapKind.STATE,
            holder=file.holder,
            training_file=file,
            region_code=region,
            there="DEMANDE",
        )
        world.objects[f"conflict/{whose}"] = ItemConflict.objects.create(
            training_file=file,
            item="formation/lieu",
            region_code=region,
            here_author="portal",
            exchange_id=uuid.uuid4(),
        )
        sending = SendingBack.objects.create(
            exchange=refused,
            field="place",
            organisation_siret=OUR_SIRET if whose == "own" else THEIR_SIRET,
            sent_by=batch.made_by,
            due_on=timezone.localdate(),
            message="zz",
        )
        world.objects |= {
            f"reject/{whose}": refused,
            f"batch/{whose}": batch,
            f"sent back/{whose}": sending,
            f"rule/{whose}": CorrectionRule.objects.create(
                region_code=region,
                fault_code="zz",
                field="place",
                before="a",
                after="b",
                seen=5,
                proposed_by=batch.made_by,
            ),
        }
    world.objects["correspondence version"] = note_correspondences()
    partner = Partner.objects.create(
        code="zz", name=f"{MARK}partenaire", siret=OUR_SIRET, issuer="urn:zz", environment="recette"
    )
    application = PartnerApplication.objects.create(partner=partner, code="zz", name="zz")
    profile = PAGM.objects.create(partner=partner, code="zz", label="zz")
    world.objects |= {
        "partner": partner,
        "pagm": profile,
        "right": PAGMRight.objects.create(pagm=profile, operation="CreerDossier"),
        "assignment": PAGMAssignment.objects.create(
            application=application, pagm=profile, starts_at=timezone.now()
        ),
        "opening": ContractOpening.objects.create(
            partner=partner, version=Version.V1, starts_at=timezone.now()
        ),
        "local system": LocalSystem.objects.create(code="zz", name=f"{MARK}systeme"),
        "stop": ServiceStop.objects.create(reason=f"{MARK}arret"),
        "transmission": TransmissionDelegation.objects.create(
            delegator=partner,
            delegate=Partner.objects.create(
                code="zy", name="zy", siret=OUR_SIRET, issuer="urn:zy", environment="recette"
            ),
            notice="zz",
            notified_at=timezone.now(),
            starts_at=timezone.now(),
        ),
    }
    world.secrets[partner.name] = frozenset({"CDC", "RSSI"})
    world.objects["trace case"] = trace_case(world, f"{MARK}affaire")
    world.secrets[f"{MARK}affaire"] = frozenset({"CDC", "RSSI"})
    rssi = world.people["RSSI"].user
    today = timezone.localdate()
    world.objects["hold"] = TraceHold.objects.create(
        kind=HoldKind.LITIGATION, reason="zz", first_day=today, last_day=today, placed_by=rssi
    )
    validated = trace_case(world, "zz")
    validate_case(user=rssi, case=validated)
    world.objects["delivery"] = request_delivery(user=rssi, case=validated)
    world.secrets[f"{MARK}arret"] = frozenset({"CDC", "RSSI"})


def trace_case(world: World, reference: str) -> TraceCase:
    return open_case(
        user=world.people["CDC"].user,
        reference=reference,
        kind=CaseKind.AUDIT,
        reason="zz",
        requester="zz",
        designation="zz",
        requested_on=timezone.localdate(),
        keys=["zz"],
    )


def _work(world: World) -> None:
    holder = world.objects["holder/own"]
    world.objects["job"] = BackgroundJob.objects.create(kind=f"{MARK}travail", state=JobState.RUNNING)
    world.objects["message"] = Notification.objects.create(
        kind=f"{MARK}message", recipient=holder.email, dedup_key=str(uuid.uuid4())
    )
    for secret in (f"{MARK}travail", f"{MARK}message"):
        world.secrets[secret] = frozenset({"administrator"})
    record_consultation(
        actor=world.people["adviser"].user, holder=holder, purpose=f"{MARK}motif", what="Identité"
    )
    world.objects["access log"] = holder.consultations.get(purpose=f"{MARK}motif")
    # The person reads who looked.
    world.secrets[f"{MARK}motif"] = frozenset({"holder", "RSSI", "data-protection officer"})


def _watch(world: World) -> None:
    world.objects |= {
        "connection": SAMLConnectionFactory(name=f"{MARK}organisme"),
        "threshold": AlarmThreshold.objects.create(
            kind=AlarmKind.VOLUME, value=50, starts_on=timezone.localdate()
        ),
        "watched": WatchedHolder.objects.create(holder=world.objects["holder/other"]),
        "alarm": ReadingAlarm.objects.create(
            kind=AlarmKind.VOLUME,
            actor=world.people["agent"].user,
            day=timezone.localdate(),
            readings=60,
            threshold=50,
        ),
    }


def _catalogue(world: World) -> None:
    world.secrets[f"{MARK}signalement"] = frozenset({"holder", "CDC", "administrator"})
    for whose, reader in (("own", "holder"), ("other", "other holder")):
        label = f"{MARK}recherche-{whose}"
        world.objects[f"saved search/{whose}"] = SavedSearchFactory(
            holder=world.objects[f"holder/{whose}"], label=label
        )
        # Whoever holds the link of a message reads what it stops: the matrix gives everybody that of the first.
        world.secrets[label] = frozenset({reader}) if whose == "other" else frozenset(world.people)
    certification = CertificationFactory()
    training = offered("Soudeur", certification=certification, day=timezone.localdate())
    world.objects |= {
        "training": training,
        "certification": certification,
        "occupation": OccupationFactory(),
        "training report": TrainingReportFactory(
            training=training, holder=world.objects["holder/own"], text=f"{MARK}signalement"
        ),
        "organisation": training.organisation,
        "session": RequestableSessionFactory(
            starts_on=timezone.localdate() + timedelta(days=60),
            ends_on=timezone.localdate() + timedelta(days=90),
        ),
        "import run": ImportRunFactory(),
        "import order": ImportOrderFactory(trial=ImportRunFactory(is_trial=True)),
    }
    for side, siret, reader in (
        ("ours", OUR_SIRET, "organisation"),
        ("theirs", THEIR_SIRET, "other organisation"),
    ):
        name = f"{MARK}essai-{side}.xml"
        world.objects[f"tried file/{side}"] = ImportOrderFactory(
            siret=siret, file_name=name, trial=ImportRunFactory(is_trial=True)
        )
        world.secrets[name] = frozenset({reader})
