"""Who wrote a value of a file: whom to ask when AGORA refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from accounts.enums import StaffRole
from accounts.models import StaffScope, User
from accounts.permissions import is_cdc, is_regional_agent
from agora_sync.enums import CorrectionOutcome
from agora_sync.models import Correction
from catalog.models import Organisation
from rights.models import TrainingFile


@dataclass(frozen=True)
class Author:
    """A colleague who corrected the value, else the organisation whose offer or answer it comes from."""

    colleague: User | None = None
    organisation_siret: str = ""
    organisation_name: str = ""

    @property
    def name(self) -> str:
        return str(self.colleague) if self.colleague else self.organisation_name or self.organisation_siret


def author_of(training_file: TrainingFile, field: str) -> Author:
    """Who wrote the value that stands in a field. The last correction of it says so, else the organisation did.

    The organisation is that of the catalogue's session where there is one: the SIRET of the file may be the error.
    """
    colleague = _last_corrector(training_file, field)
    if colleague is not None and (is_regional_agent(colleague) or is_cdc(colleague)):
        return Author(colleague=colleague)
    organisation = _organisation_of_session(training_file)
    if organisation is not None:
        return Author(organisation_siret=organisation.siret, organisation_name=organisation.name)
    return Author(
        organisation_siret=training_file.organisation_siret, organisation_name=training_file.organisation_name
    )


def _last_corrector(training_file: TrainingFile, field: str) -> User | None:
    corrected = Correction.objects.filter(
        exchange__training_file=training_file, outcome=CorrectionOutcome.SENT, changes__has_key=field
    )
    last = corrected.select_related("batch__made_by").order_by("-batch__sent_at", "-pk").first()
    return last.batch.made_by if last else None


def _organisation_of_session(training_file: TrainingFile) -> Organisation | None:
    return Organisation.objects.filter(
        trainings__actions__sessions__training_files=training_file, siret__gt=""
    ).first()


def people_of(author: Author, *, today: date) -> QuerySet[User]:
    """Who will read what is sent back to the author; empty when nobody of the organisation has an account."""
    if author.colleague is not None:
        return User.objects.filter(pk=author.colleague.pk, is_active=True)
    held = StaffScope.objects.on(today).filter(
        role=StaffRole.TRAINING_ORGANISATION, scope_code=author.organisation_siret
    )
    return User.objects.filter(pk__in=held.values("user"), is_active=True)
