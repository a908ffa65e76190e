"""Optimizers in code: momentum, Nesterov, Adagrad, RMSprop, Adam and weight decay, told by what one step does.

The step of a weight is a function of the weight, its gradient and what is
remembered of earlier steps. It is evaluated at drawn numbers and compared with the
rules that people use, whatever their constants: `v = μv + g` or `v = μv - ηg` or
`v = βv + (1 - β)g`, with a bias correction or without. What fits none of them and
none of the known mistakes stays unjudged.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_bias import bias
from sheetgrad.check.code_moves import finite, fitted

if TYPE_CHECKING:
    from sheetgrad.check.code_moves import Move, Values
    from sheetgrad.read.python.tape import Node


class Rule(NamedTuple):
    """What a step turned out to be."""

    verdict: str
    words: str = ""
    """The name of the rule, where it is one."""
    code: str = ""
    message: str = ""
    memory: Node | None = None
    """The remembered leaf whose next value is wrong; None where the step itself is."""
    at: Node | None = None
    """The quantity that is wrong, where it is another one."""
    kept: tuple[float, ...] = ()
    """How what is remembered goes on, for comparison with other weights."""


class Kept(NamedTuple):
    """Something remembered and how it goes on: `keep` times itself and `brought` times the gradient, or its square."""

    leaf: Node
    after: Values
    keep: float
    brought: float


OWN = Rule("given")
MIXED = "Its two constants do not add up to 1: one belongs to the other moment."
MOST_DECAY = 0.5
"""Of a weight in one step; more is no decay."""
WITH_DECAY = " with weight decay"


def recognised(move: Move) -> Rule:
    """The rule that a step follows, or the mistake in it."""
    return _linear(move) or _adaptive(replace(move, positive=True))


# --- steps that are sums: gradient descent, momentum, Nesterov -----------------------------------------


def _linear(move: Move) -> Rule | None:
    leaves = [move.tape.nodes[place] for place in sorted(move.memories)]
    columns = [move.values(node) for node in (move.gradient, move.weight, *leaves)]
    found = fitted(columns, move.step())
    if found is None:
        return None
    slope, decay, *shares = found
    if decay <= -MOST_DECAY or decay >= MOST_DECAY:
        return OWN
    if decay > 0:
        return _sign("The weight decay makes the weight grow.")
    decayed = WITH_DECAY if decay else ""
    used = [(leaf, share) for leaf, share in zip(leaves, shares, strict=True) if share]
    if not used:
        return _plain(slope, decayed)
    if len(used) > 1 or not slope:
        return OWN
    return _momentum(move, *used[0], slope, decayed)


def _plain(slope: float, decayed: str) -> Rule:
    if slope == 0:
        return OWN
    return _uphill() if slope > 0 else Rule("true", f"gradient descent{decayed}")


def _momentum(move: Move, leaf: Node, share: float, slope: float, decayed: str) -> Rule:
    kept = _first(move, leaf)
    if kept is None or kept.keep > 1:
        return OWN
    if kept.keep < 0:
        return Rule("false", "", "sign", "What is remembered is subtracted where it should be carried on.", leaf)
    if slope > 0:
        return _uphill()
    if share * kept.brought > 0:
        return _sign("What is remembered pushes the weight up the slope.")
    heavy, ahead = kept.keep / kept.brought, kept.keep**2 / (1 + kept.keep) / kept.brought
    for ratio, words in ((heavy, "momentum"), (ahead, "Nesterov's momentum")):
        if _same(share / slope, ratio):
            return Rule("true", words + decayed, kept=_constants(kept))
    return OWN


def _constants(*kept: Kept | None) -> tuple[float, ...]:
    return tuple(round(number, 6) for each in kept if each is not None for number in (each.keep, each.brought))


def _first(move: Move, leaf: Node) -> Kept | None:
    """How a first moment goes on; None where it is no sum of itself and the gradient."""
    after = move.values(move.memories[leaf.place])
    found = fitted([move.values(node) for node in (leaf, move.gradient, move.weight)], after)
    return Kept(leaf, after, found[0], found[1]) if found is not None and found[1] else None


def _second(move: Move, leaf: Node) -> Kept | None:
    """The same for a second moment, which takes the square of the gradient."""
    after = move.values(move.memories[leaf.place])
    found = fitted([move.values(leaf), move.values(move.gradient) ** 2], after)
    return Kept(leaf, after, *found) if found is not None and found[1] else None


# --- steps divided by a root: Adagrad, RMSprop, Adam -----------------------------------------------------


def _adaptive(move: Move) -> Rule:
    leaves = [move.tape.nodes[place] for place in sorted(move.memories)]
    firsts = [kept for leaf in leaves if (kept := _first(move, leaf)) is not None]
    seconds = [kept for leaf in leaves if (kept := _second(move, leaf)) is not None]
    for second in seconds:
        for first in (*firsts, None):
            found = _fit(move, first, second)
            if found is not None:
                return _judged(move, first, second, *found)
    for second in seconds:
        if second.brought < 0:
            return Rule(
                "false", "", "sign", "The squares of the gradients are subtracted; they must be added.", second.leaf
            )
    if not finite(move.step()):
        corrected = [bias(move, first, second) for second in seconds for first in (*firsts, None)]
        return next((Rule("false", "", b.code, b.message, at=b.at) for b in corrected if b.code), OWN)
    return _known_mistake(move, firsts, seconds)


def _fit(move: Move, first: Kept | None, second: Kept, power: float = 0.5) -> list[float] | None:
    import numpy as np

    above = move.values(move.gradient) if first is None else first.after
    with np.errstate(all="ignore"):
        return fitted([above / np.abs(second.after) ** power, move.values(move.weight)], move.step())


def _judged(move: Move, first: Kept | None, second: Kept, slope: float, decay: float) -> Rule:
    for kept in (first, second):
        if kept is not None and kept.keep < 0:
            return Rule(
                "false", "", "sign", "What is remembered is subtracted where it should be carried on.", kept.leaf
            )
    if slope * (1 if first is None else first.brought) > 0:
        return _uphill()
    if decay > 0:
        return _sign("The weight decay makes the weight grow.")
    if first is not None and (mixed := _mixed(first, second)):
        return mixed
    words = "Adam" if first is not None else "Adagrad" if _same(second.keep, 1) else "RMSprop"
    corrected = bias(move, first, second)
    if corrected.code:
        return Rule("false", "", corrected.code, corrected.message, at=corrected.at)
    decayed = WITH_DECAY if decay else ""
    return Rule("true", words + corrected.words + decayed, kept=_constants(first, second))


def _mixed(first: Kept, second: Kept) -> Rule | None:
    """Whether a moment is faded by one constant and fed by the other's."""
    for kept, other in ((first, second), (second, first)):
        if _same(kept.brought, 1 - other.keep) and not _same(kept.keep, other.keep):
            return Rule("false", "", "wrong-index", MIXED, kept.leaf)
        usual = _same(kept.brought, 1 - kept.keep) or _same(kept.brought, 1)
        if _same(kept.keep, other.keep) and not usual and _same(other.brought, 1 - other.keep):
            return Rule("false", "", "wrong-index", MIXED, kept.leaf)
    return None


def _known_mistake(move: Move, firsts: list[Kept], seconds: list[Kept]) -> Rule:
    for second in seconds:
        for first in (*firsts, None):
            if _fit(move, first, second, 1.0) is not None:
                return Rule("false", "", "lost-root", "The step is divided by the second moment, not by its root.")
    for first, second in permutations([*firsts, *seconds], 2):
        if first.leaf is second.leaf or _fit(move, first, second) is None:
            continue
        if second in firsts:
            message = "Under the root belongs the mean of the squares of the gradient."
            return Rule("false", "", "lost-power", message, second.leaf)
        message = "The first moment is a mean of the gradient, not of its square."
        return Rule("false", "", "extra-power", message, first.leaf)
    for second in firsts:
        if _fit(move, None, second) is not None:
            message = "Under the root belongs the mean of the squares of the gradient."
            return Rule("false", "", "lost-power", message, second.leaf)
    return OWN


def _uphill() -> Rule:
    return _sign("The update moves the weight up the slope: the loss grows. Subtract the gradient.")


def _sign(message: str) -> Rule:
    return Rule("false", "", "sign", message)


def _same(left: float, right: float) -> bool:
    return abs(left - right) <= 1e-6 * max(abs(left), abs(right), 1e-12)
