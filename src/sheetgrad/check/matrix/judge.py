"""Equations between arrays against the exact derivative of the text's own loss.

Every derivative that a line names holds its exact value while the next line is
judged, so that one mistake is blamed once, where it is made. A factor that all
gradients share is a convention, and is kept with the name that brings it in.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.check.code_points import same
from sheetgrad.check.matrix.chains import telescopes
from sheetgrad.check.matrix.derivatives import Derivatives, factor
from sheetgrad.check.matrix.items import is_delta, renewed
from sheetgrad.check.matrix.scene import RATES, UndefinedError, letters_of
from sheetgrad.check.matrix.targets import Target, target
from sheetgrad.check.matrix.values import values
from sheetgrad.read.python.limits import FitError, TooMuchError
from sheetgrad.read.python.shapes import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.matrix.derivatives import Stand
    from sheetgrad.check.matrix.items import Item
    from sheetgrad.read.arrays.nodes import Node
    from sheetgrad.read.python.tape import Node as Made


@dataclass(slots=True, eq=False)
class Ruling:
    """The verdict on one member of one equation."""

    item: Item
    member: int
    target: Target
    verdict: str
    factor: float | None = None
    reason: str = ""
    wanted: float = 1.0
    """The factor that would have been right."""

    @property
    def node(self) -> Node:
        """The member itself."""
        found = self.item.nodes[self.member]
        assert found is not None  # noqa: S101 -- members not read get no ruling of this kind
        return found


@dataclass(slots=True)
class Judgement:
    """All rulings against one loss."""

    derivatives: Derivatives
    rulings: list[Ruling] = field(default_factory=list)
    scale: float = 1.0
    brought: float = 1.0
    news: set[str] = field(default_factory=set)
    """Names of the text's own, such as a momentum."""
    others: dict[str, Made] = field(default_factory=dict)
    """For each δ that is not the derivative by what its layer says: by what it is one."""

    def count(self, verdict: str, *kinds: str) -> int:
        """How many have that verdict, of some kinds of target or of all."""
        return sum(ruling.verdict == verdict and (not kinds or ruling.target.kind in kinds) for ruling in self.rulings)


MOST = 30
"""Arrays without a name that something may be the derivative by."""
CLAIMS = ("gradient", "delta", "change", "update", "local")


def judged(found: Sequence[Item], derivatives: Derivatives, *, own: bool, brought: float = 1.0) -> Judgement:
    """Judge every equation; `brought` is the factor of what has a wrong line of its own and none before it."""
    made = Judgement(derivatives, brought=brought)
    for item in _ordered(found):
        made.rulings += _rulings(item, made)
    made.scale = _scale(made, own=own)
    for ruling in made.rulings:
        _settle(ruling, made, own=own)
    return made


def _ordered(found: Sequence[Item]) -> list[Item]:
    """What says what a δ is comes before what uses it; else as the text has it."""
    heads = {item.left.text for item in found if item.left is not None and item.left.kind == "name"}
    done: set[str] = set()
    waiting = list(found)
    ordered: list[Item] = []
    while waiting:
        ready = [item for item in waiting if not (_deltas(item) & heads) - done] or waiting[:1]
        item = ready[0]
        waiting.remove(item)
        ordered.append(item)
        if item.left is not None and item.left.kind == "name":
            done.add(item.left.text)
    return ordered


def _deltas(item: Item) -> set[str]:
    own = item.left.text if item.left is not None and item.left.kind == "name" else ""
    keys = {key for node in item.nodes[1:] if node is not None for key in node.names()}
    return {key for key in keys if is_delta(key)} - {own}


def _rulings(item: Item, made: Judgement) -> list[Ruling]:
    try:
        aim = target(item, made.derivatives)
    except FitError as error:
        aim = Target("unknown")
        return [Ruling(item, place, aim, "unread", reason=str(error)) for place in range(1, len(item.nodes))]
    found: list[Ruling] = []
    for place, node in enumerate(item.nodes):
        if place and node is not None:
            found.append(_ruling(item, place, node, aim, made))
        elif place:
            found.append(Ruling(item, place, aim, "unread", reason="this could not be read"))
    _keep_factor(item, found, made)
    return found


def _ruling(item: Item, place: int, node: Node, aim: Target, made: Judgement) -> Ruling:
    derivatives = made.derivatives
    if aim.kind == "new":
        made.news.add(aim.key)
    if aim.kind == "new" or (aim.kind == "update" and any(map(renewed, node.names()))):
        return Ruling(item, place, aim, "given")
    if telescopes(item.left, node):
        return Ruling(item, place, aim, "true", factor=None)
    if aim.kind == "formal":
        return Ruling(item, place, aim, "given")
    try:
        ways = values(node, derivatives.scene, item.line)
    except UndefinedError as error:
        news = node.names() & made.news
        return Ruling(item, place, aim, "given" if news else "undefined", reason=str(error))
    except (FitError, TooMuchError) as error:
        return Ruling(item, place, aim, "misfit", reason=str(error))
    if aim.kind == "delta" and aim.stand is None:
        aim = _settled(aim, _fitting(ways, made), made)
        if aim.stand is None:
            return Ruling(item, place, aim, "unread", reason="which derivative this is could not be told")
    if aim.kind == "update":
        return _update(item, place, aim, ways, made)
    if aim.kind == "gradient" and (setting := _beside_loss(node, made)):
        return Ruling(item, place, aim, "unread", reason=f"{setting} has no part in the loss that it is judged against")
    factors = [factor(way, list(aim.exact), derivatives.points, diagonal=aim.kind == "local") for way in ways]
    known = [one for one in factors if one is not None]
    best = next((one for one in known if same(one, 1.0)), known[0] if known else None)
    if best is None and aim.kind == "delta" and place == 1 and (other := _fitting(ways, made)) is not None:
        made.others[aim.key] = other
    if aim.kind == "value":
        return Ruling(item, place, aim, "true" if same(best, 1.0) else "false", best)
    return Ruling(item, place, aim, "false" if best is None else "true", best)


def _beside_loss(node: Node, made: Judgement) -> str:
    """A setting, such as λ, that a gradient holds and the loss does not."""
    for key in node.names():
        found = made.derivatives.scene.leaves.get(made.derivatives.scene.key(key))
        alone = found is not None and not any(loss.made_from(found) for loss in made.derivatives.losses)
        if RATES.fullmatch(letters_of(key)) and alone and found is not None and not found.shape:
            return letters_of(key)
    return ""


def _fitting(ways: Sequence[Made], made: Judgement) -> Made | None:
    """The array that a value is the derivative by, if there is one."""
    derivatives = made.derivatives
    named = [version.node for versions in derivatives.scene.versions.values() for version in versions]
    shapes = {way.shape for way in ways}
    others = [node for node in derivatives.scene.tape.nodes[: derivatives.loss.place] if node.shape in shapes]
    for by in [*sorted(named, key=lambda node: node.place), *others[::-1][:MOST]]:
        loss = derivatives.loss_of(by)
        if not by.shape or loss is None or by is loss:
            continue
        exact = derivatives.points.slope(loss, by)
        if any(factor(way, exact, derivatives.points) is not None for way in ways):
            return by
    return None


def _settled(aim: Target, by: Made | None, made: Judgement) -> Target:
    """A δ without a layer, now that it is known what it is the derivative by."""
    if by is None:
        return aim
    stand = made.derivatives.settle(aim.key, by)
    return aim._replace(stand=stand, exact=tuple(made.derivatives.exact(stand)))


def _update(item: Item, place: int, aim: Target, ways: Sequence[Made], made: Judgement) -> Ruling:
    points = made.derivatives.points
    assert aim.stand is not None  # noqa: S101 -- an update has one
    tape = made.derivatives.scene.tape
    for way in ways:
        try:
            moved = tape.record("subtract", way, aim.stand.by)
        except FitError:
            continue
        found = factor(moved, list(aim.exact), points)
        if found is not None:
            return Ruling(item, place, aim, "true" if found < 0 else "false", found)
    return Ruling(item, place, aim, "false")


def _keep_factor(item: Item, found: Sequence[Ruling], made: Judgement) -> None:
    """The name keeps the factor that its own line gives it, or that what it is made from has."""
    aim = found[0].target if found else None
    if aim is None or aim.stand is None or aim.kind not in {"gradient", "delta"}:
        return
    first = next((ruling.factor for ruling in found if ruling.factor is not None), None)
    if first is None:
        used = [stand for stand in _used(item, made) if stand is not aim.stand]
        first = used[0].scale if used else made.brought
    made.derivatives.rescale(aim.stand, float(first))


def _used(item: Item, made: Judgement) -> list[Stand]:
    """The derivatives that the right side of an equation names."""
    found: list[Stand] = []
    for node in item.nodes[1:]:
        for part in node.walk() if node is not None else ():
            if part.kind in {"gradient", "jacobian"}:
                with suppress(FitError):
                    found.append(made.derivatives.stand(part, item.line))
            elif part.kind == "name" and (known := made.derivatives.delta(made.derivatives.scene.key(part.text))):
                found.append(known)
    return [stand for stand in found if not stand.entrywise]


def _scale(made: Judgement, *, own: bool) -> float:
    """The factor that most gradients by parameters share."""
    finals = [
        ruling.factor
        for ruling in made.rulings
        if ruling.target.kind == "gradient" and ruling.target.final and ruling.factor is not None
    ]
    if not finals:
        return 1.0
    if own and any(same(one, 1.0) for one in finals):
        return 1.0
    counted = Counter(float(f"{one:.7g}") for one in finals)
    best, count = counted.most_common(1)[0]
    chosen = best if count >= len(finals) - 1 else float(f"{finals[0]:.7g}")
    return next(one for one in finals if float(f"{one:.7g}") == chosen)


def _settle(ruling: Ruling, made: Judgement, *, own: bool) -> None:
    """Hold the factor against the one that all share."""
    kind, value = ruling.target.kind, ruling.factor
    if kind not in {"gradient", "local"} or ruling.verdict != "true" or value is None:
        return
    ruling.wanted = made.scale if kind == "gradient" else 1.0
    if kind == "local":
        ruling.verdict = "true" if same(value, 1.0) else "false"
    elif ruling.target.final:
        ruling.verdict = "true" if same(value, made.scale) else "false"
    elif ruling.target.explicit and own:
        allowed = [made.scale, made.scale * BATCH, made.scale / BATCH]
        if not any(same(value, one) for one in allowed):
            ruling.verdict = "false"
