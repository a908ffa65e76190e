"""What is said about a wrong equation between arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_points import same
from sheetgrad.check.matrix.mend import mended
from sheetgrad.check.matrix.scene import RATES, letters_of
from sheetgrad.check.matrix.spelling import Style, spelled
from sheetgrad.check.matrix.values import values
from sheetgrad.read.python.limits import FitError
from sheetgrad.read.python.names import RATE
from sheetgrad.read.python.shapes import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.matrix.items import Item
    from sheetgrad.check.matrix.judge import Judgement, Ruling

SHAPES = frozenset({"transpose", "order"})


class Reason(NamedTuple):
    """A code, what would be right, and why; an empty code where it is not certain that anything is wrong."""

    code: str
    expected: str
    message: str


def reason(ruling: Ruling, made: Judgement, found: Sequence[Item], style: Style, *, turns: bool) -> Reason:
    """Why a member is wrong; `turns` says whether the text writes transposes at all."""
    if ruling.verdict == "missing-rate":
        return Reason("missing-rate", "", "The learning rate is missing here; the other updates have one.")
    plain = _by_factor(ruling, style)
    if plain is not None and plain.code in {"sign", "half", "missing-mean"} and ruling.target.kind != "update":
        mend = mended(ruling, made, found)
        if mend is not None and mend.code != plain.code:
            return Reason(mend.code, spelled(mend.node, style), mend.message)
        return plain
    mend = mended(ruling, made, found)
    if mend is not None:
        if ruling.verdict == "misfit" and mend.code in SHAPES and not turns:
            return Reason("", "", "the shapes do not fit as it is written, and the text marks no transpose anywhere")
        shapes = f" As it stands, {ruling.reason} do not go together." if ruling.verdict == "misfit" else ""
        return Reason(mend.code, spelled(mend.node, style), mend.message + shapes)
    if plain is not None:
        return plain
    if ruling.verdict == "misfit":
        return Reason("", "", f"the shapes do not fit: {ruling.reason}")
    if _trusted(made):
        return Reason("wrong-gradient", "", "This is not the derivative of the loss by what stands on the left.")
    return Reason("", "", "it does not hold as it was read, and too little else here does to be sure of the reading")


def _by_factor(ruling: Ruling, style: Style) -> Reason | None:
    if ruling.factor is None:
        return None
    yours = spelled(ruling.node, style)
    if ruling.target.kind == "update":
        return Reason("sign", "", "The update moves up the slope: the loss grows. Subtract the gradient.")
    off = ruling.factor / ruling.wanted
    if same(off, -1.0):
        return Reason("sign", f"-({yours})", "The sign is the wrong way round.")
    if same(off, 2.0) or same(off, 0.5):
        return Reason("half", f"{'½' if off > 1 else '2'} ({yours})", f"It is {off:g} times what it should be.")
    if same(off, float(BATCH)):
        return Reason("missing-mean", f"1/m ({yours})", "The mean over the samples is missing: this is a sum.")
    if same(off, 1 / BATCH):
        return Reason("missing-mean", "", "The mean over the samples is taken once too often.")
    return Reason("constant-factor", "", f"It is {off:.6g} times what it should be, everywhere.")


def _trusted(made: Judgement) -> bool:
    """Whether enough else holds to be sure of how the text was read."""
    kinds = ("gradient", "delta", "update", "change")
    right = made.count("true", *kinds)
    wrong = made.count("false", *kinds) + made.count("misfit", *kinds)
    return right >= 3 and right > 2 * wrong


def lost_rates(made: Judgement) -> None:
    """Updates without a learning rate, where others have one."""
    updates = [ruling for ruling in made.rulings if ruling.target.kind == "update" and ruling.verdict == "true"]
    bare = [ruling for ruling in updates if not _has_rate(ruling)]
    if len(bare) < len(updates):
        for ruling in bare:
            if ruling.factor is not None and same(abs(ruling.factor), abs(made.scale)):
                ruling.verdict = "missing-rate"


def _has_rate(ruling: Ruling) -> bool:
    return any(RATE.fullmatch(key) or RATES.fullmatch(letters_of(key)) for key in ruling.node.names())


def witness(ruling: Ruling, made: Judgement) -> str:
    """An entry in which the two sides differ."""
    import numpy as np

    try:
        ways = values(ruling.node, made.derivatives.scene, ruling.item.line)
    except FitError:
        return ""
    yours = np.ravel(made.derivatives.points.value(ways[0])[0])
    exact = np.ravel(ruling.target.exact[0]) * ruling.wanted if ruling.target.exact else yours
    if ruling.target.kind == "update" or yours.size != exact.size:
        return ""
    place = int(np.argmax(np.abs(yours - exact)))
    return f"at a random point: yours {yours[place]:.6g}, should be {exact[place]:.6g}"
