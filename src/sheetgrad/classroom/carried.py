"""Numbers judged after a student's own earlier numbers: a mistake is paid for once.

Every answer is worked out again from what the student has above it. The network is
the one of the checker, at one point only: the student's own inputs and weights, with
each earlier answer in the place of the right number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.given import network_of
from sheetgrad.check.points import COUNT, UnknownNameError
from sheetgrad.check.steps import AsStated
from sheetgrad.classroom.numbers import numbers_of
from sheetgrad.expr import Ref, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Values
    from sheetgrad.classroom.key import Exercise, Question, Student

NEW = "_new"
SLACK = 2.0
"""Tolerances that an answer may be off what follows from the student's own numbers: those were rounded."""


class Judged(NamedTuple):
    """One numeric answer: right as it is, right after the answer of another question, or neither."""

    question: str
    right: bool
    after: str = ""
    """The id of the earlier wrong answer that it is right after."""
    wanted: float | None = None
    """What is right, with all digits."""


class OneStep(AsStated):
    """The quantities at one step, with a student's numbers in the place of the right ones."""

    def __init__(self, network: Network, numbers: Mapping[str, float], rate: float) -> None:
        """`numbers` are the leaves of this step."""
        self.given = {**numbers, "eta": rate}
        self.own: dict[str, float] = {}
        self.loss = next(reversed(network.definitions))
        super().__init__(network.definitions, network.leaves)
        self.refresh()

    def refresh(self) -> None:
        """Compute everything again from the leaves and the student's own numbers."""
        for leaf in self.leaves:
            self.values[leaf] = self._full(self.given.get(leaf, 0.0))
        self._tangents.clear()
        self._clear()
        for name, definition in self.definitions.items():
            self.values[name] = self.value(definition)

    def _clear(self) -> None:
        """Forget what was computed; what makes a quantity is worth what the student has for it."""
        self._known.clear()
        self._known.update({self.definitions[name]: self._full(number) for name, number in self.own.items()})

    def _full(self, number: float) -> Values:
        made: Values = self.numpy.full(COUNT, float(number))
        return made

    def take(self, name: str, number: float) -> None:
        """Go on with this number for a quantity, or for a derivative (`dX_dY`)."""
        pair = self.pair(name)
        if name in self.definitions:
            self.own[name] = number
            self.refresh()
        elif pair is not None:
            self.state(pair, self._full(number), 0)

    def worth(self, name: str) -> float | None:
        """What a quantity, a derivative or an updated weight comes to; None where it cannot be told."""
        pair = self.pair(name)
        self._clear()
        try:
            if name in self.values and name not in self.own:
                return float(self.values[name][0])
            if name.endswith(NEW) and name.removesuffix(NEW) in self.leaves:
                weight = name.removesuffix(NEW)
                gradient = self.derivative(_ref(self.loss), _ref(weight))
                return float(self.values[weight][0] - self.given["eta"] * gradient[0])
            if pair is not None:
                return float(self.derivative(_ref(pair[0]), _ref(pair[1]))[0])
        except UnknownNameError:
            return None
        return None

    def pair(self, name: str) -> tuple[str, str] | None:
        """The derivative that a plain name stands for."""
        for above in self.definitions:
            below = name.removeprefix(f"d{above}_d")
            if below != name and below in self.values:
                return above, below
        return None


def _ref(name: str) -> Ref:
    return Ref(Symbol(name))


def judged(exercise: Exercise, student: Student, answers: Mapping[str, float]) -> dict[str, Judged]:
    """Every answer that was given, by the question's id.

    The key's number is right. Once there is a wrong answer, so is what follows from the
    wrong answers above, or from all answers above as they were written.
    """
    network = network_of(exercise.setup(student))
    runs = [_Run(exercise, network, student, every=every) for every in (False, True)]
    wrong: list[str] = []
    found: dict[str, Judged] = {}
    for question in exercise.questions:
        answer = answers.get(question.id)
        right = student.answers.get(question.id)
        if answer is None or right is None:
            continue
        made = _one(exercise, question, (answer, right), runs, wrong)
        found[question.id] = made
        if not made.right:
            wrong.append(question.id)
        for run in runs:
            run.take(question, answer, wrong=not made.right or bool(made.after))
    return found


def _one(
    exercise: Exercise, question: Question, numbers: tuple[float, float], runs: Iterable[_Run], wrong: Sequence[str]
) -> Judged:
    answer, right = numbers
    if exercise.is_right(answer, right):
        return Judged(question.id, right=True, wanted=right)
    for run in runs if wrong else ():
        value = run.worth(question)
        if value is not None and abs(answer - value) <= SLACK * exercise.tolerance:
            return Judged(question.id, right=True, after=wrong[-1], wanted=right)
    return Judged(question.id, right=False, wanted=right)


class _Run:
    """The steps of one student's training, with the wrong answers carried on, or with every answer."""

    def __init__(self, exercise: Exercise, network: Network, student: Student, *, every: bool) -> None:
        self.exercise, self.network, self.every = exercise, network, every
        leaves = dict(numbers_of(exercise.setup(student))) | dict(student.numbers)
        self.steps = {0: OneStep(network, leaves, exercise.rate)}
        self.weights: dict[int, dict[str, float]] = {}
        """Answers for the weights after each step."""

    def step(self, number: int) -> OneStep:
        """The network after so many updates, each made with the numbers before it."""
        if number not in self.steps:
            before = self.step(number - 1)
            leaves = dict(before.given)
            for leaf in self.trained:
                value = before.worth(f"{leaf}{NEW}")
                leaves[leaf] = leaves[leaf] if value is None else value
            leaves |= self.weights.get(number - 1, {})
            self.steps[number] = OneStep(self.network, leaves, self.exercise.rate)
        return self.steps[number]

    @property
    def trained(self) -> tuple[str, ...]:
        """The weights that are updated."""
        from sheetgrad.classroom.items import names_of
        from sheetgrad.network import load

        found = names_of(load({**self.exercise.spec, "learning_rate": self.exercise.rate})).updates
        return tuple(name.removesuffix(NEW) for name in found)

    def worth(self, question: Question) -> float | None:
        return self.step(question.step).worth(question.quantity)

    def take(self, question: Question, answer: float, *, wrong: bool) -> None:
        if not (wrong or self.every):
            return
        if question.quantity.endswith(NEW):
            self.weights.setdefault(question.step, {})[question.quantity.removesuffix(NEW)] = answer
        else:
            self.step(question.step).take(question.quantity, answer)
