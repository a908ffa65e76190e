"""What stands for the derivatives that a text names: leaves of the tape that hold the exact values."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

from sheetgrad.check.code_points import ratio
from sheetgrad.check.matrix.items import is_delta
from sheetgrad.check.matrix.scene import Scene, UndefinedError, is_loss, label_of, letters_of, misfit
from sheetgrad.read.arrays.marks import BOLD

if TYPE_CHECKING:
    from sheetgrad.check.code_points import CodePoints, Values
    from sheetgrad.read.arrays.nodes import Node
    from sheetgrad.read.python.tape import Node as Made

PREACTIVATIONS = ("z", "Z", "net", "n", "s", "u", "in", "o", "h", "a", "A", "H", "y")


@dataclass
class Stand:
    """One derivative: of what, by what, and the leaf that stands for it."""

    of: Made
    by: Made
    leaf: Made
    entrywise: bool = False
    scale: float = 1.0
    turned: bool = False


@dataclass
class Derivatives:
    """Every derivative of one reading against one loss."""

    scene: Scene
    points: CodePoints
    losses: list[Made]
    """The loss, and others that the text has beside it."""
    stands: dict[Any, Stand] = field(default_factory=dict)
    targets: dict[str, Made] = field(default_factory=dict)
    """What each δ is the derivative by."""
    turned: bool = False
    """Whether derivatives have the transposed shape of what they are by."""

    @property
    def loss(self) -> Made:
        """What gradients are of where a text does not say so."""
        return self.losses[0]

    def loss_of(self, by: Made) -> Made | None:
        """The first loss in which something has a part."""
        return next((loss for loss in self.losses if loss.made_from(by)), None)

    def of(self, node: Node, line: int) -> Made:
        """The leaf for ∂L/∂W, or for ∂a/∂z where each entry of a depends on one entry of z."""
        if self.nameless(node, line):
            by = self.targets.get(f"∂{node.parts[0].text}")
            if by is None:
                raise UndefinedError(f"nothing here is called {letters_of(node.parts[0].text)}")
            return self._stand(("δ", f"∂{node.parts[0].text}"), self.loss_of(by) or self.loss, by).leaf
        return self.stand(node, line).leaf

    def nameless(self, node: Node, line: int) -> bool:
        """Whether it is dz for a z that the text never names: then its value tells what z is."""
        if node.kind != "gradient":
            return False
        with suppress(UndefinedError):
            self.array(node.parts[0], line)
            return False
        return True

    def stand(self, node: Node, line: int) -> Stand:
        """The derivative that a node names; raises `FitError` for one that is no array."""
        by = self.array(node.parts[-1], line)
        of, entrywise = self.loss_of(by) or self.loss, False
        if node.kind == "jacobian":
            above = node.parts[0]
            top = self.scene.version(above.text, line, number=True)
            entrywise = top is not None and bool(top.shape) and not is_loss(above.text)
            of = of if top is None else top
        if entrywise and of.shape != by.shape:
            raise misfit("a derivative that is no array of the shape of either")
        if not of.made_from(by):
            raise UndefinedError("a derivative by something that has no part in it")
        return self._stand((node.kind, of.place, by.place), of, by, entrywise=entrywise)

    def named(self, key: str, line: int) -> Made | None:
        """The leaf for a δ; None for any other name."""
        if not is_delta(key):
            return None
        by = self.targets.get(key) or self.meant(key, line)
        if by is None:
            return None
        return self._stand(("δ", key), self.loss_of(by) or self.loss, by).leaf

    def meant(self, key: str, line: int) -> Made | None:
        """What a δ is the derivative by, as its layer says."""
        label = label_of(key) or letters_of(key).removeprefix("δ").removeprefix("delta").strip("_")
        bold = BOLD if BOLD in key else ""
        prefixes = (bold, "" if bold else BOLD) if label else ()
        for own in {label, label.upper(), label.lower()} if label and not label.isdigit() else ():
            found = self.known(own, line)
            if found is not None and found.operation and self.loss_of(found) is not None:
                return found
        for prefix, letters in product(prefixes, PREACTIVATIONS):
            for other in (f"{letters}({label})", f"{letters}_{label}"):
                found = self.known(prefix + other, line)
                if found is not None and found.operation and self.loss_of(found) is not None:
                    return found
        return None

    def known(self, key: str, line: int) -> Made | None:
        """The array of that name."""
        found = self.scene.version(key, line)
        return self.scene.leaves.get(self.scene.key(key)) if found is None else found

    def array(self, node: Node, line: int) -> Made:
        """The array that something is derived by; without a layer it is the last one of that letter."""
        if node.kind != "name":
            raise misfit("a derivative by something that is no name")
        found = self.known(node.text, line)
        if found is None and not label_of(node.text):
            same = [key for key in self.scene.versions if letters_of(key) == letters_of(node.text)]
            found = self.known(max(same, key=label_of), line) if same else None
        if found is None:
            raise UndefinedError(f"nothing here is called {letters_of(node.text)}{label_of(node.text)}")
        return found

    def _stand(self, key: Any, of: Made, by: Made, *, entrywise: bool = False) -> Stand:  # noqa: ANN401 -- any key
        import numpy as np

        if key not in self.stands:
            leaf = self.scene.tape.leaf(np.ones(by.shape[::-1] if self._turns(key) else by.shape))
            self.stands[key] = Stand(of, by, leaf, entrywise, turned=self._turns(key))
            self._put(self.stands[key])
        return self.stands[key]

    def _put(self, stand: Stand) -> None:
        self.points.put(stand.leaf, [value * stand.scale for value in self.exact(stand)])

    def _turns(self, key: Any) -> bool:  # noqa: ANN401 -- any key
        return self.turned and key[0] != "δ"

    def rescale(self, stand: Stand, scale: float) -> None:
        """From now on the name stands for so many times the derivative."""
        if stand.scale != scale:
            stand.scale = scale
            self._put(stand)

    def exact(self, stand: Stand) -> list[Values]:
        """Its values at every point."""
        exact = self.points.slope(stand.of, stand.by)
        return [value.T for value in exact] if stand.turned else exact

    def settle(self, key: str, by: Made) -> Stand:
        """From now on that δ is the derivative by this."""
        self.targets[key] = by
        return self._stand(("δ", key), self.loss_of(by) or self.loss, by)

    def delta(self, key: str) -> Stand | None:
        """The stand for a δ."""
        return self.stands.get(("δ", key))


def factor(value: Made, exact: list[Values], points: CodePoints, *, diagonal: bool = False) -> float | None:
    """The number c with value = c · exact at every point; a single number goes for every entry.

    With `diagonal` a square array may hold the entries on its diagonal.
    """
    import numpy as np

    made = points.value(value)
    if diagonal and made[0].ndim == 2 and made[0].shape[0] == made[0].shape[1] == exact[0].size:
        exact = [np.diag(np.ravel(one)) for one in exact]
    spread = [
        np.broadcast_to(left, right.shape) if left.ndim == 0 else left for left, right in zip(made, exact, strict=True)
    ]
    return ratio(spread, exact)


__all__ = ["Derivatives", "Stand", "factor"]
