"""The verdict on each claim of a program, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.check.code_points import TOO_LARGE

if TYPE_CHECKING:
    from sheetgrad.check.code_claims import Gradient, Update
    from sheetgrad.check.code_losses import Loss
    from sheetgrad.check.code_optimizers import Rule
    from sheetgrad.check.code_points import CodePoints
    from sheetgrad.read.python.tape import Node


@dataclass(slots=True, eq=False)
class Ruling:
    """One claim judged."""

    claim: Gradient
    verdict: str
    target: Node | None = None
    factor: float | None = None
    """claimed = factor · exact, where that is so."""
    reason: str = ""
    wanted: float = 1.0
    """The factor that would have been right."""


@dataclass(slots=True, eq=False)
class UpdateRuling:
    """One update judged."""

    update: Update
    verdict: str
    factor: float | None = None
    reason: str = ""
    rule: Rule | None = None
    """What the step turned out to be, where it is more than a gradient times a number."""


@dataclass(slots=True)
class Judgement:
    """A program judged against one loss."""

    loss: Loss
    points: CodePoints
    scale: float = 1.0
    """Every final gradient is the derivative times this."""
    claims: list[Gradient] = field(default_factory=list)
    moves: list[Update] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    updates: list[UpdateRuling] = field(default_factory=list)

    @property
    def verdicts(self) -> list[str]:
        """The verdict on every gradient and every update."""
        return [*(ruling.verdict for ruling in self.rulings), *(ruling.verdict for ruling in self.updates)]

    @property
    def score(self) -> tuple[int, int, int, int]:
        """How well it fits: final gradients right, all claims right, less those wrong, and how many by a factor."""
        right = [ruling for ruling in self.rulings if ruling.verdict == "true"]
        wrong = sum(ruling.verdict == "false" for ruling in self.rulings)
        known = sum(ruling.verdict == "false" and ruling.factor is not None for ruling in self.rulings)
        moved = sum(ruling.verdict == "true" for ruling in self.updates)
        lost = sum(ruling.verdict == "false" for ruling in self.updates)
        return (sum(ruling.claim.final for ruling in right) + moved - wrong - lost, len(right), -wrong, known)


def judgeable(made: Judgement, target: Node) -> bool:
    """Whether the loss is made from it, and it is not too large."""
    return made.loss.node.made_from(target) and target.value.size <= TOO_LARGE


def candidates(made: Judgement, node: Node) -> list[Node]:
    """What a gradient of that size may be by: parts of the loss that are made from a parameter."""
    import numpy as np

    loss = made.loss.node
    wanted = np.squeeze(node.value).shape
    parts = [
        other
        for other in made.points.tape.nodes[: loss.place]
        if loss.made_from(other)
        and np.squeeze(other.value).shape == wanted
        and other.operation not in {"negative", "put"}
        if other.operation or other.name
        if other.value.size <= TOO_LARGE and other.value.dtype.kind == "f"
    ]
    return parts[::-1][:40]
