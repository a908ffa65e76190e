"""An unrolled Program as NumPy source over lanes: one call for each operation, rows used again when they are free."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.emit.locals import in_place, live, sources
from sheetgrad.emit.python import scalars
from sheetgrad.emit.statements import CAREFUL, statements
from sheetgrad.errors import BrokenInvariant
from sheetgrad.expr import (
    Call,
    Expr,
    Next,
    Number,
    Partial,
    Product,
    Quantity,
    Ref,
    Sum,
    is_negative,
)
from sheetgrad.syntax.printer import negative_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sheetgrad.emit.statements import Statement
    from sheetgrad.model import Equation
    from sheetgrad.program import Program

WRITE = "write"
MAKING = RLock()
"""Held while expressions are made in threads: equal expressions are one object only if one is made at a time."""


class Code(NamedTuple):
    """The source of `run(rows, leaves, state, settings, slots, write)`, and how many rows it works in."""

    source: str
    slots: int
    states: tuple[str, ...]


class Operation(NamedTuple):
    """`function(*operands)` into `target`, which is a row of lanes unless the operands are all plain numbers."""

    function: str
    operands: tuple[str, ...]
    target: str = ""
    lanes: bool = True


def lane_code(program: Program, *, keep: Sequence[Quantity] = (), update: bool = True, fixed: bool = True) -> Code:
    """Source that makes the steps of `rows` on every lane; `write` gets what is kept before each update."""
    states = scalars((*program.model.parameters, *program.states))
    after = live(program.updates, map(Next, states)) if update else []
    before = live((*program.forward, *program.backward), {*keep, *sources(after)})
    data, constants = scalars(program.model.data), scalars(program.model.constants)
    settings = scalars(program.settings)
    writer = _Writer(in_place(after))
    names = {
        **{state: writer.leaf(state, f"s{place}", lanes=True) for place, state in enumerate(states)},
        **{leaf: writer.leaf(leaf, f"c{place}") for place, leaf in enumerate((*data, *constants))},
        **{setting: writer.leaf(setting, f"p{place}", lanes=not place) for place, setting in enumerate(settings)},
    }
    writer.equations(before, after, keep)
    hoisted, body, slots = _placed(writer.operations, hoist=fixed)
    lines = [
        *_unpacked("leaves", [names[leaf] for leaf in (*(data if fixed else ()), *constants)]),
        *_unpacked("state", [names[state] for state in states]),
        *_unpacked("settings", [names[setting] for setting in settings]),
        *_unpacked("slots", [f"r{place}" for place in range(slots)]),
        *hoisted,
        f"for {'_' if fixed else ''.join(f'{names[leaf]}, ' for leaf in data) or '_'} in rows:",
        *(f"    {line}" for line in body or ["pass"]),
    ]
    source = "\n    ".join(["def run(rows, leaves, state, settings, slots, write):", *lines]) + "\n"
    return Code(source, slots, tuple(names[state] for state in states))


def _unpacked(sequence: str, names: list[str]) -> list[str]:
    return [f"({', '.join(names)},) = {sequence}"] if names else []


@dataclass(slots=True)
class _Writer:
    """Takes equations apart into operations on two operands."""

    in_place: set[Quantity]
    operations: list[Operation] = field(default_factory=list)
    known: dict[Quantity, str] = field(default_factory=dict)
    lanes: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)

    def leaf(self, quantity: Quantity, name: str, *, lanes: bool = False) -> str:
        self.known[quantity] = name
        if lanes:
            self.lanes.add(name)
            self.states.add(name)
        return name

    def equations(self, before: list[Equation], after: list[Equation], keep: Sequence[Quantity]) -> None:
        later = {equation.target for equation in after}
        made = statements((*before, *after), CAREFUL)
        here = next((place for place, found in enumerate(made) if found.serves in later), len(made))
        for statement in made[:here]:
            self._statement(statement)
        if keep:
            self.operations.append(Operation(WRITE, tuple(self._operand(quantity) for quantity in keep)))
        moved: list[tuple[str, str]] = []
        for statement in made[here:]:
            self._statement(statement)
            target = statement.target
            if isinstance(target, Next) and target not in self.in_place:
                moved.append((self.known[target.state], self.known[target]))
        self.operations.extend(Operation("copied", (new,), old) for old, new in moved)

    def _statement(self, statement: Statement) -> None:
        target, value = statement.target, statement.value
        if isinstance(target, Next) and target in self.in_place:
            self._into(self.known[target.state], value)
            self.known[target] = self.known[target.state]
            return
        found = self._operand(value)
        # A state changes in its own row: who needs its old value later needs a copy.
        self.known[target] = self._made("copied", found) if found in self.states else found

    def _into(self, row: str, value: Expr) -> None:
        """Compute straight into a row: the last operation writes there."""
        count = len(self.operations)
        found = self._operand(value)
        if found in self.lanes and len(self.operations) > count and self.operations[-1].target == found:
            self.operations[-1] = self.operations[-1]._replace(target=row)
        else:
            self.operations.append(Operation("copied", (found,), row))

    def _operand(self, node: Expr) -> str:
        match node:
            case Ref() | Partial() | Next():
                return self.known[node]
            case Number(value=value):
                return repr(float(value)) if value >= 0 else f"({float(value)!r})"
            case Sum(terms=terms):
                return self._sum(terms)
            case Product(factors=factors):
                if is_negative(node):
                    return self._made("negated", self._operand(negative_of(node)))
                return self._chain("multiply", factors)
            case Call(function=name, arguments=arguments):
                return self._made(name, *map(self._operand, arguments))
            case _:
                message = f"no lanes for {node!r}"
                raise BrokenInvariant(message)

    def _sum(self, terms: tuple[Expr, ...]) -> str:
        result = self._operand(terms[0])
        for term in terms[1:]:
            minus = is_negative(term)
            result = self._made(
                "subtract" if minus else "add", result, self._operand(negative_of(term) if minus else term)
            )
        return result

    def _chain(self, function: str, parts: Iterable[Expr]) -> str:
        result = ""
        for part in parts:
            operand = self._operand(part)
            result = self._made(function, result, operand) if result else operand
        return result

    def _made(self, function: str, *operands: str) -> str:
        lanes = any(operand in self.lanes for operand in operands)
        target = f"v{len(self.operations)}"
        self.operations.append(Operation(function, operands, target, lanes))
        if lanes:
            self.lanes.add(target)
        return target


def _placed(operations: list[Operation], *, hoist: bool) -> tuple[list[str], list[str], int]:
    """Lines before the loop and in it, with rows for the results; and how many rows there are."""
    last = {name: place for place, found in enumerate(operations) for name in found.operands}
    rows: dict[str, str] = {}
    free: list[str] = []
    hoisted: list[str] = []
    body: list[str] = []
    count = 0
    for place, found in enumerate(operations):
        operands = [rows.get(name, name) for name in found.operands]
        if found.function == WRITE or not found.lanes:
            line = f"{found.function}({', '.join(operands)})"
            into = hoisted if hoist and not found.lanes else body
            into.append(f"{found.target} = {line}" if found.target else line)
        free.extend(rows.pop(name) for name in dict.fromkeys(found.operands) if last[name] == place and name in rows)
        if found.function == WRITE or not found.lanes:
            continue
        target = found.target
        if target.startswith("v"):
            if not free:
                free.append(f"r{count}")
                count += 1
            target = rows[found.target] = free.pop()
            if found.target not in last:  # nothing reads it
                free.append(rows.pop(found.target))
        body.append(f"{found.function}({', '.join(operands)}, out={target})")
    return hoisted, body, count
