"""From a Model to its Program: reverse accumulation, once for every family equation.

For each equation `Y[f] = e`, last to first, and each occurrence of a family
`X[π]` in `e`, the derivative ∂loss/∂X gains

    Σ over every index of f, and of the sums around the occurrence, that is not in π:
        ∂loss/∂Y[f] · ∂e/∂(that occurrence)

with π then renamed to X's own indices. (Griewank and Walther, Evaluating
Derivatives, SIAM 2008, section 3.2, with arrays of equations in place of single
ones.) Renaming never captures an index: see `expr.reindexed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.errors import BrokenInvariant, ModelError
from sheetgrad.expr import (
    MINUS_ONE,
    ONE,
    ZERO,
    Call,
    Expr,
    Index,
    Largest,
    Number,
    Partial,
    Place,
    Power,
    Product,
    Ref,
    Sum,
    Symbol,
    Total,
    add,
    fresh,
    log,
    members,
    multiply,
    power,
    references,
    reindexed,
    total,
)
from sheetgrad.functions import slope
from sheetgrad.model import Equation, Model, Route, axes_of, has_numbered_places
from sheetgrad.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.catalog.optimizers import Optimizer


class Occurrence(NamedTuple):
    """One use of a quantity in an expression."""

    use: Ref
    bound: tuple[Index, ...]
    """The indices of the sums around it."""
    edge: Expr
    """The derivative with respect to this use, those sums dropped."""


def occurrences(value: Expr, output: Expr | None = None) -> Iterator[Occurrence]:
    """Every use of a quantity with the derivative there; `output` names the value of the whole.

    >>> from sheetgrad.expr import Ref, Symbol
    >>> x, y = Ref(Symbol("x")), Ref(Symbol("y"))
    >>> [occurrence.edge == y for occurrence in occurrences(x * y)]
    [True, False]
    """
    stack: list[tuple[Expr, Expr, tuple[Index, ...]]] = [(value, ONE, ())]
    while stack:
        node, cofactor, bound = stack.pop()
        inner: list[tuple[Expr, Expr, tuple[Index, ...]]] = []
        match node:
            case Number():
                pass
            case Ref():
                yield Occurrence(node, bound, cofactor)
            case Sum(terms=terms):
                inner = [(term, cofactor, bound) for term in terms]
            case Product(factors=factors):
                for place, factor in enumerate(factors):
                    if not isinstance(factor, Number):
                        others = factors[:place] + factors[place + 1 :]
                        inner.append((factor, multiply(cofactor, *others), bound))
            case Power(base=base, exponent=exponent):
                inner.append((base, multiply(cofactor, exponent, power(base, add(exponent, MINUS_ONE))), bound))
                if not isinstance(exponent, Number):
                    inner.append((exponent, multiply(cofactor, node, log(base)), bound))
            case Call(arguments=arguments):
                named = output if node is value and output is not None else node
                for place, argument in enumerate(arguments):
                    here = slope(node, place, named)
                    if here != Number(0):
                        inner.append((argument, multiply(cofactor, here), bound))
            case Total(indices=indices, body=body):
                inner = [(body, cofactor, bound + indices)]
            case Largest():
                message = "the largest of a family is differentiated member by member: unroll the model first"
                raise ModelError(message)
            case _:
                message = f"no derivative rule for {node!r}"
                raise BrokenInvariant(message)
        stack.extend(reversed(inner))


def edge(value: Expr, use: Ref, output: Expr | None = None) -> Expr:
    """∂value/∂use with every other quantity held: the slope of one equation."""
    return add(*(occurrence.edge for occurrence in occurrences(value, output) if occurrence.use is use))


def program(model: Model, optimizer: Optimizer | None = None) -> Program:
    """Differentiate a model, and add the next equations of the optimizer's states."""
    if has_numbered_places(model.equations) and not model.is_unrolled:
        model = model.unrolled()
    backward = gradients(model)
    known = {equation.target for equation in backward}
    unused = [
        use for symbol in model.parameters for use in _uses(symbol, model) if Partial(model.loss, use) not in known
    ]
    backward += tuple(Equation(Partial(model.loss, use), ZERO, "backward") for use in unused)
    if optimizer is None:
        return Program(model, backward)
    updates: dict[Equation, None] = {}
    states: dict[Symbol, float] = {}
    for symbol in model.parameters:
        for use in _uses(symbol, model):
            step = optimizer.step(use, Partial(model.loss, use))
            updates.update(dict.fromkeys(step.equations))
            states.update(step.states)
    return Program(model, backward, tuple(updates), states, optimizer.settings)


def _uses(symbol: Symbol, model: Model) -> list[Ref]:
    """A family as a whole, or its members one by one where the model is unrolled."""
    if not model.is_unrolled:
        return [symbol.whole]
    return [Ref(symbol, tuple(numbers[axis] for axis in symbol.axes)) for numbers in members(symbol.axes)]


def gradients(model: Model, loss: Ref | None = None) -> tuple[Equation, ...]:
    """∂loss/∂(every quantity that a parameter can change), last first, each with its routes."""
    loss = model.loss if loss is None else loss
    wanted = _changed_by_parameters(model)
    first_use = _first_uses(model)
    found: dict[Ref, list[tuple[int, Route, Expr]]] = {}
    values: dict[Ref, Expr] = {loss: ONE}
    made: list[Equation] = []

    def finish(key: Ref) -> None:
        parts = sorted(found.pop(key), key=lambda part: part[0])
        value = add(*(part[2] for part in parts))
        gradient = Partial(loss, key)
        made.append(Equation(gradient, value, "backward", tuple(part[1] for part in parts)))
        values[key] = value if isinstance(value, Number) else gradient

    for position in reversed(range(len(model.equations))):
        equation = model.equations[position]
        target = equation.target
        assert isinstance(target, Ref)  # noqa: S101 -- checked when the model was made
        key = _own(target)
        if key in found:
            finish(key)
        if key in values:
            for occurrence in occurrences(equation.value, target):
                if occurrence.use.symbol in wanted:
                    route, share = _share(target, occurrence, values[key])
                    found.setdefault(_own(occurrence.use), []).append((position, route, share))
        for use in [use for use in found if first_use.get(use) == position and use.symbol in model.parameters]:
            finish(use)
    return tuple(made)


def _own(use: Ref) -> Ref:
    """A family under its own index variables; a numbered member is itself."""
    return use.symbol.whole if use.places and isinstance(use.places[0], Index) else use


def _share(target: Ref, occurrence: Occurrence, upstream: Expr) -> tuple[Route, Expr]:
    """What one occurrence adds to the derivative of the family it belongs to."""
    use = occurrence.use
    own = _own(use)
    upstream = (
        upstream
        if isinstance(upstream, Number)
        else reindexed(upstream, dict(zip(_axes(upstream), axes_of(target), strict=True)))
    )
    names: Mapping[Index, Place] = {
        place: axis for place, axis in zip(use.places, own.places, strict=True) if isinstance(place, Index)
    }
    free = dict.fromkeys((*axes_of(target), *occurrence.bound))
    summed = tuple(index for index in free if index not in names)
    share = reindexed(total(summed, multiply(upstream, occurrence.edge)), names)
    clear = _apart(summed, names)
    via, edge_, above = (reindexed(part, clear) for part in (target, occurrence.edge, upstream))
    assert isinstance(via, Ref)  # noqa: S101 -- reindexing keeps the kind
    return Route(via, edge_, above), share


def _axes(upstream: Expr) -> tuple[Index, ...]:
    assert isinstance(upstream, Partial)  # noqa: S101 -- either a number or a gradient
    return axes_of(upstream)


def _apart(summed: tuple[Index, ...], names: Mapping[Index, Place]) -> dict[Index, Place]:
    """Rename as `names` says, and the summed indices away from what that uses."""
    taken = {place for place in names.values() if isinstance(place, Index)}
    clear: dict[Index, Place] = dict(names)
    for index in summed:
        clear[index] = fresh(index, taken)
        taken.add(clear[index])  # type: ignore[arg-type]
    return clear


def _changed_by_parameters(model: Model) -> set[Symbol]:
    changed = set(model.parameters)
    for equation in model.equations:
        if isinstance(equation.value, Call) and equation.value.function == "held":
            continue  # nothing flows through what is held, so its own derivative is of no use
        if any(use.symbol in changed for use in references(equation.value)):
            assert isinstance(equation.target, Ref)  # noqa: S101 -- checked when the model was made
            changed.add(equation.target.symbol)
    return changed


def _first_uses(model: Model) -> dict[Ref, int]:
    first: dict[Ref, int] = {}
    for position, equation in enumerate(model.equations):
        for use in references(equation.value):
            first.setdefault(_own(use), position)
    return first
