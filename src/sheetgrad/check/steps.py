"""Each chain of a document as one step of a derivation: what it comes to, and from which earlier mistake it follows.

A mistake is made once and then carried on. Whoever gives marks by hand does not take
points twice for it: a later step that is right, given what stands above it, keeps them.
So each wrong chain is looked at again at the same points, with every quantity that the
text has got wrong so far at the value that the text gave it.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.network import named
from sheetgrad.check.numbers import is_numeric
from sheetgrad.check.pairs import NEW
from sheetgrad.check.points import Points, UnknownNameError, has_partial
from sheetgrad.expr import Partial, Product, Ref, Sum, references, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.check.findings import Verdict
    from sheetgrad.check.judge import Judge
    from sheetgrad.check.network import Network
    from sheetgrad.check.pairs import Pair, Side
    from sheetgrad.check.points import Values
    from sheetgrad.expr import Expr
    from sheetgrad.read.claims import Claim


class Step(NamedTuple):
    """One chain `Q = … = …` of a text."""

    quantity: str
    """The plain name of what it is about; empty where that is no single quantity."""
    line: int
    verdict: Verdict
    """That of what it comes to, its last member."""
    follows: int = 0
    """The line of the earlier mistake that it is right after; 0 where it follows from none."""
    span: tuple[int, int] = (0, 0)
    closed: bool = False
    """Whether it ends in a formula, not only in derivatives or in a number."""
    method: bool = False
    """Whether a product of derivatives stands in it: the chain rule is shown."""
    number: float | None = None
    """What it comes to, where that is a number."""


class AsStated(Points):
    """The quantities of a network as somebody has them, mistakes included."""

    def __init__(self, definitions: Mapping[str, Expr], leaves: tuple[str, ...], *, seed: int = 20) -> None:
        """Nothing is wrong yet."""
        self.leaves = leaves
        self.stated: dict[tuple[str, str], Values] = {}
        """Derivatives that are not what they should be, by what is differentiated and by what."""
        self.about: tuple[str, str] | None = None
        """The derivative that is looked for: what was said of it earlier does not count for itself."""
        self.lines: dict[object, int] = {}
        """Where each wrong thing was stated: a derivative, or a quantity that was given another formula."""
        self.used: set[int] = set()
        """The lines of the derivatives that the last look went by."""
        self.from_below = False
        """Whether a derivative is put together from the quantity upwards, or else from the loss down."""
        super().__init__(definitions, leaves, seed=seed)

    def define(self, key: str, formula: Expr, line: int) -> None:
        """Take another formula for a quantity; one that leads round in a circle is left out."""
        definitions = _ordered({**self.definitions, key: formula})
        if definitions is None:
            return
        self.lines[key] = line
        kept = {name: values for name, values in self.values.items() if name not in self.definitions}
        self.definitions, self.values = definitions, kept
        self._held = frozenset()
        self._known.clear()
        self._tangents.clear()
        with self.numpy.errstate(all="ignore"):
            for name, definition in definitions.items():
                self.values[name] = self.value(definition)
            self._held = frozenset(self._shifts())

    def state(self, derivative: tuple[str, str], values: Values, line: int) -> None:
        """Take a derivative as it was stated."""
        self.stated[derivative] = values
        self.lines[derivative] = line

    def mend(self, derivative: tuple[str, str]) -> None:
        """What was stated is right after all."""
        self.stated.pop(derivative, None)
        self.lines.pop(derivative, None)

    def seen(self, node: Expr, about: tuple[str, str] | None) -> Iterator[Values]:
        """What an expression is worth, with what was stated in the place of what should be."""
        self.about = about
        self.used = set()
        for self.from_below in (False, True):
            self._known.clear()
            try:
                with self.numpy.errstate(all="ignore"):
                    values = self.value(node)
            except UnknownNameError:
                return
            yield values
        self.about = None
        self._known.clear()

    def derivative(self, of: Expr, wrt: Ref) -> Values:
        """The total derivative, made from the stated ones where there are any."""
        if not self.stated:
            return super().derivative(of, wrt)
        found: dict[tuple[str, str], Values] = {}
        key = wrt.symbol.name
        if key not in self.values:
            raise UnknownNameError(key)
        if isinstance(of, Ref):
            return self._total(of.symbol.name, key, found)
        parts = [self.slope(of, use.symbol.name) * self._total(use.symbol.name, key, found) for use in references(of)]
        return self._added(parts) if parts else self.numpy.zeros(len(self.values[key]))

    def _total(self, top: str, below: str, found: dict[tuple[str, str], Values]) -> Values:
        pair = (top, below)
        if pair in self.stated and pair != self.about:
            self.used.add(self.lines[pair])
            return self.stated[pair]
        if pair not in found:
            found[pair] = self._put_together(top, below, found)
        return found[pair]

    def _put_together(self, top: str, below: str, found: dict[tuple[str, str], Values]) -> Values:
        same: Values = self.numpy.ones_like(self.values[below])
        if top == below:
            return same
        total: Values = same * 0
        if top not in self.definitions or top in self._held:
            return total
        if self.from_below:
            for use in references(self.definitions[top]):
                between = use.symbol.name
                total = total + self._edge(top, between) * self._total(between, below, found)
            return total
        for above, definition in self.definitions.items():
            if above not in self._held and any(use.symbol.name == below for use in references(definition)):
                total = total + self._total(top, above, found) * self._edge(above, below)
        return total

    def _edge(self, above: str, below: str) -> Values:
        pair = (above, below)
        if pair in self.stated and pair != self.about:
            self.used.add(self.lines[pair])
            return self.stated[pair]
        return self.slope(self.definitions[above], below)


def _ordered(definitions: Mapping[str, Expr]) -> dict[str, Expr] | None:
    uses = {
        key: [use.symbol.name for use in references(value) if use.symbol.name in definitions]
        for key, value in definitions.items()
    }
    try:
        return {key: definitions[key] for key in TopologicalSorter(uses).static_order()}
    except CycleError:
        return None


MOST_FOLLOWED = 250
"""Wrong sides of one text that are looked at for what they follow from."""


class Steps:
    """The steps of one text, in order."""

    def __init__(self, network: Network) -> None:
        """Begin with nothing wrong."""
        self.network = network
        self.points: AsStated | None = None
        self.looked = 0

    def step(self, claim: Claim, pairs: list[Pair], judge: Judge, line: int) -> Step | None:
        """The step that a claim is; None where it claims nothing."""
        if not pairs:
            return None
        sides = [pairs[0].left, *(pair.right for pair in pairs)]
        quantity, about = self._about(claim, judge)
        formulas = [pair for pair in pairs if not _is_number(pair.right)]
        verdict = _verdict(formulas or pairs)
        follows = 0
        if verdict == "false":
            follows = self._follows(pairs, sides, about)
            self._keep(pairs, about, quantity, follows or line)
        elif self.points is not None and about is not None and verdict in {"true", "slip"}:
            self.points.mend(about)
        last = formulas[-1].right.node if formulas else None
        closed = last is not None and not has_partial(last) and not isinstance(last, Ref)
        method = any(_is_chain(side.node) for side in sides)
        span = (claim.offset, sides[-1].member.offset + len(sides[-1].member.spelled))
        number = float(sides[-1].values[0]) if _is_number(sides[-1]) and sides[-1].values is not None else None
        return Step(quantity, line, verdict, follows, span, closed, method, number)

    def _about(self, claim: Claim, judge: Judge) -> tuple[str, tuple[str, str] | None]:
        """The plain name of what the claim is about, and the derivative that it is."""
        first = claim.members[0].value
        node = named(first, self.network) if isinstance(first, Ref | Partial) else None
        if isinstance(node, Ref):
            name = node.symbol.name
            if judge.is_update(claim):
                match = NEW.match(name)
                own = self.network.key(match[1] or match[2]) if match else name
                return f"{own}_new", None
            return name, None
        if isinstance(node, Partial) and isinstance(node.of, Ref):
            of, wrt = node.of.symbol.name, node.wrt.symbol.name
            return f"d{of}_d{wrt}", (of, wrt)
        return "", None

    def _follows(self, pairs: list[Pair], sides: list[Side], about: tuple[str, str] | None) -> int:
        """The line of the mistake after which every side that is blamed is right; 0 where there is none."""
        blamed = [pair.blamed for pair in pairs if pair.verdict == "false" and pair.blamed is not None]
        lines = [self._right_after(side, sides, about) for side in blamed]
        return max(lines) if lines and all(lines) else 0

    def _right_after(self, wrong: Side, sides: list[Side], about: tuple[str, str] | None) -> int:
        points = self.points
        self.looked += 1
        if points is None or wrong.node is None or self.looked > MOST_FOLLOWED:
            return 0
        for yours in list(points.seen(wrong.node, about)):
            for side in sides:
                if side is wrong or side.node is None:
                    continue
                for other in points.seen(side.node, about):
                    if points.close(yours, other):
                        return max(points.used or points.lines.values(), default=0)
        return 0

    def _keep(self, pairs: list[Pair], about: tuple[str, str] | None, quantity: str, line: int) -> None:
        """Take what the text says in the place of what would be right, from here on; `line` is where it went wrong."""
        side = next((pair.blamed for pair in reversed(pairs) if pair.verdict == "false"), None)
        if side is None or side.node is None:
            return
        if self.points is None:
            self.points = AsStated(self.network.definitions, self.network.leaves)
        for name, values in self.network.points.values.items():
            self.points.values.setdefault(name, values)  # names that the text has made up
        for name, formula in self.network.points.definitions.items():
            self.points.definitions.setdefault(name, formula)
        self.points.opaque |= self.network.points.opaque
        try:
            with self.points.numpy.errstate(all="ignore"):
                values = self.points.value(side.node)
        except UnknownNameError:
            return
        if about is not None:
            self.points.state(about, values, line)
        elif quantity in self.network.definitions and not is_numeric(side.node) and not has_partial(side.node):
            self.points.define(quantity, side.node, line)


def _verdict(pairs: list[Pair]) -> Verdict:
    """That of what the chain comes to: a wrong link before a right end does not count against it."""
    last = pairs[-1]
    if last.verdict == "true" and any(pair.verdict == "false" and pair.blamed is last.right for pair in pairs):
        return "false"
    if last.verdict != "false":
        return last.verdict
    return "false" if last.blamed is last.right or len(pairs) == 1 else "true"


def _is_number(side: Side) -> bool:
    return side.node is not None and is_numeric(side.node)


def _is_chain(node: Expr | None) -> bool:
    """Whether a product of two derivatives stands in it, or a sum of such products."""
    if node is None:
        return False
    products = (part for part in walk(node) if isinstance(part, Product))
    if any(sum(isinstance(factor, Partial) for factor in part.factors) >= 2 for part in products):
        return True
    return isinstance(node, Sum) and all(isinstance(term, Partial) for term in node.terms)
