"""What a step costs: the straight-line kernel, the NumPy kernel and HIPS autograd on one network.

Run with `make bench`. Figures drift with the machine; the ratios in one run hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sheetgrad.derive import program
from sheetgrad.engine import train
from sheetgrad.engine.choose import KERNELS
from sheetgrad.engine.task import Chunk, Task, numbers_for, starting_state
from sheetgrad.engine.training import columns_of
from sheetgrad.network import load
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 2_000


def runner(kernel: str, *, trace: bool = False) -> tuple[Callable[[], Any], int]:
    """A call that makes so many steps of the class network."""
    setup = load("class")
    made = program(setup.model, setup.optimizer)
    task = Task(made, numbers_for(setup, made), Notation(made, "class").plain, columns_of(made) if trace else ())
    run = KERNELS[kernel].made(task)
    steps = STEPS if kernel == "straight" else STEPS // 20
    chunk = Chunk([(0,)] * steps, starting_state(setup, made), 0.5)
    buffer = bytearray(8 * task.width * steps)
    run(chunk, buffer)
    return (lambda: run(chunk, buffer)), steps


def autograd_steps() -> tuple[Callable[[], Any], int]:
    """The same network by HIPS autograd."""
    pytest.importorskip("autograd")
    import autograd.numpy as anp
    from autograd import grad

    x, t = anp.array([0.05, 0.1]), anp.array([0.01, 0.99])

    def loss(weights: Any) -> Any:
        first, second = weights
        hidden = 1 / (1 + anp.exp(-(first @ x)))
        return anp.sum((t - 1 / (1 + anp.exp(-(second @ hidden)))) ** 2) / 2

    slope = grad(loss)

    def run() -> Any:
        weights = [anp.array([[0.15, 0.2], [0.25, 0.3]]), anp.array([[0.4, 0.45], [0.5, 0.55]])]
        for _ in range(50):
            weights = [w - 0.5 * g for w, g in zip(weights, slope(weights), strict=True)]
        return weights

    return run, 50


MAKERS = {
    "straight": lambda: runner("straight"),
    "straight with full trace": lambda: runner("straight", trace=True),
    "arrays": lambda: runner("arrays"),
    "autograd": autograd_steps,
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_step_of_the_class_network(benchmark: Any, name: str) -> None:
    call, steps = MAKERS[name]()
    benchmark.extra_info["steps"] = steps
    benchmark.pedantic(call, rounds=15, warmup_rounds=2)
    if benchmark.stats:
        benchmark.extra_info["ns_a_step"] = round(benchmark.stats.stats.min / steps * 1e9)


def test_straight_line_python_is_many_times_quicker_than_arrays_on_a_small_network() -> None:
    from time import process_time_ns

    cost = {}
    for name in ("straight", "arrays"):
        call, steps = runner(name)
        times = []
        for _ in range(7):
            start = process_time_ns()
            call()
            times.append(process_time_ns() - start)
        cost[name] = min(times) / steps
    print({name: f"{value:.0f} ns" for name, value in cost.items()}, f"ratio {cost['arrays'] / cost['straight']:.1f}")
    assert cost["arrays"] > 4 * cost["straight"]


def test_a_large_network_trains(benchmark: Any) -> None:
    import numpy as np

    chance = np.random.default_rng(0)
    setup = load(
        {
            "inputs": chance.random((256, 784)).tolist(),
            "targets": np.eye(10)[chance.integers(0, 10, 256)].tolist(),
            "layers": [{"size": 128, "activation": "sigmoid"}, {"size": 10, "activation": "sigmoid"}],
            "update": "mini_batch",
            "batch_size": 128,
        }
    )
    run = benchmark.pedantic(lambda: train(setup, steps=20), rounds=3)
    assert run.final_loss < run.initial_loss
