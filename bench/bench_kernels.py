"""The kernels in C against the class network written by hand in C, in the same run.

Run with `make bench`. The times are of the processor, the least of many; the ratios in one run hold.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import threading
import time
from array import array
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sheetgrad.derive import program
from sheetgrad.engine import tape
from sheetgrad.engine.choose import KERNELS
from sheetgrad.engine.tape_lanes import TapeLanes
from sheetgrad.engine.task import Chunk, Task, family_name, numbers_for, starting_state
from sheetgrad.engine.training import columns_of
from sheetgrad.network import load

if TYPE_CHECKING:
    from collections.abc import Callable

START = np.array([0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55])
STEPS = 20_000
WAYS = {
    "alone": (["-O2"], ["-O3", "-march=native"]),
    "lanes": tuple(["-O3", "-march=native", "-ffp-contract=fast", f"-DTWINS={twins}"] for twins in (1, 2, 4)),
}
"""How the C by hand is compiled; the quickest counts."""


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[ctypes.CDLL]]:
    compiler = shutil.which("gcc")
    if compiler is None or not tape.is_built():
        pytest.skip("there is no C compiler")
    folder, source = tmp_path_factory.mktemp("by_hand"), Path(__file__).with_name("class_network.c")
    made: dict[str, list[ctypes.CDLL]] = {}
    for name, ways in WAYS.items():
        for number, flags in enumerate(ways):
            built = folder / f"{name}{number}.so"
            command = [compiler, "-shared", "-fPIC", *flags, "-fno-math-errno", str(source), "-o", str(built), "-lm"]
            subprocess.run(command, check=True)
            made.setdefault(name, []).append(ctypes.CDLL(str(built)))
    return made


def least(call: Callable[[], object], rounds: int = 15) -> float:
    """Seconds of this thread."""
    found = []
    for _ in range(rounds):
        began = time.thread_time()
        call()
        found.append(time.thread_time() - began)
    return min(found)


def pointer(numbers: Any) -> Any:
    return numbers.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def quickest(
    libraries: list[ctypes.CDLL], name: str, arguments: Callable[[], tuple[Any, ...]], rounds: int = 15
) -> float:
    """Seconds of one function of the best build."""
    return min(least(partial(call, library, name, arguments), rounds) for library in libraries)


def call(library: ctypes.CDLL, name: str, arguments: Callable[[], tuple[Any, ...]]) -> None:
    library[name](*arguments())


def tape_of(keep: str) -> tuple[Any, int]:
    setup = load("class")
    made = program(setup.model, setup.optimizer)
    kept = {"nothing": (), "the loss": (made.loss,), "everything": columns_of(made)}[keep]
    task = Task(made, numbers_for(setup, made), family_name, kept)
    return tape.Tape(task).native, task.width


@pytest.mark.parametrize(("keep", "most"), [("nothing", 1.5), ("the loss", 1.8), ("everything", 2.2)])
def bench_a_step_of_one_network(by_hand: dict[str, list[ctypes.CDLL]], keep: str, most: float) -> None:
    """In nanoseconds, against C by hand with the exp of libm that keeps nothing, and that keeps all of it."""
    native, width = tape_of(keep)
    room, state = bytearray(8 * width * STEPS), array("d", START)
    ours = least(lambda: native.run(array("d", state), array("d", [0.5]), array("i", [0]), STEPS, room, 0))
    rows = np.zeros(41 * STEPS)
    rate, steps = ctypes.c_double(0.5), ctypes.c_long(STEPS)
    plain = quickest(by_hand["alone"], "class_alone", lambda: (pointer(START.copy()), rate, steps))
    traced = quickest(by_hand["alone"], "class_traced", lambda: (pointer(START.copy()), rate, steps, pointer(rows)))
    ours, plain, traced = (seconds / STEPS * 1e9 for seconds in (ours, plain, traced))
    beside = f"C {plain:.1f} ns ({ours / plain:.2f} x), traced {traced:.1f} ns ({ours / traced:.2f} x)"
    print(f"\n{keep}: tape {ours:.1f} ns, {beside}")
    assert ours < most * plain


@pytest.mark.parametrize("count", [6, 64, 1_024, 102_400])
def bench_many_networks(by_hand: dict[str, list[ctypes.CDLL]], count: int) -> None:
    """In million network-steps a second on one core."""
    setup = load("class")
    made = program(setup.model, setup.optimizer)
    lanes = TapeLanes(Task(made, numbers_for(setup, made), family_name, (made.loss,)))
    steps = max(1_000, 3_000_000 // max(64, count)) if count < 10_000 else 200
    state = np.repeat(np.array(starting_state(setup, made))[:, None], count, axis=1)
    rates, batches = np.full(count, 0.5), [(0,)] * steps
    ours = least(lambda: lanes(batches, state.copy(), rates), rounds=5)
    padded = -(-count // 32) * 32
    table, eta = np.repeat(START[:, None], padded, axis=1), np.full(padded, 0.5)
    sizes = ctypes.c_long(padded), ctypes.c_long(steps)
    hand = quickest(by_hand["lanes"], "class_lanes", lambda: (pointer(table.copy()), pointer(eta), *sizes), rounds=5)
    speed, best = (count * steps / seconds / 1e6 for seconds in (ours, hand))
    print(f"\n{count} networks: lanes {speed:.1f} M a second, C {best:.1f} M ({speed / best:.2f} of it)")
    assert speed > 0.7 * best


def bench_two_threads_of_lanes(by_hand: dict[str, list[ctypes.CDLL]]) -> None:
    """Other threads run while one computes: two make nearly twice as many steps, where there are two cores."""
    del by_hand
    setup = load("class")
    made = program(setup.model, setup.optimizer)
    lanes = TapeLanes(Task(made, numbers_for(setup, made), family_name, (made.loss,)))
    states = [np.repeat(START[:, None], 10_240, axis=1) for _ in range(2)]
    work = [threading.Thread(target=lanes, args=([(0,)] * 500, state, np.full(10_240, 0.5))) for state in states]
    began = time.perf_counter()
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    print(f"\ntwo threads: {2 * 10_240 * 500 / (time.perf_counter() - began) / 1e6:.1f} M a second")


@pytest.mark.parametrize("width", [8, 32, 128, 512])
def bench_one_sample_at_a_time(width: int) -> None:
    """A square network of two layers: the loops in C beside NumPy, in microseconds a step."""
    if not tape.is_built():
        pytest.skip("there is no C extension")
    chance = np.random.default_rng(0)
    layer = {"size": width, "activation": "sigmoid"}
    setup = load({"inputs": chance.random(width).tolist(), "targets": [0.5] * width, "layers": [layer, layer]})
    made = program(setup.model, setup.optimizer)
    task = Task(made, numbers_for(setup, made), family_name)
    steps = max(5, 20_000 // width)
    chunk = Chunk([(0,)] * steps, np.array(starting_state(setup, made)), 0.1)
    loops, arrays = (
        least(partial(KERNELS[name].made(task), chunk, bytearray()), 5) / steps * 1e6 for name in ("loops", "arrays")
    )
    print(f"\nwidth {width}: loops {loops:.2f} µs, NumPy {arrays:.2f} µs ({arrays / loops:.1f} x)")
    assert loops < arrays


@pytest.mark.parametrize(
    ("sizes", "batch"), [((4, 8, 3), 150), ((64, 64, 10), 32), ((64, 64, 10), 1_792), ((784, 128, 10), 128)]
)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def bench_batches_of_layers(sizes: tuple[int, int, int], batch: int, precision: Any) -> None:
    """Sigmoid, softmax and cross-entropy: the layers in C beside the arrays of NumPy, in microseconds a step."""
    if not tape.is_built():
        pytest.skip("there is no C extension")
    chance = np.random.default_rng(0)
    inputs, targets = chance.random((batch, sizes[0])), np.eye(sizes[2])[chance.integers(0, sizes[2], batch)]
    layers = [{"size": sizes[1], "activation": "sigmoid", "bias": "each"}, {"size": sizes[2], "activation": "softmax"}]
    setup = load({"inputs": inputs, "targets": targets, "layers": layers, "loss": "cross_entropy"})
    made = program(setup.model.batched(batch, setup.reduction), setup.optimizer)
    task = Task(made, numbers_for(setup, made), family_name, precision=precision)
    steps = max(5, 100_000 // (batch * sizes[0]))
    chunk = Chunk([tuple(range(batch))] * steps, np.array(starting_state(setup, made)), 0.1)
    ours, arrays = (
        least(partial(KERNELS[name].made(task), chunk, bytearray()), 5) / steps * 1e6 for name in ("layers", "arrays")
    )
    print(
        f"\n{sizes}, {batch} samples, {precision}: layers {ours:.1f} µs, NumPy {arrays:.1f} µs ({arrays / ours:.1f} x)"
    )
    assert ours < 1.1 * arrays
