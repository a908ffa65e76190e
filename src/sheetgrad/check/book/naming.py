"""Plain names for the quantities of a table: what their heads say, else what they are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import Fixed
from sheetgrad.check.book.labels import given_name
from sheetgrad.check.book.losses import LOSS
from sheetgrad.check.book.unfolding import cell_name
from sheetgrad.check.book.update_rates import rate_of
from sheetgrad.expr import Expr, Ref, Symbol, references, substitute
from sheetgrad.syntax.printer import own_name, written

if TYPE_CHECKING:
    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.expr import Quantity


def plain_names(made: Understood, heads: dict[int, Head]) -> dict[str, str]:
    """A name for every symbol; no two alike."""
    roles = made.roles
    tracks = {roles.name(across): across for across in roles.table.tracks} | dict(roles.states)
    said = {s: heads[across].plain for s, across in tracks.items() if across in heads and heads[across].plain}
    counts = Counter(said.values())
    found: dict[str, str] = {}
    taken: set[str] = set()

    def give(symbol: str, name: str) -> None:
        free, number = name, 2
        while free in taken:
            free = f"{name}_{number}"
            number += 1
        found[symbol] = free
        taken.add(free)

    if made.loss == LOSS:
        give(LOSS, "E_total")
    for symbol, name in said.items():
        if counts[name] == 1 or (roles.shift and symbol in roles.states):
            give(symbol, name)
    number = 0
    for symbol in made.parameters:
        number += 1
        if symbol not in found:
            while f"w{number}" in taken:
                number += 1
            give(symbol, f"w{number}")
    if made.loss not in found:
        give(made.loss, "E_total")
    rates = {rate.symbol for symbol in made.parameters if (rate := rate_of(made, symbol)) is not None and rate.symbol}
    for rate_symbol in sorted(rates):
        if rate_symbol not in found:
            give(rate_symbol, "eta")
    every = (*made.points.values, *made.roles.definitions)
    for symbol in sorted(every, key=lambda symbol: symbol not in said):  # a head counts before a text beside a cell
        if symbol not in found:
            give(symbol, said.get(symbol) or _own_name(made, symbol, found, tracks.get(symbol)))
    return found


def _own_name(made: Understood, symbol: str, found: dict[str, str], track: int | None) -> str:
    """What a symbol without a head is called: after its cell, or after the track that its cell lies in."""
    table, source = made.roles.table, made.roles.compiler.sources.get(symbol)
    if isinstance(source, Fixed) and source.sheet == table.sheet.name:
        across, line = table.turned(source.place)
        if table.holds(across, line):
            return f"{found.get(made.roles.name(across), made.roles.name(across))}_row{line}"
    if isinstance(source, Fixed) and (name := given_name(made.roles.compiler.book, source)):
        return name
    if table.layout is not None and track is not None:
        cell = cell_name(table, table.place(track, table.first))
        return f"{'x' if symbol in made.roles.leaves else 'q'}_{_word(cell)}"
    return f"{'x' if symbol in made.roles.leaves else 'q'}_{_word(symbol)}"


def _word(symbol: str) -> str:
    return "".join(letter for letter in symbol if letter.isalnum() and letter.isascii()) or "cell"


def renamed(node: Expr, names: dict[str, str]) -> Expr:
    """The expression under plain names."""
    changes: dict[Expr, Expr] = {
        use: Ref(Symbol(names[use.symbol.name])) for use in references(node) if use.symbol.name in names
    }
    return substitute(node, changes, tidy=False)


def text(node: Expr, names: dict[str, str]) -> str:
    """The expression as a line of text under plain names."""

    def name(quantity: Quantity) -> str:
        return (
            names.get(quantity.symbol.name, quantity.symbol.name) if isinstance(quantity, Ref) else own_name(quantity)
        )

    return written(node, name)


def gradient_name(made: Understood, names: dict[str, str], symbol: str) -> str:
    """The plain name of ∂loss/∂(a quantity)."""
    return f"d{names[made.loss]}_d{names.get(symbol, symbol)}"
