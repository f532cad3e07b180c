"""From series of integers to a drawing and a table that say the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

import pygal
from django.utils.safestring import SafeString, mark_safe
from pygal.style import Style

from cpa_portal.kernel.charts.drawing import LOOKS, redraw
from cpa_portal.kernel.charts.scale import ticks

Value = int | None
ABSENT = "–"
# Units of the drawing, not pixels: it fills its column. The letters stay readable in 320 pixels.
WIDTH, HEIGHT, LETTERS = 640, 360, 18
# Beyond, the labels of the horizontal axis would touch: one in two, in three … is written.
LABELS_WRITTEN = 8


class ChartKind(StrEnum):
    BARS = "bars"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its data. `svg` is safe to put in a page as it is; `rows` begin with their label."""

    svg: SafeString
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def draw_chart(
    *,
    kind: ChartKind,
    caption: str,
    label_header: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[Value]],
    format_value: Callable[[int], str] = str,
    unit: int = 1,
    description: str = "",
) -> Chart:
    """Draw one to four series over common labels; None is a missing value, a gap in the drawing.

    Values are integers in their own unit (cents, minutes); `format_value` writes them, `unit` is what the
    graduations are a multiple of (100 for whole euros, 60 for whole hours). `description` is read by
    screen readers; by default it sends to the table. Raises ValueError when series and labels do not match.
    """
    _check(labels, series)
    drawn = _pygal_chart(kind, labels, series, format_value, unit)
    svg = redraw(
        drawn,
        identifier="chart-" + sha256(repr((kind, caption, labels, series)).encode()).hexdigest()[:12],
        title=caption,
        description=description or "Les mêmes valeurs figurent dans le tableau qui accompagne ce graphique.",
        lines=kind is ChartKind.LINES,
    )
    return Chart(
        # Rebuilt element by element from a list of what is allowed, and serialised by lxml, which escapes.
        svg=mark_safe(svg),
        caption=caption,
        header=(label_header, *series),
        rows=tuple(_rows(labels, series, format_value)),
    )


def _check(labels: Sequence[str], series: Mapping[str, Sequence[Value]]) -> None:
    if not 1 <= len(series) <= len(LOOKS):
        raise ValueError(f"a chart holds one to {len(LOOKS)} series")
    if any(len(values) != len(labels) for values in series.values()):
        raise ValueError("each series has one value for each label")


def _pygal_chart(
    kind: ChartKind,
    labels: Sequence[str],
    series: Mapping[str, Sequence[Value]],
    format_value: Callable[[int], str],
    unit: int,
) -> bytes:
    graduations = ticks([value for values in series.values() for value in values if value is not None], unit)
    every = -(-len(labels) // LABELS_WRITTEN)
    graph = (pygal.Line if kind is ChartKind.LINES else pygal.Bar)(
        width=WIDTH, height=HEIGHT, margin=8, spacing=12, js=(), css=(), no_prefix=True,
        disable_xml_declaration=True, allow_interruptions=True, show_legend=len(series) > 1,
        legend_at_bottom=True, legend_box_size=LETTERS, dots_size=4, no_data_text="Aucune donnée",
        range=(graduations[0], graduations[-1]), y_labels=graduations,
        x_labels_major_every=max(every, 1), show_minor_x_labels=every <= 1,
        style=Style(label_font_size=LETTERS, major_label_font_size=LETTERS, legend_font_size=LETTERS),
        value_formatter=lambda value: format_value(round(value)), truncate_legend=40, truncate_label=-1,
    )  # fmt: skip
    graph.x_labels = [_printable(label) for label in labels]
    for name, values in series.items():
        graph.add(_printable(name), list(values))
    drawn = graph.render()
    return drawn if isinstance(drawn, bytes) else drawn.encode()


def _printable(text: str) -> str:
    # XML holds no control character, and lxml refuses the whole drawing for one.
    return "".join(character if character.isprintable() else " " for character in text)


def _rows(
    labels: Sequence[str], series: Mapping[str, Sequence[Value]], format_value: Callable[[int], str]
) -> list[tuple[str, ...]]:
    columns = [
        [ABSENT if value is None else format_value(value) for value in values] for values in series.values()
    ]
    return [(label, *cells) for label, *cells in zip(labels, *columns, strict=True)]
