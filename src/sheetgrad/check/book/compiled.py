"""The formula of a cell as an expression over the tracks of its table."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.book.frames import WIDEST_RANGE
from sheetgrad.check.book.meanings import FUNCTIONS, RULES, NotReadError
from sheetgrad.expr import ZERO, Expr, Number, Ref, Symbol
from sheetgrad.expr import Call as Applied
from sheetgrad.read.book.cells import CELLS, Call, Name, Range, Reference
from sheetgrad.read.book.cells import Number as Typed
from sheetgrad.read.book.cells import Text as Words
from sheetgrad.sheet.names import letters

if TYPE_CHECKING:
    from sheetgrad.check.book.frames import Table
    from sheetgrad.read.book.cells import Book, Formula, Place, Tree

LARGEST = 4_000
"""Nodes of one formula; a longer one is not read."""


class OnTrack(NamedTuple):
    """The cell of a track, so many lines after the line of the formula."""

    across: int
    shift: int


class Fixed(NamedTuple):
    """One cell, whatever the line."""

    sheet: str
    place: Place


class Elsewhere(NamedTuple):
    """A cell of another sheet that moves with the line, or the value of a function that is not read."""

    words: str


Source = OnTrack | Fixed | Elsewhere


@dataclass(slots=True)
class Compiler:
    """Formulas of one table as expressions; what each symbol stands for is kept in `sources`."""

    book: Book
    table: Table
    sources: dict[str, Source] = field(default_factory=dict)
    _known: dict[tuple[Formula, int, int], Expr] = field(default_factory=dict)

    def symbol(self, source: Source) -> Ref:
        """The quantity of a source, always under the same name."""
        match source:
            case OnTrack(across, shift):
                name = track_name(across, sideways=self.table.sideways) + (f"@{shift:+d}" if shift else "")
            case Fixed(sheet, (row, column)):
                name = f"{sheet}!${letters(column - 1)}${row}"
            case Elsewhere(words):
                name = words
        self.sources[name] = source
        return Ref(Symbol(name))

    def expression(self, formula: Formula, across: int, line: int) -> Expr:
        """The formula of a run that begins at `line`.

        Raises:
            NotReadError: it is no arithmetic over single cells.
        """
        key = (formula, across, line)
        found = self._known.get(key)
        if found is None:
            if formula.tree is None:
                raise NotReadError(formula.trouble or "the formula cannot be read")
            found = self._known[key] = self.tree(formula.tree, across, line)
        return found

    def tree(self, tree: Tree, across: int, line: int) -> Expr:
        """A formula given as a tree, standing in a cell of the table."""
        return _Reading(self, across, line).read(tree)


class _Reading:
    """One formula."""

    def __init__(self, compiler: Compiler, across: int, line: int) -> None:
        self.compiler, self.across, self.line = compiler, across, line
        self.left = LARGEST

    def read(self, tree: Tree) -> Expr:
        self.left -= 1
        if self.left < 0:
            raise NotReadError("the formula is too long")
        match tree:
            case Typed(value=value):
                return Number(int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value))
            case Reference():
                return self.reference(tree)
            case Call(function=function, arguments=arguments):
                return self.call(tree, function, arguments)
            case Range():
                raise NotReadError("a range stands where one cell is meant")
            case Name(word=word):
                raise NotReadError(f"nothing in this book is called {word}")
            case Words():
                raise NotReadError("a text stands in the formula")
        raise NotReadError("the formula cannot be read")

    def reference(self, reference: Reference) -> Expr:
        table = self.compiler.table
        here = table.place(self.across, self.line)
        place = reference.at(here)
        fixed_line = reference.column_fixed if table.sideways else reference.row_fixed
        sheet = reference.sheet or table.sheet.name
        across, line = table.turned(place)
        if sheet != table.sheet.name:
            if fixed_line:
                return self.compiler.symbol(Fixed(sheet, place))
            return self.compiler.symbol(Elsewhere(f"{sheet}!{letters(across - 1)}@{line - self.line:+d}"))
        if not fixed_line and across in table.tracks:
            shift = line - self.line
            if table.first <= line <= table.last or -1 <= shift <= 0:
                return self.compiler.symbol(OnTrack(across, shift))
        if place not in table.sheet.cells:
            return ZERO
        return self.compiler.symbol(Fixed(sheet, place))

    def call(self, tree: Call, function: str, arguments: tuple[Tree, ...]) -> Expr:
        if function == CELLS:
            raise NotReadError("a range stands where one cell is meant")
        rule = RULES.get(function)
        if rule is not None:
            return rule(self, arguments)
        simple = FUNCTIONS.get(function)
        if simple is not None and len(arguments) == len(simple[1]):
            return Applied(simple[0], tuple(map(self.read, arguments)))
        return self.opaque(tree)

    def opaque(self, tree: Call) -> Expr:
        """What is looked up or drawn at random is a number given from outside, if nothing here flows into it."""
        return self.compiler.symbol(Elsewhere(f"{tree.function} in {letters(self.across - 1)} #{hash(tree) % 10**8}"))

    def cells(self, tree: Tree) -> list[Expr]:
        """The cells of a range one by one, or the one value of anything else; what is no number is left out."""
        if isinstance(tree, Call) and tree.function == CELLS:
            return [self.read(argument) for argument in tree.arguments]
        if not isinstance(tree, Range):
            return [self.read(tree)]
        first, last = tree.first, tree.last
        table = self.compiler.table
        here = table.place(self.across, self.line)
        (top, left), (bottom, right) = first.at(here), last.at(here)
        top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
        if (bottom - top + 1) * (right - left + 1) > WIDEST_RANGE:
            raise NotReadError("the range is too large to be followed")
        found: list[Expr] = []
        for row, column in product(range(top, bottom + 1), range(left, right + 1)):
            if first.sheet in {None, table.sheet.name} and (row, column) not in table.sheet.cells:
                continue
            row_fixed = first.row_fixed if row - top <= bottom - row else last.row_fixed
            column_fixed = first.column_fixed if column - left <= right - column else last.column_fixed
            found.append(
                self.reference(
                    Reference(
                        row if row_fixed else row - here[0],
                        column if column_fixed else column - here[1],
                        row_fixed,
                        column_fixed,
                        first.sheet,
                    )
                )
            )
        return found

    def all_cells(self, arguments: tuple[Tree, ...]) -> list[Expr]:
        return [cell for argument in arguments for cell in self.cells(argument)]


def track_name(across: int, *, sideways: bool) -> str:
    """What a track is called inside: the letters of its column, or `row 7`."""
    return f"row {across}" if sideways else letters(across - 1)


__all__ = ["Compiler", "Elsewhere", "Fixed", "NotReadError", "OnTrack", "Source", "track_name"]
