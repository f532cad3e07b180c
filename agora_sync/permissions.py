"""Who works with the flows, and who may look for traces."""

from typing import Any

from accounts.permissions import is_cdc, is_regional_agent, is_rssi, is_training_organisation


def can_follow_exchanges(user: Any) -> bool:
    """Regional agents follow those of their region, CDC all of them. Neither sees a message."""
    return is_regional_agent(user) or is_cdc(user)


def can_read_habilitations(user: Any) -> bool:
    """CDC keeps the habilitations of partners, the head of security watches over them."""
    return is_cdc(user) or is_rssi(user)


def can_follow_cases(user: Any) -> bool:
    """Who writes a case of fraud or audit and sees where it is. The RSSI alone validates it and opens its traces."""
    return is_rssi(user) or is_cdc(user)


def answers_sent_back(user: Any) -> bool:
    """Whoever may have written a value that AGORA refused: an organisation, or somebody who corrects."""
    return is_training_organisation(user) or can_follow_exchanges(user)
