"""Every state and every action: what is not written here as possible is not."""

import pytest

from rights.enums import ACTIVE_STATES, TrainingFileAction, TrainingFileState
from rights.rules.training_file_states import TRANSITIONS, state_after

EXPECTED = {
    ("requested", "declare_entry"): "in_training",
    ("requested", "cancel"): "cancelled",
    ("requested", "refuse"): "refused",
    ("in_training", "declare_entry"): None,
    ("in_training", "cancel"): None,
    ("in_training", "refuse"): None,
    ("cancelled", "declare_entry"): None,
    ("cancelled", "cancel"): None,
    ("cancelled", "refuse"): None,
    ("refused", "declare_entry"): None,
    ("refused", "cancel"): None,
    ("refused", "refuse"): None,
}


@pytest.mark.parametrize("state", TrainingFileState)
@pytest.mark.parametrize("action", TrainingFileAction)
def test_state_after_every_action_in_every_state(state, action):
    assert state_after(state, action) == EXPECTED[(state.value, action.value)]


def test_final_states_allow_nothing():
    left = {state for state, _ in TRANSITIONS}

    assert left <= set(ACTIVE_STATES)
