"""Names that would mean two things at once."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from sheetgrad.errors import Problem
from sheetgrad.expr import Partial, Ref, Symbol
from sheetgrad.network.training import optimizer_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.network.complete import Spec
    from sheetgrad.network.numbers import Shape

MOST_LISTED = 200_000


def _members(name: str, shape: Shape) -> Iterator[str]:
    for numbers in product(*(range(1, size + 1) for size in shape)):
        yield "_".join((name, *map(str, numbers)))


def check_collisions(shapes: Mapping[str, Shape], spec: Spec, problems: list[Problem]) -> None:
    """Add a problem for every name that is also a member's, a gradient's, or one that the optimizer uses.

    The members of `w` are called `w_1`, `w_2` …, so a number called `w_1` beside it would be ambiguous.
    """
    names: dict[str, str] = {}
    for name, shape in shapes.items():
        for member in _members(name, shape):
            other = names.setdefault(member, name)
            if other != name:
                problems.append(
                    Problem("equations", f"{member} means {other} and {name} at once", "rename one of them")
                )
            if len(names) > MOST_LISTED:
                return
    for taken, use in _taken(names, shapes, spec):
        if taken in names:
            wrong = f"the name {names[taken]} is taken: {taken} is {use}"
            problems.append(Problem("equations", wrong, "choose another name"))


def _taken(names: Mapping[str, str], shapes: Mapping[str, Shape], spec: Spec) -> Iterator[tuple[str, str]]:
    loss, optimizer = spec["loss"], optimizer_of(spec["optimizer"])
    for member in names:
        yield f"d{loss}_d{member}", f"the gradient of {member}"
    for setting in optimizer.settings:
        yield setting.name, f"a setting of {optimizer.name}"
    for name in spec["parameters"]:
        step = optimizer.step(Ref(Symbol(name)), Partial(Ref(Symbol(loss)), Ref(Symbol(name))))
        for state in step.states:
            for member in _members(state.name, shapes[name] if state.name.endswith(f"_{name}") else ()):
                yield member, f"what {optimizer.name} remembers"
        for member in _members(name, shapes[name]):
            yield f"{member}_new", f"the next value of {member}"
