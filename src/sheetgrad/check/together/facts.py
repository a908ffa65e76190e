"""What one file says, as data that can be held against what another says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.expr import Expr


class Place(NamedTuple):
    """A line of a text, or a cell or a range of a workbook."""

    line: int
    column: int
    cells: str = ""
    """`Sheet1!Z33:Z78`; empty in a text."""
    cell: int = 0
    """The number of a notebook's cell; 0 elsewhere."""


class Gradient(NamedTuple):
    """The final gradient of one weight."""

    right: bool
    place: Place
    spelled: str
    """The formula in the author's notation."""
    value: Expr | None
    """What it comes to, over the keys of the file's own network; None where that is not known."""
    quantity: str
    """Its plain name: `dE_total_dw3`."""
    is_slip: bool = False
    """Whether it is right as it was meant only."""


class Quoted(NamedTuple):
    """A number that stands in a file."""

    value: float
    slack: float
    """By how much rounding may have moved it."""
    place: Place
    spelled: str = ""


class QuotedLoss(NamedTuple):
    """A sentence that says how large the loss is after so many steps."""

    number: Quoted
    steps: int
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The network of a text or of one table of a workbook, its final gradients, and the numbers given."""

    definitions: Mapping[str, Expr]
    loss: str
    parameters: tuple[str, ...]
    names: Mapping[str, str]
    """What each key is called: in the author's spelling in a text, by its plain name in a workbook."""
    stated: Mapping[str, Place]
    """Where definitions stand in the file itself, by key; a known shape fills in the others."""
    gradients: Mapping[str, Gradient] = field(default_factory=dict)
    """By the key of the weight."""
    given: Mapping[str, tuple[Quoted, ...]] = field(default_factory=dict)
    """Numbers at the start, by the key of a leaf."""
    rates: tuple[Quoted, ...] = ()
    losses: tuple[float, ...] = ()
    """The loss after 0, 1, 2, … updates (workbooks)."""
    first: Place | None = None
    """Where the first of them stands."""
    down: bool = True
    """Whether the next one stands below, not to the right."""
    quoted: tuple[QuotedLoss, ...] = ()
    """Losses that sentences speak of (texts)."""
    sheet: str = ""
    """The sheet of a workbook; empty for a text."""


def moved(facts: Facts, place: Callable[[int], tuple[int, int]]) -> Facts:
    """The same with lines of a notebook's joined text as lines of its cells."""

    def put_place(one: Place) -> Place:
        cell, line = place(one.line)
        return one._replace(line=line, cell=cell)

    def put(quoted: Quoted) -> Quoted:
        return quoted._replace(place=put_place(quoted.place))

    return replace(
        facts,
        stated={key: put_place(one) for key, one in facts.stated.items()},
        gradients={key: one._replace(place=put_place(one.place)) for key, one in facts.gradients.items()},
        given={key: tuple(map(put, said)) for key, said in facts.given.items()},
        rates=tuple(map(put, facts.rates)),
        quoted=tuple(one._replace(number=put(one.number)) for one in facts.quoted),
    )
