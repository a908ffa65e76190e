"""The known mistakes, made in this network's own gradients and updates, for the page to plant.

What is made is kept only if it is wrong: a swap of two equal things is no mistake.
"""

from __future__ import annotations

from itertools import islice
from math import isfinite
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.check.planting import siblings
from sheetgrad.derivation.graph import Graph
from sheetgrad.derivation.parts import names_in
from sheetgrad.expr import Expr, Next, Partial, Ref, Symbol, references, substitute, walk
from sheetgrad.functions import evaluate
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sheetgrad.explorer.places import Places
    from sheetgrad.expr import Quantity
    from sheetgrad.notation import Notation

FEW = 40
"""With more gradients than this, mistakes are planted in the first two of every family."""
EACH = 3
"""Versions of one kind of mistake in one formula."""
MOST_NAMES = 40
"""A formula with more quantities than this keeps the derivatives in it as they are."""
IN_UPDATES = frozenset({"missing-rate", "wrong-gradient", "sign"})
"""The mistakes that people make in an update."""
UNORDERED = frozenset({"wrong-index", "wrong-gradient", "wrong-left"})
"""The mistakes that the table makes in no fixed order."""
APART = 1e-9
"""Relative: what differs by less is no mistake."""


class Planted(NamedTuple):
    """A wrong formula for a quantity."""

    code: str
    target: Quantity
    right: Expr
    wrong: Expr


def planted(places: Places, names: Notation) -> list[Planted]:
    """Every mistake of the table in the gradients and updates, under the program's own quantities."""
    return list(_Planting(places, names).all())


class _Planting:
    """Formulas under plain names, as the mistakes table takes them, and back."""

    def __init__(self, places: Places, names: Notation) -> None:
        self.program, self.names = places.program, names
        self.graph = Graph(self.program.model)
        self.back: dict[str, Quantity] = {
            names.plain(use): use for use in places.order if isinstance(use, Ref | Partial)
        }
        self.points = [_drawn(places, seed) for seed in (1, 2)]
        self.definitions = {
            names.plain(equation.target): self.plain(equation.value) for equation in self.program.forward
        }
        self.order = {equation.target: place for place, equation in enumerate(self.program.equations)}
        self.rights = dict(self.targets())

    def plain(self, node: Expr) -> Expr:
        """Names in place of quantities; derivatives keep their kind."""
        named: dict[Expr, Expr] = {}
        for part in walk(node):
            match part:
                case Ref():
                    named[part] = self.symbol(part)
                case Partial(of=Ref() as of, wrt=wrt):
                    named[part] = Partial(self.symbol(of), self.symbol(wrt))
        return substitute(node, named, tidy=False)

    def symbol(self, use: Ref) -> Ref:
        return Ref(Symbol(self.names.plain(use)))

    def own(self, node: Expr) -> Expr | None:
        """Quantities in place of names; None where one is not the program's."""
        found: dict[Expr, Expr] = {}
        for part in walk(node):
            quantity: Quantity | None = None
            match part:
                case Ref(symbol=symbol):
                    quantity = self.back.get(symbol.name)
                case Partial(of=Ref(symbol=of), wrt=Ref(symbol=wrt)):
                    quantity = self.back.get(f"d{of.name}_d{wrt.name}")
                case _:
                    continue
            if quantity is None:
                return None
            found[part] = quantity
        return substitute(node, found, tidy=False)

    def targets(self) -> Iterator[tuple[Quantity, Expr]]:
        """Gradients of parameters and junctions as people write them, and the updates."""
        kept: dict[Expr, Expr] = {}
        many = len(self.program.updates) > FEW
        met: dict[object, int] = {}
        for equation in self.program.backward:
            target = equation.target
            assert isinstance(target, Partial)  # noqa: S101 -- the target of every gradient equation
            value = substitute(equation.value, kept)
            value = value if names_in(value, {}) <= MOST_NAMES else equation.value
            shown = target.wrt.symbol in self.program.model.parameters or self.graph.is_junction(target.wrt)
            if not shown and names_in(value, {}) <= MOST_NAMES:
                kept[target] = value
            if shown and not (many and met.setdefault(target.wrt.symbol, 0) >= 2):  # noqa: PLR2004 -- two of a family
                met[target.wrt.symbol] = met.get(target.wrt.symbol, 0) + 1
                yield target, value
        parameters = {equation for equation in self.program.updates if self.is_parameter(equation.target)}
        for equation in self.program.updates:
            if equation in parameters and not (many and met.setdefault(self.family(equation.target), 0) >= 2):  # noqa: PLR2004 -- two of a family
                met[self.family(equation.target)] = met.get(self.family(equation.target), 0) + 1
                yield equation.target, equation.value

    def is_parameter(self, target: Quantity) -> bool:
        return isinstance(target, Next) and target.state.symbol in self.program.model.parameters

    def family(self, target: Quantity) -> object:
        return ("next", target.state.symbol) if isinstance(target, Next) else target

    def all(self) -> Iterator[Planted]:
        for target, right in self.rights.items():
            if target not in self.points[0]:
                continue
            named = self.plain(right)
            quantity = self.plain(target) if isinstance(target, Partial) else target
            for code, mistake in MISTAKES.items():
                if isinstance(target, Next) and code not in IN_UPDATES:
                    continue
                made = mistake.make(named, quantity, self.definitions)  # type: ignore[arg-type]  # a quantity stays one
                ways = self.in_order(code, named, made)
                for other, wrong in islice(self.really(target, right, ways), EACH):
                    yield Planted(code, other, self.rights[other], wrong)

    def in_order(self, code: str, named: Expr, made: Iterator[Expr]) -> Iterator[Expr]:
        """The same order every time; where a name has siblings, the one changed everywhere comes first."""
        if code == "wrong-index":
            yield from self.everywhere(named)
        yield from sorted(made, key=written) if code in UNORDERED else made

    def everywhere(self, named: Expr) -> Iterator[Expr]:
        """One name for another in every place: how a line is copied and half changed."""
        known = {use.symbol.name for use in references(named)} | set(self.definitions)
        for use in references(named):
            if use.symbol.name in self.definitions:
                for other in sorted(siblings(use.symbol.name, set(known))):
                    yield substitute(named, {use: Ref(Symbol(other))}, tidy=False)

    def really(self, target: Quantity, right: Expr, ways: Iterable[Expr]) -> Iterator[tuple[Quantity, Expr]]:
        """Those that are wrong somewhere, each once; a derivative is another left side for the right formula."""
        met: set[Expr] = set()
        for way in ways:
            found = self.own(way)
            other, wrong = (found, right) if isinstance(way, Partial) else (target, found)
            if wrong is None or not isinstance(other, Partial | Next) or found in met:
                continue
            met.add(wrong if found is None else found)
            if self.can_stand(wrong, other) and any(self.differs(wrong, other, point) for point in self.points):
                yield other, wrong

    def can_stand(self, wrong: Expr, target: Quantity) -> bool:
        """Whether mistakes are planted in the quantity, and everything in the formula is computed before it."""
        order = self.order
        return target in self.rights and all(
            order.get(part, -1) < order[target] for part in walk(wrong) if isinstance(part, Ref | Partial)
        )

    def differs(self, wrong: Expr, target: Quantity, point: Mapping[Expr, float]) -> bool:
        one, other = evaluate(wrong, point), point[target]
        return isfinite(one) and isfinite(other) and abs(one - other) > APART * max(abs(one), abs(other))


def _drawn(places: Places, seed: int) -> Mapping[Expr, float]:
    """Every quantity at numbers that nobody chose."""
    chance = Random(seed)  # noqa: S311 -- it draws test points
    program = places.program
    found: dict[Expr, float] = {}
    for name in ("inputs", "targets", "constants", "parameters", "states", "settings"):
        found |= {quantity: chance.uniform(0.2, 0.9) for quantity in places.within(name)}
    for equation in program.equations:
        found[equation.target] = evaluate(equation.value, found)
    return found
