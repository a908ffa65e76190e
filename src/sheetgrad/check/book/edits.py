"""Small edits of a formula: what a slip of the hand could have changed, undone."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from sheetgrad.check.book.brackets import brackets
from sheetgrad.check.book.trees import Edit, at, factors_of, outermost, parts, product_of, put, sum_of, terms_of
from sheetgrad.read.book.cells import Call, Number, Range, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.book.cells import Tree

MOST_PLACES = 40
"""References in a formula that are tried one by one."""


def swapped(tree: Tree, was: Reference, now: Reference) -> Tree:
    """One cell for another wherever it stands."""
    if tree == was:
        return now
    if isinstance(tree, Call):
        return Call(tree.function, tuple(swapped(argument, was, now) for argument in tree.arguments))
    return tree


def near(tree: Tree, others: Sequence[Reference], numbers: Sequence[float] = ()) -> Iterator[Edit]:
    """The likeliest edits first: one cell for another, signs, brackets, factors, powers."""
    yield from other_cell(tree, others)
    yield from _anchors(tree)
    yield from brackets(tree)
    yield from _signs(tree)
    yield from _left_out(tree)
    yield from _powers(tree)
    yield from _constants(tree, (1.0, 2.0, 0.5, -1.0, *numbers))


def far(tree: Tree, others: Sequence[Reference]) -> Iterator[Edit]:
    """Less likely ones: a factor that is missing, and two cells at once."""
    yield from _lost_difference(tree, others)
    yield from _two_cells(tree, others)


def typed(tree: Tree, given: Sequence[tuple[Reference, float]]) -> Iterator[Edit]:
    """A cell for a typed number that is what the cell holds."""
    for path, part in parts(tree):
        if isinstance(part, Number):
            for reference, value in given:
                if value == part.value:
                    yield Edit(put(tree, path, reference), "typed", f"{value:g}", reference)


def _cells(tree: Tree) -> dict[Reference, list[tuple[int, ...]]]:
    found: dict[Reference, list[tuple[int, ...]]] = {}
    for path, part in parts(tree):
        if isinstance(part, Reference):
            found.setdefault(part, []).append(path)
    return found


def other_cell(tree: Tree, others: Sequence[Reference]) -> Iterator[Edit]:
    """One cell for another: everywhere, in one place, in two, and all over one part of the formula."""
    found = _cells(tree)
    for was, paths in list(found.items())[:MOST_PLACES]:
        for now in others:
            if now == was:
                continue
            yield Edit(swapped(tree, was, now), "cell", was, now)
            if len(paths) > 1:
                for path in paths:
                    yield Edit(put(tree, path, now), "cell", was, now)
            if 2 < len(paths) <= 6:
                for one, two in combinations(paths, 2):
                    yield Edit(put(put(tree, one, now), two, now), "cell", was, now)
                for path in _stems(paths):
                    yield Edit(put(tree, path, swapped(at(tree, path), was, now)), "cell", was, now)


def _stems(paths: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """The ways to parts that hold some of the places, but not all."""
    counts: dict[tuple[int, ...], int] = {}
    for path in paths:
        for length in range(1, len(path)):
            counts[path[:length]] = counts.get(path[:length], 0) + 1
    met = set()
    for stem, count in sorted(counts.items(), key=lambda pair: len(pair[0])):
        inside = frozenset(path for path in paths if path[: len(stem)] == stem)
        if 2 < count < len(paths) and inside not in met:
            met.add(inside)
            yield stem


def _two_cells(tree: Tree, others: Sequence[Reference]) -> Iterator[Edit]:
    """Two cells for two others, each wherever it stands, or in one place only."""
    firsts = list(other_cell(tree, others))
    found = list(_cells(tree))
    for edit in firsts:
        for was in found:
            if was == edit.was:
                continue
            for now in others:
                if now not in {was, edit.was}:
                    yield Edit(swapped(edit.tree, was, now), "cell", edit.was, edit.now)


def _anchors(tree: Tree) -> Iterator[Edit]:
    """A row that should move with the line, or stand still."""
    for was in _cells(tree):
        yield Edit(swapped(tree, was, replace(was, row_fixed=not was.row_fixed)), "anchor", was, None)


def together(tree: Tree, moved: Sequence[tuple[Reference, Reference]]) -> Iterator[Edit]:
    """Several cells on other lines at once: all that are held by a $, or all that are not."""
    for fixed in (True, False):
        pairs = [(was, now) for was, now in moved if (was.row_fixed or was.column_fixed) == fixed]
        whole = tree
        for was, now in pairs:
            whole = swapped(whole, was, now)
        if len(pairs) > 1:
            yield Edit(whole, "line", *pairs[0])


_OTHERS = {"+": ("*", "-"), "-": ("+", "*"), "*": ("+", "-", "/"), "/": ("*",)}


def _signs(tree: Tree) -> Iterator[Edit]:
    """One operation for another, and a sign more or less."""
    for path, part in parts(tree):
        if isinstance(part, Call) and part.function in _OTHERS and len(part.arguments) == 2:
            for other in _OTHERS[part.function]:
                yield Edit(put(tree, path, Call(other, part.arguments)), "sign", part.function, other)
        if isinstance(part, Call) and part.function == "neg":
            yield Edit(put(tree, path, part.arguments[0]), "sign", "-", "+")
        if isinstance(part, Call) and part.function in {"EXP", "LN"}:
            yield Edit(put(tree, (*path, 0), Call("neg", part.arguments)), "sign", "+", "-")
    for path, part in outermost(tree, {"*", "/"}):
        factors = factors_of(part)
        for cut in range(2, len(factors) - 1):
            if factors[cut][0] == "*":
                made = Call("+", (product_of(factors[:cut]), product_of(factors[cut:])))
                yield Edit(put(tree, path, made), "sign", "*", "+")
        whole = _added(part)
        if whole is not None:
            yield Edit(put(tree, path, whole), "sign", "*", "+")
    yield Edit(Call("neg", (tree,)), "sign", "+", "-")
    for path, part in parts(tree):
        if isinstance(part, Call) and part.function in {"*", "/"} and path:
            yield Edit(put(tree, path, Call("neg", (part,))), "sign", "+", "-")


def _added(part: Tree) -> Tree | None:
    """`a*b*(c*d)*(e*f)` as the sum of its bracketed products; None where there are fewer than two of them."""
    bracketed: list[Tree] = []
    while isinstance(part, Call) and part.function == "*":
        left, right = part.arguments
        if not (isinstance(right, Call) and right.function == "*"):
            break
        bracketed.append(right)
        part = left
    if len(bracketed) < 2:
        return None
    for term in reversed(bracketed):
        part = Call("+", (part, term))
    return part


def _left_out(tree: Tree) -> Iterator[Edit]:
    """One factor or one term taken out."""
    for path, part in outermost(tree, {"*", "/"}):
        factors = factors_of(part)
        for place in range(len(factors)):
            rest = [*factors[:place], *factors[place + 1 :]]
            yield Edit(put(tree, path, product_of(rest)), "extra-factor", _words(factors[place][1]))
        for one, two in combinations(range(len(factors)), 2) if len(factors) <= 8 else ():
            rest = [factor for place, factor in enumerate(factors) if place not in {one, two}]
            yield Edit(put(tree, path, product_of(rest)), "extra-factor", _words(factors[one][1]))
    for path, part in outermost(tree, {"+", "-"}):
        terms = terms_of(part)
        for place in range(len(terms)) if len(terms) > 1 else ():
            yield Edit(put(tree, path, sum_of([*terms[:place], *terms[place + 1 :]])), "extra-term")


def _words(tree: Tree) -> Reference | str | None:
    return tree if isinstance(tree, Reference) else f"{tree.value:g}" if isinstance(tree, Number) else None


def _powers(tree: Tree) -> Iterator[Edit]:
    """A square lost or too many."""
    for path, part in parts(tree):
        if isinstance(part, Call) and part.function in {"^", "POWER"}:
            yield Edit(put(tree, path, part.arguments[0]), "power-off")
        elif not isinstance(part, Number | Range):
            yield Edit(put(tree, path, Call("^", (part, Number(2)))), "power")


def _constants(tree: Tree, numbers: Sequence[float]) -> Iterator[Edit]:
    """A factor of two, 1 - x for x, and the like."""
    for number in (2.0, 0.5):
        yield Edit(Call("*", (Number(number), tree)), "half")
    for path, part in parts(tree):
        match part:
            case Number(value=value):
                for other in numbers:
                    if other != value:
                        yield Edit(put(tree, path, Number(other)), "constant", f"{value:g}", f"{other:g}")
            case Reference():
                for other in (0.5, 1.0, 2.0):
                    yield Edit(put(tree, path, Number(other)), "constant", part, f"{other:g}")
            case _:
                pass


def lost_factor(tree: Tree, others: Sequence[Reference], numbers: Sequence[float] = ()) -> Iterator[Edit]:
    """One factor more, to the whole or to a product inside: a cell, 1 - a, or both."""
    spots = [((), tree), *((path, part) for path, part in outermost(tree, {"*", "/"}) if path)]
    spots += [
        (path, part) for path, part in parts(tree) if path and isinstance(part, Reference) and _sum_above(tree, path)
    ]
    factors: list[Tree] = [*others, *map(Number, numbers), *(Call("-", (Number(1), other)) for other in others)]
    factors += [Call("*", (other, Call("-", (Number(1), other)))) for other in others]
    for factor in factors:
        for path, part in spots:
            yield Edit(put(tree, path, Call("*", (part, factor))), "missing-factor", None, _words(factor))


def _lost_difference(tree: Tree, others: Sequence[Reference]) -> Iterator[Edit]:
    """A factor a - t more."""
    spots = [((), tree), *((path, part) for path, part in outermost(tree, {"*", "/"}) if path)]
    for path, part in spots:
        for one, two in permutations(others, 2):
            made = Call("*", (Call("-", (one, two)), part))
            yield Edit(put(tree, path, made), "missing-factor")


def _sum_above(tree: Tree, path: tuple[int, ...]) -> bool:
    above = at(tree, path[:-1])
    return isinstance(above, Call) and above.function in {"+", "-"}


__all__ = ["Edit", "far", "lost_factor", "near", "other_cell", "parts", "put", "swapped", "together", "typed"]
