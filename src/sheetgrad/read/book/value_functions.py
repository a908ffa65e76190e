"""The functions of a spreadsheet that are computed here. To add one is an entry of FUNCTIONS."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.read.book.cells import Call, Fault, Range, Reference
from sheetgrad.read.book.number_kinds import FaultError, Floats
from sheetgrad.read.book.values import OPERATORS, Block, Here, UnknownFunctionError, _spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Arguments: TypeAlias = "tuple[Any, ...]"
    Rule: TypeAlias = "Callable[[Here, Arguments], Any]"


def _numbers(here: Here, arguments: Arguments) -> Iterator[Any]:
    """The numbers among the arguments: in blocks and cells texts and truth values are passed over."""
    for argument in arguments:
        value = argument()
        if isinstance(value, Block):
            among = value.each()
        elif isinstance(argument.tree, Reference):
            among = iter((value,))
        else:
            yield here.number(value)
            continue
        for one in among:
            if isinstance(one, Fault):
                raise FaultError(one.code)
            if one is not None and not isinstance(one, str | bool):
                yield one


def _take(arguments: Arguments, least: int, most: int) -> Arguments:
    if not least <= len(arguments) <= most:
        raise FaultError("#VALUE!")
    return arguments


def _sum(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- a number of any kind
    return sum(_numbers(here, arguments), 0.0)


def _product(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    found = list(_numbers(here, arguments))
    total = found[0] if found else 0.0
    for one in found[1:]:
        total = total * one
    return total


def _squares(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    return sum((one * one for one in _numbers(here, arguments)), 0.0)


def _average(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    found = list(_numbers(here, arguments))
    return here.numbers.divided(sum(found, 0.0), float(len(found)))


def _extreme(name: str) -> Rule:
    def rule(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
        pick = getattr(here.numbers, name)
        found = list(_numbers(here, arguments))
        best = found[0] if found else 0.0
        for one in found[1:]:
            best = pick(best, one)
        return best

    return rule


def _as_block(value: Any) -> Block:  # noqa: ANN401 -- a value of any kind
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


def _sumproduct(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    filled = _even([_as_block(argument()) for argument in arguments])
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
    left, right = _even([_as_block(argument()) for argument in _take(arguments, 2, 2)])
    for row, other in zip(left, right, strict=True):
        for one, two in zip(row, other, strict=True):
            if not isinstance(one, str | bool | None) and not isinstance(two, str | bool | None):
                yield here.number(one), here.number(two)


def _differences(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    return sum(((one - two) * (one - two) for one, two in _pairs(here, arguments)), 0.0)


def _if(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    condition, *branches = _take(arguments, 2, 3)
    holds = condition()
    if isinstance(holds, Block):
        raise UnknownFunctionError("IF on a block is not computed here")
    then, other = branches[0], branches[1] if len(branches) > 1 else lambda: False
    return here.numbers.chosen(here.number(holds), then, other)


def _iferror(_here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    first, second = _take(arguments, 2, 2)
    try:
        value = first()
    except FaultError:
        return second()
    return second() if isinstance(value, Fault) else value


def _logic(*, every: bool) -> Rule:
    def rule(here: Here, arguments: Arguments) -> bool:
        found = [here.number(one) for argument in arguments for one in _as_block(argument()).each() if one is not None]
        return all(map(bool, found)) if every else any(map(bool, found))

    return rule


def _digits(how: str) -> Rule:
    """Rounding as people do it by hand: the half goes away from zero, on the digits that are shown."""

    def rule(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
        value, places = (here.number(argument()) for argument in (*_take(arguments, 1, 2), lambda: 0.0)[:2])
        if not isinstance(here.numbers, Floats):
            raise UnknownFunctionError("rounding of arrays is not computed here")
        if abs(places) > 300:
            raise FaultError("#NUM!")
        return float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-int(places)), rounding=how)) if value else 0.0

    return rule


def _mod(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    value, by = (here.number(argument()) for argument in _take(arguments, 2, 2))
    return value - by * here.numbers.one["INT"](here.numbers.divided(value, by))


def _log(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    value, *base = [here.number(argument()) for argument in _take(arguments, 1, 2)]
    if not base or (isinstance(base[0], float) and base[0] == 10):
        return here.numbers.one["LOG10"](value)
    natural = here.numbers.one["LN"]
    return here.numbers.divided(natural(value), natural(base[0]))


def _index(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    block, *places = _take(arguments, 2, 3)
    rows = _as_block(block()).rows
    found = [int(here.number(place())) for place in places]
    lying = len(found) == 1 and isinstance(block.tree, Range) and _is_one_row(block.tree)
    row, column = (1, found[0]) if lying else (found[0], found[1] if len(found) > 1 else 1)
    if row < 1 or column < 1:
        raise UnknownFunctionError("INDEX of a whole row or column is not computed here")
    return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None


def _is_one_row(tree: Range) -> bool:
    return tree.first.row == tree.last.row and tree.first.row_fixed == tree.last.row_fixed


def _match(here: Here, arguments: Arguments) -> float:
    wanted, among, *kind = _take(arguments, 2, 3)
    if not kind or here.number(kind[0]()) != 0:
        raise UnknownFunctionError("MATCH in sorted cells is not computed here")
    value = wanted()
    for place, one in enumerate(_as_block(among()).each(), 1):
        if one is not None and OPERATORS["="](here, one, value):
            return float(place)
    raise FaultError("#N/A")


def _mmult(here: Here, arguments: Arguments) -> Block:
    left, right = (_as_block(argument()).rows for argument in _take(arguments, 2, 2))
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


def _transpose(_here: Here, arguments: Arguments) -> Block:
    rows = _as_block(_take(arguments, 1, 1)[0]()).rows
    return Block([list(row) for row in zip(*rows, strict=True)])


def _constants(_here: Here, arguments: Arguments) -> Block:
    return Block([[_constant(one) for one in row.tree.arguments] for row in arguments])


def _constant(tree: Any) -> Any:  # noqa: ANN401 -- a tree that the grammar made
    if isinstance(tree, Call) and tree.function == "neg":
        return -_constant(tree.arguments[0])
    if isinstance(tree, Call):
        raise UnknownFunctionError("braces with more than numbers are not computed here")
    return tree.value


def _power(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    base, exponent = _take(arguments, 2, 2)
    return _spread("^", here, base(), exponent())


def _of_one(name: str) -> Rule:
    def rule(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
        value, function = _take(arguments, 1, 1)[0](), here.numbers.one[name]
        if isinstance(value, Block):
            return Block([[function(here.number(one)) for one in row] for row in value.rows])
        return function(here.number(value))

    return rule


def _where(axis: int) -> Rule:
    def rule(here: Here, arguments: Arguments) -> float:
        if not arguments:
            return float(here.place[axis])
        tree = _take(arguments, 1, 1)[0].tree
        tree = tree.first if isinstance(tree, Range) else tree
        if not isinstance(tree, Reference):
            raise FaultError("#VALUE!")
        return float(tree.at(here.place)[axis])

    return rule


def _count(here: Here, arguments: Arguments) -> float:
    return float(sum(1 for _ in _numbers(here, arguments)))


def _only(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    value = _take(arguments, 1, 1)[0]()
    value = _as_block(value).rows[0][0] if isinstance(value, Block) else value
    return 0.0 if isinstance(value, str) or value is None else here.number(value)


FUNCTIONS: dict[str, Rule] = {
    "SUM": _sum,
    "PRODUCT": _product,
    "SUMPRODUCT": _sumproduct,
    "SUMSQ": _squares,
    "SUMXMY2": _differences,
    "AVERAGE": _average,
    "COUNT": _count,
    "MAX": _extreme("larger"),
    "MIN": _extreme("smaller"),
    "POWER": _power,
    "POW": _power,
    "LOG": _log,
    "MOD": _mod,
    "PI": lambda _here, _arguments: math.pi,
    "ROUND": _digits(ROUND_HALF_UP),
    "ROUNDUP": _digits(ROUND_UP),
    "ROUNDDOWN": _digits(ROUND_DOWN),
    "TRUNC": _digits(ROUND_DOWN),
    "IF": _if,
    "IFERROR": _iferror,
    "AND": _logic(every=True),
    "OR": _logic(every=False),
    "NOT": lambda here, arguments: not here.number(_take(arguments, 1, 1)[0]()),
    "TRUE": lambda _here, _arguments: True,
    "FALSE": lambda _here, _arguments: False,
    "N": _only,
    "SINGLE": _only,
    "INDEX": _index,
    "MATCH": _match,
    "MMULT": _mmult,
    "TRANSPOSE": _transpose,
    "ROW": _where(0),
    "COLUMN": _where(1),
    "": lambda _here, _arguments: None,
    "{}": _constants,
    **{name: _of_one(name) for name in Floats.one},
}
"""Each takes where the formula stands and its arguments, which are computed when they are called."""
