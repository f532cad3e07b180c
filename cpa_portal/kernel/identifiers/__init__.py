"""Public identifiers of people, organisations and certifications: checked, normalised, never quoted."""

from cpa_portal.kernel.identifiers.certification import Register, certification_code, rncp_code, rs_code
from cpa_portal.kernel.identifiers.errors import Cause, InvalidIdentifier
from cpa_portal.kernel.identifiers.fictitious import build_nir, fictitious_nir, fictitious_siret
from cpa_portal.kernel.identifiers.nir import (
    NIRKind,
    format_nir,
    nir_kind,
    nir_with_key,
    normalise_nir,
    normalise_temporary_number,
)
from cpa_portal.kernel.identifiers.organisation import normalise_nda, normalise_siren, normalise_siret
from cpa_portal.kernel.identifiers.validators import (
    validate_certification_code,
    validate_nda,
    validate_nir,
    validate_siren,
    validate_siret,
)

__all__ = [
    "Cause",
    "InvalidIdentifier",
    "NIRKind",
    "Register",
    "build_nir",
    "certification_code",
    "fictitious_nir",
    "fictitious_siret",
    "format_nir",
    "nir_kind",
    "nir_with_key",
    "normalise_nda",
    "normalise_nir",
    "normalise_siren",
    "normalise_siret",
    "normalise_temporary_number",
    "rncp_code",
    "rs_code",
    "validate_certification_code",
    "validate_nda",
    "validate_nir",
    "validate_siren",
    "validate_siret",
]
