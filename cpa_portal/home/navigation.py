"""The header's menu, its quick links and the footer's: who sees what, in one table."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse

from accounts import permissions
from agora_sync.permissions import can_follow_cases, can_follow_exchanges, can_read_habilitations
from catalog.permissions import can_import, can_try_files, watches_offer
from cpa_portal.kernel.access import anyone
from rights.permissions import instructs_files


@dataclass(frozen=True)
class Entry:
    """One line of the menu. It shows when the predicate holds and its address exists.

    `systems`: on which of the two systems the page means something (`AGORA_ROLE`).
    """

    label: str
    url_name: str
    predicate: Callable[[Any], bool] = anyone
    systems: tuple[str, ...] = ("portal",)


@dataclass(frozen=True)
class Link:
    """A line ready for the template. `current` is the value of aria-current, or empty."""

    label: str
    url: str
    current: str = ""


def is_anonymous(user: Any) -> bool:
    return not user.is_authenticated


BOTH = ("portal", "provider")

MENU = (
    Entry("Accueil", "home:index", is_anonymous, BOTH),
    Entry("Ouvrir mon compte", "accounts:activation_start", permissions.may_activate),
    Entry("Tableau de bord", "home:dashboard", permissions.is_holder),
    Entry("Mes droits", "rights:counter_list", permissions.is_holder),
    Entry("Mes dossiers", "rights:file_list", permissions.is_holder),
    Entry("Trouver une formation", "catalog:training_search"),
    Entry("Être conseillé", "cep:triage"),
    Entry("Mes rendez-vous", "cep:appointment_list", permissions.is_holder),
    Entry("Ma situation", "accounts:situation_list", permissions.is_holder),
    Entry("Mes données", "accounts:personal_data", permissions.is_holder),
    Entry("Dossiers à traiter", "rights:instruction_list", instructs_files),
    Entry("Échanges avec AGORA", "agora_sync:exchange_list", can_follow_exchanges),
    Entry("Données à corriger", "agora_sync:sending_back_list", permissions.is_training_organisation),
    Entry("Traces", "agora_sync:trace_list", permissions.is_rssi, BOTH),
    Entry("Droits des partenaires", "agora_sync:habilitation_table", can_read_habilitations, BOTH),
    Entry("Affaires", "agora_sync:trace_case_list", can_follow_cases, BOTH),
    Entry("Signes de fraude", "catalog:sign_list", watches_offer),
    Entry("Demandes reçues", "rights:organisation_inbox", permissions.is_training_organisation),
    Entry("Essayer un fichier", "catalog:trial_list", can_try_files),
    Entry("Imports", "catalog:import_list", can_import),
    Entry("Personnes que je reçois", "cep:received_list", permissions.is_cep_adviser),
    Entry("Contrôle d’identité", "accounts:counter_check", permissions.receives_public),
    Entry("Comptes bloqués", "accounts:freeze_list", permissions.is_account_guardian),
    Entry("Décès", "accounts:death_record", permissions.records_deaths),
    Entry("Limitations", "accounts:restriction_list", permissions.is_data_protection_officer),
    Entry("Habilitations", "accounts:habilitation_list", permissions.manages_habilitations, BOTH),
    Entry("Alarmes", "accounts:alarm_list", permissions.is_rssi, BOTH),
    Entry("Espace de travail", "admin:index", permissions.is_staff_member, BOTH),
    Entry("Aide", "home:help"),
)

FOOTER = (
    Entry("Barèmes des droits", "rights:parameter_tables"),
    Entry("Vérifier un relevé", "rights:statement_check"),
    Entry("Données ouvertes", "catalog:open_data"),
    Entry("Données échangées avec AGORA", "agora_sync:dictionary"),
    Entry("Plan du site", "home:sitemap", anyone, BOTH),
    Entry("Accessibilité : non conforme", "home:accessibility", anyone, BOTH),
    Entry("Mentions légales", "home:legal", anyone, BOTH),
    Entry("Données personnelles", "home:privacy", anyone, BOTH),
)

# The signed-in person's own pages, beside each account screen. The name in the header leads to the first.
ACCOUNT_PAGES = (
    Entry("Sécurité de mon compte", "accounts:security", permissions.is_holder),
    Entry("Mon adresse électronique", "account_email", permissions.is_signed_in, BOTH),
    Entry("Mon mot de passe", "account_change_password", permissions.is_signed_in, BOTH),
    Entry("Double authentification", "mfa_index", permissions.is_signed_in, BOTH),
    Entry("FranceConnect", "accounts:franceconnect_link", permissions.is_holder),
    Entry("Mes connexions ouvertes", "usersessions_list", permissions.is_signed_in, BOTH),
)


def url_of(name: str) -> str | None:
    """The address of a URL name, or None where it is not served: the AGORA side has fewer pages."""
    return _served_at(name, get_urlconf() or settings.ROOT_URLCONF)


@cache
def _served_at(name: str, urlconf: str) -> str | None:
    # Each page asks for some forty addresses, which never change: to build them took a twentieth of its time.
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return None


class Navigation:
    """What the frame of a page offers to the person of the request, computed only when it is shown."""

    def __init__(self, request: HttpRequest) -> None:
        self.path = request.path
        # An early error page is made before the session is read: nobody is known then.
        self.user = request.user if hasattr(request, "user") else AnonymousUser()

    @cached_property
    def entries(self) -> list[Link]:
        return self._links(MENU)

    @cached_property
    def footer(self) -> list[Link]:
        return self._links(FOOTER)

    @cached_property
    def person(self) -> str:
        """How the header calls the signed-in person; empty for a visitor."""
        if isinstance(self.user, AnonymousUser):
            return ""
        return self.user.get_full_name() or "Mon compte"

    @cached_property
    def account_pages(self) -> list[Link]:
        return self._links(ACCOUNT_PAGES)

    @property
    def account_url(self) -> str | None:
        return self.account_pages[0].url if self.account_pages else None

    @property
    def login_url(self) -> str | None:
        return url_of("account_login")

    @property
    def signup_url(self) -> str | None:
        # Nobody opens an account on AGORA: its agents are given theirs.
        return url_of("account_signup") if settings.AGORA_ROLE == "portal" else None

    @property
    def logout_url(self) -> str | None:
        return url_of("account_logout")

    def _links(self, entries: tuple[Entry, ...]) -> list[Link]:
        return [
            Link(entry.label, url, self._current(url))
            for entry in entries
            if settings.AGORA_ROLE in entry.systems
            and (url := url_of(entry.url_name))
            and entry.predicate(self.user)
        ]

    def _current(self, url: str) -> str:
        if self.path == url:
            return "page"
        return "true" if url != "/" and self.path.startswith(url) else ""


def context(request: HttpRequest) -> dict[str, Navigation]:
    """Context processor: `navigation` in every template."""
    return {"navigation": Navigation(request)}
