"""What a kernel is asked to do, and the flat order in which its numbers travel.

Numbers go in and out of kernels as flat sequences: the state is every parameter
and then every state of the optimizer, family after family, the last axis
fastest. That is the one order that all kernels share.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

from sheetgrad.errors import Problem, SpecError
from sheetgrad.expr import Next, Partial, Quantity, Ref, members
from sheetgrad.model import axes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sheetgrad.expr import Symbol
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup, Value

Batch: TypeAlias = "tuple[int, ...]"
"""The samples of one step, counted from 0."""


Precision: TypeAlias = Literal["float64", "float32"]
PRECISIONS: tuple[Precision, ...] = ("float64", "float32")

State: TypeAlias = Any
"""A flat sequence of floats: a list, or a NumPy array of one axis."""


class Numbers(NamedTuple):
    """Everything a Program is given besides its state."""

    samples: Mapping[Symbol, Value]
    """The rows of every input and target, under the symbols of the Program (with or without a sample axis)."""
    values: Mapping[Symbol, Value]
    """Constants (parameters may be among them)."""


Memory: TypeAlias = "bytearray | memoryview"
"""Where what is kept is written."""


@dataclass(frozen=True, slots=True)
class Task:
    """A loop over steps."""

    program: Program
    numbers: Numbers
    name: Callable[[Quantity], str]
    """Plain names, for readable kernels."""
    keep: tuple[Quantity, ...] = ()
    """What is written down at every step, before the update."""
    update: bool = True
    """Whether parameters and states change from step to step."""
    fixed: bool = True
    """Whether every step has the same samples."""
    precision: Precision = "float64"
    """What the numbers of a step are computed as; a state is given and returned as doubles."""

    @property
    def width(self) -> int:
        """How many numbers are written down at a step."""
        return sum(count(quantity) for quantity in self.keep)


class Chunk(NamedTuple):
    """Some steps in a row."""

    batches: Sequence[Batch]
    state: State
    rate: float


class Runner(Protocol):
    """A kernel made for one task: takes the steps of a chunk and returns the state after them.

    What is to be kept is written into `buffer` from the byte `offset` on, row
    after row. With `careful`, the arithmetic is IEEE 754's whatever happens.
    """

    def __call__(self, chunk: Chunk, buffer: Memory, offset: int = 0, *, careful: bool = False) -> State:
        """Run the chunk."""
        ...


def precision_of(name: str) -> Precision:
    """The precision of a name. Raises SpecError where there is none.

    >>> precision_of("float32")
    'float32'
    """
    for precision in PRECISIONS:
        if name == precision:
            return precision
    problem = Problem("precision", f"there is no precision {name!r}", f"give {' or '.join(PRECISIONS)}")
    raise SpecError((problem,))


def count(quantity: Quantity) -> int:
    """How many members a quantity under index variables has."""
    product = 1
    for axis in axes_of(quantity):
        product *= axis.size
    return product


def spread(quantity: Quantity) -> Iterator[Quantity]:
    """Every member of a quantity under index variables, the last axis fastest."""
    axes = axes_of(quantity)
    for numbers in members(axes):
        yield _at(quantity, numbers)


def _at(quantity: Quantity, numbers: Mapping[Any, int]) -> Quantity:
    match quantity:
        case Ref(symbol=symbol, places=places):
            return Ref(symbol, tuple(numbers.get(place, place) for place in places))
        case Partial(of=of, wrt=wrt, edge=edge):
            return Partial(of, _at(wrt, numbers), edge)  # type: ignore[arg-type]  # a Ref stays one
        case Next(state=state):
            return Next(_at(state, numbers))


def family_name(quantity: Quantity) -> str:
    """A name for a whole family: the symbol with its layer, `dE_total_dw2`, `w2_new`."""
    match quantity:
        case Ref(symbol=symbol):
            return f"{symbol.name}{symbol.layer or ''}"
        case Partial(of=of, wrt=wrt):
            return f"d{family_name(of) if isinstance(of, Ref) else 'part'}_d{family_name(wrt)}"
        case Next(state=state):
            return f"{family_name(state)}_new"


def members_of(symbols: Iterable[Symbol]) -> list[Quantity]:
    """Every member of every family."""
    return [member for symbol in symbols for member in spread(symbol.whole)]


def flat(value: Value) -> list[float]:
    """Nested sequences, an array or a number as one list of floats."""
    if hasattr(value, "ravel"):
        value = value.ravel().tolist()
    if not isinstance(value, list | tuple):
        return [float(value)]
    if any(isinstance(part, list | tuple) or hasattr(part, "ravel") for part in value[:1]):
        return [number for part in value for number in flat(part)]
    return [float(part) for part in value]


def table(rows: Sequence[Value]) -> array[float]:
    """The numbers of all rows, one row after the other.

    >>> table([[1, 2.5], [3, 4]])
    array('d', [1.0, 2.5, 3.0, 4.0])
    """
    made = array("d")
    if hasattr(rows[0], "dtype"):
        import numpy as np

        made.frombytes(np.asarray(rows, dtype=np.float64).tobytes())
        return made
    for row in rows:
        try:
            made.extend(row)
        except TypeError:
            made.extend(flat(row))
    return made


def as_doubles(values: State) -> array[float]:
    """A flat sequence as an array of its own.

    >>> as_doubles([1, 2.5])
    array('d', [1.0, 2.5])
    """
    if isinstance(values, list | tuple):
        return array("d", values)
    if isinstance(values, array):
        return values[:]
    made = array("d")
    made.frombytes(values.tobytes())
    return made


def nested(values: State, shape: tuple[int, ...]) -> Value:
    """A flat sequence as nested lists of a shape; a number when the shape is empty.

    >>> nested([1.0, 2.0, 3.0, 4.0], (2, 2))
    [[1.0, 2.0], [3.0, 4.0]]
    """
    if not shape:
        return float(values[0])
    if len(shape) == 1:
        return [float(value) for value in values]
    step = len(values) // shape[0]
    return [nested(values[place * step : (place + 1) * step], shape[1:]) for place in range(shape[0])]


def starting_state(setup: Setup, program: Program) -> list[float]:
    """Parameters as the setup gives them, and every state of the optimizer at its first value."""
    parameters = [number for symbol in program.model.parameters for number in flat(setup.values[symbol])]
    return parameters + [start for symbol, start in program.states.items() for _ in range(count(symbol.whole))]


def numbers_for(setup: Setup, program: Program) -> Numbers:
    """The setup's data under the symbols of a Program for one sample or for several."""
    pairs = zip(setup.model.data, program.model.data, strict=True)
    return Numbers({symbol: setup.samples[own] for own, symbol in pairs}, setup.values)


def settings_for(program: Program, rate: float) -> list[float]:
    """The numbers of an optimizer in the order of the Program; the first is the learning rate of the run."""
    return [rate, *list(program.settings.values())[1:]]
