"""What formulas come to, from stored or given values of the other cells."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sheetgrad.read.book import limits
from sheetgrad.read.book.cells import Call, Fault, Name, Number, Range, Reference, Text
from sheetgrad.read.book.number_kinds import FLOATS, FaultError
from sheetgrad.read.book.stored import as_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sheetgrad.read.book.cells import Place, Tree
    from sheetgrad.read.book.number_kinds import Numbers

LARGEST_BLOCK = 2_000_000


class UnknownFunctionError(Exception):
    """A formula has something that is not computed here; says what."""


class Cells(Protocol):
    """Where the values of other cells come from; the sheet None is that of the formula."""

    def value(self, sheet: str | None, row: int, column: int) -> Any:  # noqa: ANN401 -- a value of any kind
        """One cell."""

    def values(self, sheet: str | None, first: Place, last: Place) -> list[list[Any]]:
        """A block of cells by rows; empty rows and columns at its end may be left out."""


class Block(NamedTuple):
    """Values by rows."""

    rows: list[list[Any]]

    def each(self) -> Iterable[Any]:
        """All values, row by row."""
        return (value for row in self.rows for value in row)


@dataclass(slots=True)
class Here:
    """Where a formula stands, and what it is computed with."""

    place: Place
    cells: Cells
    numbers: Numbers

    def number(self, value: Any) -> Any:  # noqa: ANN401 -- a value of any kind
        """A value where a number is needed."""
        match value:
            case float() | int():
                return value
            case None:
                return 0.0
            case Fault(code):
                raise FaultError(code)
            case str():
                found = as_number(value)
                if found is None:
                    raise FaultError("#VALUE!")
                return found
            case Block(rows):
                return self.number(rows[0][0]) if rows and rows[0] else 0.0
        return value


def evaluated(tree: Tree, place: Place, cells: Cells, numbers: Numbers = FLOATS) -> Any:  # noqa: ANN401 -- a value of any kind
    """What a formula at a place comes to: a number, text, truth value, Fault, or an array of lanes.

    Raises:
        UnknownFunctionError: it has a function that is not known here.
    """
    from sheetgrad.read.book.value_functions import FUNCTIONS

    here = Here(place, cells, numbers)
    try:
        value = _value(tree, here, FUNCTIONS, within=False)
        if isinstance(value, Block):
            value = value.rows[0][0] if value.rows and value.rows[0] else None
        if isinstance(value, str | bool | Fault):
            return value
        return 0.0 if value is None else numbers.finite(value * 1.0)
    except FaultError as error:
        return Fault(error.code)
    except OverflowError:
        return Fault("#NUM!")


def _value(tree: Tree, here: Here, functions: dict[str, Any], *, within: bool) -> Any:  # noqa: ANN401 -- a value of any kind
    """The value of a part; `within` a function blocks stay blocks, elsewhere a formula sees its own row of them."""
    match tree:
        case Number(value) | Text(value):
            return value
        case Reference():
            row, column = tree.at(here.place)
            return here.cells.value(tree.sheet, *_wrapped(row, column))
        case Range():
            block = _block(tree, here)
            return block if within else _own(tree, block, here)
        case Name(word):
            raise FaultError("#NAME?") if word else UnknownFunctionError("an empty name")
        case Call(function, (left, right)) if function in OPERATORS:
            one = _value(left, here, functions, within=within)
            other = _value(right, here, functions, within=within)
            return spread(function, here, one, other)
        case Call("neg" | "pos" | "%" as function, (inner,)):
            return spread(function, here, _value(inner, here, functions, within=within))
        case Call(function, arguments) if function in functions:
            thunks = tuple(_Later(argument, here, functions) for argument in arguments)
            return functions[function](here, thunks)
        case Call(function, ()) if function.startswith("#"):
            raise FaultError(function)
        case Call(function):
            raise UnknownFunctionError(f"the function {function} is not computed here")
    raise AssertionError(tree)


class _Later:
    """An argument, computed when it is asked for."""

    __slots__ = ("_functions", "_here", "tree")

    def __init__(self, tree: Tree, here: Here, functions: dict[str, Any]) -> None:
        self.tree, self._here, self._functions = tree, here, functions

    def __call__(self) -> Any:  # noqa: ANN401 -- a value of any kind
        return _value(self.tree, self._here, self._functions, within=True)


def _wrapped(row: int, column: int) -> Place:
    """A copy that points above the first row comes out at the last, as in spreadsheets."""
    return (row - 1) % limits.ROWS + 1, (column - 1) % limits.COLUMNS + 1


def corners(tree: Range, place: Place) -> tuple[Place, Place]:
    """The upper left and the lower right corner."""
    one, other = _wrapped(*tree.first.at(place)), _wrapped(*tree.last.at(place))
    return (min(one[0], other[0]), min(one[1], other[1])), (max(one[0], other[0]), max(one[1], other[1]))


def _block(tree: Range, here: Here) -> Block:
    first, last = corners(tree, here.place)
    return Block(here.cells.values(tree.first.sheet, first, last))


def _own(tree: Range, block: Block, here: Here) -> Any:  # noqa: ANN401 -- a value of any kind
    """What a formula outside of functions sees of a block: the cell in its own row or column."""
    first, last = corners(tree, here.place)
    row = here.place[0] - first[0] if first[0] != last[0] else 0
    column = here.place[1] - first[1] if first[1] != last[1] else 0
    if first == last or (
        0 <= row <= last[0] - first[0]
        and 0 <= column <= last[1] - first[1]
        and (first[0] == last[0] or first[1] == last[1])
    ):
        rows = block.rows
        return rows[row][column] if row < len(rows) and column < len(rows[row]) else None
    raise FaultError("#VALUE!")


def spread(function: str, here: Here, *values: Any) -> Any:  # noqa: ANN401 -- the same
    """An operator on single values, or on each of the values of blocks; one row or column is repeated."""
    if not any(isinstance(value, Block) for value in values):
        return OPERATORS[function](here, *values) if len(values) == 2 else SIGNS[function](here, values[0])
    height = max(len(value.rows) for value in values if isinstance(value, Block))
    width = max(len(row) for value in values if isinstance(value, Block) for row in value.rows or [[]])
    rows = [
        [spread(function, here, *(_picked(value, row, column) for value in values)) for column in range(width)]
        for row in range(height)
    ]
    return Block(rows)


def _picked(value: Any, row: int, column: int) -> Any:  # noqa: ANN401 -- the same
    if not isinstance(value, Block):
        return value
    rows = value.rows
    line = rows[0] if len(rows) == 1 else rows[row] if row < len(rows) else []
    return line[0] if len(line) == 1 else line[column] if column < len(line) else None


def _arithmetic(rule: Callable[[Any, Any], Any]) -> Callable[[Here, Any, Any], Any]:
    return lambda here, left, right: rule(here.number(left), here.number(right))


def text_of(value: Any) -> str:  # noqa: ANN401 -- the same
    """A value as & joins it: fifteen digits, as spreadsheets show them."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case Fault(code):
            raise FaultError(code)
        case str():
            return value
        case float() | int():
            return f"{value:.15g}"
    raise UnknownFunctionError("& on arrays is not computed here")


def _joined(_here: Here, left: Any, right: Any) -> str:  # noqa: ANN401 -- the same
    return text_of(left) + text_of(right)


_KINDS = {float: 0, int: 0, str: 1, bool: 2}


def _compared(rule: Callable[[Any, Any], Any]) -> Callable[[Here, Any, Any], Any]:
    """Numbers come before texts and texts before truth values; capitals do not count."""

    def compare(_here: Here, left: Any, right: Any) -> Any:  # noqa: ANN401 -- the same
        for value in (left, right):
            if isinstance(value, Fault):
                raise FaultError(value.code)
        left = _like(right) if left is None else left
        right = _like(left) if right is None else right
        kinds = _KINDS.get(type(left)), _KINDS.get(type(right))
        if None in kinds or kinds == (0, 0):
            return rule(left, right)
        if kinds[0] != kinds[1]:
            return rule(*kinds)
        return rule(left.casefold(), right.casefold()) if kinds[0] == 1 else rule(left, right)

    return compare


def _like(value: Any) -> Any:  # noqa: ANN401 -- the same
    """What an empty cell counts as beside a value."""
    return "" if isinstance(value, str) else False if isinstance(value, bool) else 0.0


OPERATORS: dict[str, Callable[[Here, Any, Any], Any]] = {
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": lambda here, left, right: here.numbers.divided(here.number(left), here.number(right)),
    "^": lambda here, left, right: here.numbers.power(here.number(left), here.number(right)),
    "&": _joined,
    "=": _compared(operator.eq),
    "<>": _compared(operator.ne),
    "<": _compared(operator.lt),
    ">": _compared(operator.gt),
    "<=": _compared(operator.le),
    ">=": _compared(operator.ge),
}
"""Operators between two values."""
SIGNS: dict[str, Callable[[Here, Any], Any]] = {
    "neg": lambda here, value: -here.number(value),
    "pos": lambda _here, value: value,
    "%": lambda here, value: here.number(value) / 100,
}
"""Operators on one value."""
