"""A forward equation that contradicts the derivatives: found, and put right before anything is judged.

Where a text's own equations are its network, one mistake in them would make many right
derivatives false. So every equation in turn is tried with every small change at once;
the change under which most derivatives hold is believed if it puts several right.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.alternatives import alternatives
from sheetgrad.check.network import Network, all_references, named, renamed
from sheetgrad.check.pairs import NEW
from sheetgrad.check.planting import family
from sheetgrad.check.points import CLOSE, COUNT, Points, UnknownNameError, has_partial
from sheetgrad.check.regular import is_odd, is_regular
from sheetgrad.check.shifts import SMALL
from sheetgrad.expr import Expr, Number, Partial, Product, Ref, Row, Sum, references

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sheetgrad.check.points import Values
    from sheetgrad.read.claims import Claim

ENOUGH = 2
"""Derivatives that must come right for one change of a forward equation."""
WORDS = "the equations the text gives, with what contradicts its derivatives put right"
MOST_TIES = 40
MOST_PROBES = 150
MOST_DEFINITIONS = 80
MOST_MISTAKES = 3


class Probe(NamedTuple):
    """Two sides with a derivative in them, that should be equal."""

    left: Expr
    right: Expr


class ChoicePoints(Points):
    """Points of a network in which one quantity has many definitions at once: one row of values for each."""

    def __init__(
        self,
        definitions: Mapping[str, Expr],
        leaves: Sequence[str],
        key: str,
        choices: list[Expr],
        shares: Sequence[tuple[str, ...]] = (),
    ) -> None:
        """Draw the leaves as ever; compute the rest with all choices."""
        self.key, self.choices = key, choices
        self._used = list(dict.fromkeys(use.symbol.name for one in choices for use in references(one)))
        self._slopes: dict[str, Values] = {}
        self._shares: dict[tuple[Expr, str], Values] = {}
        super().__init__(definitions, leaves, shares=shares)

    def _made(self, key: str) -> Values:
        return self._each(self.value) if key == self.key else super()._made(key)

    def uses(self, key: str) -> Collection[str]:
        """What its definition names; for the one with many, what any of them names."""
        return self._used if key == self.key else super().uses(key)

    def _steep(self, key: str, tangent: Mapping[str, Values]) -> Values:
        if key != self.key:
            return super()._steep(key, tangent)
        if not self._slopes:
            self._slopes = self._by_name()
        parts = [slope * tangent[name] for name, slope in self._slopes.items() if name in tangent]
        return self._added(parts)

    def _by_name(self) -> dict[str, Values]:
        """The slope of each choice by each name that one of them has: what stands before it has none of their axis."""
        made = {name: self.numpy.zeros((len(self.choices), COUNT)) for name in self._used}
        for row, one in enumerate(self.choices):
            for use in references(one):
                made[use.symbol.name][row] = self._share(one, use.symbol.name)
        return made

    def _share(self, node: Expr, name: str) -> Values:
        """The slope of a part by a name; choices have most of their terms in common."""
        if name not in self._named(node):
            return self._zero
        found = self._shares.get((node, name))
        if found is None:
            parts = node.terms if isinstance(node, Sum) else ()
            made = self._added([self._share(part, name) for part in parts]) if parts else self.slope(node, name)
            found = self._shares[node, name] = made
        return found

    def _each(self, value: Callable[[Expr], Values]) -> Values:
        made: Values = self.numpy.stack([value(one) for one in self.choices])
        return made

    def vanishes(self, slope_: Values) -> bool:
        """Whether it is zero everywhere under some of the choices: the right one is among them, if any."""
        return bool((self.numpy.abs(slope_).max(axis=-1) < SMALL).any())

    def held(self, probe: Probe) -> Values:
        """For each choice: whether both sides agree, and say more than 0 = 0."""
        numpy = self.numpy
        shape = (len(self.choices), COUNT)
        try:
            left, right = (numpy.broadcast_to(self.value(side), shape) for side in probe)
        except UnknownNameError:
            none: Values = numpy.zeros(len(self.choices))
            return none
        with numpy.errstate(all="ignore"):
            finite = numpy.isfinite(left) & numpy.isfinite(right)
            scale = numpy.maximum(numpy.maximum(numpy.abs(left), numpy.abs(right)), 1e-12)
            near = (numpy.abs(left - right) <= CLOSE * scale) | ~finite
        made: Values = (near.all(axis=1) & (finite.sum(axis=1) * 2 >= COUNT) & left.any(axis=1)).astype(float)
        return made


def put_right(network: Network, claims: Sequence[Claim], lost: Mapping[str, Expr]) -> Network:
    """The network with those forward equations put right that contradict the derivatives.

    `lost` are equations that could not be part of the network: they use themselves, or go in a circle.
    """
    with network.points.numpy.errstate(all="ignore"):
        return _put_right(network, claims, dict(lost))


def _put_right(network: Network, claims: Sequence[Claim], lost: dict[str, Expr]) -> Network:
    whole = {m.symbol.name for claim in claims if claim.choice and isinstance(m := claim.members[0].value, Ref)}
    for _ in range(MOST_MISTAKES):
        known = {*network.definitions, *network.leaves, *lost}
        known |= {use.symbol.name for one in lost.values() for use in references(one)}
        every = _probes(claims, network, known)
        absent = _absent(every, known)
        probes = [probe for probe in every if _speaks_of(probe, known | absent)]
        failing = [probe for probe in probes if not _holds(probe, network)]
        if not failing:
            return network
        better = _better(network, probes, failing, lost, absent, whole=whole)
        if better is None:
            return network
        network, lost = better, {key: one for key, one in lost.items() if key not in better.definitions}
    return network


def _probes(claims: Sequence[Claim], network: Network, known: set[str]) -> list[Probe]:
    """Neighbouring sides of the claims that speak of derivatives."""
    found: dict[Probe, None] = {}
    families: dict[tuple[int, int], list[Probe]] = {}
    made_up: dict[Expr, Expr] = {}
    for claim in claims:
        values = [renamed(member.value, made_up) for member in claim.members if member.value is not None]
        first = claim.members[0].value
        if isinstance(first, Ref) and len(values) > 1 and not claim.spelling and _is_made_up(first, network, known):
            meant = next((one for one in values[1:] if isinstance(one, Partial)), values[1])
            made_up.setdefault(first, meant)
            values = [meant, *values[1:]]
        if claim.spelling or claim.doubt or not any(map(has_partial, values)):
            continue
        for place, pair in enumerate(pairwise(values)):
            if any(map(has_partial, pair)) and not any(isinstance(side, Row) for side in pair):
                probe = Probe(*(named(side, network) for side in pair))
                if claim.choice:
                    families.setdefault((claim.offset, place), []).append(probe)
                else:
                    found.setdefault(probe)
        if len(found) >= MOST_PROBES:
            break
    return [*found, *map(_all_of, families.values())]


def _all_of(members: Sequence[Probe]) -> Probe:
    """One probe for all members of a family: sums with weights of their own, equal only where every member is."""
    weights = [Number(round(1 + 0.37 * place, 2)) for place in range(len(members))]
    sides = (
        tuple(Product((w, side)) for w, side in zip(weights, part, strict=True)) for part in zip(*members, strict=True)
    )
    left, right = (terms[0] if len(terms) == 1 else Sum(terms) for terms in sides)
    return Probe(left, right)


def _is_made_up(name: Ref, network: Network, known: set[str]) -> bool:
    """Whether the text has made up this name on its way: a δ."""
    key = name.symbol.name
    return key not in known and network.key(key) is None and not NEW.match(key)


def _absent(probes: Sequence[Probe], known: set[str]) -> set[str]:
    """Names in derivatives that no forward equation has, though it has others of their family."""
    families = {family(name)[0] for name in known if family(name)[1]}
    named_ = (use.symbol.name for probe in probes for side in probe for use in all_references(side))
    return {name for name in named_ if name not in known and family(name)[0] in families and family(name)[1]}


def _speaks_of(probe: Probe, known: set[str]) -> bool:
    """Whether nothing else is named in it."""
    return all(use.symbol.name in known for side in probe for use in all_references(side))


def _holds(probe: Probe, network: Network) -> bool:
    try:
        return network.points.close(*map(network.points.value, probe))
    except UnknownNameError:
        return False


def _better(
    network: Network,
    probes: list[Probe],
    failing: list[Probe],
    lost: Mapping[str, Expr],
    absent: set[str],
    *,
    whole: set[str],
) -> Network | None:
    """The network with the one change under which most holds; nothing `whole` is changed: a member of a family."""
    before = len(probes) - len(failing)
    best: tuple[tuple[int, bool], Network] | None = None
    known = {*network.definitions, *network.leaves, *lost}
    every = {**network.definitions, **lost}
    for key, value in list(every.items())[:MOST_DEFINITIONS]:
        ordered = None if key in whole else _ordered(every, key, set() if key in lost else set(lost))
        if ordered is None:
            continue
        used = {use.symbol.name: None for one in every.values() for use in references(one)}
        used |= dict.fromkeys((*network.leaves, *sorted(absent), "eta"))
        leaves = [name for name in used if name not in ordered.definitions]
        names = [*(name for name in leaves if name != "eta"), *ordered.before]
        choices = alternatives(key, value, names)
        if not choices:
            continue
        points = ChoicePoints(ordered.definitions, leaves, key, choices, network.shares)
        score = points.numpy.sum([points.held(probe) for probe in failing], axis=0)
        rows = points.numpy.flatnonzero(score == score.max())[:MOST_TIES]
        row = next((int(one) for one in rows if is_odd(key, value, choices[one], every)), None)
        if row is None:
            row = next((int(one) for one in rows if is_regular(key, choices[one], every)), int(rows[0]))
        fills = absent & {use.symbol.name for use in references(choices[row])}
        odd = is_odd(key, value, choices[row], every)
        enough = 1 if fills or odd else ENOUGH
        if score[row] < max(enough, sum(_speaks_of(probe, known) for probe in failing) / 4):
            continue
        definitions = {**ordered.definitions, key: choices[row]}
        made = Network(network.origin, WORDS, definitions, tuple(leaves), network.names, network.shares)
        now = sum(_holds(probe, made) for probe in probes)
        if now >= before + enough and (best is None or (now, odd) > best[0]):
            best = ((now, odd), made)
    return None if best is None else best[1]


class Ordered(NamedTuple):
    """Definitions in an order in which they can be computed, and those that stand before one of them."""

    definitions: dict[str, Expr]
    before: list[str]


def _ordered(definitions: Mapping[str, Expr], key: str, without: set[str]) -> Ordered | None:
    """What does not need `key`, then `key`, then the rest; None where that still goes in a circle."""
    uses = {name: {use.symbol.name for use in references(one)} for name, one in definitions.items()}
    need = {key}
    while more := {name for name, used in uses.items() if used & need} - need:
        need |= more
    first = _sorted([name for name in definitions if name not in need and name not in without], uses)
    last = _sorted([name for name in definitions if name in need - {key} - without], uses)
    if first is None or last is None:
        return None
    return Ordered({name: definitions[name] for name in (*first, key, *last)}, first)


def _sorted(names: list[str], uses: Mapping[str, set[str]]) -> list[str] | None:
    """The names in order; None where they go in a circle."""
    from graphlib import CycleError, TopologicalSorter

    inside = set(names)
    sorter = TopologicalSorter({name: [use for use in uses[name] if use in inside] for name in names})
    try:
        return list(sorter.static_order())
    except CycleError:
        return None
