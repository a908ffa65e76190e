"""Brackets put in, or taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.trees import Edit, at, factors_of, outermost, parts, product_of, put, sum_of, terms_of
from sheetgrad.read.book.cells import Call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.book.cells import Tree


def brackets(tree: Tree) -> Iterator[Edit]:
    """Brackets round the last terms of a sum, before or after which it is multiplied: a + b*c as (a + b)*c."""
    for path, part in outermost(tree, {"+", "-"}):
        terms = terms_of(part)
        for start in range(len(terms)):
            for end in range(start + 1, len(terms)):
                inner = terms[start : end + 1]
                for made in _gathered(inner):
                    yield Edit(put(tree, path, sum_of([*terms[:start], made, *terms[end + 1 :]])), "brackets")
        if len(terms) == 2 and terms[0][0] == "+":
            yield from _all_gathered(tree, path, terms)
    yield from _opened(tree)


def _gathered(terms: Sequence[tuple[str, Tree]]) -> Iterator[tuple[str, Tree]]:
    """`x*a + b*y` as x*(a + b)*y, for every way to cut the first and the last product."""
    first, last = factors_of(terms[0][1]), factors_of(terms[-1][1])
    for before in range(len(first)):
        for after in range(1, len(last) + 1):
            if not before and after == len(last):
                continue
            if last[0][0] == "/" or any(sign == "/" and place == before for place, (sign, _) in enumerate(first)):
                lead = first[:before]
                sign = first[before][0]
            else:
                lead, sign = first[:before], first[before][0]
            inner = sum_of(
                [
                    ("+", product_of([("*", first[before][1]), *first[before + 1 :]])),
                    *terms[1:-1],
                    (terms[-1][0], product_of(last[:after])),
                ]
            )
            yield terms[0][0], product_of([*lead, (sign, inner), *last[after:]])


def _all_gathered(tree: Tree, path: tuple[int, ...], terms: Sequence[tuple[str, Tree]]) -> Iterator[Edit]:
    """Brackets round every plain difference of a formula that has none: a - t*x + b - u*y."""
    del terms
    flat = terms_of(tree if not path else at(tree, path))
    if len(flat) % 2 == 0 and len(flat) > 2:
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        made = []
        for (sign, left), right in pairs:
            first, *rest = factors_of(right[1])
            made.append((sign, product_of([("*", sum_of([("+", left), (right[0], first[1])])), *rest])))
        yield Edit(put(tree, path, sum_of(made)), "brackets")


def _opened(tree: Tree) -> Iterator[Edit]:
    """Brackets taken away: (a - b)*c as a - b*c, 1/(1 + x) as 1/1 + x, -(a + b) as -a + b."""
    for path, part in parts(tree):
        if not isinstance(part, Call):
            continue
        match part:
            case Call(function="*" | "/" as sign, arguments=(Call(function="+" | "-" as inner, arguments=(a, b)), c)):
                yield Edit(put(tree, path, Call(inner, (a, Call(sign, (b, c))))), "brackets-off")
            case Call(function="neg", arguments=(Call(function="+" | "-" as inner, arguments=(a, b)),)):
                yield Edit(put(tree, path, Call(inner, (Call("neg", (a,)), b))), "brackets-off")
            case _:
                pass
        match part:
            case Call(function="*" | "/" as sign, arguments=(c, Call(function="+" | "-" as inner, arguments=(a, b)))):
                yield Edit(put(tree, path, Call(inner, (Call(sign, (c, a)), b))), "brackets-off")
            case _:
                pass
