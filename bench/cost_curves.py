"""Cost curves of sheetgrad with the limits of the machine: `python bench/cost_curves.py [--draw] [-o FILE]`.

Steps 10 … 10^7 of one small network, 1 … 10^6 networks at once, layers of width 2 … 4,096.
With `--draw` nothing is measured: the kept figures are drawn again.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "curves.json"
PICTURE = HERE.parent / "docs" / "pictures" / "cost.svg"
BUDGET = 0.6
"""Seconds that one point may take."""
FLOPS = 180
"""Operations in a step of the class network, counting an exp as 25."""
CHAIN = 2
"""Sigmoids that wait for one another in a step."""


def quickest(run: Callable[[], Any], rounds: int = 3) -> float:
    found = []
    for _ in range(rounds):
        began = time.process_time()
        run()
        found.append(time.process_time() - began)
    return min(found)


def by_steps() -> dict[str, float]:
    """Seconds a step of one network, everything but the import counted."""
    import sheetgrad

    setup = sheetgrad.load("class")
    return {
        str(steps): quickest(lambda steps=steps: sheetgrad.train(setup, steps=steps), 3 if steps < 10**7 else 1) / steps  # type: ignore[misc]  # the number is bound
        for steps in (10**power for power in range(1, 8))
    }


def by_networks() -> dict[str, float]:
    """Seconds a step of each of many networks."""
    from sheetgrad import load
    from sheetgrad.engine.lanes import Crew, run_lanes

    setup, found = load("class"), {}
    for count in (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000, 1_000_000):
        state = np.random.default_rng(0).uniform(-1, 1, (8, count))
        rates, steps, crew = np.full(count, 0.5), max(20, min(20_000, 10**7 // count)), Crew(setup, count)
        run = partial(run_lanes, setup, state, rates, steps=steps, crew=crew)
        run()
        found[str(count)] = quickest(run) / count / steps
    return found


def by_width(widest: int, minutes: float) -> dict[str, dict[str, float]]:
    """Seconds a step of a square network with one hidden layer, for one sample and for 128.

    Of the kernel alone: weights go in and come out as they are kept, not as lists. Widths
    for which there is no time are left out, the widest first.
    """
    end = time.monotonic() + 60 * minutes
    found: dict[str, dict[str, float]] = {"1": {}, "128": {}}
    for width in (2**power for power in range(1, widest.bit_length())):
        for batch, times in found.items():
            if time.monotonic() < end:
                times[str(width)] = _a_step(width, int(batch))
    return found


def _a_step(width: int, batch: int) -> float:
    from sheetgrad import load
    from sheetgrad.derive import program
    from sheetgrad.engine.choose import choose
    from sheetgrad.engine.task import Chunk, Task, family_name, numbers_for

    chance = np.random.default_rng(0)
    rows = chance.random((batch, width))
    layers = [{"size": width, "weights": chance.uniform(-1, 1, (width, width)) / width} for _ in range(2)]
    setup = load({"inputs": rows, "targets": rows, "layers": layers})
    made = program(setup.model.batched(batch, setup.reduction), setup.optimizer)
    state = np.concatenate([np.ravel(setup.values[symbol]) for symbol in setup.model.parameters])
    everything = tuple(range(batch))

    def seconds(runner: Any, steps: int) -> float:
        chunk = Chunk([everything] * steps, state, 0.1)
        return quickest(lambda: runner(chunk, bytearray()), 2)

    runner = choose(made, 1_000).made(Task(made, numbers_for(setup, made), family_name))
    alone, steps, more = seconds(runner, 1), 1, 0.0
    while more < BUDGET / 4:  # until the steps count, and not what is made ready for them
        steps *= 4
        more = seconds(runner, 1 + steps) - alone
    return more / steps


def limits() -> dict[str, float]:
    """What the machine allows: a chain of sigmoids, products of matrices, bytes through memory."""
    size = 1_024
    left = np.random.default_rng(0).random((size, size))
    product = quickest(lambda: left @ left, 5)
    large = np.zeros(32 * 2**20)
    copied = np.empty_like(large)
    moved = quickest(lambda: np.copyto(copied, large), 5)
    return {
        "sigmoid_seconds": _sigmoid(),
        "flops": 2 * size**3 / product,
        "bytes_a_second": 2 * large.nbytes / moved,
    }


def _sigmoid() -> float:
    """Seconds from the argument of a sigmoid to its value, one waiting for the other, in C with libm."""
    import ctypes
    import shutil
    import subprocess
    import tempfile

    compiler, count = shutil.which("gcc") or shutil.which("cc"), 5_000_000
    if compiler is None:
        return math.nan
    source = "#include <math.h>\ndouble chain(double x, long n) { while (n--) x = 1.0/(1.0 + exp(-x)); return x; }\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.c"
        path.write_text(source)
        made = path.with_suffix(".so")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", str(path), "-o", str(made), "-lm"], check=True)
        chain = ctypes.CDLL(str(made)).chain
        chain.argtypes, chain.restype = [ctypes.c_double, ctypes.c_long], ctypes.c_double
        return quickest(lambda: chain(0.5, count)) / count


def draw(found: dict[str, Any]) -> str:
    from matplotlib.figure import Figure

    from sheetgrad.emit.chart import in_both_forms, styled

    at = found["limits"]
    with styled():
        figure = Figure(figsize=(15, 4.6))
        figure.subplots_adjust(left=0.055, right=0.985, bottom=0.13, top=0.9, wspace=0.22)
        steps, networks, widths = figure.subplots(1, 3)
        _line(steps, found["steps"], 1e9, "sheetgrad")
        chain = CHAIN * at["sigmoid_seconds"] * 1e9
        steps.axhline(chain, linestyle="--", color="#888888", label="two sigmoids that wait for one another")
        steps.set(xlabel="steps", ylabel="ns a step", title="one network, 2-2-2")
        _line(networks, found["networks"], 1e9, "sheetgrad, one core")
        peak = FLOPS / at["flops"] * 1e9
        networks.axhline(peak, linestyle="--", color="#888888", label=f"{FLOPS} operations at the speed of BLAS")
        networks.set(xlabel="networks at once", ylabel="ns a step of a network", title="many networks, 2-2-2")
        for batch, times in found.get("widths", {}).items():
            _line(widths, times, 1e6, f"sheetgrad, batch {batch}")
            sizes = np.array([int(width) for width in times])
            parameters = 2.0 * sizes**2
            flops = 6 * parameters * int(batch) / at["flops"]
            moved = 2 * 8 * parameters / at["bytes_a_second"]
            limit = np.maximum(flops, moved) * 1e6
            widths.plot(sizes, limit, linestyle="--", alpha=0.7, label=f"limit, batch {batch}")
        widths.set(xlabel="width", ylabel="µs a step", title="square layers: BLAS, and memory")
        widths.set_visible("widths" in found)
        for axes in (steps, networks, *([widths] if "widths" in found else [])):
            axes.set(xscale="log", yscale="log")
            axes.legend(frameon=False)
        return in_both_forms(figure).svg


def _line(axes: Any, times: dict[str, float], factor: float, label: str) -> None:
    axes.plot([int(key) for key in times], [factor * value for value in times.values()], marker="o", label=label)


def main() -> None:
    from sheetgrad.files import replacing

    parser = argparse.ArgumentParser(description="cost curves")
    parser.add_argument("--draw", action="store_true", help="measure nothing, draw what is kept")
    parser.add_argument("-o", "--output", default=str(RESULTS))
    parser.add_argument("--widest", type=int, default=4096, help="the widest layers that are measured")
    parser.add_argument("--minutes", type=float, default=2.0, help="after so many no wider layers are begun")
    options = parser.parse_args()
    if options.draw:
        found = json.loads(Path(options.output).read_text(encoding="utf-8"))
    else:
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        found = {"limits": limits(), "steps": by_steps(), "networks": by_networks()}
        found["widths"] = by_width(options.widest, options.minutes)
        with replacing(options.output) as file:
            json.dump(found, file, indent=1)
            file.write("\n")
    with replacing(PICTURE) as file:
        file.write(draw(found))
    for name, figures in found.items():
        print(name, json.dumps(figures))


if __name__ == "__main__":
    main()
