"""What a text is judged against: definitions by key, how its names are taken, and generic points."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from sheetgrad.check.points import Points
from sheetgrad.expr import ZERO, Expr, Partial, Ref, Row, Symbol, references, substitute, walk
from sheetgrad.read.names import canonical, slipped

if TYPE_CHECKING:
    from collections.abc import Mapping


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
