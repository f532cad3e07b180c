"""What the access matrix is held against, written by hand: real objects by route, and the back office by model.

A route with a parameter and without a builder here fails the matrix, and so does a model of the back office without a
row. What is not walked is in EXEMPT, with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.core import signing
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import Delegation, Invitation, StaffScope
from accounts.services.habilitations import LINK_SALT
from catalog.services.alerts import stop_token
from tests.support.access_world import World
from tests.support.factories.accounts import UserFactory

EVERYBODY: frozenset[str] | None = None
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Target:
    """One object in an address. `audience`: the people who may open it, among those the route's rule lets in."""

    whose: str
    parameters: dict[str, object]
    audience: frozenset[str] | None = EVERYBODY
    # Who may write it, among those who may open it; the same people unless said otherwise.
    writers: frozenset[str] | None = EVERYBODY


Builder = Callable[[World], list[Target]]


def of_two_holders(kind: str, parameter: str) -> Builder:
    """An object of each holder, to be opened by its own holder alone."""
    return lambda world: [
        Target("own", {parameter: world.objects[f"{kind}/own"].pk}, frozenset({"holder"})),
        Target("other's", {parameter: world.objects[f"{kind}/other"].pk}, frozenset({"other holder"})),
    ]


def of_everybody(kind: str, parameter: str, attribute: str = "pk") -> Builder:
    """An object of the public part: whom the route lets in opens it."""
    return lambda world: [Target("public", {parameter: getattr(world.objects[kind], attribute)})]


def appointments(world: World) -> list[Target]:
    return [
        Target("own", {"key": world.objects["booking/adviser"].pk}, frozenset({"holder"})),
        Target("other's", {"key": world.objects["booking/other adviser"].pk}, frozenset({"other holder"})),
    ]


def alert_links(world: World) -> list[Target]:
    """The link is the proof: whoever holds it stops the messages, signed in or not."""
    return [Target("own", {"token": stop_token(search_id=world.objects["saved search/own"].pk)})]


def workshops(world: World) -> list[Target]:
    """One that is announced, and one that was called off: it is only there for who has a seat."""
    return [
        Target("announced", {"key": world.objects["workshop/adviser"].pk}),
        Target(
            "called off", {"key": world.objects["workshop/other adviser"].pk}, frozenset({"other holder"})
        ),
    ]


def documents(world: World) -> list[Target]:
    return [
        *of_two_holders("document", "pk")(world),
        Target("an agent's", {"pk": world.objects["document/user"].pk}, frozenset({"agent"})),
    ]


def instructed_files(world: World, **more: object) -> list[Target]:
    """Of two organisations, which see their own; the Caisse des dépôts sees both."""
    return [
        Target(
            whose,
            {"file_id": world.objects[f"file/{whose}"].pk, **more},
            frozenset({"CDC", organisation}),
        )
        for whose, organisation in (("own", "organisation"), ("other", "other organisation"))
    ]


def instructed_steps(world: World) -> list[Target]:
    return instructed_files(world, slug="proposer")


def own_steps(world: World) -> list[Target]:
    return [
        Target(target.whose, {**target.parameters, "slug": "decliner"}, target.audience)
        for target in of_two_holders("file", "file_id")(world)
    ]


def instructed_documents(world: World) -> list[Target]:
    return [
        Target(target.whose, {**target.parameters, "pk": _joined(world, target.whose)}, target.audience)
        for target in instructed_files(world)
    ]


def own_file_documents(world: World) -> list[Target]:
    return [
        Target(target.whose, {**target.parameters, "pk": _joined(world, whose)}, target.audience)
        for target, whose in zip(of_two_holders("file", "file_id")(world), ("own", "other"), strict=True)
    ]


def _joined(world: World, whose: str) -> object:
    return world.objects[f"joined document/{whose}"].pk


def sessions_of_organisations(world: World) -> list[Target]:
    # Nobody is enrolled in it: the sheet shows nothing to anybody.
    return [Target("without files", {"session_id": world.objects["session"].pk}, NOBODY)]


def exchanges(world: World) -> list[Target]:
    """Of two regions; the Caisse des dépôts follows both."""
    return [
        Target("own", {"key": world.objects["exchange/own"].pk}, frozenset({"agent", "CDC"})),
        Target("other's", {"key": world.objects["exchange/other"].pk}, frozenset({"other agent", "CDC"})),
    ]


def rejects(world: World) -> list[Target]:
    return [
        Target("own", {"key": world.objects["reject/own"].pk}, frozenset({"agent", "CDC"})),
        Target("other's", {"key": world.objects["reject/other"].pk}, frozenset({"other agent", "CDC"})),
    ]


def of_two_regions(name: str) -> Builder:
    """Rows of two regions, each followed by its agents; the Caisse des dépôts follows both."""
    return lambda world: [
        Target(whose, {"key": world.objects[f"{name}/{whose}"].pk}, frozenset({agent, "CDC"}))
        for whose, agent in (("own", "agent"), ("other", "other agent"))
    ]


def batches(world: World) -> list[Target]:
    """Each sends what it prepared, and nobody else does."""
    return [
        Target("own", {"key": world.objects["batch/own"].pk}, frozenset({"agent"})),
        Target("other's", {"key": world.objects["batch/other"].pk}, frozenset({"other agent"})),
    ]


def rules(world: World) -> list[Target]:
    return [
        Target("own", {"pk": world.objects["rule/own"].pk}, frozenset({"agent", "CDC"})),
        Target("other's", {"pk": world.objects["rule/other"].pk}, frozenset({"other agent", "CDC"})),
    ]


def followed_files(world: World) -> list[Target]:
    """A file is followed through its exchanges: by the region, and by the Caisse des dépôts."""
    return [
        Target("own", {"file_id": world.objects["file/own"].pk}, frozenset({"agent", "CDC"})),
        Target("other's", {"file_id": world.objects["file/other"].pk}, frozenset({"other agent", "CDC"})),
    ]


def sent_back(world: World) -> list[Target]:
    """Each organisation answers for what it wrote."""
    return [
        Target("own", {"key": world.objects["sent back/own"].pk}, frozenset({"organisation"})),
        Target("other's", {"key": world.objects["sent back/other"].pk}, frozenset({"other organisation"})),
    ]


def security_keys(world: World) -> list[Target]:
    key = Authenticator.objects.create(
        user=UserFactory(),
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "zz", "credential": {}},
    )
    # Everybody with a session is first asked to confirm who they are, which tells nothing of the key.
    return [Target("somebody's", {"pk": key.pk})]


def connections(world: World) -> list[Target]:
    # Without a key of ours, no organisation signs in: the addresses answer 404 whoever asks.
    return [Target("an organisation's", {"slug": world.objects["connection"].slug}, NOBODY)]


def invitations(world: World) -> list[Target]:
    return [
        Target("an open one", {"token": signing.dumps(str(invitation("op-b", world).pk), salt=LINK_SALT)})
    ]


def invitations_to_cancel(world: World) -> list[Target]:
    return [
        Target("ours", {"pk": invitation("op-a", world).pk}, frozenset({"manager", "administrator"})),
        Target("theirs", {"pk": invitation("op-b", world).pk}, frozenset({"other manager", "administrator"})),
    ]


def invitation(operator: str, world: World) -> Invitation:
    return Invitation.objects.create(
        email="invitee@exemple.test",
        role=StaffRole.CEP_ADVISER,
        scope_code=operator,
        invited_by=world.people["administrator"].user,
        expires_at=timezone.now() + timedelta(days=7),
    )


def scopes(world: World) -> list[Target]:
    def of(name: str) -> object:
        return StaffScope.objects.get(user=user_key(world, name)).pk

    return [
        Target("an adviser's", {"pk": of("adviser")}, frozenset({"manager", "administrator"})),
        Target("another's", {"pk": of("other adviser")}, frozenset({"other manager", "administrator"})),
        Target("an agent's", {"pk": of("agent")}, frozenset({"administrator"})),
        # Nobody removes themselves, nor does a manager remove a manager.
        Target("the administrator's", {"pk": of("administrator")}, NOBODY),
        Target("a manager's", {"pk": of("manager")}, frozenset({"administrator"})),
    ]


def delegations(world: World) -> list[Target]:
    """The mandates of two holders, each held by a web user or a regional agent, who acts for no other."""
    return [
        Target("own", {"pk": delegation(world, "own").pk}, frozenset({"web user"})),
        Target("other's", {"pk": delegation(world, "other").pk}, frozenset({"other agent"})),
    ]


def delegations_with(slug: str) -> Builder:
    return lambda world: [
        Target(target.whose, {**target.parameters, "slug": slug}, target.audience)
        for target in delegations(world)
    ]


def delegations_given(world: World) -> list[Target]:
    return [
        Target("own", {"pk": delegation(world, "own").pk}, frozenset({"holder"})),
        Target("other's", {"pk": delegation(world, "other").pk}, frozenset({"other holder"})),
    ]


def delegation(world: World, whose: str) -> Delegation:
    return world.objects[f"delegation/{whose}"]


def contact_changes(world: World) -> list[Target]:
    return [
        Target(whose, {"pk": world.objects[f"contact change/{whose}"].pk}, frozenset({name}))
        for whose, name in (("own", "holder"), ("other", "other holder"))
    ]


def restrictions(world: World) -> list[Target]:
    return [
        Target(whose, {"pk": world.objects[f"restriction/{whose}"].pk}, frozenset({name}))
        for whose, name in (("own", "holder"), ("other", "other holder"))
    ]


def tried_files(world: World) -> list[Target]:
    return [
        Target("ours", {"pk": world.objects["tried file/ours"].pk}, frozenset({"organisation"})),
        Target("theirs", {"pk": world.objects["tried file/theirs"].pk}, frozenset({"other organisation"})),
    ]


def received(world: World) -> list[Target]:
    return [
        Target(f"{name}'s", {"key": world.objects[f"booking/{name}"].pk}, frozenset({name}))
        for name in ("adviser", "other adviser")
    ]


OBJECTS: dict[str, Builder] = {
    **dict.fromkeys(
        ("accounts:helped_person", "accounts:helped_data_request", "rights:entrusted_rights"), delegations
    ),
    "accounts:helped_situation": delegations_with("cadre"),
    "accounts:delegation_revoke": delegations_given,
    "accounts:contact_resend": contact_changes,
    "accounts:contact_drop": contact_changes,
    # The address names a way of contact; whose it is comes from the session.
    "accounts:contact_edit": lambda world: [Target("telephone", {"slug": "telephone"})],
    "accounts:restriction_end": restrictions,
    "accounts:paper_form_document": lambda world: [Target("a form", {"slug": "apres-mon-deces"})],
    "cep:shared_rights": received,
    **dict.fromkeys(
        (
            "accounts:saml_sign_in",
            "accounts:saml_answer",
            "accounts:saml_finish",
            "accounts:saml_metadata",
        ),
        connections,
    ),
    "accounts:invitation_accept": invitations,
    "accounts:invitation_cancel": invitations_to_cancel,
    "accounts:habilitation_remove": scopes,
    "accounts:alarm_handle": of_everybody("alarm", "pk"),
    "mfa_remove_webauthn": security_keys,
    "agora_sync:exchange_detail": exchanges,
    "agora_sync:exchange_resend": exchanges,
    "agora_sync:exchange_correct": rejects,
    **dict.fromkeys(
        ("agora_sync:gap_detail", "agora_sync:gap_send", "agora_sync:gap_pull", "agora_sync:gap_check"),
        of_two_regions("gap"),
    ),
    "agora_sync:exchange_handle": rejects,
    "agora_sync:exchange_send_back": rejects,
    "agora_sync:exchange_take_back": rejects,
    "agora_sync:file_history": followed_files,
    "agora_sync:correspondence_version": of_everybody("correspondence version", "number", "number"),
    **dict.fromkeys(
        (
            "agora_sync:rule_detail",
            "agora_sync:rule_approve",
            "agora_sync:rule_refuse",
            "agora_sync:rule_switch_off",
        ),
        rules,
    ),
    "agora_sync:sending_back_detail": sent_back,
    **dict.fromkeys(("agora_sync:conflict_detail", "agora_sync:conflict_decide"), of_two_regions("conflict")),
    "agora_sync:correction_detail": batches,
    "agora_sync:correction_send": batches,
    "agora_sync:correction_undo": batches,
    **dict.fromkeys(
        (
            "agora_sync:trace_case_detail",
            "agora_sync:trace_case_validate",
            "agora_sync:trace_case_close",
            "agora_sync:delivery_request",
        ),
        of_everybody("trace case", "key"),
    ),
    "agora_sync:delivery_code": of_everybody("delivery", "key"),
    # Without a code that was given, the link opens nothing to anybody.
    "agora_sync:delivery_fetch": lambda world: [
        Target("not ready", {"key": world.objects["delivery"].pk}, NOBODY)
    ],
    # Not validated: it sends back to the case and shows nothing, to the RSSI too.
    "agora_sync:trace_detail": lambda world: [
        Target("of a case", {"key": world.objects["trace case"].pk, "exchange_id": uuid4()})
    ],
    # The address names a kind of situation; whose it is comes from the session.
    "accounts:situation_change": lambda world: [Target("diploma", {"slug": "diplome"})],
    "accounts:private_file": documents,
    "catalog:training_detail": of_everybody("training", "pk"),
    "catalog:training_keep": of_everybody("training", "pk"),
    "catalog:training_release": of_everybody("training", "pk"),
    "catalog:saved_search_change": of_two_holders("saved search", "pk"),
    "catalog:saved_search_delete": of_two_holders("saved search", "pk"),
    "catalog:training_report": of_everybody("training", "pk"),
    "catalog:training_reported": of_everybody("training", "pk"),
    "catalog:sign_detail": lambda world: [
        Target("a report", {"sign": "report", "subject": str(world.objects["training report"].pk)})
    ],
    "catalog:session_calendar": lambda world: [
        Target("public", {"pk": world.objects["training"].search_entries.get().pk})
    ],
    "catalog:alert_stop": alert_links,
    "catalog:occupation_detail": of_everybody("occupation", "code"),
    "catalog:api_training_detail": of_everybody("training", "pk"),
    "catalog:certification_detail": of_everybody("certification", "code", "code"),
    "catalog:organisation_detail": of_everybody("organisation", "pk"),
    "catalog:open_data_file": lambda world: [Target("not written yet", {"form": "xml"}, NOBODY)],
    "catalog:sitemap_section": lambda world: [Target("trainings", {"section": "formations"})],
    "catalog:import_order": of_everybody("import order", "pk"),
    **dict.fromkeys(("catalog:import_detail", "catalog:import_report"), of_everybody("import run", "pk")),
    **dict.fromkeys(("catalog:trial_detail", "catalog:trial_report"), tried_files),
    # The address names a kind of counter; whose it is comes from the session, and the secrets watch over it.
    "rights:counter_detail": lambda world: [Target("CPF", {"slug": "cpf"})],
    "rights:file_request": of_everybody("session", "session_id"),
    "rights:file_detail": of_two_holders("file", "file_id"),
    "rights:file_cancel": of_two_holders("file", "file_id"),
    "rights:file_message": of_two_holders("file", "file_id"),
    "rights:file_top_up": of_two_holders("file", "file_id"),
    "rights:file_step": own_steps,
    "rights:undue_sum_detail": of_everybody("undue sum", "pk"),
    "rights:repayment_receive": of_everybody("undue sum", "pk"),
    "rights:own_undue_sum": lambda world: [
        Target("own", {"pk": world.objects["undue sum"].pk}, frozenset({"holder"}))
    ],
    "rights:undue_sum_record": lambda world: [
        Target(whose, {"file_id": world.objects[f"file/{whose}"].pk}) for whose in ("own", "other")
    ],
    "rights:points_request_detail": lambda world: [
        Target(whose, {"pk": world.objects[f"points request/{whose}"].pk}) for whose in ("own", "other")
    ],
    "rights:points_withdraw": of_two_holders("points request", "pk"),
    "rights:file_document_add": of_two_holders("file", "file_id"),
    "rights:file_document": own_file_documents,
    "rights:file_document_remove": own_file_documents,
    "rights:instruction_document_add": instructed_files,
    "rights:instruction_document": instructed_documents,
    "rights:instruction_document_remove": instructed_documents,
    "rights:instruction_detail": instructed_files,
    "rights:instruction_message": instructed_files,
    "rights:instruction_step": instructed_steps,
    "rights:session_sheet": sessions_of_organisations,
    **dict.fromkeys(
        (
            "cep:appointment_detail",
            "cep:booking_confirmed",
            "cep:appointment_cancel",
            "cep:appointment_move",
            "cep:appointment_accept",
            "cep:appointment_calendar",
        ),
        appointments,
    ),
    "cep:waiting_pass": of_two_holders("wait", "key"),
    "cep:waiting_leave": of_two_holders("wait", "key"),
    "cep:session_detail": workshops,
    "cep:session_leave": workshops,
}

EXEMPT = {
    "accounts:franceconnect_callback": "answers 404 without a pending sign-in; walked by the tests of FranceConnect",
    "admin:cep_booking_late": "answers POST alone: tests/cep/admin/test_delay.py says who may",
    "admin:login": "same address as admin_login, which comes first and sends to the portal's own page",
    "account_confirm_email": "opened by the signed link of a message, whoever holds it; see tests/look",
    "account_reset_password_from_key": "opened by the signed link of a message, whoever holds it; see tests/look",
}


# The back office -------------------------------------------------------------------------------------------------

ADMINISTRATOR = frozenset({StaffRole.ADMINISTRATOR.value})
CDC = frozenset({StaffRole.CDC.value})
OFFICER = frozenset({StaffRole.DATA_PROTECTION.value})
ADVICE = frozenset({StaffRole.CEP_ADVISER.value, StaffRole.CEP_MANAGER.value})
MANAGEMENT = frozenset({StaffRole.CEP_MANAGER.value})
AUTHORITY = frozenset({StaffRole.FRANCE_COMPETENCES.value})
WATCH = frozenset({StaffRole.RSSI.value})


@dataclass(frozen=True)
class Desk:
    """One model of the back office: which roles do what, and real rows with the people who may see each."""

    rows: Callable[[World], list[Target]]
    view: frozenset[str] = NOBODY
    add: frozenset[str] = NOBODY
    change: frozenset[str] = NOBODY
    delete: frozenset[str] = field(default=NOBODY)


def row(kind: str) -> Builder:
    return lambda world: [Target("the", {"object_id": world.objects[kind].pk})]


def two_rows(kind: str) -> Builder:
    """Rows of two holders, which the roles named see alike: they answer for the whole installation."""
    return lambda world: [
        Target(whose, {"object_id": world.objects[f"{kind}/{whose}"].pk}) for whose in ("own", "other")
    ]


def advice_rows(kind: str) -> Builder:
    """One row by adviser: their own, and those of the operator for its managers."""

    def targets(world: World) -> Iterator[Target]:
        for name, manager in (
            ("adviser", "manager"),
            ("colleague adviser", "manager"),
            ("other adviser", "other manager"),
        ):
            key = world.objects[f"{kind}/{name}"].pk
            yield Target(f"{name}'s", {"object_id": key}, frozenset({name, manager, "administrator"}))

    return lambda world: list(targets(world))


def seen_by_the_authority(rows: Builder) -> Builder:
    """The same rows, open besides to who answers for the contract of every operator."""
    return lambda world: [
        replace(target, audience=(target.audience or NOBODY) | {"France compétences"})
        for target in rows(world)
    ]


def operator_rows(world: World) -> list[Target]:
    return [
        Target(
            side,
            {"object_id": world.objects[f"operator/{side}"].pk},
            frozenset({manager, "administrator"}),
        )
        for side, manager in (("ours", "manager"), ("theirs", "other manager"))
    ]


def staff_rows(world: World) -> list[Target]:
    return [
        Target("an agent's", {"object_id": user_key(world, "agent")}),
        # Nobody gives rights to themselves.
        Target("one's own", {"object_id": user_key(world, "administrator")}, writers=NOBODY),
        Target("a holder's", {"object_id": user_key(world, "holder")}, NOBODY),
    ]


def user_key(world: World, name: str) -> object:
    user = world.people[name].user
    assert user is not None
    return user.pk


BACK_OFFICE: dict[str, Desk] = {
    "accounts.samlconnection": Desk(
        row("connection"), view=ADMINISTRATOR, add=ADMINISTRATOR, change=ADMINISTRATOR
    ),
    "accounts.alarmthreshold": Desk(row("threshold"), view=WATCH, add=WATCH, change=WATCH),
    "accounts.watchedholder": Desk(row("watched"), view=WATCH, add=WATCH, delete=WATCH),
    "accounts.accesslogentry": Desk(row("access log"), view=OFFICER | WATCH),
    "accounts.datarequest": Desk(two_rows("data request"), view=OFFICER, change=OFFICER),
    "accounts.consent": Desk(two_rows("consent"), view=OFFICER),
    "accounts.holder": Desk(two_rows("holder"), view=OFFICER | ADMINISTRATOR),
    "accounts.user": Desk(staff_rows, view=ADMINISTRATOR, add=ADMINISTRATOR, change=ADMINISTRATOR),
    "accounts.backgroundjob": Desk(row("job"), view=ADMINISTRATOR),
    "accounts.notification": Desk(row("message"), view=ADMINISTRATOR),
    "rights.counter": Desk(two_rows("counter"), view=CDC | OFFICER),
    "rights.trainingfile": Desk(two_rows("file"), view=CDC | OFFICER),
    "cep.booking": Desk(advice_rows("booking"), view=ADVICE),
    "cep.window": Desk(advice_rows("window"), view=ADVICE),
    "cep.pattern": Desk(advice_rows("pattern"), view=ADVICE, add=ADVICE),
    "cep.extraopening": Desk(advice_rows("extra opening"), view=ADVICE, add=ADVICE),
    "cep.absence": Desk(advice_rows("absence"), view=ADVICE, add=ADVICE),
    "cep.siteclosure": Desk(advice_rows("closure"), view=MANAGEMENT, add=MANAGEMENT),
    "cep.closingrequest": Desk(
        seen_by_the_authority(advice_rows("closing")),
        view=MANAGEMENT | AUTHORITY,
        add=MANAGEMENT,
        change=AUTHORITY,
    ),
    "cep.departure": Desk(advice_rows("departure"), view=MANAGEMENT, add=MANAGEMENT),
    "cep.impact": Desk(advice_rows("impact"), view=ADVICE),
    "cep.advicerequest": Desk(advice_rows("request"), view=MANAGEMENT),
    "cep.groupsession": Desk(advice_rows("workshop"), view=ADVICE, add=ADVICE),
    "cep.site": Desk(
        advice_rows("site"), view=MANAGEMENT | ADMINISTRATOR, add=ADMINISTRATOR, change=ADMINISTRATOR
    ),
    "cep.adviser": Desk(
        advice_rows("adviser"), view=MANAGEMENT | ADMINISTRATOR, add=ADMINISTRATOR, change=ADMINISTRATOR
    ),
    "cep.operator": Desk(
        operator_rows, view=MANAGEMENT | ADMINISTRATOR, add=ADMINISTRATOR, change=ADMINISTRATOR
    ),
    "agora_sync.partner": Desk(row("partner"), view=CDC | WATCH, add=CDC, change=CDC),
    "agora_sync.pagm": Desk(row("pagm"), view=CDC | WATCH, add=CDC, change=CDC),
    "agora_sync.pagmright": Desk(row("right"), view=CDC | WATCH, add=CDC, change=CDC),
    "agora_sync.pagmassignment": Desk(row("assignment"), view=CDC | WATCH, add=CDC, change=CDC),
    "agora_sync.transmissiondelegation": Desk(row("transmission"), view=CDC | WATCH, add=CDC, change=CDC),
    "agora_sync.tracehold": Desk(row("hold"), view=WATCH, add=WATCH, change=WATCH),
    "agora_sync.contractopening": Desk(row("opening"), view=CDC | WATCH, add=CDC, change=CDC),
    "agora_sync.localsystem": Desk(row("local system"), view=CDC | WATCH, add=CDC, change=CDC),
    "agora_sync.servicestop": Desk(row("stop"), view=CDC | WATCH, add=CDC, change=CDC),
}
