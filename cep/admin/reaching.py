"""How staff may reach the person of an appointment."""

from accounts.models import Holder


def way_to_reach(holder: Holder) -> str:
    """The telephone, else the e-mail. Who refuses calls has no number here: what is not seen is not dialled."""
    if holder.refuses_calls:
        return f"Ne pas appeler : {holder.email or 'par courrier'}"
    return holder.phone or holder.email or "–"
