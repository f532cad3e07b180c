"""The files of the contract: alone, whole, and usable by clients that know nothing of us."""

import importlib.util
import io
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
import zeep
from django.core.management import call_command
from lxml import etree

from agora_sync import contract
from agora_sync.contract import Operation, Version, dictionary
from agora_sync.contract.derivation import derived_files
from agora_sync.contract.shapes import leaves, type_shape
from agora_sync.enums import PartnerKind
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.codes import WIRE_STATES
from agora_sync.mapping.requests import CreateFileRequest, PersonIdentity, element_of, request_values
from agora_sync.provider.soap import fault_envelope
from agora_sync.xml import namespaces as ns
from rights.enums import Funder, TrainingFileState
from tests.support.agora import facts

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


@pytest.mark.parametrize("version", Version)
def test_files_stand_alone_in_any_folder(tmp_path: Path, version: Version) -> None:
    copied = shutil.copytree(version.folder, tmp_path / "contrat")

    etree.XMLSchema(etree.parse(str(copied / "operations.xsd")))
    client = zeep.Client(str(copied / "agora.wsdl"))

    operations = client.service._binding._operations
    assert set(operations) == set(Operation.values)
    assert {name: op.soapaction for name, op in operations.items()} == {
        str(operation.value): version.soap_action(operation) for operation in Operation
    }


@pytest.mark.parametrize("version", [version for version in Version if version is not Version.V1])
def test_files_of_a_later_version_are_those_that_its_changes_make(version: Version) -> None:
    """Nothing is written twice: `bin/manage derive_contract` writes them again."""
    for name, content in derived_files(version).items():
        assert (version.folder / name).read_bytes() == content, name


def test_derivation_writes_what_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Version, "folder", property(lambda version: copies[version]))
    copies = {version: tmp_path / version.value for version in Version}
    sources = {version: Path(contract.__file__).parent / version.value for version in Version}
    shutil.copytree(sources[Version.V1], copies[Version.V1])
    copies[Version.V2].mkdir()
    shutil.copy(sources[Version.V2] / "changes.toml", copies[Version.V2])

    call_command("derive_contract", stdout=io.StringIO())

    for file in sources[Version.V2].iterdir():
        assert (copies[Version.V2] / file.name).read_bytes() == file.read_bytes(), file.name


@pytest.mark.parametrize("operation", Operation)
def test_operation_is_wrapped_document_literal(operation: Operation) -> None:
    """One part, by element, named after the operation, a sequence, no wildcard: what unwrapping needs everywhere."""
    wsdl = etree.parse(str(Version.V1.wsdl_file))
    message = wsdl.find(f"{WSDL}message[@name='{operation.value}Requete']")
    assert message is not None
    parts = message.findall(f"{WSDL}part")
    schema = etree.parse(str(Version.V1.folder / "operations.xsd"))
    element = schema.find(f"{XSD}element[@name='{operation.value}']")

    assert [(part.get("element"), part.get("type")) for part in parts] == [(f"agora:{operation.value}", None)]
    assert element is not None
    assert element.find(f"{XSD}complexType/{XSD}sequence") is not None


@pytest.mark.parametrize("name", contract.SCHEMA_NAMES)
def test_schema_has_no_wildcard_and_is_explained_in_french(name: str) -> None:
    schema = etree.parse(str(Version.V1.folder / name))

    assert not list(schema.iter(f"{XSD}any", f"{XSD}anyAttribute"))
    assert {node.get(f"{{{ns.XML}}}lang") for node in schema.iter(f"{XSD}documentation")} <= {"fr"}


@pytest.mark.parametrize("name", ["types.xsd"])
def test_every_type_and_code_is_documented(name: str) -> None:
    schema = etree.parse(str(Version.V1.folder / name))
    named = [*schema.iter(f"{XSD}simpleType", f"{XSD}complexType", f"{XSD}enumeration")]

    silent = [
        node.get("name") or node.get("value") for node in named if node.find(f"{XSD}annotation") is None
    ]
    assert silent == []


def test_states_and_payers_of_ours_are_in_the_lists() -> None:
    schema = etree.parse(str(Version.V1.folder / "types.xsd"))

    def listed(name: str) -> set[str | None]:
        return {
            node.get("value")
            for node in schema.iterfind(f"{XSD}simpleType[@name='{name}']//{XSD}enumeration")
        }

    assert set(WIRE_STATES) == set(TrainingFileState.values)
    assert set(WIRE_STATES.values()) <= listed("EtatDossier")
    assert {funder.lheo_code for funder in Funder} <= listed("TypeFinanceur")


@pytest.mark.parametrize("version", Version)
def test_served_contract_names_the_address_called_everywhere(version: Version) -> None:
    address = f"https://agora.exemple.test:8443/agora/{version}/"

    wsdl = contract.served_wsdl(address, version).decode()
    schemas = [contract.served_schema(name, address, version).decode() for name in contract.SCHEMA_NAMES]

    assert all(f'"{version.namespace}"' in text for text in [wsdl, *schemas])

    assert f'location="{address}"' in wsdl
    assert f'schemaLocation="{address}?xsd=operations.xsd"' in wsdl
    assert "example.invalid" not in wsdl
    assert 'schemaLocation="types.xsd"' not in "".join(schemas)


@pytest.mark.parametrize("name", ["", "agora.wsdl", "../__init__.py", "/etc/passwd", "types.xsd.bak"])
def test_nothing_but_the_schemas_is_served(name: str) -> None:
    with pytest.raises(contract.UnknownSchema):
        contract.served_schema(name, "https://agora.exemple.test/agora/v1/")


@pytest.mark.parametrize("code", FaultCode)
def test_every_fault_respects_the_contract_and_can_be_resolved(code: FaultCode) -> None:
    detail = FaultDetail(code, "/CreerDossier/titulaire/nir", cause="cle")
    content = fault_envelope(SOAPRefusal(code, 1, "secret", [detail, detail]), trace_id="x")

    fault = etree.fromstring(content).find(f"{ns.soap('Body')}/{ns.soap('Fault')}")
    assert fault is not None
    errors = fault.findall(f"detail/{ns.agora('Erreur')}")
    assert len(errors) == 2
    for error in errors:
        contract.schema().assertValid(error)
    prefix, _, local_name = str(fault.findtext("faultcode")).partition(":")
    assert (fault.nsmap[prefix], local_name) == (code.namespace, code.local_name)
    assert b"secret" not in content


def test_request_of_ours_respects_the_contract() -> None:

    long_title = facts(title="x" * 400, organisation_name="", nda="")
    request = CreateFileRequest(uuid4(), PersonIdentity("185017505600149", "Martin"), long_title)

    contract.schema().assertValid(element_of("CreerDossier", request_values(request)))


@pytest.mark.parametrize("version", Version)
def test_dictionary_and_schema_name_the_same_items(version: Version) -> None:
    person = {f"titulaire/{path}" for path in leaves(type_shape("Titulaire", version))}

    items = dictionary.items(version)

    assert [item.path for item in items if item.path not in person] == list(
        leaves(type_shape("Dossier", version))
    )
    assert person <= {item.path for item in items}


def test_newest_version_says_all_that_the_others_say() -> None:
    """The code knows the items by the newest version alone."""
    known = {item.path for item in dictionary.items()}
    for version in Version:
        assert {item.path for item in dictionary.items(version)} <= known


@pytest.mark.parametrize("version", Version)
def test_every_item_has_words_writers_and_operations_of_the_contract(version: Version) -> None:
    kinds = {str(kind) for kind in PartnerKind}
    for item in dictionary.items(version):
        assert item.label, item.path
        assert item.family in dictionary.FAMILIES, item.path
        assert item.writers <= kinds | {dictionary.AGORA}, item.path
        assert item.writers, item.path
        assert item.recipients <= kinds - {PartnerKind.OTHER}, item.path
        assert item.in_requests or item.writers == {dictionary.AGORA}, item.path
        assert item.in_answers or item.path.startswith("titulaire/"), item.path


@pytest.mark.parametrize(("version", "town"), [(Version.V1, "lieu"), (Version.V2, "localite")])
def test_dictionary_as_csv_has_a_line_an_item_and_a_column_a_recipient(version: Version, town: str) -> None:
    heading, *lines = dictionary.as_csv(version).splitlines()

    assert len(lines) == len(dictionary.items(version))
    assert sum(line.startswith(f"formation/{town};") for line in lines) == 1
    assert heading.count("destinataire_") == len(PartnerKind)


def test_first_schema_is_compiled_while_the_code_is_loaded_by_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two threads that compile the first schema of a process may break libxml2's table of types for good."""
    compiled: list[object] = []
    monkeypatch.setattr(etree, "XMLSchema", compiled.append)

    spec = importlib.util.spec_from_file_location("loaded_again", contract.__file__)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))

    assert len(compiled) == 1
