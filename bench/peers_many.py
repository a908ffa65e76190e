"""Many networks at once, by everybody: `python bench/peers_many.py NAME NETWORKS STEPS [CORES]` prints times as JSON.

`first` is the first call, `again` up to three more, in seconds of the processor on
one core, and of the clock on several. All train the class network from spread
starting weights with spread learning rates.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

I1, I2, T1, T2 = 0.05, 0.10, 0.01, 0.99
AGAIN = 3
ROOM = 4.0
"""Seconds after which nothing is measured again."""
CORES = int(sys.argv[4]) if __name__ == "__main__" and len(sys.argv) > 4 else 1


def starts(networks: int) -> tuple[Any, Any]:
    """Weights of shape (8, networks), and learning rates."""
    import numpy as np

    chance = np.random.default_rng(0)
    return chance.uniform(-1, 1, (8, networks)), np.linspace(0.1, 2, networks)


def step_of(exp: Any) -> Callable[..., Any]:
    """One step of all networks, a row for each number."""

    def sigmoid(x: Any) -> Any:
        return 1 / (1 + exp(-x))

    def step(w: Any, eta: Any) -> Any:
        a1, a2 = sigmoid(w[0] * I1 + w[1] * I2), sigmoid(w[2] * I1 + w[3] * I2)
        y1, y2 = sigmoid(w[4] * a1 + w[5] * a2), sigmoid(w[6] * a1 + w[7] * a2)
        d1, d2 = (y1 - T1) * y1 * (1 - y1), (y2 - T2) * y2 * (1 - y2)
        e1, e2 = (d1 * w[4] + d2 * w[6]) * a1 * (1 - a1), (d1 * w[5] + d2 * w[7]) * a2 * (1 - a2)
        slopes = (e1 * I1, e1 * I2, e2 * I1, e2 * I2, d1 * a1, d1 * a2, d2 * a1, d2 * a2)
        return tuple(value - eta * slope for value, slope in zip(w, slopes, strict=True))

    return step


def sheetgrad_sweep(networks: int, steps: int) -> Callable[[], Any]:
    """The verb, with the drawing of starts and everything."""
    import sheetgrad

    rates = min(networks, 100)
    return lambda: sheetgrad.sweep("class", rates=f"lin:0.1:2:{rates}", starts=networks // rates, steps=steps).final


def sheetgrad_lanes(networks: int, steps: int) -> Callable[[], Any]:
    """The engine alone; on several cores a thread has a part of the networks."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from sheetgrad import load
    from sheetgrad.engine.lanes import Crew, run_lanes

    setup = load("class")
    weights, rates = starts(networks)
    crew = Crew(setup, networks)
    parts = list(zip(np.array_split(weights, CORES, axis=1), np.array_split(rates, CORES), strict=True))
    pool = ThreadPoolExecutor(CORES)

    def one(part: Any) -> Any:
        return run_lanes(setup, *part, steps=steps, crew=crew).final

    return lambda: list(pool.map(one, parts)) if CORES > 1 else one(parts[0])


def numpy_rows(networks: int, steps: int) -> Callable[[], Any]:
    import numpy as np

    weights, eta = starts(networks)
    step = step_of(np.exp)

    def run() -> Any:
        w = tuple(weights)
        for _ in range(steps):
            w = step(w, eta)
        return w

    return run


def numpy_batched(networks: int, steps: int) -> Callable[[], Any]:
    """As one writes a batch of networks: (networks, 2, 2)."""
    import numpy as np

    weights, rates = starts(networks)
    x, t, eta = np.array([I1, I2]), np.array([T1, T2]), rates[:, None, None]

    def run() -> Any:
        first, second = weights[:4].T.reshape(-1, 2, 2), weights[4:].T.reshape(-1, 2, 2)
        for _ in range(steps):
            a = 1 / (1 + np.exp(-(first @ x)))
            y = 1 / (1 + np.exp(-(second @ a[:, :, None])[:, :, 0]))
            d = (y - t) * y * (1 - y)
            e = (d[:, None] @ second)[:, 0] * a * (1 - a)
            second = second - eta * d[:, :, None] * a[:, None]
            first = first - eta * e[:, :, None] * x
        return second

    return run


def _jax() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)  # noqa: FBT003 -- jax's own
    return jax


def jax_rows(networks: int, steps: int) -> Callable[[], Any]:
    """At its best: scan over rows."""
    jax = _jax()
    weights, eta = starts(networks)
    step = step_of(jax.numpy.exp)

    @jax.jit  # type: ignore[untyped-decorator]  # jax has no types here
    def run(w: Any, eta: Any) -> Any:
        return jax.lax.scan(lambda w, _: (step(w, eta), None), w, None, length=steps)[0]

    return lambda: jax.block_until_ready(run(tuple(weights), eta))


def jax_vmap(networks: int, steps: int) -> Callable[[], Any]:
    """As its users write it: vmap over a scan."""
    jax = _jax()
    weights, rates = starts(networks)
    x, t = jax.numpy.array([I1, I2]), jax.numpy.array([T1, T2])

    def loss(w: Any) -> Any:
        a = jax.nn.sigmoid(w[:4].reshape(2, 2) @ x)
        return ((t - jax.nn.sigmoid(w[4:].reshape(2, 2) @ a)) ** 2).sum() / 2

    def one(w: Any, eta: Any) -> Any:
        return jax.lax.scan(lambda w, _: (w - eta * jax.grad(loss)(w), None), w, None, length=steps)[0]

    run = jax.jit(jax.vmap(one))
    return lambda: jax.block_until_ready(run(weights.T, rates))


def _torch_rows(networks: int, steps: int, *, compiled: bool) -> Callable[[], Any]:
    import torch

    torch.set_num_threads(CORES)
    weights, rates = starts(networks)
    rows, eta = [torch.from_numpy(row) for row in weights], torch.from_numpy(rates)
    step = step_of(torch.exp)

    def ten(w: Any) -> Any:
        for _ in range(10):
            w = step(w, eta)
        return w

    call: Any = torch.compile(ten) if compiled else ten

    def run() -> Any:
        w = tuple(rows)
        with torch.no_grad():
            for _ in range(steps // 10):
                w = call(w)
        return w

    return run


PEERS: Mapping[str, tuple[str, Callable[[int, int], Callable[[], Any]]]] = {
    "sheetgrad sweep": ("", sheetgrad_sweep),
    "sheetgrad, engine alone": ("", sheetgrad_lanes),
    "NumPy, a row a number": ("numpy", numpy_rows),
    "NumPy, a batch of matrices": ("numpy", numpy_batched),
    "JAX, scan over rows": ("jax", jax_rows),
    "JAX, vmap of scan": ("jax", jax_vmap),
    "PyTorch, a row a number": ("torch", lambda n, steps: _torch_rows(n, steps, compiled=False)),
    "PyTorch, compiled, ten steps a call": ("torch", lambda n, steps: _torch_rows(n, steps, compiled=True)),
}


THREADED = frozenset(name for name in PEERS if not name.startswith("NumPy") and "compiled" not in name)
"""Those that use several cores; to compile with torch takes half a minute each time, too long here."""


def measured(run: Callable[[], Any]) -> float:
    clock = time.process_time if CORES == 1 else time.perf_counter
    began = clock()
    run()
    return clock() - began


def again(run: Callable[[], Any]) -> list[float]:
    """A few times, the quickest first."""
    found: list[float] = []
    while not found or (len(found) < AGAIN and sum(found) < ROOM):
        found.append(measured(run))
    return sorted(found)


if __name__ == "__main__":
    if CORES == 1:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    made = PEERS[sys.argv[1]][1](int(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"first": measured(made), "again": again(made)}))
