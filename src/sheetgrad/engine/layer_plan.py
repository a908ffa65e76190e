"""Loops over many samples put in order and in groups, and where every family stands in memory.

Loops whose results have a sample axis run block by block: all of them for some
samples, so that what they hand each other stays near. Loops over matrices run in
panels: a gradient and the update that uses it for some rows and columns at a time, so that
a gradient is never written down as a whole unless it is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.emit.locals import live, sources, whole
from sheetgrad.engine.layer_loops import Loop, loops
from sheetgrad.expr import Index, Next, Quantity
from sheetgrad.model import axes_of
from sheetgrad.program import quantities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sheetgrad.engine.task import Task
    from sheetgrad.program import Program

FOR_BLOCKS, IN_PANELS, ONCE = range(3)
"""How a group is run, in the order of `native/layers.h`."""


class Group(NamedTuple):
    """Loops that run one after the other: for each block of samples, in panels, or once."""

    kind: int
    loops: tuple[Loop, ...]

    @property
    def reads(self) -> frozenset[Quantity]:
        """The families it reads, its own included."""
        return frozenset().union(*(loop.reads for loop in self.loops))

    @property
    def makes(self) -> frozenset[Quantity]:
        """The families it makes."""
        return frozenset().union(*(loop.makes for loop in self.loops))


class Plan(NamedTuple):
    """The groups of a step; what is kept is written down after the first `before`."""

    groups: tuple[Group, ...]
    before: int
    sample: Index
    kept: frozenset[Quantity]
    states: tuple[Quantity, ...]
    turned: Mapping[Quantity, Quantity]
    """Families with their samples below each other, and what they are made from."""

    @property
    def lasting(self) -> set[Quantity]:
        """The families that are made in one group and read in another, or kept."""
        found = set(self.kept)
        for group in self.groups:
            found |= group.reads - group.makes
        return found


def planned(task: Task) -> Plan:
    """The loops of a task. Raises NoLoopsError where there are none."""
    program, model = task.program, task.program.model
    states = [symbol.whole for symbol in (*model.parameters, *program.states)]
    updates = live(program.updates, map(Next, states)) if task.update else []
    before = live((*program.forward, *program.backward), {*task.keep, *sources(updates)})
    kept = frozenset(map(whole, task.keep))
    sample = sample_of(program)
    early, late = loops(before, updates, sample)
    turned = {made: read for loop in early if loop.kind == "turn" for made in loop.makes for read in loop.reads}
    given = {symbol.whole for symbol in model.data}
    early = [loop for loop in early if loop.kind != "turn" or not loop.reads <= given]
    early, deferred = _deferred(early, late, {*kept, *states}, sample)
    first = [group for run in _in_scopes(early, sample) for group in _grouped(run, sample)]
    then = _grouped(_put_before(deferred, late), sample)
    return Plan((*first, *then), len(first), sample, kept, tuple(states), turned)


def sample_of(program: Program) -> Index:
    """The sample axis; one that nothing has, where a step has one sample."""
    return program.model.sampled or Index("no sample", 1)


def fits(program: Program) -> bool:
    """Whether a Program has a plan. Raises NoLoopsError where it has none."""
    loops((*program.forward, *program.backward), program.updates, sample_of(program))
    return True


def _deferred(
    early: Sequence[Loop], late: Sequence[Loop], needed: set[Quantity], sample: Index
) -> tuple[list[Loop], list[Loop]]:
    """What only updates read, and no state goes into, is computed with them."""
    first, then = list[Loop](), list[Loop]()
    wanted = _reads(late)
    for loop in reversed(early):
        if _is_for_panels(loop, sample) and loop.makes <= wanted - needed - _reads(first) and not loop.reads & needed:
            then.append(loop)
        else:
            first.append(loop)
    return first[::-1], then[::-1]


def _reads(loops_: Iterable[Loop]) -> frozenset[Quantity]:
    return frozenset().union(*(loop.reads for loop in loops_))


def _put_before(deferred: Sequence[Loop], late: Sequence[Loop]) -> list[Loop]:
    """Each deferred loop just before the first that reads what it makes."""
    left, order = list(deferred), list[Loop]()
    for loop in late:
        for other in [other for other in left if other.makes & loop.reads]:
            order.append(other)
            left.remove(other)
        order.append(loop)
    return [*left, *order]


def is_for_blocks(loop: Loop, sample: Index) -> bool:
    """Whether its results have a sample axis."""
    return loop.column is sample and loop.over is not sample


def _in_scopes(early: Sequence[Loop], sample: Index) -> list[list[Loop]]:
    """In an order in which they can be computed, with as few changes between blocks and the rest as may be."""
    left, runs, blocks = list(early), list[list[Loop]](), True
    while left:
        run = list[Loop]()
        waiting = {family for loop in left for family in loop.makes}
        for loop in list(left):
            if is_for_blocks(loop, sample) is blocks and not loop.reads & waiting:
                run.append(loop)
                left.remove(loop)
                waiting -= loop.makes
        runs += [run] if run else []
        blocks = not blocks
    return runs


def _grouped(run: Sequence[Loop], sample: Index) -> list[Group]:
    groups = list[Group]()
    for loop in run:
        last = groups[-1] if groups else None
        kind = FOR_BLOCKS if is_for_blocks(loop, sample) else IN_PANELS if loop.kind == "product" else ONCE
        if kind == ONCE and _is_for_panels(loop, sample) and last is not None and last.kind == IN_PANELS:
            kind = IN_PANELS if _same_panels(loop, last) else ONCE
        if kind == ONCE and last is not None and last.kind == IN_PANELS and _may_precede(loop, last):
            groups.insert(-1, Group(ONCE, (loop,)))
        elif last is not None and last.kind == kind and (kind != IN_PANELS or _same_panels(loop, last)):
            groups[-1] = Group(kind, _merged(last.loops, loop))
        else:
            groups.append(Group(kind, (loop,)))
    return groups


def _is_for_panels(loop: Loop, sample: Index) -> bool:
    """Whether it computes a matrix at each of its places."""
    return loop.row is not None and loop.kind in {"product", "body"} and not is_for_blocks(loop, sample)


def _may_precede(loop: Loop, group: Group) -> bool:
    """Whether it has nothing to do with the group, and so may stand before it."""
    return not loop.reads & group.makes and not any(isinstance(made, Next) for made in loop.makes)


def _same_panels(loop: Loop, group: Group) -> bool:
    """Whether it runs over the same rows and columns, and shares with the group only what stands at its own place."""
    last = group.loops[-1]
    if (loop.row, loop.column) != (last.row, last.column) or not _reads_in_place(loop, group.makes):
        return False
    return all(_reads_in_place(other, _changed(loop)) for other in group.loops)


def _changed(loop: Loop) -> set[Quantity]:
    """The states that it writes over."""
    return {made.state for made in loop.makes if isinstance(made, Next)}


def _reads_in_place(loop: Loop, made: AbstractSet[Quantity]) -> bool:
    if not loop.reads & made:
        return True
    axes = tuple(axis for axis in (loop.row, loop.column) if axis is not None)
    used = [one for equation in loop.equations for one in quantities(equation.value) if whole(one) in made]
    return all(set(axes_of(one)) == set(axes) and one == whole(one) for one in used) and (
        loop.kind == "body" or not used
    )


def _merged(before: tuple[Loop, ...], loop: Loop) -> tuple[Loop, ...]:
    """Bodies of one shape in a row become one."""
    last = before[-1]
    same = last.kind == loop.kind == "body" and (last.row, last.column) == (loop.row, loop.column)
    if not same or not _reads_in_place(loop, last.makes) or not _reads_in_place(last, _changed(loop)):
        return (*before, loop)
    return (*before[:-1], last.merged(loop))
