"""Formulas of a folded table: every reference to a block counted in lines and tracks."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from sheetgrad.check.book.frames import WIDEST_RANGE, references
from sheetgrad.check.book.layout import FIRST, Layout, Site
from sheetgrad.read.book.cells import CELLS, Call, Formula, Number, Range, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.read.book.cells import Place, Sheet, Tree


IRREGULAR = 3
"""Lines of a track that name other places than their neighbours do; fewer are a mistake."""


class _TooLargeError(Exception):
    """A range of more cells than are followed."""


class Encoder:
    """Writes the formulas of blocks as formulas of lines; equal ones of one track become one object."""

    def __init__(self, layout: Layout, sheets: Mapping[str, Sheet]) -> None:
        """Start with no formula."""
        self.layout, self.sheets = layout, sheets
        self._jumps: dict[int, set[int]] = {}
        self._read: dict[tuple[int, int, int], Formula] = {}
        self._local: dict[tuple[int, int], Formula] = {}
        self._made: dict[tuple[int, Tree], Formula] = {}

    def formula(self, formula: Formula, site: Site, track: int, line: int, *, still: bool) -> Formula:
        """The formula of a cell, as its track has it on a line.

        `still` says that the block before or after has the very same formula, so that
        what is fixed in it stays where it is.
        """
        short = (id(formula), track)
        if still and short in self._local:
            return self._local[short]
        key = (*short, line if not still or self._at_edge(line) else 0)
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = self._new(formula, site, track, line, still=still)
            if still and found.tree is not None and _is_local(found.tree):
                self._local[short] = found
        return found

    def _new(self, formula: Formula, site: Site, track: int, line: int, *, still: bool) -> Formula:
        if formula.tree is None:
            return formula
        try:
            tree = self.tree(formula.tree, site, (line, track), still=still)
        except _TooLargeError:
            return Formula(formula.shape, None, "the range is too large to be followed")
        known = self._made.get((track, tree))
        if known is None:
            known = self._made[track, tree] = Formula(f"{track}:{formula.shape}", tree)
        return known

    @property
    def irregular(self) -> bool:
        """Whether cells of other places are named in no order, as samples that are drawn at random."""
        most = max(map(len, self._jumps.values()), default=0)
        return most >= min(IRREGULAR, self.layout.highest - self.layout.lowest + 1)

    def _neighbours(self, site: Site) -> Iterator[Site]:
        part = self.layout.parts[site.sheet]
        number, inside, across = part.turned(site.place)
        for other in (number - 1, number + 1):
            yield Site(site.sheet, part.place(other, inside, across))

    def _at_edge(self, line: int) -> bool:
        """Whether a formula of a line may name cells before the first block, or after the last."""
        return line <= FIRST + 2 or line >= self.layout.last - 1

    def tree(self, tree: Tree, site: Site, here: Place, *, still: bool) -> Tree:
        """A formula of a cell, as it stands on a line and a track.

        Raises:
            _TooLargeError: a range has more cells than are followed.
        """
        match tree:
            case Reference():
                return self._reference(tree, tree, site, here, still=still)
            case Range():
                return self._range(tree, site, here, still=still)
            case Call(function=function, arguments=arguments):
                return Call(function, tuple(self.tree(one, site, here, still=still) for one in arguments))
        return tree

    def _reference(
        self, reference: Reference, token: Reference | Range, site: Site, here: Place, *, still: bool
    ) -> Tree:
        """A cell; `token` is what names it in the formula."""
        place = reference.at(site.place)
        target = Site(reference.sheet or site.sheet, place)
        sideways = self.layout.parts[site.sheet].sideways
        fixed = reference.column_fixed if sideways else reference.row_fixed
        found = self.layout.turned(target)
        if found is not None:
            track, line = found
            if fixed and still:
                return Reference(line, track, row_fixed=True, column_fixed=True)
            return Reference(line - here[0], track - here[1])
        sheet = self.sheets.get(target.sheet)
        if sheet is not None and place not in sheet.cells:
            return Number(0)
        moves = self._moves(token, site, here, fixed=fixed, still=still)
        if not moves:
            return Reference(*place, row_fixed=True, column_fixed=True, sheet=target.sheet)
        along, across = (place[1], place[0]) if sideways else place
        block = self.layout.block(here[0])
        base = along - moves * block
        self.layout.outside[target.sheet, base, across] = moves
        return Reference(base, across, row_fixed=False, column_fixed=True, sheet=target.sheet)

    def _moves(self, token: Reference | Range, site: Site, here: Place, *, fixed: bool, still: bool) -> int:
        """How far a cell of another place moves from block to block; 0 where it stays."""
        part = self.layout.parts[site.sheet]
        if still:
            return 0 if fixed else part.stride
        axis = 1 if part.sideways else 0
        own = self._named(site)
        cell = _corner(token, site)
        found: set[int] = set()
        jumps = False
        for other, sign in zip(self._neighbours(site), (1, -1), strict=True):
            beside = self._named(other)
            if token not in own or len(beside) != len(own):
                continue
            there = _corner(beside[own.index(token)], other)
            if there.sheet == cell.sheet and there.place[1 - axis] == cell.place[1 - axis]:
                found.add(sign * (cell.place[axis] - there.place[axis]))
            else:
                jumps |= self.layout.turned(there) is None
        if jumps or len(found) > 1:
            self._jumps.setdefault(here[1], set()).add(here[0])
        return min(found, default=0)

    def _named(self, site: Site) -> list[Reference | Range]:
        """The references of the formula of a cell."""
        cell = self.sheets[site.sheet].cells.get(site.place)
        return [] if cell is None or cell.formula is None else list(references(cell.formula.tree))

    def _range(self, tree: Range, site: Site, here: Place, *, still: bool) -> Tree:
        (top, left), (bottom, right) = tree.first.at(site.place), tree.last.at(site.place)
        top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
        name = tree.first.sheet or site.sheet
        ends = (tree.first, tree.last)
        if name not in self.layout.parts and all(end.row_fixed and end.column_fixed for end in ends):
            corners = [Reference(*end.at(site.place), row_fixed=True, column_fixed=True, sheet=name) for end in ends]
            return Range(corners[0], corners[1])
        if (bottom - top + 1) * (right - left + 1) > WIDEST_RANGE:
            raise _TooLargeError
        fixed = tree.first.row_fixed, tree.first.column_fixed
        sheet = self.sheets.get(name)
        made: list[Tree] = []
        for row, column in product(range(top, bottom + 1), range(left, right + 1)):
            if sheet is not None and (row, column) not in sheet.cells:
                continue
            moved = row if fixed[0] else row - site.place[0], column if fixed[1] else column - site.place[1]
            one = Reference(*moved, *fixed, tree.first.sheet)
            made.append(self._reference(one, tree, site, here, still=still))
        return Call(CELLS, tuple(made))


def _is_local(tree: Tree) -> bool:
    """Whether a formula of a line names cells of its own line only, and cells that are the same for all lines."""
    return all(
        isinstance(one, Reference) and (one.row_fixed or (one.row == 0 and one.sheet is None))
        for one in references(tree)
    )


def _corner(token: Reference | Range, site: Site) -> Site:
    first = token.first if isinstance(token, Range) else token
    return Site(first.sheet or site.sheet, first.at(site.place))
