"""Client AGORA avec zeep et signxml : création, entrée, sortie, consultation.

Avec AGORA_LIER_CORPS, chaque vecteur porte l’empreinte du corps qu’il accompagne.
"""

import datetime as dt
import hashlib
import json
import os
import uuid
from pathlib import Path

import requests
import zeep
from lxml import etree
from signxml import XMLSigner
from zeep.plugins import Plugin

PKI = Path(os.environ["AGORA_PKI"])
PARTNER = json.loads((PKI / "partner.json").read_text())["partner"]
URL = os.environ.get("AGORA_URL") or PARTNER["endpoint"]
START = dt.date.fromisoformat(os.environ["AGORA_DEBUT"])
BINDS = bool(os.environ.get("AGORA_LIER_CORPS"))
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
PERSON = {"nir": os.environ["AGORA_NIR"], "nomNaissance": os.environ["AGORA_NOM"]}
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0"><saml:Issuer/>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/><saml:Subject><saml:NameID/>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData/>
</saml:SubjectConfirmation></saml:Subject><saml:Conditions><saml:AudienceRestriction><saml:Audience/>
</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement><saml:AuthnContext><saml:AuthnContextClassRef/>
</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="PAGM"/>
</saml:AttributeStatement></saml:Assertion>"""


def security_header(operation: etree._Element) -> etree._Element:
    """Un vecteur neuf, signé, pour cet élément d'opération."""
    key = f"_{uuid.uuid4().hex}"
    signed = XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#").sign(
        filled(key, digest_of(operation)),
        key=(PKI / "partner-vi.key").read_bytes(),
        cert=(PKI / "partner-vi.pem").read_text(),
        reference_uri=f"#{key}",
        id_attribute="ID",
    )
    header = etree.Element(f"{{{WSSE}}}Security")
    header.append(signed)
    return header


def digest_of(operation: etree._Element) -> str:
    """SHA-256 de la forme canonique exclusive, sans commentaires ; rien si le corps n'est pas lié."""
    if not BINDS:
        return ""
    octets = etree.tostring(operation, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    return hashlib.sha256(octets).hexdigest()


def filled(key: str, digest: str) -> etree._Element:
    """L'assertion, les valeurs posées par la bibliothèque XML et jamais par un assemblage de textes."""
    assertion = etree.fromstring(ASSERTION, etree.XMLParser(remove_blank_text=True))
    saml = assertion.nsmap["saml"]
    values = {
        "Issuer": PARTNER["issuer"],
        "NameID": PARTNER["nameid"],
        "Audience": PARTNER["audience"],
        "AuthnContextClassRef": PARTNER["authn_context"],
    }
    for name, value in values.items():
        next(assertion.iter(f"{{{saml}}}{name}")).text = value
    for code in PARTNER["pagm"]:
        parent = next(assertion.iter(f"{{{saml}}}Attribute"))
        etree.SubElement(parent, f"{{{saml}}}AttributeValue").text = code
    if digest:
        statement = next(assertion.iter(f"{{{saml}}}AttributeStatement"))
        attribute = etree.SubElement(statement, f"{{{saml}}}Attribute", Name="EmpreinteCorps")
        etree.SubElement(attribute, f"{{{saml}}}AttributeValue").text = digest
    now = dt.datetime.now(dt.UTC)
    written = {
        name: f"{now + dt.timedelta(seconds=after):%Y-%m-%dT%H:%M:%SZ}" for name, after in TIMES.items()
    }
    assertion.attrib.update({"ID": key, "IssueInstant": written["now"]})
    confirmation = next(assertion.iter(f"{{{saml}}}SubjectConfirmationData"))
    confirmation.attrib.update({"Recipient": PARTNER["recipient"], "NotOnOrAfter": written["end"]})
    conditions = next(assertion.iter(f"{{{saml}}}Conditions"))
    conditions.attrib.update({"NotBefore": written["start"], "NotOnOrAfter": written["end"]})
    next(assertion.iter(f"{{{saml}}}AuthnStatement")).set("AuthnInstant", written["now"])
    return assertion


TIMES = {"start": -30, "now": 0, "end": 240}


class _Vector(Plugin):
    """zeep appelle ceci juste avant d'envoyer."""

    def egress(self, envelope, http_headers, operation, binding_options):  # type: ignore[no-untyped-def]
        header = envelope.find(f"{SOAP}Header")
        if header is None:
            header = etree.Element(f"{SOAP}Header")
            envelope.insert(0, header)
        header.append(security_header(envelope.find(f"{SOAP}Body")[0]))
        return envelope, http_headers


def main() -> None:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(PKI / "ca.pem")
    session.cert = (str(PKI / "partner-tls.pem"), str(PKI / "partner-tls.key"))
    client = zeep.Client(f"{URL}?wsdl", transport=zeep.Transport(session=session), plugins=[_Vector()])

    def call(operation: str, **values: object) -> object:
        answer = client.service[operation](identifiantRequete=str(uuid.uuid4()), **values)
        file = answer.dossier[0] if operation == "ConsulterDossiers" else answer
        told = {"operation": operation, "etat": file.etat, "numeroDossier": file.numeroDossier}
        print(json.dumps(told))  # noqa: T201 - c'est ce que ce programme rend
        return answer

    end = START + dt.timedelta(days=60)
    training = {
        "intitule": "Soudage semi-automatique",
        "organisme": {"siret": "16000001400011", "raisonSociale": "Atelier du port"},
        "dateDebut": START,
        "dateFin": end,
        "dureeMinutes": 24000,
        "prix": "1500.00",
        "financement": [{"typeFinanceur": "2", "montant": "1500.00"}],
    }
    number = call("CreerDossier", titulaire=PERSON, formation=training).numeroDossier  # type: ignore[attr-defined]
    call("DeclarerEntree", numeroDossier=number, dateEntree=START)
    call(
        "DeclarerSortie",
        numeroDossier=number,
        dateSortie=end,
        motifSortie="TERME",
        resultat={"resultat": "TOTAL"},
    )
    call("ConsulterDossiers", titulaire=PERSON)


if __name__ == "__main__":
    main()
