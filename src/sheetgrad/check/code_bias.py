"""The correction of moments that begin at zero: `m / (1 - β^t)`, in whatever place it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_moves import TIMES, fitted, reached

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.check.code_moves import Move
    from sheetgrad.check.code_optimizers import Kept
    from sheetgrad.read.python.tape import Node

SHIFTS = (0.0, 1.0, -1.0)
"""The steps may be counted from 0 or from 1."""


class Bias(NamedTuple):
    """How the moments are corrected, or what is wrong with it."""

    words: str = ""
    code: str = ""
    message: str = ""
    at: Node | None = None


def bias(move: Move, first: Kept | None, second: Kept) -> Bias:
    """Look at every quantity of the step that is one of the moments times a number."""
    corrected = False
    for kept, other in ((first, second), (second, first)):
        if kept is None:
            continue
        for node, factors in _multiples(move, kept):
            found = _wrong(kept, other, factors)
            if found is not None:
                return found._replace(at=node)
            corrected |= not _constant(factors)
    if first is None:
        return Bias()
    counted = any(leaf.name.startswith("count ") for leaf in _leaves(move))
    return Bias(" with bias correction" if corrected or counted else " without bias correction")


def _leaves(move: Move) -> list[Node]:
    places = reached(move.tape, move.after, stop=(move.gradient.place,), put=move.put)
    return [leaf for place, leaf in move.tape.leaves.items() if place in places]


def _multiples(move: Move, kept: Kept) -> list[tuple[Node, list[float]]]:
    """Quotients on the way to the step that are the moment times a number; the number at several times."""
    places = reached(move.tape, move.after, stop=(move.gradient.place,), put=move.put)
    start = move.memories[kept.leaf.place]
    made = []
    for place in sorted(places):
        node = move.tape.nodes[place]
        if node.operation not in {"divide", "multiply"} or not node.made_from(start) or node is start:
            continue
        factors = []
        for time in TIMES:
            later = replace(move, time=time)
            found = fitted([later.values(start)], later.values(node))
            if found is None:
                break
            factors.append(found[0])
        if len(factors) == len(TIMES):
            made.append((node, factors))
    return made


def _constant(factors: list[float]) -> bool:
    return all(abs(factor / factors[0] - 1) < 1e-6 for factor in factors)


def _follows(factors: list[float], rule: Callable[[float], float]) -> bool:
    """Whether the numbers are those of a rule, but for one factor."""
    wanted = [rule(time) for time in TIMES]
    if any(value == 0 for value in wanted):
        return False
    first = factors[0] / wanted[0]
    return all(abs(factor / value / first - 1) < 1e-6 for factor, value in zip(factors, wanted, strict=True))


def _wrong(kept: Kept, other: Kept | None, factors: list[float]) -> Bias | None:
    lost = Bias("", "lost-power", "The correction of the bias needs the power: 1 - β to the number of steps.")
    if _constant(factors):
        undone = abs(kept.brought - (1 - kept.keep)) < 1e-6 and abs(factors[0] * (1 - kept.keep) - 1) < 1e-6
        return lost if undone and kept.keep != 1 else None
    if any(_follows(factors, lambda t, d=d: 1 / (1 - kept.keep ** (t + d))) for d in SHIFTS):  # type: ignore[misc]  # a default binds the shift
        return None
    if other is not None and any(_follows(factors, lambda t, d=d: 1 / (1 - other.keep ** (t + d))) for d in SHIFTS):  # type: ignore[misc]  # the same
        return Bias("", "wrong-index", "The bias is corrected with the constant of the other moment.")
    if any(_follows(factors, lambda t, d=d: 1 / (1 - kept.keep * (t + d))) for d in SHIFTS):  # type: ignore[misc]  # the same
        return lost
    return None
