"""A folded table: a step that is a block of cells, or is spread over sheets, as one line of a table.

The lines are written out as a sheet of their own, whose columns are the cells of a
block. Its formulas are those of the author with every reference to a block counted
in lines and tracks. All that judges tables then works on it as on any other; a
`Layout` says which cells are meant.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sheetgrad.check.book.encoding import Encoder
from sheetgrad.check.book.frames import Table, Track, references, runs_of
from sheetgrad.check.book.layout import FIRST, Layout, Site, Spot
from sheetgrad.check.book.parts import layouts
from sheetgrad.read.book.cells import Call, Cell, Formula, Reference, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from sheetgrad.read.book.cells import Book, Place, Tree

    Columns: TypeAlias = "dict[Spot, dict[int, tuple[Place, Cell]]]"

MOST_ROUNDS = 4
"""Times that a table is folded anew because more of it has been understood."""
SHORTEST = 4
"""Lines with a formula each of its own, from which on a track is none."""


def folded_tables(book: Book, done: set[str]) -> Iterator[Table]:
    """The tables of a book whose steps are blocks of cells, one below the other or side by side.

    Sheets in `done` are passed over; it may grow on the way.
    """
    for sideways in (False, True):
        for layout in layouts(book, done, sideways=sideways):
            made = _folded(book, layout)
            if made is not None:
                yield made


@dataclass(slots=True)
class _Fold:
    """One try: the lines of a table, by track."""

    book: Book
    layout: Layout
    lines: dict[int, dict[int, Cell]] = field(default_factory=dict)


def _folded(book: Book, layout: Layout) -> Table | None:
    columns = _columns(layout)
    excluded: set[Spot] = set()
    for _ in range(MOST_ROUNDS):
        layout = _with_tracks(layout, columns, excluded)
        fold = _Fold(book, layout)
        if not _fill(fold, columns):
            return None
        dropped = {layout.spots[track - 1] for track in fold.lines if _is_no_track(fold.lines[track])}
        changed = layout
        if not layout.carried:
            carried = _carried(fold)
            starts = {site: track for site, track in _starts(fold).items() if track not in carried}
            every = carried | {track: track for track in starts.values()}
            changed = replace(layout, carried=every, starts=starts, own=_own(fold, carried))
        if not dropped and changed == layout:
            break
        if dropped:
            excluded |= dropped
            changed = replace(changed, carried={}, starts={}, own=frozenset())
        layout = changed
    return _table(fold)


def _columns(layout: Layout) -> Columns:
    """The numbers and formulas of the blocks: for each place in a block the cells of all lines."""
    found: Columns = {}
    for name, part in layout.parts.items():
        for place, cell in part.sheet.cells.items():
            if cell.formula is not None or _is_number(cell):
                number, inside, across = part.turned(place)
                if layout.lowest <= number <= layout.highest:
                    found.setdefault(Spot(name, inside, across), {})[FIRST + number - layout.lowest] = place, cell
    return found


def _with_tracks(layout: Layout, columns: Columns, excluded: set[Spot]) -> Layout:
    """The layout with every cell of a block a track that holds something on two lines or more."""
    order = list(layout.parts)
    lines = layout.highest - layout.lowest + 1
    spots = sorted(
        (spot for spot, cells in columns.items() if (len(cells) > 1 or lines == 1) and spot not in excluded),
        key=lambda spot: (order.index(spot.sheet), spot.inside, spot.across),
    )
    tracks = {spot: number for number, spot in enumerate(spots, 1)}
    return replace(layout, spots=tuple(spots), tracks=tracks)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell.value, float | int) and not isinstance(cell.value, bool)


def _fill(fold: _Fold, columns: Columns) -> bool:
    """Write the lines out; false where they name cells of other places in no order."""
    layout, encoder = fold.layout, Encoder(fold.layout, {sheet.name: sheet for sheet in fold.book.sheets})
    for spot, track in layout.tracks.items():
        cells = columns[spot]
        target = layout.carried.get(track)
        repeats = target is None and track in layout.carried.values()
        later = target is not None
        column = fold.lines.setdefault(target or track, {})
        formulas = {line: cell.formula for line, (_, cell) in cells.items()}
        for line, (place, cell) in cells.items():
            if repeats and line > FIRST and (track, line) not in layout.own:
                continue
            made = cell.formula
            if made is not None:
                still = made in {formulas.get(line - 1), formulas.get(line + 1)}
                made = encoder.formula(made, Site(spot.sheet, place), target or track, line + later, still=still)
            column[line + later] = Cell(cell.value, made)
    for site, track in layout.starts.items():
        sheet = next(sheet for sheet in fold.book.sheets if sheet.name == site.sheet)
        if site.place in sheet.cells:
            fold.lines.setdefault(track, {})[FIRST] = Cell(sheet.cells[site.place].value)
    return not encoder.irregular


def _is_no_track(cells: dict[int, Cell]) -> bool:
    """Whether every line holds another formula: a list beside the blocks, and no part of them."""
    formulas = [cell.formula for cell in cells.values() if cell.formula is not None]
    return len(formulas) >= SHORTEST and len(set(map(id, formulas))) == len(formulas)


def _main(cells: dict[int, Cell]) -> Formula | None:
    """The formula of most lines; of the last ones where none is commoner."""
    counts = Counter(cell.formula for line, cell in sorted(cells.items(), reverse=True) if cell.formula is not None)
    return counts.most_common(1)[0][0] if counts else None


def _carried(fold: _Fold) -> dict[int, int]:
    """Cells of a block that the next block only repeats: new weights, and the tracks that have them."""
    found: dict[int, int] = {}
    for track, cells in fold.lines.items():
        later = {line: cell for line, cell in cells.items() if line > FIRST}
        main = _main(later)
        match None if main is None else main.tree:
            case Reference(row=-1, column=column, row_fixed=False, sheet=None):
                new = track + column
                computed = any(cell.formula is not None for cell in fold.lines.get(new, {}).values())
                if computed and new not in found and new != track:
                    found[new] = track
            case _:
                pass
    return {new: track for new, track in found.items() if track not in found and new not in found.values()}


def _own(fold: _Fold, carried: dict[int, int]) -> frozenset[tuple[int, int]]:
    """Lines on which a track that only repeats new weights does something else."""
    found = set()
    for track in carried.values():
        cells = {line: cell for line, cell in fold.lines[track].items() if line > FIRST}
        main = _main(cells)
        found |= {(track, line) for line, cell in cells.items() if cell.formula is not main}
    return frozenset(found)


def _starts(fold: _Fold) -> dict[Site, int]:
    """Cells elsewhere that the first block names where all others name the block before."""
    votes: dict[Site, Counter[int]] = {}
    for track, cells in fold.lines.items():
        first = cells.get(FIRST)
        main = _main({line: cell for line, cell in cells.items() if line > FIRST})
        if first is None or first.formula is None or main is None or first.formula is main:
            continue
        if isinstance(main.tree, Reference) or _bare(first.formula.tree) != _bare(main.tree):
            continue  # the first block has a start here, and no step
        for here, there in zip(_named(first.formula), _named(main), strict=False):
            if there.row == -1 and not there.row_fixed and there.sheet is None and here.sheet and here.row_fixed:
                site = Site(here.sheet, (here.row, here.column))
                votes.setdefault(site, Counter())[track + there.column] += 1
    found = {site: counts.most_common(1)[0][0] for site, counts in votes.items()}
    once = Counter(found.values())
    return {site: track for site, track in found.items() if once[track] == 1}


def _bare(tree: Tree | None) -> object:
    """A formula without the cells that it names."""
    if isinstance(tree, Call):
        return (tree.function, *map(_bare, tree.arguments))
    return "cell" if isinstance(tree, Reference) else tree


def _named(formula: Formula) -> list[Reference]:
    return [one for one in references(formula.tree) if isinstance(one, Reference)]


def _table(fold: _Fold) -> Table | None:
    layout = fold.layout
    lines = sorted({line for cells in fold.lines.values() for line in cells})
    if not lines or lines[-1] == lines[0]:
        return None
    home = next(iter(layout.parts.values())).sheet
    cells = {(line, track): cell for track, column in fold.lines.items() for line, cell in column.items()}
    sheet = Sheet(f"the steps of {home.name}", cells)
    tracks = {
        track: Track(track, tuple(run for stretch in runs_of(column) for run in stretch))
        for track, column in sorted(fold.lines.items())
    }
    return Table(sheet, sideways=False, first=lines[0], last=lines[-1], tracks=tracks, cells=fold.lines, layout=layout)
