"""Formulas that fill a block: what each cell of the block computes, as a formula of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.read.book import limits
from sheetgrad.read.book.cells import Call, Formula, Name, Number, Range, Reference, Text
from sheetgrad.read.book.grammar import BINDING, check_size
from sheetgrad.read.book.tokens import FormulaError

if TYPE_CHECKING:
    from sheetgrad.read.book.cells import Tree
    from sheetgrad.read.book.formulas import SheetFormulas

Size = tuple[int, int]
ELEMENTWISE = frozenset(
    (
        *BINDING,
        "neg",
        "pos",
        "%",
        "EXP",
        "LN",
        "LOG",
        "LOG10",
        "SQRT",
        "ABS",
        "SIGN",
        "TANH",
        "POWER",
        "POW",
        "IF",
        "ROUND",
        "INT",
    )
)
"""What is done to each element by itself."""
WHOLE = frozenset(
    ("SUM", "SUMPRODUCT", "PRODUCT", "SUMSQ", "SUMXMY2", "AVERAGE", "COUNT", "MAX", "MIN", "PI", "TRUE", "FALSE")
)
"""What gives one number whatever it is given: every cell of the block has the same."""


def element(formulas: SheetFormulas, formula: Formula, offset: Size, size: Size) -> Formula:
    """The formula of the cell that stands so many rows and columns from the corner of a block."""
    written = f"{{{formula.shape}}}[{offset[0] + 1},{offset[1] + 1}]"
    if formula.tree is None:
        return formulas.made(written, None, formula.trouble)
    try:
        tree = _moved(_element(formula.tree, *offset), *offset)
        check_size(tree)
    except FormulaError as error:
        return formulas.made(written, None, f"it fills a block of {size[0]} by {size[1]} cells, and {error}")
    return formulas.made(written, tree)


def extent(tree: Tree) -> Size:
    """How many rows and columns a formula gives when it fills a block.

    Raises:
        FormulaError: that cannot be told.
    """
    match tree:
        case Range(first, last):
            if first.row_fixed != last.row_fixed or first.column_fixed != last.column_fixed:
                raise FormulaError("the size of one of its blocks depends on where it stands")
            return abs(last.row - first.row) + 1, abs(last.column - first.column) + 1
        case Call("TRANSPOSE", (inner,)):
            rows, columns = extent(inner)
            return columns, rows
        case Call("MMULT", (left, right)):
            return extent(left)[0], extent(right)[1]
        case Call("{}", rows):
            return len(rows), max(len(row.arguments) for row in rows if isinstance(row, Call))
        case Call(function, arguments) if function in ELEMENTWISE:
            sizes = [extent(argument) for argument in arguments]
            return max(rows for rows, _ in sizes), max(columns for _, columns in sizes)
    return 1, 1


def _element(tree: Tree, row: int, column: int) -> Tree:
    """One element of what a formula gives; what has one row or column is repeated, as spreadsheets do."""
    match tree:
        case Number() | Text() | Reference() | Name():
            return tree
        case Range():
            return _corner(tree, *_within(tree, row, column))
        case Call("{}", rows):
            row, column = _within(tree, row, column)
            inner = rows[row]
            if isinstance(inner, Call) and column < len(inner.arguments):
                return inner.arguments[column]
            raise FormulaError("its braces have rows of several lengths")
        case Call("TRANSPOSE", (inner,)):
            row, column = _within(tree, row, column)
            return _element(inner, column, row)
        case Call("MMULT", (left, right)):
            return _product(left, right, *_within(tree, row, column))
        case Call(function, arguments) if function in ELEMENTWISE:
            return Call(function, tuple(_element(argument, row, column) for argument in arguments))
        case Call(function) if function in WHOLE:
            return tree
        case Call(function):
            raise FormulaError(f"what {function} puts in each of them is not known here")
    raise AssertionError(tree)


def _within(tree: Tree, row: int, column: int) -> Size:
    rows, columns = extent(tree)
    row, column = (0 if rows == 1 else row), (0 if columns == 1 else column)
    if row >= rows or column >= columns:
        raise FormulaError("the block is larger than what the formula gives")
    return row, column


def _corner(tree: Range, row: int, column: int) -> Reference:
    first, last = tree.first, tree.last
    return Reference(
        min(first.row, last.row) + row,
        min(first.column, last.column) + column,
        first.row_fixed,
        first.column_fixed,
        first.sheet,
    )


def _product(left: Tree, right: Tree, row: int, column: int) -> Tree:
    inner, also = extent(left)[1], extent(right)[0]
    if inner != also:
        raise FormulaError("the matrices that it multiplies do not fit")
    if inner >= limits.TREE_DEPTH:
        raise FormulaError(f"its matrices have more than {limits.TREE_DEPTH} columns")
    terms = [Call("*", (_element(left, row, place), _element(right, place, column))) for place in range(inner)]
    total = terms[0]
    for term in terms[1:]:
        total = Call("+", (total, term))
    return total


def _moved(tree: Tree, row: int, column: int) -> Tree:
    """The same cells, seen from so many rows and columns further on."""
    match tree:
        case Reference():
            return Reference(
                tree.row if tree.row_fixed else tree.row - row,
                tree.column if tree.column_fixed else tree.column - column,
                tree.row_fixed,
                tree.column_fixed,
                tree.sheet,
            )
        case Range(first, last):
            one, other = _moved(first, row, column), _moved(last, row, column)
            return Range(one, other) if isinstance(one, Reference) and isinstance(other, Reference) else tree
        case Call(function, arguments):
            return Call(function, tuple(_moved(argument, row, column) for argument in arguments))
    return tree
