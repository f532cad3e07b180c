"""What may happen to a training file: one row by state, action and role. Whatever is not here is refused.

Sources: articles R. 6333-1 and following of the code du travail, conditions of use of Mon Compte Formation. A delay is
the name of a dated parameter of `rights/parameters/legal_values.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rights.enums import FileRole, TrainingFileAction, TrainingFileState

S, A, R = TrainingFileState, TrainingFileAction, FileRole


class Guard(StrEnum):
    """What must also hold, beyond the state and the role."""

    NONE = ""
    OVERDUE = "overdue"
    FREE_CANCELLATION = "free_cancellation"
    LATE_CANCELLATION = "late_cancellation"
    WITHDRAWAL_OPEN = "withdrawal_open"
    HAS_PART = "has_part"
    STARTED = "started"
    REVIEW_OPEN = "review_open"
    PLAN_HOLDS = "plan_holds"
    REFUSED_BY_AGORA = "refused_by_agora"


class Effect(StrEnum):
    """What the act does to the rights set aside."""

    NONE = ""
    HOLD = "hold"
    RELEASE = "release"
    SETTLE = "settle"
    FORFEIT = "forfeit"
    RESTORE = "restore"


@dataclass(frozen=True)
class Rule:
    """`delay` names the parameter that gives the actor's time; `after` is the state it leads to.

    `after` is the state itself when one answer among several leaves the file where it is.
    """

    state: TrainingFileState
    action: TrainingFileAction
    role: FileRole
    after: TrainingFileState
    delay: str = ""
    guard: Guard = Guard.NONE
    effect: Effect = Effect.NONE


def _funders(action: TrainingFileAction, after: TrainingFileState) -> Iterator[Rule]:
    for role in (R.FUNDER, R.PUBLIC_EMPLOYER, R.TRAINING_FUND, R.REGION):
        yield Rule(S.WAITING_FUNDERS, action, role, after, "funder_answer_days", Guard.HAS_PART)


RULES: tuple[Rule, ...] = (
    # The request, before anybody is bound.
    Rule(S.REQUESTED, A.PROPOSE, R.ORGANISATION, S.PROPOSED, "organisation_answer_days"),
    Rule(S.REQUESTED, A.REFUSE, R.ORGANISATION, S.REFUSED, "organisation_answer_days", effect=Effect.RELEASE),
    *(
        Rule(state, A.REFUSE, R.AGORA, S.REFUSED, effect=Effect.RELEASE)
        for state in (S.REQUESTED, S.PROPOSED, S.WAITING_FUNDERS)
    ),
    Rule(S.REQUESTED, A.CANCEL, R.HOLDER, S.CANCELLED, effect=Effect.RELEASE),
    Rule(S.REQUESTED, A.CANCEL, R.AGORA, S.CANCELLED, effect=Effect.RELEASE),
    Rule(
        S.REQUESTED, A.EXPIRE, R.SYSTEM, S.EXPIRED, "organisation_answer_days", Guard.OVERDUE, Effect.RELEASE
    ),
    # A file that AGORA or a partner follows has no proposal here: its entry comes straight from them.
    Rule(S.REQUESTED, A.DECLARE_ENTRY, R.AGORA, S.IN_TRAINING),
    # The proposal, which the holder confirms.
    Rule(
        S.PROPOSED, A.COMMIT, R.HOLDER, S.ACCEPTED, "holder_answer_days", Guard.PLAN_HOLDS, Effect.HOLD
    ),
    Rule(S.PROPOSED, A.DECLINE, R.HOLDER, S.DECLINED, "holder_answer_days", effect=Effect.RELEASE),
    Rule(S.PROPOSED, A.REFUSE, R.ORGANISATION, S.REFUSED, effect=Effect.RELEASE),
    Rule(S.PROPOSED, A.EXPIRE, R.SYSTEM, S.EXPIRED, "holder_answer_days", Guard.OVERDUE, Effect.RELEASE),
    Rule(S.PROPOSED, A.DECLARE_ENTRY, R.AGORA, S.IN_TRAINING),
    # Other payers answer, each for its part.
    *_funders(A.AGREE_PART, S.ACCEPTED),
    *_funders(A.REFUSE_PART, S.PROPOSED),
    Rule(S.WAITING_FUNDERS, A.CANCEL, R.HOLDER, S.CANCELLED, effect=Effect.RELEASE),
    Rule(S.WAITING_FUNDERS, A.REFUSE, R.ORGANISATION, S.REFUSED, effect=Effect.RELEASE),
    Rule(S.WAITING_FUNDERS, A.EXPIRE, R.SYSTEM, S.PROPOSED, "funder_answer_days", Guard.OVERDUE),
    Rule(S.WAITING_FUNDERS, A.DECLARE_ENTRY, R.AGORA, S.IN_TRAINING),
    # Bound: windows to leave, then the entry.
    Rule(
        S.ACCEPTED, A.WITHDRAW, R.HOLDER, S.WITHDRAWN, "withdrawal_days",
        Guard.WITHDRAWAL_OPEN, Effect.RELEASE,
    ),
    Rule(
        S.ACCEPTED, A.CANCEL, R.HOLDER, S.CANCELLED, "free_cancellation_notice",
        Guard.FREE_CANCELLATION, Effect.RELEASE,
    ),
    Rule(
        S.ACCEPTED, A.CANCEL_LATE, R.HOLDER, S.CANCELLED, "free_cancellation_notice",
        Guard.LATE_CANCELLATION, Effect.FORFEIT,
    ),
    Rule(S.ACCEPTED, A.CANCEL, R.ORGANISATION, S.CANCELLED, effect=Effect.RELEASE),
    Rule(S.ACCEPTED, A.FORCE_MAJEURE, R.CDC, S.CANCELLED, effect=Effect.RELEASE),
    Rule(S.ACCEPTED, A.DECLARE_ENTRY, R.ORGANISATION, S.IN_TRAINING, "entry_declaration_days", Guard.STARTED),
    Rule(S.ACCEPTED, A.DECLARE_ENTRY, R.AGORA, S.IN_TRAINING),
    Rule(
        S.ACCEPTED, A.DECLARE_NO_SHOW, R.ORGANISATION, S.NOT_ENTERED, "entry_declaration_days",
        Guard.STARTED, Effect.FORFEIT,
    ),
    # The training, then what it is worth.
    Rule(S.IN_TRAINING, A.DECLARE_EXIT, R.ORGANISATION, S.LEFT, "exit_declaration_days"),
    Rule(S.IN_TRAINING, A.FORCE_MAJEURE, R.CDC, S.LEFT),
    Rule(S.LEFT, A.DECLARE_SERVICE, R.ORGANISATION, S.SERVICE_DECLARED, "service_declaration_days"),
    Rule(S.LEFT, A.FORCE_MAJEURE, R.CDC, S.LEFT),
    Rule(S.SERVICE_DECLARED, A.VALIDATE_SERVICE, R.CDC, S.SERVICE_DONE, effect=Effect.SETTLE),
    Rule(S.SERVICE_DECLARED, A.RETURN_SERVICE, R.CDC, S.LEFT),
    Rule(S.SERVICE_DONE, A.PAY, R.CDC, S.PAID, "payment_days"),
    # Whatever was refused without a person may go to one.
    Rule(S.REFUSED, A.ASK_REVIEW, R.HOLDER, S.IN_REVIEW, "review_request_months", Guard.REVIEW_OPEN),
    # What AGORA alone refused, staff correct and tell it again: the person asked for nothing wrong.
    *(
        Rule(S.REFUSED, A.REOPEN, role, S.REQUESTED, guard=Guard.REFUSED_BY_AGORA)
        for role in (R.CDC, R.REGION)
    ),
    Rule(S.EXPIRED, A.ASK_REVIEW, R.HOLDER, S.IN_REVIEW, "review_request_months", Guard.REVIEW_OPEN),
    Rule(S.NOT_ENTERED, A.FORCE_MAJEURE, R.CDC, S.CANCELLED, effect=Effect.RESTORE),
    Rule(S.IN_REVIEW, A.UPHOLD, R.CDC, S.REFUSED, "review_answer_months"),
    Rule(S.IN_REVIEW, A.REOPEN, R.CDC, S.REQUESTED, "review_answer_months"),
    Rule(S.IN_REVIEW, A.CANCEL, R.HOLDER, S.CANCELLED),
)  # fmt: skip

TABLE: dict[tuple[TrainingFileState, TrainingFileAction, FileRole], Rule] = {
    (rule.state, rule.action, rule.role): rule for rule in RULES
}

# The parameter that gives the time left in a state, and whose turn it is. The beat closes those with an EXPIRE row.
TURNS: dict[TrainingFileState, tuple[FileRole, str]] = {
    S.REQUESTED: (R.ORGANISATION, "organisation_answer_days"),
    S.PROPOSED: (R.HOLDER, "holder_answer_days"),
    S.WAITING_FUNDERS: (R.FUNDER, "funder_answer_days"),
    S.ACCEPTED: (R.ORGANISATION, "entry_declaration_days"),
    S.IN_TRAINING: (R.ORGANISATION, "exit_declaration_days"),
    S.LEFT: (R.ORGANISATION, "service_declaration_days"),
    S.SERVICE_DECLARED: (R.CDC, ""),
    S.SERVICE_DONE: (R.CDC, "payment_days"),
    S.IN_REVIEW: (R.CDC, "review_answer_months"),
}

EXPIRING = tuple(rule.state for rule in RULES if rule.action is A.EXPIRE)


def rule_of(state: TrainingFileState, action: TrainingFileAction, role: FileRole) -> Rule | None:
    """The row, None when that role may not do that in that state."""
    return TABLE.get((state, action, role))


def roles_that_may(state: TrainingFileState, action: TrainingFileAction) -> tuple[FileRole, ...]:
    """Who may do it in that state, whatever else must hold."""
    return tuple(rule.role for rule in RULES if (rule.state, rule.action) == (state, action))


def states_that_allow(action: TrainingFileAction, role: FileRole) -> tuple[TrainingFileState, ...]:
    """In which states that role may do it."""
    return tuple(rule.state for rule in RULES if (rule.action, rule.role) == (action, role))


def actions_of(state: TrainingFileState, role: FileRole) -> tuple[TrainingFileAction, ...]:
    """What that role may do in that state, in the order of the table."""
    return tuple(rule.action for rule in RULES if (rule.state, rule.role) == (state, role))


def allowed_steps() -> list[tuple[str, str, str]]:
    """Every (from, action, to) that a history may hold: what the database checks by itself."""
    steps = {(rule.state.value, rule.action.value, rule.after.value) for rule in RULES}
    # A part agreed while others are awaited, and a commitment that waits for other payers.
    steps.add((S.WAITING_FUNDERS.value, A.AGREE_PART.value, S.WAITING_FUNDERS.value))
    steps.add((S.PROPOSED.value, A.COMMIT.value, S.WAITING_FUNDERS.value))
    return sorted(steps)
