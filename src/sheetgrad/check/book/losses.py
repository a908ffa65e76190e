"""Which columns could be the loss of a table, and what a gradient is multiplied with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.expr import references

if TYPE_CHECKING:
    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.roles import Roles
    from sheetgrad.expr import Expr

MOST_LOSSES = 24
"""Columns that are tried as the loss."""
LOSS = "the loss"
"""The symbol of a loss that no column holds."""


class Rate(NamedTuple):
    """What a gradient is multiplied with: a cell times a number; the cell is empty where it is a number only."""

    symbol: str
    factor: float


def ancestors(definitions: dict[str, Expr], name: str) -> set[str]:
    """Every symbol that flows into a definition."""
    found: set[str] = set()
    waiting = [use.symbol.name for use in references(definitions[name])]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            if one in definitions:
                waiting.extend(use.symbol.name for use in references(definitions[one]))
    return found


def losses(roles: Roles, heads: dict[int, Head]) -> list[tuple[str, tuple[str, ...]]]:
    """Columns that could be the loss, likeliest first: computed from weights, and no update made from them."""
    changed = roles.depends(roles.states)
    used = roles.ancestors(*roles.updates.values())
    free = [name for name in roles.definitions if name in changed and name not in used]
    below = {use.symbol.name for name in free for use in references(roles.definitions[name])}
    heading = {roles.name(across): head for across, head in heads.items()}

    def rank(name: str) -> tuple[bool, bool, int]:
        head = heading.get(name)
        named = head is not None and not head.wrt and head.key == "E_total"
        return not named, name in below, -len(ancestors(roles.definitions, name))

    found: list[tuple[str, tuple[str, ...]]] = [(name, ()) for name in sorted(free, key=rank)[:MOST_LOSSES]]
    sinks = tuple(name for name in free if name not in below)
    terms = tuple(
        name
        for name in free
        if (head := heading.get(name)) is not None and head.key[:1] in {"E", "L", "C"} and head.key[1:].isdigit()
    )
    inner = tuple(dict.fromkeys(part for sink in sinks for part in (_free_parts(roles, sink, free) or (sink,))))
    return [*found, *((LOSS, parts) for parts in dict.fromkeys((terms, sinks, inner)) if len(parts) > 1)]


def _free_parts(roles: Roles, sink: str, free: list[str]) -> tuple[str, ...]:
    """What a column is made from, where no update is made from that: the terms of a loss."""
    return tuple(use.symbol.name for use in references(roles.definitions[sink]) if use.symbol.name in free)


def put_together(roles: Roles, heads: dict[int, Head], parts: tuple[str, ...]) -> str:
    """The column that should be the loss, where only its terms fit the gradients; empty where none is, or several are.

    It is headed so, or has no head, and is made from the terms alone.
    """
    heading = {roles.name(across): head for across, head in heads.items()}
    found = []
    for name, value in roles.definitions.items():
        head = heading.get(name)
        named = head is None or (not head.wrt and head.key == "E_total")
        uses = {use.symbol.name for use in references(value)}
        if named and uses and uses <= set(parts) and name not in parts:
            found.append(name)
    return found[0] if len(found) == 1 else ""
