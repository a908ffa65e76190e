"""Workbooks of any network in many layouts, and every mistake of the table planted in their columns.

The formulas are those that sheetgrad derives; the layout is ours: in which order the columns stand,
what is above them, whether steps go down or to the right, helper columns or one long formula, one
sheet for every learning rate.
"""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xlsxwriter
from planted_documents import layers
from xlsxwriter.utility import xl_rowcol_to_cell

import sheetgrad
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.derive import program
from sheetgrad.expr import Expr, Next, Partial, Ref, Symbol, substitute, walk
from sheetgrad.functions import evaluate
from sheetgrad.notation import Notation
from sheetgrad.sheet import order
from sheetgrad.sheet.formulas import formula
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sheetgrad.expr import Quantity

ETA = Ref(Symbol("eta"))
SPECS: Mapping[str, str | dict[str, object]] = {
    "class": "class",
    "mazur": "mazur",
    "tanh, biases": {
        "name": "tanh", "inputs": [0.3, -0.2], "targets": [0.4], "loss": "half_squared_error", "seed": 3,
        "layers": layers((3, "tanh", "each"), (1, "identity", "each")),
    },
    "three layers": {
        "name": "deep", "inputs": [0.3, -0.2], "targets": [0.4, 0.9], "loss": "half_squared_error", "seed": 5,
        "layers": layers((2, "sigmoid", "shared"), (2, "tanh", "each"), (2, "sigmoid", "none")),
    },
    "softmax": {
        "name": "softmax", "inputs": [0.3, -0.2], "targets": [1.0, 0.0], "loss": "cross_entropy", "seed": 7,
        "layers": layers((2, "tanh", "each"), (2, "softmax", "each")),
    },
    "rnn": "rnn",
}  # fmt: skip
"""Networks with one sample a step."""


ALIKE = {
    "wrong-index": {"wrong-index", "missing-path", "wrong-gradient"},
    "missing-factor": {"missing-factor", "missing-path", "missing-rate"},
    "extra-factor": {"extra-factor", "lost-power"},
    "half": {"half", "extra-factor", "factor", "other-rate"},
    "lost-power": {"lost-power", "missing-factor"},
    "missing-path": {"missing-path", "missing-factor"},
    "missing-rate": {"missing-rate", "other-rate"},
}
"""Mistakes that can be mended in two ways: either name is right."""


class Layout(NamedTuple):
    """How a table is laid out."""

    name: str
    expanded: bool = False
    """Whether each gradient is one long formula."""
    shuffled: int = 0
    sideways: bool = False
    heads: str = "{}"
    """What stands above a column with that plain name; empty for no heads."""
    helpers: bool = False
    """Whether each step of a weight has a column of its own."""
    rates: tuple[float, ...] = (0.5,)
    corner: tuple[int, int] = (4, 1)


LAYOUTS = (
    Layout("in order"),
    Layout("shuffled", shuffled=4, corner=(9, 3)),
    Layout("long formulas", expanded=True),
    Layout("sideways, no heads", sideways=True, heads=""),
    Layout("helper columns", helpers=True, shuffled=8, heads="column {}"),
    Layout("one sheet per rate", rates=(0.1, 0.5, 2.0), heads="{} ="),
)


class Network:
    """A network as columns: what each is made from, and where it starts."""

    def __init__(self, spec: str | dict[str, object], layout: Layout) -> None:
        """Derive it."""
        setup = sheetgrad.load(spec, optimizer="gradient_descent")
        self.title = setup.name
        made = program(setup.model, setup.optimizer).unrolled()
        names = Notation(program(setup.model, setup.optimizer), setup.notation)
        self.start: dict[Quantity, float] = {}
        for symbol in (*setup.model.targets, *setup.model.inputs, *setup.model.parameters, *setup.model.constants):
            given = setup.samples[symbol][0] if symbol in setup.samples else setup.values[symbol]
            for member, value in zip(order.members([symbol]), np.ravel(given), strict=True):
                self.start[_plain(member, names)] = float(value)
        between, last = order.slopes(made)
        right = {equation.target: equation.value for equation in (*made.forward, *made.backward)}
        kept = [target for target in right if not isinstance(target, Partial) or target in {*between, *last}]
        if layout.expanded:
            kept = [target for target in kept if not isinstance(target, Partial) or target in last]
            for _ in between:
                inner: dict[Expr, Expr] = {slope: right[slope] for slope in between}
                right = {target: substitute(value, inner) for target, value in right.items()}
        self.values = {_plain(target, names): _plainly(right[target], names) for target in kept}
        self.updates: dict[Quantity, Expr] = {
            _plain(equation.target.state, names): _plainly(equation.value, names)
            for equation in made.updates
            if isinstance(equation.target, Next)
        }
        if layout.helpers:
            for weight in list(self.updates):
                step = Ref(Symbol(f"step of {_name(weight)}"))
                slope = next(use for use in walk(self.updates[weight]) if isinstance(use, Partial))
                self.values[step] = ETA * slope
                self.updates[weight] = weight - step
        self.names = {quantity: _name(quantity) for quantity in (*self.start, *self.values)}
        self.order = [*self.start, *self.values]
        if layout.shuffled:
            random.Random(layout.shuffled).shuffle(self.order)  # noqa: S311 -- no secret

    def definitions(self) -> dict[str, Expr]:
        """The forward part by name, as mistakes are made in it."""
        return {target.symbol.name: value for target, value in self.values.items() if isinstance(target, Ref)}


class Planted(NamedTuple):
    """A mistake in a column: on some steps it has another formula."""

    code: str
    target: Quantity
    wrong: Expr
    network: Network
    layout: Layout


def mistakes(network: Network, layout: Layout) -> Iterator[Planted]:
    """Every mistake in every formula, where it changes the value."""
    definitions = network.definitions()
    draws = [_drawn(network, seed) for seed in (1, 2, 3)]
    for target, right in (*network.values.items(), *network.updates.items()):
        known = set(islice(network.values, None if target in network.updates else [*network.values].index(target)))
        for code, mistake in MISTAKES.items():
            for wrong in mistake.make(right, target, definitions) if code != "wrong-left" else ():
                uses = {part for part in walk(wrong) if isinstance(part, Ref | Partial)} - set(network.start) - {ETA}
                if uses <= known and not _same(right, wrong, draws):
                    yield Planted(code, target, wrong, network, layout)


def _drawn(network: Network, seed: int) -> dict[Expr, float]:
    """Numbers for every quantity; a probability stays one, so that its logarithm is a number."""
    rng = random.Random(seed)  # noqa: S311 -- numbers for a test
    return {quantity: rng.uniform(0.2, 0.8) for quantity in (*network.start, *network.values, ETA)}


def _same(right: Expr, wrong: Expr, draws: list[dict[Expr, float]]) -> bool:
    pairs = [(evaluate(right, values), evaluate(wrong, values)) for values in draws]
    return all(abs(a - b) <= 1e-9 * (abs(a) + abs(b)) for a, b in pairs)


def write(path: Path, network: Network, layout: Layout, planted: Planted | None = None, span: tuple[int, int] = (0, 11),
          *, steps: int = 12) -> None:  # fmt: skip
    """The workbook, with the numbers that its formulas come to; the mistake stands on the first sheet."""
    book = xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": True})
    for number, rate in enumerate(layout.rates):
        sheet = book.add_worksheet(f"LR {rate}" if len(layout.rates) > 1 else "Table")
        _sheet(sheet, network, layout, None if number else planted, span, rate=rate, steps=steps)
    book.close()


def equation(planted: Planted) -> str:
    """The wrong formula under the names of the network."""
    return f"{_name(planted.target)} = {written(planted.wrong, _name)}"


def cells(planted: Planted, first: int, last: int) -> str:
    """The place of a mistake, as a finding says it."""
    layout = planted.layout
    ends = [xl_rowcol_to_cell(*_at(planted.network, layout, planted.target, step)) for step in (first, last)]
    sheet = f"LR {layout.rates[0]}" if len(layout.rates) > 1 else "Table"
    return f"{sheet}!{':'.join(dict.fromkeys(ends))}"


def _at(network: Network, layout: Layout, quantity: Quantity, step: int) -> tuple[int, int]:
    row, column = layout.corner
    place = network.order.index(quantity)
    return (row + place, column + 1 + step) if layout.sideways else (row + 1 + step, column + place)


def _sheet(
    sheet: xlsxwriter.worksheet.Worksheet, network: Network, layout: Layout, planted: Planted | None,
    span: tuple[int, int], *, rate: float, steps: int,
) -> None:  # fmt: skip
    sheet.write("A1", "learning rate")
    sheet.write("B1", rate)
    for quantity in network.order if layout.heads else ():
        row, column = _at(network, layout, quantity, -1)
        sheet.write_string(row, column, layout.heads.format(network.names[quantity]))
    before: dict[Expr, float] = {}
    for step in range(steps):
        own = {planted.target: planted.wrong} if planted is not None and span[0] <= step <= span[1] else {}
        values: dict[Expr, float] = {ETA: rate}

        def cell(quantity: Quantity, step: int = step) -> str:
            return "$B$1" if quantity is ETA else str(xl_rowcol_to_cell(*_at(network, layout, quantity, step)))

        def above(quantity: Quantity, cell: Callable[..., str] = cell, step: int = step) -> str:
            return cell(quantity, step=step - 1)

        for quantity, start in network.start.items():
            at = _at(network, layout, quantity, step)
            update = own.get(quantity, network.updates.get(quantity))
            if step and update is not None:
                values[quantity] = evaluate(update, before)
                sheet.write_formula(*at, f"={formula(update, above)}", None, values[quantity])
            else:
                values[quantity] = start
                sheet.write_number(*at, start)
        for quantity, right in network.values.items():
            value = own.get(quantity, right)
            values[quantity] = evaluate(value, values)
            sheet.write_formula(
                *_at(network, layout, quantity, step), f"={formula(value, cell)}", None, values[quantity]
            )
        before = values


def _plain(quantity: Quantity, names: Notation) -> Quantity:
    """The quantity over symbols that carry the plain names and nothing else."""
    if isinstance(quantity, Partial):
        of, wrt = (Ref(Symbol(names.plain(part))) for part in (quantity.of, quantity.wrt))  # type: ignore[arg-type]  # of one quantity
        return Partial(of, wrt, edge=quantity.edge)
    return Ref(Symbol(names.plain(quantity)))


def _plainly(node: Expr, names: Notation) -> Expr:
    changes: dict[Expr, Expr] = {part: _plain(part, names) for part in walk(node) if isinstance(part, Partial)}
    node = substitute(node, changes, tidy=False)
    uses = [part for part in walk(node) if isinstance(part, Ref) and names_known(part, names)]
    return substitute(node, {use: _plain(use, names) for use in uses}, tidy=False)


def names_known(use: Ref, names: Notation) -> bool:
    """Whether it is still a quantity of the program."""
    try:
        names.plain(use)
    except KeyError:
        return False
    return True


def _name(quantity: Quantity) -> str:
    if isinstance(quantity, Partial):
        assert isinstance(quantity.of, Ref)
        return f"d{quantity.of.symbol.name}_d{quantity.wrt.symbol.name}"
    assert isinstance(quantity, Ref)
    return quantity.symbol.name
