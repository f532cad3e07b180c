"""Elements of LHEO as they are written: one namespace, texts within the lengths of the schema."""

import datetime

from lxml import etree

LHEO_23 = "http://lheo.gouv.fr/2.3"
# Lines of an address, in the schema.
LINE_LENGTH = 50
ALL_PUBLICS = "83056"
# European level to the code of the table « niveaux », version 2.3.
LEVEL_CODES = {level: str(10 + level) for level in range(1, 9)}


def as_day(date: datetime.date) -> str:
    return f"{date:%Y%m%d}"


class ElementWriter:
    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def _new(self, name: str, **attributes: str) -> etree._Element:
        # The default namespace: lxml takes None for its prefix.
        return etree.Element(f"{{{self.namespace}}}{name}", attributes, nsmap={None: self.namespace})  # type: ignore[dict-item]

    def _add(self, parent: etree._Element, name: str, **attributes: str) -> etree._Element:
        return etree.SubElement(parent, f"{{{self.namespace}}}{name}", attributes)

    def _text(self, parent: etree._Element, name: str, text: str, **attributes: str) -> None:
        self._add(parent, name, **attributes).text = text
