"""The matrix form says the same as the scalars: NumPy computes every line of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from drawn_models import MANY, drawn

import sheetgrad
from sheetgrad.derivation.algebra import Applied, Array, Entrywise, Matmul, Ones, Quotient, Repeated, Transposed
from sheetgrad.derivation.document import Line
from sheetgrad.derivation.families import matrix_form
from sheetgrad.derive import program
from sheetgrad.emit.screen import screen, text
from sheetgrad.expr import Call, Expr, Largest, Next, Number, Partial, Power, Product, Ref, Sum, Symbol, members, walk
from sheetgrad.functions import FUNCTIONS, evaluate, slope
from sheetgrad.model import SAMPLE, axes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sheetgrad.derivation import Derivation
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

SAMPLES = 3
RATE = 0.3


def scalars(made: Program) -> dict[Expr, float]:
    """Every number of a program at random leaves, computed one by one."""
    chance = np.random.default_rng(5)
    found: dict[Expr, float] = {
        Ref(symbol): RATE if math.isnan(value) else value for symbol, value in made.settings.items()
    }
    for symbol in (*made.model.leaves, *made.states):
        for place in members(symbol.axes):
            found[Ref(symbol, tuple(place.values()))] = float(chance.uniform(0.2, 0.9))
    for equation in made.unrolled().equations:
        found[equation.target] = evaluate(equation.value, found)
    return found


@dataclass
class Meaning:
    """What NumPy makes of the nodes: vectors are columns."""

    found: dict[tuple[str, int, str], NDArray[np.float64]]
    samples: int

    def __call__(self, node: Expr) -> Any:
        match node:
            case Number(value=value):
                return float(value)
            case Array(symbol=symbol, of=of):
                return self.found[symbol.name, symbol.layer, of]
            case Ref(symbol=symbol) if symbol.name == "N":
                return float(self.samples)
            case Ref() | Partial() | Next():
                return float(self.found[key(node)].item())
            case Ones(axis=axis):
                return np.ones((self.samples if axis.name == SAMPLE else axis.size, 1))
            case Repeated(inner=inner) | Transposed(inner=inner):
                return self(inner).T
            case Matmul(factors=factors):
                return np.linalg.multi_dot([self(factor) for factor in factors])
            case Entrywise(factors=factors) | Product(factors=factors):
                result: Any = 1.0
                for factor in factors:
                    result = result * self(factor)
                return result
            case Quotient(above=above, below=below):
                return self(above) / self(below)
            case Sum(terms=terms):
                return sum(self(term) for term in terms)
            case Power(base=base, exponent=exponent):
                return self(base) ** self(exponent)
            case Call(function=function, arguments=arguments):
                return self.each(function, *map(self, arguments))
            case Applied(function=function, inner=inner):
                return np.vectorize(lambda x: _slope(function, float(x)))(self(inner))
            case _:
                message = f"no meaning for {node!r}"
                raise AssertionError(message)

    def each(self, function: str, *values: Any) -> Any:
        return np.vectorize(lambda *xs: evaluate(Call(function, tuple(Number(float(x)) for x in xs)), {}))(*values)


def _slope(function: str, x: float) -> float:
    """By central differences, so that no rule of ours is asked."""
    step = 1e-6
    ends = [evaluate(Call(function, (Number(x + sign * step),)), {}) for sign in (1, -1)]
    return (ends[0] - ends[1]) / (2 * step)


def key(quantity: Ref | Partial | Next) -> tuple[str, int, str]:
    match quantity:
        case Partial(wrt=use):
            return use.symbol.name, use.symbol.layer, "gradient"
        case Next(state=use):
            return use.symbol.name, use.symbol.layer, "next"
        case _:
            return quantity.symbol.name, quantity.symbol.layer, ""


def gathered(found: dict[Expr, float]) -> dict[tuple[str, int, str], NDArray[np.float64]]:
    """Scalars put together into columns and matrices."""
    cells: dict[tuple[str, int, str], dict[tuple[int, ...], float]] = {}
    for quantity, value in found.items():
        assert isinstance(quantity, Ref | Partial | Next)
        use = (
            quantity.wrt
            if isinstance(quantity, Partial)
            else quantity.state
            if isinstance(quantity, Next)
            else quantity
        )
        cells.setdefault(key(quantity), {})[use.places] = value  # type: ignore[index]  # places are numbers here
    made = {}
    for name, held in cells.items():
        shape = tuple(1 + max(places[axis] for places in held) for axis in range(len(next(iter(held)))))
        array = np.zeros(shape)
        for places, value in held.items():
            array[places] = value
        made[name] = array.reshape(array.size, 1) if array.ndim < 2 else array
    return made


def lines_of(derivation: Derivation, *, batch: bool) -> list[Line]:
    """The lines of one of the two chapters."""
    sections = [section for section in derivation.sections if ("batch" in str(section.title[0])) is batch]
    return [block for section in sections for block in section.blocks if isinstance(block, Line)]


def check(setup: Setup) -> int:
    """Compute every line of the matrix form and hold it against the scalars; gives the number of matrix lines."""
    derivation = matrix_form(setup, setup.notation)
    alone = program(setup.model, setup.optimizer)
    batch = program(setup.model.batched(SAMPLES, setup.reduction), setup.optimizer)
    count = 0
    for made, samples in ((alone, 1), (batch, SAMPLES)):
        meaning = Meaning(gathered(scalars(made)), samples)
        for line in lines_of(derivation, batch=samples > 1):
            head = line.members[0]
            if head is line.quantity and (
                axes_of(line.quantity) or any(isinstance(part, Largest) for part in walk(line.value))
            ):
                continue  # it has no reading in matrices
            count += 1
            expected = np.atleast_2d(meaning(head))
            for member in line.members[1:]:
                got = np.broadcast_to(meaning(member), expected.shape)
                near = np.abs(got - expected).max() <= 1e-8 * max(1.0, np.abs(expected).max())
                assert near, f"{screen(head, derivation.notation)} = {screen(member, derivation.notation)}"
    return count


@pytest.mark.parametrize(
    ("preset", "least"), [("class", 20), ("mazur", 20), ("xor", 20), ("iris", 25), ("attention", 15), ("rnn", 15)]
)
def test_every_line_in_matrices_has_the_value_of_its_scalars(preset: str, least: int) -> None:
    assert check(sheetgrad.load(preset)) >= least


@pytest.mark.parametrize("seed", range(0, 50, 2 if MANY else 10))
def test_matrices_of_a_random_network_have_the_values_of_its_scalars(seed: int) -> None:
    assert check(sheetgrad.load(drawn(seed))) > 4


def test_the_check_notices_a_transpose_that_is_lost() -> None:
    setup = sheetgrad.load("iris")
    found = gathered(scalars(program(setup.model, setup.optimizer)))
    weights = next(array for name, array in found.items() if name == ("w", 1, ""))
    symbol = next(symbol for symbol in setup.model.parameters if (symbol.name, symbol.layer) == ("w", 1))
    node = Transposed(Array(symbol, symbol.axes, "", symbol))
    assert Meaning(found, 1)(node).shape == weights.shape[::-1] != weights.shape


@pytest.mark.parametrize(
    "line",
    [
        "z1 = W1 x",
        "δ2 = ∂E_total/∂a2 ⊙ σ'(z2)",
        "= (a2 − t) ⊙ σ'(z2)",
        "∂E_total/∂W1 = δ1 xᵀ",
        "Z1 = X (W1)ᵀ",
        "Δ1 = ∂E_total_mean/∂A1 ⊙ σ'(Z1)",
        "∂E_total_mean/∂W2 = (Δ2)ᵀ A1",
        "Shapes: Z1 (N × 2), X (N × 2), W1 (2 × 2).",
        "z1[j] = Σ[i] w1[j,i]·x[i]",
        "h1 = w1·i1 + w2·i2",
    ],
)
def test_the_matrix_form_of_the_class_network_says(line: str) -> None:
    assert line in text(sheetgrad.derive("class", form="matrix"))


def test_a_bias_is_added_to_every_sample() -> None:
    assert "Z1 = X (W1)ᵀ + b1" in text(sheetgrad.derive("iris", form="matrix"))


def test_a_line_without_a_matrix_reading_is_shown_as_the_family_it_is() -> None:
    shown = text(sheetgrad.derive("iris", form="matrix"))
    assert "no reading as a product of matrices" in shown
    assert "max[k] z2[k]" in shown


def test_a_model_of_single_numbers_keeps_its_lines_for_one_sample() -> None:
    shown = text(sheetgrad.derive("rnn", form="matrix"))
    assert "h2 = tanh(u·x2 + w·h1 + b)" in shown
    assert "number by number" in shown
    assert "Shapes" not in shown


def test_slopes_are_those_of_the_table() -> None:

    x = Ref(Symbol("x"))
    for name, entry in FUNCTIONS.items():
        if entry.activation:
            node = Call(name, (x,))
            values: dict[Expr, float] = {x: 0.4}
            exact = evaluate(slope(node, 0, node), values)
            assert _slope(name, 0.4) == pytest.approx(exact, abs=1e-8)
