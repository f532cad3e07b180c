"""What may happen to a training file, and what it becomes. Whatever is not in the table is refused."""

from rights.enums import TrainingFileAction, TrainingFileState

TRANSITIONS: dict[tuple[TrainingFileState, TrainingFileAction], TrainingFileState] = {
    (TrainingFileState.REQUESTED, TrainingFileAction.DECLARE_ENTRY): TrainingFileState.IN_TRAINING,
    (TrainingFileState.REQUESTED, TrainingFileAction.CANCEL): TrainingFileState.CANCELLED,
    (TrainingFileState.REQUESTED, TrainingFileAction.REFUSE): TrainingFileState.REFUSED,
}


def state_after(state: TrainingFileState, action: TrainingFileAction) -> TrainingFileState | None:
    """The state after the action, None when the action is not possible in that state."""
    return TRANSITIONS.get((state, action))
