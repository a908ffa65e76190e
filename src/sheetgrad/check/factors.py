"""Sides that differ by a factor: a number, a link of the chain, the learning rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.case import Case, Repair, sentence
from sheetgrad.check.edits import tidy
from sheetgrad.check.network import all_references
from sheetgrad.check.planting import family
from sheetgrad.expr import MINUS_ONE, Call, Partial, Power, Ref, Sum, Symbol, references, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.judge import Judge
    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Values


def ratio_of(case: Case) -> Repair | None:
    """The two sides differ by a number, or by one link of the chain."""
    numpy = case.network.points.numpy
    assert case.wrong.values is not None  # noqa: S101 -- asked for above
    with numpy.errstate(all="ignore"):
        ratio = case.wanted / case.wrong.values
    if not numpy.isfinite(ratio).all() or not ratio.all():
        return None
    text = tidy(case.wrong.member.spelled)
    is_sum = isinstance(case.wrong.node, Sum)
    inner = f"({text})" if is_sum else text
    if numpy.allclose(ratio, ratio[0], rtol=1e-9):
        return _constant(float(ratio[0]), inner)
    for key in _divisors(case):
        if case.network.points.close(1 / ratio, case.network.points.values[key]):
            name = case.judge.spelled(key)
            return Repair("missing-factor", f"{inner} / {name}", sentence(f"it must be divided by {name}"))
    for words, value in _factors(case.network, case.judge):
        if case.network.points.close(ratio, value):
            return Repair(
                "missing-factor",
                f"{inner} * {words}",
                sentence(f"the factor {words} is missing: a link of the chain has been left out"),
            )
        if case.network.points.close(1 / ratio, value):
            return Repair(
                "extra-factor", "", sentence(f"the factor {words} is too many: no link of the chain gives it")
            )
    return None


def _divisors(case: Case) -> list[str]:
    """What the network divides by and the formula does not name."""
    inside = set() if case.wrong.node is None else set(all_references(case.wrong.node))
    found: dict[str, None] = {}
    for definition in case.network.definitions.values():
        for part in walk(definition):
            if isinstance(part, Power) and isinstance(part.base, Ref) and part.exponent is MINUS_ONE:
                found.setdefault(part.base.symbol.name)
    return [key for key in found if Ref(Symbol(key)) not in inside]


def _constant(ratio: float, inner: str) -> Repair:
    if abs(ratio + 1) < 1e-9:
        return Repair(
            "sign", f"-({inner.strip('()')})" if inner.startswith("(") else f"-{inner}", "The sign is the opposite."
        )
    if any(abs(ratio - good) < 1e-9 for good in (2, 0.5)):
        words = "twice" if ratio < 1 else "half"
        put = "1/2" if ratio < 1 else "2"
        return Repair("half", f"{put} * {inner}", f"This is {words} what it should be.")
    return Repair(
        "half" if abs(abs(ratio) - 2) < 1e-9 or abs(abs(ratio) - 0.5) < 1e-9 else "factor",
        "",
        f"This is off by the constant factor {1 / ratio:.6g}.",
    )


def _factors(network: Network, judge: Judge) -> Iterator[tuple[str, Values]]:
    """What a single link of a chain can be."""
    points, said = network.points, judge.spelled
    for key, value in points.values.items():
        yield said(key), value
    for key, definition in network.definitions.items():
        if isinstance(definition, Call):
            a, name = points.values[key], said(key)
            yield f"(1 - {name})", 1 - a
            yield f"{name} * (1 - {name})", a * (1 - a)
    for left in points.values:
        for right in points.values:
            if family(left)[0] in {"t", "y"} and family(left)[1] == family(right)[1] and left != right:
                yield f"({said(right)} - {said(left)})", points.values[right] - points.values[left]
    top = network.loss
    for key in network.definitions:
        if key != top:
            yield f"∂{said(top)}/∂{said(key)}", points.value(Partial(Ref(Symbol(top)), Ref(Symbol(key))))
    for key, definition in network.definitions.items():
        for use in references(definition):
            yield f"∂{said(key)}/∂{said(use.symbol.name)}", points.slope(definition, use.symbol.name)


def update_of(case: Case) -> Repair | None:
    """W - ∂E/∂w without the learning rate, and w + η·∂E/∂w."""
    if not case.judge.is_update(case.claim) or case.pair.left.node is None:
        return None
    rule = case.pair.left.node
    if not isinstance(rule, Sum) or case.wrong.values is None:
        return None
    weight = rule.terms[0]
    points = case.network.points
    moved = points.value(weight) - case.wanted  # η·∂E/∂w
    gradient = moved / points.values["eta"]
    if points.close(case.wrong.values, points.value(weight) - gradient):
        return Repair("missing-rate", "", "The learning rate is missing: the update is w - η·∂E/∂w.")
    if points.close(case.wrong.values, points.value(weight) - points.values["eta"]):
        return Repair("missing-factor", "", "The gradient is missing: the update is w - η·∂E/∂w.")
    if points.close(case.wrong.values, points.value(weight) + moved):
        return Repair("sign", "", "The weight moves with its gradient; it must move against it.")
    return None
