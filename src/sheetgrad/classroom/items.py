"""What gives points: the lines and columns that a rubric names, for the network of the exercise."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.report.words import quantity as shown
from sheetgrad.classroom.rubric import METHODS
from sheetgrad.errors import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sheetgrad.classroom.rubric import Rubric
    from sheetgrad.setup import Setup


class Item(NamedTuple):
    """One thing that gives points."""

    kind: str
    """`equations`, `columns`, `answers`, `method` or `teacher`."""
    name: str
    """The plain name of the quantity, the blank's name, or the name in the rubric."""
    title: str
    points: float


class Names(NamedTuple):
    """The plain names of a network's quantities."""

    loss: str
    forward: tuple[str, ...]
    gradients: tuple[str, ...]
    """Of the loss by each parameter that is trained."""
    others: tuple[str, ...]
    """Of the loss by everything between."""
    updates: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """In the order in which a derivation has them."""
        return (*self.forward, *self.others, *self.gradients, *self.updates)


def names_of(setup: Setup) -> Names:
    """The names under which the checker knows the quantities of a network.

    >>> import sheetgrad
    >>> names_of(sheetgrad.load("class")).gradients[:2]
    ('dE_total_dw1', 'dE_total_dw2')
    """
    from sheetgrad.check.given import network_of
    from sheetgrad.derive import program
    from sheetgrad.expr import Ref, members
    from sheetgrad.notation import Notation

    network = network_of(setup)
    naming = Notation(program(setup.model, setup.optimizer), setup.notation)
    trained = [
        naming.plain(Ref(symbol, tuple(places.values())))
        for symbol in setup.model.parameters
        for places in members(symbol.axes)
    ]
    forward = tuple(network.definitions)
    loss = forward[-1]
    return Names(
        loss,
        forward,
        tuple(f"d{loss}_d{name}" for name in trained),
        tuple(f"d{loss}_d{name}" for name in forward[:-1]),
        tuple(f"{name}_new" for name in trained),
    )


def items(rubric: Rubric, names: Names, answers: Sequence[Item] = ()) -> tuple[Item, ...]:
    """Everything that gives points, in the order of the rubric's tables.

    `answers` are the blanks of a worksheet with the points that its key gives them;
    the rubric's own points for them go before. Without any rubric and without blanks,
    each gradient of the loss by a parameter gives one point.

    Raises:
        SpecError: a name of the rubric fits nothing in the network.
    """
    given = rubric
    if not (given.equations or given.columns or given.answers or answers):
        given = given._replace(equations=tuple((name, 1.0) for name in names.gradients))
    problems: list[Problem] = []
    found = [
        *_named("equations", given.equations, names.all, problems),
        *_answers(given.answers, answers, problems),
        *_named("columns", given.columns, names.all, problems),
        *(Item("method", name, METHODS[name], points) for name, points in given.method),
        *(Item("teacher", name, name, points) for name, points in given.teacher),
    ]
    if problems:
        raise SpecError(tuple(problems))
    return tuple(found)


def _named(
    kind: str, table: Iterable[tuple[str, float]], names: Iterable[str], problems: list[Problem]
) -> Iterator[Item]:
    """The quantities that the patterns of a table name; the first pattern that fits counts."""
    names = tuple(names)
    points: dict[str, float] = {}
    for pattern, worth in table:
        fitting = [name for name in names if fnmatchcase(name, pattern)]
        for name in fitting:
            points.setdefault(name, worth)
        if not fitting:
            few = ", ".join(names[:6])
            problems.append(Problem(f"[{kind}] {pattern!r}", "fits no quantity of the network", f"there are {few}, …"))
    yield from (Item(kind, name, shown(name), points[name]) for name in names if name in points)


def _answers(table: Iterable[tuple[str, float]], answers: Sequence[Item], problems: list[Problem]) -> Iterator[Item]:
    table = tuple(table)
    for pattern, _ in table:
        if not any(fnmatchcase(answer.name, pattern) for answer in answers):
            remedy = "the key's blanks are " + ", ".join(answer.name for answer in answers[:6]) if answers else ""
            problems.append(Problem(f"[answers] {pattern!r}", "fits no blank of the worksheet", remedy))
    for answer in answers:
        worth = next((points for pattern, points in table if fnmatchcase(answer.name, pattern)), answer.points)
        yield answer._replace(points=worth)
