"""An element with its path and its report: reading a field that is absent is reading nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from lxml import etree

from catalog.enums import FindingAction
from catalog.lheo.facts import Finding
from catalog.lheo.fields import Problem

T = TypeVar("T")
VALUE_LENGTH = 200
_ABSENT = etree.Element("absent")


def text_of(element: etree._Element) -> str:
    if not len(element):
        return element.text or ""
    return "".join(str(part) for part in element.itertext())


def line_of(element: etree._Element | None) -> int | None:
    """The line of the file where the element begins, from 1; None for what no file holds."""
    return None if element is None else cast("int | None", element.sourceline)


@dataclass
class Node:
    element: etree._Element
    namespace: str
    path: str
    findings: list[Finding]
    identifier: str = ""
    # Where an absent element would have been.
    holder: etree._Element | None = None
    _named: dict[str, list[etree._Element]] = field(default_factory=dict)

    def _children(self, name: str) -> Sequence[etree._Element]:
        # Most nodes are asked for many of their children: looking for each anew took half of the reading.
        if not self._named:
            for element in self.element:
                self._named.setdefault(element.tag, []).append(element)
        return self._named.get(f"{{{self.namespace}}}{name}", ())

    def child(self, name: str) -> "Node":
        """The first child of that name, or a node without content."""
        found = self._children(name)
        return self._under(found[0] if found else _ABSENT, name)

    def children(self, name: str) -> Iterator["Node"]:
        for rank, element in enumerate(self._children(name), start=1):
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
        holder = self.element if element is _ABSENT and self.element is not _ABSENT else self.holder
        return Node(element, self.namespace, f"{self.path}/{step}", self.findings, self.identifier, holder)

    def own_text(self) -> str:
        return text_of(self.element).strip()

    def text(self, name: str) -> str:
        found = self._children(name)
        return text_of(found[0]).strip() if found else ""

    def value(self, name: str, rule: Callable[[str | None], tuple[T, Problem | None]]) -> T | None:
        """The field read by a rule of `catalog.lheo.fields`; what the rule says goes to the report."""
        found = self._children(name)
        if not found:
            return None
        text = text_of(found[0])
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
            name = self.element.get("info") or ""
            self._keep(self.path, name, text, problem.rule, problem.action, self.element)
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
        found = self._children(name)
        self._keep(f"{self.path}/{name}", name, value, rule, action, found[0] if found else self.element)

    def _keep(
        self, path: str, field: str, value: str, rule: str, action: FindingAction, element: etree._Element
    ) -> None:
        short = " ".join(value.split())[:VALUE_LENGTH]
        line = line_of(self.holder if element is _ABSENT else element)
        self.findings.append(Finding(path, self.identifier, field, short, rule, action, line))
