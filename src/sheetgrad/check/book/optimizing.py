"""Weights that an optimizer moves: which rule it is, with which numbers, and what each column must then hold.

A memory is a state that follows from itself and from a gradient. Its values before
and after a step are told apart by the dataflow; where they are drawn at random, the
columns of a weight are compared with each known rule, and its settings found among
the cells and numbers that they name. A rule counts once most weights follow it with
the same settings. Anything else is left unread.
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations, product
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.book.compiled import OnTrack
from sheetgrad.check.book.memories import Memories
from sheetgrad.check.book.optimizer_forms import GRADIENT, WEIGHT, Form, forms, next_of
from sheetgrad.check.points import COUNT, Points
from sheetgrad.expr import Number, references, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.check.book.understood import Understood
    from sheetgrad.check.points import Values
    from sheetgrad.expr import Expr

MOST_TRIES = 12_000
"""Settings that are tried on one table."""
MOST_AT_ONCE = 4_000
"""The same for one equation."""
MOST_OPTIONS = 14
"""Cells and numbers that may be a setting."""


class Found(NamedTuple):
    """The rule of a weight: its settings, and which track holds which memory."""

    form: Form
    settings: tuple[tuple[str, str], ...]
    """What each setting is: the name of a cell, or a number."""
    memories: tuple[int, ...]

    @property
    def rule(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What weights of one optimizer have in common."""
        return self.form.name, self.settings


class Optimizing(Memories):
    """The columns of a table that an optimizer moves, and what each must hold."""

    def __init__(self, made: Understood) -> None:
        """Find the memories; `recognise` finds the rule of every weight."""
        super().__init__(made)
        self.numpy = made.points.numpy
        self.found: dict[str, Found] = {}
        self.wanted: dict[int, Values] = {}
        """What each column that is moved must hold, by track."""
        self.name = ""
        self.settings: dict[str, str] = {}
        """What each setting of the rule is: the name of a cell, or a number."""
        self.tries = MOST_TRIES

    def recognise(self) -> None:
        """The rule of every weight, and what follows from it where most weights share one."""
        known: Found | None = None
        for symbol in self.made.parameters:
            found = self._rule(symbol, known)
            if found is not None:
                self.found[symbol], known = found, found
        counts = Counter(found.rule for found in self.found.values())
        best = max(counts, key=lambda rule: counts[rule], default=None)
        if best is None or counts[best] * 2 <= len(self.made.parameters):
            self.found = {}
            return
        self.found = {symbol: found for symbol, found in self.found.items() if found.rule == best}
        common = next(iter(self.found.values()))
        self.name, self.settings = common.form.name, dict(common.settings)
        self._demand(common)

    def numbers(self, setting: str) -> list[float]:
        """What a setting is, where it is a number."""
        text = self.settings.get(setting, "")
        return [float(text)] if text and text not in self.roles.compiler.sources else []

    def _rule(self, symbol: str, known: Found | None) -> Found | None:
        across = self.roles.states[symbol]
        rule = self.roles.rules.get(across)
        value = self.value(across, rule)
        if rule is None or value is None or not self.made.derivative(symbol).any():
            return None
        mine = tuple(self.named(across))
        whole = [self.expression(across, rule), *(self.expression(one, self.roles.rules[one]) for one in mine)]
        options = self._options(whole)
        if known is not None and len(known.memories) == len(mine):
            for order in permutations(mine):
                if self._holds(known.form, dict(known.settings), symbol, order, value):
                    return known._replace(memories=order)
        for form in forms():
            for order in permutations(mine) if len(form.memories) == len(mine) else ():
                settings = self._settings(form, symbol, order, value, options)
                if settings is not None:
                    return Found(form, tuple(sorted(settings.items())), order)
        return None

    def _options(self, nodes: list[Expr]) -> dict[str, Values]:
        """Cells and numbers that formulas name, and what they leave of 1."""
        numbers: dict[float, None] = {}
        for node in nodes:
            for part in walk(node):
                if isinstance(part, Number) and part.value > 0:
                    numbers |= dict.fromkeys((float(part.value), 1 - float(part.value)))
        names = dict.fromkeys(use.symbol.name for node in nodes for use in references(node))
        sources = self.roles.compiler.sources
        given = [n for n in names if n not in self.made.changed and not self._is_memory(sources[n])]
        found = {name: values for name in given if (values := self._of(name)) is not None}
        found |= {repr(number): self.numpy.full(COUNT, number) for number in numbers if number > 0}
        return dict(list(found.items())[:MOST_OPTIONS])

    def _is_memory(self, source: object) -> bool:
        return isinstance(source, OnTrack) and source.across in self.memories

    def _setting(self, text: str) -> Values | None:
        return self._of(text) if text in self.roles.compiler.sources else self.numpy.full(COUNT, float(text))

    def _points(self, form: Form, symbol: str, order: tuple[int, ...]) -> Points:
        """The quantities of a rule at the points."""
        points = Points({}, ())
        points.fix(WEIGHT.symbol.name, self.made.points.values[symbol])
        points.fix(GRADIENT.symbol.name, self.made.derivative(symbol))
        for memory, across in zip(form.memories, order, strict=True):
            points.fix(memory.symbol.name, abs(self.made.points.drawn(across)))
            if across in self.nexts:
                points.fix(next_of(memory).symbol.name, self.nexts[across])
        return points

    def _settings(
        self, form: Form, symbol: str, order: tuple[int, ...], value: Values, options: Mapping[str, Values]
    ) -> dict[str, str] | None:
        """The settings with which the columns of a weight follow a rule."""
        if any(across not in self.nexts for across in order):
            return None
        points = self._points(form, symbol, order)
        goals = [*zip(form.following, (self.nexts[across] for across in order), strict=True), (form.update, value)]
        return next(self._bound(points, goals, {}, form, options), None)

    def _bound(
        self, points: Points, goals: list[tuple[Expr, Values]], bound: dict[str, str], form: Form,
        options: Mapping[str, Values],
    ) -> Iterator[dict[str, str]]:  # fmt: skip
        if not goals:
            yield bound
            return
        node, wanted = goals[0]
        used = (use.symbol.name for use in references(node))
        free = [name for name in dict.fromkeys(used) if name in form.settings and name not in bound]
        if len(options) ** len(free) > MOST_AT_ONCE:
            options = dict(list(options.items())[: int(MOST_AT_ONCE ** (1 / len(free)))])
        for chosen in product(options, repeat=len(free)):
            self.tries -= 1
            if self.tries < 0:
                return
            for name, text in (bound | dict(zip(free, chosen, strict=True))).items():
                points.put(name, options[text] if text in options else self._setting(text))  # type: ignore[arg-type]  # it is known
            if points.close(points.value(node), wanted):
                yield from self._bound(points, goals[1:], bound | dict(zip(free, chosen, strict=True)), form, options)

    def _holds(
        self, form: Form, settings: Mapping[str, str], symbol: str, order: tuple[int, ...], value: Values
    ) -> bool:
        """Whether a weight follows a rule with given settings."""
        goals = self._goals(form, settings, symbol, order)
        held = all(self._close(self.nexts.get(across), goals[place]) for place, across in enumerate(order))
        return held and self._close(value, goals[-1])

    def _goals(
        self, form: Form, settings: Mapping[str, str], symbol: str, order: tuple[int, ...]
    ) -> list[Values | None]:
        """What each memory and then the weight become by a rule."""
        points = self._points(form, symbol, order)
        for name, text in settings.items():
            values = self._setting(text)
            if values is None:
                return [None] * (len(order) + 1)
            points.put(name, values)
        made: list[Values | None] = []
        for memory, node in zip(form.memories, form.following, strict=True):
            made.append(points.value(node))
            points.put(next_of(memory).symbol.name, made[-1])  # type: ignore[arg-type]  # just computed
        return [*made, points.value(form.update)]

    def _close(self, left: Values | None, right: Values | None) -> bool:
        return self.made.close(left, right)

    def _demand(self, common: Found) -> None:
        """What every column must hold: of weights that follow the rule, and of those whose memories are known."""
        claimed = {across for found in self.found.values() for across in found.memories}
        settings = dict(common.settings)
        for symbol in self.made.parameters:
            order = self.found[symbol].memories if symbol in self.found else self._guess(symbol, common, claimed)
            if order is None or not self.made.derivative(symbol).any():
                continue
            goals = self._goals(common.form, settings, symbol, order)
            for across, goal in zip((*order, self.roles.states[symbol]), goals, strict=True):
                if goal is not None:
                    self.wanted[across] = goal
                if goal is not None and across in self.memories:
                    self.nexts[across] = goal

    def _guess(self, symbol: str, common: Found, claimed: set[int]) -> tuple[int, ...] | None:
        """The memories of a weight that does not follow the rule: nobody else has them, and one at least is right."""
        mine = [across for across in self.named(self.roles.states[symbol]) if across not in claimed]
        if len(mine) != len(common.form.memories):
            mine = sorted(self.memories - claimed)
        if len(mine) != len(common.form.memories):
            return None
        best: tuple[int, tuple[int, ...] | None] = (0 if len(mine) > 1 else -1, None)
        for order in permutations(mine):
            goals = self._goals(common.form, dict(common.settings), symbol, order)
            right = sum(self._close(self.nexts.get(a), goal) for a, goal in zip(order, goals, strict=False))
            if right > best[0]:
                best = right, order
        return best[1]
