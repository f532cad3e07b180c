"""The AGORA contract, one folder per major version: files that stand alone, and what we read from them.

What is said here of an operation without naming a version is said of the first one.
"""

import threading
from functools import lru_cache

from django.db.models import TextChoices
from lxml import etree

from agora_sync.contract.versions import NEWEST, Version

SCHEMA_NAMES = ("operations.xsd", "types.xsd", "faults.xsd")

__all__ = ["NEWEST", "Operation", "UnknownSchema", "Version", "schema", "served_schema", "served_wsdl"]

_WSDL_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_per_thread = threading.local()
# libxml2 makes its table of built-in types with the first schema of a process, and without a lock: two threads that
# compile theirs at that moment may leave it broken, and then every call fails until the process is started again.
etree.XMLSchema(etree.XML('<schema xmlns="http://www.w3.org/2001/XMLSchema"/>'))


class Operation(TextChoices):
    """The operations served. The stored value is the wire name, which the contract fixes."""

    READ_RIGHTS = "ConsulterDroits", "Consulter les droits"
    LIST_FILES = "ConsulterDossiers", "Consulter les dossiers"
    FIND_FILE = "RechercherDossier", "Rechercher un dossier"
    CHECK_IDENTITY = "ControlerUniciteNirNom", "Contrôler l'unicité du NIR et du nom"
    CREATE_FILE = "CreerDossier", "Créer un dossier"
    VALIDATE_FILE = "ValiderDossier", "Valider un dossier"
    REFUSE_FILE = "RefuserDossier", "Refuser un dossier"
    CANCEL_FILE = "AnnulerDossier", "Annuler un dossier"
    DECLARE_ENTRY = "DeclarerEntree", "Déclarer l'entrée"
    DECLARE_INTERRUPTION = "DeclarerInterruption", "Déclarer une interruption"
    DECLARE_RETURN = "DeclarerReprise", "Déclarer une reprise"
    DECLARE_PAY = "DeclarerRemuneration", "Déclarer une rémunération"
    DECLARE_EXIT = "DeclarerSortie", "Déclarer la sortie"
    SETTLE_FILE = "SolderDossier", "Solder un dossier"
    AMEND_FILE = "ReingenierDossier", "Réingénier un dossier"
    READ_BALANCES = "ConsulterSoldes", "Consulter les soldes"
    CHECK_ELIGIBILITY = "VerifierEligibilite", "Vérifier l'éligibilité"
    RECORD_DIF = "EnregistrerSoldeDif", "Enregistrer le solde de DIF"

    @property
    def soap_action(self) -> str:
        return Version.V1.soap_action(self.value)

    @property
    def answer_name(self) -> str:
        return f"{self.value}Reponse"


class UnknownSchema(LookupError):
    """No schema of that name belongs to the contract."""


def schema(version: Version = Version.V1) -> etree.XMLSchema:
    """The compiled schema of every operation, one per thread: its error log is not shared."""
    compiled: dict[Version, etree.XMLSchema] = _per_thread.__dict__.setdefault("schemas", {})
    if version not in compiled:
        compiled[version] = etree.XMLSchema(etree.parse(str(version.folder / "operations.xsd")))
    return compiled[version]


@lru_cache(maxsize=64)
def served_wsdl(address: str, version: Version = Version.V1) -> bytes:
    """The WSDL whose `soap:address` and schema locations are those of the address called."""
    tree = etree.parse(str(version.wsdl_file))
    for node in tree.iter(f"{_WSDL_SOAP}address"):
        node.set("location", address)
    return _located(tree, address)


@lru_cache(maxsize=64)
def served_schema(name: str, address: str, version: Version = Version.V1) -> bytes:
    """One XSD, its includes importable from the address called. Raises UnknownSchema."""
    if name not in SCHEMA_NAMES:
        raise UnknownSchema(name)
    return _located(etree.parse(str(version.folder / name)), address)


def _located(tree: etree._ElementTree, address: str) -> bytes:
    for node in tree.iter(f"{_XSD}import", f"{_XSD}include"):
        location = node.get("schemaLocation")
        if location:
            node.set("schemaLocation", f"{address}?xsd={location}")
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
