"""Cells of a folded table that hold one formula, copied down the samples of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.encoding import Encoder
from sheetgrad.check.book.unfolding import authors, unfolded
from sheetgrad.read.book.cells import CELLS, Call, Range, Reference

if TYPE_CHECKING:
    from collections.abc import Hashable

    from sheetgrad.check.book.frames import Table
    from sheetgrad.check.book.layout import Part, Site
    from sheetgrad.read.book.cells import Book, Formula, Place, Tree


def key_of(table: Table, across: int, line: int) -> Hashable:
    """What the cells of one copied formula have in common on a line; None for a table that was not folded."""
    layout = table.layout
    site = None if layout is None else layout.site(across, line)
    own = authors(table, across, line)
    if layout is None or site is None or own is None:
        return None
    braces, mark, _ = own.shape.rpartition("}[")
    if mark:  # an element of a block that one formula fills
        return site.sheet, braces, layout.block(line)
    return site.sheet, _start(layout.parts[site.sheet], site.place, own), id(own)


def _start(part: Part, place: Place, own: Formula) -> Place:
    """The first of the cells that follow each other and hold one formula."""
    row, column = place
    down, right = (0, 1) if part.sideways else (1, 0)
    while (cell := part.sheet.cells.get((row - down, column - right))) is not None and cell.formula is own:
        row, column = row - down, column - right
    return row, column


def families(table: Table, line: int) -> dict[int, tuple[int, ...]]:
    """For the first track of each copied formula: all that have it."""
    found: dict[Hashable, list[int]] = {}
    for across in table.tracks:
        key = key_of(table, across, line)
        if key is not None:
            found.setdefault(key, []).append(across)
    return {members[0]: tuple(members) for members in found.values() if len(members) > 1}


def beside(table: Table, across: int) -> list[int]:
    """Tracks that are easily taken for each other: those of the same row of a block, and of blocks of one row."""
    layout = table.layout
    if layout is None or across > len(layout.spots):
        return list(table.tracks)
    spot = layout.spots[across - 1]
    near = {number for number, other in enumerate(layout.spots, 1) if other[:2] == spot[:2]}
    rows = {name for name, part in layout.parts.items() if part.stride == 1}
    return [track for track in table.tracks if track in near or layout.spots[track - 1].sheet in rows]


class Copies:
    """Copies formulas of a folded table from cell to cell as a spreadsheet does."""

    def __init__(self, book: Book, table: Table) -> None:
        """Start with a table."""
        self.table = table
        layout = table.layout
        self.encoder = None if layout is None else Encoder(layout, {sheet.name: sheet for sheet in book.sheets})

    def moved(self, tree: Tree, across: int, other: int, line: int) -> Tree | None:
        """A formula of a track, as it would be on another if it were copied there."""
        layout = self.table.layout
        if layout is None or self.encoder is None:
            return None
        here, there = layout.site(across, line), layout.site(other, line)
        if here is None or there is None or here.sheet != there.sheet:
            return None
        plain = unfolded(layout, tree, here, (line, across), authors(self.table, across, line))
        copied = _anchored(plain, here, sideways=layout.parts[here.sheet].sideways)
        return None if copied is None else self.encoder.tree(copied, there, (line, other), still=False)


def _anchored(tree: Tree, here: Site, *, sideways: bool) -> Tree | None:
    """A formula in which cells of other rows are fixed, as weights are that all samples use."""
    match tree:
        case Reference() if tree.sheet is None:
            moves = tree.column if sideways else tree.row
            fixed = tree.column_fixed if sideways else tree.row_fixed
            if fixed or moves == 0:
                return tree
            row, column = tree.at(here.place)
            return Reference(row, column, row_fixed=True, column_fixed=True)
        case Reference():
            return Reference(*tree.at(here.place), row_fixed=True, column_fixed=True, sheet=tree.sheet)
        case Call(function=function) if function == CELLS:
            return None
        case Call(function=function, arguments=arguments):
            made = [_anchored(argument, here, sideways=sideways) for argument in arguments]
            return None if any(one is None for one in made) else Call(function, tuple(one for one in made if one))
        case Range():
            return tree
    return tree
