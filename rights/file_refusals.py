"""Why a step of a training file is refused, and what is possible instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cpa_portal.kernel.templatetags.cpa import date_fr
from rights.enums import FileRole, TrainingFileAction, TrainingFileState
from rights.exceptions import RightsRefusal
from rights.rules.training_file_states import actions_of, roles_that_may, states_that_allow


class ActionNotAllowed(RightsRefusal):
    """The table has no such row: the state or the role is another one."""

    code = "action_not_allowed"

    def __init__(
        self,
        *,
        state: TrainingFileState,
        action: TrainingFileAction,
        role: FileRole = FileRole.HOLDER,
    ) -> None:
        super().__init__(f"{_why(state, action, role)} {_instead(state, role)}")
        self.state = state
        self.action = action
        self.role = role


class GuardRefused(RightsRefusal):
    """The row exists, but something else stands in the way. The message says what, and what is possible."""

    code = "not_now"


def _why(state: TrainingFileState, action: TrainingFileAction, role: FileRole) -> str:
    others = roles_that_may(state, action)
    if others:
        return f"Ce n’est pas à vous de {action.label} : c’est {_all_of(others)}."
    states = states_that_allow(action, role)
    if states:
        return (
            f"On ne peut pas {action.label} : ce dossier est dans l’état « {state.label} », et c’est possible "
            f"dans l’état {' ou '.join(f'« {other.label} »' for other in states)}."
        )
    return f"On ne peut pas {action.label} en tant que {_bare(role)}, ni dans l’état « {state.label} »."


def _instead(state: TrainingFileState, role: FileRole) -> str:
    mine = actions_of(state, role)
    if mine:
        return f"Vous pouvez : {', ou '.join(action.label for action in mine)}."
    theirs = {rule: None for action in TrainingFileAction for rule in roles_that_may(state, action)}
    if not theirs:
        return "Ce dossier est clos : une nouvelle demande reste possible, et un conseiller peut vous aider."
    return f"Pour l’instant, c’est {_all_of(tuple(theirs))} d’agir ; vous pouvez lui écrire dans le dossier."


def _all_of(roles: Sequence[FileRole]) -> str:
    return " ou ".join(role.after_to for role in roles)


def _bare(role: FileRole) -> str:
    """The role without its article, to come after "en tant que"."""
    label = str(role.label)
    for article in ("le ", "la ", "l’", "un "):
        if label.startswith(article):
            return label.removeprefix(article)
    return label


def not_overdue(due_on: date | None) -> GuardRefused:
    if due_on is None:
        return GuardRefused(
            "Aucun délai ne court sur ce dossier. Il reste ouvert jusqu’à la réponse attendue."
        )
    return GuardRefused(
        f"Le délai court encore, jusqu’au {date_fr(due_on)}. Le dossier reste ouvert jusque-là."
    )


def too_late_to_cancel(last_day: date) -> GuardRefused:
    return GuardRefused(
        f"L’annulation sans perte était possible jusqu’au {date_fr(last_day)}. Vous pouvez encore annuler en perdant "
        "les droits mis de côté ou, en cas de force majeure (maladie, accident, décès d’un proche), écrire dans le "
        "dossier : la Caisse des dépôts peut alors tout vous rendre."
    )


def not_late_yet(last_day: date) -> GuardRefused:
    return GuardRefused(
        f"Jusqu’au {date_fr(last_day)}, vous annulez sans rien perdre : choisissez « annuler la demande »."
    )


def withdrawal_over(last_day: date) -> GuardRefused:
    return GuardRefused(
        f"Le droit de rétractation s’exerçait jusqu’au {date_fr(last_day)}, et avant le début de la formation. "
        "Vous pouvez encore annuler, selon le temps qui reste avant le début."
    )


def not_started(starts_on: date) -> GuardRefused:
    return GuardRefused(
        f"La formation commence le {date_fr(starts_on)} : l’entrée ou l’absence se déclare à partir de ce jour. "
        "Si la formation n’a pas lieu, annulez l’inscription."
    )


def review_over(last_day: date) -> GuardRefused:
    return GuardRefused(
        f"L’examen par une personne se demandait jusqu’au {date_fr(last_day)}. Vous pouvez faire une nouvelle demande, "
        "ou saisir le médiateur de la Caisse des dépôts."
    )


def not_refused_by_agora() -> GuardRefused:
    return GuardRefused(
        "Ce n’est pas AGORA qui a refusé ce dossier : il n’y a rien à y corriger. C’est à son titulaire de demander "
        "qu’une personne l’examine."
    )


def no_part() -> GuardRefused:
    return GuardRefused(
        "Aucune part de ce dossier n’attend votre réponse. Vous pouvez écrire aux parties dans le dossier."
    )
