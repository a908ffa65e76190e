"""What an optimizer remembers: its columns, before a step and after it, at generic points."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import OnTrack
from sheetgrad.check.points import Points, UnknownNameError
from sheetgrad.expr import ZERO, references, substitute

if TYPE_CHECKING:
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.check.points import Values
    from sheetgrad.expr import Expr


class Memories:
    """The columns between the gradients and the weights of a table, where they follow from their own line before."""

    def __init__(self, made: Understood) -> None:
        """Find them."""
        self.made, self.roles = made, made.roles
        self.remembered = remembered(made)
        states = {across for symbol, across in self.roles.states.items() if symbol not in made.parameters}
        self.memories = states & self.remembered
        self.nexts: dict[int, Values] = {}
        """What each memory becomes; right values, once its rule is known."""
        for across in self.memories:
            value = self.value(across, self.roles.rules.get(across))
            if value is not None:
                self.nexts[across] = value

    def value(self, across: int, rule: Expr | None) -> Values | None:
        """What a formula of a state comes to; None where it names what cannot be computed."""
        if rule is None:
            return None
        node = self.expression(across, rule)
        points = Points({}, ())
        for use in references(node):
            found = self._of(use.symbol.name)
            if found is None:
                return None
            points.fix(use.symbol.name, found)
        try:
            return points.value(node)
        except UnknownNameError:
            return None

    def expression(self, across: int, rule: Expr) -> Expr:
        """A formula of a state over the values before the step; what is in between is written out."""
        base = 0 if self.roles.shift or (across in self.memories and self._own_line(across)) else 1
        node = self.roles.shifted(rule, base)
        for _ in range(8):
            changes: dict[Expr, Expr] = {}
            for use in references(node):
                source = self.roles.compiler.sources[use.symbol.name]
                if isinstance(source, OnTrack) and source.across in self.remembered - self.memories:
                    changes[use] = self.roles.shifted(self.roles.rules[source.across], source.shift)
            if not changes:
                break
            node = substitute(node, changes, tidy=False)
        return node

    def _own_line(self, across: int) -> bool:
        """Whether a memory takes in the gradient of its own line, not of the line before."""
        sources = self.roles.compiler.sources
        for use in references(self.roles.rules[across]):
            source = sources[use.symbol.name]
            if isinstance(source, OnTrack) and not source.shift and source.across not in self.remembered:
                name = self.roles.name(source.across)
                if name in self.made.changed and source.across not in self.roles.states.values():
                    return True
        return False

    def _of(self, name: str) -> Values | None:
        """Values for a symbol: of the network where it is one of its quantities, else drawn."""
        made, source = self.made, self.roles.compiler.sources[name]
        if isinstance(source, OnTrack) and source.across in self.memories:
            comes_next = source.shift > 0 or (not source.shift and self._own_line(source.across))
            return self.nexts.get(source.across) if comes_next else abs(made.points.drawn(source.across))
        if name in made.changed or name in made.parameters:
            return made.points.values.get(name)
        if isinstance(source, OnTrack) and self.roles.name(source.across) in made.changed:
            return None  # a quantity of the network on a line where it does not belong
        return 0.1 + 0.55 * abs(made.points.drawn(sum(map(ord, name))))

    def named(self, across: int) -> list[int]:
        """The memories that the formula of a weight names, in its order."""
        rule = self.roles.rules.get(across)
        uses = () if rule is None else references(self.expression(across, rule))
        sources = (self.roles.compiler.sources[use.symbol.name] for use in uses)
        return list(dict.fromkeys(s.across for s in sources if isinstance(s, OnTrack) and s.across in self.memories))


def remembered(made: Understood) -> set[int]:
    """Memories, and what is computed from them on the way to a weight."""
    roles = made.roles
    sources = roles.compiler.sources
    weights = {roles.states[symbol] for symbol in made.parameters}
    found = {across for symbol, across in roles.states.items() if symbol not in made.parameters}
    for _ in roles.rules:
        before = len(found)
        for across, rule in roles.rules.items():
            named = (sources[use.symbol.name] for use in references(rule))
            if across not in weights and any(isinstance(s, OnTrack) and s.across in found for s in named):
                found.add(across)
        if len(found) == before:
            break
    return found


def gradients_taken_in(made: Understood) -> dict[str, str]:
    """For each weight that an optimizer moves the one column that goes into it or its memories, and into no other."""
    roles = made.roles
    between = remembered(made)
    direct: dict[str, set[str]] = {}
    for symbol in made.parameters:
        waiting, seen = [roles.states[symbol]], {roles.states[symbol]}
        direct[symbol] = set()
        while waiting:
            for use in references(roles.rules.get(waiting.pop(), ZERO)):
                source = roles.compiler.sources[use.symbol.name]
                if not isinstance(source, OnTrack) or source.across in seen:
                    continue
                seen.add(source.across)
                name = roles.name(source.across)
                if source.across in between:
                    waiting.append(source.across)
                elif name in made.changed and name in roles.definitions and name not in made.points.definitions:
                    direct[symbol].add(name)
    counts = Counter(name for names in direct.values() for name in names)
    own = {symbol: [name for name in names if counts[name] == 1] for symbol, names in direct.items()}
    return {symbol: names[0] for symbol, names in own.items() if len(names) == 1}
