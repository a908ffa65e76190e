"""Every kernel against the slow evaluator of scalar expressions, equation by equation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.derive import program
from sheetgrad.emit.python import compiled, straight_line
from sheetgrad.engine import choose, tape, train
from sheetgrad.engine.choose import KERNELS, Choice
from sheetgrad.engine.task import Chunk, Task, members_of, numbers_for
from sheetgrad.expr import Index, Next, Number, Ref, Sum, Symbol
from sheetgrad.functions import evaluate
from sheetgrad.model import Equation, Model
from sheetgrad.network import load
from sheetgrad.notation import Notation
from sheetgrad.program import Program

if TYPE_CHECKING:
    from sheetgrad.setup import Setup

HIDDEN = ("sigmoid", "tanh", "relu", "leaky_relu", "softplus", "identity")
ENDS = (
    ("sigmoid", "half_squared_error"),
    ("tanh", "mean_squared_error"),
    ("identity", "squared_error"),
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "cross_entropy"),
)
UPDATES = ("sample", "shuffled_sample", "mini_batch", "batch")


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    widths = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    last, loss = draw(st.sampled_from(ENDS))
    if last == "softmax":
        widths[-1] = max(2, widths[-1])
    count = draw(st.integers(1, 3))
    chance = draw(st.randoms(use_true_random=False))
    targets = [[0.0] * widths[-1] for _ in range(count)]
    for row in targets:
        row[chance.randrange(widths[-1])] = 1.0
    layers = [{"size": size, "activation": draw(st.sampled_from(HIDDEN)), "bias": "each"} for size in widths[1:]]
    layers[-1]["activation"] = last
    return {
        "name": "random",
        "inputs": [[chance.uniform(-2, 2) for _ in range(widths[0])] for _ in range(count)],
        "targets": targets,
        "loss": loss,
        "learning_rate": 0.1,
        "optimizer": draw(st.sampled_from(sorted(OPTIMIZERS))),
        "layers": layers,
        "seed": draw(st.integers(0, 100)),
    }


def with_update(spec: dict[str, Any], update: str) -> dict[str, Any]:
    if len(spec["inputs"]) == 1:
        return spec
    return {**spec, "update": update} | ({"batch_size": 2} if update == "mini_batch" else {})


def trained_by(kernel: str, setup: Setup, **options: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choose, "CHOICES", (Choice(kernel), Choice("straight")))
        return train(setup, **options)


def judged(setup: Setup, size: int, row: dict[str, float], rate: float) -> tuple[dict[str, float], dict[str, float]]:
    """What the evaluator makes of the leaves and states in a row of a trace: this row, and the next states."""
    made = program(setup.model.batched(size, setup.reduction), setup.optimizer)
    name = Notation(made, setup.notation).plain
    scalar = made.unrolled()
    states = members_of((*made.model.parameters, *made.states))
    values: dict[Any, float] = {leaf: row[name(leaf)] for leaf in (*members_of(made.model.leaves), *states)}
    values |= {symbol.whole: number for symbol, number in made.settings.items()}
    values[next(iter(made.settings)).whole] = rate
    for equation in scalar.equations:
        values[equation.target] = evaluate(equation.value, values)
    here = {name(equation.target): values[equation.target] for equation in (*scalar.forward, *scalar.backward)}
    return here, {name(state): values[Next(state)] for state in states}


def assert_near(ours: dict[str, float], theirs: dict[str, float], scales: dict[str, float]) -> None:
    wrong = {
        name: (ours[name], value) for name, value in theirs.items() if abs(ours[name] - value) > 1e-12 * scales[name]
    }
    assert not wrong


@pytest.mark.parametrize("kernel", KERNELS)
@given(spec=specs(), update=st.sampled_from(UPDATES))
def test_each_kernel_computes_every_quantity_of_every_step_as_the_evaluator_does(
    kernel: str, spec: dict[str, Any], update: str
) -> None:
    setup = load(with_update(spec, update))
    trace = trained_by(kernel, setup, steps=2, trace=True).trace
    rows = [trace.row(step) for step in range(3)]
    largest = max(abs(value) for row in rows for value in row.values() if not math.isnan(value))
    scales = dict.fromkeys(trace.columns, max(1.0, largest))
    for step, row in enumerate(rows):
        present = {name: value for name, value in row.items() if not math.isnan(value)}
        sizes = {1, setup.sample_count, 2}
        size = next(n for n in sorted(sizes, reverse=True) if columns(setup, n) <= set(present))
        here, following = judged(setup, size, present, setup.learning_rates[0])
        assert_near(present, here, scales)
        if step < 2:
            assert_near(rows[step + 1], following, scales)


def columns(setup: Setup, size: int) -> set[str]:
    made = program(setup.model.batched(size, setup.reduction), setup.optimizer)
    name = Notation(made, setup.notation).plain
    return {name(equation.target) for equation in made.unrolled().forward}


@given(spec=specs(), update=st.sampled_from(UPDATES))
def test_the_kernels_agree_on_the_losses_of_a_short_run(spec: dict[str, Any], update: str) -> None:
    setup = load(with_update(spec, update))
    straight, arrays = (trained_by(kernel, setup, steps=3, losses=True).losses for kernel in ("straight", "arrays"))
    assert straight == pytest.approx(arrays, rel=1e-9, abs=1e-12)


def test_the_class_network_has_the_same_bits_quickly_and_carefully() -> None:
    setup = load("class")
    made = program(setup.model, setup.optimizer)
    task = Task(made, numbers_for(setup, made), Notation(made, "class").plain)
    runner = KERNELS["straight"].made(task)
    chunk = Chunk([(0,)] * 500, [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55], 0.5)
    assert runner(chunk, bytearray()) == runner(chunk, bytearray(), careful=True)


def test_the_straight_kernel_leaves_out_what_no_parameter_needs() -> None:
    made = program(load("class").model, OPTIMIZERS["gradient_descent"]).unrolled()
    source = straight_line(made, Notation(made, "class").plain)
    assert "a_o1 = " in source
    assert "E1 = " not in source
    assert "E_total = " not in source


def test_names_that_python_cannot_take_give_way() -> None:
    lambda_, exp, long = Ref(Symbol("lambda")), Ref(Symbol("exp")), Ref(Symbol("w" * 200))
    value = Ref(Symbol("E"))
    model = Model("odd", (Equation(value, lambda_ * exp + long),), value, (lambda_.symbol, exp.symbol, long.symbol))
    names = lambda quantity: quantity.symbol.name  # noqa: E731 -- a notation in one line
    source = straight_line(Program(model, ()), names, keep=(value,), update=False)
    kept: list[float] = []
    compiled(source)([None], (), (2.0, 3.0, 4.0), (), lambda _buffer, _offset, number: kept.append(number), None, 0)
    assert kept == [10.0]


def test_a_sum_of_thousands_of_terms_compiles_and_adds_in_order() -> None:
    terms = [Ref(Symbol(f"w{number}")) for number in range(5_000)]
    value = Ref(Symbol("E"))
    model = Model("wide", (Equation(value, Sum(tuple(terms))),), value, tuple(term.symbol for term in terms))
    source = straight_line(Program(model, ()), lambda quantity: quantity.symbol.name, keep=(value,), update=False)  # type: ignore[union-attr]  # all are Refs
    start = [1 / (number + 1) for number in range(5_000)]
    kept: list[float] = []
    compiled(source)([None], (), start, (), lambda _buffer, _offset, number: kept.append(number), None, 0)
    in_order = 0.0
    for number in start:
        in_order += number
    assert kept == [in_order]


def test_small_work_goes_to_plain_python_large_to_loops_and_batches_to_layers() -> None:
    small = load("class")
    assert choose.choose(program(small.model, small.optimizer), 100).name == "straight"
    wide = load({"inputs": [0.0] * 200, "targets": [0.0] * 10, "layers": [{"size": 50}, {"size": 10}]})
    alone = "loops" if tape.is_built() else "arrays"
    assert choose.choose(program(wide.model, wide.optimizer), 1).name == alone
    together = "layers" if tape.is_built() else "arrays"
    assert choose.choose(program(wide.model.batched(8), wide.optimizer), 1).name == together


def test_what_uses_families_by_number_goes_to_plain_python_whatever_its_size() -> None:
    i = Index("i", 600)
    w, y, loss = Symbol("w", 0, (i,)), Symbol("y", 0, (i,)), Ref(Symbol("E"))
    equations = (Equation(y.whole, w.whole * Number(2)), Equation(loss, y[3] * y[4]))
    made = program(Model("numbered", equations, loss, (w,)), OPTIMIZERS["gradient_descent"])
    assert not KERNELS["arrays"].accepts(made)
    assert choose.choose(made, 1).name == "straight"
