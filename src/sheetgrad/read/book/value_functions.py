"""The functions of a spreadsheet that are computed here. To add one is an entry of FUNCTIONS."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.read.book.block_functions import (
    as_block,
    constants,
    differences,
    index,
    match_exactly,
    mmult,
    sumproduct,
    take,
    transpose,
    where,
)
from sheetgrad.read.book.cells import Fault, Reference
from sheetgrad.read.book.number_kinds import FaultError, Floats
from sheetgrad.read.book.values import Block, Here, UnknownFunctionError, spread

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


def _if(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    condition, *branches = take(arguments, 2, 3)
    holds = condition()
    if isinstance(holds, Block):
        raise UnknownFunctionError("IF on a block is not computed here")
    then, other = branches[0], branches[1] if len(branches) > 1 else lambda: False
    return here.numbers.chosen(here.number(holds), then, other)


def _iferror(_here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    first, second = take(arguments, 2, 2)
    try:
        value = first()
    except FaultError:
        return second()
    return second() if isinstance(value, Fault) else value


def _logic(*, every: bool) -> Rule:
    def rule(here: Here, arguments: Arguments) -> bool:
        found = [here.number(one) for argument in arguments for one in as_block(argument()).each() if one is not None]
        return all(map(bool, found)) if every else any(map(bool, found))

    return rule


def _digits(how: str) -> Rule:
    """Rounding as people do it by hand: the half goes away from zero, on the digits that are shown."""

    def rule(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
        value, places = (here.number(argument()) for argument in (*take(arguments, 1, 2), lambda: 0.0)[:2])
        if not isinstance(here.numbers, Floats):
            raise UnknownFunctionError("rounding of arrays is not computed here")
        if abs(places) > 300:
            raise FaultError("#NUM!")
        return (
            float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-int(places)), rounding=how)) if value else 0.0
        )

    return rule


def _mod(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    value, by = (here.number(argument()) for argument in take(arguments, 2, 2))
    return value - by * here.numbers.one["INT"](here.numbers.divided(value, by))


def _log(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    value, *base = [here.number(argument()) for argument in take(arguments, 1, 2)]
    if not base or (isinstance(base[0], float) and base[0] == 10):
        return here.numbers.one["LOG10"](value)
    natural = here.numbers.one["LN"]
    return here.numbers.divided(natural(value), natural(base[0]))


def _power(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    base, exponent = take(arguments, 2, 2)
    return spread("^", here, base(), exponent())


def _of_one(name: str) -> Rule:
    def rule(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
        value, function = take(arguments, 1, 1)[0](), here.numbers.one[name]
        if isinstance(value, Block):
            return Block([[function(here.number(one)) for one in row] for row in value.rows])
        return function(here.number(value))

    return rule


def _count(here: Here, arguments: Arguments) -> float:
    return float(sum(1 for _ in _numbers(here, arguments)))


def _only(here: Here, arguments: Arguments) -> Any:  # noqa: ANN401 -- the same
    value = take(arguments, 1, 1)[0]()
    value = as_block(value).rows[0][0] if isinstance(value, Block) else value
    return 0.0 if isinstance(value, str) or value is None else here.number(value)


FUNCTIONS: dict[str, Rule] = {
    "SUM": _sum,
    "PRODUCT": _product,
    "SUMPRODUCT": sumproduct,
    "SUMSQ": _squares,
    "SUMXMY2": differences,
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
    "NOT": lambda here, arguments: not here.number(take(arguments, 1, 1)[0]()),
    "TRUE": lambda _here, _arguments: True,
    "FALSE": lambda _here, _arguments: False,
    "N": _only,
    "SINGLE": _only,
    "INDEX": index,
    "MATCH": match_exactly,
    "MMULT": mmult,
    "TRANSPOSE": transpose,
    "ROW": where(0),
    "COLUMN": where(1),
    "": lambda _here, _arguments: None,
    "{}": constants,
    **{name: _of_one(name) for name in Floats.one},
}
"""Each takes where the formula stands and its arguments, which are computed when they are called."""
