"""Formulas as trees: looking at their parts, and putting others in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.book.cells import Call, Number, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.book.cells import Tree


class Edit(NamedTuple):
    """A formula with one thing changed; `was` and `now` say which."""

    tree: Tree
    kind: str
    was: Reference | str | None = None
    now: Reference | str | None = None


def parts(tree: Tree, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Tree]]:
    """Every part with the way to it, outermost first."""
    yield path, tree
    if isinstance(tree, Call):
        for place, argument in enumerate(tree.arguments):
            yield from parts(argument, (*path, place))


def put(tree: Tree, path: tuple[int, ...], part: Tree) -> Tree:
    """The formula with another part in one place."""
    if not path:
        return part
    assert isinstance(tree, Call)  # noqa: S101 -- a way leads through calls
    arguments = list(tree.arguments)
    arguments[path[0]] = put(arguments[path[0]], path[1:], part)
    return Call(tree.function, tuple(arguments))


def at(tree: Tree, path: tuple[int, ...]) -> Tree:
    """The part that a way leads to."""
    for step in path:
        assert isinstance(tree, Call)  # noqa: S101 -- a way leads through calls
        tree = tree.arguments[step]
    return tree


def terms_of(tree: Tree) -> list[tuple[str, Tree]]:
    """The terms of a sum with their signs; anything else is one term."""
    if isinstance(tree, Call) and tree.function in {"+", "-"} and len(tree.arguments) == 2:
        left, right = tree.arguments
        rest = terms_of(right) if tree.function == "+" and is_sum(right) else [("+", right)]
        signs = rest if tree.function == "+" else [("-", right)]
        return [*terms_of(left), *signs]
    return [("+", tree)]


def is_sum(tree: Tree) -> bool:
    """Whether two things are added or subtracted."""
    return isinstance(tree, Call) and tree.function in {"+", "-"}


def factors_of(tree: Tree) -> list[tuple[str, Tree]]:
    """The factors of a product, with `/` before a divisor."""
    if isinstance(tree, Call) and tree.function in {"*", "/"}:
        left, right = tree.arguments
        if tree.function == "*":
            return [*factors_of(left), *factors_of(right)]
        return [*factors_of(left), ("/", right)]
    return [("*", tree)]


def product_of(factors: Sequence[tuple[str, Tree]]) -> Tree:
    """Factors as one product."""
    if not factors:
        return Number(1)
    sign, made = factors[0]
    if sign == "/":
        made = Call("/", (Number(1), made))
    for sign, factor in factors[1:]:
        made = Call(sign, (made, factor))
    return made


def sum_of(terms: Sequence[tuple[str, Tree]]) -> Tree:
    """Terms as one sum."""
    sign, made = terms[0]
    if sign == "-":
        made = Call("neg", (made,))
    for sign, term in terms[1:]:
        made = Call(sign, (made, term))
    return made


def outermost(tree: Tree, names: set[str]) -> Iterator[tuple[tuple[int, ...], Tree]]:
    """Parts of a kind that are not inside a part of the same kind."""
    for path, part in parts(tree):
        if isinstance(part, Call) and part.function in names:
            above = tree
            inside = False
            for step in path:
                inside = isinstance(above, Call) and above.function in names
                above = above.arguments[step]  # type: ignore[union-attr]  # a way leads through calls
            if not inside:
                yield path, part
