"""Many readings of one formula at once: each name a place that any quantity can be put into.

Reading a formula anew for every name that might belong in a place is most of the work
of explaining a mistake. Here it is read once, with a mark at each name; then a place
takes all names at once, as one more axis of the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.network import named, renamed
from sheetgrad.check.points import COUNT, UnknownNameError
from sheetgrad.expr import Call, Expr, Number, Partial, Power, Product, Ref, Sum, Symbol
from sheetgrad.functions import in_primitives
from sheetgrad.read.folding import Unreadable, folded
from sheetgrad.read.grammar import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Values
    from sheetgrad.read.lexer import Token

    Changes: TypeAlias = "Mapping[int, Sequence[Expr]]"
    """For each place of a token, what is tried there; all places have the same number of tries."""

MARK = "@"


class Trials:
    """What the formulas tried are held against: the values that would be right."""

    def __init__(self, network: Network, wanted: Values) -> None:
        """Keep both."""
        self.network = network
        self.wanted = wanted
        self._read: dict[tuple[Token, ...], Expr | None] = {}
        self._own: dict[str, Expr] = {}

    def hits(self, tokens: tuple[Token, ...], changes: Changes) -> Iterator[int]:
        """The numbers of those tries that give the wanted values."""
        node = self._marked(tokens)
        if node is None or not changes:
            return
        count = len(next(iter(changes.values())))
        if not count:
            return
        try:
            values = _Evaluation(self, tokens, changes, count).values(node)
        except (UnknownNameError, RecursionError):
            return
        points = self.network.points
        values = points.numpy.broadcast_to(values, (count, COUNT))
        with points.numpy.errstate(all="ignore"):
            near = points.numpy.abs(values[:, 0] - self.wanted[0]) <= 1e-6 * abs(self.wanted[0]) + 1e-12
        rough = points.numpy.flatnonzero(near | ~points.numpy.isfinite(values[:, 0] - self.wanted[0]))
        for number in rough:
            if points.close(values[number], self.wanted):
                yield int(number)

    def _marked(self, tokens: tuple[Token, ...]) -> Expr | None:
        """The formula with a mark for each name; None where it cannot be read."""
        if tokens not in self._read:
            marked = [
                token._replace(text=f"{MARK}{place}", note="") if token.kind == "name" else token
                for place, token in enumerate(tokens)
            ]
            try:
                self._read[tokens] = Reader(folded(marked)).read()
            except (Unreadable, RecursionError):
                self._read[tokens] = None
        return self._read[tokens]

    def own(self, key: str) -> Expr:
        """What a name of the text stands for."""
        found = self._own.get(key)
        if found is None:
            found = self._own[key] = named(Ref(Symbol(key)), self.network)
        return found


class _Evaluation:
    """One formula with all that is tried in some of its places, at every point: an axis of tries, then the points."""

    def __init__(self, trials: Trials, tokens: tuple[Token, ...], changes: Changes, count: int) -> None:
        self.trials, self.tokens, self.changes, self.count = trials, tokens, changes, count
        self.points = trials.network.points
        self.known: dict[Expr, Values] = {}

    def values(self, node: Expr) -> Values:
        found = self.known.get(node)
        if found is None:
            with self.points.numpy.errstate(all="ignore"):
                found = self.known[node] = self._values(node)
        return found

    def _values(self, node: Expr) -> Values:
        numpy = self.points.numpy
        match node:
            case Number(value=value):
                return numpy.full(COUNT, float(value))
            case Ref(symbol=symbol):
                return self._placed(symbol.name)
            case Sum(terms=terms):
                total = self.values(terms[0])
                for term in terms[1:]:
                    total = total + self.values(term)
                return total
            case Product(factors=factors):
                total = self.values(factors[0])
                for factor in factors[1:]:
                    total = total * self.values(factor)
                return total
            case Power(base=base, exponent=exponent):
                made: Values = numpy.power(self.values(base), self.values(exponent))
                return made
            case Call(function=function, arguments=arguments) if function in SIMPLE:
                called: Values = getattr(numpy, SIMPLE[function])(*map(self.values, arguments))
                return called
            case Call(function="positive", arguments=(argument,)):
                positive: Values = (self.values(argument) > 0).astype(float)
                return positive
            case Call():
                return self.values(in_primitives(node))
            case Partial():
                return self._derivative(node)
            case _:
                raise UnknownNameError(type(node).__name__)

    def _placed(self, mark: str) -> Values:
        place = int(mark.removeprefix(MARK))
        tried = self.changes.get(place)
        if tried is None:
            return self.points.value(self.trials.own(self.tokens[place].text))
        made: Values = self.points.numpy.stack([self.points.value(one) for one in tried])
        return made

    def _derivative(self, node: Partial) -> Values:
        """Derivatives are looked up one by one; most are known."""
        marks = {int(use.symbol.name.removeprefix(MARK)): use for use in _marks(node)}
        own = {use: self.trials.own(self.tokens[place].text) for place, use in marks.items()}
        changed = [place for place in marks if place in self.changes]
        if not changed:
            return self._one(node, own)
        rows = []
        for number in range(self.count):
            names = own | {marks[place]: self.changes[place][number] for place in changed}
            rows.append(self._one(node, names))
        made: Values = self.points.numpy.stack(rows)
        return made

    def _one(self, node: Partial, names: Mapping[Ref, Expr]) -> Values:
        if not isinstance(names.get(node.wrt, node.wrt), Ref):
            return self.points.numpy.full(COUNT, float("nan"))
        try:
            return self.points.value(renamed(node, dict(names)))
        except UnknownNameError:
            return self.points.numpy.full(COUNT, float("nan"))


def _marks(node: Partial) -> list[Ref]:
    from sheetgrad.check.network import all_references

    return [use for use in all_references(node) if use.symbol.name.startswith(MARK)]


SIMPLE = {
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "abs": "abs",
    "max": "maximum",
    "min": "minimum",
}
"""Functions by their names in NumPy."""
