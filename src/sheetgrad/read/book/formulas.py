"""The formulas of a book, each read once however often it was copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.book.addresses import LETTERS
from sheetgrad.read.book.cells import Formula, Range, Reference
from sheetgrad.read.book.grammar import Grammar
from sheetgrad.read.book.tokens import FormulaError, LinkedError, shape, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.read.book.cells import Place, Tree
    from sheetgrad.read.book.tokens import Token
    from sheetgrad.read.book.words import Words


class Formulas:
    """Every formula of a book by its shape."""

    def __init__(self, words: Words) -> None:
        """Start with no formula."""
        self.words = words
        self.linked = False
        self._known: dict[tuple[str, str], Formula] = {}

    def read(self, found: Sequence[Token], sheet: str) -> Formula:
        """The formula that is written with these tokens."""
        written = shape(list(found))
        mine = any(token.kind == "word" and token.shape in self.words.local for token in found)
        key = (sheet if mine else "", written)
        known = self._known.get(key)
        if known is None:
            try:
                known = Formula(written, Grammar(found, lambda token: self.words.tree(token, sheet)).formula())
            except FormulaError as error:
                self.linked |= isinstance(error, LinkedError)
                known = Formula(written, None, str(error))
            self._known[key] = known
        return known

    def refused(self, text: str, error: FormulaError) -> Formula:
        """A formula whose text cannot be taken apart."""
        self.linked |= isinstance(error, LinkedError)
        return self.made(text, None, str(error))

    def made(self, written: str, tree: Tree | None, trouble: str = "") -> Formula:
        """A formula that was not read from a text of its own."""
        key = (f"={trouble}", written)
        if key not in self._known:
            self._known[key] = Formula(written, tree, trouble)
        return self._known[key]


class Template(NamedTuple):
    """A formula's text with gaps for the rows, or for the columns, that move with the cell."""

    text: str
    distances: tuple[int, ...]
    formula: Formula


class Texts(dict[int, str]):
    """What stands in a gap, by its distance from the row or column in which the formula stands."""

    def __init__(self, at: int, *, letters: bool) -> None:
        """Remember the row or column."""
        super().__init__()
        self._at, self._letters = at, letters

    def __missing__(self, distance: int) -> str:
        """Write it once."""
        at = self._at + distance
        text = self[distance] = (LETTERS[at] if 0 < at < len(LETTERS) else "") if self._letters else str(at)
        return text


class SheetFormulas:
    """Reads the formulas of one sheet.

    A formula is compared first with what its upper or left neighbour would be if it
    were copied here. Only what is not such a copy is taken apart.
    """

    def __init__(self, formulas: Formulas, sheet: str) -> None:
        """Start with a sheet."""
        self._formulas, self._sheet = formulas, sheet
        self._down: dict[int, Template] = {}
        self._right: dict[int, Template] = {}
        self._row, self._rows = 0, Texts(0, letters=False)
        self._columns: dict[int, Texts] = {}

    def at(self, text: str, place: Place) -> Formula:
        """The formula with this text in A1 form at a place."""
        row, column = place
        if row != self._row:
            self._row, self._rows = row, Texts(row, letters=False)
        above = self._down.get(column)
        if above is not None and above[0] % tuple(map(self._rows.__getitem__, above[1])) == text:
            return above[2]
        before = self._right.get(row)
        if before is not None:
            letters = self._columns.get(column)
            if letters is None:
                letters = self._columns[column] = Texts(column, letters=True)
            if before[0] % tuple(map(letters.__getitem__, before[1])) == text:
                return before[2]
        return self._new(text, place)

    def unread(self, written: str, trouble: str) -> Formula:
        """A formula that cannot be read, and why."""
        return self._formulas.made(written, None, trouble)

    def made(self, written: str, tree: Tree | None, trouble: str = "") -> Formula:
        """A formula that was not read from a text of its own."""
        return self._formulas.made(written, tree, trouble)

    def _new(self, text: str, place: Place) -> Formula:
        words = self._formulas.words
        try:
            found = tokens(text, place, sheets=words.sheets)
            filled = words.placed(found, place, self._sheet)
        except FormulaError as error:
            return self._formulas.refused(text, error)
        formula = self._formulas.read(filled, self._sheet)
        if filled is found and not any(isinstance(token.tree, Range) for token in found):
            self._down[place[1]] = _template(text, found, formula, down=True)
            self._right[place[0]] = _template(text, found, formula, down=False)
        return formula


def _template(text: str, found: Sequence[Token], formula: Formula, *, down: bool) -> Template:
    pieces, distances, at = [], [], 0
    for token in found:
        tree = token.tree
        if not token.end or not isinstance(tree, Reference) or (tree.row_fixed if down else tree.column_fixed):
            continue
        cell = text[token.start : token.end]
        head = cell.rstrip("0123456789")
        letters = head.rstrip("$")
        start, end = (len(head), len(cell)) if down else (0, len(letters))
        pieces.append(text[at : token.start + start].replace("%", "%%"))
        distances.append(tree.row if down else tree.column)
        at = token.start + end
    pieces.append(text[at:].replace("%", "%%"))
    return Template("%s".join(pieces), tuple(distances), formula)
