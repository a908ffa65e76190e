"""Where every family of a plan stands in memory, and its loops as the extension takes them."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.emit.locals import whole
from sheetgrad.engine.encoding import body_of
from sheetgrad.engine.layer_loops import TURNED
from sheetgrad.engine.layer_plan import IN_PANELS, planned
from sheetgrad.engine.task import flat, table
from sheetgrad.expr import Index, Next, Quantity, Ref
from sheetgrad.model import axes_of
from sheetgrad.program import quantities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetgrad.engine import _native
    from sheetgrad.engine.encoding import Body
    from sheetgrad.engine.layer_loops import Loop
    from sheetgrad.engine.layer_plan import Group
    from sheetgrad.engine.task import Task
    from sheetgrad.setup import Value

KINDS = {
    name: number
    for number, name in enumerate(
        ("body", "sum over rows", "largest over rows", "sum over columns", "largest over columns", "product", "turn")
    )
}
"""In the order of `native/layers.h`."""
SHARED, BLOCKS, LOCAL = range(3)
MOST_LANES = 64
PANEL_ROWS, PANEL_COLUMNS = 128, 64


class Where(NamedTuple):
    """Where the numbers of a family stand: the space, the first, and how far apart those along each axis are."""

    space: int
    offset: int
    steps: tuple[int, ...]


class Layout:
    """Where every family stands, and the loops over it as the extension takes them."""

    def __init__(self, task: Task) -> None:
        """Plan the loops of a task, and give every family its place."""
        self.task, self.plan = task, planned(task)
        self.floats = task.precision == "float32"
        self.vector = 16 if self.floats else 8
        samples = self.plan.sample.size
        blocks = -(-samples // MOST_LANES)
        self.lanes = self._padded(-(-samples // blocks))
        self.places: dict[Quantity, Where] = {}
        self.sizes = [0, 0, 0]
        self._place_all()

    def _padded(self, number: int) -> int:
        return -(-number // self.vector) * self.vector

    # --- where families stand --------------------------------------------------------------

    def _place_all(self) -> None:
        program, model = self.task.program, self.task.program.model
        for family in (
            *self.plan.states,
            *(symbol.whole for symbol in (*program.settings, *model.constants, *model.data)),
        ):
            self._place_lasting(family)
        lasting = self.plan.lasting
        for group in self.plan.groups:
            for family in sorted(group.makes | group.reads, key=repr):  # data with their samples below are only read
                if family in lasting and not isinstance(family, Next) and family not in self.places:
                    self._place_lasting(family)
        for group in self.plan.groups:
            self._place_local(group)

    def _place_lasting(self, family: Quantity) -> None:
        space = BLOCKS if self.plan.sample in axes_of(family) else SHARED
        size, steps = self._extent(family)
        self.places[family] = Where(space, self.sizes[space], steps)
        self.sizes[space] += size

    def _extent(self, family: Quantity) -> tuple[int, tuple[int, ...]]:
        """How many numbers a family takes (of a block, or of all), and how far apart those along each axis are."""
        axes = axes_of(family)
        if self.plan.sample in axes:
            others = [axis.size for axis in axes if axis is not self.plan.sample]
            if _is_turned(family):
                return self.lanes * self._padded(others[0]), (self._padded(others[0]), 1)
            return self.lanes * (others[0] if others else 1), tuple(
                1 if axis is self.plan.sample else self.lanes for axis in axes
            )
        last = self._padded(axes[-1].size if axes else 1)
        return last * (axes[0].size if len(axes) > 1 else 1), ((last, 1) if len(axes) > 1 else (1,) * len(axes))

    def _place_local(self, group: Group) -> None:
        """What nothing outside the group reads; what comes to nothing else gives its room away."""
        last = {family: place for place, loop in enumerate(group.loops) for family in loop.reads}
        free: dict[int, list[int]] = {}
        used = 0
        for place, loop in enumerate(group.loops):
            for family in sorted(loop.makes - self.places.keys(), key=repr):
                if isinstance(family, Next) or (family not in last and loop.kind == "body"):
                    continue
                size, steps = self._local_extent(group, family)
                found = free.get(size, [])
                offset = found.pop() if found else used
                used = max(used, offset + size)
                self.places[family] = Where(LOCAL, offset, steps)
            for family, end in last.items():
                at = self.places.get(family)
                if end == place and at is not None and at.space == LOCAL and family in group.makes:
                    free.setdefault(self._local_extent(group, family)[0], []).append(at.offset)
        self.sizes[LOCAL] = max(self.sizes[LOCAL], used)

    def _local_extent(self, group: Group, family: Quantity) -> tuple[int, tuple[int, ...]]:
        if group.kind != IN_PANELS:
            return self._extent(family)
        rows, columns = (axis.size for axis in axes_of(family))
        width = min(self._padded(columns), PANEL_COLUMNS)
        return width * min(rows, PANEL_ROWS), (width, 1)

    # --- what the extension takes ----------------------------------------------------------

    def loaded(self, instructions: str | None = None) -> _native.Layers:
        """The loops, checked and loaded, for the best instruction set or the one that is named."""
        from sheetgrad.engine import _native

        return _native.Layers(**self.arguments(_native.OPERATIONS), instructions=instructions)

    def arguments(self, operations: Mapping[str, int]) -> dict[str, Any]:
        """What the extension is given, with the numbers of its operations."""
        task, plan = self.task, self.plan
        model, numbers = task.program.model, task.numbers
        memory = array("d", bytes(8 * self.sizes[SHARED]))
        for symbol in model.constants:
            self._fill(memory, symbol.whole, flat(numbers.values[symbol]))
        loops, groups = list[tuple[object, ...]](), array("q")
        for group in plan.groups:
            first = group.loops[0]
            sizes = [1 if axis is None else axis.size for axis in (first.row, first.column)]
            groups.extend((group.kind, len(loops), len(loops) + len(group.loops), *sizes))
            loops += [self._loop(loop, operations) for loop in group.loops]
        return {
            "memory": memory,
            "states": array("q", chain.from_iterable(map(self._rows, plan.states))),
            "settings": array("q", [self.places[symbol.whole].offset for symbol in task.program.settings]),
            "tables": [self._table(symbol.whole, numbers.samples[symbol]) for symbol in model.data],
            "loops": loops,
            "groups": groups,
            "keeps_after": plan.before,
            "kept": array("q", chain.from_iterable(map(self._kept, task.keep))),
            "per_block": self.sizes[BLOCKS],
            "local": self.sizes[LOCAL],
            "lanes": self.lanes,
            "samples": plan.sample.size,
            "varying": not task.fixed,
            "floats": self.floats,
        }

    def _rows(self, family: Quantity) -> tuple[int, int, int, int]:
        """Offset, rows, columns, and how far apart rows are."""
        sizes = [axis.size for axis in axes_of(family)]
        at = self.places[family]
        rows, columns = (sizes[0] if len(sizes) > 1 else 1), (sizes[-1] if sizes else 1)
        return at.offset, rows, columns, self._padded(columns)

    def _fill(self, memory: array[float], family: Quantity, numbers: list[float]) -> None:
        offset, rows, columns, step = self._rows(family)
        for row in range(rows):
            start = offset + row * step
            memory[start : start + columns] = array("d", numbers[row * columns : (row + 1) * columns])

    def _table(self, family: Quantity, rows: Sequence[Value]) -> tuple[int, array[float], int, int]:
        """Width, numbers, and where they go in a block: turned, and as they are."""
        numbers = table(rows)
        if self.places[family].space == SHARED:
            return len(numbers) // len(rows), numbers, -1, self.places[family].offset
        plain = [self.places[turned].offset for turned, source in self.plan.turned.items() if source == family]
        return len(numbers) // len(rows), numbers, self.places[family].offset, plain[0] if plain else -1

    def _kept(self, family: Quantity) -> tuple[int, ...]:
        """Space, offset, and of two axes their sizes and steps; which of them is the sample axis."""
        family = whole(family)
        axes, at = axes_of(family), self.places[family]
        sizes, steps = [1] * (2 - len(axes)) + [axis.size for axis in axes], [0] * (2 - len(axes)) + [*at.steps]
        sampled = 2 - len(axes) + axes.index(self.plan.sample) if self.plan.sample in axes else -1
        return (at.space, at.offset, *sizes, *steps, sampled)

    def _loop(self, loop: Loop, numbers: Mapping[str, int]) -> tuple[object, ...]:
        sizes = [1 if axis is None else axis.size for axis in (loop.row, loop.column)]
        sizes[1] = self.lanes if loop.column is self.plan.sample else sizes[1]
        over_samples = loop.over is self.plan.sample
        head = (KINDS[loop.kind], int(over_samples), *sizes)
        if loop.kind in {"product", "turn"}:
            return (*head, 0 if loop.over is None else loop.over.size, *self._plain(loop, numbers))
        wanted = [e.target for e in loop.equations if isinstance(e.target, Next) or whole(e.target) in self.places]
        body = body_of(loop.equations, wanted)
        operands = [self._place(used, slot, loop.row, loop.column) for used, slot in body.operands.items()]
        results = [
            self._place(made, slot, loop.row, loop.column) for made, slot in zip(wanted, body.results, strict=True)
        ]
        if loop.column is None:  # a number alone has the first place of its vector
            results = [(*place[:3], 1, *place[4:]) for place in results]
        results = [(*place[:5], int(_is_direct(body, place, operands))) for place in results]
        changing = {line.target for line in body.lines} | set(body.operands.values())
        constants = array("I", [slot for slot in range(len(body.initial)) if slot not in changing])
        code = body.words(numbers)
        return (*head, 0, code, array("d", body.initial), constants, _packed(operands), _packed(results))

    def _plain(self, loop: Loop, numbers: Mapping[str, int]) -> tuple[object, ...]:
        """A loop without a tape: its operands and its result."""
        ((target, value, *_),) = ((e.target, e.value) for e in loop.equations)
        used = quantities(value)
        if loop.kind == "turn":
            (only,) = used
            operands = [self._place(only, 0, loop.row, loop.column)]
        else:
            before, after = value.factors  # type: ignore[attr-defined]  # a product
            operands = [self._place(before, 0, loop.row, loop.over), self._place(after, 0, loop.over, loop.column)]
        result = self._place(target, 0, loop.row, loop.column)
        end = array("I", [numbers["END"]]).tobytes()
        return (end, array("d", [0.0]), array("I"), _packed(operands), _packed([result]))

    def _place(self, used: Quantity, slot: int, row: Index | None, column: Index | None) -> tuple[int, ...]:
        at = self.places[whole(used.state if isinstance(used, Next) else used)]
        steps = dict(zip(axes_of(used), at.steps, strict=True))
        along = [0 if axis is None else steps.get(axis, 0) for axis in (row, column)]
        return (at.space, at.offset, *along, slot, 0)


def _is_turned(family: Quantity) -> bool:
    return isinstance(family, Ref) and family.symbol.name == TURNED


def _is_direct(body: Body, place: tuple[int, ...], operands: Sequence[tuple[int, ...]]) -> bool:
    """Whether a result may be computed where it belongs: nothing that is still to be read stands there."""
    slot = place[4]
    if slot not in {line.target for line in body.lines} or any(slot == operand[4] for operand in operands):
        return False
    return len(body.lines) == 1 or all(operand[:2] != place[:2] for operand in operands)


def _packed(places: Sequence[tuple[int, ...]]) -> bytes:
    return array("q", chain.from_iterable(places)).tobytes()
