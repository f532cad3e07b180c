import gzip

import pytest

from catalog.exceptions import UnreadableFile
from catalog.lheo.source import FormationStream
from tests.catalog.lheo.documents import FORMATION, offer, written


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
        (b'<lheo-index xmlns="http://lheo.gouv.fr/2.3"/>', "dialect_unknown"),
        (b'<lheo xmlns="https://autre.example"/>', "dialect_unknown"),
        (b'<!DOCTYPE lheo [<!ENTITY a "b">]><lheo xmlns="http://lheo.gouv.fr/2.3"/>', "doctype_refused"),
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
