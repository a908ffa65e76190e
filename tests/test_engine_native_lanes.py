"""Lanes in C: the error of their functions, and that a lane's numbers are its own."""

from __future__ import annotations

import math
from array import array
from decimal import Context, Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from drawn_models import MANY, drawn

from sheetgrad.derive import program
from sheetgrad.engine import tape
from sheetgrad.engine.lanes import run_lanes
from sheetgrad.engine.straight import Straight
from sheetgrad.engine.tape_lanes import TapeLanes
from sheetgrad.engine.task import Chunk, Task, family_name, numbers_for, starting_state
from sheetgrad.network import load

if TYPE_CHECKING:
    from collections.abc import Callable

if not tape.is_built():
    pytest.skip("the C extension was not built here", allow_module_level=True)

from sheetgrad.engine import _native

SETS = _native.instructions()
EXACT = Context(prec=50, Emax=10**6, Emin=-(10**6))
SAMPLES = 200_000 if MANY else 4_000
SEEDS = range(200) if MANY else range(0, 200, 9)


def exact_exp(x: float) -> Decimal:
    return EXACT.exp(Decimal(x))


def exact_tanh(x: float) -> Decimal:
    grown = EXACT.exp(EXACT.multiply(Decimal(2), Decimal(x)))
    return EXACT.divide(EXACT.subtract(grown, 1), EXACT.add(grown, 1))


def points(largest: float) -> list[float]:
    """All over the range, near where the reduction changes over, near 0, and near the ends."""
    chance = Random(7)  # noqa: S311 -- it draws tests
    half = math.log(2) / 2
    return [
        *(chance.uniform(-largest, largest) for _ in range(SAMPLES)),
        *(chance.uniform(-0.4, 0.4) for _ in range(SAMPLES)),
        *(half * chance.randint(-2000, 2000) * (1 + chance.uniform(-1e-12, 1e-12)) for _ in range(SAMPLES // 2)),
        *(10 ** chance.uniform(-300, 0) * chance.choice((1, -1)) for _ in range(SAMPLES // 4)),
        *(chance.uniform(-745.2, -708) for _ in range(SAMPLES // 4)),
        *(chance.uniform(709, 709.782) for _ in range(SAMPLES // 4)),
    ]


def largest_error(function: str, instructions: str, values: list[float], exact: Callable[[float], Decimal]) -> float:
    """In units in the last place of the right result."""
    found = array("d", values)
    _native.computed(function, found, instructions)
    worst = 0.0
    for value, result in zip(values, found, strict=True):
        right = exact(value)
        worst = max(worst, float(abs(Decimal(result) - right) / Decimal(math.ulp(float(right)))))
    return worst


@pytest.mark.parametrize("instructions", SETS)
def test_exp_is_right_to_one_unit_in_the_last_place(instructions: str) -> None:
    values = [value for value in points(745) if -745.13 < value < 709.78]
    assert largest_error("exp", instructions, values, exact_exp) < 1


@pytest.mark.parametrize("instructions", SETS)
def test_tanh_is_right_to_two_and_a_half_units_in_the_last_place(instructions: str) -> None:
    values = [value for value in points(25) if 1e-20 < abs(value) < 25]
    assert largest_error("tanh", instructions, values, exact_tanh) < 2.5


@pytest.mark.parametrize("instructions", SETS)
def test_exp_and_tanh_have_the_right_ends(instructions: str) -> None:
    values = [0.0, -0.0, math.inf, -math.inf, 709.79, 1e300, -745.14, -1e300, 5e-324]
    grown, bent = array("d", values), array("d", values)
    _native.computed("exp", grown, instructions)
    _native.computed("tanh", bent, instructions)
    assert grown.tolist() == [1, 1, math.inf, 0, math.inf, math.inf, 0, 0, 1]
    assert [str(value) for value in bent] == [str(math.tanh(value)) for value in values]
    lost = array("d", [math.nan, -math.nan])
    for function in ("exp", "tanh"):
        _native.computed(function, lost, instructions)
        assert all(map(math.isnan, lost))


def task_of(setup: Any) -> Task:
    made = program(setup.model, setup.optimizer)
    return Task(made, numbers_for(setup, made), family_name, (made.loss,))


@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_of_a_lane_is_that_of_straight_line_python(seed: int, instructions: str) -> None:
    """Also with weights of a thousand, of almost nothing, infinite and not a number."""
    task = task_of(load(drawn(seed)))
    start = np.array(starting_state(load(drawn(seed)), task.program))
    scales = np.array([1.0, -0.5, 1e3, 1e-200, np.inf, np.nan, 2.0])
    with np.errstate(invalid="ignore"):
        state = start[:, None] * scales
    rates = np.linspace(0.1, 0.7, len(scales))
    lanes, alone = TapeLanes(task, instructions=instructions), Straight(task)
    for _ in range(3):
        before, losses = state.copy(), np.empty((1, len(scales)))
        lanes([(0,)], state, rates, (0,), losses)
        for lane in range(len(scales)):
            kept = bytearray(8)
            after = alone(Chunk([(0,)], before[:, lane].tolist(), float(rates[lane])), kept, careful=True)
            ours = [*state[:, lane].tolist(), losses[0, lane]]
            theirs = [*after, array("d", kept)[0]]
            scale = max((abs(value) for value in theirs if math.isfinite(value)), default=0.0)
            assert ours == pytest.approx(theirs, rel=1e-12, abs=max(1e-12, 1e-12 * scale), nan_ok=True)


@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("optimizer", ["gradient_descent", "adam"])
def test_a_lane_does_not_depend_on_how_many_there_are(optimizer: str, instructions: str) -> None:
    task = task_of(load({**drawn(4), "optimizer": optimizer}))
    start = np.array(starting_state(load({**drawn(4), "optimizer": optimizer}), task.program))
    state = start[:, None] + np.random.default_rng(3).normal(0, 0.3, (1, 200)) * (start[:, None] != 0)
    rates = np.linspace(0.01, 2, 200)
    whole = state.copy()
    lanes = TapeLanes(task, instructions=instructions)
    lanes([(0,)] * 50, whole, rates)
    for some in ([0], [5, 6, 7], [199, 3], range(64), range(63, 129), range(199, -1, -1)):
        part = np.ascontiguousarray(state[:, list(some)])
        lanes([(0,)] * 50, part, rates[list(some)])
        assert part.tobytes() == np.ascontiguousarray(whole[:, list(some)]).tobytes()


def test_lanes_have_the_samples_of_their_steps() -> None:
    """Mini-batches of two sizes, every loss kept, against each lane alone: through the door that sweeps use."""
    spec = {
        "inputs": [[0.1, 0.9], [0.4, -0.3], [-0.8, 0.2]],
        "targets": [[0.2], [0.7], [0.5]],
        "layers": [{"size": 3, "activation": "tanh", "bias": "each"}, {"size": 1, "activation": "sigmoid"}],
        "update": "mini_batch",
        "batch_size": 2,
    }
    setup = load(spec)
    start = np.array(starting_state(setup, program(setup.model, setup.optimizer)))
    state = np.repeat(start[:, None], 70, axis=1)
    done = run_lanes(setup, state, np.linspace(0.1, 1, 70), steps=9, every=2)
    from sheetgrad.engine import train

    for lane in (0, 31, 69):
        alone = train(setup, steps=9, rate=float(np.linspace(0.1, 1, 70)[lane]), losses=True)
        assert alone.losses is not None
        assert done.losses[:, lane].tolist() == pytest.approx(list(alone.losses)[::2], rel=1e-12)
        assert done.final[lane] == pytest.approx(alone.final_loss, rel=1e-12)


@pytest.mark.parametrize("rates", [array("d", [0.5]), array("d", [0.5] * 3), b"\0" * 7])
def test_lanes_that_do_not_fit_are_refused(rates: Any) -> None:
    task = task_of(load("class"))
    native = tape.Tape(task).native
    with pytest.raises(ValueError, match=r"size|doubles"):
        native.run_lanes(bytearray(8 * 8 * 2), array("d", [0.5]), array("i", [0]), 1, bytearray(16), rates)
    with pytest.raises(ValueError, match="instruction set"):
        native.run_lanes(bytearray(64), array("d", [0.5]), array("i", [0]), 1, bytearray(8), array("d", [0.5]), "none")
