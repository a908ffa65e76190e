"""Many networks at once against each of them trained alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawn_models import SEEDS, drawn
from hypothesis import given
from hypothesis import strategies as st
from test_engine_kernels import UPDATES, specs, with_update

from sheetgrad.derive import program
from sheetgrad.engine import tape, train
from sheetgrad.engine.lane_kernels import LANE_KERNELS, choose_lanes
from sheetgrad.engine.lanes import Crew, run_lanes
from sheetgrad.engine.task import flat, starting_state
from sheetgrad.errors import DivergedError
from sheetgrad.network import load

HERE = [name for name in LANE_KERNELS if name != "tape lanes" or tape.is_built()]
"""Without a C compiler there are fewer."""


def starts(setup: Any, count: int, *, scale: float = 1.0, seed: int = 0) -> Any:
    """States of so many lanes: the setup's own, and others around it."""
    made = program(setup.model, setup.optimizer)
    own = np.array(starting_state(setup, made))
    parameters = sum(int(np.prod(symbol.shape)) for symbol in setup.model.parameters)
    table = np.repeat(own[:, None], count, axis=1)
    table[:parameters, 1:] += np.random.default_rng(seed).normal(0, scale, (parameters, count - 1))
    return table


def alone(setup: Any, state: Any, rate: float, steps: int) -> Any:
    """One lane trained by the kernels for a single network, or where it diverged."""
    from dataclasses import replace

    from sheetgrad.engine.task import count, nested

    values, place = dict(setup.values), 0
    for symbol in setup.model.parameters:
        size = count(symbol.whole)
        values[symbol] = nested(state[place : place + size].tolist(), symbol.shape)
        place += size
    try:
        return train(replace(setup, values=values), steps=steps, rate=rate, losses=True)
    except DivergedError as error:
        return error


def agrees(setup: Any, kernel: str, table: Any, rates: Any, *, steps: int, every: int) -> None:
    done = run_lanes(setup, table, rates, steps=steps, every=every, crew=Crew(setup, 3, kernel))
    for lane in range(table.shape[1]):
        run = alone(setup, table[:, lane], float(rates[lane]), steps)
        if isinstance(run, DivergedError):
            assert done.diverged[lane] == run.step
            continue
        assert done.diverged[lane] == -1
        assert done.final[lane] == pytest.approx(run.final_loss, rel=1e-9, abs=1e-12)
        assert done.losses[:, lane].tolist() == pytest.approx(list(run.losses)[::every], rel=1e-9, abs=1e-12)
        trained = [number for symbol in setup.model.parameters for number in flat(run.parameters[symbol])]
        assert done.state[: len(trained), lane].tolist() == pytest.approx(trained, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("kernel", HERE)
@given(spec=specs(), update=st.sampled_from(UPDATES), steps=st.integers(0, 5), every=st.integers(1, 3))
def test_each_lane_of_a_network_goes_as_it_would_alone(
    kernel: str, spec: dict[str, Any], update: str, steps: int, every: int
) -> None:
    setup = load(with_update(spec, update))
    agrees(setup, kernel, starts(setup, 3, scale=0.1), np.array([0.1, 0.2, 0.05]), steps=steps, every=every)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_lane_of_drawn_models_goes_as_it_would_alone(seed: int) -> None:
    setup = load(drawn(seed))
    for kernel in HERE:
        agrees(setup, kernel, starts(setup, 2, scale=0.05), np.array([0.01, 0.02]), steps=4, every=2)


DIVERGING = {
    "inputs": [[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]],
    "targets": [[1.0], [2.0], [3.0]],
    "loss": "squared_error",
    "layers": [{"size": 1, "activation": "identity", "bias": "each"}],
    "seed": 3,
}


@pytest.mark.parametrize("kernel", HERE)
@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum"])
def test_a_lane_that_diverges_is_reported_with_the_step_that_training_it_alone_names(
    kernel: str, update: str, optimizer: str
) -> None:
    setup = load(with_update({**DIVERGING, "optimizer": optimizer}, update))
    rates = np.array([0.01, 0.7, 1.0, 10.0, 1e200])
    done = run_lanes(setup, starts(setup, 5), rates, steps=3_000, crew=Crew(setup, 5, kernel))
    assert done.diverged[0] == -1
    found = [alone(setup, starts(setup, 5)[:, lane], float(rates[lane]), 3_000) for lane in range(1, 5)]
    assert [step.step for step in found] == done.diverged[1:].tolist()
    assert np.isfinite(done.final[0])


def test_a_lane_does_not_depend_on_the_lanes_beside_it() -> None:
    setup = load("xor")
    crew = Crew(setup, 3_001)
    table, rates = starts(setup, 3_001), np.linspace(0.1, 2, 3_001)
    whole = run_lanes(setup, table, rates, steps=20, every=5, crew=crew)
    for lanes in (slice(0, 1), slice(5, 12), slice(100, 2_999)):
        part = run_lanes(setup, table[:, lanes], rates[lanes], steps=20, every=5, crew=crew)
        assert part.final.tobytes() == whole.final[lanes].tobytes()
        assert part.losses.tobytes() == np.ascontiguousarray(whole.losses[:, lanes]).tobytes()
        assert part.state.tobytes() == np.ascontiguousarray(whole.state[:, lanes]).tobytes()


def test_many_lanes_of_a_small_network_run_side_by_side_and_others_one_by_one() -> None:
    small = load("class")
    made = program(small.model, small.optimizer)
    assert choose_lanes(made, 1_000_000).name == ("tape lanes" if tape.is_built() else "lane arrays")
    assert choose_lanes(made, 1).name == "one by one"
    wide = load({"inputs": [0.0] * 200, "targets": [0.0] * 10, "layers": [{"size": 50}, {"size": 10}]})
    assert choose_lanes(program(wide.model, wide.optimizer), 1_000_000).name == "one by one"


def test_the_states_given_are_left_as_they_are() -> None:
    setup = load("class")
    table = starts(setup, 20)
    before = table.copy()
    run_lanes(setup, table, np.full(20, 0.5), steps=3)
    assert table.tobytes() == before.tobytes()
