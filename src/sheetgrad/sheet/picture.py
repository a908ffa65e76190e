"""The diagram of the network as a native chart: it stays sharp at any size, in every spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.emit.diagram import MOST_LABELS, RADIUS, drawing

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

    from sheetgrad.emit.diagram import Circle, Drawing
    from sheetgrad.setup import Setup
    from sheetgrad.sheet.page import Page

FILLS = {"given": ("#DBEAFE", "#2563EB"), "made": ("#DCFCE7", "#16A34A"), "loss": ("#FEE2E2", "#DC2626")}
MARKER = 50
"""Points across a circle."""
TRIM = 0.85 * RADIUS
"""How far from the middle of its circles a line ends."""
LARGEST = 1_100
"""Pixels."""


def picture(workbook: Workbook, page: Page, setup: Setup) -> Any:  # noqa: ANN401 -- XlsxWriter brings no types
    """A chart of circles and lines; its points are written on `page`."""
    drawn = drawing(setup)
    chart = workbook.add_chart({"type": "scatter", "subtype": "straight"})
    for place, heading in enumerate(("line x", "line y", "label x", "label y", "circle x", "circle y")):
        page.text(0, place, heading, "head")
    _lines(chart, page, drawn)
    _labels(chart, page, drawn)
    row = 1
    for kind in FILLS:
        circles = [circle for circle in drawn.circles if circle.kind == kind]
        if circles:
            _circles(chart, page, drawn, circles, row)
            row += len(circles)
    _frame(chart, drawn)
    return chart


def _series(page: Page, column: int, first: int, last: int) -> dict[str, Any]:
    return {
        "categories": [page.name, first, column, last, column],
        "values": [page.name, first, column + 1, last, column + 1],
    }


def _lines(chart: Any, page: Page, drawn: Drawing) -> None:  # noqa: ANN401 -- XlsxWriter brings no types
    """All lines as one series with gaps."""
    row = 1
    for line in drawn.lines:
        for circle, side in ((line.start, TRIM), (line.end, -TRIM)):
            _point(page, row, 0, circle.x + side, drawn.height - circle.y)
            row += 1
        row += 1
    if drawn.lines:
        chart.add_series(
            {**_series(page, 0, 1, row - 2), "line": {"color": "#9CA3AF", "width": 1.25}, "marker": {"type": "none"}}
        )


def _labels(chart: Any, page: Page, drawn: Drawing) -> None:  # noqa: ANN401 -- XlsxWriter brings no types
    """What stands on the lines, nearer their start, so that crossing lines keep theirs apart."""
    into = {id(circle): sum(line.end is circle for line in drawn.lines) for circle in drawn.circles}
    texts = []
    for place, line in enumerate(drawn.lines):
        if not line.label or into[id(line.end)] > MOST_LABELS:
            continue
        share = 0.3 if place % 2 == 0 else 0.38
        x = line.start.x + share * (line.end.x - line.start.x)
        y = line.start.y + share * (line.end.y - line.start.y) - 9
        texts.append((x, drawn.height - y, _names_in(line.label)))
    texts += [
        (circle.x, drawn.height - circle.y - RADIUS - 15, _names_in(circle.notes[0]))
        for circle in drawn.circles
        if circle.notes and circle.kind != "given"
    ]
    for row, (x, y, _) in enumerate(texts, 1):
        _point(page, row, 2, x, y)
    if texts:
        custom = [{"value": text} for _, _, text in texts]
        labels = {"custom": custom, "position": "center", "value": True, "font": {"size": 10, "color": "#374151"}}
        none = {"none": True}
        chart.add_series(
            {**_series(page, 2, 1, len(texts)), "line": none, "marker": {"type": "none"}, "data_labels": labels}
        )


def _names_in(label: str) -> str:
    """The names without their numbers: those stand in the input cells, where they can change.

    >>> _names_in("w1 = 0.15, w2 = 0.2")
    'w1, w2'
    """
    return ", ".join(part.partition(" = ")[0] for part in label.split(", "))


def _circles(chart: Any, page: Page, drawn: Drawing, circles: list[Circle], first: int) -> None:  # noqa: ANN401 -- XlsxWriter brings no types
    """One series for each colour, the names in the middle."""
    for row, circle in enumerate(circles, first):
        _point(page, row, 4, circle.x, drawn.height - circle.y)
    fill, border = FILLS[circles[0].kind]
    names = [{"value": "\n".join(map(drawn.names.plain, circle.quantities))} for circle in circles]
    chart.add_series(
        {
            **_series(page, 4, first, first + len(circles) - 1),
            "line": {"none": True},
            "marker": {"type": "circle", "size": MARKER, "fill": {"color": fill}, "border": {"color": border}},
            "data_labels": {"custom": names, "position": "center", "value": True,
                            "font": {"size": 11, "bold": True, "color": "#1F2937"}},
        }
    )  # fmt: skip


def _point(page: Page, row: int, column: int, x: float, y: float) -> None:
    page.number(row, column, x, "plain")
    page.number(row, column + 1, y, "plain")


def _frame(chart: Any, drawn: Drawing) -> None:  # noqa: ANN401 -- XlsxWriter brings no types
    """No axes, no legend, and as much room as the drawing needs."""
    hidden = {"visible": False, "major_gridlines": {"visible": False}}
    chart.set_x_axis({"min": 0, "max": drawn.width, **hidden})
    chart.set_y_axis({"min": 0, "max": drawn.height, **hidden})
    chart.set_legend({"none": True})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"color": "#D1D5DB"}})
    chart.set_plotarea({"layout": {"x": 0.01, "y": 0.01, "width": 0.98, "height": 0.98}})
    scale = min(1.15, LARGEST / max(drawn.width, drawn.height))
    chart.set_size({"width": max(420, drawn.width * scale), "height": max(300, drawn.height * scale)})
