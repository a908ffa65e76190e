"""Layers of many samples in C against the slow evaluator, in both precisions, and no malformed loop is run."""

from __future__ import annotations

import math
import signal
import threading
import time
from array import array
from random import Random
from typing import Any

import pytest
from drawn_models import MANY, drawn
from fuzz_layers import drawn as fuzzed
from fuzz_layers import layers as fuzz
from test_engine_kernels import assert_near, judged

import sheetgrad
from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.derive import program
from sheetgrad.engine import layers, tape, train
from sheetgrad.engine.choose import KERNELS
from sheetgrad.engine.task import Chunk, Task, numbers_for, settings_for, starting_state
from sheetgrad.errors import DivergedError, SpecError
from sheetgrad.network import load

if not tape.is_built():
    pytest.skip("the C extension was not built here", allow_module_level=True)

from sheetgrad.engine import _native
from sheetgrad.engine.layer_layout import Layout

SEEDS = range(200) if MANY else range(0, 200, 7)


def layered(optimizer: str = "adam", *, hidden: int = 6, inputs: int = 5, samples: int = 9, size: int = 0) -> Any:
    """A network of three layers; `size` samples a step, all when 0."""
    rows = [[math.sin(7 * row + place) for place in range(inputs)] for row in range(samples)]
    parts = [
        {"size": hidden, "activation": "softplus", "bias": "each"},
        {"size": 3, "activation": "tanh", "bias": "shared"},
        {"size": 2, "activation": "softmax", "bias": "each"},
    ]
    spec = {"inputs": rows, "targets": [[row % 2, 1 - row % 2] for row in range(samples)], "layers": parts}
    update = {"update": "mini_batch", "batch_size": size} if size else {}
    return load(spec | {"loss": "cross_entropy", "optimizer": optimizer} | update)


def assert_judged(setup: Any, size: int, steps: int = 2, rate: float = 0.1) -> None:
    """Every quantity of every step, and every next state, as the evaluator has them."""
    trace = train(setup, steps=steps, rate=rate, trace=True, engine="layers").trace
    assert trace is not None
    rows = [dict(trace.row(step)) for step in range(steps + 1)]
    largest = max(abs(value) for row in rows for value in row.values())
    scales = dict.fromkeys(trace.columns, max(1.0, largest))
    for step, row in enumerate(rows):
        here, following = judged(setup, size, row, rate)
        assert_near(row, here, scales)
        if step < steps:
            assert_near(rows[step + 1], following, scales)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_layers_are_computed_as_the_evaluator_does(optimizer: str) -> None:
    assert_judged(layered(optimizer), 9)


def test_more_samples_than_a_block_and_more_rows_than_a_panel_are_computed_as_the_evaluator_does() -> None:
    assert_judged(layered(hidden=3, samples=70), 70, steps=1)
    assert_judged(layered("momentum", hidden=131, inputs=2, samples=3), 3, steps=1)


def test_each_step_has_its_own_samples() -> None:
    assert_judged(layered(samples=12, size=4), 4, steps=7)


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_models_are_computed_as_the_evaluator_does(seed: int) -> None:
    setup = load(drawn(seed))
    made = program(setup.model.batched(setup.sample_count, setup.reduction), setup.optimizer)
    if layers.accepts(made):
        assert_judged(setup, setup.sample_count, rate=1e-3)


@pytest.mark.parametrize(("hidden", "inputs", "size"), [(130, 70, 100), (5, 3, 33), (7, 200, 1)])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_layers_and_numpy_agree(hidden: int, inputs: int, size: int, precision: Any) -> None:
    setup = layered("nesterov", hidden=hidden, inputs=inputs, samples=101, size=size)
    runs = [train(setup, steps=12, losses=True, engine=engine, precision=precision) for engine in ("layers", "arrays")]
    assert runs[0].losses == pytest.approx(runs[1].losses, rel=1e-12 if precision == "float64" else 3e-5)
    assert runs[0].final_loss == pytest.approx(runs[1].final_loss, rel=1e-12 if precision == "float64" else 3e-5)


@pytest.mark.parametrize("optimizer", ["gradient_descent", "adam"])
def test_single_precision_follows_double_and_is_not_double(optimizer: str) -> None:
    setup = layered(optimizer, samples=40, size=8)
    double, single = (train(setup, steps=200, precision=precision) for precision in ("float64", "float32"))
    assert single.final_loss == pytest.approx(double.final_loss, rel=1e-4)
    assert single.final_loss != double.final_loss
    assert single.initial_loss == double.initial_loss
    assert (double.precision, single.precision) == ("float64", "float32")
    flat = [value for values in single.parameters.values() for value in numbers(values)]
    assert flat == array("f", flat).tolist()


def numbers(values: Any) -> list[float]:
    return [number for part in values for number in numbers(part)] if isinstance(values, list) else [values]


def test_a_precision_that_is_not_there_or_not_for_an_engine_is_refused() -> None:
    with pytest.raises(SpecError, match="precision: there is no precision 'half'; give float64 or float32"):
        sheetgrad.train("class", precision="half")
    with pytest.raises(SpecError, match="tape does not compute in float32; these do: layers, arrays"):
        sheetgrad.train("class", precision="float32", engine="tape")


def native_of(setup: Any, precision: Any = "float64", instructions: str | None = None) -> tuple[Any, Any, Any]:
    size = min(setup.batch_size, setup.sample_count) if setup.update == "mini_batch" else setup.sample_count
    made = program(setup.model.batched(size, setup.reduction), setup.optimizer)
    task = Task(made, numbers_for(setup, made), str, (made.loss,), precision=precision)
    state = array("d", starting_state(setup, made))
    return Layout(task).loaded(instructions), state, array("d", settings_for(made, 0.1))


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_bits_do_not_depend_on_how_many_threads_there_are(precision: str) -> None:
    setup = layered(hidden=200, inputs=70, samples=150)
    found = []
    for threads in (1, 2, 5):
        native, state, settings = native_of(setup, precision)
        kept = bytearray(8 * 4)
        native.run(state, settings, array("i", range(150)), 4, kept, 0, threads)
        found.append((state.tobytes(), bytes(kept)))
        assert all(map(math.isfinite, state))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_every_instruction_set_computes_the_same_up_to_roundings(precision: str) -> None:
    setup = layered(hidden=20, inputs=9, samples=37)
    ends = []
    for name in _native.instructions():
        native, state, settings = native_of(setup, precision, name)
        native.run(state, settings, array("i", range(37)), 5, bytearray(40), 0, 1)
        ends.append(state.tolist())
    relative, absolute = (1e-10, 1e-12) if precision == "float64" else (1e-3, 1e-4)
    for other in ends[1:]:
        assert other == pytest.approx(ends[0], rel=relative, abs=absolute)


def test_without_the_trace_the_parameters_are_the_same() -> None:
    setup = layered("momentum", hidden=70, samples=20)
    bare, traced = (train(setup, steps=9, trace=trace, engine="layers").parameters for trace in (False, True))
    assert bare == traced


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_divergence_is_found_at_the_step_at_which_numpy_finds_it(precision: Any) -> None:
    parts = [{"size": 9, "activation": "identity"}, {"size": 2, "activation": "identity"}]
    inputs, targets = [[1.0, 2.0, -3.0], [0.5, 1.0, 2.0], [1.0, 0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    spec = {"inputs": inputs, "targets": targets, "layers": parts, "loss": "squared_error", "seed": 3}
    errors = []
    for engine in ("layers", "arrays"):
        with pytest.raises(DivergedError) as caught:
            train(load(spec), steps=1_000, rate=3.0, engine=engine, precision=precision)
        errors.append((caught.value.step, caught.value.quantity))
    assert errors[0] == errors[1]


@pytest.mark.parametrize("scale", [1e3, 1e200, 1e-320, math.inf, math.nan])
def test_saturated_and_lost_numbers_are_those_of_numpy(scale: float) -> None:
    parts = [{"size": 4, "activation": "tanh"}, {"size": 2, "activation": "softmax"}]
    rows = [[math.sin(row + place) for place in range(3)] for row in range(6)]
    setup = load({"inputs": rows, "targets": [[0, 1]] * 6, "layers": parts, "loss": "cross_entropy"})
    made = program(setup.model.batched(6, setup.reduction), setup.optimizer)
    task = Task(made, numbers_for(setup, made), str, tuple(e.target for e in (*made.forward, *made.backward)))
    state = array("d", [scale * weight for weight in starting_state(setup, made)])
    kept = []
    for engine in ("layers", "arrays"):
        room = bytearray(8 * task.width)
        KERNELS[engine].made(task)(Chunk([tuple(range(6))], state, 0.1), room)
        kept.append(memoryview(room).cast("d").tolist())
    assert kept[0] == pytest.approx(kept[1], rel=1e-9, abs=1e-300, nan_ok=True)


def test_ctrl_c_stops_large_layers_within_a_tenth_of_a_second() -> None:
    setup = layered("gradient_descent", hidden=900, inputs=900, samples=256)
    native, state, settings = native_of(setup)
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.process_time())
        signal.raise_signal(signal.SIGINT)

    threading.Timer(0.5, press).start()
    with pytest.raises(KeyboardInterrupt):
        native.run(state, settings, array("i", range(256)), 10**4, bytearray(8 * 10**4), 0, 1)
    assert time.process_time() - pressed[0] < 0.1


def test_shuffling_in_c_gives_the_orders_of_python() -> None:
    for seed, count in ((0, 1), (1, 2), (7, 1_000), (2**40, 33)):
        chance, order = Random(seed), list(range(count))  # noqa: S311 -- it draws tests
        state, ours = array("I", chance.getstate()[1]), array("i", order)
        for _ in range(3):
            chance.shuffle(order)
            _native.shuffled(state, ours)
            assert ours.tolist() == order
    with pytest.raises(ValueError, match="625"):
        _native.shuffled(array("I", [0] * 624), array("i", [1]))


def test_loops_that_were_changed_by_chance_are_refused_or_run() -> None:
    bases = fuzzed(_native)
    ran = sum(fuzz(Random(number), _native, bases) for number in range(300))  # noqa: S311 -- the same
    assert 40 < ran < 300
