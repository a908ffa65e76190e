"""A Model: named quantities from inputs and parameters down to one loss.

It is a list of equations over families (`h[j] = Σ_i w[j,i]·x[i]`), nothing
more: what a layer is, which optimizer trains it and how anything is printed is
known elsewhere. A Model is checked when it is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from sheetgrad.errors import ModelError
from sheetgrad.expr import (
    Expr,
    Index,
    Largest,
    Next,
    Partial,
    Quantity,
    Ref,
    Symbol,
    free_indices,
    members,
    references,
    unroller,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SAMPLE = "sample"
"""The name of the axis that counts samples."""

Role: TypeAlias = Literal["forward", "loss", "backward", "update"]
Reduction: TypeAlias = Literal["mean", "sum"]


@dataclass(frozen=True, slots=True)
class Route:
    """One way a quantity reaches the loss: through `via`, whose equation uses it with slope `edge`."""

    via: Ref
    edge: Expr
    upstream: Expr
    """∂loss/∂via, or 1 when `via` is the loss."""


@dataclass(frozen=True, slots=True)
class Equation:
    """`target = value`; a gradient also remembers the routes it was summed over."""

    target: Quantity
    value: Expr
    role: Role = "forward"
    routes: tuple[Route, ...] = ()

    @property
    def axes(self) -> tuple[Index, ...]:
        """The index variables that the equation holds for."""
        return axes_of(self.target)


def axes_of(quantity: Quantity) -> tuple[Index, ...]:
    """The index variables in a quantity, in the order of its axes."""
    match quantity:
        case Ref():
            return tuple(place for place in quantity.places if isinstance(place, Index))
        case Partial():
            return axes_of(quantity.wrt)
        case Next():
            return axes_of(quantity.state)


@dataclass(frozen=True, slots=True)
class Model:
    """Quantities and how each comes from the others.

    `inputs` and `targets` are given with the data, `constants` once and for all,
    `parameters` are what training changes. Every other quantity has exactly one
    equation, and each equation uses only what stands above it.
    """

    name: str
    equations: tuple[Equation, ...]
    loss: Ref
    parameters: tuple[Symbol, ...]
    inputs: tuple[Symbol, ...] = ()
    targets: tuple[Symbol, ...] = ()
    constants: tuple[Symbol, ...] = ()
    constraints: Mapping[Symbol, str] = field(default_factory=dict)
    """What is known of a leaf: "sums to 1", "in [0, 1]"."""
    checked: bool = field(default=False, repr=False, compare=False)
    """Whether the equations come from a model that was checked, and so hold."""

    def __post_init__(self) -> None:
        """Check that it is a model, and put the equations in an order in which they can be computed."""
        if self.checked:
            return
        object.__setattr__(self, "equations", _in_order(self))
        _check(self)

    @property
    def data(self) -> tuple[Symbol, ...]:
        """What is given with every sample."""
        return self.inputs + self.targets

    @property
    def leaves(self) -> tuple[Symbol, ...]:
        """Everything that has no equation."""
        return self.data + self.constants + self.parameters

    @property
    def sampled(self) -> Index | None:
        """The sample axis, if the model is one over several samples."""
        found = (axis for symbol in self.data for axis in symbol.axes if axis.name == SAMPLE)
        return next(found, None)

    @property
    def is_unrolled(self) -> bool:
        """Whether no index variable is left."""
        return not any(equation.axes or _bound(equation.value) for equation in self.equations)

    @property
    def size(self) -> int:
        """How many scalar equations it is when unrolled."""
        return sum(_count(equation.axes) for equation in self.equations)

    def unrolled(self) -> Model:
        """The same model with one equation for every scalar."""
        return replace(self, equations=tuple(unrolled_equations(self.equations)), checked=True)

    def batched(self, size: int, reduction: Reduction = "mean") -> Model:
        """The model over `size` samples at once: everything that depends on data gets the sample axis.

        The new loss is the mean (or sum) of the old one over the samples.
        """
        from sheetgrad.batch import batched

        return batched(self, size, reduction)


def unrolled_equations(equations: Iterable[Equation]) -> list[Equation]:
    """One equation for every member of every family, in the same order; routes are left behind."""
    made = []
    for equation in equations:
        target, value = unroller(equation.target), unroller(equation.value)
        for numbers in members(equation.axes):
            made.append(Equation(target(numbers), value(numbers), equation.role))  # type: ignore[arg-type]  # noqa: PERF401 -- the kind is kept; a comprehension would hide the two loops
    return made


def _count(axes: Iterable[Index]) -> int:
    count = 1
    for axis in axes:
        count *= axis.size
    return count


def _bound(node: Expr) -> bool:
    return any(hasattr(part, "indices") for part in walk(node))


def has_numbered_places(equations: Iterable[Equation]) -> bool:
    """Whether a family is used by number somewhere (`x[3]`), or its largest member is taken outside a hold."""
    for equation in equations:
        if any(isinstance(place, int) for place in getattr(equation.target, "places", ())):
            return True
        if any(isinstance(place, int) for use in references(equation.value) for place in use.places):
            return True
        if any(isinstance(part, Largest) for part in _differentiated(equation.value)):
            return True
    return False


def _differentiated(node: Expr) -> Iterable[Expr]:
    """Every part except what is held fixed."""
    held = {id(part) for call in walk(node) if getattr(call, "function", "") == "held" for part in walk(call)}
    return (part for part in walk(node) if id(part) not in held)


# --- the checks at birth -----------------------------------------------------------------------


def _symbol(equation: Equation) -> Symbol:
    if not isinstance(equation.target, Ref):
        message = f"only quantities have equations in a model, not {equation.target!r}"
        raise ModelError(message)
    return equation.target.symbol


def _in_order(model: Model) -> tuple[Equation, ...]:
    """Every equation after those it uses; the order given is kept where it can be."""
    makers: dict[Symbol, list[int]] = {}
    for position, equation in enumerate(model.equations):
        makers.setdefault(_symbol(equation), []).append(position)
    exact = {equation.target: position for position, equation in enumerate(model.equations)}
    needs = [
        sorted({p for use in references(equation.value) for p in _made_by(use, exact, makers)})
        for equation in model.equations
    ]
    done: dict[int, None] = {}
    open_: set[int] = set()
    for start in range(len(needs)):
        stack = [start]
        while stack:
            position = stack[-1]
            waiting = [need for need in needs[position] if need not in done]
            if position in done or not waiting:
                open_.discard(position)
                done.setdefault(stack.pop())
                continue
            open_.add(position)
            for need in reversed(waiting):
                if need in open_:
                    message = f"{_symbol(model.equations[need]).name} depends on itself"
                    raise ModelError(message)
                stack.append(need)
    return tuple(model.equations[position] for position in done)


def _made_by(use: Ref, exact: Mapping[Quantity, int], makers: Mapping[Symbol, list[int]]) -> Iterable[int]:
    found = exact.get(use)
    return makers.get(use.symbol, ()) if found is None else (found,)


def _check(model: Model) -> None:
    """Every quantity used is known, made once, and within its axes; the loss is one number."""
    known = set(model.leaves)
    made: set[Quantity] = set()
    for equation in model.equations:
        symbol = _symbol(equation)
        if symbol in set(model.leaves):
            message = f"{symbol.name} is given, so it cannot have an equation too"
            raise ModelError(message)
        if equation.target in made:
            message = f"{symbol.name} has two equations"
            raise ModelError(message)
        made.add(equation.target)
        known.add(symbol)
        loose = free_indices(equation.value) - set(equation.axes)
        if loose:
            names = ", ".join(sorted(index.name for index in loose))
            message = f"{symbol.name}: the index {names} is on the right only; sum over it, or put it on the left"
            raise ModelError(message)
        for use in references(equation.value):
            _check_use(use, symbol, known)
    if model.loss not in made:
        message = f"the loss {model.loss.symbol.name} has no equation"
        raise ModelError(message)
    if any(isinstance(place, Index) for place in model.loss.places):
        message = f"the loss {model.loss.symbol.name} must be one number, not a family"
        raise ModelError(message)


def _check_use(use: Ref, symbol: Symbol, known: set[Symbol]) -> None:
    if use.symbol not in known:
        message = f"{symbol.name}: nothing is called {use.symbol.name}"
        raise ModelError(message)
    if len(use.places) != len(use.symbol.axes):
        message = f"{symbol.name}: {use.symbol.name} has {len(use.symbol.axes)} axes, not {len(use.places)}"
        raise ModelError(message)
    variables = [place for place in use.places if isinstance(place, Index)]
    if len(set(variables)) != len(variables):
        message = f"{symbol.name}: {use.symbol.name} is used with the same index twice"
        raise ModelError(message)
    for place, axis in zip(use.places, use.symbol.axes, strict=True):
        size = place.size if isinstance(place, Index) else place + 1
        if size > axis.size or (isinstance(place, Index) and size != axis.size):
            message = f"{symbol.name}: {use.symbol.name} has {axis.size} places on an axis, not {size}"
            raise ModelError(message)
