"""Everything the demonstration holds, in the order in which it depends on itself."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agora_sync.services.demo_partners import register_demo_partners
from cpa_portal.home.demo import cep, files, rights
from cpa_portal.home.demo.accounts import check_identities, create_holders, create_staff
from cpa_portal.home.demo.people import DOMAIN, named_people, numbered_people
from cpa_portal.home.demo.personal import enrich
from cpa_portal.kernel.identifiers import fictitious_siret

CATALOG_DATA = Path(settings.BASE_DIR) / "catalog" / "data"
RICH_HOLDER = f"titulaire@{DOMAIN}"
TRAINING_ORGANISATION_SIRET = fictitious_siret(0)


def is_loaded() -> bool:
    return User.objects.filter(email=f"admin@{DOMAIN}").exists()


def load_portal(*, seed: int, organisations: int, sessions: int, say: Callable[[str], object]) -> None:
    """The portal's side. The offer imports in batches of its own; people and rights come whole or not at all."""
    today = timezone.localdate()
    say("Communes et certifications…")
    call_command("import_communes", CATALOG_DATA / "communes.csv.gz", verbosity=0)
    load_certifications()
    say("Offre de formation…")
    load_offer(organisations, sessions, seed)
    say("Personnes, droits et rendez-vous…")
    with transaction.atomic():
        staff = create_staff(TRAINING_ORGANISATION_SIRET)
        holders = create_holders([*named_people(), *numbered_people(seed)], with_users=True)
        check_identities(holders, agent=staff[f"conseiller@{DOMAIN}"])
        rights.open_counters(holders, seed=seed, today=today)
        rights.open_files(holders[RICH_HOLDER], today=today)
        files.open_stories(holders, siret=TRAINING_ORGANISATION_SIRET, today=today)
        ajaccio = cep.open_network(staff, today=today)
        cep.book_first_appointment(holders[RICH_HOLDER], ajaccio)
        enrich(holders[RICH_HOLDER], staff, today=today)


def load_agora_side(*, seed: int, say: Callable[[str], object]) -> None:
    """AGORA's side: the same people, its partners, a file that one of them opened."""
    today = timezone.localdate()
    say("Certifications…")
    load_certifications()
    say("Personnes et partenaires…")
    with transaction.atomic():
        create_staff(TRAINING_ORGANISATION_SIRET)
        holders = create_holders([*named_people(), *numbered_people(seed)], with_users=False)
        register_demo_partners(pki_dir=settings.DATA_DIR / "pki", now=timezone.now())
        rights.open_partner_file(holders[RICH_HOLDER], organisation_siret=fictitious_siret(1), today=today)


def load_certifications() -> None:
    tables = ("occupations.csv", "skills.csv", "certifications.csv", "certification_blocks.csv")
    call_command("import_certifications", *(CATALOG_DATA / table for table in tables), verbosity=0)


def load_offer(organisations: int, sessions: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        offer = Path(folder) / "offre.xml"
        call_command(
            "generate_offer", offer, organisations=organisations, sessions=sessions, seed=seed, verbosity=0
        )
        call_command("import_offer", offer, verbosity=0)
