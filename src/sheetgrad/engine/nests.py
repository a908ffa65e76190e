"""Family equations as loops over rows and columns: what the kernel for one sample at a time is made from.

    h[j] = Σ_i w[j,i]·x[i] + b[j]     a loop over j and i that sums its columns, then one over j
    w[j,i] = w[j,i] - eta·d[j]·x[i]   a loop over j and i

Every Σ and every largest member becomes a loop of its own, and so does what
has no index but is dear (a power). A matrix that is only a product of vectors, as the
gradient of a weight is, is never written down unless it is kept: it is
computed again where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
    Quantity,
    Ref,
    Symbol,
    Total,
    children,
    free_indices,
    rebuilt,
    reindexed,
    walk,
)
from sheetgrad.functions import in_primitives
from sheetgrad.model import Equation, axes_of
from sheetgrad.program import quantities

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

PART = "part of a loop"
"""The name of what stands for a Σ that became a loop of its own."""
MOST_AXES = 2
MATRIX = 2


class Nest(NamedTuple):
    """Loops over rows and columns around some equations."""

    row: Index | None
    column: Index | None
    equations: tuple[Equation, ...]
    """What is computed at each place; under a sum or a largest member, one."""
    reduces: str = ""
    """`sum` or `largest` over `over`, or nothing."""
    over: Index | None = None


def takes(equations: Sequence[Equation]) -> bool:
    """Whether no equation and no Σ runs over more than rows and columns."""
    for equation in equations:
        if len(equation.axes) > MOST_AXES:
            return False
        for node in walk(equation.value):
            if isinstance(node, Total | Largest) and len(free_indices(node.body) | set(node.indices)) > MOST_AXES:
                return False
    updates = [equation for equation in equations if isinstance(equation.target, Next)]
    return len(in_place(updates)) == len(updates)


def nests(equations: Sequence[Equation], kept: Collection[Quantity]) -> list[Nest]:
    """The loops of equations in order; `kept` families are written down."""
    maker = _Maker({whole(quantity) for quantity in kept})
    for equation in equations:
        maker.add(equation)
    return _joined(maker.made)


def _joined(made: list[Nest]) -> list[Nest]:
    """Updates of one shape in a row share their loops, so that nothing is computed twice."""
    joined: list[Nest] = []
    for nest in made:
        last = joined[-1] if joined else None
        same = last is not None and not last.reduces and not nest.reduces and (last.row, last.column) == nest[:2]
        if last is not None and same and all(isinstance(e.target, Next) for e in (*last.equations, *nest.equations)):
            joined[-1] = last._replace(equations=last.equations + nest.equations)
        else:
            joined.append(nest)
    return joined


@dataclass
class _Maker:
    kept: set[Quantity]
    made: list[Nest] = field(default_factory=list)
    _virtual: dict[Quantity, Equation] = field(default_factory=dict)
    """Matrices that are computed where they are used, under their family's own index variables."""
    _parts: int = 0

    def add(self, equation: Equation) -> None:
        axes = equation.axes
        value = self._lifted(self._written_out(in_primitives(equation.value, stable=True)), axes)
        own = Equation(equation.target, value, equation.role)
        is_state = isinstance(equation.target, Next)
        if len(axes) == MATRIX and not is_state and whole(equation.target) not in self.kept:
            self._virtual[whole(equation.target)] = own
        else:
            self.made.append(Nest(axes[0] if len(axes) == MATRIX else None, axes[-1] if axes else None, (own,)))

    def _written_out(self, node: Expr) -> Expr:
        """With every matrix that is nowhere written down replaced by what it is."""
        match node:
            case Ref() | Partial() | Next():
                found = self._virtual.get(whole(node)) if axes_of(node) else None
                if found is None:
                    return node
                return reindexed(found.value, dict(zip(axes_of(found.target), axes_of(node), strict=True)))
            case _:
                parts = children(node)
                changed = tuple(self._written_out(part) for part in parts)
                return node if changed == parts else rebuilt(node, changed, tidy=False)

    def _lifted(self, node: Expr, axes: tuple[Index, ...]) -> Expr:
        """With every Σ, and every power or function without an index, replaced by a part of its own."""
        match node:
            case Total(indices=indices, body=body) | Largest(indices=indices, body=body):
                kind = "sum" if isinstance(node, Total) else "largest"
                for index in reversed(indices):
                    body = self._reduced(kind, self._lifted(body, (*axes, *indices)), index)
                return body
            case Call() | Power() if axes and not free_indices(node) and _is_dear(node):
                part = self._part(())
                self.made.append(Nest(None, None, (Equation(part, self._lifted(node, ())),)))
                return part
            case _:
                parts = children(node)
                changed = tuple(self._lifted(part, axes) for part in parts)
                return node if changed == parts else rebuilt(node, changed, tidy=False)

    def _part(self, axes: tuple[Index, ...]) -> Ref:
        self._parts += 1
        return Symbol(PART, self._parts, axes).whole

    def _reduced(self, kind: str, body: Expr, over: Index) -> Ref:
        """Σ (or the largest) of the body over one index: the other, if there is one, stays."""
        others = sorted(free_indices(body) - {over}, key=lambda index: (index.name, index.copy))
        part = self._part(tuple(others))
        row, column = (others[0] if others else None), over
        if others and not _runs_along(body, over) and _runs_along(body, others[0]):
            row, column = over, others[0]
        self.made.append(Nest(row, column, (Equation(part, body),), kind, over))
        return part


def _is_dear(node: Expr) -> bool:
    return not (isinstance(node, Power) and isinstance(node.exponent, Number))


def _runs_along(body: Expr, index: Index) -> bool:
    """Whether the numbers of some matrix stand side by side along an index."""
    return any(len(axes_of(used)) == MATRIX and axes_of(used)[-1] is index for used in quantities(body))
