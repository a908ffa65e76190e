"""The sheet that lists what was changed or marked, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.patching.places import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sheetgrad.read.book.cells import Place

HEADS = ("Sheet", "Cells", "Formula before", "Formula now", "Why")
WIDTHS = (16, 16, 60, 60, 90)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST = 32_000


class Line(NamedTuple):
    """One cell in the list."""

    sheet: str
    place: Place
    before: str
    now: str
    why: str


class Stretch(NamedTuple):
    """Cells below each other with the same reason, and the formulas of the first."""

    sheet: str
    first: Place
    last: Place
    before: str
    now: str
    why: str


def stretches(lines: Iterable[Line]) -> Iterator[Stretch]:
    """Lines put together where they go down a column."""
    current: Stretch | None = None
    for line in sorted(lines, key=lambda line: (line.sheet, line.place[1], line.place[0])):
        if current is not None and (line.sheet, line.why, bool(line.now)) == (
            current.sheet,
            current.why,
            bool(current.now),
        ):
            below = current.last[0] + 1, current.last[1]
            if line.place == below:
                current = current._replace(last=line.place)
                continue
        if current is not None:
            yield current
        current = Stretch(line.sheet, line.place, line.place, line.before, line.now, line.why)
    if current is not None:
        yield current


def sheet_xml(lines: Iterable[Line], namespace: str) -> bytes:
    """The sheet as a part; everything in it is text, and no text of somebody's becomes a formula."""
    rows: list[tuple[str, ...]] = [HEADS]
    for one in stretches(lines):
        cells = named(one.first) if one.first == one.last else f"{named(one.first)}:{named(one.last)}"
        before = f"={one.before}" if one.before else "(a typed value)"
        rows.append((one.sheet, cells, before, f"={one.now}" if one.now else "(not changed)", one.why))
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>' for place, width in enumerate(WIDTHS, 1)
    )
    body = "".join(_row(number, row) for number, row in enumerate(rows, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{namespace}"><dimension ref="A1:E{len(rows)}"/><sheetViews><sheetView workbookViewId="0"/>'
        f"</sheetViews><cols>{columns}</cols><sheetData>{body}</sheetData></worksheet>"
    ).encode()


def _row(number: int, texts: tuple[str, ...]) -> str:
    cells = "".join(
        f'<c r="{named((number, column))}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escaped(text[:_LONGEST])}</t></is></c>"
        for column, text in enumerate(texts, 1)
    )
    return f'<row r="{number}">{cells}</row>'


def escaped(text: str) -> str:
    """A text as XML has it, without the signs that XML cannot hold."""
    bare = _CONTROLS.sub("", text)
    return bare.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
