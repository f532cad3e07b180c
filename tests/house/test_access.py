"""Who may open which page. A new page without a declared rule, or without a row here, fails.

The table below is written by hand: a rule that is loosened in the code, or taken away, no longer agrees with it.
"""

import uuid
from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts.enums import StaffRole
from accounts.models import User
from cpa_portal.kernel.access import RULE_ATTRIBUTE, rule_of_other_package
from tests.support.factories.accounts import HolderFactory, StaffScopeFactory, UserFactory
from tests.support.urls import Address, every_address

ADDRESSES = [address for address in every_address() if not address.route.startswith("^")]
OURS = [address for address in ADDRESSES if not address.name.startswith("admin:")]

ALL, SIGNED_IN, HOLDER, STAFF = "all", "signed in", "holder", "staff"
# Signed in, neither staff nor linked to an account: the kind SIGNED_IN is exactly that person.
UNLINKED = "signed in, without account"
AGENT, RSSI = StaffRole.REGIONAL_AGENT.value, StaffRole.RSSI.value

WHO_MAY_OPEN: dict[str, Collection[str]] = {
    # Operations, sign-in, public pages
    **dict.fromkeys(("healthz", "readyz", "metrics", "api_schema", "admin_login"), frozenset({ALL})),
    **dict.fromkeys(
        (
            "account_login",
            "account_logout",
            "account_signup",
            "account_inactive",
            "account_email_verification_sent",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key_done",
            "mfa_authenticate",
            "socialaccount_signup",
            "accounts:franceconnect_start",
            "accounts:contact_change",
            "accounts:franceconnect_callback",
            "accounts:franceconnect_logged_out",
        ),
        frozenset({ALL}),
    ),
    **dict.fromkeys(
        (
            "account_reauthenticate",
            "account_email",
            "account_change_password",
            "account_set_password",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_remove_webauthn",
            "mfa_reauthenticate_webauthn",
            "usersessions_list",
            "accounts:franceconnect_link",
            "accounts:franceconnect_unlink",
        ),
        frozenset({SIGNED_IN}),
    ),
    **dict.fromkeys(
        ("home:index", "home:help", "home:accessibility", "home:legal", "home:privacy", "home:sitemap"),
        frozenset({ALL}),
    ),
    "home:dashboard": {HOLDER},
    # Accounts
    **dict.fromkeys(
        (
            "accounts:activation_start",
            "accounts:activation_number",
            "accounts:activation_name",
            "accounts:activation_birth",
            "accounts:activation_check",
            "accounts:activation_refused",
            "accounts:activation_letter_sent",
            "accounts:activation_code",
        ),
        frozenset({UNLINKED}),
    ),
    "accounts:diploma_question": {HOLDER},
    "accounts:situation_list": {HOLDER},
    "accounts:situation_change": {HOLDER},
    "accounts:data_request_list": {HOLDER},
    "accounts:restriction_end": {HOLDER},
    "accounts:restriction_list": {StaffRole.DATA_PROTECTION.value},
    **dict.fromkeys(
        (
            "accounts:contact_list",
            "accounts:contact_edit",
            "accounts:contact_resend",
            "accounts:contact_drop",
        ),
        frozenset({HOLDER}),
    ),
    "accounts:consent_list": {HOLDER},
    "accounts:after_death": {HOLDER},
    "accounts:calls_setting": {HOLDER},
    **dict.fromkeys(
        (
            "accounts:saml_organisations",
            "accounts:saml_sign_in",
            "accounts:saml_answer",
            "accounts:saml_finish",
            "accounts:saml_metadata",
            "accounts:invitation_accept",
        ),
        frozenset({ALL}),
    ),
    **dict.fromkeys(
        (
            "accounts:habilitation_list",
            "accounts:habilitation_invite",
            "accounts:habilitation_confirm",
            "accounts:habilitation_remove",
            "accounts:invitation_cancel",
        ),
        frozenset({StaffRole.ADMINISTRATOR.value, StaffRole.CEP_MANAGER.value}),
    ),
    "accounts:alarm_list": {RSSI},
    "accounts:alarm_handle": {RSSI},
    "accounts:personal_data": {HOLDER},
    "accounts:delegation_list": {HOLDER},
    "accounts:delegation_revoke": {HOLDER},
    **dict.fromkeys(
        (
            "accounts:helped_list",
            "accounts:helped_person",
            "accounts:helped_situation",
            "accounts:helped_data_request",
            "rights:entrusted_rights",
        ),
        frozenset({SIGNED_IN}),
    ),
    "accounts:death_record": {StaffRole.ADMINISTRATOR.value, StaffRole.DATA_PROTECTION.value},
    "accounts:paper_form_list": {ALL},
    "accounts:paper_form_document": {ALL},
    "rights:organisation_inbox": {StaffRole.TRAINING_ORGANISATION.value},
    "rights:organisation_team": {StaffRole.TRAINING_ORGANISATION.value},
    "cep:received_list": {StaffRole.CEP_ADVISER.value},
    "cep:shared_rights": {StaffRole.CEP_ADVISER.value},
    "accounts:personal_data_copy": {HOLDER},
    "accounts:personal_data_document": {HOLDER},
    "accounts:private_file": {SIGNED_IN},
    **dict.fromkeys(
        (
            "accounts:step_up",
            "accounts:proof_letter",
            "accounts:posted_code",
            "accounts:security",
            "accounts:block",
            "accounts:reopen",
        ),
        frozenset({HOLDER}),
    ),
    "accounts:session_end": {SIGNED_IN},
    "accounts:counter_check": {StaffRole.CEP_ADVISER.value, StaffRole.CEP_MANAGER.value},
    "accounts:freeze_list": {RSSI, StaffRole.ADMINISTRATOR.value},
    "accounts:freeze_reopen": {RSSI, StaffRole.ADMINISTRATOR.value},
    # Catalogue
    **dict.fromkeys(
        (
            "catalog:training_search",
            "catalog:word_suggestions",
            "catalog:place_suggestions",
            "catalog:place_around",
            "catalog:training_comparison",
            "catalog:training_detail",
            "catalog:certification_detail",
            "catalog:organisation_detail",
            "catalog:api_training_list",
            "catalog:api_training_detail",
            "catalog:open_data",
            "catalog:open_data_file",
            "catalog:robots",
            "catalog:sitemap",
            "catalog:sitemap_section",
            "catalog:alert_stop",
            "catalog:occupation_suggestions",
            "catalog:occupation_detail",
            "catalog:training_report",
            "catalog:session_calendar",
            "catalog:training_reported",
        ),
        frozenset({ALL}),
    ),
    **dict.fromkeys(
        (
            "catalog:training_keep",
            "catalog:training_release",
            "catalog:kept_list",
            "catalog:saved_search_list",
            "catalog:saved_search_add",
            "catalog:saved_search_change",
            "catalog:saved_search_delete",
            "catalog:own_report_list",
        ),
        frozenset({HOLDER}),
    ),
    **dict.fromkeys(
        (
            "catalog:import_list",
            "catalog:import_new",
            "catalog:import_order",
            "catalog:import_detail",
            "catalog:import_report",
        ),
        frozenset({StaffRole.ADMINISTRATOR.value}),
    ),
    **dict.fromkeys(
        ("catalog:trial_list", "catalog:trial_detail", "catalog:trial_report"),
        frozenset({StaffRole.TRAINING_ORGANISATION.value}),
    ),
    "catalog:sign_list": {StaffRole.CDC.value, StaffRole.ADMINISTRATOR.value},
    "catalog:sign_detail": {StaffRole.CDC.value, StaffRole.ADMINISTRATOR.value},
    # Rights
    **dict.fromkeys(
        ("rights:parameter_tables", "rights:api_calculation", "rights:statement_check"), frozenset({ALL})
    ),
    **dict.fromkeys(
        (
            "rights:counter_list",
            "rights:counter_detail",
            "rights:file_list",
            "rights:file_request",
            "rights:file_detail",
            "rights:file_cancel",
            "rights:free_request",
            "rights:simulation",
            "rights:comparison",
            "rights:statement_draw",
            "rights:file_step",
            "rights:file_message",
            "rights:file_top_up",
            "rights:file_document_add",
            "rights:file_document",
            "rights:file_document_remove",
            "rights:conversion",
            "rights:points_use",
            "rights:points_withdraw",
            "rights:own_undue_sum_list",
            "rights:own_undue_sum",
        ),
        frozenset({HOLDER}),
    ),
    **dict.fromkeys(
        (
            "rights:instruction_list",
            "rights:session_sheet",
            "rights:instruction_detail",
            "rights:instruction_message",
            "rights:instruction_step",
            "rights:instruction_document_add",
            "rights:instruction_document",
            "rights:instruction_document_remove",
        ),
        frozenset(
            {
                AGENT,
                StaffRole.CDC.value,
                StaffRole.TRAINING_ORGANISATION.value,
                StaffRole.FUNDER.value,
                StaffRole.EMPLOYER.value,
            }
        ),
    ),
    **dict.fromkeys(
        (
            "rights:undue_sum_list",
            "rights:undue_sum_detail",
            "rights:undue_sum_record",
            "rights:repayment_receive",
            "rights:points_request_list",
            "rights:points_request_detail",
        ),
        frozenset({StaffRole.CDC.value}),
    ),
    # Flows with AGORA
    "agora_sync:agent_home": {AGENT, StaffRole.CDC.value},
    "agora_sync:exchange_list": {AGENT, StaffRole.CDC.value},
    "agora_sync:exchange_detail": {AGENT, StaffRole.CDC.value},
    "agora_sync:exchange_resend": {AGENT, StaffRole.CDC.value},
    "agora_sync:exchange_correct": {AGENT, StaffRole.CDC.value},
    "agora_sync:reject_list": {AGENT, StaffRole.CDC.value},
    "agora_sync:reject_sheet": {AGENT, StaffRole.CDC.value},
    "agora_sync:group_correct": {AGENT, StaffRole.CDC.value},
    "agora_sync:sheet_import": {AGENT, StaffRole.CDC.value},
    "agora_sync:correction_detail": {AGENT, StaffRole.CDC.value},
    "agora_sync:correction_send": {AGENT, StaffRole.CDC.value},
    "agora_sync:correction_undo": {AGENT, StaffRole.CDC.value},
    "agora_sync:conflict_list": {AGENT, StaffRole.CDC.value},
    "agora_sync:conflict_detail": {AGENT, StaffRole.CDC.value},
    "agora_sync:conflict_decide": {AGENT, StaffRole.CDC.value},
    "agora_sync:gap_list": {AGENT, StaffRole.CDC.value},
    "agora_sync:gap_detail": {AGENT, StaffRole.CDC.value},
    "agora_sync:gap_send": {AGENT, StaffRole.CDC.value},
    "agora_sync:gap_pull": {AGENT, StaffRole.CDC.value},
    "agora_sync:gap_check": {AGENT, StaffRole.CDC.value},
    "agora_sync:exchange_handle": {AGENT, StaffRole.CDC.value},
    "agora_sync:group_handle": {AGENT, StaffRole.CDC.value},
    "agora_sync:exchange_send_back": {AGENT, StaffRole.CDC.value},
    "agora_sync:exchange_take_back": {AGENT, StaffRole.CDC.value},
    "agora_sync:correspondence_table": {AGENT, StaffRole.CDC.value},
    "agora_sync:correspondence_sheet": {AGENT, StaffRole.CDC.value},
    "agora_sync:correspondence_version": {AGENT, StaffRole.CDC.value},
    "agora_sync:rule_list": {AGENT, StaffRole.CDC.value},
    "agora_sync:rule_detail": {AGENT, StaffRole.CDC.value},
    "agora_sync:rule_approve": {AGENT, StaffRole.CDC.value},
    "agora_sync:rule_refuse": {AGENT, StaffRole.CDC.value},
    "agora_sync:rule_switch_off": {AGENT, StaffRole.CDC.value},
    "agora_sync:file_history": {AGENT, StaffRole.CDC.value},
    "agora_sync:sending_back_list": {AGENT, StaffRole.CDC.value, StaffRole.TRAINING_ORGANISATION.value},
    "agora_sync:sending_back_detail": {AGENT, StaffRole.CDC.value, StaffRole.TRAINING_ORGANISATION.value},
    "agora_sync:trial_bench": {AGENT, StaffRole.CDC.value},
    "agora_sync:dictionary": {ALL},
    "agora_sync:dictionary_sheet": {ALL},
    "agora_sync:trace_list": {RSSI},
    "agora_sync:habilitation_table": {RSSI, StaffRole.CDC.value},
    "agora_sync:habilitation_sheet": {RSSI, StaffRole.CDC.value},
    **dict.fromkeys(
        ("agora_sync:trace_case_list", "agora_sync:trace_case_new", "agora_sync:trace_case_detail"),
        frozenset({RSSI, StaffRole.CDC.value}),
    ),
    **dict.fromkeys(
        (
            "agora_sync:trace_case_validate",
            "agora_sync:trace_case_close",
            "agora_sync:trace_detail",
            "agora_sync:delivery_request",
            "agora_sync:delivery_code",
        ),
        frozenset({RSSI}),
    ),
    # Whoever holds the link and the code: nobody has an account for it.
    "agora_sync:delivery_fetch": {ALL},
    "agora_sync:holder_pull": {HOLDER},
    # Career advice
    "cep:triage": {ALL},
    **dict.fromkeys(
        (
            "cep:slot_list",
            "cep:booking_create",
            "cep:booking_hold",
            "cep:appointment_list",
            "cep:appointment_detail",
            "cep:booking_confirmed",
            "cep:appointment_cancel",
            "cep:appointment_move",
            "cep:appointment_accept",
            "cep:appointment_calendar",
            "cep:waiting_list",
            "cep:waiting_join",
            "cep:waiting_pass",
            "cep:waiting_leave",
            "cep:session_list",
            "cep:session_detail",
            "cep:session_leave",
        ),
        frozenset({HOLDER}),
    ),
}

SAMPLES: dict[str, Callable[[], object]] = {
    "uuid": uuid.uuid4,
    "int": lambda: 987_654_321,
    "str": lambda: "RNCP99999",
}


def person(kind: str) -> User | None:
    """Someone of that kind and of no other; None is a visitor."""
    if kind == ALL:
        return None
    if kind == SIGNED_IN:
        return UserFactory()
    if kind == HOLDER:
        return HolderFactory(user=UserFactory()).user
    return StaffScopeFactory(user=UserFactory(is_staff=True), role=kind, scope_code=SCOPES.get(kind, "")).user


SCOPES = {
    StaffRole.REGIONAL_AGENT.value: "94",
    StaffRole.CEP_ADVISER.value: "corse",
    StaffRole.CEP_MANAGER.value: "corse",
    StaffRole.TRAINING_ORGANISATION.value: "16000000000001",
    StaffRole.EMPLOYER.value: "16000000000001",
    StaffRole.FUNDER.value: "16000000000001",
}
KINDS = (ALL, SIGNED_IN, HOLDER, *StaffRole.values)


def may_open(kind: str, allowed: Collection[str]) -> bool:
    if ALL in allowed or kind in allowed:
        return True
    if kind == ALL:
        return False
    if kind == SIGNED_IN and UNLINKED in allowed:
        return True
    return SIGNED_IN in allowed or (STAFF in allowed and kind in StaffRole.values)


def test_every_address_declares_who_may_open_it() -> None:
    assert [address.name for address in ADDRESSES if not declared_rule(address)] == []


def test_every_address_of_ours_is_in_the_table_and_no_other() -> None:
    assert {address.name for address in OURS} == set(WHO_MAY_OPEN)


def test_no_rule_is_left_for_a_view_that_is_gone() -> None:
    names = {address.name for address in every_address()}
    namespaces = {name.partition(":")[0] + ":" for name in names if ":" in name}

    assert set(settings.ACCESS_RULES) <= names | namespaces


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_rules_let_in_the_people_of_the_table_and_nobody_else(kind: str) -> None:
    user = person(kind) or AnonymousUser()

    let_in = {address.name for address in OURS if rule(address)(user)}

    assert let_in == {name for name, allowed in WHO_MAY_OPEN.items() if may_open(kind, allowed)}


def rule(address: Address) -> Callable[[object], bool]:
    found = declared_rule(address)
    assert found
    return found


def declared_rule(address: Address) -> Callable[[object], bool] | None:
    return getattr(address.view, RULE_ATTRIBUTE, None) or rule_of_other_package(address.name)


@pytest.mark.django_db
# To these two nearly every door is closed; the matrix (test_matrix.py) sends people of each kind.
@pytest.mark.parametrize("kind", [ALL, SIGNED_IN])
def test_pages_really_refuse_whom_their_rule_refuses(kind: str, client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.support.urls_plain_refusals"
    user = person(kind)
    if user:
        client.force_login(user)

    for address in OURS:
        if not may_open(kind, WHO_MAY_OPEN[address.name]):
            answer = client.get(sample_path(address))
            to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/connexion/")
            assert to_sign_in if user is None else answer.status_code == 403, address.name


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [ALL, SIGNED_IN, HOLDER])
def test_admin_is_closed_to_all_but_staff(kind: str, client: Client) -> None:
    user = person(kind)
    if user:
        client.force_login(user)

    answer = client.get("/admin/")

    assert answer.status_code == (302 if user is None else 403)


def sample_path(address: Address) -> str:
    path = address.route
    for name, converter in address.converters.items():
        sample = SAMPLES.get(converter, lambda: "exemple")()
        path = path.replace(f"<{converter}:{name}>", str(sample)).replace(f"<{name}>", str(sample))
    return f"/{path}"
