"""Which network a text is about: its own equations decide, and known shapes help.

Texts hold mistakes in their forward part too, so their own equations cannot simply be
believed. A *template* (a network with one hidden layer, under the names people use
for it) is taken when most of the text's forward equations hold in it; then the others
are findings. Otherwise the text's own equations are the network. When neither fits,
we say so instead of crying wolf.
"""

from __future__ import annotations

import re
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise, product
from typing import TYPE_CHECKING

from sheetgrad.check.network import Network, all_references, named
from sheetgrad.check.points import UnknownNameError, has_partial
from sheetgrad.check.templates import template, widths
from sheetgrad.expr import Expr, Ref, Row, references, walk
from sheetgrad.read.names import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.read.claims import Claim

ENOUGH = 0.6
"""The share of a text's forward equations that must hold in a template."""


# --- templates ----------------------------------------------------------------------------------


def candidates(keys: Iterable[str]) -> list[Network]:
    """Every template that the names used could belong to, likeliest first."""
    keys = list(keys)
    sizes = widths(keys)
    with_bias = any(re.fullmatch(r"b\d+", canonical(key) or "") for key in keys)
    found = []
    for biases, half, by_row in product(
        ("shared", "each", "none") if with_bias else ("none",), (True, False), (True, False)
    ):
        definitions, leaves = template(sizes, biases, half, by_row)
        shape = "-".join(map(str, sizes))
        bias = {"none": "without biases", "shared": "one bias a layer", "each": "a bias a neuron"}[biases]
        loss = "half the squared error" if half else "the squared error"
        order = "" if by_row else ", weights numbered by the neuron they leave"
        found.append(Network("template", f"{shape}, sigmoid, {bias}, {loss}{order}", definitions, tuple(leaves)))
    return found


# --- choosing -----------------------------------------------------------------------------------


def definitions_in(claims: Iterable[Claim]) -> list[tuple[str, Expr]]:
    """Forward equations as a text gives them: a name alone on the left, no derivative on the right."""
    found = []
    for claim in claims:
        if claim.spelling:
            continue
        first = claim.members[0].value
        second = claim.members[1].value
        if not isinstance(first, Ref) or second is None or has_partial(second):
            continue
        if any(isinstance(part, Row) for part in walk(second)):
            continue
        uses = references(second)
        if uses and first not in uses and not re.search(r"new|old|^δ|^Δ|^delta", first.symbol.name):
            found.append((first.symbol.name, second))
    return found


def recognised(claims: list[Claim]) -> Network:
    """The network of a text."""
    forward = definitions_in(claims)
    keys = {
        use.symbol.name
        for claim in claims
        for m in claim.members
        if m.value is not None
        for use in all_references(m.value)
    }
    best, share, held = None, 0.0, 0
    once = list(dict.fromkeys(forward))
    for network in candidates(keys):
        good, all_ = _holding(once, network)
        if all_ and (good / all_, good) > (share, held):
            best, share, held = network, good / all_, good
    fits = best is not None and share >= ENOUGH and held >= 2
    own = stated(forward)
    has_own = own is not None and len(own.definitions) >= 2
    if fits and best is not None and has_own and own is not None and (share < 1 or held * 2 <= len(own.definitions)):
        ours, theirs = derivatives_holding(claims, own), derivatives_holding(claims, best)
        return own if ours > theirs or (ours == theirs and share == 1) else best
    if fits and best is not None:
        return best
    if has_own and own is not None:
        return own
    if not forward and any(has_partial(m.value) for c in claims for m in c.members if m.value is not None):
        return _by_names(claims, keys)
    return Network("none", "no network could be made out", {}, ())


def _holding(forward: list[tuple[str, Expr]], network: Network) -> tuple[int, int]:
    """How many of the equations speak of the network's quantities, and how many of those hold."""
    good = all_ = 0
    for key, value in forward:
        name = network.key(key)
        if name is None or name not in network.definitions:
            continue
        try:
            right = network.points.value(named(value, network))
        except UnknownNameError:  # it speaks of something else, such as a line of a training log
            continue
        all_ += 1
        good += network.points.close(network.points.values[name], right)
    return good, all_


def derivatives_holding(claims: Iterable[Claim], network: Network) -> int:
    """How many of the equalities with a derivative in them hold in the network."""
    good = 0
    for claim in claims:
        values = [member.value for member in claim.members if member.value is not None]
        if claim.spelling or not any(map(has_partial, values)):
            continue
        for left, right in pairwise(values):
            try:
                sides = [network.points.value(named(side, network)) for side in (left, right)]
            except UnknownNameError:
                continue
            good += network.points.close(*sides) and bool(sides[0].any())  # 0 = 0 tells nothing
    return good


def stated(forward: list[tuple[str, Expr]]) -> Network | None:
    """The text's own equations, first come, in an order in which they can be computed."""
    given: dict[str, Expr] = {}
    for key, value in forward:
        given.setdefault(key, value)
    used = {key: dict.fromkeys(use.symbol.name for use in references(value)) for key, value in given.items()}
    sorter = TopologicalSorter({key: [name for name in uses if name in given] for key, uses in used.items()})
    with suppress(CycleError):  # what stands before a cycle can be computed all the same
        sorter.prepare()
    ordered: dict[str, Expr] = {}
    while sorter.is_active():
        ready = sorter.get_ready()
        ordered |= {key: given[key] for key in ready}
        sorter.done(*ready)
    if not ordered:
        return None
    names = dict.fromkeys(name for key in ordered for name in used[key])
    leaves = tuple(key for key in names if key not in ordered)
    return Network("own", "the equations the text gives", ordered, (*leaves, "eta"))


def _by_names(claims: list[Claim], keys: set[str]) -> Network:
    """Without forward equations: the template in which most of the derivatives hold, if most do."""
    best, most, all_ = None, -1, 0
    for network in candidates(keys):
        good = count = 0
        for claim in claims:
            values = [member.value for member in claim.members]
            if claim.spelling or any(value is None for value in values):
                continue
            try:
                left, right = (network.points.value(named(v, network)) for v in (values[0], values[-1]))  # type: ignore[arg-type]
            except UnknownNameError:
                continue
            count += 1
            good += network.points.close(left, right)
        if good > most:
            best, most, all_ = network, good, count
    if best is not None and most >= 2 and most * 2 >= all_:
        return best
    return Network("none", "no network could be made out", {}, ())
