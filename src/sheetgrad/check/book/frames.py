"""Where the tables of a sheet are: runs of one formula, down the rows or along the columns.

A table is found by its formulas, not by its heads: lines (rows, or columns in a
table that lies on its side) that hold the same formulas, joined by the cells that
these formulas name. A *track* is one quantity of the table, line after line.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sheetgrad.read.book.cells import Call, Range, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.check.book.layout import Layout
    from sheetgrad.read.book.cells import Cell, Formula, Place, Sheet, Tree

    Lines: TypeAlias = Mapping[int, Mapping[int, Cell]]

REACH = 3
"""Lines between a formula and a cell of the same table that it names."""
FEWEST = 3
"""Columns with formulas that make a table."""
MOSTLY = 0.8
"""Where so many formulas of a sheet repeat the one above them, its tables stand upright."""
WIDEST_RANGE = 200
"""Cells of a range that are followed one by one."""


class Run(NamedTuple):
    """Lines that follow one another and hold one formula, or numbers where it is None."""

    first: int
    last: int
    formula: Formula | None

    @property
    def lines(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Track:
    """One quantity, line after line."""

    across: int
    """Its column, or its row in a table that lies on its side."""
    runs: tuple[Run, ...]

    @property
    def formulas(self) -> Counter[Formula]:
        """How many lines hold each formula."""
        found: Counter[Formula] = Counter()
        for run in self.runs:
            if run.formula is not None:
                found[run.formula] += run.lines
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of a sheet: its lines from first to last, and its tracks by column (or row)."""

    sheet: Sheet
    sideways: bool
    first: int
    last: int
    tracks: Mapping[int, Track]
    cells: Lines = field(repr=False)
    """The cells by track, then by line: of the whole sheet."""
    layout: Layout | None = None
    """Where its cells stand, for a table that was folded; such a table is upright on a sheet of its own."""

    @property
    def steps(self) -> int:
        """How many lines it has."""
        return self.last - self.first + 1

    def place(self, across: int, line: int) -> Place:
        """Row and column of a cell."""
        return (across, line) if self.sideways else (line, across)

    @property
    def title(self) -> str:
        """The sheet that it stands on."""
        return self.sheet.name if self.layout is None else next(iter(self.layout.parts))

    def shown(self, across: int, line: int) -> Place:
        """Row and column of a cell as a person sees them."""
        return self.place(across, line) if self.layout is None else self.layout.shown(across, line)

    def turned(self, place: Place) -> tuple[int, int]:
        """Track and line of a row and column."""
        row, column = place
        return (row, column) if self.sideways else (column, row)

    def holds(self, across: int, line: int) -> bool:
        """Whether a cell stands in the table."""
        return across in self.tracks and self.first <= line <= self.last


def references(tree: Tree | None) -> Iterator[Reference | Range]:
    """Every cell and range that a formula names, left to right."""
    stack = [] if tree is None else [tree]
    while stack:
        match stack.pop():
            case Reference() | Range() as found:
                yield found
            case Call(arguments=arguments):
                stack.extend(reversed(arguments))
            case _:
                pass


def tables(sheet: Sheet) -> list[Table]:
    """What could be a table of a sheet, upright or on its side, that with most repeated formulas first."""
    found = list(_tables(sheet, sideways=False))
    formulas = sum(cell.formula is not None for cell in sheet.cells.values())
    runs = (run for table, _ in found for track in table.tracks.values() for run in track.runs)
    if sum(run.lines - 1 for run in runs if run.formula is not None) < MOSTLY * formulas:
        found += _tables(sheet, sideways=True)
    return [table for table, _ in sorted(found, key=lambda pair: -pair[1])]


def overlap(one: Table, other: Table) -> bool:
    """Whether two tables share cells."""
    if one.sheet is not other.sheet:
        return False
    rows, columns = ([_extent(table, axis) for table in (one, other)] for axis in (0, 1))
    return all(a[0] <= b[1] and b[0] <= a[1] for a, b in (rows, columns))


def _extent(table: Table, axis: int) -> tuple[int, int]:
    """The first and last row (or column) of a table."""
    if (axis == 1) == table.sideways:
        return table.first, table.last
    return min(table.tracks), max(table.tracks)


def _lines(sheet: Sheet, *, sideways: bool) -> dict[int, dict[int, Cell]]:
    """The cells that hold a number or a formula, by track and line."""
    found: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sheet.cells.items():
        if cell.formula is not None or isinstance(cell.value, float | int):
            across, line = (row, column) if sideways else (column, row)
            found.setdefault(across, {})[line] = cell
    return found


def runs_of(cells: Mapping[int, Cell]) -> Iterator[list[Run]]:
    """Runs of a track, in stretches without a gap."""
    stretch: list[Run] = []
    first, last, formula = 0, -1, None
    for line in sorted(cells):
        here = cells[line].formula
        if line == last + 1 and here is formula and last >= 0:
            last = line
            continue
        if last >= 0:
            stretch.append(Run(first, last, formula))
            if line != last + 1:
                yield stretch
                stretch = []
        first, last, formula = line, line, here
    if last >= 0:
        yield [*stretch, Run(first, last, formula)]


def _tables(sheet: Sheet, *, sideways: bool) -> Iterator[tuple[Table, int]]:
    lines = _lines(sheet, sideways=sideways)
    stretches = [(across, runs) for across in sorted(lines) for runs in runs_of(lines[across])]
    where: dict[int, list[int]] = {}
    for number, (across, _) in enumerate(stretches):
        where.setdefault(across, []).append(number)

    def at(across: int, line: int) -> int | None:
        for number in where.get(across, ()):
            if stretches[number][1][0].first <= line <= stretches[number][1][-1].last:
                return number
        return None

    group = list(range(len(stretches)))

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for number, (across, runs) in enumerate(stretches):
        for run in runs:
            for target in _named(run, across, sideways=sideways):
                other = at(*target)
                if other is not None:
                    group[root(number)] = root(other)
    members: dict[int, list[int]] = {}
    for number in range(len(stretches)):
        members.setdefault(root(number), []).append(number)
    for numbers in members.values():
        made = _table(sheet, lines, [stretches[number] for number in numbers], sideways=sideways)
        if made is not None:
            yield made


def _named(run: Run, across: int, *, sideways: bool) -> Iterator[tuple[int, int]]:
    """Cells on the same line, or a few lines off, that the formula of a run names."""
    if run.formula is None:
        return
    for line in {run.first, run.last}:
        place = (across, line) if sideways else (line, across)
        for found in references(run.formula.tree):
            ends = (found.first, found.last) if isinstance(found, Range) else (found,)
            for end in ends:
                moves = not (end.column_fixed if sideways else end.row_fixed)
                target = end.at(place)
                track, other = target if sideways else (target[1], target[0])
                if moves and end.sheet is None and abs(other - line) <= REACH:
                    yield track, other


def _table(
    sheet: Sheet, lines: Mapping[int, Mapping[int, Cell]], stretches: list[tuple[int, list[Run]]], *, sideways: bool
) -> tuple[Table, int] | None:
    """The table that stretches make up, with the number of formulas repeated in it."""
    weight = sum(run.lines - 1 for _, runs in stretches for run in runs if run.formula is not None)
    weight += sum(
        1 for _, runs in stretches for a, b in pairwise(runs) if a.formula is not None and b.formula is not None
    )
    with_formulas = [runs for _, runs in stretches if any(run.formula is not None for run in runs)]
    long = [runs for runs in with_formulas if runs[-1].last > runs[0].first]
    if len(with_formulas) < FEWEST or not long:
        return None
    starts = Counter(runs[0].first for runs in long)
    first = min(starts, key=lambda line: (-starts[line], line))
    ends = Counter(runs[-1].last for runs in long)
    last = max(end for end in ends if end >= first)
    kept: dict[int, Track] = {}
    for across, runs in stretches:
        inside = tuple(
            Run(max(run.first, first), min(run.last, last), run.formula)
            for run in runs
            if run.last >= first and run.first <= last
        )
        if inside:
            before = kept[across].runs if across in kept else ()
            kept[across] = Track(across, tuple(sorted((*before, *inside), key=lambda run: run.first)))
    return (Table(sheet, sideways, first, last, kept, lines), weight) if last > first else None
