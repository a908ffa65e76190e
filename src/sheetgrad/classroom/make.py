"""An exercise for a class: what is asked, and numbers for every student in which every mistake shows."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from sheetgrad.classroom.asked import Sheet, sheet_of
from sheetgrad.classroom.choose import Chooser
from sheetgrad.classroom.draw import seed_of
from sheetgrad.classroom.key import Exercise, Planted, Question, Student, refuse
from sheetgrad.classroom.levels import ANOTHER, FIND, LEVELS, POINTS, questions
from sheetgrad.classroom.numbers import numbers_of, single, with_numbers
from sheetgrad.classroom.proof import followed, prove
from sheetgrad.classroom.rates import rate_that_is_too_large
from sheetgrad.functions import evaluate
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sheetgrad.classroom.students import Entry
    from sheetgrad.expr import Expr
    from sheetgrad.setup import Setup

Blanks = Literal["numbers", "factors", "equations"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a teacher may ask for; everything has an answer of its own."""

    level: str = "gradients"
    blanks: Blanks = "numbers"
    seed: int = 0
    same: bool = False
    """The same numbers for everybody."""
    digits: int | None = None
    """Digits behind the point; the fewest in which every mistake shows when None."""
    rate: float | None = None
    of: str = ""
    """The weight whose gradient the level `gradient` asks for."""
    large_rate: bool = False
    """Whether a learning rate must exist at which the loss rises or sticks."""
    activation: str = ""
    loss: str = ""
    """What the level `another` changes the network to."""


@dataclass(frozen=True, slots=True)
class Made:
    """An exercise with what its sheets are written from."""

    exercise: Exercise
    sheet: Sheet
    chooser: Chooser

    def steps(self, student: Student) -> list[dict[Expr, float]]:
        """Every quantity of this student's network, before any update and after each."""
        return self.sheet.steps(student.numbers, self.exercise.rate, self.chooser.steps)


def make(
    setup: Setup, entries: Sequence[Entry], wishes: Wishes, *, progress: Callable[[str], None] | None = None
) -> Made:
    """Make an exercise: choose numbers for each student, prove that every mistake shows, and note the answers.

    Raises:
        SpecError: the level does not fit the network.
        TooLargeError: nobody would compute the network by hand.
        NoNumbersError: there are no numbers in which every mistake shows.
    """
    if wishes.level not in LEVELS:
        raise refuse("--level", f"no level is called {wishes.level!r}", f"there are {', '.join(LEVELS)}")
    spec = single(changed(setup, wishes) if wishes.level == ANOTHER else setup)
    chooser, asked, rate = _chooser(spec, wishes)
    decimals = chooser.decimals() if wishes.digits is None else wishes.digits
    hidden = {
        question.id: codes
        for question in asked
        for name, codes in chooser.hidden().items()
        if question.quantity == name
    }
    exercise = Exercise(
        setup.name,
        str(spec.get("title") or setup.name),
        wishes.level,
        wishes.blanks,
        wishes.seed,
        wishes.same,
        decimals,
        10.0**-decimals,
        rate,
        LEVELS[wishes.level].steps,
        spec,
        asked,
        (),
        hidden,
    )
    made = Made(exercise, chooser.sheet, chooser)
    students = []
    for place, entry in enumerate(entries, 1):
        if progress:
            progress(f"choosing numbers: student {place} of {len(entries)}")
        students.append(_student(made, entry, wishes))
    if wishes.level == FIND:
        exercise = replace(exercise, questions=FINDING)
    return Made(replace(exercise, students=tuple(students)), chooser.sheet, chooser)


FINDING = (
    Question("line", "", 0, "find", POINTS["find"], ""),
    Question("number", "", 0, "find", POINTS["find"], ""),
)
"""What is asked where a mistake is to be found: the number of its line, and the number that is right there."""


def chooser_of(exercise: Exercise) -> Made:
    """What an exercise was made from, for making its sheets again."""
    wishes = Wishes(exercise.level, seed=exercise.seed, rate=exercise.rate)
    chooser, asked, _ = _chooser(exercise.spec, wishes, asked=exercise.questions)
    del asked
    return Made(exercise, chooser.sheet, chooser)


def _chooser(
    spec: Mapping[str, Any], wishes: Wishes, *, asked: Sequence[Question] = ()
) -> tuple[Chooser, tuple[Question, ...], float]:
    from sheetgrad import network

    setup = network.load(spec)
    rate = setup.learning_rates[0] if wishes.rate is None else wishes.rate
    sheet = sheet_of(setup)
    of = next((question.quantity for question in asked if question.role == "backward"), wishes.of)
    found = questions(sheet, wishes.level, of=of)
    return Chooser(sheet, found, rate), found, rate


def _student(made: Made, entry: Entry, wishes: Wishes) -> Student:
    exercise, sheet = made.exercise, made.sheet
    seed = seed_of("" if wishes.same else entry.student, wishes.seed)
    found: list[float] = []

    def good(numbers: Mapping[str, float]) -> bool:
        rate = rate_that_is_too_large(with_numbers(sheet.setup, numbers))
        found[:] = [] if rate is None else [rate]
        return rate is not None

    drawn = made.chooser.choose(seed, exercise.decimals, good=good if wishes.large_rate else None)
    numbers = numbers_of(sheet.setup, sheet.names) | dict(drawn)
    student = Student(entry.student, entry.folder, seed, numbers, {}, entry.name)
    steps = made.steps(student)
    prove(made.chooser, exercise, steps)
    answers = {q.id: evaluate(sheet.answers[q.quantity].value, steps[q.step]) for q in exercise.questions}
    student = replace(student, answers=answers, large_rate=found[0] if found else None)
    return _with_mistake(made, student) if wishes.level == FIND else student


def _with_mistake(made: Made, student: Student) -> Student:
    """One mistake of the table in one line, drawn from the student's seed: the kind first, then the place."""
    asked = made.exercise.questions
    draw = random.Random(student.seed)  # noqa: S311 -- the same mistake again for the same seed; no secret
    places = [
        (wrong.code, number, wrong)
        for number, question in enumerate(asked)
        for wrong in made.chooser.shown(question.quantity)
        if wrong.code != "wrong-left"
    ]
    step = made.steps(student)[0]
    while True:
        code = _pick(draw, list(dict.fromkeys(code for code, _, _ in places)))
        number = _pick(draw, list(dict.fromkeys(number for found, number, _ in places if found == code)))
        wrong = _pick(draw, [wrong for found, at, wrong in places if (found, at) == (code, number)])
        if all(map(isfinite, followed(made.chooser, step, asked[number], wrong.value).values())):
            break  # a logarithm of what has become negative would give itself away
        places.remove((code, number, wrong))
    planted = Planted(asked[number].id, code, written(wrong.value))
    answers = {"line": float(number + 1), "number": student.answers[asked[number].id]}
    return replace(student, planted=planted, answers=answers)


def _pick(draw: random.Random, choices: Sequence[Any]) -> Any:  # noqa: ANN401 -- whatever is chosen from
    return choices[int(draw.random() * len(choices))]


def changed(setup: Setup, wishes: Wishes) -> Setup:
    """The network with another activation in its hidden layers, or another loss."""
    from sheetgrad import network

    spec: dict[str, Any] = dict(setup.origin)
    layers: Iterable[Mapping[str, Any]] = spec.get("layers", ())
    if not layers:
        wrong = "the level `another` changes the activation of a layer, and this network has equations"
        raise refuse("--level", wrong, "choose another level, or a network with layers")
    hidden = [layer["activation"] for layer in layers][:-1]
    activation = wishes.activation or ("" if wishes.loss else "tanh" if "tanh" not in hidden else "sigmoid")
    if activation:
        last = len(hidden) or -1
        spec["layers"] = [
            {**layer, "activation": activation} if place != last or not hidden else layer
            for place, layer in enumerate(layers)
        ]
    if wishes.loss:
        spec["loss"] = wishes.loss
    words = ", ".join(filter(None, (activation, wishes.loss.replace("_", " "))))
    return network.load({**spec, "title": f"{setup.title or setup.name}, with {words}"[:200]})
