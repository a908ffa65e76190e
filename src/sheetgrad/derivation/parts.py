"""The parts of a derivation that are the same in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.derivation.document import Picture, Prose, Table, Working, Writer, listed
from sheetgrad.derivation.work import worked_slope
from sheetgrad.expr import (
    Call,
    Expr,
    Index,
    Next,
    Partial,
    Quantity,
    Ref,
    Row,
    Symbol,
    children,
    members,
    walk,
)
from sheetgrad.functions import FUNCTIONS, evaluate, formula, slope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.program import Program
    from sheetgrad.setup import Setup, Value


def introduction(writer: Writer, setup: Setup, *, families: bool) -> None:
    """What the network is, its picture, and the numbers it starts from."""
    writer.section("The network")
    writer.say(*description(setup))
    writer.add(Picture())
    if families:
        writer.say(
            "This network is large, so it is derived family by family: a letter below a name runs over the "
            "neurons of a layer, and ∑ adds up over them."
        )
        return
    shown = [symbol for symbol in setup.model.leaves if symbol.shape == () or _count(symbol) <= MOST_NUMBERS]
    rows = tuple(
        (Ref(symbol, tuple(place.values())), _at(_start(setup, symbol), tuple(place.values())))
        for symbol in shown
        for place in members(symbol.axes)
    )
    if rows and len(rows) <= MOST_NUMBERS:
        more = setup.sample_count > 1
        writer.say("It starts from these numbers" + (" (the first of its samples):" if more else ":"))
        writer.add(Table(("quantity", "value"), rows))


MOST_NUMBERS = 64


def description(setup: Setup) -> Prose:
    """A sentence about the layers, or about the equations where there are none."""
    layers: list[Mapping[str, Any]] = list(setup.origin.get("layers", ()))
    parameters = sum(map(_count, setup.model.parameters))
    tail = f"It has {parameters} trained parameter{'s' if parameters != 1 else ''}."
    if not layers:
        count = len(setup.model.equations)
        return (
            f"The model is given by {count} equations, from what is given down to the loss ",
            setup.model.loss,
            f". {tail}",
        )
    inputs = sum(map(_count, setup.model.inputs))
    words = [_layer(layer, last=layer is layers[-1]) for layer in layers]
    loss = str(setup.origin.get("loss", "")).replace("_", " ")
    joined = ", then ".join(words)
    return (f"The network takes {inputs} input{'s' if inputs != 1 else ''}: {joined}. The loss is the {loss}. {tail}",)


def _layer(layer: Mapping[str, Any], *, last: bool) -> str:
    kind = "output" if last else "hidden"
    size, activation = layer["size"], str(layer["activation"]).replace("_", " ")
    bias = {"none": "no bias", "shared": "one shared bias", "each": "a bias each"}[str(layer.get("bias", "none"))]
    fixed = ", fixed" if bias != "no bias" and not layer.get("trained", True) else ""
    return f"{size} {kind} neuron{'s' if size != 1 else ''} ({activation}, {bias}{fixed})"


def forward(writer: Writer, shown: Program) -> None:
    """The forward equations, and the loss."""
    writer.section("Forward")
    loss_begun = False
    for equation in shown.forward:
        if equation.role == "loss" and not loss_begun:
            loss_begun = True
            writer.section("The loss")
        _explain_hold(writer, equation.target, equation.value)
        writer.line(equation.role, equation.target, *in_both_forms(equation.value), value=equation.value)


def in_both_forms(value: Expr) -> tuple[Expr, ...]:
    """`σ(h)` and `1/(1 + e^-h)`: a call to a function with a formula, and what it stands for."""
    if isinstance(value, Call) and value.function not in {"identity", "held"}:
        meant = formula(value)
        if meant is not None:
            return (value, meant)
    return (value,)


def _explain_hold(writer: Writer, target: Quantity, value: Expr) -> None:
    if isinstance(value, Call) and value.function == "held":
        writer.say(
            target,
            " only keeps the powers of e from overflowing: it cancels in what follows, "
            "so it is held fixed in every derivative.",
        )


def slopes(writer: Writer, shown: Program) -> None:
    """The derivative of every activation used, derived once."""
    used: dict[str, None] = {}
    for equation in shown.forward:
        for node in walk(equation.value):
            if isinstance(node, Call) and FUNCTIONS[node.function].activation and node.function != "identity":
                used.setdefault(node.function)
    if not used:
        return
    writer.section("The slope of " + (" and of ".join(name.replace("_", " ") for name in used)))
    variable = Ref(Symbol("u"))
    for name in used:
        call = Call(name, (variable,))
        steps = worked_slope(name) or (Partial(call, variable), slope(call, 0, call))
        writer.add(Working(steps))
        if FUNCTIONS[name].kinks:
            writer.say("(A condition in square brackets counts 1 where it holds and 0 where it does not.)")


def updates(writer: Writer, setup: Setup, shown: Program) -> None:
    """The update rule in general, and for every parameter."""
    if not shown.updates:
        return
    writer.section("The update")
    loss = shown.loss
    writer.say(*_how_often(setup, loss))
    parameters = [
        e.target.state
        for e in shown.updates
        if isinstance(e.target, Next) and e.target.state.symbol in shown.model.parameters
    ]
    if len(parameters) > 1 and all(not place_is_index(use) for use in parameters):
        every = Ref(Symbol("w", 0, (Index("i", len(parameters)),)), (Index("i", len(parameters)),))
        writer.say("For every parameter ", every, " (", *listed(parameters), "):")
        for equation in setup.optimizer.step(every, Partial(loss, every)).equations:
            writer.add(Working((equation.target, equation.value)))
        writer.say("with the gradient, a vector of partial derivatives:")
        writer.add(Working((Partial(loss, every), Row(tuple(Partial(loss, use) for use in parameters)))))
        writer.say("Written out:")
    for equation in shown.updates:
        writer.line("update", equation.target, equation.value)


def place_is_index(use: Ref) -> bool:
    """Whether it is a family and not one number."""
    return any(isinstance(place, Index) for place in use.places)


def _how_often(setup: Setup, loss: Ref) -> Prose:
    how_far = "; the learning rate ", _RATE, " says how far."
    if setup.sample_count == 1:
        return ("After every step the parameters move against their gradients", *how_far)
    if setup.update in {"sample", "shuffled_sample"}:
        order = "in order" if setup.update == "sample" else "in a new order every time"
        count = setup.sample_count
        words = f"One sample after the other ({count} of them, {order}) moves the parameters"
        return (words, *how_far)
    size, what = setup.batch_size, setup.reduction
    first = (
        f"The derivation above is for one sample. A step takes {size} samples and its loss is the {what} of theirs, "
        f"so the gradient of a parameter is the {what} of the gradients of "
    )
    return (
        first,
        loss,
        " over these samples. The parameters move against it",
        *how_far,
    )


_RATE = Ref(Symbol("eta"))


def summary(writer: Writer, setup: Setup, shown: Program) -> None:
    """A table of all gradients with their numbers at the start."""
    numbers = numbers_at_start(setup, shown)
    rows = []
    for equation in shown.backward:
        gradient = equation.target
        if isinstance(gradient, Partial) and gradient.wrt.symbol in shown.model.parameters:
            number = writer.numbers.get(gradient)
            rows.append((gradient, f"({number})" if number else "", numbers[gradient]))
    writer.section("All gradients")
    sample = " for the first sample" if setup.sample_count > 1 else ""
    writer.say(
        f"With the numbers the network starts from{sample}, the loss ",
        shown.loss,
        " is ",
        f"{numbers[shown.loss]:.12g}.",
    )
    writer.add(Table(("gradient", "line", "value at the start"), tuple(rows)))


def numbers_at_start(setup: Setup, shown: Program) -> dict[Expr, float]:
    """Every quantity of an unrolled program, at the starting values and the first sample."""
    numbers: dict[Expr, float] = dict(leaf_numbers(setup))
    for equation in (*shown.forward, *shown.backward):
        numbers[equation.target] = evaluate(equation.value, numbers)
    return numbers


def leaf_numbers(setup: Setup) -> dict[Expr, float]:
    """What every leaf of the model is: the starting values, and the first sample."""
    return {
        Ref(symbol, tuple(place.values())): _at(_start(setup, symbol), tuple(place.values()))
        for symbol in setup.model.leaves
        for place in members(symbol.axes)
    }


def names_in(node: Expr, sizes: Mapping[Expr, int]) -> int:
    """How many quantities an expression names once every derivative in it is written out."""
    if isinstance(node, Partial):
        return sizes.get(node, 1)
    return 1 if isinstance(node, Ref) else sum(names_in(part, sizes) for part in children(node))


def _start(setup: Setup, symbol: Symbol) -> Value:
    return setup.samples[symbol][0] if symbol in setup.samples else setup.values[symbol]


def _at(value: Value, places: tuple[int, ...]) -> float:
    for place in places:
        value = value[place]
    return float(value)


def _count(symbol: Symbol) -> int:
    count = 1
    for size in symbol.shape:
        count *= size
    return count
