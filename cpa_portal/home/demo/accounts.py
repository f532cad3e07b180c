"""Web users, staff and account holders of the demonstration."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.enums import (
    AssuranceLevel,
    CheckedFact,
    ProofKind,
    Sex,
    SituationKind,
    SituationSource,
    StaffRole,
)
from accounts.models import Holder, HolderNIR, IdentityProof, Situation, StaffScope, User
from cpa_portal.home.demo.people import DOMAIN, Person
from cpa_portal.kernel.encryption import keyed_hash

PASSWORD = "demo-cpa-2026"  # noqa: S105 - printed by bin/run, for the demonstration only
SEXES = {"1": Sex.MALE, "2": Sex.FEMALE}
OPERATOR = "corse-conseil"
FIRST_VISIT = f"nouveau@{DOMAIN}"
SINCE = date(2024, 1, 1)

# A demonstration is kept for months: its proofs must not run out before its people do.
DEMO_PROOF_VALID_FOR = timedelta(days=1096)
NEVER_CHECKED = frozenset(
    {f"nouveau@{DOMAIN}", *(f"titulaire{rank:03d}@{DOMAIN}" for rank in range(201, 301))}
)

# login, first name, name, role, scope
STAFF = (
    ("conseiller", "Lucie", "Paoletti", StaffRole.CEP_ADVISER, OPERATOR),
    ("conseiller2", "Marc", "Santarelli", StaffRole.CEP_ADVISER, OPERATOR),
    ("manager", "Ghislaine", "Torremont", StaffRole.CEP_MANAGER, OPERATOR),
    ("pilotage", "Arnaud", "Felland", StaffRole.FRANCE_COMPETENCES, ""),
    ("region", "Stella", "Marcelli", StaffRole.REGIONAL_AGENT, "94"),
    ("organisme", "Pierre", "Dorgnac", StaffRole.TRAINING_ORGANISATION, None),
    ("rssi", "Nora", "Valreau", StaffRole.RSSI, ""),
    ("cdc", "Julien", "Pelmont", StaffRole.CDC, ""),
    ("admin", "Agnès", "Bartet", StaffRole.ADMINISTRATOR, ""),
)


def create_users(names: Iterable[tuple[str, str, str, bool]]) -> dict[str, User]:
    """Users by login from (login, first name, name, is staff)."""
    hashed = hashed_password()
    users = User.objects.bulk_create(
        [
            User(email=login, first_name=first, last_name=last, is_staff=staff, password=hashed)
            for login, first, last, staff in names
        ]
    )
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users]
    )
    return {user.email: user for user in users}


@cache
def hashed_password() -> str:
    """One hash serves all: they share a public password."""
    return make_password(PASSWORD)


def create_staff(training_organisation_siret: str) -> dict[str, User]:
    users = create_users((f"{login}@{DOMAIN}", first, last, True) for login, first, last, _, _ in STAFF)
    StaffScope.objects.bulk_create(
        [
            StaffScope(
                user=users[f"{login}@{DOMAIN}"],
                role=role,
                scope_code=training_organisation_siret if scope is None else scope,
                starts_on=SINCE,
            )
            for login, _, _, role, scope in STAFF
        ]
    )
    return users


def create_holders(people: list[Person], *, with_users: bool) -> dict[str, Holder]:
    """Account holders by login; AGORA's side knows the people but gives them no web user."""
    users = create_users((p.login, p.first_name, p.birth_name, False) for p in people) if with_users else {}
    holders = {person.login: _holder(person, users.get(person.login)) for person in people}
    Holder.objects.bulk_create(holders.values())
    HolderNIR.objects.bulk_create(_nir(person, holders[person.login]) for person in people)
    Situation.objects.bulk_create(_situation(person, holders[person.login]) for person in people)
    return holders


def check_identities(holders: dict[str, Holder], *, agent: User) -> None:
    """The demonstration's people were seen at a counter, so that a password is enough to walk the whole site.

    NEVER_CHECKED were not: with them one meets FranceConnect+ on the way to a training.
    """
    now = timezone.now()
    IdentityProof.objects.bulk_create(
        IdentityProof(
            holder=holder,
            kind=ProofKind.COUNTER,
            level=AssuranceLevel.EIDAS2,
            facts=[CheckedFact.IDENTITY_CARD.value, CheckedFact.VITALE_CARD.value],
            reason="Données de démonstration",
            verified_by=agent,
            verified_at=now,
            valid_until=now + DEMO_PROOF_VALID_FOR,
        )
        for login, holder in holders.items()
        if login not in NEVER_CHECKED
    )


def _holder(person: Person, user: User | None) -> Holder:
    return Holder(
        user=user,
        birth_name=person.birth_name,
        first_names=person.first_name,
        sex=SEXES[person.sex],
        birth_date=person.birth_date,
        birth_commune_code=person.birth_commune_code,
        birth_country_code=person.birth_country_code,
        email=person.login,
        home_commune_code=person.home_commune_code,
        work_commune_code=person.work_commune_code,
        postal_address="1 rue de la Démonstration\n20000 Ajaccio",
        # One person of the demonstration meets the question of the first visit.
        diploma_asked_at=None if person.login == FIRST_VISIT else timezone.now(),
    )


def _nir(person: Person, holder: Holder) -> HolderNIR:
    return HolderNIR(holder=holder, nir=person.nir, nir_hash=keyed_hash(person.nir), since=person.birth_date)


def _situation(person: Person, holder: Holder) -> Situation:
    is_public_agent = person.login.startswith("agentpublic")
    return Situation(
        holder=holder,
        kind=SituationKind.PUBLIC_AGENT if is_public_agent else SituationKind.PRIVATE_EMPLOYEE,
        starts_on=date(max(person.birth_date.year + 20, 2008), 9, 1),
        source=SituationSource.FLOW,
        source_detail="Déclaration sociale nominative",
    )
