"""Family equations as loops over many samples: what the kernel for whole layers is made from.

    z[s,j] = Σ_i w[j,i]·x[s,i] + b[j]     a product of matrices, then a loop that adds
    dw[j,i] = Σ_s dz[s,j]·x[s,i]          a product of matrices over all samples

What has a sample axis is computed sample beside sample: its columns are the
samples, its rows the other index. Every Σ and every largest member becomes a
loop of its own, and so does a division, a power or a function that is the same in
every row or in every column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.emit.locals import in_place, whole
from sheetgrad.expr import (
    Call,
    Expr,
    Index,
    Largest,
    Next,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Ref,
    Sum,
    Symbol,
    Total,
    children,
    free_indices,
    rebuilt,
)
from sheetgrad.functions import in_primitives
from sheetgrad.model import Equation, axes_of
from sheetgrad.program import quantities

if TYPE_CHECKING:
    from collections.abc import Sequence

PART = "part of a layer"
"""The name of what stands for a Σ, or another part, that became a loop of its own."""
TURNED = "turned"
"""The name of what stands for a family with its samples below each other."""
MATRIX = 2


class NoLoopsError(Exception):
    """Some equation has no form as loops over rows and columns."""


class Loop(NamedTuple):
    """Loops over rows and columns."""

    kind: str
    """`body`, `sum over rows`, `sum over columns`, `largest over …`, `product` or `turn`."""
    row: Index | None
    column: Index | None
    equations: tuple[Equation, ...]
    """What is computed at each place; of a product, Σ over `over` of its two factors."""
    over: Index | None
    reads: frozenset[Quantity]
    """The families it reads and does not make itself."""
    makes: frozenset[Quantity]

    def merged(self, other: Loop) -> Loop:
        """Both bodies as one."""
        makes = self.makes | other.makes
        equations = self.equations + other.equations
        return self._replace(equations=equations, reads=(self.reads | other.reads) - makes, makes=makes)


def looped(kind: str, row: Index | None, column: Index | None, equation: Equation, over: Index | None = None) -> Loop:
    """A loop around one equation."""
    reads = frozenset(map(whole, quantities(equation.value)))
    return Loop(kind, row, column, (equation,), over, reads, frozenset((whole(equation.target),)))


class LoopMaker:
    """Turns equations into loops, in order."""

    def __init__(self, sample: Index) -> None:
        """For equations over samples of one axis."""
        self.sample = sample
        self.made: list[Loop] = []
        self._parts = 0
        self._turned: dict[Quantity, Ref] = {}
        self._known: dict[Expr, Ref] = {}

    def add(self, equation: Equation) -> None:
        """The loops of one more equation. Raises NoLoopsError where there are none."""
        axes = equation.axes
        _check(len(set(axes)) == len(axes) <= MATRIX)
        value = self._lifted(in_primitives(equation.value, stable=True), axes)
        old = equation.target.state if isinstance(equation.target, Next) else None
        _check(all(used == old for used in quantities(value) if whole(used) == old))  # it is written over
        if not self._is_retargeted(value, equation.target):
            self._body(Equation(equation.target, value, equation.role))

    def _is_retargeted(self, value: Expr, target: Quantity) -> bool:
        """Whether the value is only what the last loop made, which then makes the target at once."""
        last = self.made[-1] if self.made else None
        is_part = isinstance(value, Ref) and value.symbol.name == PART
        if last is None or last.kind == "body" or not is_part or value not in last.makes or isinstance(target, Next):
            return False
        if set(axes_of(last.equations[0].target)) != set(axes_of(target)):
            return False
        self.made[-1] = looped(last.kind, last.row, last.column, Equation(target, last.equations[0].value), last.over)
        return True

    def _body(self, equation: Equation) -> None:
        row, column = self._row_and_column(equation.axes)
        self.made.append(looped("body", row, column, equation))

    def _row_and_column(self, axes: Sequence[Index]) -> tuple[Index | None, Index | None]:
        """Samples are columns; without them the last axis is."""
        if self.sample in axes:
            others = [axis for axis in axes if axis is not self.sample]
            return (others[0] if others else None), self.sample
        return (axes[0] if len(axes) == MATRIX else None), (axes[-1] if axes else None)

    def _part(self, axes: Sequence[Index]) -> Ref:
        self._parts += 1
        return Symbol(PART, self._parts, tuple(axes)).whole

    # --- parts of expressions --------------------------------------------------------------

    def _lifted(self, node: Expr, axes: Sequence[Index]) -> Expr:
        """With every Σ, and everything dear that is the same along some axis, replaced by a part of its own."""
        match node:
            case Total():
                return self._total(node, axes)
            case Largest(indices=indices, body=body):
                return self._reduced("largest", self._lifted(body, (*axes, *indices)), indices)
            case Call() | Power() if _is_dear(node) and free_indices(node) < set(axes):
                return self._once(node, [axis for axis in axes if axis in free_indices(node)])
            case _:
                parts = children(node)
                changed = tuple(self._lifted(part, axes) for part in parts)
                return node if changed == parts else rebuilt(node, changed, tidy=False)

    def _once(self, node: Expr, axes: Sequence[Index]) -> Ref:
        """The part that is computed along fewer axes; what it is made from does not change within a step."""
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = self._part(axes)
            self._body(Equation(found, self._lifted(node, axes)))
        return found

    def _reduced(self, kind: str, body: Expr, indices: Sequence[Index]) -> Expr:
        """Σ (or the largest) of a body, over one index after the other, samples last."""
        for index in sorted(indices, key=lambda index: index is self.sample):
            body = self._over(kind, body, index)
        return body

    def _over(self, kind: str, body: Expr, over: Index) -> Ref:
        axes = _in_order(free_indices(body))
        _check(over in axes and len(axes) <= MATRIX)
        part = self._part([axis for axis in axes if axis is not over])
        row, column = self._row_and_column(axes)
        if self.sample not in axes and len(axes) == MATRIX and not _runs_along(body, column):
            row, column = column, row
        along = "columns" if over is column else "rows"
        self.made.append(looped(f"{kind} over {along}", row, column, Equation(part, body), over))
        return part

    # --- Σ over products -------------------------------------------------------------------

    def _total(self, node: Total, axes: Sequence[Index]) -> Expr:
        """Σ as what stands for it."""
        body = node.body
        if isinstance(body, Sum):
            return Sum(tuple(self._total(Total(node.indices, term), axes) for term in body.terms))
        factors = [*body.factors] if isinstance(body, Product) else [body]
        factors = [self._lifted(factor, (*axes, *node.indices)) for factor in factors]
        summed = set(node.indices)
        outside = [factor for factor in factors if not free_indices(factor) & summed]
        inside = [factor for factor in factors if free_indices(factor) & summed]
        met = set().union(*map(free_indices, inside))
        outside += [Number(index.size) for index in node.indices if index not in met]
        indices = [index for index in node.indices if index in met]
        if not inside:
            return _product(outside)
        if len(met) <= MATRIX:
            return _product([*outside, self._reduced("sum", _product(inside), indices)])
        _check(len(indices) == 1 and len(met) == MATRIX + 1)
        return _product([*outside, self._matrices(inside, indices[0], axes)])

    def _matrices(self, factors: list[Expr], over: Index, axes: Sequence[Index]) -> Ref:
        """A product of two matrices over an index."""
        result = [axis for axis in axes if axis in set().union(*map(free_indices, factors))]
        _check(len(result) == MATRIX)
        row, column = self._row_and_column(result)
        assert row is not None  # noqa: S101 -- there are two
        assert column is not None  # noqa: S101 -- there are two
        left = [factor for factor in factors if column not in free_indices(factor)]
        right = [factor for factor in factors if column in free_indices(factor)]
        _check(bool(left) and bool(right) and not any(row in free_indices(factor) for factor in right))
        before, after = self._matrix(left, (row, over)), self._matrix(right, (over, column))
        if over is self.sample:
            after = self._samples_below(after)
        else:
            _check(self.sample not in axes_of(before) and (column is self.sample or axes_of(after) == (over, column)))
        part = self._part((row, column))
        self.made.append(looped("product", row, column, Equation(part, Product((before, after))), over))
        return part

    def _matrix(self, factors: list[Expr], axes: tuple[Index, Index]) -> Quantity:
        """Factors as one family with two axes."""
        alone = factors[0]
        if len(factors) == 1 and isinstance(alone, Ref | Partial | Next) and set(axes_of(alone)) == set(axes):
            return alone
        part = self._part(axes)
        self._body(Equation(part, _product(factors)))
        return part

    def _samples_below(self, quantity: Quantity) -> Ref:
        """The family turned, so that its other axis runs along the columns."""
        family = whole(quantity)
        other = next(axis for axis in axes_of(quantity) if axis is not self.sample)
        found = self._turned.get(family)
        if found is None:
            found = self._turned[family] = Symbol(TURNED, len(self._turned) + 1, (self.sample, other)).whole
            self.made.append(looped("turn", other, self.sample, Equation(found, quantity)))
        _check(axes_of(found) == (self.sample, other))
        return found


def _check(condition: bool) -> None:  # noqa: FBT001 -- reads like an assertion
    if not condition:
        raise NoLoopsError


def _product(factors: Sequence[Expr]) -> Expr:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _is_dear(node: Expr) -> bool:
    """A division, a power or a function: not a square."""
    return not (isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value > 0)


def _in_order(axes: set[Index]) -> list[Index]:
    return sorted(axes, key=lambda index: (index.name, index.copy))


def _runs_along(body: Expr, index: Index | None) -> bool:
    """Whether the numbers of some matrix stand side by side along an index."""
    return any(len(axes_of(used)) == MATRIX and axes_of(used)[-1] is index for used in quantities(body))


def loops(before: Sequence[Equation], updates: Sequence[Equation], sample: Index) -> tuple[list[Loop], list[Loop]]:
    """The loops before the updates, and those of the updates. Raises NoLoopsError where some equation has none."""
    _check(len(in_place(updates)) == len(updates))
    maker = LoopMaker(sample)
    for equation in before:
        maker.add(equation)
    border = len(maker.made)
    for equation in updates:
        maker.add(equation)
    return maker.made[:border], maker.made[border:]
