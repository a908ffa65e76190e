"""Why an equality is false: the smallest edit that makes it true, and the reason in terms of the chain rule."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from sheetgrad.check.case import Case, Repair, sentence
from sheetgrad.check.edits import Edit, far_edits, near_edits, shown, tidy
from sheetgrad.check.factors import ratio_of, update_of
from sheetgrad.check.missing import missing_term
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.check.network import named
from sheetgrad.check.numbers import is_numeric, shown_as
from sheetgrad.check.paths import MOST_PATHS, path_value, paths
from sheetgrad.check.planting import family
from sheetgrad.check.points import UnknownNameError
from sheetgrad.check.trials import Trials
from sheetgrad.expr import ZERO, Call, Expr, Partial, Product, Ref, Sum, Symbol, negative, references, walk
from sheetgrad.read.folding import Unreadable, folded
from sheetgrad.read.grammar import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sheetgrad.check.findings import Finding
    from sheetgrad.check.judge import Judge
    from sheetgrad.check.network import Network
    from sheetgrad.check.pairs import Pair
    from sheetgrad.read.claims import Claim


def explained(base: Finding, claim: Claim, pair: Pair, judge: Judge) -> Finding:
    """The finding for one pair that is not simply true."""
    blamed = pair.blamed or pair.right
    yours = tidy(blamed.member.spelled)
    if pair.verdict == "slip":
        words = "; ".join(dict.fromkeys(slip.words for slip in pair.slips))
        code = pair.slips[0].code if pair.slips else "slip"
        return replace(base, verdict="slip", code=code, yours=yours, message=sentence(f"right as meant: {words}"))
    if pair.verdict == "unread":
        return replace(base, verdict="unread", code="unread", yours=yours, message=sentence(pair.reason))
    if pair.verdict != "false":
        return replace(base, yours=yours, message=sentence(pair.reason))
    with judge.network.points.numpy.errstate(all="ignore"):
        repair = repaired(claim, pair, judge)
        witness = _witness(pair, judge.network)
    return replace(
        base,
        verdict="false",
        code=repair.code,
        yours=yours,
        expected=repair.expected,
        message=repair.message,
        witness=witness,
    )


MOST_SEARCHED = 250
"""Mistakes of one text that a repair is searched for; the same mistake made again counts once."""


def repaired(claim: Claim, pair: Pair, judge: Judge) -> Repair:
    """The likeliest repair; code `false` where nothing small makes it true, or too much is wrong to search."""
    left, right = pair.left.member.spelled, pair.right.member.spelled
    key = (left, right, pair.blamed is pair.left, len(judge.done))
    found = judge.repairs.get(key)
    if found is None and len(judge.repairs) >= MOST_SEARCHED:
        return Repair("false", "", "The two sides differ. So much is wrong here that no repair was searched for.")
    if found is None:
        found = judge.repairs[key] = _repaired(claim, pair, judge)
    return found


def _repaired(claim: Claim, pair: Pair, judge: Judge) -> Repair:
    wrong = pair.blamed or pair.right
    wanted = (pair.left if wrong is pair.right else pair.right).values
    if wanted is None or wrong.values is None:
        return Repair("false", "", "The two sides differ.")
    left, right = pair.left.node, pair.right.node
    if left is not None and right is not None and is_numeric(left) and is_numeric(right):
        value = shown_as(wrong.member, float(wanted[0]))
        return Repair("arithmetic", value, f"This comes to {value} with the digits shown.")
    case = Case(claim, pair, judge, wrong, wanted)
    is_chain = isinstance(wrong.node, Product) and all(isinstance(factor, Partial) for factor in wrong.node.factors)
    first = (_path, _left, ratio_of, _near) if is_chain else (_path, _left, update_of, _near, ratio_of)
    finds: tuple[Callable[[Case], Repair | None], ...] = (*first, update_of, missing_term, _far, _left_anyway)
    for find in finds:
        found = find(case)
        if found is not None:
            return found
    return Repair("false", "", "The two sides differ, and no small change makes them equal.")


# --- one path of several --------------------------------------------------------------------------


def _path(case: Case) -> Repair | None:
    """The side is the sum over some of the paths, but not all."""
    target = case.target
    if target is None or not isinstance(target.of, Ref) or case.wrong.values is None:
        return None
    ways = list(paths(case.network, target.of.symbol.name, target.wrt.symbol.name))
    if not 2 <= len(ways) <= MOST_PATHS:
        return None
    values = [path_value(case.network, path) for path in ways]
    for count in range(1, len(ways)):
        for chosen in combinations(range(len(ways)), count):
            total = sum(values[place] for place in chosen)
            if case.network.points.close(case.wrong.values, total):  # type: ignore[arg-type]
                missing = [ways[place] for place in range(len(ways)) if place not in chosen]
                return _missing(case, target, [ways[place] for place in chosen], missing)
    return None


def _missing(case: Case, target: Partial, counted: list[list[str]], missing: list[list[str]]) -> Repair:
    def words(path: list[str]) -> str:
        return " → ".join(case.judge.spelled(key) for key in path[1:])

    start = case.judge.spelled(target.wrt.symbol.name)
    which = " and ".join(f"the one through {words(path)}" for path in missing)
    has = " and ".join(words(path) for path in counted)
    are = "is" if len(missing) == 1 else "are"
    message = (
        f"{start} reaches the loss in {len(counted) + len(missing)} ways: only {has} is counted, {which} {are} missing."
    )
    return Repair("missing-path", "", sentence(message))


# --- the left side is another quantity ----------------------------------------------------------------


def _left(case: Case) -> Repair | None:
    """The formula is right for another weight, whose turn it is, and this one has been done already."""
    target = case.target
    if target is None or case.wrong.values is None or not isinstance(target.of, Ref):
        return None
    if target.wrt.symbol.name not in case.judge.done:
        return None
    other = _same_as(case, target)
    if other is None or other in case.judge.done:
        return None
    return _other_left(case, target, other, "; the one by {} stands further up")


def _left_anyway(case: Case) -> Repair | None:
    """The formula is right for another member of the family, and nothing smaller mends it."""
    target = case.target
    if target is None or case.wrong.values is None or not isinstance(target.of, Ref):
        return None
    other = _same_as(case, target)
    return None if other is None else _other_left(case, target, other, ", not by {}")


def _other_left(case: Case, target: Partial, other: str, tail: str) -> Repair:
    assert isinstance(target.of, Ref)  # noqa: S101 -- asked for above
    name = case.judge.spelled(other)
    this = case.judge.spelled(target.wrt.symbol.name)
    message = f"The formula is right, but it is the derivative by {name}{tail.format(this)}."
    return Repair("wrong-left", f"∂{case.judge.spelled(target.of.symbol.name)}/∂{name}", message)


def _same_as(case: Case, target: Partial) -> str | None:
    letters = family(target.wrt.symbol.name)[0]
    for key in case.network.points.values:
        if key != target.wrt.symbol.name and family(key)[0] == letters:
            value = case.network.points.value(Partial(target.of, Ref(Symbol(key))))
            if case.wrong.values is not None and case.network.points.close(case.wrong.values, value):
                return key
    return None


# --- one small edit -------------------------------------------------------------------------------------


def _near(case: Case) -> Repair | None:
    return _edit(case, near_edits(case.wrong.member, Trials(case.network, case.wanted), case.judge.spelling))


def _far(case: Case) -> Repair | None:
    return _edit(case, far_edits(case.wrong.member, Trials(case.network, case.wanted), case.judge.spelling))


def _edit(case: Case, tried: Iterator[Edit]) -> Repair | None:
    for edit in tried:
        try:
            node = named(Reader(folded(edit.tokens)).read(), case.network)
            value = case.network.points.value(node)
        except (Unreadable, UnknownNameError, RecursionError):
            continue
        if case.network.points.close(value, case.wanted) and not _wipes_out(node, case.network):
            code = edit.code
            if case.judge.is_update(case.claim) and code == "wrong-index" and _below_a_partial(case, edit.was):
                code = "wrong-gradient"
            return Repair(code, shown(case.wrong.member, edit), _reason(case, code, edit.was, edit.now))
    return None


def _wipes_out(node: Expr, network: Network) -> bool:
    """Whether an edit only makes a part vanish: x - x, ∂x/∂x, or a derivative that is zero."""
    for part in walk(node):
        if isinstance(part, Partial) and (part.of is part.wrt or not network.points.value(part).any()):
            return True
        if isinstance(part, Sum) and any(negative(term) in part.terms for term in part.terms):
            return True
    return False


def _below_a_partial(case: Case, key: str) -> bool:
    from sheetgrad.read.arithmetic import derivatives

    node = case.wrong.node
    return node is not None and any(part.wrt.symbol.name in key for part in derivatives(node))


def _reason(case: Case, code: str, was: str, now: str) -> str:
    """Why it must be the other: the link of the chain rule that it is."""
    target = case.target
    said = case.judge.spelled
    if code == "missing-brackets":
        return "Without brackets only the last term is multiplied; with them the line would be right."
    if code == "wrong-gradient":
        return sentence(f"the weight must move by its own gradient, that of {said(now)}, not that of {said(was)}")
    if code in {"wrong-index", "wrong-layer", "pre-activation", "wrong-name"} and target is not None:
        link = _link(case, target, now)
        if link:
            other = _link(case, target, was, anywhere=True) if "multiplies" in link else ""
            return sentence(f"{link}" + (f"; {other}" if other else ""))
    if code in {"plus-for-times", "times-for-plus", "sign", "wrong-operator"}:
        return sentence(
            f"'{was}' stands where '{now}' belongs. {MISTAKES[code].meaning if code in MISTAKES else ''}".strip()
        )
    if code == "missing-factor":
        return sentence(f"the factor {now} is missing: a link of the chain has been left out")
    if code == "extra-factor" and target is None:
        return sentence(f"the factor {was} is too many")
    if code == "extra-factor":
        return sentence(f"no link of the chain gives the factor {was}")
    if now:
        return sentence(f"{said(was)} stands where {said(now)} belongs")
    return MISTAKES[code].meaning if code in MISTAKES else ""


def _link(case: Case, target: Partial, key: str, *, anywhere: bool = False) -> str:
    """`∂o1/∂w6 is a_h2, the activation that w6 multiplies`, where the name is such a link."""
    said, network = case.judge.spelled, case.network
    weight = target.wrt.symbol.name
    for above, definition in network.definitions.items():
        for term in definition.terms if isinstance(definition, Sum) else (definition,):
            if isinstance(term, Product) and {use.symbol.name for use in references(term)} >= {key}:
                partners = [use.symbol.name for use in references(term) if use.symbol.name != key]
                if weight in partners and not anywhere:
                    return f"∂{said(above)}/∂{said(weight)} is {said(key)}, which {said(weight)} multiplies"
                if anywhere and partners and family(partners[0])[0] == family(weight)[0] and weight not in partners:
                    return f"{said(key)} is what {said(partners[0])} multiplies"
    definition = network.definitions.get(key, ZERO)
    if isinstance(definition, Call) and not anywhere and isinstance(target.of, Ref):
        on_path = any(key in path for path in paths(network, target.of.symbol.name, weight))
        inner = references(definition)[0].symbol.name
        if on_path:
            if definition.function != "sigmoid":
                return f"{said(weight)} acts through {said(key)}"
            slope = f"{said(key)}·(1 - {said(key)})"
            return f"{said(weight)} acts through {said(inner)}, so the slope is that of {said(key)}: {slope}"
    return ""


def _witness(pair: Pair, network: Network) -> str:
    """Numbers at which the sides differ."""
    if pair.left.values is None or pair.right.values is None:
        return ""
    numpy = network.points.numpy
    gap = numpy.abs(pair.left.values - pair.right.values)
    if numpy.isnan(gap).all():
        return "at no random point have both sides a value"
    place = int(numpy.nanargmax(gap))
    left, right = pair.left.values[place], pair.right.values[place]
    return f"at a random point the left side is {left:.6g} and the right side {right:.6g}"
