"""What an account holds: ConsulterDroits, ConsulterSoldes, EnregistrerSoldeDif; and two checks about a person."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Holder
from accounts.rules.names import is_same_name
from accounts.services.holders import find_holder_by_nir
from agora_sync.contract.shapes import Wire
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.codes import WIRE_SCHEMES, WIRE_UNITS
from agora_sync.mapping.requests import (
    DIFRequest,
    EligibilityRequest,
    HolderRequest,
    PersonIdentity,
    operation_of,
)
from agora_sync.models import Partner
from agora_sync.provider.operations.facts import normalised, wrong_facts
from agora_sync.provider.operations.files import refusal
from agora_sync.provider.operations.people import identified_holder, nir_details, tell_consultation
from agora_sync.provider.operations.served import STEP, Served
from rights.exceptions import AccountClosed, DIFRefused
from rights.facts import TrainingFileFacts
from rights.models import Counter, TrainingFile
from rights.selectors.counters import counters_of
from rights.selectors.funding import funding_plan
from rights.services.dif import record_dif_balance


def read_rights(request: HolderRequest, partner: Partner) -> Served:
    """The counters of a person, with what is reserved. Raises SOAPRefusal about the person."""
    holder = _holder(request, partner, "Droits à la formation")
    return Served({"droit": [_right(line.counter) for line in counters_of(holder)]}, holder)


def read_balances(request: HolderRequest, partner: Partner) -> Served:
    """What the person may still use, counter by counter. Raises SOAPRefusal about the person."""
    holder = _holder(request, partner, "Soldes du compte")
    balances = [_balance(line.counter) for line in counters_of(holder)]
    return Served({"dateSoldes": timezone.localdate(), "solde": balances}, holder)


def check_identity(request: HolderRequest, partner: Partner) -> Served:
    """Whether a NIR and a name are one known person. The answer never holds the name that we know."""
    _refuse_wrong_nir(request.person, "/ControlerUniciteNirNom/titulaire")
    holder = find_holder_by_nir(request.person.nir)
    if holder is None:
        return Served({"resultat": "INCONNU"}, None)
    tell_consultation(
        partner=partner,
        holder=holder,
        purpose="Contrôle de votre NIR et de votre nom",
        what="Concordance du NIR et du nom",
    )
    is_same = is_same_name(request.person.birth_name, holder.birth_name)
    return Served({"resultat": "UNIQUE" if is_same else "INCOHERENT"}, holder)


def check_eligibility(request: EligibilityRequest, partner: Partner) -> Served:
    """Whether the account may pay this training for this person, and each reason why not."""
    path = "/VerifierEligibilite/formation"
    wrong = [
        detail
        for detail in wrong_facts(request.facts, path=path)
        # A certification that is not active is an answer here, not a mistake in the question.
        if detail.code is not FaultCode.INVALID_CERTIFICATION or detail.cause
    ]
    _refuse_wrong_nir(request.person, "/VerifierEligibilite/titulaire", wrong)
    holder = identified_holder(request.person, path="/VerifierEligibilite/titulaire")
    tell_consultation(
        partner=partner, holder=holder, purpose="Vérification d’éligibilité", what="Droits à la formation"
    )
    reasons = list(_reasons_against(holder, normalised(request.facts)))
    values: Wire = {"eligible": not reasons}
    return Served({**values, "motif": [{"code": code, "libelle": text} for code, text in reasons]}, holder)


def record_dif(request: DIFRequest, partner: Partner) -> Served:
    """Raises SOAPRefusal: the person, the ceiling, the deadline, another balance already recorded."""
    path = "/EnregistrerSoldeDif"
    holder = _holder(request, partner, "Solde de DIF")
    try:
        counter = record_dif_balance(
            holder=holder, minutes=request.minutes, declared_on=request.declared_on, source=partner.name
        )
    except AccountClosed:
        raise refusal(FaultCode.HOLDER_DECEASED, f"{path}/titulaire") from None
    except DIFRefused as problem:
        place = "dateDeclaration" if problem.reason == "deadline" else "heuresMinutes"
        raise refusal(FaultCode.INVALID_DIF, f"{path}/{place}", cause=problem.reason) from None
    return Served({"solde": _balance(counter)}, holder)


def _reasons_against(holder: Holder, facts: TrainingFileFacts) -> list[tuple[str, str]]:
    today = timezone.localdate()
    reasons = []
    if holder.deceased_on is not None:
        reasons.append(("COMPTE_FERME", "Le compte n’est plus ouvert."))
    if facts.session_ends_on < today:
        reasons.append(("SESSION_PASSEE", "La session est terminée."))
    if any(detail.code is FaultCode.INVALID_CERTIFICATION for detail in wrong_facts(facts, path="")):
        sentence = "La certification n’est pas active au début de la session."
        reasons.append(("CERTIFICATION_INACTIVE", sentence))
    wanted = TrainingFile(holder=holder, **facts.as_fields())
    if TrainingFile.objects.active().same_training_as(wanted).exists():
        reasons.append(("DOSSIER_EN_COURS", "Un dossier est déjà ouvert pour cette formation."))
    plan = funding_plan(holder=holder, facts=facts, day=today)
    if plan.refusal:
        reasons.append(("ACTION_NON_FINANCEE", plan.refusal[:255]))
    return reasons


def _holder(request: HolderRequest | DIFRequest, partner: Partner, what: str) -> Holder:
    operation = operation_of(request)
    path = f"/{operation.value}/titulaire"
    _refuse_wrong_nir(request.person, path)
    holder = identified_holder(request.person, path=path)
    tell_consultation(partner=partner, holder=holder, purpose=operation.label, what=what)
    return holder


def _refuse_wrong_nir(person: PersonIdentity, path: str, others: list[FaultDetail] | None = None) -> None:
    wrong = [*nir_details(person, path=path), *(others or [])]
    if wrong:
        raise SOAPRefusal(wrong[0].code, STEP, details=wrong)


def _right(counter: Counter) -> Wire:
    return {
        **_balance(counter),
        "reserve": counter.reserved,
        "ouvertLe": timezone.localtime(counter.opened_at).date(),
    }


def _balance(counter: Counter) -> Wire:
    return {
        "compteur": WIRE_SCHEMES[counter.scheme],
        "unite": WIRE_UNITS[counter.unit],
        "disponible": counter.balance,
    }
