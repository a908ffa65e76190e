"""`why`: where a number comes from, at any step of training, and where a weight's change comes from.

The answer is a derivation like any other, so it can be Markdown, HTML, LaTeX, a
page in a notebook or text in a terminal.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from sheetgrad import engine
from sheetgrad.derivation.ask import quantity_called
from sheetgrad.derivation.document import Derivation, Section, Table, Text, Working, Writer
from sheetgrad.derivation.numbers import shown
from sheetgrad.derivation.why import WHY, all_numbers, why
from sheetgrad.derive import program
from sheetgrad.engine.schedule import batches
from sheetgrad.errors import SheetgradError
from sheetgrad.expr import Expr, Next, Number, Partial, Product, Ref, Sum, Symbol, members
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.expr import Quantity
    from sheetgrad.setup import Setup, Value

MOST_SAMPLES = 16
"""A batch of more samples than this is listed only so far."""
LARGEST = 10
"""The updates of a change that are listed."""


def answer(
    setup: Setup,
    quantity: str,
    *,
    step: int = 0,
    sample: int | None = None,
    rate: float | None = None,
    notation: str | None = None,
) -> Derivation:
    """Why a quantity has its value after `step` updates: symbols = numbers = result along every path.

    Of a batch the numbers are those of one sample: `sample`, counted from 1, or the
    first that this step uses; the gradient over the batch stands before it.

    Raises:
        SheetgradError: nothing is called so, or there is no such sample or step.
        DivergedError: training did not get as far as that step.
    """
    if step < 0:
        message = f"step {step}: steps count from 0, the network as it starts"
        raise SheetgradError(message)
    if sample is not None and not 1 <= sample <= setup.sample_count:
        message = f"sample {sample}: there are {setup.sample_count} samples, counted from 1"
        raise SheetgradError(message)
    if rate is not None:
        setup = replace(setup, learning_rates=(rate,))
    batch = next(islice(batches(setup), step, None))
    chosen = batch[0] if sample is None else sample - 1
    setup, states = _after(setup, step)
    when = f"after {step:,} steps" if step else "at the start"
    if setup.sample_count > 1:
        when += f", for sample {chosen + 1}"
    alone = replace(setup, samples={symbol: [rows[chosen]] for symbol, rows in setup.samples.items()})
    if len(batch) == 1:
        return why(alone, quantity, notation=notation, leaves=states, when=when)
    asked, values = _over_batch(setup, quantity, notation, batch, states)
    whole = sum(values) / (len(values) if setup.reduction == "mean" else 1)
    gradients: dict[Expr, float] = {asked: whole} if isinstance(asked, Partial) else {}
    made = why(alone, quantity, notation=notation, leaves=states, gradients=gradients, when=when)
    return made if not values else replace(made, sections=(_table(setup, asked, batch, values, whole), *made.sections))


def change(
    setup: Setup, quantity: str, *, steps: int | None = None, rate: float | None = None, notation: str | None = None
) -> Derivation:
    """Why a weight changed over a run: the sum of its updates, with the largest of them.

    Raises:
        SheetgradError: nothing is called so, or it is no trained parameter.
        DivergedError: training did not get to the end.
    """
    names = Notation(program(setup.model, setup.optimizer), notation or setup.notation)
    asked = quantity_called(quantity, names)
    if not isinstance(asked, Ref) or asked.symbol not in setup.model.parameters:
        message = f"{quantity!r} is no trained parameter, so it has no updates; ask for one of them, such as w1"
        raise SheetgradError(message)
    run = engine.train(setup, steps=steps, rate=rate, trace=True)
    assert run.trace is not None  # noqa: S101 -- asked for
    column = Notation(program(setup.model, setup.optimizer), setup.notation).plain(asked)
    gradient = next(name for name in run.trace.columns if name.startswith("d") and name.endswith(f"_d{column}"))
    values, slopes = run.trace[column], run.trace[gradient]
    writer = Writer()
    _write_change(writer, (asked, names.plain(asked)), values, slopes, run.learning_rate)
    whole = values[-1] - values[0]
    title = f"Why {names.plain(asked)} changed by {whole:.9g} in {run.steps:,} steps"
    return Derivation(title, setup, names, WHY, tuple(writer.sections))


def _write_change(
    writer: Writer, asked: tuple[Ref, str], values: Sequence[float], slopes: Sequence[float], learning_rate: float
) -> None:
    weight, name = asked
    updates = [after - before for before, after in pairwise(values)]
    whole = values[-1] - values[0]
    writer.section("From the first step to the last")
    writer.say(
        weight,
        f" starts at {values[0]:.9g} and ends at {values[-1]:.9g}, at learning rate {learning_rate:g}. "
        f"The change is the sum of its {len(updates):,} updates:",
    )
    first, last = (Ref(Symbol(f"{name}_{place}")) for place in ("first", "last"))
    difference = Sum((last, Product((Number(-1), first))))
    numbers = Sum((shown(values[-1]), Product((Number(-1), shown(values[0])))))
    writer.add(Working((difference, numbers, shown(whole))))
    up = [update for update in updates if update > 0]
    down = [update for update in updates if update < 0]
    writer.say(f"{len(up):,} updates raise it, by {sum(up):.9g} in all; {len(down):,} lower it, by {-sum(down):.9g}.")
    order = sorted(range(len(updates)), key=lambda step: -abs(updates[step]))[:LARGEST]
    writer.section("The largest updates")
    rows: list[tuple[Expr | float | str, ...]] = [
        (f"{step:,} → {step + 1:,}", values[step], slopes[step], updates[step], _share(updates[step], whole))
        for step in order
    ]
    rest = whole - sum(updates[step] for step in order)
    if len(updates) > len(order):
        rows.append((f"the other {len(updates) - len(order):,}", "", "", rest, _share(rest, whole)))
    rows.append(("all", "", "", whole, _share(whole, whole)))
    writer.add(Table(("step", "before", "gradient", "update", "share of the change"), tuple(rows)))
    writer.say("To see where one of them comes from, ask for the gradient at its step.")


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _after(setup: Setup, step: int) -> tuple[Setup, dict[Expr, float]]:
    """The setup as it is after so many steps, and the optimizer's states then."""
    if not step:
        return setup, {}
    made = program(setup.model, setup.optimizer)
    run = engine.train(setup, steps=step, trace=bool(made.states))
    states: dict[Expr, float] = {}
    if run.trace is not None:
        row, names = run.trace.row(-1), Notation(made, setup.notation)
        states = {use: row[names.plain(use)] for symbol in made.states for use in _uses(symbol)}
    return replace(setup, values={**setup.values, **run.parameters}), states


def _data(setup: Setup, sample: int) -> dict[Expr, float]:
    found: dict[Expr, float] = {}
    for symbol in setup.model.data:
        found |= _members(symbol, setup.samples[symbol][sample])
    return found


def _uses(symbol: Symbol) -> list[Ref]:
    return [Ref(symbol, tuple(place.values())) for place in members(symbol.axes)]


def _members(symbol: Symbol, value: Value) -> dict[Expr, float]:
    found: dict[Expr, float] = {}
    for use in _uses(symbol):
        number = value
        for place in use.places:
            number = number[place]
        found[use] = float(number)
    return found


def _over_batch(
    setup: Setup, quantity: str, notation: str | None, batch: tuple[int, ...], states: dict[Expr, float]
) -> tuple[Quantity, list[float]]:
    """What is asked for, for every sample of the batch; of an update, its gradient."""
    names = Notation(program(setup.model, setup.optimizer), notation or setup.notation)
    asked = quantity_called(quantity, names)
    if isinstance(asked, Next):
        asked = Partial(names.program.loss, asked.state)
    unrolled = names.program.unrolled()
    found = [all_numbers(setup, unrolled, {**states, **_data(setup, sample)}) for sample in batch]
    return asked, [numbers[asked] for numbers in found if asked in numbers]


def _table(setup: Setup, asked: Quantity, batch: tuple[int, ...], values: list[float], whole: float) -> Section:
    """The value for every sample of the step, and their mean or sum."""
    rows: list[tuple[Expr | float | str, ...]] = [
        (f"sample {sample + 1}", value) for sample, value in zip(batch[:MOST_SAMPLES], values, strict=False)
    ]
    if len(batch) > MOST_SAMPLES:
        rows.append((f"and {len(batch) - MOST_SAMPLES} more", ""))
    rows.append((setup.reduction, whole))
    said = f"This step takes {len(batch)} samples. Over them the {setup.reduction} of "
    blocks = (
        Text((said, asked, f" is {whole:.9g}:")),
        Table(("", "value"), tuple(rows)),
        Text(("What follows is for one of them.",)),
    )
    return Section(("Over the samples of the step",), blocks)
