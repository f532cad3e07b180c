import gzip
import re

import pytest

from catalog.exceptions import UnreadableFile
from catalog.lheo.reader import FormationReader
from catalog.lheo.source import FormationStream
from tests.catalog.lheo.documents import FORMATION, GAZETTEER, offer, written

DOCTYPE = '<!DOCTYPE lheo [<!ENTITY a "b">]><lheo xmlns="http://lheo.gouv.fr/2.3"/>'


def titles(path):
    stream = FormationStream(path)
    return stream, [element.findtext("{*}intitule-formation") for element in stream]


@pytest.mark.parametrize(
    ("namespace", "dialect"),
    [
        ("http://lheo.gouv.fr/2.3", "lheo23"),
        ("http://www.lheo.org/2.2", "lheo22"),
        ("https://www.of.moncompteformation.gouv.fr", "edof"),
    ],
)
def test_stream_each_dialect_is_recognised(tmp_path, namespace, dialect):
    stream, found = titles(written(tmp_path / "a.xml", FORMATION, FORMATION, namespace=namespace))

    assert found == ["Soudeur", "Soudeur"]
    assert (stream.dialect, stream.problem) == (dialect, "")


def test_stream_gzipped_file_is_read_whatever_its_name(tmp_path):
    path = tmp_path / "offre.xml"
    path.write_bytes(gzip.compress(offer(FORMATION)))

    assert titles(path)[1] == ["Soudeur"]


def test_stream_cut_file_gives_what_precedes_and_says_where(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(offer(FORMATION, FORMATION)[:-200])

    stream, found = titles(path)

    assert found == ["Soudeur"]
    assert stream.problem.startswith("ligne ")


def test_stream_cut_gzip_is_refused(tmp_path):
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(offer(*[FORMATION] * 200))[:-100])

    with pytest.raises(UnreadableFile) as refusal:
        titles(path)

    assert refusal.value.code == "file_unreadable"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not xml at all", "xml_unreadable"),
        (b"", "xml_unreadable"),
        (b"<autre/>", "dialect_unknown"),
        (b'<lheo-annuaire xmlns="http://lheo.gouv.fr/2.3"/>', "dialect_unknown"),
        (b"<lheo/>", "dialect_unknown"),
        (b'<lheo xmlns="https://autre.example"/>', "dialect_unknown"),
        (DOCTYPE.encode(), "doctype_refused"),
        (DOCTYPE.encode("utf-16"), "doctype_refused"),
        (b"<!-- " + b"x" * 70_000 + b" -->" + DOCTYPE.encode(), "doctype_refused"),
    ],
    ids=[
        "text",
        "empty",
        "other root",
        "other list",
        "no namespace",
        "other namespace",
        "doctype",
        "doctype in UTF-16",
        "doctype far on",
    ],
)
def test_stream_file_that_is_no_offer_is_refused_with_its_reason(tmp_path, content, code):
    path = tmp_path / "a.xml"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile) as refusal:
        titles(path)

    assert refusal.value.code == code


def test_stream_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile):
        titles(tmp_path / "absent.xml")


def test_stream_read_elements_are_let_go(tmp_path):
    stream = FormationStream(written(tmp_path / "a.xml", *[FORMATION] * 1_000))

    kept = max(len(element.getparent()) for element in stream)

    # The parser is a block of the file ahead, never more.
    assert kept < 50


PREFIXED = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1l:", offer(FORMATION).decode()).replace("xmlns=", "xmlns:l=")
PLUS = (
    offer(FORMATION)
    .replace(b'<lheo xmlns="', b'<lheo-plus xmlns="')
    .replace(b"<offres>", b"<lheo><offres>")
    .replace(b"</offres></lheo>", b"</offres></lheo><organisme-formation-responsable/></lheo-plus>")
)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + offer(FORMATION),
        offer(FORMATION).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        PREFIXED.encode(),
        offer(FORMATION.replace(">Soudeur<", "><![CDATA[Soudeur]]><")),
        offer(FORMATION.replace(">Soudeur<", ">Sou<!-- ici -->deur<")),
        offer(FORMATION.replace(">Soudeur<", ">&#83;oudeur<")),
        PLUS,
    ],
    ids=["byte order mark", "UTF-16", "prefix", "CDATA", "comment", "entity", "lheo-plus"],
)
def test_stream_other_spellings_of_the_same_file_are_read(tmp_path, content):
    path = tmp_path / "a.xml"
    path.write_bytes(content)

    stream = FormationStream(path)
    (reading,) = [
        FormationReader(element, stream.namespace, 1, GAZETTEER, record=stream.record).read()
        for element in stream
    ]

    assert (reading.title, reading.organisation.siret, reading.actions[0].price_cents) == (
        "Soudeur",
        "19290076900014",
        119_000,
    )
    assert stream.problem == ""
