"""One student's sheet before it becomes HTML, Markdown or LaTeX: what is given, and line after line what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.classroom.blanks import with_blank
from sheetgrad.classroom.levels import LEVELS
from sheetgrad.classroom.proof import distractors, followed, named
from sheetgrad.derivation.parts import description
from sheetgrad.emit.screen import prose as screen_prose
from sheetgrad.expr import Expr, Ref
from sheetgrad.functions import evaluate
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetgrad.classroom.asked import Answer
    from sheetgrad.classroom.key import Question, Student
    from sheetgrad.classroom.make import Made
    from sheetgrad.classroom.proof import Distractor
    from sheetgrad.expr import Quantity
    from sheetgrad.notation import Notation

FILLED_DOWN = 10
"""Updates in a workbook whose gradients are asked for."""
LONGEST_NAME = 80
"""Characters of an identifier that a sheet shows."""


class Item(NamedTuple):
    """One line: a quantity, its formula, its number."""

    number: int
    """Of the line, from 1."""
    name: str
    """The plain name of the quantity."""
    quantity: Quantity
    shown: Expr | None
    """The formula as the worksheet has it; None where the equation is to be found."""
    right: Expr
    """The formula that is right."""
    printed: str
    """The right number, as it is printed."""
    points: float
    stands: str = ""
    """The number that stands there already; empty where it is asked for."""
    value: float = 0.0
    """The same with all its digits."""


class Part(NamedTuple):
    """Lines that belong together."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One student's sheet."""

    made: Made
    student: Student
    given: tuple[tuple[Expr, str], ...]
    """Quantities and their numbers."""
    parts: tuple[Part, ...]
    wrong: Mapping[str, tuple[Distractor, ...]]
    """For each question the wrong answers that known mistakes lead to."""

    @property
    def names(self) -> Notation:
        """The notation."""
        return self.made.sheet.names

    @property
    def items(self) -> tuple[Item, ...]:
        """All lines."""
        return tuple(item for part in self.parts for item in part.items)

    @property
    def task(self) -> str:
        """What is to be done, in a sentence."""
        return LEVELS[self.made.exercise.level].task

    @property
    def rows(self) -> int:
        """Rows of the workbook: the steps made by hand; some more to fill down where all gradients are asked for."""
        exercise, program = self.made.exercise, self.made.sheet.program
        trains = exercise.level in {"gradients", "another"} and not program.states
        return exercise.steps + 1 if not trains else FILLED_DOWN + 1

    @property
    def given_with_rate(self) -> tuple[tuple[Expr, str], ...]:
        """What is given, and what the updates need besides."""
        known = {quantity for quantity, _ in self.given}
        settings = _settings(self.made) if self.rows > 1 else []
        return (*self.given, *(pair for pair in settings if pair[0] not in known))

    @property
    def network(self) -> str:
        """What the network is, in a sentence; nothing where its equations say it."""
        setup = self.made.sheet.setup
        return screen_prose(description(setup), self.names) if setup.origin.get("layers") else ""

    @property
    def too_fast(self) -> str:
        """At which learning rate training fails, for the key; nothing where that was not asked for."""
        rate = self.student.large_rate
        return (
            "" if rate is None else f"At the learning rate {rate:g} the loss rises, or sticks where little is learnt."
        )

    @property
    def finds(self) -> bool:
        """Whether a mistake is to be found."""
        return self.student.planted is not None

    @property
    def who(self) -> str:
        """The student, as the sheet names them: the name with the identifier, on one line."""
        words = f"{self.student.name} ({self.student.student})" if self.student.name else self.student.student
        clean = "".join(letter if letter.isprintable() else " " for letter in words)
        return clean if len(clean) <= LONGEST_NAME else f"{clean[: LONGEST_NAME - 1]}…"


def paper(made: Made, student: Student) -> Paper:
    """The sheet of one student."""
    steps = made.steps(student)
    asked = made.chooser.questions
    shown, numbers = _found(made, student, steps)
    items = []
    for number, question in enumerate(asked, 1):
        answer = made.sheet.answers[question.quantity]
        blank = _blank(made, student, number, answer)
        right = made.exercise.printed(evaluate(answer.value, steps[question.step]))
        value = numbers.get(question.id, 0.0)
        stands = made.exercise.printed(value) if numbers else ""
        formula = shown.get(question.id, answer.own_value if numbers else blank)
        items.append(
            Item(number, answer.name, answer.own, formula, answer.own_value, right, question.points, stands, value)
        )
    wrong = {q.id: tuple(named(distractors(made.chooser, q, steps), made.exercise)) for q in asked}
    return Paper(made, student, tuple(_given(made, student)), _parts(asked, items), wrong)


def _blank(made: Made, student: Student, number: int, answer: Answer) -> Expr | None:
    """The formula with its gap; the equations that a network is given by stay."""
    is_given = answer.role in {"forward", "loss"} and not made.exercise.spec.get("layers")
    match made.exercise.blanks:
        case "factors":
            return with_blank(answer.own_value, student.seed + number)
        case "equations" if not is_given:
            return None
        case _:
            return answer.own_value


def _found(made: Made, student: Student, steps: list[dict[Expr, float]]) -> tuple[dict[str, Expr], dict[str, float]]:
    """The wrong formula in its line, and every number as it follows from it; nothing where no mistake is planted."""
    if student.planted is None:
        return {}, {}
    wrong = planted_value(made, student)
    own = {answer.quantity: answer.own for answer in made.sheet.answers.values()}
    question = next(q for q in made.chooser.questions if q.id == student.planted.question)
    return {question.id: in_own_names(made, wrong, own)}, followed(made.chooser, steps[0], question, wrong)


def planted_value(made: Made, student: Student) -> Expr:
    """The wrong formula, in plain names."""
    assert student.planted is not None  # noqa: S101 -- asked for only where there is one
    question = next(q for q in made.chooser.questions if q.id == student.planted.question)
    return next(
        wrong.value
        for wrong in made.chooser.wrong[question.quantity]
        if wrong.code == student.planted.code and written(wrong.value) == student.planted.formula
    )


def in_own_names(made: Made, value: Expr, own: Mapping[Quantity, Quantity]) -> Expr:
    """A formula in plain names under the names that the program has, for typesetting."""
    from sheetgrad.check.network import renamed
    from sheetgrad.expr import Partial, references, walk

    table = made.sheet.names.table()
    known: dict[Expr, Expr] = {use: table[use.symbol.name] for use in references(value) if use.symbol.name in table}
    known |= {part: own[part] for part in walk(value) if isinstance(part, Partial) and part in own}
    return renamed(value, known)


def _given(made: Made, student: Student) -> list[tuple[Expr, str]]:
    table = made.sheet.names.table()
    rows: list[tuple[Expr, str]] = [(table[name], f"{value:g}") for name, value in student.numbers.items()]
    uses_rate = any(question.role == "update" for question in made.chooser.questions)
    return [*rows, *_settings(made)] if uses_rate else rows


def _settings(made: Made) -> list[tuple[Expr, str]]:
    """The learning rate, and what else the optimizer is set to."""
    rate = made.exercise.rate
    return [
        (Ref(symbol), f"{rate if isnan(value) else value:g}") for symbol, value in made.sheet.program.settings.items()
    ]


ORDINALS = {1: "second", 2: "third"}
TITLES = {"forward": "Forward", "loss": "The loss", "backward": "The gradients", "update": "The update"}


def _title(question: Question) -> str:
    title = TITLES.get(question.role, question.role)
    if question.role == "update" and question.step:
        return f"The {ORDINALS.get(question.step, str(question.step + 1))} update"
    if question.step:
        return f"The loss after {'one update' if question.step == 1 else f'{question.step} updates'}"
    return title


def _parts(asked: Sequence[Question], items: list[Item]) -> tuple[Part, ...]:
    pairs = zip(map(_title, asked), items, strict=True)
    return tuple(
        Part(title, tuple(item for _, item in group)) for title, group in groupby(pairs, key=lambda pair: pair[0])
    )
