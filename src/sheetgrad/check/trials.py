"""Many readings of one formula at once: each name a place that any quantity can be put into.

Reading a formula anew for every name that might belong in a place is most of the work
of explaining a mistake. Here it is read once, with a mark at each name; then a place
takes all names at once, as one more axis of the values.
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.elementwise import SIMPLE
from sheetgrad.check.network import all_references, named, renamed
from sheetgrad.check.points import COUNT, UnknownNameError
from sheetgrad.expr import Call, Expr, Number, Partial, Power, Product, Ref, Sum, Symbol, children, walk
from sheetgrad.functions import in_primitives
from sheetgrad.read.folding import Unreadable, folded
from sheetgrad.read.grammar import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Points, Values
    from sheetgrad.read.token import Token

    Changes: TypeAlias = "Mapping[int, Sequence[Expr]]"
    """For each place of a token, what is tried there; all places have the same number of tries."""

MARK = "@"


class Term(NamedTuple):
    """A term of a sum in the formula, or all of it: where its names stand, and the whole with the term at 0."""

    first: int
    last: int
    value: Values
    rest: Values


class Formula:
    """A formula with a mark for each name, and the values of all its parts."""

    def __init__(self, node: Expr, tokens: tuple[Token, ...], trials: Trials) -> None:
        self.node, self.tokens, self.trials = node, tokens, trials
        self.above: dict[int, set[Expr]] = {}
        self._climb(node, ())
        self.evaluation = _Evaluation(self, {}, 1)
        self.value = self.evaluation.values(node)

    def _climb(self, node: Expr, path: tuple[Expr, ...]) -> None:
        """Note for each mark what it is a part of."""
        path = (*path, node)
        if isinstance(node, Partial):
            for use in _marks(node):
                self.above.setdefault(_place(use), set()).update(path)
        elif isinstance(node, Ref):
            self.above.setdefault(_place(node), set()).update(path)
        else:
            for part in children(node):
                self._climb(part, path)

    def terms(self) -> Iterator[Term]:
        """Every term with a name in it, the outermost first."""
        if not self.above:
            return  # numbers only
        nothing = self.trials.network.points.numpy.zeros(COUNT)
        yield Term(min(self.above), max(self.above), self.value, nothing)
        for part in walk(self.node):
            for term in part.terms if isinstance(part, Sum) else ():
                places = sorted(place for place, above in self.above.items() if term in above)
                if places:
                    stale = set().union(*(self.above[place] for place in places))
                    rest = _Evaluation(self, {}, 1, stale=stale, known={term: nothing}).values(self.node)
                    yield Term(places[0], places[-1], self.value - rest, rest)

    def slopes(self) -> Iterator[tuple[Expr, Values]]:
        """For every sum and every factor: how the whole changes with it."""
        for part in dict.fromkeys(walk(self.node)):
            places = [place for place, above in self.above.items() if part in above]
            if places and not isinstance(part, Call | Power | Number):
                stale = set().union(*(self.above[place] for place in places))
                more = {part: self.evaluation.values(part) + 1}
                yield part, _Evaluation(self, {}, 1, stale=stale, known=more).values(self.node) - self.value


class Trials:
    """What the formulas tried are held against: the values that would be right."""

    def __init__(self, network: Network, wanted: Values) -> None:
        """Keep both."""
        self.network = network
        self.wanted = wanted
        self._read: dict[tuple[Token, ...], Formula | None] = {}
        self._own: dict[str, Expr] = {}

    def hits(self, tokens: tuple[Token, ...], changes: Changes) -> Iterator[int]:
        """The numbers of those tries that give the wanted values."""
        formula = self.formula(tokens)
        count = len(next(iter(changes.values()), ()))
        if formula is None or not count:
            return
        stale = set().union(*(formula.above.get(place, set()) for place in changes))
        try:
            values = _Evaluation(formula, changes, count, stale=stale).values(formula.node)
        except (UnknownNameError, RecursionError):
            return
        points = self.network.points
        yield from self.near(points.numpy.broadcast_to(values, (count, COUNT)), self.wanted)

    def near(self, values: Values, wanted: Values) -> Iterator[int]:
        """The numbers of those rows that agree with what is wanted."""
        points = self.network.points
        with points.numpy.errstate(all="ignore"):
            gap = points.numpy.abs(values[:, 0] - wanted[0])
        rough = points.numpy.flatnonzero((gap <= 1e-6 * abs(wanted[0]) + 1e-12) | ~points.numpy.isfinite(gap))
        for number in rough:
            if points.close(values[number], wanted):
                yield int(number)

    def formula(self, tokens: tuple[Token, ...]) -> Formula | None:
        """The formula that the tokens are; None where it cannot be read or has no value."""
        if tokens not in self._read:
            marked = [
                token._replace(text=f"{MARK}{place}", note="") if token.kind == "name" else token
                for place, token in enumerate(tokens)
            ]
            try:
                self._read[tokens] = Formula(Reader(folded(marked)).read(), tokens, self)
            except (Unreadable, RecursionError, UnknownNameError):
                self._read[tokens] = None
        return self._read[tokens]

    def own(self, key: str) -> Expr:
        """What a name of the text stands for."""
        found = self._own.get(key)
        if found is None:
            found = self._own[key] = named(Ref(Symbol(key)), self.network)
        return found


class _Evaluation:
    """One formula with all that is tried in some of its places, at every point: an axis of tries, then the points.

    What is not `stale` has the values that it has in the formula as it stands.
    """

    def __init__(
        self,
        formula: Formula,
        changes: Changes,
        count: int,
        *,
        stale: set[Expr] | None = None,
        known: dict[Expr, Values] | None = None,
    ) -> None:
        self.formula, self.changes, self.count, self.stale = formula, changes, count, stale
        self.trials, self.tokens = formula.trials, formula.tokens
        self.points = formula.trials.network.points
        self.known: dict[Expr, Values] = {} if known is None else known

    def values(self, node: Expr) -> Values:
        """The values of a part."""
        found = self.known.get(node)
        if found is None and self.stale is not None and node not in self.stale:
            found = self.formula.evaluation.known.get(node)
        if found is None:
            with self.points.numpy.errstate(all="ignore"):
                found = self.known[node] = self._values(node)
        return found

    def _values(self, node: Expr) -> Values:
        match node:
            case Ref(symbol=symbol):
                return self._placed(int(symbol.name.removeprefix(MARK)))
            case Partial():
                return self._derivative(node)
            case Call(function=function, arguments=arguments) if function not in SIMPLE:
                inner = [Ref(Symbol(f"{MARK}{place}")) for place in range(len(arguments))]
                written_out = in_primitives(Call(function, tuple(inner)))
                values = dict(zip(inner, map(self.values, arguments), strict=True))
                return calculated(written_out, lambda part: values[part], self.points)  # type: ignore[index]  # a mark
            case _:
                return combined(node, self.values, self.points)

    def _placed(self, place: int) -> Values:
        tried = self.changes.get(place)
        if tried is None:
            return self.points.value(self.trials.own(self.tokens[place].text))
        made: Values = self.points.numpy.stack([self.points.value(one) for one in tried])
        return made

    def _derivative(self, node: Partial) -> Values:
        """Derivatives are looked up one by one; most are known."""
        marks = {_place(use): use for use in _marks(node)}
        own: dict[Expr, Expr] = {use: self.trials.own(self.tokens[place].text) for place, use in marks.items()}
        changed = [place for place in marks if place in self.changes]
        if not changed:
            return self._one(node, own)
        rows = []
        for number in range(self.count):
            names = own | {marks[place]: self.changes[place][number] for place in changed}
            rows.append(self._one(node, names))
        made: Values = self.points.numpy.stack(rows)
        return made

    def _one(self, node: Partial, names: Mapping[Expr, Expr]) -> Values:
        if not isinstance(names.get(node.wrt, node.wrt), Ref):
            return self._nothing()
        try:
            return self.points.value(renamed(node, names))
        except UnknownNameError:
            return self._nothing()

    def _nothing(self) -> Values:
        made: Values = self.points.numpy.full(COUNT, float("nan"))
        return made


def calculated(node: Expr, leaf: Callable[[Expr], Values], points: Points) -> Values:
    """The values of a formula in primitives from those of its names."""

    def values(part: Expr) -> Values:
        return leaf(part) if isinstance(part, Ref) else combined(part, values, points)

    return values(node)


def combined(node: Expr, values: Callable[[Expr], Values], points: Points) -> Values:
    """The values of a formula from those of its parts, whatever axes they have."""
    numpy = points.numpy
    match node:
        case Number(value=value):
            same: Values = numpy.full(COUNT, float(value))
            return same
        case Sum(terms=terms):
            added: Values = reduce(operator.add, map(values, terms))
            return added
        case Product(factors=factors):
            multiplied: Values = reduce(operator.mul, map(values, factors))
            return multiplied
        case Power(base=base, exponent=exponent):
            made: Values = numpy.power(values(base), values(exponent))
            return made
        case Call(function="positive", arguments=(argument,)):
            positive: Values = (values(argument) > 0).astype(float)
            return positive
        case Call(function=function, arguments=arguments) if function in SIMPLE:
            called: Values = getattr(numpy, SIMPLE[function])(*map(values, arguments))
            return called
        case _:
            raise UnknownNameError(type(node).__name__)


def _place(mark: Ref) -> int:
    return int(mark.symbol.name.removeprefix(MARK))


def _marks(node: Partial) -> list[Ref]:
    return [use for use in all_references(node) if use.symbol.name.startswith(MARK)]
