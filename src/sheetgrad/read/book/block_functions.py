"""Functions of whole blocks of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.read.book.cells import Call, Fault, Range, Reference
from sheetgrad.read.book.number_kinds import FaultError
from sheetgrad.read.book.values import OPERATORS, Block, Here, UnknownFunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Arguments: TypeAlias = "tuple[Any, ...]"
    Rule: TypeAlias = "Callable[[Here, Arguments], Any]"


def take(arguments: Arguments, least: int, most: int) -> Arguments:
    """The arguments, if there are as many as the function takes."""
    if not least <= len(arguments) <= most:
        raise FaultError("#VALUE!")
    return arguments


def as_block(value: Any) -> Block:  # noqa: ANN401 -- a value of any kind
    """A value as a block of one."""
    return value if isinstance(value, Block) else Block([[value]])


def _even(blocks: list[Block]) -> list[list[list[Any]]]:
    """Blocks filled up to one size: their ends may have been left out because they are empty."""
    height = max(len(block.rows) for block in blocks)
    width = max((len(row) for block in blocks for row in block.rows), default=0)
    return [
        [
            [(row[column] if column < len(row) else None) for column in range(width)]
            for row in (*block.rows, *([[]] * (height - len(block.rows))))
        ]
        for block in blocks
    ]


def sumproduct(_here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    """Blocks multiplied cell by cell, and summed."""
    filled = _even([as_block(argument()) for argument in arguments])
    total: Any = 0.0
    for rows in zip(*filled, strict=True):
        for values in zip(*rows, strict=True):
            term: Any = 1.0
            for value in values:
                if isinstance(value, Fault):
                    raise FaultError(value.code)
                term = term * (0.0 if value is None or isinstance(value, str | bool) else value)
            total = total + term
    return total


def _pairs(here: Here, arguments: Arguments) -> Iterator[tuple[Any, Any]]:
    left, right = _even([as_block(argument()) for argument in take(arguments, 2, 2)])
    for row, other in zip(left, right, strict=True):
        for one, two in zip(row, other, strict=True):
            if not isinstance(one, str | bool | None) and not isinstance(two, str | bool | None):
                yield here.number(one), here.number(two)


def differences(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    """Squares of differences, summed."""
    return sum(((one - two) * (one - two) for one, two in _pairs(here, arguments)), 0.0)


def index(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    """One cell of a block."""
    block, *places = take(arguments, 2, 3)
    rows = as_block(block()).rows
    found = [int(here.number(place())) for place in places]
    lying = len(found) == 1 and isinstance(block.tree, Range) and _is_one_row(block.tree)
    row, column = (1, found[0]) if lying else (found[0], found[1] if len(found) > 1 else 1)
    if row < 1 or column < 1:
        raise UnknownFunctionError("INDEX of a whole row or column is not computed here")
    return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None


def _is_one_row(tree: Range) -> bool:
    return tree.first.row == tree.last.row and tree.first.row_fixed == tree.last.row_fixed


def match_exactly(here: Here, arguments: Arguments) -> float:
    """The place of a value among cells."""
    wanted, among, *kind = take(arguments, 2, 3)
    if not kind or here.number(kind[0]()) != 0:
        raise UnknownFunctionError("MATCH in sorted cells is not computed here")
    value = wanted()
    for place, one in enumerate(as_block(among()).each(), 1):
        if one is not None and OPERATORS["="](here, one, value):
            return float(place)
    raise FaultError("#N/A")


def mmult(here: Here, arguments: Arguments) -> Block:
    """The product of two matrices."""
    left, right = (as_block(argument()).rows for argument in take(arguments, 2, 2))
    if len(left[0]) != len(right):
        raise FaultError("#VALUE!")
    columns = list(zip(*right, strict=True))
    number = here.number
    return Block(
        [
            [sum((number(a) * number(b) for a, b in zip(row, column, strict=True)), 0.0) for column in columns]
            for row in left
        ]
    )


def transpose(_here: Here, arguments: Arguments) -> Block:
    """Rows to columns."""
    rows = as_block(take(arguments, 1, 1)[0]()).rows
    return Block([list(row) for row in zip(*rows, strict=True)])


def constants(_here: Here, arguments: Arguments) -> Block:
    """Numbers in braces."""
    return Block([[_constant(one) for one in row.tree.arguments] for row in arguments])


def _constant(tree: Any) -> Any:  # noqa: ANN401 -- a tree that the grammar made
    if isinstance(tree, Call) and tree.function == "neg":
        return -_constant(tree.arguments[0])
    if isinstance(tree, Call):
        raise UnknownFunctionError("braces with more than numbers are not computed here")
    return tree.value


def where(axis: int) -> Rule:
    """The row (0) or column (1) of a cell."""

    def rule(here: Here, arguments: Arguments) -> float:
        if not arguments:
            return float(here.place[axis])
        tree = take(arguments, 1, 1)[0].tree
        tree = tree.first if isinstance(tree, Range) else tree
        if not isinstance(tree, Reference):
            raise FaultError("#VALUE!")
        return float(tree.at(here.place)[axis])

    return rule
