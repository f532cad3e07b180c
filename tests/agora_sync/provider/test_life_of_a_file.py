"""Step 16, beyond creation and entry: what is declared of a file, its items, the account, the checks."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from lxml import etree

from agora_sync import contract
from agora_sync.contract import Operation, Version
from agora_sync.contract.dictionary import items, receivable
from agora_sync.contract.shapes import in_order, type_shape
from agora_sync.contract.wire import wire_form
from agora_sync.enums import PartnerKind
from agora_sync.mapping.progress import TRANSITIONS
from agora_sync.mapping.requests import (
    AmendFileRequest,
    CreateFileRequest,
    DIFRequest,
    EligibilityRequest,
    FileEventRequest,
    FindFileRequest,
    HolderRequest,
    element_of,
)
from agora_sync.models import FileDeclaration, FileRecord, Partner
from agora_sync.provider.exchange import Answer, handle_call
from agora_sync.services.records import complement_of
from agora_sync.services.samples import sample_request
from agora_sync.xml import namespaces as ns
from rights.enums import Scheme, TrainingFileState
from rights.models import Counter, TrainingFile
from tests.agora_sync.provider.conftest import Refused
from tests.support.agora import (
    Caller,
    create_request,
    entry_request,
    facts,
    list_request,
    person,
    read_answer,
    read_fault,
)
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db
Holder = Any
SOCIAL = {"situationEntree": {"statut": "DEMANDEUR_EMPLOI", "allocation": "RSA", "niveau": "3"}}


@pytest.fixture
def holder(partners: dict[str, Partner]) -> Holder:
    return HolderFactory(birth_name="Rossi-Fontaine")


def answered(answer: Answer) -> etree._Element:
    """The answer, which respects the contract."""
    assert read_fault(answer.content) is None, answer.content.decode()
    body = etree.fromstring(answer.content).find(ns.soap("Body"))
    assert body is not None
    contract.schema().assertValid(body[0])
    return body[0]


def told(answer: Answer) -> dict[str, str]:
    answered(answer)
    return read_answer(answer.content)


def opened_file(caller: Caller, holder: Holder, **changes: Any) -> TrainingFile:
    told(handle_call(caller.call(create_request(holder, **changes))))
    return TrainingFile.objects.filter(holder=holder).latest("created_at")


def event(file: TrainingFile, operation: Operation, **values: Any) -> FileEventRequest:
    assert file.agora_number is not None
    return FileEventRequest(operation, uuid4(), file.agora_number, values)


def day(file: TrainingFile, after: int) -> str:
    return (file.session_starts_on + dt.timedelta(days=after)).isoformat()


def entered(caller: Caller, holder: Holder) -> TrainingFile:
    file = opened_file(caller, holder)
    told(handle_call(caller.call(entry_request(str(file.agora_number), file.session_starts_on))))
    return file


# Every operation ----------------------------------------------------------------------------------
def test_every_operation_answers_a_sample_within_the_contract(caller: Caller, holder: Holder) -> None:
    for operation in Operation:
        request = sample_request(operation=operation, partner_code="partner", today=timezone.localdate())

        answered(handle_call(caller.call(request)))


def test_whole_life_of_a_file_is_told_in_its_follow_up(caller: Caller, holder: Holder) -> None:
    file = opened_file(caller, holder)
    number = str(file.agora_number)
    pay = {
        "typeRemuneration": "REGIONALE",
        "dateDebut": day(file, 0),
        "dateFin": day(file, 29),
        "montant": "685.12",
    }
    steps = [
        (event(file, Operation.VALIDATE_FILE, dateValidation=day(file, -5)), "VALIDE"),
        (entry_request(number, file.session_starts_on), "EN_FORMATION"),
        (
            event(file, Operation.DECLARE_INTERRUPTION, dateInterruption=day(file, 3), motifInterruption="EMPLOI"),
            "INTERROMPU",
        ),
        (event(file, Operation.DECLARE_RETURN, dateReprise=day(file, 10)), "EN_FORMATION"),
        (event(file, Operation.DECLARE_PAY, remuneration=pay), "EN_FORMATION"),
        (
            event(
                file, Operation.DECLARE_EXIT, dateSortie=day(file, 60), motifSortie="TERME",
                resultat={"resultat": "TOTAL", "heuresRealiseesMinutes": "24000"},
            ),
            "SORTI",
        ),
        (
            event(file, Operation.SETTLE_FILE, dateSolde=day(file, 70), natureSolde="ACTION", montantSolde="1500.00"),
            "SOLDE",
        ),
    ]  # fmt: skip

    states = [told(handle_call(caller.call(request)))["etat"] for request, _ in steps]

    assert states == [state for _, state in steps]
    answer = answered(handle_call(caller.call(FindFileRequest(uuid4(), number))))
    follow_up = answer.find(f"{ns.agora('dossier')}/{ns.agora('suivi')}")
    assert follow_up is not None
    assert [etree.QName(child).localname for child in follow_up] == [
        "dateValidation", "interruption", "remuneration", "dateSortie", "motifSortie", "resultat",
        "dateSolde", "natureSolde", "montantSolde",
    ]  # fmt: skip
    assert follow_up.findtext(f"{ns.agora('interruption')}/{ns.agora('dateReprise')}") == day(file, 10)


def test_settlement_before_the_exit_leaves_the_file_going_on(caller: Caller, holder: Holder) -> None:
    file = entered(caller, holder)
    settle = event(
        file, Operation.SETTLE_FILE, dateSolde=day(file, 1), natureSolde="MARCHE", montantSolde="0"
    )

    assert told(handle_call(caller.call(settle)))["etat"] == "EN_FORMATION"
    leave = event(file, Operation.DECLARE_EXIT, dateSortie=day(file, 9), motifSortie="ABANDON")
    assert told(handle_call(caller.call(leave)))["etat"] == "SOLDE"


@pytest.mark.parametrize(
    ("operation", "values", "state"),
    [
        (Operation.CANCEL_FILE, {"motifAnnulation": "TITULAIRE"}, TrainingFileState.CANCELLED),
        (Operation.REFUSE_FILE, {"motifRefus": "FINANCEUR"}, TrainingFileState.REFUSED),
    ],
)
def test_closing_before_the_entry_closes_the_file(
    caller: Caller, holder: Holder, refused: Refused, operation: Operation, values: Any, state: str
) -> None:
    file = opened_file(caller, holder)
    dated = {"dateAnnulation" if operation == Operation.CANCEL_FILE else "dateRefus": day(file, -9), **values}

    answer = told(handle_call(caller.call(event(file, operation, **dated))))

    assert TrainingFile.objects.get(pk=file.pk).state == state
    assert answer["etat"] in {"ANNULE", "REFUSE"}
    late = entry_request(str(file.agora_number), file.session_starts_on)
    assert refused(caller.call(late)).name == "ag:TransitionInterdite"


# Refusals -----------------------------------------------------------------------------------------
def test_table_of_states_refuses_what_it_does_not_have(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    file = opened_file(caller, holder)
    never_first = [
        (Operation.DECLARE_INTERRUPTION, {"dateInterruption": day(file, 1), "motifInterruption": "AUTRE"}),
        (Operation.DECLARE_RETURN, {"dateReprise": day(file, 1)}),
        (Operation.DECLARE_EXIT, {"dateSortie": day(file, 1), "motifSortie": "TERME"}),
    ]
    for operation, values in never_first:
        assert "DEMANDE" not in TRANSITIONS[operation]

        fault = refused(caller.call(event(file, operation, **values)))

        assert (fault.name, fault.details[0]["chemin"]) == (
            "ag:TransitionInterdite",
            f"/{operation.value}/numeroDossier",
        )
    assert not FileDeclaration.objects.exists()


@pytest.mark.parametrize(
    ("operation", "values", "code", "path"),
    [
        (Operation.DECLARE_EXIT, {"dateSortie": -1, "motifSortie": "TERME"}, "DatesIncoherentes", "dateSortie"),
        (
            Operation.DECLARE_INTERRUPTION,
            {"dateInterruption": -1, "motifInterruption": "AUTRE"},
            "DatesIncoherentes",
            "dateInterruption",
        ),
        (
            Operation.DECLARE_PAY,
            {"remuneration": {"typeRemuneration": "AUTRE", "dateDebut": 9, "dateFin": 3, "montant": "1"}},
            "DatesIncoherentes",
            "remuneration/dateFin",
        ),
        (
            Operation.SETTLE_FILE,
            {"dateSolde": 1, "natureSolde": "ACTION", "montantSolde": "1500.01"},
            "MontantInvalide",
            "montantSolde",
        ),
        (
            Operation.DECLARE_EXIT,
            {
                "dateSortie": 1, "motifSortie": "TERME",
                "resultat": {"resultat": "TOTAL", "heuresRealiseesMinutes": "99999999"},
            },
            "DureeInvalide",
            "resultat/heuresRealiseesMinutes",
        ),
        (
            Operation.DECLARE_EXIT,
            {
                "dateSortie": 1, "motifSortie": "TERME",
                "resultat": {"resultat": "TOTAL", "codeCertificationObtenue": "RNCP-x"},
            },
            "CertificationInvalide",
            "resultat/codeCertificationObtenue",
        ),
    ],
)  # fmt: skip
def test_values_that_make_no_sense_are_refused_at_their_path(
    caller: Caller, holder: Holder, refused: Refused, operation: Operation, values: Any, code: str, path: str
) -> None:
    file = entered(caller, holder)

    fault = refused(caller.call(event(file, operation, **as_days(values, file))))

    assert (fault.code, fault.details[0]["chemin"]) == (code, f"/{operation.value}/{path}")


def as_days(values: Any, file: TrainingFile) -> Any:
    if isinstance(values, dict):
        return {name: as_days(value, file) for name, value in values.items()}
    return day(file, values) if isinstance(values, int) else values


def test_return_before_its_interruption_is_refused(caller: Caller, holder: Holder, refused: Refused) -> None:
    file = entered(caller, holder)
    stop = event(
        file, Operation.DECLARE_INTERRUPTION, dateInterruption=day(file, 5), motifInterruption="MALADIE"
    )
    told(handle_call(caller.call(stop)))

    fault = refused(caller.call(event(file, Operation.DECLARE_RETURN, dateReprise=day(file, 4))))

    assert fault.name == "ag:DatesIncoherentes"


def test_same_event_under_another_identifier_is_refused(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    file = entered(caller, holder)
    leave = event(file, Operation.DECLARE_EXIT, dateSortie=day(file, 9), motifSortie="TERME")
    told(handle_call(caller.call(leave)))
    again = event(file, Operation.DECLARE_EXIT, dateSortie=day(file, 9), motifSortie="TERME")

    assert told(handle_call(caller.call(leave)))["etat"] == "SORTI"
    assert refused(caller.call(again)).name == "ag:TransitionInterdite"
    assert FileDeclaration.objects.count() == 1


def test_file_of_another_partner_and_unknown_file_look_the_same(
    caller: Caller, other_caller: Caller, holder: Holder, refused: Refused
) -> None:
    file = opened_file(caller, holder)
    faults = []
    for number in (str(file.agora_number), "AG000000000000"):
        for request in (
            FindFileRequest(uuid4(), number),
            FileEventRequest(Operation.VALIDATE_FILE, uuid4(), number, {"dateValidation": day(file, 0)}),
            AmendFileRequest(uuid4(), number, facts()),
        ):
            fault = refused(other_caller.call(request))
            faults.append((fault.name, fault.sentence, fault.details[0]["libelle"]))

    assert len(set(faults)) == 1
    assert faults[0][0] == "ag:DossierInconnu"


# Items: provenance and recipients -------------------------------------------------------------------
def test_items_come_back_to_those_whom_the_matrix_names(
    caller: Caller, other_caller: Caller, holder: Holder
) -> None:
    request = create_request(holder)
    told(
        handle_call(caller.call(CreateFileRequest(request.request_id, request.person, request.facts, SOCIAL)))
    )

    own = answered(handle_call(caller.call(list_request(holder)))).find(f".//{ns.agora('situationEntree')}")
    others = answered(handle_call(other_caller.call(list_request(holder)))).find(
        f".//{ns.agora('situationEntree')}"
    )

    assert own is not None
    assert others is not None
    assert own.findtext(ns.agora("allocation")) == "RSA"
    # An OPCO is no recipient of the allowance, and is of the rest.
    assert others.find(ns.agora("allocation")) is None
    assert others.findtext(ns.agora("niveau")) == "3"


def test_items_are_stored_encrypted_with_their_author(caller: Caller, holder: Holder) -> None:
    request = create_request(holder)
    handle_call(caller.call(CreateFileRequest(request.request_id, request.person, request.facts, SOCIAL)))

    record = FileRecord.objects.get()
    raw = FileRecord.objects.extra(select={"raw": "items::text"}).values_list("raw", flat=True)[0]

    assert complement_of(record.training_file) == SOCIAL
    assert "RSA" not in raw
    assert set(record.authors.values()) == {"partner"}


def test_item_of_another_author_is_replaced_only_where_the_dictionary_says_so(
    caller: Caller, other_caller: Caller, holder: Holder, refused: Refused
) -> None:
    first = create_request(holder)
    mine = {"situationEntree": {"niveau": "3"}, "action": {"contenu": "Soudure à l'arc"}}
    told(handle_call(caller.call(CreateFileRequest(first.request_id, first.person, first.facts, mine))))
    number = TrainingFile.objects.get().agora_number
    told(handle_call(other_caller.call(create_request(holder))))
    shared = AmendFileRequest(uuid4(), str(number), None, {"situationEntree": {"niveau": "4"}})
    theirs = AmendFileRequest(uuid4(), str(number), None, {"action": {"contenu": "Autre contenu"}})

    answered(handle_call(other_caller.call(shared)))
    fault = refused(other_caller.call(theirs))

    assert (fault.name, fault.details[0]["chemin"]) == (
        "ag:ConflitDossier",
        "/ReingenierDossier/complement/action/contenu",
    )
    kept = complement_of(TrainingFile.objects.get())
    assert (kept["situationEntree"]["niveau"], kept["action"]["contenu"]) == ("4", "Soudure à l'arc")


def test_codes_and_identifiers_of_items_are_checked_together(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    request = create_request(holder, organisation_siret="16090000700011")
    wrong = {
        "coordonnees": {"adresse": {"codeCommune": "99X99"[:2] + "999"}, "communeTravail": "01999"},
        "situationEntree": {"employeur": {"siret": "12345678901234"}},
    }

    fault = refused(caller.call(CreateFileRequest(request.request_id, request.person, request.facts, wrong)))

    assert {(detail["code"], detail["chemin"]) for detail in fault.details} == {
        ("SIRETInvalide", "/CreerDossier/formation/organisme/siret"),
        ("SIRETInvalide", "/CreerDossier/complement/situationEntree/employeur/siret"),
        ("CodeInconnu", "/CreerDossier/complement/coordonnees/communeTravail"),
    }


def test_amendment_changes_the_training_of_its_author_alone(
    caller: Caller, other_caller: Caller, holder: Holder, refused: Refused
) -> None:
    file = opened_file(caller, holder)
    told(handle_call(other_caller.call(create_request(holder))))
    changed = facts(title="Titre changé", price_cents=2_000_00)

    fault = refused(other_caller.call(AmendFileRequest(uuid4(), str(file.agora_number), changed)))
    told(handle_call(caller.call(AmendFileRequest(uuid4(), str(file.agora_number), changed))))

    assert (fault.name, fault.details[0]["cause"]) == ("ag:ConflitDossier", "auteur")
    file.refresh_from_db()
    assert (file.title, file.price_cents) == ("Titre changé", 2_000_00)


def test_every_recipient_gets_a_file_within_the_contract() -> None:
    """Whatever the matrix takes away, what is left is a valid answer: all items, one kind of partner after another."""
    whole = full_values("Dossier")
    for kind in PartnerKind:
        kept = in_order(type_shape("Dossier"), receivable(whole, kind))
        heading = dict.fromkeys(("empreinteRequete", "empreinteCorps"), "a" * 64)
        heading = {"identifiantRequete": str(uuid4()), **heading}

        answer = element_of("RechercherDossierReponse", {**heading, "dossier": kept})
        for version in Version:
            contract.schema(version).assertValid(wire_form(answer, version))

        withheld = {item.path for item in items() if kind not in item.recipients}
        assert not {
            path for path in withheld & flat(kept) if path not in ALWAYS and not path.startswith("formation/")
        }, kind
    assert not {
        path for path in flat(kept) if path.startswith(("complement", "suivi", "formation/financement"))
    }


def full_values(type_name: str) -> dict[str, Any]:
    return {
        child.name: [value] if child.is_repeated else value
        for child in type_shape(type_name).children
        for value in [full_values(child.type_name) if child.children else example(child)]
    }


def example(shape: Any) -> str:
    if shape.codes:
        return str(shape.codes[0].value)
    return EXAMPLES.get(shape.type_name, "Texte")


# What no answer may lack.
ALWAYS = {"numeroDossier", "etat"}
EXAMPLES = {
    "Jour": "2026-01-02", "DateEtatCivil": "1962-05-00", "CodeCommune": "2A004", "CodePays": "99100",
    "CodePostal": "20000", "Telephone": "+33 6 00 00 00 00", "Courriel": "a@exemple.test", "CodeROME": "H2913",
    "Formacode": "23020", "CodeNSF": "254s", "CodeNAF": "25.62B", "IDCC": "0650", "Mois": "12", "Effectif": "9",
    "DureeMinutes": "60", "Montant": "12.50", "boolean": "true", "Nom": "Rossi", "NumeroDossier": "AG1",
}  # fmt: skip


def flat(values: dict[str, Any], path: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in values.items():
        below = f"{path}/{name}" if path else name
        for item in value if isinstance(value, list) else [value]:
            found |= flat(item, below) if isinstance(item, dict) else {below}
    return found


# The account --------------------------------------------------------------------------------------
def test_unicity_says_whether_and_never_who(caller: Caller, holder: Holder) -> None:
    known = person(holder)
    asked = {"UNIQUE": known, "INCOHERENT": type(known)(known.nir, "Duchemin")}
    unknown = type(known)("185017505600149", "Martin")

    answers = {
        expected: handle_call(caller.call(HolderRequest(Operation.CHECK_IDENTITY, uuid4(), who)))
        for expected, who in {**asked, "INCONNU": unknown}.items()
    }

    for expected, answer in answers.items():
        assert told(answer)["resultat"] == expected
        assert "Rossi" not in answer.content.decode()


def test_dif_balance_is_recorded_once_within_ceiling_and_deadline(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    on_time, who = dt.date(2021, 6, 30), person(holder)

    answer = answered(handle_call(caller.call(DIFRequest(uuid4(), who, on_time, 20 * 60))))
    same = answered(handle_call(caller.call(DIFRequest(uuid4(), who, on_time, 20 * 60))))
    faults = [
        refused(caller.call(DIFRequest(uuid4(), who, declared_on, minutes))).details[0]["cause"]
        for declared_on, minutes in ((on_time, 30 * 60), (dt.date(2021, 7, 1), 20 * 60), (on_time, 121 * 60))
    ]

    counter = Counter.objects.get(holder=holder, scheme=Scheme.DIF)
    assert counter.balance == 20 * 15_00
    assert (
        answer.findtext(f".//{ns.agora('disponible')}")
        == same.findtext(f".//{ns.agora('disponible')}")
        == "30000"
    )
    assert faults == ["recorded", "deadline", "ceiling"]


def test_eligibility_gives_each_reason(caller: Caller, holder: Holder) -> None:
    opened_file(caller, holder)
    over = facts(session_starts_on=dt.date(2024, 1, 1), session_ends_on=dt.date(2024, 2, 1))

    again = answered(handle_call(caller.call(EligibilityRequest(uuid4(), person(holder), facts()))))
    past = answered(handle_call(caller.call(EligibilityRequest(uuid4(), person(holder), over))))

    assert "DOSSIER_EN_COURS" in {node.text for node in again.iter(ns.agora("code"))}
    assert "SESSION_PASSEE" in {node.text for node in past.iter(ns.agora("code"))}
    assert again.findtext(ns.agora("eligible")) == "false"
