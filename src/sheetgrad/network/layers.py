"""From layers to a Model: the only place that knows what a layer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.catalog.activations import ACTIVATIONS
from sheetgrad.catalog.initialisations import drawn
from sheetgrad.catalog.losses import LOSSES
from sheetgrad.errors import Problem
from sheetgrad.expr import Index, Number, Symbol, multiply, total
from sheetgrad.model import Equation, Model
from sheetgrad.network.data import Rows, from_columns, inline
from sheetgrad.network.fields import MOST_NUMBERS
from sheetgrad.network.numbers import frozen, in_words, shape_of
from sheetgrad.network.training import check_batches, training
from sheetgrad.setup import Setup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.expr import Expr
    from sheetgrad.network.complete import Spec
    from sheetgrad.setup import Value


LETTERS = "ijklmnpqr" + "uvxyz" + "cdfgh"
"""Index letters, layer by layer; a letter that already means something (s, t, w, b, a) is left out."""
CLOSE = 1e-9
"""How far from 1 the targets of a distribution may add up."""


def letter(layer: int) -> str:
    """The index letter of a layer's neurons; layer 0 are the inputs.

    >>> [letter(layer) for layer in (0, 1, 2, 40)]
    ['i', 'j', 'k', 'i40']
    """
    return LETTERS[layer] if layer < len(LETTERS) else f"i{layer}"


def prepared(spec: Spec, folder: str, problems: list[Problem]) -> Callable[[], Setup]:
    """Add everything that does not fit together; if nothing, the function returned makes the Setup."""
    inputs, targets = _rows(spec, folder, problems)
    layers: Sequence[Spec] = spec["layers"] or ()
    _check_layers(layers, inputs.width if inputs else None, problems)
    last = layers[-1] if layers else {}
    _check_loss(spec, last, problems)
    if targets and last.get("size") and targets.width != last["size"]:
        wrong = f"has {targets.width} numbers, but the last layer has {last['size']} neurons"
        problems.append(Problem(targets.places[0], wrong, f"give {last['size']} targets, one for each output"))
    if targets and spec["loss"]:
        _check_targets(targets, LOSSES[spec["loss"]].targets, spec["loss"], problems)
    check_batches(spec, len(inputs.values) if inputs else None, problems)
    return lambda: _made(spec, inputs, targets)


def _rows(spec: Spec, folder: str, problems: list[Problem]) -> tuple[Rows | None, Rows | None]:
    if spec["data"] is not None:
        twice = [key for key in ("inputs", "targets") if spec[key] is not None]
        problems.extend(Problem(key, "is given, and `data` too", "give one of them") for key in twice)
        return from_columns(spec, folder, problems)
    columns = [key for key in ("input_columns", "target_columns", "class_column") if spec[key] is not None]
    wrong = "names columns of a table, but there is none"
    problems.extend(Problem(key, wrong, 'add data = "file.csv"') for key in columns)
    missing = [key for key in ("inputs", "targets") if key in spec and spec[key] is None]
    remedies = {key: f"write {key} = [0.1, 0.2], or name a table with `data`" for key in missing}
    problems.extend(Problem(key, "is missing", remedy) for key, remedy in remedies.items())
    inputs, targets = inline(spec, "inputs"), inline(spec, "targets")
    if inputs and targets and len(inputs.values) != len(targets.values):
        wrong = f"has {_counted(len(targets.values), 'row')}, but inputs has {len(inputs.values)}"
        problems.append(Problem("targets", wrong, "give one row a sample in both"))
    return inputs, targets


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _check_layers(layers: Sequence[Spec], below: int | None, problems: list[Problem]) -> None:
    weights = 0
    for at, layer in enumerate(layers):
        place = f"layers[{at}]"
        size = layer["size"]
        if layer["weights"] is not None and size and below:
            _check_weights(layer["weights"], (size, below), place, problems)
        if layer["weights"] is not None and layer["initialisation"] is not None:
            wrong = "is given, and so are the weights"
            problems.append(Problem(f"{place}.initialisation", wrong, "give one of them"))
        _check_bias(layer, place, problems)
        activation = layer["activation"]
        if activation and ACTIVATIONS[activation].last_only and at < len(layers) - 1:
            wrong = f"{activation} is for the last layer only"
            problems.append(Problem(f"{place}.activation", wrong, "choose another, such as tanh, for a hidden layer"))
        if activation == "softmax" and size == 1:
            wrong = "softmax over one neuron is 1 whatever goes in"
            problems.append(Problem(f"{place}.activation", wrong, "give the layer 2 neurons, or choose sigmoid"))
        weights += (size or 0) * (below or 0)
        below = size
    if weights > MOST_NUMBERS:
        problems.append(
            Problem("layers", f"have {weights:,} weights", f"{MOST_NUMBERS:,} is the most; use fewer neurons")
        )


def _check_weights(weights: Any, wanted: tuple[int, int], place: str, problems: list[Problem]) -> None:  # noqa: ANN401 -- rows
    shape = shape_of(weights, place, []) or ()
    if shape != wanted:
        size, below = wanted
        remedy = f"give {_counted(size, 'row')}, one a neuron, of {_counted(below, 'number')}, one for each input"
        problems.append(Problem(f"{place}.weights", f"is {in_words(shape)}", remedy))


def _check_bias(layer: Spec, place: str, problems: list[Problem]) -> None:
    bias, biases, size = layer["bias"], layer["biases"], layer["size"]
    if bias == "none" and biases is not None:
        wrong = 'is given, but bias = "none"'
        problems.append(Problem(f"{place}.biases", wrong, 'write bias = "each" or bias = "shared"'))
    if bias == "none" and layer["trained"] is False:
        problems.append(
            Problem(f"{place}.trained", "there is no bias to keep fixed", 'write bias = "each", or leave it out')
        )
    if bias in {"shared", "each"} and layer["trained"] is False and "biases" in layer and biases is None:
        problems.append(Problem(f"{place}.biases", "is missing", "a fixed bias needs its value"))
    if biases is None or not size:
        return
    shape = shape_of(biases, place, []) or ()
    if bias == "shared" and shape not in {(), (1,)}:
        problems.append(Problem(f"{place}.biases", f"is {in_words(shape)}", "a shared bias is one number"))
    if bias == "each" and shape != (size,):
        problems.append(
            Problem(f"{place}.biases", f"is {in_words(shape)}", f"give {_counted(size, 'number')} in a row")
        )


def _check_loss(spec: Spec, last: Mapping[str, Any], problems: list[Problem]) -> None:
    loss, activation = spec["loss"], last.get("activation")
    if loss and activation and activation not in LOSSES[loss].outputs:
        wrong = f"{loss} does not go with {activation} in the last layer: {LOSSES[loss].why}"
        problems.append(Problem("loss", wrong, f"give the last layer {' or '.join(LOSSES[loss].outputs)}"))


def _check_targets(targets: Rows, rule: str, loss: str, problems: list[Problem]) -> None:
    """What the loss asks of every row of targets."""
    if rule == "any":
        return
    for row, place in zip(targets.values, targets.places, strict=True):
        for at, value in enumerate(row):
            if not 0 <= value <= 1:
                wrong = f"{value} is not between 0 and 1, as {loss} needs"
                problems.append(Problem(f"{place}[{at}]", wrong, "give numbers from 0 to 1"))
        if rule == "sums to 1" and abs(sum(row) - 1) > CLOSE:
            wrong = f"adds up to {sum(row):.10g}, but {loss} compares distributions"
            problems.append(Problem(place, wrong, "give targets that sum to 1, such as [0, 1, 0]"))


# --- the model ---------------------------------------------------------------------------------


class Parts(NamedTuple):
    """What the layers leave behind as the model is put together."""

    equations: list[Equation]
    parameters: list[Symbol]
    constants: list[Symbol]
    values: dict[Symbol, Value]


def _made(spec: Spec, inputs: Rows | None, targets: Rows | None) -> Setup:
    """The Setup of a spec in which everything fits."""
    assert inputs is not None and targets is not None  # noqa: PT018, S101 -- else there were problems
    axis = Index(letter(0), inputs.width)
    x = Symbol("x", 0, (axis,))
    parts = Parts([], [], [], {})
    below = x
    for number, layer in enumerate(spec["layers"], start=1):
        below = _add_layer(spec, layer, number, below, parts)
    t = Symbol("t", 0, below.axes)
    loss = _add_loss(spec["loss"], t, below, parts)
    rule = LOSSES[spec["loss"]].targets
    model = Model(
        spec["name"],
        tuple(parts.equations),
        loss.whole,
        tuple(parts.parameters),
        inputs=(x,),
        targets=(t,),
        constants=tuple(parts.constants),
        constraints={} if rule == "any" else {t: rule},
    )
    samples = {x: inputs.values, t: targets.values}
    return Setup(model, parts.values, samples, **training(spec, len(inputs.values)))


def _add_layer(spec: Spec, layer: Spec, number: int, below: Symbol, parts: Parts) -> Symbol:
    """z[j] = Σ_i w[j,i]·below[i] + b[j], and what the activation makes of it; returns a."""
    own, other = Index(letter(number), layer["size"]), below.axes[0]
    w = Symbol("w", number, (own, other))
    parts.parameters.append(w)
    parts.values[w] = _weights(spec, layer, number, other.size)
    value: Expr = total((other,), multiply(w.whole, below.whole))
    if layer["bias"] != "none":
        b = Symbol("b", number, (own,) if layer["bias"] == "each" else ())
        (parts.parameters if layer["trained"] else parts.constants).append(b)
        parts.values[b] = _biases(layer)
        value = value + b.whole
    z = Symbol("z", number, (own,))
    parts.equations.extend((Equation(z.whole, value), *ACTIVATIONS[layer["activation"]].equations(z)))
    return Symbol("a", number, (own,))


def _weights(spec: Spec, layer: Spec, number: int, below: int) -> Value:
    if layer["weights"] is not None:
        return frozen(layer["weights"])
    way = layer["initialisation"] or spec["initialisation"]
    return drawn(way, layer["size"], below, seed=spec["seed"], layer=number)


def _biases(layer: Spec) -> Value:
    given = layer["biases"]
    if layer["bias"] == "each":
        return (0.0,) * layer["size"] if given is None else frozen(given)
    start = 0.0 if given is None else frozen(given)
    return start[0] if isinstance(start, tuple) else start


def _add_loss(name: str, t: Symbol, y: Symbol, parts: Parts) -> Symbol:
    """E[k] for every output, and E_total, their sum or mean."""
    loss = LOSSES[name]
    terms, whole = Symbol("E", 0, t.axes), Symbol("E_total")
    factor = Number(1) if loss.reduce == "sum" else 1 / Number(t.axes[0].size)
    parts.equations.append(Equation(terms.whole, loss.term(t.whole, y.whole), "loss"))
    parts.equations.append(Equation(whole.whole, multiply(factor, total(t.axes, terms.whole)), "loss"))
    return whole
