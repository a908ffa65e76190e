"""Formulas and cells of a table as they stand in the author's sheets, also where the table was folded."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sheetgrad.check.book.frames import references
from sheetgrad.check.book.layout import Layout, Site
from sheetgrad.check.book.spelling import address, formula, quoted
from sheetgrad.check.findings import Mended
from sheetgrad.read.book.cells import CELLS, Call, Range, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.check.book.frames import Table
    from sheetgrad.check.book.stretches import Stretch
    from sheetgrad.read.book.cells import Formula, Place, Tree

LISTED = 4
"""Blocks of cells that are named one by one; of more, regular ones, the first two and the last."""


def spelled(table: Table, tree: Tree, across: int, line: int) -> str:
    """A formula as the cell of a track holds it on a line."""
    if table.layout is None:
        return formula(tree, table.place(across, line))
    site = table.layout.site(across, line)
    if site is None:
        return ""
    own = authors(table, across, line)
    held = table.cells.get(across, {}).get(line)
    if own is not None and own.tree is not None and held is not None and held.formula and held.formula.tree == tree:
        return formula(own.tree, site.place)
    return formula(unfolded(table.layout, tree, site, (line, across), own), site.place)


def authors(table: Table, across: int, line: int) -> Formula | None:
    """The formula that a cell holds in the file."""
    site = None if table.layout is None else table.layout.site(across, line)
    if site is None or table.layout is None:
        cell = table.cells.get(across, {}).get(line)
        return None if cell is None else cell.formula
    part = table.layout.parts.get(site.sheet)
    found = None if part is None else part.sheet.cells.get(site.place)
    return None if found is None else found.formula


def unfolded(layout: Layout, tree: Tree, site: Site, here: Place, own: Formula | None) -> Tree:
    """A formula over lines and tracks as one over cells; a cell is written as the author wrote it, if he did."""
    known = {} if own is None else {_site(one, site): one for one in references(own.tree) if isinstance(one, Reference)}

    def cell(reference: Reference) -> Reference:
        target = _target(layout, reference, here)
        if target in known:
            return known[target]
        sheet = None if target.sheet == site.sheet else target.sheet
        row, column = target.place
        if reference.row_fixed:
            return Reference(row, column, row_fixed=True, column_fixed=True, sheet=sheet)
        return Reference(row - site.place[0], column - site.place[1], sheet=sheet)

    def of(part: Tree) -> Tree:
        match part:
            case Reference():
                return cell(part)
            case Range(first=first, last=last):
                return Range(cell(first), cell(last))
            case Call(function=function, arguments=arguments) if function == CELLS:
                return _range([one for one in map(of, arguments) if isinstance(one, Reference)], site)
            case Call(function=function, arguments=arguments):
                flat: list[Tree] = []
                for argument in map(of, arguments):
                    several = isinstance(argument, Call) and argument.function == CELLS
                    flat += argument.arguments if several and isinstance(argument, Call) else (argument,)
                return Call(function, tuple(flat))
        return part

    return of(tree)


def _site(reference: Reference, site: Site) -> Site:
    return Site(reference.sheet or site.sheet, reference.at(site.place))


def _target(layout: Layout, reference: Reference, here: Place) -> Site:
    """The cell that a reference of a line means."""
    if reference.sheet is None:
        line, track = reference.at(here)
        return layout.site(track, line) or Site("", (line, track))
    if reference.row_fixed:
        return Site(reference.sheet, (reference.row, reference.column))
    moves = layout.outside.get((reference.sheet, reference.row, reference.column), 0)
    along = reference.row + moves * layout.block(here[0])
    sideways = next(iter(layout.parts.values())).sideways
    return Site(reference.sheet, (reference.column, along) if sideways else (along, reference.column))


def _range(cells: list[Reference], site: Site) -> Tree:
    """Cells as one range where they fill a block, else one by one."""
    if len({cell.sheet for cell in cells}) == 1:
        places = [cell.at(site.place) for cell in cells]
        rows, columns = ({place[axis] for place in places} for axis in (0, 1))
        size = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
        if size == len(set(places)) == len(places):
            first, last = (min, max)
            corners = [cells[places.index((pick(rows), pick(columns)))] for pick in (first, last)]
            return Range(corners[0], corners[1])
    return Call(CELLS, tuple(cells))


def stays(table: Table, stretch: Stretch, reference: Reference) -> bool:
    """Whether the author wrote a reference with a `$`, in a formula that only one block has."""
    layout, own = table.layout, authors(table, stretch.across, stretch.first)
    site = None if layout is None else layout.site(stretch.across, stretch.first)
    if layout is None or own is None or site is None:
        return False
    target = _target(layout, reference, (stretch.first, stretch.across))
    written = [one for one in references(own.tree) if isinstance(one, Reference) and _site(one, site) == target]
    fixed = [one.column_fixed if layout.parts[site.sheet].sideways else one.row_fixed for one in written]
    return target.sheet == site.sheet and any(fixed)


def cell_name(table: Table, place: Place) -> str:
    """A cell of a table as `AC33`, with its sheet where the table has several."""
    if table.layout is None:
        return address(place)
    line, across = place
    site = table.layout.site(across, line)
    if site is None:
        return address(place)
    return (f"{quoted(site.sheet)}!" if len(table.layout.parts) > 1 else "") + address(site.place)


def named(table: Table, reference: Reference, place: Place) -> str:
    """The cell that a formula at a place of the table names, as `AC33`."""
    if table.layout is None or reference.sheet is None:
        return cell_name(table, reference.at(place))
    target = _target(table.layout, reference, place)
    return f"{quoted(target.sheet)}!{address(target.place)}" if len(table.layout.parts) > 1 else address(target.place)


def sites(table: Table, across: int, lines: Iterable[int]) -> list[Site]:
    """The cells of a track of a folded table."""
    layout = table.layout
    found = [] if layout is None else [layout.site(across, line) for line in lines]
    return [site for site in found if site is not None]


def mended(table: Table, stretch: Stretch, right: Tree | None) -> tuple[Mended, ...]:
    """The cells of a stretch of a folded table, each with the formula that would be right in it."""
    layout = table.layout
    if layout is None:
        return ()
    found = []
    for line in (line for run in stretch.runs for line in range(run.first, run.last + 1)):
        site = layout.site(stretch.across, line)
        if site is not None:
            text = "" if right is None else spelled(table, right, stretch.across, line)
            found.append(Mended(site.sheet, *site.place, "" if CELLS in text else text))
    return tuple(found)


def where(found: Iterable[Site]) -> str:
    """Cells in words: `Batch!N3:N6,N8:N11,…,N48:N51`, where three dots go on as the two before them do."""
    every = list(dict.fromkeys(found))
    if not every:
        return ""
    sheet = every[0].sheet
    blocks = _blocks({site.place for site in every if site.sheet == sheet})
    words = [address(first) if first == last else f"{address(first)}:{address(last)}" for first, last in blocks]
    if len(words) > LISTED:
        words = [*words[:2], "…", words[-1]] if _regular(blocks) else [*words[:LISTED], "…", words[-1]]
    return f"{sheet}!{','.join(words)}"


def _blocks(places: set[Place]) -> list[tuple[Place, Place]]:
    """Cells as blocks: stretches of columns, joined with equal ones beside them."""
    stretches: dict[tuple[int, int], list[int]] = {}
    by_column: dict[int, list[int]] = {}
    for row, column in places:
        by_column.setdefault(column, []).append(row)
    for column in sorted(by_column):
        rows = sorted(by_column[column])
        start = rows[0]
        for row, after in zip(rows, [*rows[1:], 0], strict=True):
            if after != row + 1:
                stretches.setdefault((start, row), []).append(column)
                start = after
    found: list[tuple[Place, Place]] = []
    for (top, bottom), columns in stretches.items():
        left = columns[0]
        for column, after in zip(columns, [*columns[1:], 0], strict=True):
            if after != column + 1:
                found.append(((top, left), (bottom, column)))
                left = after
    return sorted(found)


def _regular(blocks: list[tuple[Place, Place]]) -> bool:
    """Whether blocks are of one size and stand at equal distances."""
    steps = {(b[0][0] - a[0][0], b[0][1] - a[0][1], b[1][0] - a[1][0], b[1][1] - a[1][1]) for a, b in pairwise(blocks)}
    return len(steps) == 1


__all__ = ["authors", "cell_name", "named", "sites", "spelled", "unfolded", "where"]
