"""The tape: the same bits as straight-line Python, whatever the Program; no malformed tape is run."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import threading
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from drawn_models import MANY, drawn

from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.derive import program
from sheetgrad.engine import choose, tape, train
from sheetgrad.engine.choose import KERNELS, Choice
from sheetgrad.engine.encoding import encoded, words
from sheetgrad.engine.task import Chunk, Numbers, Task, flat, numbers_for, starting_state
from sheetgrad.engine.training import columns_of
from sheetgrad.expr import Next, Number, Ref, Symbol
from sheetgrad.model import Equation, Model
from sheetgrad.network import load
from sheetgrad.notation import Notation
from sheetgrad.program import Program

if TYPE_CHECKING:
    from sheetgrad.setup import Setup

SEEDS = range(200) if MANY else range(0, 200, 7)

if not tape.is_built():
    pytest.skip("the C extension was not built here", allow_module_level=True)

from sheetgrad.engine import _native  # noqa: E402 -- only where it was built


def task_of(setup: Setup, *, trace: bool = True, update: bool = True) -> Task:
    made = program(setup.model, setup.optimizer)
    keep = columns_of(made) if trace else (made.loss,)
    return Task(made, numbers_for(setup, made), Notation(made, setup.notation).plain, keep, update=update)


def ran(
    kernel: str, task: Task, state: list[float], *, steps: int = 20, rate: float = 0.5
) -> tuple[list[float], list[float]]:
    kept = bytearray(8 * task.width * steps)
    after = KERNELS[kernel].made(task)(Chunk([(0,)] * steps, state, rate), kept, careful=True)
    return after, array("d", kept).tolist()


def bits(numbers: list[float]) -> bytes:
    """The bits of numbers; every not-a-number is the same."""
    return array("d", [math.nan if math.isnan(number) else number for number in numbers]).tobytes()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tape_has_the_bits_of_straight_line_python(seed: int) -> None:
    """Every quantity of every step, with weights as drawn, far out, tiny, infinite and not a number."""
    setup = load(drawn(seed))
    task = task_of(setup)
    start = starting_state(setup, task.program)
    for scale in (1.0, 1e3, 1e-200, math.inf, math.nan):
        state = [number * scale for number in start]
        straight, ours = (ran(kernel, task, state) for kernel in ("straight", "tape"))
        assert bits(ours[1]) == bits(straight[1])
        assert bits(ours[0]) == bits(straight[0])
        bare = ran("tape", task_of(setup, trace=False), state)
        assert bits(bare[0]) == bits(straight[0])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("update", ["sample", "shuffled_sample", "mini_batch", "batch"])
def test_every_optimizer_and_every_way_to_update_has_the_bits_of_straight_line_python(
    optimizer: str, update: str
) -> None:
    layers = [{"size": 5, "activation": "softplus", "bias": "each"}, {"size": 2, "activation": "softmax"}]
    rows = [[math.sin(7 * row + place) for place in range(3)] for row in range(7)]
    spec = {"inputs": rows, "targets": [[row % 2, 1 - row % 2] for row in range(7)], "layers": layers}
    spec |= {"loss": "cross_entropy", "optimizer": optimizer, "update": update}
    setup = load(spec | ({"batch_size": 3} if update == "mini_batch" else {}))
    runs = []
    for kernel in ("straight", "tape"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(choose, "CHOICES", (Choice(kernel),))
            runs.append(train(setup, steps=30, trace=True, losses=True))
    straight, ours = (run.trace for run in runs)
    assert straight is not None
    assert ours is not None
    assert ours.columns == straight.columns
    assert all(bits(a) == bits(b) for a, b in zip(ours.rows(), straight.rows(), strict=True))
    assert runs[0].parameters == runs[1].parameters


def test_a_state_whose_next_value_is_another_state_moves_after_it_is_read() -> None:
    """Two states that change places, and one that becomes a constant."""
    a, b, c, loss = (Ref(Symbol(name)) for name in "abcE")
    model = Model("swap", (Equation(loss, a + b * c),), loss, (a.symbol, b.symbol, c.symbol))
    updates = (Equation(Next(a), b, "update"), Equation(Next(b), a, "update"), Equation(Next(c), Number(7), "update"))
    made = Program(model, (), updates)
    task = Task(made, Numbers({}, {}), str, (loss,))
    after, losses = ran("tape", task, [1.0, 2.0, 3.0], steps=3)
    assert after == [2.0, 1.0, 7.0]
    assert losses == [1 + 2 * 3, 2 + 1 * 7, 1 + 2 * 7]


def arguments(*, trace: bool = False) -> dict[str, Any]:
    """What a tape of the class network is made from; with `trace`, one whose rows flow into each other."""
    setup = load("class")
    task = task_of(setup, trace=trace)
    code = encoded(task.program.unrolled(), task)
    data = [array("d", flat(task.numbers.samples[symbol])) for symbol in task.program.model.data]
    return {
        "once": words(code.once, _native.OPERATIONS),
        "step": words(code.step, _native.OPERATIONS),
        "initial": array("d", code.initial),
        "states": array("I", code.states),
        "settings": array("I", code.settings),
        "inputs": array("I", code.data),
        "width": code.width,
        "tables": [(2, rows) for rows in data],
        "batch": 1,
        "fixed": True,
        "flows": code.flows,
    }


END, KEEP, ADD, DOT, BOTH = (_native.OPERATIONS[name] for name in ("END", "KEEP", "ADD", "DOT", "UPDATE_BOTH"))


@pytest.mark.parametrize(
    "change",
    [
        {"step": b""},
        {"step": b"\0\0\0"},
        {"step": array("I", [ADD, 1, 0, 0, 0])},
        {"step": array("I", [ADD, 1, 0, 0])},
        {"step": array("I", [ADD])},
        {"step": array("I", [ADD, 0, 0, 0, 0, END])},
        {"step": array("I", [ADD, 2, 0, 0, 0, END])},
        {"step": array("I", [ADD, 2**32 - 1, 0, 0, 0, END])},
        {"step": array("I", [ADD, 1, 1000, 0, 0, END])},
        {"step": array("I", [ADD, 1, 0, 1000, 0, END])},
        {"step": array("I", [ADD, 1, 0, 0, 2**32 - 1, END])},
        {"step": array("I", [ADD, 2, 0, 0, 0, 0, 0, 1000, END])},
        {"step": array("I", [END, END])},
        {"step": array("I", [2**32 - 1, END])},
        {"step": array("I", [KEEP, KEEP, END])},
        {"once": array("I", [KEEP, END])},
        {"step": array("I", [DOT, 1, 0, 0, END])},
        {"step": array("I", [DOT, 1, 2**31, 0, 0, 0, END])},
        {"step": array("I", [DOT, 1, 2, 0, 0, 0, 0, END])},
        {"step": array("I", [DOT, 0, 2, 0, 0, 0, 0, 0, END])},
        {"step": array("I", [DOT, 1, 1, 0, 0, 1000, END])},
        {"states": array("I", [1000])},
        {"settings": array("I", [1000])},
        {"inputs": array("I", [0, 1, 2, 1000])},
        {"inputs": array("I", [0, 1, 2])},
        {"width": 1000},
        {"width": -1},
        {"batch": 0},
        {"batch": 2**40},
        {"tables": [(3, array("d", [1.0] * 4))]},
        {"tables": [(2, array("d", [1.0] * 2)), (2, array("d", [1.0] * 4))]},
        {"initial": b"\0" * 7},
    ],
)
@pytest.mark.parametrize("trace", [False, True])
def test_a_malformed_tape_is_refused(change: dict[str, Any], *, trace: bool) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        _native.Tape(**arguments(trace=trace) | change)


@pytest.mark.parametrize(
    ("trace", "change"),
    [
        (True, {"width": 0}),
        (True, {"initial": array("d", [0.0] * 81)}),
        (True, {"states": array("I", [41])}),
        (True, {"settings": array("I", [100])}),
        (True, {"step": array("I", [KEEP, END])}),
        (True, {"step": array("I", [BOTH, 1, 0, 1000, 0, 0, 0, 0, END])}),
        (True, {"once": array("I", [BOTH, 1, 0, 0, 0, 0, 0, 0, END])}),
        (False, {"step": array("I", [BOTH, 1, 0, 0, 0, 0, 0, 0, END])}),
        (False, {"flows": True}),
    ],
)
def test_a_tape_whose_rows_cannot_flow_is_refused(change: dict[str, Any], *, trace: bool) -> None:
    _native.Tape(**arguments(trace=trace))
    with pytest.raises(ValueError, match=r"row|slot|kept|unknown|lost"):
        _native.Tape(**arguments(trace=trace) | change)


def test_a_tape_whose_rows_flow_has_no_lanes() -> None:
    native = _native.Tape(**arguments(trace=True))
    with pytest.raises(ValueError, match="no lanes"):
        native.run_lanes(
            array("d", [0.1] * 8), array("d", [0.5]), array("i", [0]), 1, bytearray(8 * 41), array("d", [0.5])
        )


@pytest.mark.parametrize("steps", range(8))
@pytest.mark.parametrize("spare", [0, 3])
def test_rows_flow_to_the_end_of_what_is_kept_and_no_further(steps: int, spare: int) -> None:
    """The bits of straight-line Python for every small number of steps, and nothing written behind the last row."""
    setup = load("class")
    task = task_of(setup)
    start = starting_state(setup, task.program)
    kept = array("d", [7.5] * (task.width * steps + 2 * spare))
    chunk = Chunk([(0,)] * steps, start, 0.5)
    after = KERNELS["tape"].made(task)(chunk, memoryview(kept).cast("B"), 8 * spare)
    state, rows = ran("straight", task, start, steps=steps)
    assert bits(after) == bits(state)
    assert kept.tolist() == [7.5] * spare + rows + [7.5] * spare


@pytest.mark.parametrize(
    "change",
    [
        {"state": array("d", [0.0] * 7)},
        {"settings": array("d")},
        {"samples": array("i")},
        {"samples": array("i", [1])},
        {"samples": array("i", [-1])},
        {"steps": -1},
        {"steps": 11},
        {"steps": 2**62},
        {"offset": -8},
        {"offset": 8},
        {"offset": 3},
        {"kept": bytes(10_000)},
        {"kept": bytearray(8)},
    ],
)
@pytest.mark.parametrize("trace", [False, True])
def test_a_run_on_what_does_not_fit_is_refused(change: dict[str, Any], *, trace: bool) -> None:
    made = arguments(trace=trace)
    given: dict[str, Any] = {
        "state": array("d", [0.1] * 8),
        "settings": array("d", [0.5]),
        "samples": array("i", [0]),
        "steps": 10,
        "kept": bytearray(8 * made["width"] * 10),
        "offset": 0,
    }
    native = _native.Tape(**made)
    native.run(*given.values())
    with pytest.raises((ValueError, TypeError, BufferError, OverflowError)):
        native.run(*(given | change).values())


def test_ctrl_c_stops_a_run_within_a_tenth_of_a_second() -> None:
    """The interpreter is in the middle of a chunk of many steps."""
    native = _native.Tape(**arguments() | {"width": 0, "step": array("I", [ADD, 1, 9, 9, 9, END])})
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    timer.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        native.run(array("d", [0.1] * 8), array("d", [0.5]), array("i", [0]), 10**12, bytearray(), 0)
    assert time.monotonic() - began < 0.2 + 0.1


def test_other_threads_run_meanwhile() -> None:
    native = _native.Tape(**arguments() | {"width": 0, "step": array("I", [ADD, 1, 9, 9, 9, END])})
    run = lambda: native.run(array("d", [0.1] * 8), array("d", [0.5]), array("i", [0]), 2 * 10**8, bytearray(), 0)  # noqa: E731 -- what a thread does
    thread = threading.Thread(target=run)
    thread.start()
    beats = 0
    while thread.is_alive():
        time.sleep(0.001)
        beats += 1
    assert beats > 10


def test_without_the_extension_everything_is_computed_in_python() -> None:
    code = (
        "import sys; sys.modules['sheetgrad.engine._native'] = None\n"
        "from sheetgrad.engine import tape, train; from sheetgrad.network import load\n"
        "assert not tape.is_built()\n"
        "print(train(load('class'), steps=10_000, rate=0.5).final_loss)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == train(load("class"), steps=10_000, rate=0.5).final_loss == 5.583038552114938e-05


def test_the_extension_is_loaded_only_when_it_is_chosen() -> None:
    code = (
        "import sys, sheetgrad; sheetgrad.train('class', steps=100); print('sheetgrad.engine._native' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_first_number_that_is_not_finite_is_found() -> None:
    values = array("d", [0.0, math.inf, 1.0, math.nan, 2.0, 3.0])
    assert [_native.first_lost(values, start, 2) for start in (0, 1)] == [-1, 0]
    assert _native.first_lost(values, 0, 3) == 1
    assert _native.first_lost(array("d"), 0, 1) == -1


def test_every_file_of_the_package_is_packed() -> None:
    """What is neither Python nor C matches a pattern of the package's data."""
    import tomllib

    house = Path(__file__).parent.parent
    patterns = tomllib.loads((house / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    built = {".py", ".pyc", ".pyi", ".c", ".h", ".so"}
    files = [path for path in (house / "src" / "sheetgrad").rglob("*") if path.is_file() and path.suffix not in built]
    assert [path.name for path in files if not any(path.match(pattern) for pattern in patterns)] == []
