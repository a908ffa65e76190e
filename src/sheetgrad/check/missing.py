"""A way that one sum in a formula leaves out: a link of the chain times the gradient that it passes on."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.case import Case, Repair, sentence
from sheetgrad.check.edit import MOST_NAMES
from sheetgrad.check.trials import Trials
from sheetgrad.expr import Partial, Ref, Symbol, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Values


class Way(NamedTuple):
    """What reaches the loss from `start` through `step`."""

    loss: str
    step: str
    start: str
    value: Values


def missing_term(case: Case) -> Repair | None:
    """One of the formula's sums, or a factor that should have been one, lacks a way."""
    trials = Trials(case.network, case.wanted)
    formula = trials.formula(case.wrong.member.tokens)
    ways = list(_ways(case.network))
    if formula is None or not ways:
        return None
    numpy = case.network.points.numpy
    values = numpy.stack([way.value for way in ways])
    for _, slope in islice(formula.slopes(), MOST_NAMES):
        with numpy.errstate(all="ignore"):
            lacking = (case.wanted - formula.value) / slope
        for number in trials.near(values, lacking):
            return _repair(case, ways[number])
    return None


def _ways(network: Network) -> Iterator[Way]:
    """Every step of the network with the gradient above it, for the loss and for each of its terms."""
    points = network.points
    total = network.loss
    terms = [use.symbol.name for use in references(network.definitions[total])] if total else []
    for loss in (total, *(term for term in terms if term in network.definitions)):
        for step, definition in islice(network.definitions.items(), MOST_NAMES):
            above = points.value(Partial(Ref(Symbol(loss)), Ref(Symbol(step))))
            for use in references(definition) if above.any() else ():
                value = above * points.slope(definition, use.symbol.name)
                if value.any():
                    yield Way(loss, step, use.symbol.name, value)


def _repair(case: Case, way: Way) -> Repair:
    said = case.judge.spelled
    term = f"∂{said(way.loss)}/∂{said(way.step)} · ∂{said(way.step)}/∂{said(way.start)}"
    message = f"a sum lacks one of its ways: what passes from {said(way.start)} through {said(way.step)} is {term}"
    return Repair("missing-path", "", sentence(message))
