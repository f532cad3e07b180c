"""What a person leaves behind them over the years: choices, requests, a mandate, and those who looked."""

from datetime import date, timedelta

from django.utils import timezone

from accounts.consent_purposes import ADVISER_READS_RIGHTS, PURPOSE_OF_CODE
from accounts.enums import ConsentAct, DataRequestKind, DelegatedAct, DelegateKind
from accounts.models import Holder, User
from accounts.services.access_log import record_consultation
from accounts.services.consents import record_consent
from accounts.services.data_requests import record_after_death_instruction, submit_data_request
from accounts.services.delegations import give_delegation
from accounts.services.private_files import store_private_file
from cpa_portal.home.demo.people import DOMAIN

MANDATE_DAYS = 180


def enrich(holder: Holder, staff: dict[str, User], *, today: date) -> None:
    """One row at least of each kind that `/mes-donnees/` shows to the person."""
    purpose = PURPOSE_OF_CODE[ADVISER_READS_RIGHTS]
    record_consent(holder=holder, purpose=purpose.code, act=ConsentAct.GIVEN, text_version=purpose.version)
    submit_data_request(
        holder=holder,
        kind=DataRequestKind.RECTIFICATION,
        text="Mon nom d’usage est Rossi depuis mon mariage.",
        today=today,
    )
    record_after_death_instruction(
        holder=holder, text="Transmettre mes attestations à ma sœur.", trusted_person="Livia Rossi"
    )
    store_private_file(name="attestation.txt", content=b"Attestation de formation.\n", owner_holder=holder)
    give_delegation(
        holder=holder,
        kind=DelegateKind.MANDATEE,
        delegate_name="Livia Rossi",
        acts=[DelegatedAct.READ_RIGHTS],
        starts_on=today,
        ends_on=today + timedelta(days=MANDATE_DAYS),
        now=timezone.now(),
    )
    for login, why in (("conseiller", "Préparation de votre rendez-vous"), ("region", "Suivi d’un dossier")):
        record_consultation(
            actor=staff[f"{login}@{DOMAIN}"], holder=holder, purpose=why, what="Droits et dossiers"
        )
