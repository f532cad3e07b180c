"""What the holder is told by e-mail: what others did on their file, never what they did themselves."""

from datetime import date

import pytest

from accounts.models import Notification
from rights.enums import FileRole, TrainingFileAction
from rights.parties import SYSTEM, Party
from rights.services.messages import FILE_CHANGED, render_file_changed
from rights.services.training_files import cancel_training_file
from rights.services.training_files.acting import take_step
from rights.services.training_files.messaging import send_message
from tests.support.factories.rights import REQUEST_DAY, TrainingFileFactory

pytestmark = pytest.mark.django_db

ORGANISATION = Party(FileRole.ORGANISATION)


@pytest.fixture
def training_file():
    return TrainingFileFactory(state_since=REQUEST_DAY, due_on=date(2026, 3, 4))


def told():
    return list(Notification.objects.filter(kind=FILE_CHANGED).order_by("created_at"))


def test_proposal_is_announced_with_the_last_day_to_answer(training_file):
    take_step(
        training_file_id=training_file.pk,
        action=TrainingFileAction.PROPOSE,
        party=ORGANISATION,
        today=REQUEST_DAY,
    )

    (message,) = told()
    mail = render_file_changed(message.context)
    assert message.recipient == training_file.holder.user.email
    assert "L’organisme a accepté votre demande" in mail.text
    assert "Répondez au plus tard le 6 mars 2026" in mail.text
    assert f"/mes-dossiers/{training_file.pk}/" in mail.html
    assert training_file.title not in mail.subject


def test_refusal_is_announced_with_its_reason(training_file):
    take_step(
        training_file_id=training_file.pk, action=TrainingFileAction.REFUSE, party=ORGANISATION, today=REQUEST_DAY,
        reason="La session est complète",
    )  # fmt: skip

    (message,) = told()
    assert "Motif : La session est complète." in message.context["what"]


def test_delay_that_ends_the_request_is_announced(training_file):
    take_step(
        training_file_id=training_file.pk,
        action=TrainingFileAction.EXPIRE,
        party=SYSTEM,
        today=date(2026, 3, 9),
    )

    assert len(told()) == 1


def test_agora_writes_to_nobody_and_needs_no_page(training_file, settings):
    settings.AGORA_ROLE, settings.ROOT_URLCONF = "provider", "cpa_portal.urls_agora"

    take_step(
        training_file_id=training_file.pk,
        action=TrainingFileAction.PROPOSE,
        party=ORGANISATION,
        today=REQUEST_DAY,
    )

    assert told() == []


def test_own_step_and_own_message_are_not_announced(training_file):
    send_message(
        training_file_id=training_file.pk,
        role=FileRole.HOLDER,
        author=training_file.holder.user,
        body="Bonjour",
    )
    cancel_training_file(training_file_id=training_file.pk, today=REQUEST_DAY)

    assert told() == []


def test_message_of_the_organisation_is_announced_without_its_words(training_file):
    send_message(
        training_file_id=training_file.pk, role=FileRole.ORGANISATION, author=training_file.holder.user,
        body="Apportez une pièce d’identité",
    )  # fmt: skip

    (message,) = told()
    assert "L’organisme de formation vous a écrit un message" in message.context["what"]
    assert "identité" not in str(message.context)


def test_person_without_an_address_gets_no_message(training_file):
    holder = training_file.holder
    holder.email, holder.user = "", None
    holder.save()

    take_step(
        training_file_id=training_file.pk,
        action=TrainingFileAction.PROPOSE,
        party=ORGANISATION,
        today=REQUEST_DAY,
    )

    assert told() == []
