"""Numbers in which every mistake shows.

Thousands of sets of numbers are tried at once. A set is good when every mistake of the
table, made in any answer, changes what is printed by more than the printed precision,
no neuron is saturated, and no answer is too small or too large to be printed well.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sheetgrad.classroom.arrays import Arrays
from sheetgrad.classroom.draw import TENTHS, drawn, leaves_of
from sheetgrad.classroom.wrong import planted
from sheetgrad.errors import SheetgradError
from sheetgrad.expr import Call, Expr, Ref, Symbol
from sheetgrad.functions import FUNCTIONS, evaluate, slope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sheetgrad.classroom.asked import Sheet
    from sheetgrad.classroom.key import Question
    from sheetgrad.classroom.wrong import Wrong

    Mask = NDArray[np.bool_]

MARGIN = 2.0
"""A mistake must move an answer by more than so many units of the last printed digit."""
SMALLEST = 5.0
"""An answer has at least so many units: one that is nearly nothing shows too little."""
LARGEST = 100.0
STEEP = 0.3
"""A neuron is not saturated while its slope is at least this share of the steepest."""
FINEST = 1e-9
"""A mistake that moves an answer by less than this share changes nothing, however many digits are printed."""
OFTEN = 0.25
"""A mistake that changes nothing in so many of all sets is one that no numbers are chosen for: it stands in a branch
that is often dead, such as what a maximum drops. Equal weights or targets come up in a tenth of all sets."""
BATCHES = (1000, 4000, *[8000] * 12)
PROBES = 3
DECIMALS = range(3, 8)


class NoNumbersError(SheetgradError):
    """No numbers were found in which every mistake shows."""


class Chooser:
    """Chooses numbers for the questions of one exercise."""

    def __init__(self, sheet: Sheet, questions: Sequence[Question], rate: float) -> None:
        """Plant every mistake once, and find those that often change nothing."""
        self.sheet, self.questions, self.rate = sheet, questions, rate
        self.leaves = leaves_of(sheet)
        self.steps = max((question.step for question in questions), default=0)
        names = dict.fromkeys(question.quantity for question in questions)
        found = {
            name: planted(sheet.answers[name].value, sheet.answers[name].quantity, sheet.network) for name in names
        }
        self.wrong: dict[str, tuple[Wrong, ...]] = found
        self.never = self._never()

    def shown(self, quantity: str) -> tuple[Wrong, ...]:
        """The mistakes of an answer that numbers are chosen for."""
        return tuple(wrong for wrong in self.wrong[quantity] if wrong.value not in self.never)

    def hidden(self) -> dict[str, tuple[str, ...]]:
        """The codes of mistakes that no numbers are chosen for, by quantity."""
        made = {
            name: tuple(dict.fromkeys(wrong.code for wrong in found if wrong.value in self.never))
            for name, found in self.wrong.items()
        }
        return {name: codes for name, codes in made.items() if codes}

    def decimals(self) -> int:
        """The fewest digits behind the point with which numbers are found for some seeds."""
        for decimals in DECIMALS:
            if all(self._first(probe, decimals, BATCHES[:2]) for probe in range(PROBES)):
                return decimals
        return DECIMALS[-1]

    def choose(
        self, seed: int, decimals: int, *, good: Callable[[Mapping[str, float]], bool] | None = None
    ) -> Mapping[str, float]:
        """The first set of numbers in which every mistake shows, and that is `good` where that is asked.

        Raises:
            NoNumbersError: there is none among some ten thousand.
        """
        found = self._first(seed, decimals, BATCHES, good)
        if found is None:
            message = (
                f"{self.sheet.setup.name}: no numbers were found in which every mistake shows in {decimals} decimals; "
                "ask for more with --digits, or for an easier level"
            )
            raise NoNumbersError(message)
        return found

    def _first(
        self,
        seed: int,
        decimals: int,
        batches: Sequence[int],
        good: Callable[[Mapping[str, float]], bool] | None = None,
    ) -> Mapping[str, float] | None:
        for place, count in enumerate(batches):
            made = drawn(self.leaves, seed * len(BATCHES) + place, count)
            for which in self._good(made, decimals):
                numbers = {name: values[which] for name, values in made.items()}
                if good is None or good(numbers):
                    return numbers
        return None

    def _good(self, made: Mapping[str, list[float]], decimals: int) -> Iterator[int]:
        """The places of the good sets, in order."""
        import numpy as np

        unit = 10.0**-decimals
        every = self._arrays(made)
        steps = [every, *self._later(every)]
        keep = np.ones(len(next(iter(made.values()))), dtype=bool)
        for step in steps:
            keep &= self._unsaturated(step)
        places = np.flatnonzero(keep)
        steps = [step.kept(keep) for step in steps]
        for question in self.questions:
            right = steps[question.step](self.sheet.answers[question.quantity].value)
            size = np.abs(right)
            alive = np.isfinite(right) & (size >= SMALLEST * unit) & (size < LARGEST)
            for wrong in self.shown(question.quantity):
                gap = np.abs(steps[question.step](wrong.value) - right)
                alive &= ~(gap <= MARGIN * unit)
            if not alive.all():
                places, steps = places[alive], [step.kept(alive) for step in steps]
            if not len(places):
                return
        yield from map(int, places)

    def _arrays(self, made: Mapping[str, list[float]]) -> Arrays:
        import numpy as np

        given = self.sheet.given(self._constants(), self.rate)
        arrays = Arrays(
            {node: np.asarray(value) for node, value in given.items()}
            | {Ref(Symbol(name)): np.asarray(values) for name, values in made.items()}
        )
        for target, value in self.sheet.order:
            arrays.put(target, value)
        return arrays

    def _constants(self) -> dict[str, float]:
        from sheetgrad.classroom.numbers import numbers_of

        return numbers_of(self.sheet.setup, self.sheet.names)

    def _later(self, first: Arrays) -> Iterator[Arrays]:
        given = first
        kept = [Ref(Symbol(name)) for name in (*self._constants(), *(s.name for s in self.sheet.program.settings))]
        for _ in range(self.steps):
            start = {node: given(node) for node in (*kept, *self.sheet.following)}
            start |= {before: given(after) for before, after in self.sheet.following.items()}
            given = Arrays(start)
            for target, value in self.sheet.order:
                given.put(target, value)
            yield given

    def _unsaturated(self, arrays: Arrays) -> Mask:
        import numpy as np

        keep: Mask = np.ones((), dtype=bool)
        for target, value in self.sheet.order:
            if isinstance(value, Call) and FUNCTIONS[value.function].activation and len(value.arguments) == 1:
                steep = np.abs(arrays(slope(value, 0, target)))
                keep = keep & (steep >= STEEP * steepest(value.function))
        return keep

    def _never(self) -> frozenset[Expr]:
        """Mistakes that often change nothing at all, judged by a thousand sets."""
        import numpy as np

        made = drawn(self.leaves, 1, BATCHES[0])
        arrays = self._arrays(made)
        arrays = arrays.kept(np.broadcast_to(self._unsaturated(arrays), (BATCHES[0],)))
        never = set()
        for name, found in self.wrong.items():
            right = arrays(self.sheet.answers[name].value)
            for wrong in found:
                gap = np.abs(arrays(wrong.value) - right)
                if (gap <= FINEST * np.maximum(1.0, np.abs(right))).mean() >= OFTEN:
                    never.add(wrong.value)
        return frozenset(never)


@cache
def steepest(function: str) -> float:
    """The largest slope of an activation.

    >>> round(steepest("sigmoid"), 6), steepest("relu")
    (0.25, 1.0)
    """
    x, y = Ref(Symbol("x")), Ref(Symbol("y"))
    rule = slope(Call(function, (x,)), 0, y)
    points: Iterator[dict[Expr, float]] = ({x: tenth / TENTHS} for tenth in range(-60, 61))
    return max(abs(evaluate(rule, {**at, y: evaluate(Call(function, (x,)), at)})) for at in points)
