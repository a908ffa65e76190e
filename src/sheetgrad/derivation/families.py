"""The matrix form: every family equation as vectors and matrices, beside the lines it stands for.

First for one sample, whose quantities are columns, then for a batch, whose samples
are rows. A shape stands under every line.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sheetgrad.derivation import parts
from sheetgrad.derivation.algebra import Applied, Array, Entrywise, arrays
from sheetgrad.derivation.document import Derivation, Writer
from sheetgrad.derivation.document import Working as Shown
from sheetgrad.derivation.matrix import MOST_AXES, array_of, reading
from sheetgrad.derive import program
from sheetgrad.expr import (
    MINUS_ONE,
    Call,
    Expr,
    Index,
    Number,
    Ref,
    Symbol,
    members,
    multiply,
    power,
    substitute,
    unroller,
    walk,
)
from sheetgrad.functions import FUNCTIONS
from sheetgrad.model import SAMPLE, axes_of
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from sheetgrad.model import Equation
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

MOST_SCALARS = 8
"""A family with more members than this is not written out below its line."""
NOMINAL = 7919
"""A number of samples that no formula holds by chance: wherever it stands, N is meant."""
SAMPLES = Ref(Symbol("N"))


def matrix_form(setup: Setup, style: str) -> Derivation:
    """The derivation in matrix form, for one sample and for a batch of N."""
    made = program(setup.model, setup.optimizer)
    names = Notation(made, style)
    writer = Writer()
    parts.introduction(writer, setup, families=False)
    _Chapter(writer, made, "one sample").write()
    if made.model.is_unrolled:
        writer.say("This model is given number by number, so there are no families to read as vectors and matrices.")
    elif max(len(axes_of(equation.target)) for equation in made.forward) >= MOST_AXES:
        writer.say("For a batch every family has one more axis, of samples: more than a matrix has.")
    elif made.model.data:
        batch = program(setup.model.batched(NOMINAL, setup.reduction), setup.optimizer)
        _Chapter(writer, batch, "a batch of N samples").write()
    return Derivation(setup.title or setup.name, setup, names, "matrix", tuple(writer.sections))


class _Chapter:
    """One Program, line by line."""

    def __init__(self, writer: Writer, made: Program, what: str) -> None:
        self.writer, self.program, self.what = writer, made, what
        self.values = {equation.target: _with_n(equation.value) for equation in made.equations}

    def write(self) -> None:
        """Forward, backward, update."""
        for title, equations in (
            ("Forward", self.program.forward),
            ("The gradients", self.program.backward),
            ("The update", self.program.updates),
        ):
            if not equations:
                continue
            self.writer.section(f"{title}, for {self.what}")
            if title == "Forward":
                self.explain()
            for equation in equations:
                self.equation(equation)

    def explain(self) -> None:
        """How to read it."""
        batch = self.program.model.sampled is not None
        rows = "one sample a row; a vector added to a matrix is added to every row" if batch else "vectors are columns"
        self.writer.say(
            f"Families as vectors (bold) and matrices (capitals): {rows}. ⊙ and ⊘ multiply and divide entry by "
            "entry, a function of a matrix is taken of every entry, ⊤ turns rows into columns, and bold 1 is a "
            "column of ones. Below each line stands what it says entry by entry."
        )

    def equation(self, equation: Equation) -> None:
        """A line in matrices where there is a reading, else the line of the family."""
        value = self.values[equation.target]
        target = array_of(equation.target)
        read = None if target is None else reading(value, target.axes)
        if target is None or read is None:
            self.writer.line(equation.role, equation.target, value)
            if axes_of(equation.target):
                self.writer.say("(This one has no reading as a product of matrices.)")
            return
        steps = self.slopes(equation, target) or [read]
        head = target if target.axes else equation.target
        self.writer.shown_line(equation.role, equation.target, (head, *dict.fromkeys(steps)), value)
        self.shapes((head, *steps))
        self.entries(equation, value)

    def slopes(self, equation: Equation, target: Array) -> list[Expr]:
        """∂E/∂A ⊙ σ'(Z), and the same with ∂E/∂A put in, where the quantity goes through an activation alone."""
        if len(equation.routes) != 1 or equation.role != "backward":
            return []
        (route,) = equation.routes
        value = self.values.get(route.via)
        if not isinstance(value, Call) or not FUNCTIONS[value.function].activation or value.function == "identity":
            return []
        (argument,) = value.arguments
        if not isinstance(argument, Ref) or argument.symbol is not target.symbol or not target.axes:
            return []
        below, above = reading(argument, target.axes), reading(route.upstream, target.axes)
        if below is None or above is None:
            return []
        slope = Applied(value.function, below)
        steps: list[Expr] = [Entrywise((above, slope))]
        upstream = self.values.get(route.upstream)  # type: ignore[call-overload]  # a number has no equation
        closed = None if upstream is None else reading(upstream, target.axes)
        value_here = self.values[equation.target]
        last = reading(value_here, target.axes)
        if upstream is not None and closed is not None:
            steps.append(Entrywise((*_factors(closed), slope)))
            last = reading(substitute(value_here, {route.upstream: upstream}, tidy=False), target.axes)
        return steps if last is None else [*steps, last]

    def shapes(self, members: tuple[Expr, ...]) -> None:
        """`Z is N × 2, X N × 3 …`."""
        found = dict.fromkeys(array for member in members for array in arrays(member) if array.axes)
        if not found:
            return
        prose: list[str | Expr] = ["Shapes: "]
        for place, array in enumerate(found):
            prose += [", " if place else "", array, f" ({shape(array.axes)})"]
        self.writer.say(*prose, ".")

    def entries(self, equation: Equation, value: Expr) -> None:
        """The line of the family, and for one sample the scalar lines where there are few."""
        axes = axes_of(equation.target)
        if not axes:
            return
        self.writer.add(Shown((equation.target, value)))
        count = 1
        for axis in axes:
            count *= axis.size
        if self.program.model.sampled is not None or count > MOST_SCALARS:
            return
        left, right = unroller(equation.target), unroller(value)
        for numbers in members(axes):
            self.writer.add(Shown((left(numbers), right(numbers))))


def _with_n(node: Expr) -> Expr:
    """The mean over the nominal number of samples, as one over N."""
    changed: dict[Expr, Expr] = {}
    for part in walk(node):
        match part:
            case Number(value=Fraction() as value) if value.denominator % NOMINAL == 0:
                changed[part] = multiply(Number(value * NOMINAL), power(SAMPLES, MINUS_ONE))
            case _:
                pass
    return substitute(node, changed, tidy=True) if changed else node


def _factors(node: Expr) -> tuple[Expr, ...]:
    return node.factors if isinstance(node, Entrywise) else (node,)


def shape(axes: tuple[Index, ...]) -> str:
    """`N × 2`; a vector is a column."""
    sizes = ["N" if axis.name == SAMPLE else str(axis.size) for axis in axes]
    return " × ".join(sizes if len(sizes) > 1 else [*sizes, "1"])
