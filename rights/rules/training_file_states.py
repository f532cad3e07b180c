"""What may happen to a training file, and what it becomes. Whatever is not in the table is refused."""

from rights.enums import TrainingFileAction, TrainingFileState

State, Action = TrainingFileState, TrainingFileAction

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.REQUESTED, Action.DECLARE_ENTRY): State.IN_TRAINING,
    (State.REQUESTED, Action.CANCEL): State.CANCELLED,
    (State.REQUESTED, Action.REFUSE): State.REFUSED,
}


def state_after(state: State, action: Action) -> State | None:
    """The state after the action, None when the action is not possible in that state."""
    return TRANSITIONS.get((state, action))
