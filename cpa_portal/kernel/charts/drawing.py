"""Rebuilds what pygal draws so that it lives under `style-src 'self'; script-src 'self'` in an HTML page.

Pygal writes a style sheet, a script with its whole configuration, tooltips and style attributes: all are left
behind. Only the elements and attributes named here pass, and looks become presentation attributes, which a
Content-Security-Policy does not touch. Text takes the colour of the page, so that dark theme and forced
colours apply.
"""

from dataclasses import dataclass

from lxml import etree

SVG = "http://www.w3.org/2000/svg"
_KEPT = {
    "g": ("transform",),
    "path": ("d",),
    "rect": ("x", "y", "width", "height"),
    "circle": ("cx", "cy", "r"),
    "text": ("x", "y", "transform"),
}
# Groups and shapes of no use without script, or that would cover the page's own background.
_LEFT_OUT = frozenset({"tooltip-overlay", "text-overlay", "background"})


@dataclass(frozen=True, slots=True)
class Look:
    """A series is told by its colour and by something else: hatching of bars, dashes of a line.

    The colours keep a contrast of 3:1 on white and on the dark theme's #161616.
    """

    colour: str
    hatching: str
    dashes: str


LOOKS = (
    Look("#6a6af4", "", ""),
    Look("#c9191e", "M0 8L8 0", "10 5"),
    Look("#18753c", "M4 0V8", "3 4"),
    Look("#b34000", "M0 4H8", "14 4 3 4"),
)


def redraw(source: bytes, *, identifier: str, title: str, description: str, lines: bool) -> str:
    """The inner SVG element, with its name and description for assistive technologies.

    `identifier` makes the ids: give each drawing of a page its own.
    """
    drawn = etree.fromstring(source, parser=etree.XMLParser(resolve_entities=False, no_network=True))
    root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})  # type: ignore[dict-item]
    root.set("viewBox", drawn.get("viewBox", ""))
    root.set("role", "img")
    root.set("focusable", "false")
    root.set("aria-labelledby", f"{identifier}-title {identifier}-desc")
    _add_text(root, "title", title, f"{identifier}-title")
    _add_text(root, "desc", description, f"{identifier}-desc")
    _add_hatchings(root, identifier)
    pen = _Pen(identifier=identifier, lines=lines)
    for child in drawn:
        pen.copy(child, root, context=())
    return etree.tostring(root, encoding="unicode")


@dataclass(frozen=True, slots=True)
class _Pen:
    identifier: str
    lines: bool

    def copy(self, element: etree._Element, parent: etree._Element, context: tuple[str, ...]) -> None:
        """Copy an allowed element and its content; `context` gathers the classes of what surrounds it."""
        # A comment has no text for a tag.
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name not in _KEPT:
            return
        classes = element.get("class", "").split()
        if _LEFT_OUT.intersection(classes):
            return
        surroundings = (*context, *classes)
        copied = etree.SubElement(parent, f"{{{SVG}}}{name}")
        for attribute in _KEPT[name]:
            if attribute in element.attrib:
                copied.set(attribute, element.attrib[attribute])
        if not self._give_look(copied, name, surroundings):
            parent.remove(copied)
            return
        copied.text = element.text if name == "text" else None
        for child in element:
            self.copy(child, copied, surroundings)

    def _give_look(self, element: etree._Element, name: str, classes: tuple[str, ...]) -> bool:
        """Set the presentation attributes; False for what is better not drawn."""
        look = _look_of(classes)
        if name == "text":
            _set(element, fill="currentColor", font_size="18", text_anchor=_anchor(classes))
        elif name == "path" and "axis" in classes:
            return _draw_axis(element, classes)
        elif name == "path":
            _draw_line(element, look)
        elif name == "rect" and self.lines:
            _draw_legend_line(element, look)
        elif name == "rect":
            _set(element, fill=self._filling(look), stroke=look.colour)
        elif name == "circle":
            _set(element, fill=look.colour)
        return True

    def _filling(self, look: Look) -> str:
        return f"url(#{self.identifier}-{LOOKS.index(look)})" if look.hatching else look.colour


def _look_of(classes: tuple[str, ...]) -> Look:
    rank = next((int(name[6:]) for name in reversed(classes) if name.startswith("color-")), 0)
    return LOOKS[rank]


def _anchor(classes: tuple[str, ...]) -> str:
    if "legend" in classes:
        return "start"
    return "end" if "y" in classes and "axis" in classes else "middle"


def _draw_axis(element: etree._Element, classes: tuple[str, ...]) -> bool:
    guide = "guide" in classes
    if guide and "x" in classes:
        return False
    _set(element, fill="none", stroke="currentColor", stroke_opacity="0.2" if guide else "1")
    return True


def _draw_line(element: etree._Element, look: Look) -> None:
    _set(element, fill="none", stroke=look.colour, stroke_width="3")
    if look.dashes:
        _set(element, stroke_dasharray=look.dashes)


def _draw_legend_line(element: etree._Element, look: Look) -> None:
    """In place of the legend's square, a piece of the line: a square does not show dashes."""
    x, y, width, height = (float(element.attrib.pop(name)) for name in ("x", "y", "width", "height"))
    element.tag = f"{{{SVG}}}path"
    element.set("d", f"M{x - width / 2:g} {y + height / 2:g}h{width * 1.5:g}")
    _draw_line(element, look)


def _add_text(root: etree._Element, name: str, text: str, identifier: str) -> None:
    element = etree.SubElement(root, f"{{{SVG}}}{name}", id=identifier)
    element.text = "".join(character if character.isprintable() else " " for character in text)


def _add_hatchings(root: etree._Element, identifier: str) -> None:
    definitions = etree.SubElement(root, f"{{{SVG}}}defs")
    for rank, look in enumerate(LOOKS):
        if not look.hatching:
            continue
        pattern = etree.SubElement(definitions, f"{{{SVG}}}pattern", id=f"{identifier}-{rank}")
        _set(pattern, width="8", height="8", patternUnits="userSpaceOnUse")
        _set(etree.SubElement(pattern, f"{{{SVG}}}rect"), width="8", height="8", fill=look.colour)
        _set(etree.SubElement(pattern, f"{{{SVG}}}path"), d=look.hatching, stroke="#ffffff", stroke_width="2")


def _set(element: etree._Element, **attributes: str) -> None:
    for name, value in attributes.items():
        element.set(name.replace("_", "-"), value)
