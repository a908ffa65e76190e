"""Claims that need a rule of their own: updates, and an index letter that stands for every member."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from sheetgrad.check.network import all_references, named, renamed
from sheetgrad.check.pairs import NEW, Pair, Side
from sheetgrad.check.points import has_partial
from sheetgrad.expr import Expr, Number, Partial, Ref, Row, Sum, Symbol, substitute, walk
from sheetgrad.read.arithmetic import derivatives

if TYPE_CHECKING:
    from sheetgrad.check.findings import Verdict
    from sheetgrad.check.judge import Judge
    from sheetgrad.check.points import Values
    from sheetgrad.read.claims import Claim


def update(judge: Judge, claim: Claim) -> list[Pair] | None:
    """`w5_new = w5 - η·∂E/∂w5`, and `w5 = w5 - η·∂E/∂w5` for the same."""
    first = claim.members[0].value
    if not isinstance(first, Ref):
        return None
    if first.symbol.name.startswith("Δ"):
        return _change(judge, claim, first)
    match = NEW.match(first.symbol.name)
    key = judge.network.key(match[1] or match[2]) if match else judge.network.key(first.symbol.name)
    following = claim.members[1].value
    if key is None or following is None or key in judge.network.definitions:
        return None
    _take_for_rate(judge, following, key)
    uses = {judge.network.key(use.symbol.name) for use in all_references(following)}
    moved = any(use.symbol.name == f"Δ{first.symbol.name}" for use in all_references(following))
    if match is None and not (moved or {key, "eta"} <= uses or (has_partial(following) and "eta" in uses)):
        return None
    weight = Ref(Symbol(key))
    gradient = Partial(Ref(Symbol(judge.network.loss)), weight)
    rule = weight - Ref(Symbol("eta")) * gradient
    target = Side(claim.members[0], rule, judge.network.points.value(rule))
    sides = [target, *(judge.side(member) for member in claim.members[1:])]
    for side in sides[1:]:
        side.values = _with_numbers(judge, side, rule, weight)
    return judge.pairs(sides)


def _take_for_rate(judge: Judge, node: Expr, key: str) -> None:
    """In `w - x·…` an x that nothing else is called is the rate, whatever letter somebody found for η."""
    if (
        not isinstance(node, Sum)
        or not isinstance(node.terms[0], Ref)
        or judge.network.key(node.terms[0].symbol.name) != key
    ):
        return
    unknown = {use.symbol.name for use in all_references(node) if judge.network.key(use.symbol.name) is None}
    letter = next(iter(unknown), "")
    if len(unknown) != 1 or len(letter) != 1 or letter in judge.defined:
        return
    if all(Ref(Symbol(letter)) in getattr(term, "factors", ()) for term in node.terms[1:]):
        judge.network.names[letter] = "eta"


def _change(judge: Judge, claim: Claim, first: Ref) -> list[Pair] | None:
    """`Δw5 = -η·∂E/∂w5`; with the opposite sign it is a name of the text's own, to be subtracted."""
    key = judge.network.key(first.symbol.name.removeprefix("Δ"))
    if key is None or key in judge.network.definitions:
        return None
    rule = -(Ref(Symbol("eta")) * Partial(Ref(Symbol(judge.network.loss)), Ref(Symbol(key))))
    values = judge.network.points.value(rule)
    sides = [Side(claim.members[0], rule, values), *(judge.side(member) for member in claim.members[1:])]
    found = next((side.values for side in sides[1:] if side.values is not None), None)
    if found is not None and judge.network.points.close(found, -values):
        sides[0].node, sides[0].values = -rule, -values
    made = judge.pairs(sides)
    if found is not None and sides[0].values is not None:
        wrong = any(pair.verdict == "false" for pair in made)  # what follows is judged as if it were right
        judge.network.points.fix(first.symbol.name, sides[0].values if wrong else found)
    return made


def _with_numbers(judge: Judge, side: Side, rule: Expr, weight: Ref) -> Values | None:
    """The values of a side in which numbers may stand for the rate and the weight: `w5 - 0.5·∂E/∂w5`."""
    if side.node is None or side.values is None or not has_partial(side.node):
        return side.values
    floats = list({part for part in walk(side.node) if isinstance(part, Number) and isinstance(part.value, float)})
    if not 0 < len(floats) <= MOST_NUMBERS:
        return side.values
    wanted = judge.network.points.value(rule)
    for meant in product((Ref(Symbol("eta")), weight), repeat=len(floats)):
        node = side.node
        for part, quantity in zip(floats, meant, strict=True):
            signed = quantity if float(part.value) > 0 else -quantity
            node = substitute(node, {part: signed}, tidy=False)
        values = judge.network.points.value(node)
        if judge.network.points.close(values, wanted):
            return values
    return side.values


MOST_NUMBERS = 2
"""The rate and the old weight."""


def generic(judge: Judge, claim: Claim) -> list[Pair] | None:
    """An index letter that stands on both sides stands for every member of the family."""
    keys = {use.symbol.name for m in claim.members if m.value is not None for use in all_references(m.value)}
    letters = {match[1] for key in keys if (match := re.fullmatch(r"[Ww]_?([ijknx])(?:new)?", key))}
    if len(letters) != 1 or any(member.value is None for member in claim.members):
        return None
    (letter,) = letters
    if not all(
        any(re.fullmatch(rf"[Ww]_?{letter}(?:new)?", k.symbol.name) for k in all_references(m.value))
        or isinstance(m.value, Row)
        for m in claim.members
        if m.value is not None
    ):
        return None
    weights = _weights(judge, claim)
    outcomes = [_instance(judge, claim, letter, place, key) for place, key in enumerate(weights)]
    if not outcomes or any(outcome is None for outcome in outcomes):
        return None
    sides = [Side(member, member.value) for member in claim.members]
    verdict: Verdict = "true" if all(outcomes) else "false"
    return [Pair(sides[n], sides[n + 1], verdict, sides[n + 1]) for n in range(len(sides) - 1)]


def _weights(judge: Judge, claim: Claim) -> list[str]:
    """What the index runs over: what a vector in the claim is made of, else every weight."""
    for member in claim.members:
        if isinstance(member.value, Row):
            parts = [entry.wrt.symbol.name for entry in member.value.entries if isinstance(entry, Partial)]
            keys = [judge.network.key(part) for part in parts]
            return [key for key in keys if key is not None]
    return [key for key in judge.network.leaves if re.match(r"[wW]", key)]


def _is_in_place(claim: Claim) -> bool:
    """`w_i = w_i - η·∂E/∂w_i`, where the left side is the new value."""
    first, second = claim.members[0].value, claim.members[1].value
    return isinstance(first, Ref) and second is not None and first in all_references(second) and has_partial(second)


def _instance(judge: Judge, claim: Claim, letter: str, place: int, key: str) -> bool | None:
    """The claim for one weight; None where it cannot be computed."""
    values: list[Values] = []
    changed = _is_in_place(claim)
    totals = [part.of for m in claim.members if m.value is not None for part in derivatives(m.value)]
    total = named(totals[0], judge.network) if totals else Ref(Symbol(judge.network.loss))
    weight = Ref(Symbol(key))
    for member in claim.members:
        node = member.value
        if isinstance(node, Row):
            if place >= len(node.entries):
                return None
            node = node.entries[place]
        if node is None:
            return None
        if changed and member is claim.members[0]:
            node = Ref(Symbol("@new"))
        replacements: dict[Expr, Expr] = {}
        for use in all_references(node):
            if re.fullmatch(rf"[Ww]_?{letter}", use.symbol.name):
                replacements[use] = weight
            elif re.fullmatch(rf"[Ww]_?{letter}new", use.symbol.name):
                replacements[use] = Ref(Symbol("@new"))
        node = renamed(node, replacements)
        if isinstance(node, Ref) and node.symbol.name == "@new":
            node = weight - Ref(Symbol("eta")) * Partial(total, weight)
        missing: list[str] = []
        node = named(node, judge.network, missing)
        if missing:
            return None
        values.append(judge.network.points.value(node))
    return all(judge.network.points.close(values[0], value) for value in values[1:])
