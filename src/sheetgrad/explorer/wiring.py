"""The network as a picture: neurons in columns, and lines with the weights on them.

It is read off the equations, so that a model without layers has a picture as well.
Where each neuron goes on the screen is decided in the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sheetgrad.expr import Call, Largest, Product, Ref, Sum, references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.explorer.places import Places
    from sheetgrad.expr import Expr
    from sheetgrad.model import Equation


@dataclass
class Neuron:
    """One quantity, or a weighted sum and its activation together."""

    quantities: list[Ref]
    kind: str
    column: int = 0
    biases: list[Ref] = field(default_factory=list)
    """Weights that are added by themselves."""


@dataclass
class Wiring:
    """Neurons, and for each pair that is joined the weights on the line."""

    places: Places
    neurons: list[Neuron] = field(default_factory=list)
    lines: dict[tuple[int, int], list[Ref]] = field(default_factory=dict)
    at: dict[Ref, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the equations from the first to the last."""
        model = self.places.program.model
        self.weights = {*model.parameters, *(model.constants if model.inputs else ())}
        self.inputs = model.inputs or model.constants
        self.counts: dict[Ref, int] = {}
        for equation in model.equations:
            for use in references(equation.value):
                self.counts[use] = self.counts.get(use, 0) + 1
        for equation in model.equations:
            self.add(equation)
        for number, neuron in enumerate(self.neurons):
            if neuron.kind in {"input", "target"}:
                ends = [self.neurons[end].column for start, end in self.lines if start == number]
                neuron.column = min(ends, default=1) - 1

    def add(self, equation: Equation) -> None:
        """A neuron for the quantity, or a second name for the one that it activates."""
        target, value = equation.target, equation.value
        assert isinstance(target, Ref)  # noqa: S101 -- checked when the model was made
        if _is_held(value):
            return
        inner = value.arguments[0] if isinstance(value, Call) and len(value.arguments) == 1 else None
        if isinstance(inner, Ref) and inner in self.at and self.counts[inner] == 1:
            self.at[target] = self.at[inner]
            self.neurons[self.at[inner]].quantities.append(target)
            return
        self.connect(target, value, "loss" if equation.role == "loss" else "made")

    def connect(self, target: Ref, value: Expr, kind: str) -> None:
        """A neuron with a line from everything that it uses."""
        neuron = Neuron([target], kind)
        ways: dict[int, dict[Ref, None]] = {}
        for term in _terms(value):
            used = references(term)
            weights = [use for use in used if use.symbol in self.weights]
            starts = [start for use in used if use.symbol not in self.weights for start in self.start(use)]
            for start in starts:
                ways.setdefault(start, {}).update(dict.fromkeys(weights))
            if not starts:
                alone = [use for use in weights if use is term]
                neuron.biases = [*alone, *neuron.biases, *(use for use in weights if use not in alone)]
        neuron.column = max((self.neurons[start].column for start in ways), default=0) + 1
        number = self.at[target] = len(self.neurons)
        self.neurons.append(neuron)
        self.lines |= {(start, number): list(weights) for start, weights in ways.items()}

    def start(self, use: Ref) -> Iterator[int]:
        """The neuron of something used; what is given gets its own when it is first met."""
        if use not in self.at:
            kinds = {"input": self.inputs, "target": self.places.program.model.targets}
            kind = next((name for name, symbols in kinds.items() if use.symbol in symbols), "")
            if not kind:  # held fixed, so not drawn
                return
            self.at[use] = len(self.neurons)
            self.neurons.append(Neuron([use], kind))
        yield self.at[use]

    def as_json(self) -> dict[str, Any]:
        """Neurons and lines by the numbers of their quantities; columns counted from 0 without gaps."""
        at: Mapping[Any, int] = self.places.at
        columns = {column: place for place, column in enumerate(sorted({one.column for one in self.neurons}))}
        return {
            "neurons": [
                {
                    "of": [at[use] for use in one.quantities],
                    "kind": one.kind,
                    "column": columns[one.column],
                    "biases": [at[use] for use in one.biases],
                }
                for one in self.neurons
            ],
            "lines": [[start, end, [at[use] for use in weights]] for (start, end), weights in self.lines.items()],
        }


def _is_held(value: Expr) -> bool:
    return isinstance(value, Largest) or (isinstance(value, Call) and value.function in {"held", "max"})


def _terms(value: Expr) -> tuple[Expr, ...]:
    """What an equation adds up; one part where it does not add."""
    match value:
        case Sum(terms=terms):
            return tuple(part for term in terms for part in _terms(term))
        case Call(arguments=(inner,)):
            return _terms(inner)
        case Product() | _:
            return (value,)
