"""A Program as a tape: a flat list of operations over numbered slots, for the interpreters written in C.

    slots   what is kept comes first, in order; then what is given, constants,
            what is computed once, and the rest, used again when it is free
    rows    where every state is kept at a step, its row is where it is computed:
            the slots move on by a row a step, the next values of states go into
            the next row, and what does not change is copied from row to row
    once    operations whose result no step changes
    step    operations of every step; KEEP stands where values are written down

Else the next values of states go straight into the old ones' slots where nothing
later reads those.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.emit.locals import live, sources
from sheetgrad.emit.python import scalars
from sheetgrad.engine.task import spread
from sheetgrad.engine.tiles import Tile, Tiler
from sheetgrad.engine.values import Values
from sheetgrad.expr import Next
from sheetgrad.program import quantities

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sheetgrad.engine.task import Task
    from sheetgrad.engine.values import Value
    from sheetgrad.expr import Quantity
    from sheetgrad.model import Equation
    from sheetgrad.program import Program

LONG = frozenset({"DOT", "DOT_SIGMOID"})
"""Operations on any number of pairs: the number stands before the operands."""


class Line(NamedTuple):
    """One operation with slots."""

    operation: str
    target: int
    operands: tuple[int, ...]


def words(lines: Iterable[Line], numbers: Mapping[str, int]) -> bytes:
    """Lines as 32-bit words, those of the same operation in a row together, with the end behind them."""
    code = array("I")
    for (operation, count), run in groupby(lines, key=lambda line: (line.operation, len(line.operands))):
        code.append(numbers[operation])
        if operation == "KEEP":
            continue
        same = list(run)
        code.append(len(same))
        if operation in LONG:
            code.append(count // 2)
        for line in same:
            code.append(line.target)
            code.extend(line.operands)
    code.append(numbers["END"])
    return code.tobytes()


class Encoded(NamedTuple):
    """A tape, before the names of its operations become numbers."""

    once: list[Line]
    step: list[Line]
    initial: list[float]
    """What every slot holds at first; as many as there are slots."""
    states: list[int]
    settings: list[int]
    data: list[int]
    """The slots of what is given at a step, in the order of `straight`'s rows."""
    constants: list[int]
    width: int
    """How many slots are kept at a step, from slot 0 on."""
    flows: bool = False
    """Whether the slots move on by a row a step."""


class Body(NamedTuple):
    """What is computed at one place of a loop."""

    lines: list[Line]
    initial: list[float]
    operands: Mapping[Quantity, int]
    """The slot of everything that is read."""
    results: list[int]
    """The slot of every target."""

    def words(self, numbers: Mapping[str, int]) -> bytes:
        """The lines as the interpreters take them."""
        return words(self.lines, numbers)


def encoded(program: Program, task: Task) -> Encoded:
    """The tape of an unrolled Program for what a task asks for."""
    states = scalars((*program.model.parameters, *program.states))
    keep = [member for quantity in task.keep for member in spread(quantity)]
    after = live(program.updates, map(Next, states)) if task.update else []
    before = live((*program.forward, *program.backward), {*keep, *sources(after)})
    given = _Given(states, scalars(program.settings), scalars(program.model.data), scalars(program.model.constants))
    values = Values()
    for quantity in (*given.states, *given.settings, *given.data, *given.constants):
        values.leaf(quantity)
    values.equations(before)
    border = len(values)
    values.equations(after)
    kept = [values.known[quantity] for quantity in keep]
    changed = {values.known[state]: values.known[Next(state)] for state in states} if after else {}
    changed = {old: _copied(values, new) for old, new in changed.items() if new != old}
    flows = bool(states) and bool(after) and set(states) <= set(keep)
    return _Encoder(values, given, kept, changed, border, fixed=task.fixed, flows=flows).encoded()


def body_of(equations: Sequence[Equation], wanted: Sequence[Quantity] | None = None) -> Body:
    """Equations as operations over slots, every target (that is wanted) kept in a slot of its own."""
    targets = [equation.target for equation in equations]
    used = list(dict.fromkeys(q for equation in equations for q in quantities(equation.value) if q not in targets))
    given = _Given([], [], used, [])
    values = Values()
    for quantity in used:
        values.leaf(quantity)
    values.equations(equations)
    kept = [values.known[target] for target in (targets if wanted is None else wanted)]
    made = _Encoder(values, given, kept, {}, len(values), fixed=False).encoded()
    lines = [line for line in (*made.once, *made.step) if line.operation != "KEEP"]
    return Body(lines, made.initial, dict(zip(used, made.data, strict=True)), list(range(len(kept))))


def _copied(values: Values, value: Value) -> Value:
    """A value of its own for the next value of a state that is just another state or a number."""
    return values.made("COPY", value) if not values.parts[value] else value


class _Given(NamedTuple):
    states: list[Quantity]
    settings: list[Quantity]
    data: list[Quantity]
    constants: list[Quantity]


@dataclass
class _Encoder:
    """Puts tiles in order and gives values their slots."""

    values: Values
    given: _Given
    kept: list[Value]
    changed: dict[Value, Value]
    """The next value of each state."""
    border: Value
    """Values from here on are made after the others have been written down."""
    fixed: bool
    flows: bool = False
    initial: list[float] = field(default_factory=list)
    home: dict[Value, int] = field(default_factory=dict)
    """Slots that belong to a value from the beginning to the end."""
    _free: list[int] = field(default_factory=list)

    def encoded(self) -> Encoded:
        wanted = dict.fromkeys((*self.kept, *self.changed.values()))
        constant = self._constant()
        beside = {*self.kept} - {*self.changed.values()} - constant if self.flows else ()
        tiles = Tiler(self.values, wanted, constant, beside).tiles()
        self._give_homes(tiles, constant)
        step = self._ordered({value: tile for value, tile in tiles.items() if value not in constant})
        once = [self._line(value, tile, self.home) for value, tile in tiles.items() if value in constant]
        once += self._repeats(constant, among_constant=True)
        lines = self._lines(step, self._repeats(constant, among_constant=False))
        states, settings, data, constants = (
            [self.home[self.values.known[quantity]] for quantity in group] for group in self.given
        )
        if self.flows:
            lines += self._carried(constant)
            self.initial += [0.0] * len(self.kept)  # into which the last of them are carried
        return Encoded(once, lines, self.initial, states, settings, data, constants, len(self.kept), self.flows)

    def _ordered(self, tiles: Mapping[Value, Tile]) -> list[tuple[Value, Tile]]:
        """Tiles by their distance from what is given, then by operation: many of a kind in a row are quicker."""
        level: dict[Value, int] = {}
        for value, tile in tiles.items():
            level[value] = 1 + max((level.get(operand, 0) for operand in tile.operands), default=0)
        border = len(self.values) if self.flows else self.border
        return sorted(tiles.items(), key=lambda item: (item[0] >= border, level[item[0]], item[1].operation))

    def _constant(self) -> set[Value]:
        """Everything that no step changes."""
        values = self.values
        moving = {*self.changed}
        moving |= set() if self.fixed else {values.known[quantity] for quantity in self.given.data}
        same: set[Value] = set()
        for value, parts in enumerate(values.parts):
            if value not in moving and (all(part in same for part in parts) if parts else True):
                same.add(value)
        return same

    def _slot(self, first: float = 0.0) -> int:
        self.initial.append(first)
        return len(self.initial) - 1

    def _give_homes(self, tiles: Mapping[Value, Tile], constant: set[Value]) -> None:
        """What is kept, in order; then leaves, numbers, and what is computed once."""
        numbers = self.values.numbers
        for value in self.kept:
            slot = self._slot(numbers.get(value, 0.0))
            self.home.setdefault(value, slot)
        self.initial += [0.0] * (len(self.kept) if self.flows else 0)  # the next row
        for group in self.given:
            for quantity in group:
                value = self.values.known[quantity]
                self.home.setdefault(value, -1)
                if self.home[value] < 0:
                    self.home[value] = self._slot()
        for tile in tiles.values():
            for operand in tile.operands:
                if operand in numbers and operand not in self.home:
                    self.home[operand] = self._slot(numbers[operand])
        for value in tiles:
            if value in constant and value not in self.home:
                self.home[value] = self._slot()

    def _repeats(self, constant: set[Value], *, among_constant: bool) -> list[Line]:
        """Copies of what is kept under several names."""
        return [
            Line("COPY", place, (self.home[value],))
            for place, value in enumerate(self.kept)
            if self.home[value] != place and value not in self.values.numbers and (value in constant) is among_constant
        ]

    def _line(self, value: Value, tile: Tile, slots: Mapping[Value, int]) -> Line:
        inner = () if tile.inner is None else (slots[tile.inner],)
        return Line(tile.operation, slots[value], (*inner, *[slots[operand] for operand in tile.operands]))

    def _lines(self, step: Sequence[tuple[Value, Tile]], repeats: list[Line]) -> list[Line]:
        """The operations of a step, with slots that are used again as soon as nothing reads them any more."""
        last = {operand: position for position, (_, tile) in enumerate(step) for operand in tile.operands}
        border = len(self.values) if self.flows else self.border
        keeping = next((position for position, (value, _) in enumerate(step) if value >= border), len(step))
        for value in self.kept:
            last[value] = max(last.get(value, 0), keeping)
        slots = dict(self.home)
        states = {new: self._next(old) for old, new in self._in_place(step, last, keeping).items()}
        lines: list[Line] = []
        for position, (value, tile) in enumerate(step):
            if position == keeping:
                lines += self._keep(repeats)
            own = value in slots
            for operand in dict.fromkeys(tile.operands):
                if last[operand] == position and operand not in self.home and operand not in states:
                    self._free.append(slots[operand])
            if not own:
                slots[value] = states[value] if value in states else self._free.pop() if self._free else self._slot()
            lines.append(self._line(value, tile, slots))
        if keeping == len(step):
            lines += self._keep(repeats)
        moved = [(self._next(old), slots[new]) for old, new in self.changed.items()]
        return lines + [Line("COPY", to, (start,)) for to, start in moved if to != start]

    def _keep(self, repeats: list[Line]) -> list[Line]:
        return [*repeats, *([] if self.flows else [Line("KEEP", 0, ())])] if self.kept else []

    def _next(self, state: Value) -> int:
        """The slot of a state at the next step, seen from this one."""
        return self.home[state] + (len(self.kept) if self.flows else 0)

    def _carried(self, constant: Collection[Value]) -> list[Line]:
        """Copies of all that does not change into the next row, or where it is seen from there."""
        slots = {slot for value, slot in self.home.items() if value in constant}
        slots |= {place for place, value in enumerate(self.kept) if value in constant}
        return [Line("COPY", slot + len(self.kept), (slot,)) for slot in sorted(slots)]

    def _in_place(self, step: Sequence[tuple[Value, Tile]], last: dict[Value, int], keeping: int) -> dict[Value, Value]:
        """The states whose next value may take their slot at once; the others' stays to the end."""
        place = {value: position for position, (value, _) in enumerate(step)}
        found: dict[Value, Value] = {}
        taken: set[Value] = set()
        for old, new in self.changed.items():
            position = place.get(new, -1)
            if self.flows and position >= 0 and new not in self.home and new not in taken:
                taken.add(new)
                found[old] = new
                continue
            kept_before = old not in self.kept or position >= keeping
            if new in self.home or new in taken or last.get(old, -1) > position or not kept_before or position < 0:
                last[new] = len(step)
                continue
            taken.add(new)
            found[old] = new
        return found
