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
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise, product
from typing import TYPE_CHECKING, Literal, TypeAlias

from sheetgrad.check.points import Points, UnknownNameError, has_partial
from sheetgrad.check.templates import template, widths
from sheetgrad.expr import ZERO, Expr, Partial, Ref, Row, Symbol, references, substitute, walk
from sheetgrad.read.names import canonical, slipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.read.claims import Claim

ENOUGH = 0.6
"""The share of a text's forward equations that must hold in a template."""
Origin: TypeAlias = Literal["template", "own", "none"]


_DATA = re.compile(r"eta|(?:i|x|t|y|d|in|input|target)\d*(?:\(\w+\))?")
"""Names of inputs, targets and rates."""


@dataclass
class Network:
    """What a text is judged against: definitions by key, and how its names are taken."""

    origin: Origin
    words: str
    definitions: dict[str, Expr]
    leaves: tuple[str, ...]
    names: dict[str, str] = field(default_factory=dict)
    """The text's keys to those of the network, where they differ."""
    shares: tuple[tuple[str, ...], ...] = ()
    """Groups of leaves that are positive and sum to 1."""
    parameters: tuple[str, ...] = ()
    """The leaves that are trained, where the network was given and not read in the file."""
    said: str = ""
    """The key of its loss, the same."""
    kind: str = ""
    """What the catalog calls that loss, where it is one of the catalog."""
    points: Points = field(init=False)
    _taken: dict[Expr, tuple[Expr, tuple[str, ...]]] = field(default_factory=dict, init=False, repr=False)
    """Expressions under the network's keys, as long as no name comes or goes."""
    _version: tuple[int, int] = field(default=(0, 0), init=False, repr=False)

    def __post_init__(self) -> None:
        """Draw the points."""
        self.points = Points(self.definitions, self.leaves, shares=self.shares)

    def key(self, key: str) -> str | None:
        """The network's key for a key of the text; None when it has no such quantity."""
        if key in self.names:
            return self.names[key]
        if key in self.points.values:
            return key
        if key.lower().endswith("old") and len(key) > 3:
            return self.key(key[:-3])
        if self.origin == "template":
            found = canonical(key) or slipped(key)
            return found if found in self.points.values else None
        return self._alike(key)

    @cached_property
    def loss(self) -> str:
        """The quantity that is made smaller: called a loss, else what is made from most; empty where there is none."""
        if self.said or "E_total" in self.definitions:
            return self.said or "E_total"
        used = {use.symbol.name for one in self.definitions.values() for use in references(one)}
        ends = [key for key in self.definitions if key not in used]
        called = [key for key in ends if canonical(key) == "E_total"]
        return max(called or ends, key=self._makings, default="")

    def _makings(self, key: str) -> int:
        """How many quantities it is made from, through however many steps."""
        open_, seen = [key], {key}
        while open_:
            uses = {use.symbol.name for use in references(self.definitions.get(open_.pop(), ZERO))} - seen
            seen |= uses
            open_.extend(uses)
        return len(seen)

    def is_weight(self, key: str) -> bool:
        """Whether a quantity is given from outside and no input, target or rate."""
        if self.parameters:
            return key in self.parameters
        return key in self.leaves and not _DATA.fullmatch(canonical(key) or key)

    def taken(self, node: Expr) -> tuple[Expr, tuple[str, ...]]:
        """An expression under the network's keys, and the names that it lacks."""
        version = self.points.version, len(self.names)
        if version != self._version:
            self._taken.clear()
            self._version = version
        if node not in self._taken:
            self._taken[node] = _named(node, self)
        return self._taken[node]

    def named_own(self) -> Network:
        """The same, as what the text itself says."""
        made = replace(self)  # with points of its own
        made.origin = "own"
        return made

    def feeds(self, below: str, above: str) -> bool:
        """Whether one quantity is made from another, through however many steps."""
        open_, seen = [above], {above}
        while open_:
            uses = {use.symbol.name for use in references(self.definitions.get(open_.pop(), ZERO))} - seen
            if below in uses:
                return True
            seen |= uses
            open_.extend(uses)
        return False

    def _alike(self, key: str) -> str | None:
        wanted = canonical(key) or slipped(key)
        if wanted is None:
            return None
        return next((own for own in self.points.values if canonical(own) == wanted), None)


def named(node: Expr, network: Network, missing: list[str] | None = None) -> Expr:
    """The expression under the network's keys; names it lacks are left and listed in `missing`."""
    made, lacking = network.taken(node)
    if missing is not None:
        missing.extend(lacking)
    return made


def _named(node: Expr, network: Network) -> tuple[Expr, tuple[str, ...]]:
    missing: list[str] = []
    replacements: dict[Expr, Expr] = {}
    for use in all_references(node):
        key = network.key(use.symbol.name)
        if key is None and (gradient := _gradient(use.symbol.name, network)) is not None:
            replacements[use] = gradient
        elif key is None:
            missing.append(use.symbol.name)
        elif key != use.symbol.name:
            replacements[use] = Ref(Symbol(key))
    return renamed(node, replacements), tuple(missing)


def _gradient(key: str, network: Network) -> Expr | None:
    """`dw1` on its own, as programs call it: the gradient of the loss."""
    inner = network.key(key[1:]) if key.startswith("d") and len(key) > 1 else None
    if inner is None or not network.loss:
        return None
    return Partial(Ref(Symbol(network.loss)), Ref(Symbol(inner)))


def renamed(node: Expr, replacements: Mapping[Expr, Expr]) -> Expr:
    """Other names everywhere, inside derivatives and rows too."""
    if not replacements:
        return node
    inner: dict[Expr, Expr] = dict(replacements)
    for part in walk(node):
        if isinstance(part, Partial):
            wrt = replacements.get(part.wrt, part.wrt)
            if isinstance(wrt, Ref):
                inner[part] = Partial(renamed(part.of, replacements), wrt, part.edge)
    if isinstance(node, Row):
        return Row(tuple(renamed(entry, replacements) for entry in node.entries))
    return substitute(node, inner, tidy=False)


def all_references(node: Expr) -> list[Ref]:
    """Every quantity named, inside derivatives and rows too."""
    return list(_all_references(node))


@lru_cache(maxsize=4_000)
def _all_references(node: Expr) -> tuple[Ref, ...]:
    found: dict[Ref, None] = {}
    stack = [node]
    while stack:
        for part in walk(stack.pop()):
            match part:
                case Ref():
                    found.setdefault(part)
                case Partial(of=of, wrt=wrt):
                    stack.append(of)
                    found.setdefault(wrt)
                case Row(entries=entries):
                    stack.extend(entries)
                case _:
                    pass
    return tuple(found)


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


__all__ = [
    "Network",
    "all_references",
    "candidates",
    "definitions_in",
    "derivatives_holding",
    "named",
    "recognised",
    "renamed",
    "stated",
]
