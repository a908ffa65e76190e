"""The network that a caller gives, as the one to judge against."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.check.network import Network, renamed
from sheetgrad.derive import program
from sheetgrad.expr import Expr, Partial, Quantity, Ref, Symbol, members, walk
from sheetgrad.notation import Notation
from sheetgrad.read.lexer import key_of
from sheetgrad.read.names import VOCABULARY, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sheetgrad.setup import Setup


def network_of(setup: Setup) -> Network:
    """The network of a Setup for one sample, under the names of the Setup's notation.

    Texts may spell these names their own way: `out_h1` and `ah1` are `a_h1`.

    >>> import sheetgrad
    >>> network = network_of(sheetgrad.load("class"))
    >>> network.key("outh1"), network.key("E_total"), len(network.definitions)
    ('a_h1', 'E_total', 11)
    """
    derived = program(setup.model, setup.optimizer)
    names = Notation(derived, setup.notation)
    made = derived.unrolled()
    definitions = {
        names.plain(equation.target): _plainly(equation.value, names)
        for equation in made.model.equations
        if isinstance(equation.target, Ref)
    }
    given = (*made.model.leaves, *made.states, *made.settings)
    leaves = [names.plain(Ref(symbol, tuple(n.values()))) for symbol in given for n in members(symbol.axes)]
    if "eta" not in leaves:
        leaves.append("eta")
    words = setup.title or setup.name
    shares = tuple(_shares(setup, names))
    parameters = tuple(names.plain(Ref(s, tuple(n.values()))) for s in made.model.parameters for n in members(s.axes))
    spellings = _spellings([*leaves, *definitions])
    loss = names.plain(made.model.loss)
    return Network("own", words, definitions, tuple(leaves), spellings, shares, parameters, loss, _kind(setup))


def _kind(setup: Setup) -> str:
    """The name of the loss in the catalog; a spec of equations has its own."""
    return str(setup.origin.get("loss", "")) if "layers" in setup.origin else ""


def _shares(setup: Setup, names: Notation) -> Iterator[tuple[str, ...]]:
    """The targets of each sample that must sum to 1."""
    for symbol, rule in setup.model.constraints.items():
        if rule != "sums to 1":
            continue
        samples: dict[tuple[int, ...], list[str]] = {}
        for place in members(symbol.axes):
            places = tuple(place.values())
            samples.setdefault(places[:-1], []).append(names.plain(Ref(symbol, places)))
        yield from map(tuple, samples.values())


def _plainly(node: Expr, names: Notation) -> Expr:
    """The expression over symbols that carry the plain names and nothing else."""
    uses: Iterable[Quantity] = (part for part in walk(node) if isinstance(part, Ref | Partial))
    return renamed(node, {use: Ref(Symbol(names.plain(use))) for use in uses})


def _spellings(plain: Iterable[str]) -> dict[str, str]:
    """Every key under which a text may name a quantity; a name of the network itself comes first."""
    found: dict[str, str] = {}
    own = list(plain)
    for name in own:
        found[key_of(name)] = name
    for name in own:
        for other in _others(name):
            found.setdefault(other, name)
    return {key: name for key, name in found.items() if key != name}


def _others(name: str) -> Iterator[str]:
    """What people call a quantity of that family: every word of the vocabulary with the same number."""
    known = canonical(key_of(name))
    match = re.fullmatch(r"(.+?)(\d+)", known or "")
    if match is None:
        return
    for family in VOCABULARY:
        if family.canon == match[1]:
            yield from (f"{word}{match[2]}" for word in family.words.split("|"))
