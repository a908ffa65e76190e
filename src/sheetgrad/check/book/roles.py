"""What each track is: weight, given number, or something computed; from the dataflow alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from sheetgrad.check.book.circles import circles
from sheetgrad.check.book.compiled import Compiler, Fixed, NotReadError, OnTrack, track_name
from sheetgrad.expr import Expr, Ref, Symbol, references, substitute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.check.book.frames import Table
    from sheetgrad.read.book.cells import Book, Formula

SHARE = 0.2
"""The share of a track's lines that must hold formulas, for the track to count as computed."""


@dataclass(slots=True)
class Roles:
    """The tracks of a table, taken apart: names are those of the compiler."""

    table: Table
    compiler: Compiler
    main: dict[int, Formula]
    """The formula that most lines of a track hold."""
    unread: dict[int, str]
    """Tracks whose formula is not read, and why."""
    shift: int
    """0 where a line computes with its own weights, -1 where with those of the line before."""
    states: dict[str, int]
    """What training changes: the symbol that stands for it while a line is computed, and its track."""
    definitions: dict[str, Expr]
    """Every other computed track of a line, in an order in which they can be computed."""
    leaves: tuple[str, ...]
    updates: dict[str, Expr]
    """For each state: what it becomes, over the quantities of one line."""
    circular: tuple[int, ...] = ()
    same: dict[Expr, Expr] = field(default_factory=dict)
    """Cells that are another way to name a given number."""
    rules: dict[int, Expr] = field(default_factory=dict)
    """The main formula of every track that is read, as it stands in its line."""

    def name(self, across: int) -> str:
        """The symbol of a track's own line."""
        return track_name(across, sideways=self.table.sideways)

    def depends(self, on: Iterable[str]) -> set[str]:
        """Every definition that the given symbols flow into."""
        found = set(on)
        for name, value in self.definitions.items():
            if any(use.symbol.name in found for use in references(value)):
                found.add(name)
        return found

    def ancestors(self, *roots: Expr) -> set[str]:
        """Every symbol that flows into expressions."""
        found: set[str] = set()
        waiting = [use.symbol.name for root in roots for use in references(root)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                if name in self.definitions:
                    waiting.extend(use.symbol.name for use in references(self.definitions[name]))
        return found

    def reorder(self) -> None:
        """Put the definitions into an order in which they can be computed."""
        self.definitions = in_order(self.definitions)[0]

    def update(self, value: Expr) -> Expr:
        """The formula of a state, over the quantities of the line that the new value is computed from."""
        sources, own = self.compiler.sources, set(self.states.values())
        for _ in range(8):
            changes: dict[Expr, Expr] = {}
            for use in references(value):
                source = sources[use.symbol.name]
                if isinstance(source, OnTrack) and source.shift == self.shift == 0 and source.across in self.rules:
                    inner = self.rules[source.across]
                    if source.across in own or _looks_back(self.compiler, inner):
                        changes[use] = inner  # the step of an optimizer, computed on the same line
            if not changes:
                break
            value = substitute(value, changes, tidy=False)
        return value if self.shift else self.shifted(value, 1)

    def shifted(self, value: Expr, lines: int) -> Expr:
        """Seen from so many lines before: what stood there stands here."""
        moved: dict[Expr, Expr] = {}
        for use in references(value):
            source = self.compiler.sources[use.symbol.name]
            if isinstance(source, OnTrack):
                shift = source.shift + lines
                if source.across not in self.rules and _constant(self.table, source.across):
                    shift = 0
                if use in self.same.values():
                    shift = 0
                moved[use] = self.compiler.symbol(OnTrack(source.across, shift))
        return substitute(value, moved, tidy=False)


def roles(book: Book, table: Table) -> Roles:
    """Take a table apart."""
    compiler = Compiler(book, table)
    main: dict[int, Formula] = {}
    values: dict[int, Expr] = {}
    unread: dict[int, str] = {}
    for across, track in table.tracks.items():
        formula = _main(table, across)
        if formula is None:
            continue
        main[across] = formula
        line = max((run for run in track.runs if run.formula is formula), key=lambda run: (run.lines, run.last)).last
        try:
            values[across] = compiler.expression(formula, across, line)
        except NotReadError as reason:
            unread[across] = str(reason)
    states = _states(table, compiler, values)
    same = _given_twice(table, compiler, values, states)
    values = {across: substitute(value, same, tidy=False) for across, value in values.items()}
    shift = _shift(compiler, values, states)
    named = {track_name(across, sideways=table.sideways): across for across in table.tracks}
    rules = {track_name(across, sideways=table.sideways): value for across, value in values.items()}
    carried = {name for name, across in named.items() if name in rules and _carried(compiler, across, rules[name])}
    definitions = {name: value for name, value in rules.items() if named[name] not in states and name not in carried}
    ordered, circular = in_order(definitions)
    symbols = {compiler.symbol(OnTrack(across, shift)).symbol.name: across for across in sorted(states)}
    made = Roles(table, compiler, main, unread, shift, symbols, ordered, (), {}, (), same)
    made.circular = tuple(named[name] for name in circular)
    made.rules = values
    for symbol, across in symbols.items():
        made.updates[symbol] = made.update(values[across])
    uses = [use.symbol.name for value in (*ordered.values(), *made.updates.values()) for use in references(value)]
    made.leaves = tuple(dict.fromkeys(name for name in (*symbols, *uses) if name not in ordered))
    return made


def _main(table: Table, across: int) -> Formula | None:
    """The formula of most lines; the first line often holds the start and does not count."""
    counts: Counter[Formula] = Counter()
    lines = 0
    for run in table.tracks[across].runs:
        inner = run.lines - (run.first == table.first)
        lines += inner
        if run.formula is not None:
            counts[run.formula] += inner
    if not counts or sum(counts.values()) < SHARE * lines:
        return None
    return max(counts, key=lambda formula: counts[formula])


def _states(table: Table, compiler: Compiler, values: Mapping[int, Expr]) -> set[int]:
    """Tracks that begin with a number of their own and then follow from the line before, in a circle."""
    into: dict[int, set[int]] = {across: set() for across in values}
    back: dict[int, set[int]] = {across: set() for across in values}
    for across, value in values.items():
        for use in references(value):
            source = compiler.sources[use.symbol.name]
            if isinstance(source, OnTrack):
                into[across].add(source.across)
                if source.shift < 0:
                    back[across].add(source.across)
            elif isinstance(source, Fixed) and source.sheet == table.sheet.name:
                other, line = table.turned(source.place)
                if table.holds(other, line):
                    into[across].add(other)
                    back[across].add(other)
    circle = circles(into)
    found = set()
    for across, value in values.items():
        begins = table.tracks[across].runs[0]
        own_start = begins.first > table.first or begins.formula is not _main(table, across)
        in_circle = {other for other in back[across] if circle.get(other) == circle[across]}
        if in_circle and own_start and not _carried(compiler, across, value) and not _counts(compiler, across, value):
            found.add(across)
    return found


def _carried(compiler: Compiler, across: int, value: Expr) -> bool:
    """Whether a track only repeats its own line before, or its first."""
    if not isinstance(value, Ref):
        return False
    match compiler.sources[value.symbol.name]:
        case OnTrack(across=other):
            return other == across
        case Fixed(sheet=sheet, place=place):
            return (
                sheet == compiler.table.sheet.name
                and compiler.table.holds(*compiler.table.turned(place))
                and (compiler.table.turned(place)[0] == across)
            )
        case _:
            return False


def _counts(compiler: Compiler, across: int, value: Expr) -> bool:
    """Whether nothing but the track itself goes into it, as in a counter."""
    sources = [compiler.sources[use.symbol.name] for use in references(value)]
    return all(isinstance(source, OnTrack) and source.across == across for source in sources)


def _given_twice(table: Table, compiler: Compiler, values: Mapping[int, Expr], states: set[int]) -> dict[Expr, Expr]:
    """A fixed cell inside a track that never changes is that track: `$A$33` is t1 where every line holds 0.01."""
    found: dict[Expr, Expr] = {}
    for name, source in list(compiler.sources.items()):
        match source:
            case Fixed(sheet=sheet, place=place) if sheet == table.sheet.name:
                across, line = table.turned(place)
                if table.holds(across, line) and across not in states and _constant(table, across):
                    found[Ref(Symbol(name))] = compiler.symbol(OnTrack(across, 0))
            case OnTrack(across=across, shift=shift) if shift and across not in states:
                carried = across in values and _carried(compiler, across, values[across])
                if carried or (across not in values and _constant(table, across)):
                    found[Ref(Symbol(name))] = compiler.symbol(OnTrack(across, 0))
            case _:
                pass
    return found


def _constant(table: Table, across: int) -> bool:
    """Whether every line of a track holds the same number."""
    return constant_value(table, across) is not None


def constant_value(table: Table, across: int) -> float | None:
    """The number that every line of a track holds; None where they differ."""
    cells = table.cells[across]
    first = cells.get(table.first)
    if first is None or not isinstance(first.value, float | int):
        return None
    lines = range(table.first, table.last + 1)
    same = all((cell := cells.get(line)) is None or cell.value == first.value for line in lines)
    return float(first.value) if same else None


def _shift(compiler: Compiler, values: Mapping[int, Expr], states: set[int]) -> int:
    """Whether the lines compute with their own weights or with those of the line before."""
    uses: Counter[int] = Counter()
    for across, value in values.items():
        if across not in states:
            for use in references(value):
                source = compiler.sources[use.symbol.name]
                if isinstance(source, OnTrack) and source.across in states:
                    uses[source.shift] += 1
    return -1 if uses[-1] > uses[0] else 0


def in_order(definitions: Mapping[str, Expr]) -> tuple[dict[str, Expr], list[str]]:
    """Definitions in an order in which they can be computed, and those that need each other in a circle."""
    used = {name: [use.symbol.name for use in references(value)] for name, value in definitions.items()}
    graph = {name: [other for other in uses if other in definitions] for name, uses in used.items()}
    circular: list[str] = []
    while True:
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = set(error.args[1])
            circular += sorted(circle)
            graph = {name: [o for o in uses if o not in circle] for name, uses in graph.items() if name not in circle}
            continue
        return {name: definitions[name] for name in order}, circular


def _looks_back(compiler: Compiler, value: Expr) -> bool:
    sources = (compiler.sources[use.symbol.name] for use in references(value))
    return any(isinstance(source, OnTrack) and source.shift < 0 for source in sources)
