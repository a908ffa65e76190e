"""What the functions of a spreadsheet mean, as expressions; a table from their names to rules."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from sheetgrad.expr import MINUS_ONE, ONE, ZERO, Expr, Number, Power, Product, Sum
from sheetgrad.expr import Call as Applied
from sheetgrad.read.book.cells import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.read.book.cells import Tree


class NotReadError(Exception):
    """A formula, or a part of one, that is no arithmetic over cells; says why."""


class Reading(Protocol):
    """What reads the arguments of a function: one by one, or every cell of their ranges."""

    def read(self, tree: Tree) -> Expr:
        """One argument as an expression."""

    def cells(self, tree: Tree) -> list[Expr]:
        """The cells of an argument."""

    def all_cells(self, arguments: tuple[Tree, ...]) -> list[Expr]:
        """The cells of all arguments."""


def _sum(terms: list[Expr]) -> Expr:
    flat = [part for term in terms for part in (term.terms if isinstance(term, Sum) else (term,))]
    return ZERO if not flat else flat[0] if len(flat) == 1 else Sum(tuple(flat))


def _product(factors: list[Expr]) -> Expr:
    flat = [part for factor in factors for part in (factor.factors if isinstance(factor, Product) else (factor,))]
    flat = [part for part in flat if part is not ONE] or [ONE]
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def _minus(node: Expr) -> Expr:
    if isinstance(node, Number):
        return Number(-node.value)
    return _product([MINUS_ONE, node])


def _over(node: Expr) -> Expr:
    return Power(node, MINUS_ONE)


def _condition(reading: Reading, tree: Tree) -> Expr:
    """A comparison as a number: 1 where it holds, else 0."""
    if isinstance(tree, Call) and tree.function in {">", "<", ">=", "<="} and len(tree.arguments) == 2:
        left, right = map(reading.read, tree.arguments)
        if tree.function in {"<", ">="}:
            left, right = right, left
        holds = Applied("positive", (_sum([left, _minus(right)]),))
        return _sum([ONE, _minus(holds)]) if tree.function in {">=", "<="} else holds
    raise NotReadError("a condition that is no comparison of two numbers")


def _if(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    if len(arguments) != 3:
        raise NotReadError("an IF without both of its values")
    holds = _condition(reading, arguments[0])
    then, other = map(reading.read, arguments[1:])
    return _sum([_product([holds, then]), _product([_sum([ONE, _minus(holds)]), other])])


def _average(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    cells = reading.all_cells(arguments)
    return _product([_sum(cells), _over(Number(len(cells)))]) if cells else ZERO


def _of_products(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    columns = [reading.cells(argument) for argument in arguments]
    if len({len(column) for column in columns}) != 1:
        raise NotReadError("the ranges of a SUMPRODUCT differ in length")
    return _sum([_product(list(row)) for row in zip(*columns, strict=True)])


def _largest(name: str) -> Callable[[Reading, tuple[Tree, ...]], Expr]:
    def rule(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
        cells = reading.all_cells(arguments)
        made = cells[0] if cells else ZERO
        for cell in cells[1:]:
            made = Applied(name, (made, cell))
        return made

    return rule


def _square_sum(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    return _sum([Power(cell, Number(2)) for cell in reading.all_cells(arguments)])


def _differences(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    left, right = map(reading.cells, arguments)
    if len(left) != len(right):
        raise NotReadError("the ranges of a SUMXMY2 differ in length")
    return _sum([Power(_sum([a, _minus(b)]), Number(2)) for a, b in zip(left, right, strict=True)])


def _comparison(sign: str) -> Callable[[Reading, tuple[Tree, ...]], Expr]:
    return lambda reading, arguments: _condition(reading, Call(sign, arguments))


def _ordinary_log(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    base: Expr = Number(math.log(10)) if len(arguments) == 1 else Applied("log", (reading.read(arguments[1]),))
    return _product([Applied("log", (reading.read(arguments[0]),)), _over(base)])


def _negated(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    return _minus(reading.read(arguments[0]))


def _difference(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    left, right = map(reading.read, arguments)
    return _sum([left, _minus(right)])


def _quotient(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    left, right = map(reading.read, arguments)
    return _product([left, _over(right)])


def _power(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    base, exponent = map(reading.read, arguments)
    return Power(base, exponent)


def _same(reading: Reading, arguments: tuple[Tree, ...]) -> Expr:
    return reading.read(arguments[0])


RULES: Mapping[str, Callable[[Reading, tuple[Tree, ...]], Expr]] = {
    "+": lambda reading, arguments: _sum(list(map(reading.read, arguments))),
    "*": lambda reading, arguments: _product(list(map(reading.read, arguments))),
    "-": _difference,
    "/": _quotient,
    "^": _power,
    "neg": _negated,
    "pos": _same,
    "%": lambda reading, arguments: _product([reading.read(arguments[0]), Number(0.01)]),
    "POWER": _power,
    "POW": _power,
    "SUM": lambda reading, arguments: _sum(reading.all_cells(arguments)),
    "PRODUCT": lambda reading, arguments: _product(reading.all_cells(arguments)),
    "SUMPRODUCT": _of_products,
    "SUMSQ": _square_sum,
    "SUMXMY2": _differences,
    "AVERAGE": _average,
    "MAX": _largest("max"),
    "MIN": _largest("min"),
    "IF": _if,
    "IFERROR": _same,
    "LOG": _ordinary_log,
    "LOG10": _ordinary_log,
    **{sign: _comparison(sign) for sign in (">", "<", ">=", "<=")},
}
"""Functions whose arguments may be ranges, and operators."""
FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "EXP": ("exp", "x"),
    "LN": ("log", "x"),
    "SQRT": ("sqrt", "x"),
    "ABS": ("abs", "x"),
    "TANH": ("tanh", "x"),
}
"""Functions of one number: what we call them, and their arguments."""
