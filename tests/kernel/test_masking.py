"""Masking of single values and of any text."""

import json
import re
import time
import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpa_portal.kernel.identifiers import fictitious_nir, fictitious_siret, format_nir
from cpa_portal.kernel.masking import (
    mask_email,
    mask_nir,
    mask_phone,
    mask_structure,
    mask_text,
    mask_token,
)

NIR = "285062A00400147"
SESSION_KEY = "k3v9x0qzt5m2w8yb7n1c4d6f0g2h5j7l"
ASSERTION = f'<saml:Assertion ID="_1"><saml:Attribute>{NIR}</saml:Attribute></saml:Assertion>'


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (mask_nir(NIR), "2 •• •• •• ••• ••• 47"),
        (mask_nir("12"), "•••"),
        (mask_nir(""), "•••"),
        (mask_email("camille.martin@exemple.fr"), "c•••@exemple.fr"),
        (mask_email("no at sign"), "•••"),
        (mask_email("@exemple.fr"), "•••"),
        (mask_phone("01 99 00 12 78"), "•• •• •• •• 78"),
        (mask_phone("78"), "•••"),
        (mask_token("abcd" + "e" * 30), "abcd•••"),
        (mask_token("short-secret"), "•••"),
    ],
)
def test_partial_masks_show_only_what_they_say(shown, expected):
    assert shown == expected


@pytest.mark.parametrize(
    "spelling",
    [
        NIR,
        NIR.lower(),
        NIR[:13],
        format_nir(NIR),
        format_nir(NIR).replace(" ", "\u00a0"),
        format_nir(NIR).replace(" ", "\u202f"),
        format_nir(NIR).replace(" ", "-"),
        format_nir(NIR).replace(" ", "."),
        format_nir(NIR).replace(" ", "%20"),
        format_nir(NIR).replace(" ", "+"),
        "2 85062 A004 00147",
        "2850 62A0 0400 147",
        "2 8 5 0 6 2 A 0 0 4 0 0 1 4 7",
        "２８５０６２０００４００１４７",
        "nir285062A00400147x",
    ],
)
@pytest.mark.parametrize("around", ["{}", "le numéro {}.", "<nir>{}</nir>", '"nir": "{}"', "?n={}&x=1"])
def test_mask_text_nir_however_written_disappears(spelling, around):
    masked = mask_text(around.format(spelling))

    assert "[NIR masqué]" in masked or "[secret masqué]" in masked
    assert not re.search(r"\d{3}", masked)
    assert "004" not in masked


@given(st.integers(0, 34_999), st.text(max_size=30), st.text(max_size=30))
def test_mask_text_nir_inside_any_text_disappears(serial, before, after):
    nir = fictitious_nir(serial)
    # A neighbouring digit makes another number of it.
    before, after = f"{before}/", f"/{after}"

    assert nir not in mask_text(before + nir + after)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("écrire à camille.martin@exemple.fr.", "camille"),
        ("?email=camille.martin%40exemple.fr&x=1", "camille"),
        ("Prénom <élodie+cpa@sous.domaine.exemple.fr>", "lodie"),
        ("Authorization: Bearer abc123def456", "abc123"),
        ("got Bearer mF_9.B5f-4.1JqM", "mF_9"),
        ("Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpw"),
        ("jeton eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl reçu", "eyJ"),
        (f"Cookie: __Host-session={SESSION_KEY}; csrf=abcdef", "abcdef"),
        (f"session {SESSION_KEY} perdue", SESSION_KEY),
        (f"sessionid={SESSION_KEY}", SESSION_KEY),
        ("password='correct horse'", "correct"),
        ('{"mot_de_passe": "battery-staple"}', "battery"),
        ("csrfmiddlewaretoken=Zk3&next=/", "Zk3"),
        ("access_token=opaque-value", "opaque"),
        ("postgres://portal:s3cret@127.0.0.1:5432/cpa", "s3cret"),
        ("redis://:s3cret@127.0.0.1:6379/0", "s3cret"),
        (ASSERTION, "Attribute"),
        (ASSERTION.replace("<", "&lt;").replace(">", "&gt;"), "Attribute"),
        (json.dumps({"body": ASSERTION}), "Attribute"),
        (f"<Assertion>\n{NIR}", NIR),
        ("<s2:EncryptedAssertion>ciphered</s2:EncryptedAssertion>", "ciphered"),
        ("SAMLResponse=PHNhbWxwOlJlc3BvbnNlPg%3D%3D", "PHNhb"),
        ("PHNhbWxwOlJlc3BvbnNlIHhtbG5zOnNhbWxwPSJ1cm46b2FzaXM6bmFtZXM6dGM6U0FNTDoyLjA6", "bm9uY"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----", "MIIEvQ"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ cut", "MIIEvQ"),
        ("au 01 99 00 12 78 demain", "99 00"),
        ("+33 1 99 00 12 78", "99 00"),
        ("tél. 0199001278", "0199"),
    ],
)
def test_mask_text_secret_disappears_and_says_so(text, secret):
    masked = mask_text(text)

    assert secret not in masked
    assert "masqué" in masked


def test_mask_text_after_an_assertion_keeps_what_follows():
    masked = mask_text(f"avant {ASSERTION} après camille@exemple.fr")

    assert masked == "avant [assertion SAML masquée] après [courriel masqué]"


@pytest.mark.parametrize(
    "text",
    [
        "Dossier 3f2b8c1e-7a4d-4e5f-9b1a-2c3d4e5f6a7b transmis en 123 ms",
        f"SIRET {fictitious_siret(3)} et NDA 11755555555, RNCP25730",
        "2026-11-21T21:41:49.123456Z 1 234,56 €",
        "dans le délai de 30 jours ouvrés, code 20004 Ajaccio",
        f"{'0123456789abcdef' * 2}",
        "GET /formations/12 200",
        "erreur d'authentification de base (basic authentication)",
        "127.0.0.1:5432",
    ],
)
def test_mask_text_ordinary_line_is_left_alone(text):
    assert mask_text(text) == text


@given(st.text(max_size=200))
def test_mask_text_twice_is_once(text):
    assert mask_text(mask_text(text)) == mask_text(text)


@pytest.mark.parametrize(
    "text", ["password=abc", f"Cookie: a={SESSION_KEY}", "Bearer abc123def", "a://b:c@d", "authorization: x"]
)
def test_mask_text_twice_on_secrets_is_once(text):
    assert mask_text(mask_text(text)) == mask_text(text)


@pytest.mark.parametrize(
    "piece",
    ["1 ", "a@", "<Assertion", "<saml:Assertion></", "eyJ", "a.", "token=", "basic ", "://a", "0 1",
     "-----BEGIN PRIVATE KEY-----", "a" * 31, "PHNhbW"],
)  # fmt: skip
def test_mask_text_long_hostile_text_stays_cheap(piece):
    hostile = piece * (120_000 // len(piece))
    started = time.process_time()

    mask_text(hostile)

    assert time.process_time() - started < 5


class _Person:
    def __str__(self):
        return f"personne {NIR}"


def test_mask_structure_goes_through_everything():
    masked = mask_structure(
        {
            "nir": NIR,
            "number": int(fictitious_nir(1)),
            "who": _Person(),
            "error": ValueError(f"refusé : {NIR}"),
            "bytes": NIR.encode(),
            "list": [("camille@exemple.fr", {NIR})],
            "csrf_token": "x",
            NIR: 1,
        }
    )

    assert NIR not in repr(masked)
    assert "camille" not in repr(masked)
    assert masked["nir"] == masked["csrf_token"] == "[masqué]"
    assert masked["number"] == "[NIR masqué]"
    json.dumps(masked)


def test_mask_structure_keeps_what_tells_nothing():
    day, key = date(2027, 1, 2), uuid.UUID(int=5)
    value = {"count": 12, "ok": True, "none": None, "ratio": 0.5, "session_id": 42, "email": ""}

    assert mask_structure(value) == value
    assert mask_structure([day, key]) == [str(day), str(key)]


def test_mask_structure_of_an_object_that_cannot_be_written_names_its_class():
    class Faulty:
        def __str__(self):
            raise RuntimeError(NIR)

    assert mask_structure([Faulty()]) == ["<Faulty>"]


def test_mask_structure_of_an_error_report_keeps_its_shape():
    frames = [{"function": "record", "lineno": 12, "context": [f"nir = '{NIR}'"]}]
    report = {"exception": {"values": [{"value": f"refusé {NIR}", "stacktrace": {"frames": frames}}]}}

    masked = mask_structure(report, maximum_depth=20)

    assert NIR not in json.dumps(masked)
    assert masked["exception"]["values"][0]["stacktrace"]["frames"][0]["lineno"] == 12


def test_mask_structure_of_a_cycle_ends():
    cycle: dict[str, object] = {"nir": NIR}
    cycle["self"] = cycle

    assert NIR not in repr(mask_structure(cycle))
