"""Whatever is broken in a feed, an import goes to the end of what can be read: random wrecks, from printed seeds."""

import copy
import random

import pytest
from lxml import etree

from catalog.enums import ImportState
from catalog.exceptions import UnreadableFile
from catalog.lheo.source import FormationStream
from catalog.models import Session, Training
from catalog.services.offer_import import import_offer, read_batches
from tests.catalog.lheo import documents, test_edof
from tests.support.factories.catalog import TODAY

DIALECTS = {
    "lheo23": (documents.NAMESPACE, documents.FORMATION),
    "edof": (test_edof.NAMESPACE, test_edof.FORMATION),
}
TEXTS = [
    "", " ", "-", "0", "-1", "1e309", "99999999999999999999", "1,5", "20269999", "00000000", "é" * 5_000, "\u2028",
    "a\u0300" * 300, "\u202e<p>&amp;lt;</p>", "2A004", "20000", "RNCP", "https://" + "a" * 500, "😀" * 300,
    "١٢٣٤٥", "²", "12312312300000", "NaN", "Infinity", "'; DROP TABLE x; --", "%s%(a)s{}",
]  # fmt: skip


def wrecked(element, rng):
    """One to eight things broken in the formation: elements taken away, emptied, doubled, moved, renamed."""
    for _ in range(rng.randrange(1, 9)):
        one = rng.choice(list(element.iterdescendants()) or [element])
        if one is element:
            break
        parent, act = one.getparent(), rng.randrange(7)
        if act == 0:
            parent.remove(one)
        elif act in {1, 2}:
            one.text = rng.choice(TEXTS)
        elif act == 3:
            parent.append(copy.deepcopy(one))
        elif act == 4:
            target = rng.choice(list(element.iterdescendants()))
            if target is not one and one not in target.iterancestors():
                target.append(one)
        elif act == 5:
            one.tag = rng.choice(list(element.iterdescendants())).tag
        else:
            one.set(rng.choice(["numero", "datemaj", "info", "tag"]), rng.choice(TEXTS))
    return element


@pytest.mark.parametrize("dialect", DIALECTS)
def test_import_of_wrecked_formations_goes_to_the_end(corsica, tmp_path, dialect):
    namespace, formation = DIALECTS[dialect]
    rng = random.Random(20261122)
    root = etree.fromstring(documents.offer(*[formation] * 150, namespace=namespace))
    for rank, element in enumerate(root.iter(f"{{{namespace}}}formation")):
        element.set("numero", f"F{rank}")
        if rank < 149:
            wrecked(element, rng)
    path = tmp_path / "wrecks.xml"
    path.write_bytes(etree.tostring(root, encoding="ISO-8859-1"))

    result = import_offer(path=path, feed="essai", today=TODAY)

    assert (result.problem, result.run.state, result.formations) == ("", ImportState.DONE, 150)
    assert Training.objects.filter(number="F149", title="Soudeur").exists()
    assert Session.objects.filter(action__training__number="F149", place__commune_id="2A004").exists()
    assert result.refused + result.repaired > 40


@pytest.mark.parametrize("dialect", DIALECTS)
def test_reading_of_wrecked_bytes_ends_with_facts_or_a_clear_refusal(corsica, tmp_path, dialect):
    namespace, formation = DIALECTS[dialect]
    whole = documents.offer(*[formation] * 3, namespace=namespace)
    path = tmp_path / "wreck.xml"
    outcomes = set()
    for seed in range(150):
        rng = random.Random(seed)
        content = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            at, length = rng.randrange(len(content)), rng.choice([1, 1, 1, 4, 200])
            content[at : at + length] = rng.choice([b"", rng.randbytes(length), b"<", b"&", b"\x00", b"]]>"])
        path.write_bytes(content)
        stream = FormationStream(path)

        try:
            read = sum(batch.read for batch in read_batches(stream, documents.GAZETTEER, skip=0))
        except UnreadableFile as refusal:
            outcomes.add(refusal.code)
        else:
            outcomes.add("broken" if stream.problem else "whole")
            assert stream.problem or read >= 1, seed

    assert {"broken", "whole", "xml_unreadable"} <= outcomes <= {
        "broken", "whole", "xml_unreadable", "dialect_unknown", "doctype_refused"
    }  # fmt: skip
