"""`why`: the numbers of an answer are those of training, and every path is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from drawn_models import SEEDS, drawn

import sheetgrad
from sheetgrad.derivation.ask import quantity_called
from sheetgrad.derivation.numbers import numbers
from sheetgrad.derivation.why import why
from sheetgrad.derive import program
from sheetgrad.emit.screen import text
from sheetgrad.errors import SheetgradError, TooLargeError
from sheetgrad.expr import Number, Partial, Ref
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from sheetgrad.derivation import Derivation


def result(answer: Derivation) -> float:
    """What the title says."""
    found = re.search(r" is (\S+) ", answer.title)
    assert found
    return float(found[1].rstrip(","))


@pytest.mark.parametrize(
    "spelling",
    [
        "dE_total_dw1",
        "dE/dw1",
        "∂E_total/∂w1",
        "∂E / ∂w_1",
        r"\frac{\partial E_{total}}{\partial w_{1}}",
        "$\\frac{\\partial E}{\\partial w_1}$",
        "dE_total/dw1_1_1",
        "dloss/dw1",
    ],
)
def test_every_spelling_means_the_gradient(spelling: str) -> None:
    setup = sheetgrad.load("class")
    names = Notation(program(setup.model, setup.optimizer), "class")
    assert quantity_called(spelling, names) is names.quantity("dE_total_dw1")


@pytest.mark.parametrize(
    ("notation", "spelling", "plain"),
    [
        ("mazur", "out_h1", "a_h1"),
        ("mazur", "dE_total_dnet_h1", "dE_total_dh1"),
        ("textbook", "w^{(2)}_{11}", "w5"),
        ("textbook", "δ^{(2)}_1", "dE_total_do1"),
        ("textbook", "a1_2", "a_h2"),
        ("class", "net_h1", "h1"),
        ("class", "w5_new", "w5_new"),
    ],
)
def test_names_of_other_notations_are_understood(notation: str, spelling: str, plain: str) -> None:
    setup = sheetgrad.load("class")
    made = program(setup.model, setup.optimizer)
    assert quantity_called(spelling, Notation(made, notation)) is Notation(made, "class").quantity(plain)


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(SheetgradError, match="did you mean w5"):
        sheetgrad.why("w55")


@pytest.mark.parametrize("step", [0, 1, 3, 50])
@pytest.mark.parametrize("quantity", ["dE_total_dw1", "dE_total_dw5", "a_h1", "E_total", "dE_total_da_h2", "w3"])
def test_the_answer_is_the_number_of_that_step(quantity: str, step: int) -> None:
    trace = sheetgrad.train("class", steps=60, trace=True).trace
    assert trace is not None
    assert result(sheetgrad.why(quantity, step=step)) == pytest.approx(trace[quantity][step], rel=1e-8)


def test_the_next_value_of_a_weight_is_the_one_that_training_finds() -> None:
    trace = sheetgrad.train("iris", steps=5, trace=True).trace
    assert trace is not None
    assert result(sheetgrad.why("w1_1_1_new", "iris", step=4)) == pytest.approx(trace["w1_1_1"][5], rel=1e-8)


def test_a_learning_rate_can_be_given() -> None:
    trace = sheetgrad.train("class", steps=3, rate=2.0, trace=True).trace
    assert trace is not None
    assert result(sheetgrad.why("dE/dw5", step=3, rate=2.0)) == pytest.approx(trace["dE_total_dw5"][3], rel=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_paths_of_a_random_model_add_up_to_its_gradients(seed: int) -> None:
    setup = sheetgrad.load(drawn(seed))
    found = numbers(sheetgrad.derive(setup, form="delta"))
    names = sheetgrad.derive(setup).notation
    loss = names.program.loss
    for quantity in names.table().values():
        if isinstance(quantity, Ref) and quantity.symbol in setup.model.parameters:
            asked = names.plain(Partial(loss, quantity))
            answer = why(setup, asked)
            last = [line for line in answer.lines if line.role == "backward" and isinstance(line.members[-1], Number)]
            assert result(answer) == pytest.approx(found[Partial(loss, quantity)], rel=1e-8, abs=1e-12)
            if last:
                assert float(last[-1].members[-1].value) == pytest.approx(result(answer), rel=1e-7, abs=1e-12)  # type: ignore[attr-defined]  # chosen for it


def test_every_path_and_every_origin_is_there() -> None:
    shown = text(sheetgrad.why("dE/dw1"))
    assert "w1 → h1 → a_h1 → o1 → a_o1 → E1 → E_total" in shown
    assert "w1 → h1 → a_h1 → o2 → a_o2 → E2 → E_total" in shown
    for origin in ("h1 = w1·i1 + w2·i2 = 0.15·0.05 + 0.2·0.1 = 0.0275", "i1        0.05", "∂h1/∂w1 = i1 = 0.05"):
        assert origin in shown


def test_a_path_that_skips_a_layer_is_followed_too() -> None:
    spec = {
        "name": "residual",
        "equations": "a = tanh(w*x)\nb = tanh(v*a) + a\nE = (b - t)**2",
        "values": {"w": 0.7, "v": 0.4, "x": 0.3, "t": 0.1},
        "parameters": ["w", "v"],
        "loss": "E",
    }
    shown = text(sheetgrad.why("dE/da", spec))
    assert "∂b/∂a" in shown
    derivative = text(sheetgrad.why("dE/dw", spec))
    assert "w → a → b → E" in derivative


def test_a_quantity_that_is_not_reached_has_no_path() -> None:
    answer = sheetgrad.why("dE2/dw5")
    assert "does not depend on w5" in text(answer)
    assert result(answer) == 0


def test_many_paths_are_taken_quantity_by_quantity() -> None:
    layers = [
        {"size": 4, "activation": "tanh"},
        {"size": 4, "activation": "tanh"},
        {"size": 4, "activation": "sigmoid"},
    ]
    spec = {
        "name": "deep",
        "inputs": [0.5],
        "targets": [0.1] * 4,
        "loss": "half_squared_error",
        "layers": [*layers, layers[2]],
    }
    setup = sheetgrad.load(spec)
    answer = sheetgrad.why("dE/dw1", setup)
    assert "From the top down" in text(answer)
    found = numbers(sheetgrad.derive(setup, form="delta"))
    names = answer.notation
    assert result(answer) == pytest.approx(found[names.quantity("dE_total_dw1")], rel=1e-8)


def test_over_a_batch_the_mean_stands_first() -> None:
    trace = sheetgrad.train("xor", steps=10, trace=True).trace
    assert trace is not None
    shown = text(sheetgrad.why("dE/dw1", "xor", step=10))
    gradient = next(name for name in trace.columns if name.startswith("dE") and name.endswith("_dw1"))
    assert f"is {trace[gradient][10]:.6g}"[:9] in shown


def test_the_change_of_a_weight_is_the_sum_of_its_updates() -> None:
    trace = sheetgrad.train("class", steps=100, trace=True).trace
    assert trace is not None
    values = trace["w5"]
    answer = sheetgrad.why("w5", change=True)
    assert f"{values[-1] - values[0]:.9g}" in answer.title
    table = text(answer)
    assert "0 → 1         0.4              0.0721570729121  -0.0360785364561" in table
    assert "100 lower it" in table
    with pytest.raises(SheetgradError, match="no trained parameter"):
        sheetgrad.why("a_h1", change=True)


@pytest.mark.parametrize(("step", "sample", "match"), [(-1, None, "steps count from 0"), (0, 5, "there are 4 samples")])
def test_what_does_not_exist_is_refused(step: int, sample: int | None, match: str) -> None:
    with pytest.raises(SheetgradError, match=match):
        sheetgrad.why("dE/dw1", "xor", step=step, sample=sample)


def test_a_large_network_is_refused_and_not_begun() -> None:
    layers = [{"size": 64, "activation": "tanh"}, {"size": 10, "activation": "sigmoid"}]
    spec = {
        "name": "large",
        "inputs": [0.1] * 64,
        "targets": [0.1] * 10,
        "loss": "half_squared_error",
        "layers": layers,
    }
    with pytest.raises(TooLargeError, match="too many"):
        sheetgrad.why("dE/dw1", spec)


@pytest.mark.parametrize(
    ("output", "mark"), [("text", "∂E_total/∂w1"), ("md", "```math"), ("html", "<math"), ("tex", r"\begin{equation}")]
)
def test_the_command_writes_every_format(output: str, mark: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sheetgrad", "why", "dE_total_dw1", "--step", "3", "--format", output],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    assert mark in done.stdout


def test_the_form_of_derive_named_matrix_is_json_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sheetgrad", "derive", "--form", "matrix", "--json"],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    found = json.loads(done.stdout)
    assert found["form"] == "matrix"
    assert found["equations"][0]["latex"].startswith(r"\mathbf{z}^{(1)} = W^{(1)}")
