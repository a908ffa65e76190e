"""A spec becomes a model whose numbers an independent computation agrees with."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgrad.catalog.activations import ACTIVATIONS
from sheetgrad.catalog.initialisations import INITIALISATIONS, drawn
from sheetgrad.catalog.losses import LOSSES
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.derive import program
from sheetgrad.expr import Expr, Index, Partial, Ref, members
from sheetgrad.functions import evaluate
from sheetgrad.network import load
from sheetgrad.network.layers import LETTERS, letter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sheetgrad.model import Equation
    from sheetgrad.setup import Setup

EXAMPLES = Path(__file__).parent.parent / "examples"
Values = dict[Expr, float]

# --- judges ------------------------------------------------------------------------------------


def member(value: Any, places: Sequence[int]) -> float:
    for place in places:
        value = value[place]
    return float(value)


def leaves(setup: Setup, sample: int = 0) -> Values:
    """The value of every leaf of the unrolled model for one sample."""
    given_ = {**setup.values, **{symbol: rows[sample] for symbol, rows in setup.samples.items()}}
    return {
        Ref(symbol, places): member(given_[symbol], places)
        for symbol in setup.model.leaves
        for places in (tuple(numbers.values()) for numbers in members(symbol.axes))
    }


def computed(equations: Sequence[Equation], values: Values) -> Values:
    found = dict(values)
    for equation in equations:
        found[equation.target] = evaluate(equation.value, found)
    return found


def start_loss(setup: Setup) -> float:
    """The mean (or sum) of the loss over the samples, one after the other."""
    model = setup.model.unrolled()
    losses = [computed(model.equations, leaves(setup, at))[model.loss] for at in range(setup.sample_count)]
    return sum(losses) / (len(losses) if setup.reduction == "mean" else 1)


ELEMENTWISE: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "softplus": lambda z: np.logaddexp(0, z),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(),
}
BY_HAND: dict[str, Callable[[Any, Any], Any]] = {
    "half_squared_error": lambda t, y: ((t - y) ** 2).sum() / 2,
    "squared_error": lambda t, y: ((t - y) ** 2).sum(),
    "mean_squared_error": lambda t, y: ((t - y) ** 2).mean(),
    "binary_cross_entropy": lambda t, y: -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(),
    "cross_entropy": lambda t, y: -(t * np.log(y)).sum(),
}


def by_hand(spec: dict[str, Any], row: Any) -> Any:
    """The outputs of a spec's network for one row, in NumPy."""
    for layer in spec["layers"]:
        bias = layer.get("biases", 0.0) if layer.get("bias", "none") != "none" else 0.0
        row = ELEMENTWISE[layer["activation"]](np.array(layer["weights"]) @ row + np.array(bias))
    return row


# --- networks of layers ------------------------------------------------------------------------

number = st.floats(-1, 1).map(lambda value: round(value, 3))


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A network of 1 to 5 layers, 1 to 8 wide, with every kind of bias and every allowed pair."""
    widths = draw(st.lists(st.integers(1, 8), min_size=2, max_size=6))
    loss = draw(st.sampled_from(list(LOSSES)))
    hidden = [name for name, entry in ACTIVATIONS.items() if not entry.last_only]
    allowed = [name for name in LOSSES[loss].outputs if name != "softmax" or widths[-1] > 1]
    if not allowed:
        widths[-1], allowed = 2, ["softmax"]
    layers = []
    for at, (below, size) in enumerate(pairwise(widths)):
        bias = draw(st.sampled_from(["none", "shared", "each"]))
        layer: dict[str, Any] = {
            "size": size,
            "activation": draw(st.sampled_from(allowed if at == len(widths) - 2 else hidden)),
            "bias": bias,
            "weights": draw(st.lists(st.lists(number, min_size=below, max_size=below), min_size=size, max_size=size)),
        }
        if bias != "none":
            row = st.lists(number, min_size=size, max_size=size)
            layer |= {"biases": draw(number if bias == "shared" else row), "trained": draw(st.booleans())}
        layers.append(layer)
    inputs = draw(st.lists(number, min_size=widths[0], max_size=widths[0]))
    targets = [1.0, *[0.0] * (widths[-1] - 1)]
    return {"inputs": inputs, "targets": targets, "loss": loss, "layers": layers}


@given(spec=specs())
def test_the_forward_equations_are_what_numpy_computes(spec: dict[str, Any]) -> None:
    setup = load(spec)
    model = setup.model.unrolled()
    found = computed(model.equations, leaves(setup))
    wanted = by_hand(spec, np.array(spec["inputs"]))
    last = len(spec["layers"])
    outputs = {ref.places[0]: value for ref, value in found.items() if isinstance(ref, Ref) and is_output(ref, last)}
    assert [outputs[place] for place in range(len(wanted))] == pytest.approx(list(wanted), rel=1e-12, abs=1e-15)
    assert found[model.loss] == pytest.approx(BY_HAND[spec["loss"]](np.array(spec["targets"]), wanted), rel=1e-9)


def is_output(ref: Ref, last: int) -> bool:
    return ref.symbol.name == "a" and ref.symbol.layer == last


@given(spec=specs())
def test_fixed_biases_are_constants_and_the_rest_is_trained_in_order(spec: dict[str, Any]) -> None:
    model = load(spec).model
    wanted = [
        f"{name}{at}"
        for at, layer in enumerate(spec["layers"], start=1)
        for name in ("w", "b")
        if name == "w" or (layer["bias"] != "none" and layer["trained"])
    ]
    fixed = [f"b{at}" for at, layer in enumerate(spec["layers"], start=1) if layer.get("trained") is False]
    assert [f"{symbol.name}{symbol.layer}" for symbol in model.parameters] == wanted
    assert [f"{symbol.name}{symbol.layer}" for symbol in model.constants] == fixed


def test_every_activation_and_loss_has_a_judge_here() -> None:
    assert set(ELEMENTWISE) == set(ACTIVATIONS)
    assert set(BY_HAND) == set(LOSSES)


def test_every_layer_has_an_index_letter_of_its_own() -> None:
    letters = [letter(layer) for layer in range(60)]
    assert len(set(letters)) == 60
    assert len(set(LETTERS)) == len(LETTERS)
    layers = [{"size": 1}] * 40
    axes = {axis for symbol in load(inputs=[1], targets=[1], layers=layers).model.parameters for axis in symbol.axes}
    assert len({axis.name for axis in axes}) == 41


def test_wide_networks_load_without_writing_every_weight_down() -> None:
    layers = [{"size": 128, "activation": "relu", "bias": "each"}, {"size": 10, "activation": "softmax"}]
    setup = load(inputs=np.zeros((3, 784)), targets=np.eye(10)[:3], layers=layers, loss="cross_entropy")
    assert len(setup.model.equations) == 9
    assert [symbol.shape for symbol in setup.model.parameters] == [(128, 784), (128,), (10, 128)]


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_drawn_weights_stay_within_the_bound_and_fill_it(name: str) -> None:
    weights = np.array(drawn(name, 40, 50, seed=3, layer=1))
    bound = INITIALISATIONS[name].bound(50, 40)
    assert weights.shape == (40, 50)
    assert 0.98 * bound < np.abs(weights).max() <= bound
    assert abs(weights.mean()) < 0.05 * bound
    assert weights.std() == pytest.approx(bound / math.sqrt(3), rel=0.05)


def test_bounds_are_those_of_the_papers() -> None:
    bounds = {name: entry.bound(4, 2) for name, entry in INITIALISATIONS.items()}
    assert bounds == pytest.approx({"uniform": 0.5, "xavier": 1.0, "he": math.sqrt(1.5)})


def test_seeds_repeat_and_layers_draw_on_their_own() -> None:
    spec: dict[str, Any] = {"inputs": [1, 2], "targets": [0, 1], "layers": [{"size": 3}, {"size": 2}]}
    first, again, other = load(spec, seed=1), load(spec, seed=1), load(spec, seed=2)
    assert first.values == again.values
    assert first.values != other.values
    spec["layers"][0]["weights"] = [[0.1, 0.2]] * 3
    last = first.model.parameters[-1]
    assert load(spec, seed=1).values[last] == first.values[last]


# --- presets and examples ----------------------------------------------------------------------


def test_the_class_network_starts_where_it_must() -> None:
    assert start_loss(load("class")) == pytest.approx(0.24251985734837728, rel=1e-12)
    assert load("class").learning_rates == (0.5, 0.1, 0.2, 0.8, 1, 2)


def test_the_mazur_network_starts_where_it_must_and_trains_no_bias() -> None:
    setup = load("mazur")
    assert round(start_loss(setup), 9) == 0.298371109
    assert {symbol.name for symbol in setup.model.parameters} == {"w"}
    assert sorted(setup.values[symbol] for symbol in setup.model.constants) == [0.35, 0.6]


def test_the_recurrent_cell_starts_where_a_calculation_by_hand_starts() -> None:
    state = 0.0
    for x in (1.0, -0.5, 0.25):
        state = math.tanh(0.6 * x - 0.4 * state + 0.1)
    assert start_loss(load("rnn")) == pytest.approx((0.8 - 0.9 * state) ** 2 / 2, rel=1e-12)


def test_the_attention_head_starts_where_numpy_starts() -> None:
    setup = load("attention")
    given_ = {symbol.name: np.array(value) for symbol, value in setup.values.items()}
    x, t = (np.array(setup.samples[symbol][0]) for symbol in (*setup.model.inputs, *setup.model.targets))
    q, k, v = (x @ given_[name].T for name in ("Wq", "Wk", "Wv"))
    shares = np.exp(q @ k.T / math.sqrt(2))
    y = shares / shares.sum(axis=1, keepdims=True) @ v
    assert start_loss(setup) == pytest.approx(((y - t) ** 2).sum() / 2, rel=1e-12)


@pytest.mark.parametrize("name", ["xor", "iris"])
def test_presets_with_samples_start_where_numpy_starts(name: str) -> None:
    setup = load(name)
    assert start_loss(setup) == pytest.approx(loss_of(setup, outputs(setup, parameters(setup))), rel=1e-9)


def test_iris_is_the_corrected_table_of_1936() -> None:
    setup = load("iris")
    x, t = (np.array(setup.samples[symbol]) for symbol in setup.model.data)
    assert x.shape == (150, 4)
    assert t.sum(axis=0).tolist() == [50, 50, 50]
    assert x[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert x[37].tolist() == [4.9, 3.6, 1.4, 0.1]
    assert x.mean(axis=0) == pytest.approx([5.843333, 3.057333, 3.758, 1.199333], abs=1e-6)


SPECS = {**{name: name for name in PRESETS}, **{path.stem: str(path) for path in sorted(EXAMPLES.glob("*.toml"))}}


def test_the_examples_are_there() -> None:
    assert {"logistic", "residual", "convolution"} <= set(SPECS)


@pytest.mark.parametrize("name", SPECS)
def test_gradients_agree_with_finite_differences(name: str) -> None:
    setup = load(SPECS[name])
    derived = program(setup.model).unrolled()
    values = leaves(setup)
    found = computed(derived.forward + derived.backward, values)
    trained = [ref for ref in values if isinstance(ref, Ref) and ref.symbol in setup.model.parameters]
    step = 1e-5
    differences = []
    for ref in trained[:40]:
        ends = [computed(derived.forward, {**values, ref: values[ref] + d})[derived.loss] for d in (step, -step)]
        differences.append((ends[0] - ends[1]) / (2 * step))
    gradients = [found.get(Partial(derived.loss, ref), 0.0) for ref in trained[:40]]
    assert max(map(abs, gradients)) > 1e-4
    assert gradients == pytest.approx(differences, abs=1e-7 * max(1.0, *map(abs, gradients)))


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_complete_with_defaults_gives_the_same_setup(name: str) -> None:
    setup = load(SPECS[name])
    assert load(setup.origin) == setup


def test_every_preset_says_in_comments_what_it_is() -> None:
    assert next(iter(PRESETS)) == "class"
    assert set(PRESETS) == {"class", "mazur", "xor", "iris", "rnn", "attention"}
    for name, text in PRESETS.items():
        assert text.startswith("#")
        assert load(name).name == name
        assert load(name).title


# --- learning, by a judge of its own -----------------------------------------------------------


def parameters(setup: Setup) -> list[tuple[Any, Any]]:
    """Weights and biases, layer by layer."""
    by_kind = {kind: [np.array(setup.values[s]) for s in setup.model.parameters if s.name == kind] for kind in "wb"}
    return list(zip(by_kind["w"], by_kind["b"], strict=True))


def outputs(setup: Setup, layers: list[tuple[Any, Any]]) -> list[Any]:
    """The activations of every layer for all samples."""
    found = [np.array(setup.samples[setup.model.inputs[0]])]
    for layer, (w, b) in zip(setup.origin["layers"], layers, strict=True):
        z = found[-1] @ w.T + b
        activation = ELEMENTWISE[layer["activation"]]
        found.append(np.array([activation(row) for row in z]) if layer["activation"] == "softmax" else activation(z))
    return found


def loss_of(setup: Setup, activations: list[Any]) -> float:
    targets = np.array(setup.samples[setup.model.targets[0]])
    rows = zip(targets, activations[-1], strict=True)
    return float(np.mean([BY_HAND[setup.origin["loss"]](t, y) for t, y in rows]))


def learnt(setup: Setup) -> Any:
    """The outputs after all steps on the whole batch, by gradient descent or Adam written out in NumPy.

    For tanh below an output whose slope cancels: ∂E/∂z = y - t.
    """
    layers = parameters(setup)
    targets = np.array(setup.samples[setup.model.targets[0]])
    memory = [(0.0, 0.0)] * (2 * len(layers))
    for step in range(1, setup.steps + 1):
        activations = outputs(setup, layers)
        delta = (activations[-1] - targets) / len(targets)
        gradients: list[Any] = []
        for (w, _), below in reversed(list(zip(layers, activations, strict=False))):
            gradients[:0] = [delta.T @ below, delta.sum(axis=0)]
            delta = delta @ w * (1 - below**2)
        moves = gradients
        if setup.optimizer.name == "adam":
            memory = [
                (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2) for (m, v), g in zip(memory, gradients, strict=True)
            ]
            moves = [m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8) for m, v in memory]
        rate = setup.learning_rates[0]
        pairs = zip(layers, moves[::2], moves[1::2], strict=True)
        layers = [(w - rate * move_w, b - rate * move_b) for (w, b), move_w, move_b in pairs]
    return outputs(setup, layers)[-1]


def test_xor_is_learnt_within_its_steps() -> None:
    found = learnt(load("xor"))
    assert found.ravel() == pytest.approx([0, 1, 1, 0], abs=0.02)


def test_iris_is_learnt_within_its_steps() -> None:
    setup = load("iris", update="batch", batch_size=None)
    right = learnt(setup).argmax(axis=1) == np.array(setup.samples[setup.model.targets[0]]).argmax(axis=1)
    assert right.mean() > 0.95


# --- equations ---------------------------------------------------------------------------------


def test_a_weight_used_twice_gets_the_sum_of_both_uses() -> None:
    setup = load(equations="y = w*(w*x)\nE = y", values={"x": 3.0, "w": 0.5}, parameters=["w"], loss="E", inputs=["x"])
    derived = program(setup.model).unrolled()
    found = computed(derived.forward + derived.backward, leaves(setup))
    (w,) = setup.model.parameters
    assert found[Partial(derived.loss, w.whole)] == pytest.approx(2 * 0.5 * 3.0)


def test_equations_may_stand_in_any_order_with_remarks_and_blank_lines() -> None:
    text = "# the loss\nE = (t - y)**2\n\n  y = w*x   # the line\n"
    setup = load(equations=text, values={"x": 1, "t": 2, "w": 0.5}, parameters=["w"], loss="E")
    assert [equation.target.symbol.name for equation in setup.model.equations if isinstance(equation.target, Ref)] == [
        "y",
        "E",
    ]
    assert start_loss(setup) == (2 - 0.5) ** 2
    assert {symbol.name for symbol in setup.model.constants} == {"x", "t"}
    assert setup.notation == "own"


def test_what_depends_on_a_target_is_part_of_the_loss() -> None:
    setup = load(str(EXAMPLES / "residual.toml"))
    roles = {e.target.symbol.name: e.role for e in setup.model.equations if isinstance(e.target, Ref)}
    assert roles == {"h": "forward", "r": "forward", "g": "forward", "y": "forward", "E": "loss", "E_total": "loss"}


def test_axes_are_named_after_the_letters_that_are_written() -> None:
    symbols = {use.name: use for use in load("attention").model.parameters + load("attention").model.inputs}
    assert [axis.name for axis in symbols["Wq"].axes] == ["c", "d"]
    assert [axis.name for axis in symbols["x"].axes] == ["p", "d"]
    axes = load(str(EXAMPLES / "convolution.toml")).model.parameters[0].axes
    assert axes == (Index(axes[0].name, 3),)


def test_samples_may_be_rows_or_columns_or_a_table(tmp_path: Path) -> None:
    spec: dict[str, Any] = {
        "equations": "E = (t - w*x)**2",
        "values": {"w": 0.5},
        "parameters": ["w"],
        "inputs": ["x"],
        "targets": ["t"],
        "loss": "E",
    }
    rows = load(spec, samples=[{"x": 1, "t": 2}, {"x": 3, "t": 5}])
    columns = load(spec, samples={"x": [1, 3], "t": [2, 5]})
    (tmp_path / "data.csv").write_text("x,t\n1,2\n3,5\n")
    table = load(spec, data=str(tmp_path / "data.csv"))
    assert rows.samples == columns.samples == table.samples
    assert rows.sample_count == rows.batch_size == 2
    assert start_loss(rows) == pytest.approx(((2 - 0.5) ** 2 + (5 - 1.5) ** 2) / 2)


def test_long_chains_of_equations_load() -> None:
    lines = ["h0 = w*x", *(f"h{at} = h{at - 1} + w" for at in range(1, 2000)), "E = h1999"]
    setup = load(equations="\n".join(reversed(lines)), values={"w": 0.1, "x": 1.0}, parameters=["w"], loss="E")
    assert start_loss(setup) == pytest.approx(200.0)
