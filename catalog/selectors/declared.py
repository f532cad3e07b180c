"""What the public list says of an organisation."""

from catalog.models import DeclaredOrganisation, Organisation


def declarations_of(organisation: Organisation) -> list[DeclaredOrganisation]:
    """The declarations of its SIREN: those still on the list first."""
    declared = DeclaredOrganisation.objects.filter(siren=organisation.siret[:9])
    return sorted(declared, key=lambda row: (row.delisted_on is not None, row.nda))
