"""What may be shown of a piece of personal data, and the removal of such data from any text."""

from cpa_portal.kernel.masking.partial import mask_email, mask_nir, mask_phone, mask_token
from cpa_portal.kernel.masking.structures import HIDDEN, mask_structure
from cpa_portal.kernel.masking.text import mask_text

__all__ = ["HIDDEN", "mask_email", "mask_nir", "mask_phone", "mask_structure", "mask_text", "mask_token"]
