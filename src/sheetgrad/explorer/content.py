"""Everything that the page shows, as plain data, and everything that it computes, as JavaScript."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.derivation.graph import Graph
from sheetgrad.derivation.parts import in_both_forms
from sheetgrad.derive import program
from sheetgrad.emit.javascript import straight_line, value
from sheetgrad.engine.schedule import batches, largest_batch
from sheetgrad.engine.task import flat, numbers_for
from sheetgrad.errors import TooLargeError
from sheetgrad.explorer.formulas import Formulas
from sheetgrad.explorer.links import cells, equations
from sheetgrad.explorer.places import Places
from sheetgrad.explorer.planted import Planted, planted
from sheetgrad.explorer.wiring import Wiring
from sheetgrad.expr import Partial
from sheetgrad.functions import FUNCTIONS
from sheetgrad.model import Equation
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from sheetgrad.derivation import Derivation
    from sheetgrad.derivation.graph import Edge
    from sheetgrad.expr import Quantity
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

MOST_EQUATIONS = 8_000
"""A page for a program with more scalar equations would be slow to load and too full to read."""
LARGE = 1_500
"""From so many on, the page leaves out the planted mistakes but a few, and what it says is packed."""
MOST_DRAWN = 40_000
"""Samples in a shuffled schedule, over all its steps; the page trains as far as it knows which come when."""
MOST_NUMBERS = 40_000
"""Numbers in the data; the page leaves out the samples beyond."""


class Content(NamedTuple):
    """What a page is made of."""

    data: dict[str, Any]
    source: str
    """The functions of this network."""
    left_out: tuple[str, ...]
    """What the page does not have, in sentences."""


def content(setup: Setup, derivation: Derivation | None = None) -> Content:
    """The content of the page for a setup; the equation numbers are those of the derivation.

    Raises:
        TooLargeError: the network has too many equations for one page.
    """
    family = program(setup.model, setup.optimizer)
    if family.size > MOST_EQUATIONS:
        message = (
            f"explorer: {family.size:,} scalar equations are too many for one page (the most is {MOST_EQUATIONS:,}); "
            "use fewer neurons, or `sheetgrad derive --form delta`"
        )
        raise TooLargeError(message)
    places = Places.of(family.unrolled())
    names = Notation(family, setup.notation)
    formulas = Formulas(places, names)
    graph = Graph(places.program.model)
    edges = [edge for ways in graph.up.values() for edge in ways]
    left_out: list[str] = []
    mistakes = planted(places, names) if places.program.size <= LARGE else []
    if not mistakes:
        left_out.append("The mistakes to plant are left out: this network is large.")
    data = {
        "name": setup.name,
        "title": setup.title or setup.name,
        "size": len(places.order),
        "groups": {name: [numbers.start, numbers.stop] for name, numbers in places.groups.items()},
        "names": formulas.named(),
        "loss": places.at[family.loss],
        "gradients": places.gradients,
        "following": places.following,
        **_numbers(setup, places.program, left_out),
        "picture": Wiring(places).as_json(),
        "formulas": _written(places, formulas),
        "edges": _edges(places, formulas, graph, edges),
        "terms": [places.at[term] for term in graph.terms],
        **_mistakes(places, formulas, mistakes),
        "cells": cells(setup, places),
        "equations": {} if derivation is None else equations(derivation, places),
        "layers": [str(layer.get("activation", "")) for layer in setup.origin.get("layers", ())],
        "kinked": _kinked(places.program),
        "leftOut": left_out,
    }
    data["shapes"] = list(formulas.shapes)
    return Content(data, _source(places, edges, mistakes), tuple(left_out))


def _numbers(setup: Setup, unrolled: Program, left_out: list[str]) -> dict[str, Any]:
    """The data, what it starts from, and which samples each step takes."""
    numbers, size = numbers_for(setup, unrolled), largest_batch(setup)
    rows = [
        [number for symbol in unrolled.model.data for number in flat(numbers.samples[symbol][sample])]
        for sample in range(setup.sample_count)
    ] or [[]]
    steps = setup.steps
    order: list[int] = []
    if setup.sample_count > 1 and setup.update in {"mini_batch", "shuffled_sample"}:
        steps = min(steps, MOST_DRAWN // size)
        order = [sample for batch in islice(batches(setup), steps + 1) for sample in batch]
    if setup.sample_count * len(rows[0]) > MOST_NUMBERS:
        left_out.append("Only the first samples are in this page: there are too many for one.")
        rows = rows[: max(1, MOST_NUMBERS // len(rows[0]))]
        order, steps = [], min(steps, setup.steps)
    if steps < setup.steps:
        left_out.append(f"The page makes {steps:,} steps, the spec {setup.steps:,}.")
    model = unrolled.model
    constraints = {index: words for index, words in enumerate(map(model.constraints.get, model.targets)) if words}
    return {
        "samples": rows,
        "constants": [number for symbol in model.constants for number in flat(setup.values[symbol])],
        "start": [number for symbol in model.parameters for number in flat(setup.values[symbol])],
        "states": [start for symbol, start in unrolled.states.items() for _ in range(_count(symbol.shape))],
        "settings": [0.0, *list(unrolled.settings.values())[1:]] if unrolled.settings else [],
        "rates": list(setup.learning_rates),
        "steps": steps,
        "update": setup.update if setup.sample_count > 1 else "batch",
        "batch": size,
        "order": order,
        "reduction": setup.reduction,
        "constraints": constraints,
        "targetSizes": [_count(symbol.shape) for symbol in model.targets],
    }


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def _written(places: Places, formulas: Formulas) -> dict[int, list[list[int]]]:
    """For each computed quantity its right side: by name, and written out where the name is a function's."""
    return {
        places.at[equation.target]: [formulas.formula(form) for form in in_both_forms(equation.value)]
        for equation in places.program.equations
    }


def _edges(places: Places, formulas: Formulas, graph: Graph, edges: list[Edge]) -> list[list[Any]]:
    """Above, below, whether other ways are held, and the slope as a formula."""
    return [
        [
            places.at[edge.above],
            places.at[edge.below],
            0 if graph.is_total(edge) else 1,
            formulas.formula(edge.slope),
        ]
        for edge in edges
    ]


def _mistakes(places: Places, formulas: Formulas, mistakes: list[Planted]) -> dict[str, Any]:
    codes = {
        code: [entry.title, entry.meaning, entry.why, entry.how_to_see]
        for code, entry in MISTAKES.items()
        if any(one.code == code for one in mistakes)
    }
    order = list(codes)
    made = [
        [order.index(one.code), places.at[one.target], formulas.formula(one.right), formulas.formula(one.wrong)]
        for one in mistakes
    ]
    return {"codes": codes, "mistakes": made}


def _kinked(unrolled: Program) -> bool:
    """Whether some function in it has a corner, where a difference says nothing."""
    from sheetgrad.expr import Call, walk

    nodes = (node for equation in unrolled.forward for node in walk(equation.value))
    return any(isinstance(node, Call) and FUNCTIONS[node.function].kinks for node in nodes)


def _source(places: Places, edges: list[Edge], mistakes: list[Planted]) -> str:
    """`forward`, `backward` and `update` of this network, the slopes of all edges, and the wrong formulas."""
    made, targets = places.program, {one.target for one in mistakes}
    slopes = {Partial(edge.above, edge.below, True): f"s[{place}]" for place, edge in enumerate(edges)}  # noqa: FBT003 -- a field of a node

    def slope(quantity: Quantity) -> str:
        found = slopes.get(quantity) if isinstance(quantity, Partial) else None
        return found or places.source(quantity)

    steps = [Equation(target, edge.slope) for target, edge in zip(slopes, edges, strict=True)]
    functions = (
        straight_line(made.forward, places.source, name="forward"),
        straight_line(made.backward, places.source, name="backward", arguments="v, wrong", changeable=targets),
        straight_line(made.updates, places.source, name="update", arguments="v, wrong", changeable=targets),
        straight_line(steps, slope, name="slopes", arguments="v, s"),
        "const wrongs = [" + ",\n".join(value(one.wrong, places.source) for one in mistakes) + "];",
        "const program = { forward, backward, update, slopes, wrongs };",
    )
    return "\n".join(functions) + "\n"
