"""Every way to take a text with arrays, and the one under which most of it holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from sheetgrad.check.code_points import CodePoints
from sheetgrad.check.matrix.assume import assumed
from sheetgrad.check.matrix.derivatives import Derivatives
from sheetgrad.check.matrix.forward import Loss, build, defines, losses, name_outputs
from sheetgrad.check.matrix.items import Item, items
from sheetgrad.check.matrix.judge import CLAIMS, Judgement, judged
from sheetgrad.check.matrix.mending import Blamed, put_right
from sheetgrad.check.matrix.scene import Scene, letters_of
from sheetgrad.read.arrays.lexer import GENERIC
from sheetgrad.read.arrays.marks import BOLD
from sheetgrad.read.python.leaves import SHARES
from sheetgrad.read.python.limits import FitError, UnreadableCodeError
from sheetgrad.read.python.shapes import BATCH, Choices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.arrays.equations import Line
    from sheetgrad.read.python.tape import Node as Made

PASSES = 12
"""Ways to choose shapes that are tried for one reading."""
MOST = 40
"""Readings judged in all."""
MOST_ITEMS = 400
"""Equations; a text with more is not one derivation."""


@dataclass(slots=True)
class Way:
    """One way to take a text."""

    scene: Scene
    items: list[Item]
    failed: dict[int, str]
    loss: Loss
    judgement: Judgement
    blamed: Blamed | None = None
    """The forward equation that was put right first."""

    @property
    def score(self) -> tuple[int, int, int]:
        """How well it fits: claims right less claims wrong, then what was followed."""
        wrong = self.judgement.count("false", *CLAIMS) + self.judgement.count("misfit", *CLAIMS)
        wrong += self.judgement.count("undefined")
        right = self.judgement.count("true", *CLAIMS)
        return (right - 2 * wrong - 3 * len(self.failed), right, -self.judgement.count("unread"))

    @property
    def clean(self) -> bool:
        """Whether nothing in it is wrong or left open."""
        wrong = [ruling for ruling in self.judgement.rulings if ruling.verdict not in {"true", "given"}]
        return not wrong and not self.failed


def best(lines: Sequence[Line]) -> Way | None:
    """The way under which most is right."""
    own = items(lines)
    if len(own) > MOST_ITEMS:
        return None
    top: Way | None = None
    for found in [[*forward, *own] for forward in assumed(own)] or [own]:
        top = _best(found, top)
        if top is not None and top.clean:
            return top
    if top is None:
        return None
    scene = top.scene

    def again(changed: list[Item]) -> Way | None:
        made, failed = _fitting(changed, scene.batch, scene.generic, merged=scene.merged)
        return None if failed else max(_ways(made, changed, failed), key=lambda way: way.score, default=None)

    better = put_right(top, again)
    if better is None:
        return top
    top, top.blamed = better
    return top


def _best(found: list[Item], top: Way | None) -> Way | None:
    """The best of the ways so far and those to take these equations."""
    tried = 0
    for scene, failed in _scenes(found):
        for way in _ways(scene, found, failed):
            tried += 1
            if top is None or way.score > top.score:
                top = way
            if top.clean:
                return top
        if tried > MOST:
            break
    return top


def _scenes(found: Sequence[Item]) -> Iterator[tuple[Scene, dict[int, str]]]:
    """Scenes with the forward part built, the likeliest first."""
    keys = {key for item in found for key in item.names()}
    heads = {item.left.text for item in found if item.left is not None and defines(item)}
    mixed = any(BOLD + key in keys for key in keys)
    apart = any(BOLD + key in heads for key in heads)
    merging = (False,) if apart or not mixed else (True, False)
    words = {
        part.text.partition("(")[0]
        for item in found
        for node in item.nodes
        if node is not None
        for part in node.walk()
        if part.kind in {"call", "slope"}
    }
    generics = ("generic", "sigmoid", "tanh") if words & GENERIC else ("generic",)
    batches = _batches(found, keys)
    for merged, generic, batch in product(merging, generics, batches):
        yield _fitting(found, batch, generic, merged=merged)


def _batches(found: Sequence[Item], keys: set[str]) -> tuple[str, ...]:
    """Which names may hold many samples: a mean over m, or a sum in a gradient, says that some do."""
    capitals = any(letters_of(key)[:1] in {"X", "A", "Z"} for key in keys)
    summed = any(
        part.kind in {"total", "ones"} or (part.kind == "call" and part.text in {"sum", "mean"})
        for item in found
        if not defines(item)
        for node in item.nodes
        if node is not None
        for part in node.walk()
    )
    if keys & {"m", "N"} or summed:
        return ("capitals", "all") if capitals else ("all", "capitals")
    return ("capitals", "none", "all") if capitals else ("none", "all")


def _fitting(found: Sequence[Item], batch: str, generic: str, *, merged: bool) -> tuple[Scene, dict[int, str]]:
    """The first shapes under which the forward part can be computed, else those with the fewest failures."""
    top: tuple[Scene, dict[int, str]] | None = None
    decisions: tuple[int, ...] | None = ()
    for _ in range(PASSES):
        if decisions is None:
            break
        scene = Scene(batch, Choices(decisions), generic, merged=merged)
        name_outputs(scene, found)
        try:
            failed = build(scene, found)
        except UnreadableCodeError as error:
            failed = dict.fromkeys(range(len(found)), str(error))
        if top is None or len(failed) < len(top[1]):
            top = (scene, failed)
        if not failed:
            break
        decisions = scene.choices.following()
    assert top is not None  # noqa: S101 -- one pass at least
    return top


def _ways(scene: Scene, found: list[Item], failed: dict[int, str]) -> Iterator[Way]:
    logarithm = any(node.operation == "log" for node in scene.tape.nodes)
    possible = losses(scene, found)
    for loss in possible:
        nodes = [loss.node, *(other.node for other in possible if other.own and other is not loss)]
        for shares in _shares(scene) if logarithm or "log" in loss.words else SHARES[:1]:
            try:
                first = _judged(scene, found, nodes, shares, own=loss.own)
                yield Way(scene, found, failed, loss, first)
                if first.others:
                    again = _judged(scene, found, nodes, shares, own=loss.own, targets=first.others)
                    yield Way(scene, found, failed, loss, again)
                if first.count("misfit") >= first.count("true", *CLAIMS):
                    again = _judged(scene, found, nodes, shares, own=loss.own, turned=True)
                    yield Way(scene, found, failed, loss, again)
                if scene.batch != "none" and any(ruling.verdict != "true" for ruling in first.rulings):
                    again = _judged(scene, found, nodes, shares, own=loss.own, brought=float(BATCH))
                    yield Way(scene, found, failed, loss, again)
            except (FitError, UnreadableCodeError, ValueError, IndexError):
                continue


def _shares(scene: Scene) -> tuple[str, ...]:
    """What targets obey: with a softmax most likely sums of 1."""
    divided = any(
        node.operation == "divide" and node.made_from(other)
        for node in scene.tape.nodes
        for other in _exponentials(scene)
    )
    return SHARES[1:] + SHARES[:1] if divided else SHARES


def _exponentials(scene: Scene) -> list[Made]:
    return [node for node in scene.tape.nodes if node.operation == "exp"][:1]


def _judged(
    scene: Scene,
    found: list[Item],
    nodes: list[Made],
    shares: str,
    *,
    own: bool,
    targets: dict[str, Made] | None = None,
    brought: float = 1.0,
    turned: bool = False,
) -> Judgement:
    for positive in (False, True):
        points = CodePoints(scene.tape, shares=shares, positive=positive)
        if points.finite(nodes[0]):
            break
    scene.derivatives = Derivatives(scene, points, nodes, targets=dict(targets or {}), turned=turned)
    return judged(found, scene.derivatives, own=own, brought=brought)
