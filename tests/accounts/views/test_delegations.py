"""The pages of mandates, from the code handed over to the act in another's name; and the forms on paper."""

import io
import re

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.consent_purposes import ADVISER_READS_RIGHTS
from accounts.enums import ConsentAct
from accounts.models import Consent, Delegation, Situation
from accounts.paper_forms import PAPER_FORMS
from accounts.services.consents import record_consent
from accounts.services.deaths import record_death
from cep.enums import BookingStatus
from cep.models import Booking
from tests.accounts.services.test_delegations import restrict
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import BookingFactory
from tests.support.factories.rights import CounterFactory, TrainingFileFactory

pytestmark = pytest.mark.django_db


def text_of(answer):
    return answer.content.decode()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_mandate_is_given_accepted_used_and_taken_back():
    holder, helper = HolderFactory(birth_name="Colonna"), UserFactory()
    CounterFactory(holder=holder, balance=1_234_00)
    TrainingFileFactory(holder=holder, title="Soudure")
    ours, theirs = signed_in(holder.user), signed_in(helper)

    page = ours.post(
        "/mes-donnees/mandats/",
        {
            "kind": "mandatee",
            "delegate_name": "Aidante",
            "acts": ["read_rights", "declare_situation"],
            "ends_on": timezone.localdate().isoformat(),
        },
    )
    [code] = re.findall(r"portal-figure\">([A-Z2-9]{5} [A-Z2-9]{5})<", text_of(page))
    assert code not in text_of(ours.get("/mes-donnees/mandats/"))
    assert theirs.post("/accompagnement/", {"code": code}).status_code == 302
    assert "Colonna" in text_of(theirs.get("/accompagnement/"))

    key = Delegation.objects.get().pk
    home = f"/accompagnement/{key}/"
    assert "Soudure" in text_of(theirs.get(f"{home}droits/"))
    assert theirs.get(f"{home}demande/").status_code == 404
    declared = theirs.post(
        f"{home}situation/cadre/", {"change": "enter", "effective_on": timezone.localdate().isoformat()}
    )
    assert declared["Location"] == home
    assert Situation.objects.filter(holder=holder, kind="executive").exists()
    told = text_of(ours.get("/mes-donnees/"))
    assert "Mandataire : Aidante" in told
    assert "Droits et dossiers de formation" in text_of(ours.get("/mes-donnees/mandats/"))

    ours.post(f"/mes-donnees/mandats/{key}/retirer/")

    for page in ("", "droits/", "situation/cadre/"):
        assert theirs.get(home + page).status_code == 404


def test_helper_never_reaches_what_the_mandate_does_not_open():
    holder, helper = HolderFactory(), UserFactory()
    ours, theirs = signed_in(holder.user), signed_in(helper)
    code = re.findall(
        r"portal-figure\">([A-Z2-9]{5} [A-Z2-9]{5})<",
        text_of(
            ours.post(
                "/mes-donnees/mandats/",
                {
                    "kind": "mandatee",
                    "delegate_name": "A",
                    "acts": ["ask_about_data"],
                    "ends_on": timezone.localdate().isoformat(),
                },
            )
        ),
    )[0]
    theirs.post("/accompagnement/", {"code": code})
    key = Delegation.objects.get().pk

    for path in ("/mes-droits/", "/mes-dossiers/", "/mes-donnees/", "/tableau-de-bord/"):
        assert theirs.get(path).status_code == 403, path
    assert theirs.get(f"/accompagnement/{key}/droits/").status_code == 404
    assert theirs.post(f"/accompagnement/{key}/situation/cadre/", {"change": "enter"}).status_code == 404
    assert signed_in(UserFactory()).get(f"/accompagnement/{key}/").status_code == 404


def test_adviser_sees_rights_under_consent_alone_and_loses_them_at_once(client):
    booking = BookingFactory(status=BookingStatus.CONFIRMED)
    Booking.objects.filter(pk=booking.pk).update(local_date=timezone.localdate())
    holder, path = booking.holder, f"/conseillers/rendez-vous/{booking.pk}/droits/"
    CounterFactory(holder=holder, balance=1_234_00)
    client.force_login(booking.adviser.user)

    def consent(act):
        record_consent(holder=holder, purpose=ADVISER_READS_RIGHTS, act=act, text_version="1")

    assert client.get(path).status_code == 403
    consent(ConsentAct.GIVEN)
    shown = client.get(path)
    assert shown.status_code == 200
    assert "234" in text_of(shown)
    assert "avec votre accord" in text_of(signed_in(holder.user).get("/mes-donnees/"))
    consent(ConsentAct.WITHDRAWN)
    assert client.get(path).status_code == 403
    consent(ConsentAct.GIVEN)
    restrict(holder)
    assert client.get(path).status_code == 403
    assert signed_in(UserFactory(cep_adviser=True)).get(path).status_code == 404
    assert Consent.objects.count() == 3


def test_adviser_sees_nothing_more_of_somebody_who_died(client):
    booking = BookingFactory(status=BookingStatus.CONFIRMED)
    Booking.objects.filter(pk=booking.pk).update(local_date=timezone.localdate())
    record_consent(
        holder=booking.holder, purpose=ADVISER_READS_RIGHTS, act=ConsentAct.GIVEN, text_version="1"
    )
    record_death(
        holder=booking.holder,
        deceased_on=timezone.localdate(),
        source="Acte",
        actor=UserFactory(administrator=True),
    )
    client.force_login(booking.adviser.user)

    assert client.get(f"/conseillers/rendez-vous/{booking.pk}/droits/").status_code == 403


def test_every_act_has_a_paper_form_that_is_tagged(client):
    page = text_of(client.get("/formulaires-papier/"))

    for form in PAPER_FORMS:
        answer = client.get(f"/formulaires-papier/{form.slug}.pdf")
        reader = PdfReader(io.BytesIO(answer.content))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/StructTreeRoot"]
        assert reader.metadata.title == form.title
        said = " ".join("".join(sheet.extract_text() for sheet in reader.pages).split())
        assert all(" ".join(label.split()) in said for label in form.boxes[:1])
        assert f"/formulaires-papier/{form.slug}.pdf" in page
    assert client.get("/formulaires-papier/autre.pdf").status_code == 404
