"""Training: the figures of the class network, every way to update, and what happens out of range."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import Any

import pytest

from sheetgrad.engine import train
from sheetgrad.errors import DivergedError, SpecError, TooLargeError
from sheetgrad.network import load

AFTER_100 = {
    0.1: 0.13351060733462522,
    0.2: 0.07916642312214675,
    0.5: 0.029166680235883584,
    0.8: 0.0163866284770309,
    1: 0.012395124175369723,
    2: 0.005160108602350808,
}
ROWS = [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [2.0, -1.0], [-1.0, 0.3]]


def several(**more: Any) -> Any:
    spec = {
        "inputs": ROWS,
        "targets": [[row[0] * 0.2 + 0.3] for row in ROWS],
        "layers": [{"size": 2, "activation": "tanh"}, {"size": 1, "activation": "identity"}],
        "loss": "half_squared_error",
        "learning_rate": 0.1,
        "seed": 4,
    }
    return load(spec | more)


def line(**more: Any) -> Any:
    """One weight, y = w x, which diverges when the rate is too high."""
    spec: dict[str, Any] = {
        "name": "line",
        "equations": "y = w*x\nE = (y - t)**2",
        "values": {"x": 10.0, "t": 1.0, "w": 0.5},
        "parameters": ["w"],
        "loss": "E",
    }
    return load(spec | more)


@pytest.mark.parametrize("rate", AFTER_100)
def test_a_hundred_updates_of_the_class_network_give_the_known_loss(rate: float) -> None:
    run = train(load("class"), steps=100, rate=rate)
    assert run.initial_loss == pytest.approx(0.24251985734837728, rel=1e-12)
    assert run.final_loss == pytest.approx(AFTER_100[rate], rel=1e-12)


def test_ten_thousand_updates_of_the_class_network_give_the_known_loss() -> None:
    assert train(load("class"), steps=10_000, rate=0.5).final_loss == pytest.approx(5.583038552114938e-05, rel=1e-9)


def test_mazurs_variant_starts_at_the_known_loss() -> None:
    assert train(load("mazur"), steps=0).initial_loss == pytest.approx(0.298371109, abs=5e-10)


@pytest.mark.parametrize("rate", [*AFTER_100, 50, 100])
def test_the_loss_of_the_class_network_falls_at_every_one_of_a_thousand_steps(rate: float) -> None:
    losses = train(load("class"), steps=1_000, rate=rate, losses=True).losses
    assert losses is not None
    assert len(losses) == 1_001
    assert all(after < before for before, after in pairwise(losses))


def test_losses_start_and_end_at_the_losses_of_the_run_when_a_step_takes_all_samples() -> None:
    run = train(several(update="batch"), steps=7, losses=True)
    assert run.losses is not None
    assert run.losses[0] == pytest.approx(run.initial_loss, rel=1e-14)
    assert run.losses[-1] == pytest.approx(run.final_loss, rel=1e-14)


def test_no_steps_leave_everything_as_it_was() -> None:
    run = train(load("class"), steps=0, losses=True, trace=True)
    assert run.final_loss == run.initial_loss
    assert run.losses is not None
    assert list(run.losses) == [run.initial_loss]
    assert run.trace is not None
    assert run.trace.shape[0] == 1
    assert list(run.parameters.values()) == [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]]


def inputs_of(run: Any, size: int) -> list[list[list[float]]]:
    """The inputs that every step used, from its trace."""
    found = []
    for step in range(run.steps):
        row = run.trace.row(step)
        tails = [f"_s{number}" for number in range(1, size + 1)] if size > 1 else [""]
        rows = [[row.get(f"i{place}{tail}", math.nan) for place in (1, 2)] for tail in tails]
        found.append([values for values in rows if not any(map(math.isnan, values))])
    return found


def test_updates_by_sample_go_through_the_samples_in_order_again_and_again() -> None:
    run = train(several(update="sample"), steps=12, trace=True)
    assert [rows[0] for rows in inputs_of(run, 1)] == (ROWS * 3)[:12]


def test_shuffled_samples_come_in_a_new_order_every_pass_and_the_same_with_the_same_seed() -> None:
    first, again = (inputs_of(train(several(update="shuffled_sample"), steps=15, trace=True), 1) for _ in range(2))
    passes = [[rows[0] for rows in first[start : start + 5]] for start in (0, 5, 10)]
    assert first == again
    assert all(sorted(each) == sorted(ROWS) for each in passes)
    assert len({str(each) for each in passes}) == 3


def test_a_pass_of_mini_batches_uses_every_sample_once_and_its_last_batch_may_be_smaller() -> None:
    run = train(several(update="mini_batch", batch_size=3), steps=4, trace=True, losses=True)
    used = inputs_of(run, 3)
    assert [len(rows) for rows in used] == [3, 2, 3, 2]
    assert sorted(used[0] + used[1]) == sorted(ROWS)
    assert run.losses is not None
    assert all(map(math.isfinite, run.losses))


def test_a_batch_is_the_mean_of_its_samples_as_a_plain_loop_computes_it() -> None:
    layer = {"size": 1, "activation": "identity", "bias": "none", "weights": [[0.5]]}
    data = {"inputs": [[1.0], [2.0], [3.0]], "targets": [[1.0], [1.0], [2.0]]}
    setup = load({**data, "layers": [layer], "loss": "squared_error", "update": "batch", "learning_rate": 0.05})
    w = 0.5
    for _ in range(10):
        slopes = [2 * (w * x - t) * x for x, t in ((1, 1), (2, 1), (3, 2))]
        w -= 0.05 * sum(slopes) / 3
    ((trained,),) = train(setup, steps=10).parameters.values()
    assert trained[0] == pytest.approx(w, rel=1e-12)


@pytest.mark.parametrize(("optimizer", "judge"), [("momentum", "momentum"), ("adam", "adam")])
def test_optimizers_move_a_weight_as_their_published_formulas_do(optimizer: str, judge: str) -> None:
    w, v, m, s = 0.5, 0.0, 0.0, 0.0
    for step in range(1, 21):
        g = 2 * (w * 10 - 1) * 10
        if judge == "momentum":
            v = 0.9 * v + g
            w -= 0.001 * v
        else:
            m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
            w -= 0.001 * (m / (1 - 0.9**step)) / (math.sqrt(s / (1 - 0.999**step)) + 1e-8)
    run = train(line(optimizer=optimizer, learning_rate=0.001), steps=20)
    assert next(iter(run.parameters.values())) == pytest.approx(w, rel=1e-9)


def test_a_sigmoid_far_below_zero_is_zero_and_training_goes_on() -> None:
    spec = {
        "name": "far",
        "equations": "y = sigmoid(w*x)\nE = (y - t)**2 + 1/2*(v - 3)**2",
        "values": {"x": 1.0, "t": 1.0, "w": -800.0, "v": 1.0},
        "parameters": ["w", "v"],
        "loss": "E",
    }
    run = train(load(spec), steps=3, rate=0.5)
    w, v = run.parameters.values()
    assert (w, v) == (-800.0, 3 - 2 * 0.5**3)
    assert run.final_loss == 1 + 0.5 * (3 - v) ** 2


def lost_at(rate: float) -> int:
    """The first step at which E = (10 w - 1)² is not finite, by a loop in plain floats."""
    w, step = 0.5, 0
    while math.isfinite((10 * w - 1) * (10 * w - 1)):
        w -= rate * 2 * (10 * w - 1) * 10
        step += 1
    return step


@pytest.mark.parametrize("losses", [True, False])
@pytest.mark.parametrize("rate", [0.5, 1.0, 30.0])
def test_divergence_names_the_first_step_and_quantity(rate: float, *, losses: bool) -> None:
    with pytest.raises(DivergedError) as caught:
        train(line(), steps=5_000, rate=rate, losses=losses)
    assert (caught.value.step, caught.value.quantity, caught.value.rate) == (lost_at(rate), "E", rate)


def test_divergence_of_a_network_of_arrays_is_found_too() -> None:
    chance = random.Random(1)  # noqa: S311 -- data for a test
    spec = {
        "inputs": [[chance.uniform(-9, 9) for _ in range(30)] for _ in range(40)],
        "targets": [[chance.uniform(-1, 1)] for _ in range(40)],
        "layers": [{"size": 30, "activation": "identity"}, {"size": 1, "activation": "identity"}],
        "loss": "half_squared_error",
    }
    with pytest.raises(DivergedError, match="is not finite at step"):
        train(load(spec), steps=500, rate=10.0)


def test_progress_is_told_and_ends_at_the_last_step() -> None:
    told: list[tuple[int, int]] = []
    train(load("class"), steps=120_000, progress=lambda done, steps: told.append((done, steps)))
    assert len(told) > 1
    assert told[-1] == (120_000, 120_000)
    assert told == sorted(told)


def test_ctrl_c_between_chunks_stops_training() -> None:
    def stop(_done: int, _steps: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(load("class"), steps=10**9, progress=stop)


@pytest.mark.parametrize(("steps", "rate", "place"), [(-1, 0.5, "steps"), (1, math.inf, "learning_rate")])
def test_impossible_runs_are_refused_with_the_place(steps: int, rate: float, place: str) -> None:
    with pytest.raises(SpecError, match=place):
        train(load("class"), steps=steps, rate=rate)


def test_a_trace_that_cannot_fit_is_refused_before_it_is_begun() -> None:
    with pytest.raises(TooLargeError, match="GB"):
        train(load("class"), steps=10**9, trace=True)


def test_a_chain_of_ten_thousand_equations_trains_and_derives() -> None:
    """Nothing recurses over equations, and no sum of ten thousand terms is too long for the compiler."""
    from sheetgrad.derivation import derive
    from sheetgrad.network import load

    count = 10_000
    lines = ["a0 = w*x", *(f"a{step} = a{step - 1} + w*x" for step in range(1, count)), f"E = (a{count - 1} - t)**2"]
    values = {"w": 0.001, "x": 0.5, "t": 1.0}
    setup = load({"equations": "\n".join(lines), "values": values, "parameters": ["w"], "loss": "E"})
    assert len(list(derive(setup, form="delta").lines)) > 2 * count
    run = train(setup, steps=1, rate=1e-9)
    scale = count * values["x"]
    start = scale * values["w"] - values["t"]
    moved = start - 1e-9 * 2 * start * scale**2
    assert run.initial_loss == pytest.approx(start**2, rel=1e-9)
    assert run.final_loss == pytest.approx(moved**2, rel=1e-9)
