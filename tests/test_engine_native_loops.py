"""Whole layers in C against the slow evaluator, and no malformed loop is run."""

from __future__ import annotations

import math
import signal
import threading
import time
from array import array
from typing import Any

import pytest
from drawn_models import MANY, drawn
from test_engine_kernels import assert_near, judged

from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.derive import program
from sheetgrad.engine import loops, tape, train
from sheetgrad.errors import DivergedError
from sheetgrad.network import load

if not tape.is_built():
    pytest.skip("the C extension was not built here", allow_module_level=True)

from sheetgrad.engine import _native

SEEDS = range(200) if MANY else range(0, 200, 7)


def layered(optimizer: str, *, wide: int, samples: int, update: str) -> Any:
    """A network of three layers, one of them wider than a block of the loops."""
    rows = [[math.sin(7 * row + place) for place in range(5)] for row in range(samples)]
    layers = [
        {"size": wide, "activation": "softplus", "bias": "each"},
        {"size": 3, "activation": "tanh", "bias": "shared"},
        {"size": 2, "activation": "softmax", "bias": "each"},
    ]
    spec = {"inputs": rows, "targets": [[row % 2, 1 - row % 2] for row in range(samples)], "layers": layers}
    return load(spec | {"loss": "cross_entropy", "optimizer": optimizer} | ({"update": update} if samples > 1 else {}))


def assert_judged(setup: Any, steps: int, rate: float = 0.1) -> None:
    """Every quantity of every step, and every next state, as the evaluator has them."""
    trace = train(setup, steps=steps, rate=rate, trace=True, engine="loops").trace
    assert trace is not None
    rows = [dict(trace.row(step)) for step in range(steps + 1)]
    largest = max(abs(value) for row in rows for value in row.values())
    scales = dict.fromkeys(trace.columns, max(1.0, largest))
    for step, row in enumerate(rows):
        here, following = judged(setup, 1, row, rate)
        assert_near(row, here, scales)
        if step < steps:
            assert_near(rows[step + 1], following, scales)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_layers_are_computed_as_the_evaluator_does(optimizer: str) -> None:
    assert_judged(layered(optimizer, wide=70, samples=1, update="batch"), 2)


@pytest.mark.parametrize("update", ["sample", "shuffled_sample"])
def test_each_step_has_its_own_sample(update: str) -> None:
    assert_judged(layered("adam", wide=6, samples=4, update=update), 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_models_are_computed_as_the_evaluator_does(seed: int) -> None:
    setup = load(drawn(seed))
    if loops.accepts(program(setup.model, setup.optimizer)):
        assert_judged(setup, 2, rate=1e-3)


def test_layers_are_accepted_and_several_samples_a_step_are_not() -> None:
    setup = layered("adam", wide=4, samples=3, update="sample")
    assert loops.accepts(program(setup.model, setup.optimizer))
    assert not loops.accepts(program(setup.model.batched(3), setup.optimizer))


def test_without_the_trace_the_parameters_are_the_same() -> None:
    setup = layered("momentum", wide=70, samples=1, update="batch")
    bare, traced = (train(setup, steps=9, trace=trace, engine="loops").parameters for trace in (False, True))
    assert bare == traced


def test_divergence_is_found_at_the_step_at_which_straight_line_python_finds_it() -> None:
    layers = [{"size": 9, "activation": "identity"}, {"size": 2, "activation": "identity"}]
    spec = {"inputs": [1.0, 2.0, -3.0], "targets": [1.0, 0.0], "layers": layers, "loss": "squared_error", "seed": 3}
    errors = []
    for engine in ("straight", "loops", "tape"):
        with pytest.raises(DivergedError) as caught:
            train(load(spec), steps=1_000, rate=3.0, engine=engine)
        errors.append((caught.value.step, caught.value.quantity))
    assert len({*errors}) == 1


def test_ctrl_c_stops_a_large_network_within_a_few_tenths_of_a_second() -> None:
    setup = load(
        {
            "inputs": [0.1] * 600,
            "targets": [0.5] * 600,
            "layers": [{"size": 600, "activation": "sigmoid"}, {"size": 600, "activation": "sigmoid"}],
        }
    )
    made = loops.Loops
    from sheetgrad.engine.task import Chunk, Task, numbers_for, starting_state

    whole = program(setup.model, setup.optimizer)
    runner = made(Task(whole, numbers_for(setup, whole), str))
    state = array("d", starting_state(setup, whole))
    runner(Chunk([(0,)], state, 0.1), bytearray())
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    threading.Timer(0.2, press).start()
    with pytest.raises(KeyboardInterrupt):
        runner(Chunk([(0,)] * 10**6, state, 0.1), bytearray())
    assert time.monotonic() - pressed[0] < 0.1


def places(*numbers: int) -> bytes:
    return array("q", numbers).tobytes()


CODE = array("I", [_native.OPERATIONS["ADD"], 1, 0, 1, 1, 0]).tobytes()
LOOP = (0, 2, 3, CODE, array("d", [0.0, 0.0]), places(0, 3, 1, 1), places(6, 3, 1, 0))


def test_a_loop_does_what_it_says() -> None:
    native = made()
    state, kept = array("d", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), bytearray(8 * 6)
    native.run(state, array("d"), array("d"), 0, 1, kept, 0)
    assert array("d", bytes(kept)).tolist() == [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]


def made(**change: Any) -> Any:
    given: dict[str, Any] = {
        "memory": array("d", [0.0] * 6),
        "states": 6,
        "settings": 0,
        "loops": [LOOP],
        "keeps_after": 1,
        "kept": array("q", [6, 6]),
    }
    return _native.Loops(**given | change)


@pytest.mark.parametrize(
    "change",
    [
        {"memory": array("d", [0.0] * 5)},
        {"states": -1},
        {"settings": 7},
        {"keeps_after": 2},
        {"keeps_after": -1},
        {"kept": array("q", [6, 7])},
        {"kept": array("q", [-1, 1])},
        *(
            {"loops": [(*LOOP[:place], wrong, *LOOP[place + 1 :])]}
            for place, wrong in (
                (0, 7),
                (0, -1),
                (0, 4),
                (0, 5),
                (0, 6),
                (1, 0),
                (1, 3),
                (1, 2**60),
                (2, 4),
                (2, -1),
                (3, b""),
                (3, array("I", [_native.OPERATIONS["ADD"], 1, 2, 1, 1, 0]).tobytes()),
                (4, array("d")),
                (5, places(0, 3, 1, 2)),
                (5, places(0, 30, 1, 1)),
                (5, places(-1, 3, 1, 1)),
                (5, places(0, 2**62, 2**62, 1)),
                (5, b"\0" * 9),
                (6, b""),
                (6, places(7, 3, 1, 0)),
                (6, places(6, 3, -1, 0)),
            )
        ),
    ],
)
def test_a_malformed_loop_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        made(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"state": array("d", [0.0] * 5)},
        {"settings": array("d", [0.0])},
        {"inputs": 7},
        {"inputs": 1},
        {"inputs": -1},
        {"steps": 2},
        {"steps": -1},
        {"offset": 8},
        {"offset": -8},
    ],
)
def test_a_run_of_loops_on_what_does_not_fit_is_refused(change: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "state": array("d", [0.0] * 6),
        "settings": array("d"),
        "data": array("d"),
        "inputs": 0,
        "steps": 1,
        "kept": bytearray(48),
        "offset": 0,
    }
    with pytest.raises((ValueError, OverflowError)):
        made().run(*(given | change).values())
