"""The peer: spyne serves CreerDossier of the same contract, signxml verifies the vector, three rows keep what was done.

What it does of an exchange: reception committed, channel known by its certificate, types checked by the schema that
spyne derives, vector verified with its chain, dates and audience read from what was signed, first use, one row for
the file, one for the answer. What it leaves out: habilitations, the person, encryption, the same request twice.
"""

import datetime as dt
import hashlib
import io
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
django.setup(set_prefix=False)

from django.db import connection, transaction  # noqa: E402 - needs the settings
from lxml import etree  # noqa: E402
from signxml import SignatureConfiguration, XMLVerifier  # noqa: E402
from spyne import Application, ComplexModel, Date, Decimal, Integer, ServiceBase, Unicode, rpc  # noqa: E402
from spyne.model.primitive import Boolean  # noqa: E402
from spyne.protocol.soap import Soap11  # noqa: E402
from spyne.server.wsgi import WsgiApplication  # noqa: E402

from agora_sync.xml import namespaces as ns  # noqa: E402
from tests.bench.agora_floor import TABLE, VECTORS  # noqa: E402

TRUSTED = str(Path(os.environ.get("AGORA_TRUSTED_CA", "")))


class Organisme(ComplexModel):  # type: ignore[misc]
    __namespace__ = ns.AGORA
    siret = Unicode(pattern=r"\d{14}", min_occurs=1)
    raisonSociale = Unicode(max_len=255)


class Formation(ComplexModel):  # type: ignore[misc]
    __namespace__ = ns.AGORA
    intitule = Unicode(max_len=255, min_occurs=1)
    organisme = Organisme
    dateDebut = Date(min_occurs=1)
    dateFin = Date(min_occurs=1)
    dureeMinutes = Integer
    lieu = Unicode(max_len=255)
    prix = Decimal(min_occurs=1)


class Titulaire(ComplexModel):  # type: ignore[misc]
    __namespace__ = ns.AGORA
    nir = Unicode(min_occurs=1)
    nomNaissance = Unicode(min_occurs=1)


class Agora(ServiceBase):  # type: ignore[misc]
    @rpc(
        Unicode(min_occurs=1), Titulaire, Formation,
        _returns=(Unicode, Unicode, Unicode, Boolean, Unicode),
        _out_message_name="CreerDossierReponse",
        _out_variable_names=("identifiantRequete", "empreinteRequete", "numeroDossier", "preexistant", "etat"),
    )  # fmt: skip
    def CreerDossier(ctx, identifiantRequete, titulaire, formation):  # type: ignore[no-untyped-def]
        security = next(part for part in ctx.in_header_doc if part.tag == ns.wsse("Security"))
        vector = verified(security.find(ns.saml("Assertion")))
        digest = ctx.transport.req_env["cpa.digest"]
        with transaction.atomic(), connection.cursor() as cursor:
            use(cursor, vector)
            cursor.execute(INSERT, [titulaire.nir, formation.intitule.encode()])
            cursor.execute(INSERT, [digest, b"answered"])
        return identifiantRequete, digest, "AG" + digest[:12].upper(), False, "DEMANDE"


def verified(assertion: etree._Element) -> etree._Element:
    """The signed subtree, its signature and chain verified, meant for us, now."""
    result = XMLVerifier().verify(
        etree.tostring(assertion, with_tail=False),
        ca_pem_file=TRUSTED,
        id_attribute="ID",
        expect_config=SignatureConfiguration(location="./", expect_references=1),
    )
    assert not isinstance(result, list)
    signed = result.signed_xml
    assert signed is not None
    conditions = signed.find(ns.saml("Conditions"))
    now = dt.datetime.now(dt.UTC)
    assert now < dt.datetime.fromisoformat(conditions.get("NotOnOrAfter"))
    assert signed.findtext(f".//{ns.saml('Audience')}") == os.environ["AGORA_AUDIENCE"]
    return signed


INSERT = f"INSERT INTO {TABLE} (digest, content) VALUES (%s, %s)"  # noqa: S608 - a constant


def use(cursor: Any, vector: etree._Element) -> None:
    cursor.execute(f"INSERT INTO {VECTORS} VALUES (%s) ON CONFLICT DO NOTHING", [vector.get("ID")])  # noqa: S608
    assert cursor.rowcount == 1


# The bench writes its figures on the same stream.
logging.getLogger("spyne").setLevel(logging.WARNING)
SERVED = WsgiApplication(
    Application([Agora], ns.AGORA, name="Agora", in_protocol=Soap11(validator="lxml"), out_protocol=Soap11())
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["cpa.digest"] = hashlib.sha256(body).hexdigest()
    certificate = environ["gunicorn.socket"].getpeercert(binary_form=True)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [environ["cpa.digest"], body])
        cursor.execute(
            "SELECT partner_id FROM agora_sync_partnercertificate WHERE fingerprint = %s",
            [hashlib.sha256(certificate).hexdigest()],
        )
        assert cursor.fetchone() is not None
    environ["wsgi.input"] = io.BytesIO(body)
    answer: Iterable[bytes] = SERVED(environ, start_response)
    return answer
