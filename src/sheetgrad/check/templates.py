"""Networks with one hidden layer under the names people use for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.expr import HALF, ONE, Call, Expr, Ref, Symbol, add, multiply
from sheetgrad.read.names import canonical, slipped

if TYPE_CHECKING:
    from collections.abc import Iterable


def _ref(name: str) -> Ref:
    return Ref(Symbol(name))


def template(sizes: tuple[int, int, int], biases: str, half: bool, by_row: bool) -> tuple[dict[str, Expr], list[str]]:  # noqa: FBT001 -- a row of a table of variants
    """A network with one hidden layer of sigmoids under the class's names."""
    inputs, hidden, outputs = sizes
    definitions: dict[str, Expr] = {}
    leaves = [f"i{n + 1}" for n in range(inputs)] + [f"t{n + 1}" for n in range(outputs)] + ["eta"]
    offset, bias = 0, 0
    below = [f"i{n + 1}" for n in range(inputs)]
    for letter, count in (("h", hidden), ("o", outputs)):
        if biases == "shared":
            bias += 1
        for unit in range(count):
            if biases == "each":
                bias += 1
            terms: list[Expr] = []
            for place, name in enumerate(below):
                number = offset + (unit * len(below) + place if by_row else place * count + unit) + 1
                terms.append(multiply(_ref(f"w{number}"), _ref(name)))
            if biases != "none":
                terms.append(_ref(f"b{bias}"))
            definitions[f"{letter}{unit + 1}"] = add(*terms)
        offset += count * len(below)
        for unit in range(count):
            definitions[f"a_{letter}{unit + 1}"] = Call("sigmoid", (_ref(f"{letter}{unit + 1}"),))
        below = [f"a_{letter}{unit + 1}" for unit in range(count)]
    leaves += [f"w{n + 1}" for n in range(offset)] + [f"b{n + 1}" for n in range(bias)]
    for unit in range(outputs):
        square = (_ref(f"t{unit + 1}") - _ref(below[unit])) ** 2
        definitions[f"E{unit + 1}"] = multiply(HALF if half else ONE, square)
    definitions["E_total"] = add(*(_ref(f"E{unit + 1}") for unit in range(outputs)))
    return definitions, leaves


def widths(keys: Iterable[str]) -> tuple[int, int, int]:
    """The widths that the names used speak of: numbers count from 1 without a gap; the class's where there are none."""
    seen: dict[str, set[int]] = {}
    for key in keys:
        match = re.fullmatch(r"(i|h|a_h|o|a_o|t)(\d+)", canonical(key) or slipped(key) or "")
        if match:
            seen.setdefault(match[1], set()).add(int(match[2]))

    def width(*letters: str) -> int:
        numbers = set().union(*(seen.get(letter, set()) for letter in letters))
        return next(n for n in range(len(numbers) + 1) if n + 1 not in numbers) or 2

    return width("i"), width("h", "a_h"), width("o", "a_o", "t")
