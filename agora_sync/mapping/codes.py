"""Code lists of the contract and what they are here."""

from rights.enums import Funder, Scheme, TrainingFileState, Unit

WIRE_STATES: dict[str, str] = {
    TrainingFileState.REQUESTED: "DEMANDE",
    TrainingFileState.PROPOSED: "DEMANDE",
    TrainingFileState.WAITING_FUNDERS: "DEMANDE",
    TrainingFileState.IN_REVIEW: "DEMANDE",
    TrainingFileState.ACCEPTED: "DEMANDE",
    TrainingFileState.IN_TRAINING: "EN_FORMATION",
    # The contract has no word for what follows the entry.
    TrainingFileState.LEFT: "EN_FORMATION",
    TrainingFileState.SERVICE_DECLARED: "EN_FORMATION",
    TrainingFileState.SERVICE_DONE: "EN_FORMATION",
    TrainingFileState.PAID: "EN_FORMATION",
    TrainingFileState.CANCELLED: "ANNULE",
    TrainingFileState.DECLINED: "ANNULE",
    TrainingFileState.EXPIRED: "ANNULE",
    TrainingFileState.WITHDRAWN: "ANNULE",
    TrainingFileState.NOT_ENTERED: "ANNULE",
    TrainingFileState.REFUSED: "REFUSE",
}

# LHEO 2.3 distinguishes more payers than we do.
_FUNDERS: dict[str, Funder] = {
    "2": Funder.REGION,
    "4": Funder.FRANCE_TRAVAIL,
    "5": Funder.EMPLOYER,
    "7": Funder.AGEFIPH,
    "10": Funder.HOLDER,
    "11": Funder.STATE,
    "12": Funder.STATE,
    "13": Funder.STATE,
    "16": Funder.OPCO,
    "17": Funder.TRANSITIONS_PRO,
    "19": Funder.STATE,
}


def funder_from_wire(code: str) -> Funder:
    return _FUNDERS.get(code, Funder.OTHER)


# Files that are over before they began.
CLOSED_WIRE_STATES = frozenset({"ANNULE", "REFUSE"})

WIRE_SCHEMES: dict[str, str] = {
    Scheme.CPF: "CPF",
    Scheme.DIF: "DIF",
    Scheme.CEC: "CEC",
    Scheme.C2P: "C2P",
    Scheme.PUBLIC_HOURS: "HEURES_PUBLIQUES",
    Scheme.SUPPLEMENT: "ABONDEMENT",
}
WIRE_UNITS: dict[str, str] = {Unit.CENTS: "EUROS", Unit.MINUTES: "MINUTES", Unit.POINTS: "POINTS"}
