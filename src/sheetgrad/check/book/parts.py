"""Where a step begins on each sheet that belongs to a folded table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.book.frames import references
from sheetgrad.check.book.layout import Layout, Part
from sheetgrad.check.book.periods import Repeat, cells_of, repeat
from sheetgrad.read.book.cells import Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.read.book.cells import Book, Place, Reference, Sheet

MOST_LINES = 20_000
"""Steps of one table."""
MOST_CELLS = 2_000
"""Rows of one block."""
UNEVEN = 2
"""Blocks that one sheet may have more than another: starts, or steps that lead nowhere."""


class _Sheet(NamedTuple):
    sheet: Sheet
    repeat: Repeat


class _Edge(NamedTuple):
    """A formula's row, and the first and last row that one of its references names on a sheet."""

    row: int
    sheet: str
    first: int
    last: int
    fixed: bool


def layouts(book: Book, done: set[str], *, sideways: bool) -> Iterator[Layout]:
    """The folded tables that the sheets of a book not yet done could hold, as far as the places of blocks tell."""
    found = {
        sheet.name: _Sheet(sheet, one)
        for sheet in book.sheets
        if sheet.name not in done and (one := repeat(sheet, sideways=sideways)) is not None
    }
    taken: set[str] = set()
    for name, held in found.items():
        if held.repeat.stride > 1 and name not in taken | done:
            group = _together(book, name, found, sideways=sideways)
            if any(other in done for other in group):
                continue
            taken |= set(group)
            made = _layout(group, name, sideways=sideways)
            if made is not None:
                yield made


def _together(book: Book, name: str, found: Mapping[str, _Sheet], *, sideways: bool) -> dict[str, _Sheet]:
    """A sheet and those that look at it and are looked at by it."""
    group = {name: found[name]}
    looks = {sheet.name: _looked_at(sheet) for sheet in book.sheets}
    for sheet in book.sheets:
        if sheet.name != name and sheet.name in looks[name] and name in looks[sheet.name]:
            other = found.get(sheet.name) or _rows(sheet, sideways=sideways)
            group |= {} if other is None else {sheet.name: other}
    return group


def _looked_at(sheet: Sheet) -> set[str]:
    formulas = {id(cell.formula): cell.formula for cell in sheet.cells.values() if cell.formula is not None}
    named = (one for formula in formulas.values() for one in references(formula.tree))
    ends = ((one.first if isinstance(one, Range) else one) for one in named)
    return {end.sheet for end in ends if end.sheet is not None}


def _rows(sheet: Sheet, *, sideways: bool) -> _Sheet | None:
    """A sheet whose formulas never come back but stand in long columns: a row for each step."""
    rows = [along for column in cells_of(sheet, sideways=sideways).values() for along in column]
    return _Sheet(sheet, Repeat(1, min(rows), max(rows))) if rows else None


def _layout(group: Mapping[str, _Sheet], name: str, *, sideways: bool) -> Layout | None:
    edges = {one: list(_edges(group[one], sideways=sideways)) for one in group}
    parts: dict[str, Part] = {}
    for one, held in group.items():
        inside = [edge for edge in edges[one] if edge.sheet == one and _moves(edge, held.repeat)]
        ranges = [edge for other in group for edge in edges[other] if edge.sheet == one and other != one]
        first = _beginning(held, [*_rows_of(inside), *((edge.first, edge.last) for edge in ranges)], sideways=sideways)
        parts[one] = Part(held.sheet, sideways, first, held.repeat.stride)
    parts = _aligned(parts, name, edges)
    blocks = [
        (along - parts[one].first) // parts[one].stride
        for one, held in group.items()
        for along in (held.repeat.first, held.repeat.last)
    ]
    lowest, highest = min(blocks), max(blocks)
    counts = [(held.repeat.last + 1 - held.repeat.first) // held.repeat.stride for held in group.values()]
    if max(counts) - min(counts) > UNEVEN:
        return None  # steps of one sheet are no steps of another
    size = sum(part.stride for part in parts.values())
    return Layout(parts, lowest, highest) if highest - lowest < MOST_LINES and size < MOST_CELLS else None


def _moves(edge: _Edge, repeat: Repeat) -> bool:
    """Whether a reference is to a cell of the blocks: what is fixed may be so to the cell of each block alone."""
    near = edge.row - edge.last < repeat.stride and edge.row >= repeat.first + repeat.stride
    return near if edge.fixed else edge.row - edge.first <= 2 * repeat.stride


def _rows_of(edges: Sequence[_Edge]) -> Iterator[tuple[int, int]]:
    for edge in edges:
        yield min(edge.row, edge.first), max(edge.row, edge.last)


def _edges(held: _Sheet, *, sideways: bool) -> Iterator[_Edge]:
    """What the formulas of two blocks in the middle name."""
    stride, first, last = held.repeat
    middle = first + max(0, (last - first) // (2 * stride)) * stride
    low, high = (middle, middle + 2 * stride) if stride > 1 else (first, last + 1)
    low = min(low, max(first, last + 1 - 2 * stride))
    for across, column in cells_of(held.sheet, sideways=sideways).items():
        for along, cell in column.items():
            if not low <= along < high or cell.formula is None:
                continue
            place = (across, along) if sideways else (along, across)
            for one in references(cell.formula.tree):
                ends = (one.first, one.last) if isinstance(one, Range) else (one, one)
                rows = [_along(end, place, sideways=sideways) for end in ends]
                fixed = ends[0].column_fixed if sideways else ends[0].row_fixed
                yield _Edge(along, ends[0].sheet or held.sheet.name, min(rows), max(rows), fixed)


def _along(reference: Reference, place: Place, *, sideways: bool) -> int:
    return reference.at(place)[1 if sideways else 0]


def _beginning(held: _Sheet, spans: Sequence[tuple[int, int]], *, sideways: bool) -> int:
    """The row at which a block begins: where the fewest references are cut."""
    stride, first, _ = held.repeat
    if stride == 1:
        return first
    cuts: Counter[int] = Counter()
    for low, high in spans:
        for row in range(low + 1, min(high, low + stride) + 1):
            cuts[row % stride] += 1
    used = {place[1 if sideways else 0] % stride for place, cell in held.sheet.cells.items() if cell.formula}

    def rank(row: int) -> tuple[int, bool, int]:
        return cuts[row % stride], (row - 1) % stride in used, first - row

    return min(range(first - stride + 1, first + 1), key=rank)


def _aligned(parts: Mapping[str, Part], name: str, edges: Mapping[str, Sequence[_Edge]]) -> dict[str, Part]:
    """The parts, with the blocks of all sheets counted alike: most cells name cells of their own step."""
    found = {name: parts[name]}
    for other, part in parts.items():
        if other == name:
            continue
        votes: Counter[int] = Counter()
        for one, two, sign in ((other, name, 1), (name, other, -1)):
            for edge in edges[one]:
                if edge.sheet == two:
                    here = (edge.row - parts[one].first) // parts[one].stride
                    there = (edge.first - parts[two].first) // parts[two].stride
                    votes[sign * (here - there)] += 1
        ahead = max(votes, key=lambda shift: votes[shift], default=0)
        found[other] = part._replace(first=part.first + ahead * part.stride)
    return found
