"""What a network's own numbers hide: mistakes that do not change the gradient as it is printed.

A *single-index mistake* takes, in one place of one gradient's final formula, the
neighbour of what belongs there: a_h1 for a_h2. A slope a·(1 - a) is one place. It
shows when it moves the gradient by at least one unit of the last printed digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.classroom.asked import Plainly, sheet_of
from sheetgrad.classroom.numbers import numbers_of
from sheetgrad.classroom.wrong import planted
from sheetgrad.emit.screen import screen
from sheetgrad.expr import ONE, Expr, Number, Product, Ref, Sum, children, negative, rebuilt, substitute
from sheetgrad.functions import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.classroom.asked import Answer, Sheet
    from sheetgrad.setup import Setup

DIGITS = 3


class Slip(NamedTuple):
    """One single-index mistake in one gradient."""

    quantity: str
    was: str
    now: str
    right: float
    wrong: float


class Hidden(NamedTuple):
    """What shows and what does not, at the numbers that a network has."""

    digits: int
    slips: tuple[Slip, ...]
    table: int
    """Mistakes of the whole table in the gradients."""
    table_hidden: int

    def hides(self, slip: Slip) -> bool:
        """Whether a mistake moves the gradient by less than the last printed digit."""
        return abs(slip.wrong - slip.right) < 10.0**-self.digits

    @property
    def hidden(self) -> tuple[Slip, ...]:
        """The mistakes that do not show."""
        return tuple(filter(self.hides, self.slips))

    @property
    def alike(self) -> int:
        """How many of them print the very same digits."""
        return sum(f"{slip.right:.{self.digits}f}" == f"{slip.wrong:.{self.digits}f}" for slip in self.slips)

    def __str__(self) -> str:
        """A report for teachers."""
        unit = f"{10.0**-self.digits:.{self.digits}f}"
        first_line = (
            f"{len(self.hidden)} of {len(self.slips)} single-index mistakes move a gradient by less than {unit}: "
            f"printed to {self.digits} decimals they do not show ({self.alike} print the very same digits)."
        )
        lines = [
            first_line,
            f"Of all {self.table} mistakes of the table in the gradients, {self.table_hidden} do not show.",
            "",
            f"{'gradient':<16}{'right':>10}  hidden  for example",
        ]
        for quantity in dict.fromkeys(slip.quantity for slip in self.slips):
            own = [slip for slip in self.slips if slip.quantity == quantity]
            found = [slip for slip in own if self.hides(slip)]
            first = f"{found[0].now} for {found[0].was} gives {found[0].wrong:.{self.digits}f}" if found else ""
            share = f"{len(found)}/{len(own)}"
            lines.append(f"{quantity:<16}{own[0].right:>10.{self.digits}f}  {share:>6}  {first}".rstrip())
        return "\n".join([*lines, "", "sheetgrad exercise chooses numbers in which every one of them shows."])


def hidden(setup: Setup, digits: int = DIGITS) -> Hidden:
    """Count the mistakes that a network's own numbers hide.

    >>> import sheetgrad
    >>> found = hidden(sheetgrad.load("class"))
    >>> len(found.hidden), len(found.slips)
    (36, 56)
    """
    sheet = sheet_of(setup)
    found = sheet.step(sheet.given(numbers_of(setup, sheet.names), setup.learning_rates[0]))
    gradients = [answer for answer in sheet.answers.values() if answer.role == "backward"]
    slips = tuple(slip for answer in gradients for slip in _slips(sheet, answer, found))
    unit = 10.0**-digits
    gaps = [
        abs(evaluate(wrong.value, found) - evaluate(answer.value, found))
        for answer in gradients
        for wrong in planted(answer.value, answer.quantity, sheet.network)
    ]
    return Hidden(digits, slips, len(gaps), sum(gap < unit for gap in gaps))


def _slips(sheet: Sheet, answer: Answer, found: dict[Expr, float]) -> Iterator[Slip]:
    plainly = Plainly(sheet.names)
    right = evaluate(answer.value, found)
    name = screen(answer.own, sheet.names)
    for was, now, wrong in _exchanged(answer.own_value):
        yield Slip(name, sheet.names.plain(was), sheet.names.plain(now), right, evaluate(plainly(wrong), found))


def _exchanged(node: Expr) -> Iterator[tuple[Ref, Ref, Expr]]:
    """The formula with a neighbour in one place, in every way: what was there, what is, and the whole."""
    if isinstance(node, Ref):
        other = _neighbour(node)
        if other is not None:
            yield node, other, other
        return
    parts = children(node)
    slopes = _slopes(parts) if isinstance(node, Product) else {}
    for use, (first, second) in slopes.items():
        other = _neighbour(use)
        if other is not None:
            changed = [substitute(p, {use: other}, tidy=False) if at in {first, second} else p
                       for at, p in enumerate(parts)]  # fmt: skip
            yield use, other, rebuilt(node, tuple(changed), tidy=False)
    in_slopes = {place for pair in slopes.values() for place in pair}
    for place, part in enumerate(parts):
        if place not in in_slopes and not isinstance(part, Number):
            for was, now, changed_part in _exchanged(part):
                yield was, now, rebuilt(node, (*parts[:place], changed_part, *parts[place + 1 :]), tidy=False)


def _slopes(factors: tuple[Expr, ...]) -> dict[Ref, tuple[int, int]]:
    """Factors a and (1 - a) that are one slope together, by a."""
    found = {}
    for at, factor in enumerate(factors):
        for after, other in enumerate(factors):
            if isinstance(factor, Ref) and isinstance(other, Sum) and other.terms == (ONE, negative(factor)):
                found[factor] = (at, after)
    return found


def _neighbour(use: Ref) -> Ref | None:
    """The next member along the last axis that has two; the first after the last."""
    for axis in reversed(range(len(use.places))):
        size = use.symbol.axes[axis].size
        place = use.places[axis]
        if size > 1 and isinstance(place, int):
            return Ref(use.symbol, (*use.places[:axis], (place + 1) % size, *use.places[axis + 1 :]))
    return None
