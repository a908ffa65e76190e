"""Numbers judged after a student's own earlier numbers: a mistake is paid for once.

Every answer is worked out again from what the student has above it. The network is
the one of the checker, at one point only: the student's own inputs and weights, with
each earlier answer in the place of the right number.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.given import network_of
from sheetgrad.check.points import COUNT, UnknownNameError
from sheetgrad.check.steps import AsStated
from sheetgrad.expr import Product, Ref, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Values
    from sheetgrad.classroom.key import Exercise, Question, Student
    from sheetgrad.expr import Expr

NEW = "_new"
SLACK = 2.0
"""Tolerances that an answer may be off what follows from the student's own numbers: those were rounded."""
FAR = 200.0
"""Tolerances beyond which no rounding explains a difference."""


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

    def _slope(self, node: Expr, tangent: Mapping[str, Values]) -> Values:
        """As everywhere, but what does not change adds nothing even where it has no value, as log(-0.2)."""
        if not isinstance(node, Product):
            return super()._slope(node, tangent)
        slopes = [self._slope(factor, tangent) for factor in node.factors]
        total = self._full(0.0)
        for place, slope in enumerate(slopes):
            if slope.any():
                others = [self.value(other) for which, other in enumerate(node.factors) if which != place]
                total = total + self.numpy.prod([slope, *others], axis=0)
        return total

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

    def blur(self, name: str, half: float) -> float:
        """How far a quantity may move because the student's numbers above it were rounded, each by at most `half`."""
        middle = self.worth(name)
        if middle is None:
            return 0.0
        total = 0.0
        for key in self.own:
            self.own[key] += half
            self.refresh()
            total += abs((self.worth(name) or middle) - middle)
            self.own[key] -= half
        self.refresh()
        for pair, values in list(self.stated.items()):
            self.stated[pair] = values + half
            total += abs((self.worth(name) or middle) - middle)
            self.stated[pair] = values
        return total

    def pair(self, name: str) -> tuple[str, str] | None:
        """The derivative that a plain name stands for."""
        for above in self.definitions:
            below = name.removeprefix(f"d{above}_d")
            if below != name and below in self.values:
                return above, below
        return None


def _ref(name: str) -> Ref:
    return Ref(Symbol(name))


class Carried:
    """Judges numbers by one key; what is the same for every student is made once."""

    def __init__(self, exercise: Exercise) -> None:
        """Make the network that the checker knows."""
        from sheetgrad import network
        from sheetgrad.classroom.items import names_of

        setup = network.load({**exercise.spec, "learning_rate": exercise.rate})
        self.exercise = exercise
        self.network = network_of(setup)
        self.trained = tuple(name.removesuffix(NEW) for name in names_of(setup).updates)

    def judged(self, student: Student, answers: Mapping[str, float]) -> dict[str, Judged]:
        """Every answer that was given, by the question's id.

        The key's number is right. Once there is a wrong answer, so is what follows from the
        wrong answers above, or from all answers above as they were written.
        """
        found: dict[str, Judged] = {}
        runs: tuple[_Run, ...] = ()
        wrong: list[str] = []
        before: list[Taken] = []
        for question in self.exercise.questions:
            answer, right = answers.get(question.id), student.answers.get(question.id)
            if answer is None or right is None:
                continue
            made = self._one(question, (answer, right), runs, wrong)
            found[question.id] = made
            if not made.right:
                wrong.append(question.id)
            taken = Taken(question, answer, wrong=not made.right or bool(made.after))
            before.append(taken)
            if wrong and not runs:  # from here on numbers are carried; until here all were right
                runs = (_Run(self, student, every=False), _Run(self, student, every=True))
                for run in runs:
                    for earlier in before:
                        run.take(earlier)
            else:
                for run in runs:
                    run.take(taken)
        return found

    def _one(
        self, question: Question, numbers: tuple[float, float], runs: Iterable[_Run], wrong: Sequence[str]
    ) -> Judged:
        answer, right = numbers
        tolerance = self.exercise.tolerance
        if self.exercise.is_right(answer, right):
            return Judged(question.id, right=True, wanted=right)
        for run in runs:
            value = run.worth(question)
            gap = math.inf if value is None else abs(answer - value)
            if gap <= SLACK * tolerance or (gap <= FAR * tolerance and gap <= run.slack(question)):
                return Judged(question.id, right=True, after=wrong[-1], wanted=right)
        return Judged(question.id, right=False, wanted=right)


def judged(exercise: Exercise, student: Student, answers: Mapping[str, float]) -> dict[str, Judged]:
    """Every answer that one student gave, by the question's id."""
    return Carried(exercise).judged(student, answers)


class Taken(NamedTuple):
    """An answer that is carried on."""

    question: Question
    answer: float
    wrong: bool
    """Whether it is wrong, or follows from what is."""


class _Run:
    """The steps of one student's training, with the wrong answers carried on, or with every answer."""

    def __init__(self, carried: Carried, student: Student, *, every: bool) -> None:
        self.carried, self.every = carried, every
        self.rate = carried.exercise.rate
        self.steps = {0: OneStep(carried.network, student.numbers, self.rate)}
        self.weights: dict[int, dict[str, float]] = {}
        """Answers for the weights after each step."""

    def step(self, number: int) -> OneStep:
        """The network after so many updates, each made with the numbers before it."""
        if number not in self.steps:
            before = self.step(number - 1)
            leaves = dict(before.given)
            for leaf in self.carried.trained:
                value = before.worth(f"{leaf}{NEW}")
                leaves[leaf] = leaves[leaf] if value is None else value
            leaves |= self.weights.get(number - 1, {})
            self.steps[number] = OneStep(self.carried.network, leaves, self.rate)
        return self.steps[number]

    def worth(self, question: Question) -> float | None:
        return self.step(question.step).worth(question.quantity)

    def slack(self, question: Question) -> float:
        """How far an answer may be off where rounding is carried on."""
        exercise = self.carried.exercise
        blur = self.step(question.step).blur(question.quantity, 0.5 * 10.0**-exercise.decimals)
        return SLACK * exercise.tolerance + blur

    def take(self, taken: Taken) -> None:
        question, answer, wrong = taken
        if not (wrong or self.every):
            return
        if question.quantity.endswith(NEW):
            self.weights.setdefault(question.step, {})[question.quantity.removesuffix(NEW)] = answer
        else:
            self.step(question.step).take(question.quantity, answer)
