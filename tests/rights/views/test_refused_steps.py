"""Steps that the table refuses, asked for by their address: the page says why, and what is possible instead."""

import pytest

from accounts.enums import StaffRole
from rights.enums import Funder, PartAnswer, TrainingFileState
from rights.models import TrainingFileFunding, TrainingFileTransition
from tests.support.access_world import staff
from tests.support.factories.rights import TrainingFileFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

S = TrainingFileState
SIRET, REGION = "16000000900018", "94"
HOLDER, ORGANISATION, PAYER = "holder", "organisation", "region"

# Who, in which state, asks for what: why not, and what is possible.
REFUSED = [
    (
        HOLDER,
        S.REQUESTED,
        "proposer",
        "Ce n’est pas à vous de",
        "c’est à l’organisme de formation",
        "annuler",
    ),
    (
        HOLDER,
        S.REQUESTED,
        "se-retracter",
        "est dans l’état « Demande envoyée »",
        "c’est possible dans l’état",
        "annuler",
    ),
    (
        HOLDER,
        S.IN_TRAINING,
        "annuler-hors-delai",
        "c’est possible dans l’état « Inscription ferme »",
        "d’agir",
        "lui écrire",
    ),
    (HOLDER, S.PAID, "demander-examen", "c’est possible dans l’état", "Ce dossier est clos", "conseiller"),
    (
        HOLDER,
        S.SERVICE_DECLARED,
        "valider-service-fait",
        "c’est à la Caisse des dépôts",
        "d’agir",
        "lui écrire",
    ),
    (ORGANISATION, S.REQUESTED, "declarer-entree", "Ce n’est pas à vous", "c’est à AGORA", "Vous pouvez :"),
    (ORGANISATION, S.PROPOSED, "confirmer", "Ce n’est pas à vous", "c’est au titulaire", "Vous pouvez :"),
    (ORGANISATION, S.IN_TRAINING, "payer", "On ne peut pas", "en tant que", "Vous pouvez :"),
    (ORGANISATION, S.CANCELLED, "proposer", "On ne peut pas", "Demande envoyée", "Ce dossier est clos"),
    (PAYER, S.REQUESTED, "accorder-sa-part", "On ne peut pas", "Attend un financeur", "d’agir"),
    (PAYER, S.ACCEPTED, "refuser-sa-part", "On ne peut pas", "Attend un financeur", "d’agir"),
    (PAYER, S.WAITING_FUNDERS, "annuler", "Ce n’est pas à vous", "titulaire", "Vous pouvez :"),
]


@pytest.mark.parametrize(
    ("who", "state", "slug", "why", "then", "possible"),
    REFUSED,
    ids=[f"{r[0]}-{r[1]}-{r[2]}" for r in REFUSED],
)
def test_step_out_of_place_says_why_and_what_is_possible(who, state, slug, why, then, possible, client):
    training_file = TrainingFileFactory(organisation_siret=SIRET, state=state)
    TrainingFileFunding.objects.create(
        training_file=training_file,
        funder=Funder.REGION,
        payer_code=REGION,
        amount_cents=100,
        answer=PartAnswer.WAITING,
    )
    users = {
        HOLDER: lambda: training_file.holder.user,
        ORGANISATION: lambda: staff(StaffRole.TRAINING_ORGANISATION, SIRET),
        PAYER: lambda: staff(StaffRole.REGIONAL_AGENT, REGION),
    }
    sign_in(client, users[who]())
    before = TrainingFileTransition.objects.count()
    address = (
        f"/mes-dossiers/{training_file.pk}/etape/{slug}/"
        if who == HOLDER
        else f"/instruction/{training_file.pk}/{slug}/"
    )

    shown, sent = client.get(address), client.post(address, {"reason": "Essai"})

    for answer in (shown, sent):
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Ce n’est pas possible maintenant" in page
        assert [part for part in (why, then, possible) if part not in page] == []
    training_file.refresh_from_db()
    assert (training_file.state, TrainingFileTransition.objects.count()) == (state, before)
