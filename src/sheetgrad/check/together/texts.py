"""What a checked text says of its network, for comparing."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, TypeGuard

from sheetgrad.check.network import named
from sheetgrad.check.numbers import is_numeric
from sheetgrad.check.points import has_partial
from sheetgrad.check.together.facts import Facts, Gradient, Place, Quoted
from sheetgrad.check.together.quoted import quoted_losses, rates_named
from sheetgrad.expr import Partial, Product, Ref, Sum, references, walk
from sheetgrad.functions import evaluate
from sheetgrad.read.names import canonical

if TYPE_CHECKING:
    from sheetgrad.check.judge import Judge
    from sheetgrad.check.network import Network
    from sheetgrad.check.pairs import Pair, Side
    from sheetgrad.check.steps import Step
    from sheetgrad.expr import Expr
    from sheetgrad.read.claims import Claim, Member
    from sheetgrad.read.traced import Source


class Told:
    """Listens while a text is judged, claim after claim."""

    def __init__(self, source: Source, judge: Judge) -> None:
        """Nothing has been said yet."""
        self.source, self.judge, self.network = source, judge, judge.network
        self.loss = _loss(judge)
        self.stated: dict[str, Place] = {}
        self.by: set[str] = set()
        """Leaves by which the loss is differentiated."""
        self.given: dict[str, list[Quoted]] = {}
        self.gradients: dict[str, Gradient] = {}
        self.torn: set[str] = set()
        """Weights whose gradient is given rightly in one place and wrongly in another."""

    def claim(self, claim: Claim, pairs: list[Pair], step: Step | None) -> None:
        """One chain more, judged."""
        first = claim.members[0].value
        if not pairs or not isinstance(first, Ref | Partial):
            return
        node = named(first, self.network)
        if isinstance(node, Ref):
            self._named(node.symbol.name, pairs)
        elif isinstance(node, Partial) and step is not None and node.of == self.loss_ref:
            self._gradient(node.wrt.symbol.name, pairs, step)

    @property
    def loss_ref(self) -> Ref | None:
        """The loss as a quantity."""
        from sheetgrad.expr import Symbol

        return Ref(Symbol(self.loss)) if self.loss else None

    def _named(self, key: str, pairs: list[Pair]) -> None:
        for pair in pairs:
            right = pair.right.node
            if right is None or has_partial(right):
                continue
            if is_numeric(right) and len(pairs) == 1 and (key in self.network.leaves or key == self.loss):
                self._given(key, pair.right)
            elif key in self.network.definitions and pair.verdict == "true" and references(right):
                self.stated.setdefault(key, self._place(pair.left.member.offset))

    def _given(self, key: str, side: Side) -> None:
        assert side.node is not None  # noqa: S101 -- asked for by the caller
        value = evaluate(side.node, {})
        if math.isfinite(value):
            place = self._place(side.member.offset)
            self.given.setdefault(key, []).append(Quoted(value, last_digit(side.member), place, side.member.spelled))

    def _gradient(self, key: str, pairs: list[Pair], step: Step) -> None:
        """The last formula counts; a chain of derivatives alone is no answer yet."""
        if key not in self.network.leaves:
            return
        self.by.add(key)
        closed = [p.right for p in pairs if p.right.node is not None and not is_numeric(p.right.node)]
        if not closed or _only_derivatives(closed[-1].node) or step.verdict not in {"true", "slip", "false"}:
            return
        side = closed[-1]
        value = side.node if step.closed else None
        place = self._place(side.member.offset)
        spelled = side.member.spelled
        made = Gradient(step.verdict != "false", place, spelled, value, step.quantity, step.verdict == "slip")
        if self.gradients.setdefault(key, made).right != made.right:
            self.torn.add(key)
        self.gradients[key] = made

    def _place(self, offset: int) -> Place:
        found = self.source.place(offset)
        return Place(found.line, found.column)

    def facts(self, verdicts: dict[str, str]) -> Facts | None:
        """All of it; `verdicts` are those of the report's own summary, which is never contradicted."""
        if not self.loss:
            return None
        leaves = self.network.leaves
        once = _used_once(self.network)
        parameters = tuple(
            key
            for key in leaves
            if _is_weight(self.network.names.get(key, key)) or (key in self.by | once and not _is_data(key))
        )
        gradients = {
            key: one
            for key, one in self.gradients.items()
            if key not in self.torn and verdicts.get(key, _WORDS[one.right]) == _WORDS[one.right]
        }
        given = {key: tuple(said) for key, said in self.given.items() if _one(said)}
        names = {key: self.judge.spelled(key) for key in (*leaves, *self.network.definitions)}
        return Facts(
            dict(self.network.definitions),
            self.loss,
            parameters,
            names,
            dict(self.stated),
            gradients,
            {key: said for key, said in given.items() if key not in {"eta", self.loss}},
            rates=self._rates(),
            quoted=quoted_losses(self.source),
        )

    def _rates(self) -> tuple[Quoted, ...]:
        """The learning rate, where the text has one only and gives it outside any call."""
        said = self.given.get("eta", [])
        named = {*rates_named(self.source), *(quoted.value for quoted in said)}
        return (said[0],) if len(named) == 1 and said and not _in_call(self.source, said[0].place) else ()


_WORDS = {True: "true", False: "false"}


def _only_derivatives(node: Expr | None) -> bool:
    """Whether it is made of derivatives and nothing else: ∂E/∂a·∂a/∂z·∂z/∂w."""
    if isinstance(node, Product | Sum):
        parts = node.factors if isinstance(node, Product) else node.terms
        return all(map(_only_derivatives, parts))
    return node is None or isinstance(node, Partial | Ref)


def _in_call(source: Source, place: Place) -> bool:
    """Whether a function's name and a bracket stand before it on its line: `SGD(model, lr=0.1)`."""
    start = source.starts[place.line - source.first_line]
    return re.search(r"\w\(", source.text[start : start + place.column]) is not None


def _loss(judge: Judge) -> str:
    """The key of the loss: what is called so, else the one quantity that nothing else is made from."""
    definitions = judge.network.definitions
    called = [key for key in definitions if canonical(key) == "E_total"]
    if len(called) == 1:
        return called[0]
    used = {use.symbol.name for value in definitions.values() for use in references(value)}
    last = [key for key in definitions if key not in used]
    return last[0] if len(last) == 1 else ""


def _used_once(network: Network) -> set[str]:
    """Leaves that stand in one place only and multiply there what is used elsewhere too, or is computed."""
    uses = Counter(use.symbol.name for value in network.definitions.values() for use in references(value))
    found: set[str] = set()
    for part in (part for value in network.definitions.values() for part in walk(value)):
        pair = [factor.symbol.name for factor in part.factors if isinstance(factor, Ref)] if _is_pair(part) else []
        for one, other in (pair, pair[::-1]) if pair else ():
            if uses[one] == 1 and one in network.leaves and (uses[other] > 1 or other in network.definitions):
                found.add(one)
    return found


def _is_pair(node: Expr) -> TypeGuard[Product]:
    return isinstance(node, Product) and len(node.factors) == 2 and all(isinstance(f, Ref) for f in node.factors)


def _is_weight(key: str) -> bool:
    found = canonical(key) or ""
    return found[:1] in {"w", "b"} and found[1:].isdigit()


def _is_data(key: str) -> bool:
    found = canonical(key) or ""
    return found == "eta" or (found[:1] in {"i", "t"} and found[1:].isdigit())


def _one(said: list[Quoted]) -> bool:
    """Whether only one number is given: several are those of several steps."""
    return len({quoted.value for quoted in said}) == 1


def last_digit(member: Member) -> float:
    """Half a unit in the last place of the number written, the least exact where there are several."""
    units = [0.0]
    for token in member.tokens:
        if token.kind == "number":
            digits, _, exponent = token.text.lower().partition("e")
            units.append(0.5 * 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2])) if "." in digits else 0.0)
    return 1.01 * max(units)
