"""Every rule that an import may report has words for whoever wrote the file."""

import re
from pathlib import Path

import catalog
from catalog.lheo import fields
from catalog.registers.declared import siren_of
from catalog.registers.records import Export, RecordReader
from catalog.wording import RULES

ROOM = Path(catalog.__file__).parent
NAMED = re.compile(
    r"""(?:refused|repaired)\(\s*f?"([a-z_{}.() ]+)" | "([a-z_]+)",\s*FindingAction
    | \brule\b[^=\n]*=\s*"([a-z_]+)" | else\ "([a-z_]+)"\)?$""",
    re.M | re.X,
)


def rules_in_the_code():
    for folder in ("lheo", "registers", "services"):
        for path in (ROOM / folder).rglob("*.py"):
            for found in NAMED.finditer(path.read_text()):
                yield from filter(None, found.groups())


def test_every_rule_in_the_code_has_its_words():
    rules = set(rules_in_the_code())
    patterns = {rule for rule in rules if "{" in rule}

    assert len(rules) > 30
    assert sorted(rules - patterns - RULES.keys()) == []
    for pattern in patterns:
        start, _, end = re.sub(r"\{.*\}", "*", pattern).partition("*")
        assert any(rule.startswith(start) and rule.endswith(end) for rule in RULES), pattern


WRONG_NUMBERS = (
    "",
    "x",
    "1" * 9,
    "1" * 11,
    "1" * 14,
    "0" * 9,
    "0" * 11,
    "0" * 14,
    "9" * 11,
    "١" * 14,
    "11X50000001",
)


def test_every_cause_of_a_wrong_number_has_its_words():
    problems = [rule(text)[1] for rule in (fields.siret, fields.nda) for text in WRONG_NUMBERS]
    export = Export()
    for text in WRONG_NUMBERS:
        siren_of(RecordReader(export, "liste[1]"), text)

    found = {problem.rule for problem in problems if problem} | {finding.rule for finding in export.findings}
    assert len(found) > 8
    assert found <= RULES.keys()


def test_words_are_sentences():
    for rule, said in RULES.items():
        assert said.problem[0].isupper(), rule
        assert said.problem[-1] not in ".:", rule
        assert said.advice.endswith((".", ")")), rule
