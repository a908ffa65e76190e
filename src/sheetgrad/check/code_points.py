"""Exact derivatives of what a program computed, at points that nobody chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.read.python.leaves import drawn, is_target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sheetgrad.read.python.tape import Known, Node, Tape

    Values: TypeAlias = NDArray[Any]

COUNT = 3
CLOSE = 1e-8
"""Relative; derivatives here are exact, so right ones differ by 1e-13."""
TOO_LARGE = 400
"""Entries of one gradient; larger ones are not judged."""


class CodePoints:
    """The tape at several points; `shares` says along which axis targets sum to 1."""

    def __init__(self, tape: Tape, *, shares: str = "", positive: bool = False) -> None:
        """Draw every leaf at every point."""
        self.tape = tape
        self.starts: list[Known] = [_start(tape, 7 + seed, shares, positive=positive) for seed in range(COUNT)]
        self._known: list[Known] = [dict(start) for start in self.starts]
        self._slopes: dict[tuple[int, int], list[Values]] = {}
        self.overrides: list[Known] = [{} for _ in self.starts]
        self._changed: list[Known] = [dict(start) for start in self.starts]

    def plain(self, node: Node) -> list[Values]:
        """The value of a node at every point, as the program has it."""
        return [self.tape.value(node, known) for known in self._known]

    def value(self, node: Node) -> list[Values]:
        """The same with what was put in place of wrong gradients."""
        return [self.tape.value(node, known) for known in self._changed]

    def put(self, node: Node, values: list[Values]) -> None:
        """Put values in the place of a node's, for all that is made from it."""
        for place, value in enumerate(values):
            self.overrides[place][node.place] = value
            self._changed[place] = dict(self.starts[place]) | self.overrides[place]

    def forget(self, mark: int) -> None:
        """Drop what is known of nodes that are no longer on the tape."""
        for known in (*self._known, *self._changed):
            for place in [place for place in known if place >= mark]:
                del known[place]

    def claimed(self, node: Node) -> list[Values]:
        """The value that a line gives, even where another was put in its place."""
        made = []
        for place, start in enumerate(self.starts):
            known = dict(start) | {key: value for key, value in self.overrides[place].items() if key != node.place}
            made.append(self.tape.value(node, known))
        return made

    def trial(self, node: Node, changes: list[tuple[Node, list[Values]]], *, most: int = COUNT) -> list[Values]:
        """The value of a node with changes that are not kept, at the first points only where `most` says so."""
        made = []
        for place, start in enumerate(self.starts[:most]):
            own = {key: value for key, value in self.overrides[place].items() if key != node.place}
            known = dict(start) | own | {changed.place: values[place] for changed, values in changes}
            made.append(self.tape.value(node, known))
        return made

    def slope(self, of: Node, wrt: Node) -> list[Values]:
        """∂of/∂wrt at every point, exact."""
        key = (of.place, wrt.place)
        if key not in self._slopes:
            self._slopes[key] = [self.tape.slope(of, wrt, known) for known in self._known]
        return self._slopes[key]

    def path(self, of: Node, wrt: Node, held: frozenset[int]) -> list[Values]:
        """The same without what passes through `held`."""
        return [self.tape.slope(of, wrt, known, held=held) for known in self._known]

    def finite(self, node: Node) -> bool:
        """Whether it is a number at every point."""
        import numpy as np

        return all(bool(np.isfinite(value).all()) for value in self.plain(node))


def _start(tape: Tape, seed: int, shares: str, *, positive: bool) -> Known:
    made = {place: drawn(leaf.name, leaf.shape, seed=seed, positive=positive) for place, leaf in tape.leaves.items()}
    if shares:
        targets = [place for place, leaf in tape.leaves.items() if is_target(leaf.name)]
        single = [place for place in targets if made[place].ndim == 0]
        total = sum(float(made[place]) for place in single)
        for place in targets:
            if made[place].ndim == 0:
                made[place] = made[place] / total
            else:
                made[place] = made[place] / made[place].sum(axis=-1 if shares == "last axis" else 0, keepdims=True)
    return dict(made)


def ratio(claimed: list[Values], exact: list[Values]) -> float | None:
    """The number c with claimed = c · exact at every point, or None."""
    import numpy as np

    pairs = [(np.squeeze(left), np.squeeze(right)) for left, right in zip(claimed, exact, strict=True)]
    if any(left.shape != right.shape for left, right in pairs):
        return None
    left = np.concatenate([np.ravel(pair[0]) for pair in pairs])
    right = np.concatenate([np.ravel(pair[1]) for pair in pairs])
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return None
    size = float((right * right).sum())
    if size == 0:
        return 1.0 if not left.any() else None
    factor = float((left * right).sum()) / size
    if factor == 0:
        return None
    slack = CLOSE * np.maximum(np.abs(left), np.abs(factor * right)) + CLOSE * 1e-3 * np.abs(left).max()
    return factor if bool((np.abs(left - factor * right) <= slack).all()) else None


def same(left: float | None, right: float) -> bool:
    """Whether two factors are one."""
    return left is not None and abs(left - right) <= CLOSE * abs(right)
