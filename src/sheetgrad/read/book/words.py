"""What the words in formulas stand for: defined names and the columns of tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.book.cells import Range, Reference
from sheetgrad.read.book.grammar import Grammar, check_size, unresolved
from sheetgrad.read.book.tokens import FormulaError, Token, tokens, tree_shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetgrad.read.book.cells import Place, Tree

_NAME_DEPTH = 20
"""Names that stand for names that stand for names."""
_ITEM = re.compile(r"\[((?:[^\[\]']|'.)*)\]")
_PARTS = {"#all", "#data", "#headers", "#totals", "#this row"}


class Table(NamedTuple):
    """An Excel table: a block with a name and named columns."""

    name: str
    sheet: str
    first: Place
    last: Place
    headers: int
    totals: int
    columns: tuple[str, ...]


class Words:
    """The defined names and tables of a book."""

    def __init__(
        self, sheets: Sequence[str], names: Mapping[tuple[str | None, str], str], tables: Sequence[Table] = ()
    ) -> None:
        """Take the sheets, the text of every name under (sheet or None, name in capitals), and the tables."""
        self.sheets = {name.lower(): name for name in sheets}
        self._names = names
        self._tables = {table.name.lower(): table for table in tables}
        self.local = frozenset(name for sheet, name in names if sheet is not None)
        """Names that some sheet has for itself."""
        self._trees: dict[tuple[str | None, str], Tree | FormulaError] = {}
        self._open = 0

    def whole_book(self) -> dict[str, Tree]:
        """The names that hold in every sheet and can be read."""
        found: dict[str, Tree] = {}
        for sheet, name in self._names:
            if sheet is None:
                try:
                    found[name] = self.tree(Token("word", name), "")
                except FormulaError:
                    continue
        return found

    def tree(self, token: Token, sheet: str) -> Tree:
        """What a word stands for in a formula of a sheet; a word nobody defined is a Name.

        Raises:
            FormulaError: the name goes in a circle, or cannot be read.
        """
        prefix, mark, word = token.shape.rpartition("!")
        if mark:
            sheet = prefix[1:-1].replace("''", "'") if prefix.startswith("'") else prefix
        key = next((key for key in ((sheet, word), (None, word)) if key in self._names), None)
        if token.kind != "word" or key is None:
            return unresolved(token)
        if key not in self._trees:
            self._trees[key] = self._read(key, sheet)
        known = self._trees[key]
        if isinstance(known, FormulaError):
            raise known
        return known

    def _read(self, key: tuple[str | None, str], sheet: str) -> Tree | FormulaError:
        if self._open > _NAME_DEPTH:
            return FormulaError(f"the name {key[1]} stands for names without end")
        self._trees[key] = FormulaError(f"the name {key[1]} stands for itself")
        self._open += 1
        try:
            found = tokens(self._names[key], (1, 1), sheets=self.sheets)
            tree = Grammar(self.placed(found, (1, 1), sheet), lambda token: self.tree(token, sheet)).formula()
            check_size(tree)
        except FormulaError as error:
            return FormulaError(f"the name {key[1]}: {error}")
        finally:
            self._open -= 1
        return tree

    def placed(self, found: list[Token], place: Place, sheet: str) -> list[Token]:
        """The tokens with the columns of tables put in as cells."""
        if not any(token.kind == "structured" for token in found):
            return found
        return [self._column(token, place, sheet) if token.kind == "structured" else token for token in found]

    def _column(self, token: Token, place: Place, sheet: str) -> Token:
        name, _, inside = token.shape.partition("[")
        table = self._tables.get(name.lower()) if name else self._around(place, sheet)
        if table is None:
            raise FormulaError(f"there is no table for {token.shape}")
        area = _area(table, inside[:-1].strip(), place, sheet)
        return Token("operand", tree_shape(area), area)

    def _around(self, place: Place, sheet: str) -> Table | None:
        for table in self._tables.values():
            (top, left), (bottom, right) = table.first, table.last
            if table.sheet == sheet and top <= place[0] <= bottom and left <= place[1] <= right:
                return table
        return None


def _area(table: Table, inside: str, place: Place, sheet: str) -> Reference | Range:
    """The cells that `[…]` behind a table's name means."""
    this_row = inside.startswith("@")
    inside = inside.lstrip("@ ")
    items = [item.strip() for item in _ITEM.findall(inside)] if inside.startswith("[") else [inside] * bool(inside)
    parts = {item.lower() for item in items if item.lower() in _PARTS}
    columns = [_column_of(table, item) for item in items if item.lower() not in _PARTS]
    if len(columns) > 2 or (len(columns) == 2 and ":" not in inside):
        raise FormulaError("it takes columns of a table that do not stand side by side")
    left = table.first[1] + (columns[0] if columns else 0)
    right = table.first[1] + (columns[-1] if columns else len(table.columns) - 1)
    elsewhere = None if table.sheet == sheet else table.sheet
    if this_row or "#this row" in parts:
        if not table.first[0] <= place[0] <= table.last[0]:
            raise FormulaError(f"it takes this row of the table {table.name}, and stands in no row of it")
        top = bottom = 0
        fixed = False
    else:
        top, bottom = _rows(table, parts)
        fixed = True
    first = Reference(top, left, row_fixed=fixed, column_fixed=True, sheet=elsewhere)
    last = Reference(bottom, right, row_fixed=fixed, column_fixed=True, sheet=elsewhere)
    return first if first == last else Range(first, last)


def _rows(table: Table, parts: set[str]) -> tuple[int, int]:
    """The rows from the first part asked for to the last."""
    (top, _), (bottom, _) = table.first, table.last
    spans = {
        "#all": (top, bottom),
        "#headers": (top, top + table.headers - 1),
        "#data": (top + table.headers, bottom - table.totals),
        "#totals": (bottom - table.totals + 1, bottom),
    }
    chosen = [spans[part] for part in parts or {"#data"}]
    first, last = min(first for first, _ in chosen), max(last for _, last in chosen)
    if not top <= first <= last <= bottom:
        raise FormulaError(f"the table {table.name} has no such rows")
    return first, last


def _column_of(table: Table, item: str) -> int:
    wanted = re.sub(r"'(.)", r"\1", item).lower()
    for place, name in enumerate(table.columns):
        if name.lower() == wanted:
            return place
    raise FormulaError(f"the table {table.name} has no column {item}")
