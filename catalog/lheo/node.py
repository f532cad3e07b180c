"""An element with its path and its report: reading a field that is absent is reading nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from lxml import etree

from catalog.enums import FindingAction
from catalog.lheo.facts import Finding
from catalog.lheo.fields import Problem

T = TypeVar("T")
VALUE_LENGTH = 200
_ABSENT = etree.Element("absent")


def text_of(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())


@dataclass
class Node:
    element: etree._Element
    namespace: str
    path: str
    findings: list[Finding]
    identifier: str = ""

    def child(self, name: str) -> "Node":
        """The first child of that name, or a node without content."""
        found = self.element.find(f"{{{self.namespace}}}{name}")
        return self._under(_ABSENT if found is None else found, name)

    def children(self, name: str) -> Iterator["Node"]:
        found = self.element.findall(f"{{{self.namespace}}}{name}")
        for rank, element in enumerate(found, start=1):
            yield self._under(element, f"{name}[{rank}]")

    def among_extras(self, info: str) -> "Node":
        """The first `extra` of that name among the element's own extras, at any depth, or a node without content."""
        extras, extra = f"{{{self.namespace}}}extras", f"{{{self.namespace}}}extra"
        for branch in self.element.findall(extras):
            for found in branch.iter(extra):
                if found.get("info") == info:
                    return self._under(found, f"extras//extra[@info='{info}']")
        return self._under(_ABSENT, f"extras//extra[@info='{info}']")

    def _under(self, element: etree._Element, step: str) -> "Node":
        return Node(element, self.namespace, f"{self.path}/{step}", self.findings, self.identifier)

    def own_text(self) -> str:
        return text_of(self.element).strip()

    def text(self, name: str) -> str:
        return self.child(name).own_text()

    def value(self, name: str, rule: Callable[[str | None], tuple[T, Problem | None]]) -> T | None:
        """The field read by a rule of `catalog.lheo.fields`; what the rule says goes to the report."""
        found = self.element.find(f"{{{self.namespace}}}{name}")
        if found is None:
            return None
        text = text_of(found)
        value, problem = rule(text)
        if problem is not None:
            self.note(name, text, problem.rule, problem.action)
        return value

    def own_value(self, rule: Callable[[str | None], tuple[T, Problem | None]]) -> T | None:
        """The element itself read by a rule; None when it is absent."""
        if self.element is _ABSENT:
            return None
        text = text_of(self.element)
        value, problem = rule(text)
        if problem is not None:
            self._keep(self.path, self.element.get("info") or "", text, problem.rule, problem.action)
        return value

    def attribute(self, name: str, rule: Callable[[str | None], tuple[T, Problem | None]]) -> T | None:
        text = self.element.get(name)
        value, problem = rule(text)
        if problem is not None:
            self.note(f"@{name}", text or "", problem.rule, problem.action)
        return value

    def choice(self, name: str, codes: Mapping[str, T], default: T) -> T:
        """The meaning of a code. An unknown one is refused; absent and refused give the default."""
        text = self.text(name)
        if text and text not in codes:
            self.note(name, text, "code_unknown", FindingAction.REFUSED)
        return codes.get(text, default)

    def note(self, name: str, value: str, rule: str, action: FindingAction) -> None:
        self._keep(f"{self.path}/{name}", name, value, rule, action)

    def _keep(self, path: str, field: str, value: str, rule: str, action: FindingAction) -> None:
        short = " ".join(value.split())[:VALUE_LENGTH]
        self.findings.append(Finding(path, self.identifier, field, short, rule, action))
