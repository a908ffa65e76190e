"""What is asked of everybody, level by level. To add a level, add an entry.

A level is a rule from what can be asked about a network to pairs of a name and a
step: `("E_total", 1)` is the loss after one update.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.classroom.key import Question, refuse
from sheetgrad.syntax.printer import own_name, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sheetgrad.classroom.asked import Answer, Sheet
    from sheetgrad.expr import Quantity

STEPS = 2
"""Updates that are made by hand in the level `steps`."""
FIND = "mistake"
ANOTHER = "another"
POINTS: Mapping[str, float] = {"forward": 1.0, "loss": 1.0, "backward": 2.0, "update": 1.0, "find": 2.0}
"""What a question is worth, by what it is about."""


class Level(NamedTuple):
    """One level: its name, a line for people, how many updates it makes, and what it asks."""

    name: str
    title: str
    task: str
    steps: int
    asks: Callable[[Sheet, str], Iterator[tuple[str, int]]]


def _forward(sheet: Sheet, _of: str) -> Iterator[tuple[str, int]]:
    yield from ((name, 0) for name, answer in sheet.answers.items() if answer.role in {"forward", "loss"})


def _gradient(sheet: Sheet, of: str) -> Iterator[tuple[str, int]]:
    yield from _forward(sheet, of)
    yield gradient_called(sheet, of), 0


def _gradients(sheet: Sheet, of: str) -> Iterator[tuple[str, int]]:
    yield from _forward(sheet, of)
    yield from ((name, 0) for name, answer in sheet.answers.items() if answer.role == "backward")


def _steps(sheet: Sheet, of: str) -> Iterator[tuple[str, int]]:
    yield from _gradients(sheet, of)
    following = [name for name, answer in sheet.answers.items() if answer.role == "update"]
    for step in range(STEPS):
        yield from ((name, step) for name in following)
        yield _loss(sheet), step + 1


def _loss(sheet: Sheet) -> str:
    return sheet.names.plain(sheet.program.loss)


LEVELS: Mapping[str, Level] = {
    entry.name: entry
    for entry in (
        Level("forward", "Forward", "Compute every quantity from the inputs to the loss.", 0, _forward),
        Level("gradient", "One gradient", "Compute forward, then one gradient by the chain rule.", 0, _gradient),
        Level("gradients", "All gradients", "Compute forward, then every gradient by the chain rule.", 0, _gradients),
        Level(
            "steps",
            "Two steps of training",
            "Compute forward and backward, and update the weights: twice.",
            STEPS,
            _steps,
        ),
        Level(
            FIND,
            "Find the mistake",
            "One line of this derivation is wrong. Find it, say why, and put it right.",
            0,
            _gradients,
        ),
        Level(
            ANOTHER,
            "Another activation or loss",
            "The network is yours with another activation or loss: derive every gradient anew.",
            0,
            _gradients,
        ),
    )
}
"""The levels, easiest first."""


def questions(sheet: Sheet, level: str, *, of: str = "") -> tuple[Question, ...]:
    """What a level asks about a network; `of` is the parameter whose gradient the level `gradient` asks for.

    >>> import sheetgrad
    >>> from sheetgrad.classroom.asked import sheet_of
    >>> [question.id for question in questions(sheet_of(sheetgrad.load("class")), "gradient")][-3:]
    ['E2', 'E_total', 'dE_total_dw5']
    """
    made = []
    for name, step in LEVELS[level].asks(sheet, of):
        answer = sheet.answers[name]
        made.append(
            Question(
                f"{name}@{step}" if step else name,
                name,
                step,
                answer.role,
                POINTS[answer.role],
                written(answer.value, _plain(sheet)),
            )
        )
    return tuple(made)


def _plain(sheet: Sheet) -> Callable[[Quantity], str]:
    """Names in formulas: derivatives as identifiers, too."""
    by_quantity = {answer.quantity: answer.name for answer in sheet.answers.values()}
    return lambda quantity: by_quantity.get(quantity) or own_name(quantity)


def gradient_called(sheet: Sheet, of: str) -> str:
    """The gradient by a parameter, given by the parameter's name or its own; without one, the first of the last layer.

    Raises:
        SpecError: there is no such parameter.
    """
    gradients = {name: answer for name, answer in sheet.answers.items() if answer.role == "backward"}
    if not of:
        return next(name for name, answer in gradients.items() if _is_last(answer, gradients))
    found = of if of in gradients else f"d{_loss(sheet)}_d{of}"
    if found not in gradients:
        known = ", ".join(name.partition("_d")[2] or name for name in gradients)
        raise refuse("--of", f"no weight is called {of!r}", f"the gradients are {', '.join(gradients) or known}")
    return found


def _is_last(answer: Answer, gradients: Mapping[str, Answer]) -> bool:
    last = max(_layer(other) for other in gradients.values())
    return _layer(answer) == last


def _layer(answer: Answer) -> int:
    return int(answer.own.wrt.symbol.layer)  # type: ignore[union-attr]  # a gradient
