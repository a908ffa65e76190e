"""A table held to a network that the caller gives: its forward formulas are put in the place of the table's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sheetgrad.check.book.recovered import in_cells
from sheetgrad.check.book.understood import shared_factor, with_loss
from sheetgrad.check.points import UnknownNameError
from sheetgrad.check.together.books import carried, facts_of_table
from sheetgrad.check.together.facts import Facts, Place
from sheetgrad.check.together.matching import Side, matched, plain
from sheetgrad.check.together.wiring import wired
from sheetgrad.expr import Expr, Ref, Symbol, references, substitute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.check.network import Network
    from sheetgrad.check.together.matching import Match


@dataclass(slots=True)
class Held:
    """A table with the forward part that it should have; `reason` says why where it cannot be held to it."""

    made: Understood
    changed: dict[str, Expr]
    """What columns should compute, where they compute something else."""
    lacking: dict[str, str]
    """Columns that lack a bias, and which."""
    reason: str = ""
    left: str = ""
    """A quantity of the network that the table has no cell for, so that not everything could be compared."""


class _MissingError(Exception):
    """Something of the given network that the table has no cell for."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def held_to(made: Understood, heads: Mapping[int, Head], network: Network) -> Held:
    """Hold a table to a network; what has no counterpart in the table is left as it is."""
    given = _facts(network)
    there = wired(given.definitions, given.loss, given.parameters)
    facts = facts_of_table(made, dict(heads))
    here = wired(facts.definitions, facts.loss, facts.parameters)
    if there is None or here is None:
        whose = "the network given" if there is None else "this table"
        return Held(made, {}, {}, f"the weighted sums of {whose} could not be made out")
    if there.sizes != here.sizes:
        sizes = ["-".join(map(str, one.sizes)) for one in (here, there)]
        return Held(made, {}, {}, f"this table is a network of {sizes[0]}, and the one given is {sizes[1]}")
    spec, table = Side(given, there), Side(facts, here)
    match = matched(spec, table)
    if match is None:
        return Held(made, {}, {}, "its cells could not be matched with the quantities of the network given")
    return _held(made, spec, table, match, shares=bool(network.shares))


def _facts(network: Network) -> Facts:
    nowhere = Place(0, 0)
    names = {key: key for key in (*network.leaves, *network.definitions)}
    stated = dict.fromkeys(network.definitions, nowhere)
    return Facts(network.definitions, network.loss, network.parameters, names, stated)


def _held(made: Understood, spec: Side, table: Side, match: Match, *, shares: bool) -> Held:
    """Every column that has a counterpart against what the given network computes there."""
    places = _places(spec, table, match)
    back = {_name(root): key for key, root in carried(made).items()}
    biased = {n.bias: None for n in spec.wiring.neurons.values() if n.bias}
    wanted: dict[str, Expr] = {}
    lacking: dict[str, str] = {}
    left = ""
    for key, column in places.items():
        if key not in spec.facts.definitions or column not in made.definitions or (shares and key == spec.facts.loss):
            continue
        try:
            value = _translated(spec.facts.definitions[key], spec, places, key)
        except _MissingError as missing:
            if missing.key in biased:
                lacking[column] = missing.key
            else:
                left = left or missing.key
            continue
        wanted[column] = substitute(value, {Ref(Symbol(a)): b for a, b in back.items()}, tidy=False)
    changed = {column: value for column, value in wanted.items() if not _is_same(made, column, value)}
    return Held(_with(made, changed) if changed else made, changed, lacking, left=left)


def _places(spec: Side, table: Side, match: Match) -> dict[str, str]:
    """Quantities of the given network to columns: leaves, sums, functions, terms of the loss, the loss."""
    found = dict(match.leaves)
    for key, other in match.neurons.items():
        ours, theirs = spec.wiring.neurons[key], table.wiring.neurons[other]
        found |= {key: other} if "#" not in other else {}
        found |= {ours.output: theirs.output} if theirs.output in table.facts.definitions else {}
    named = {plain(table.facts, key): key for key in _leaves(table.facts)}
    for leaf in _leaves(spec.facts) - found.keys():  # targets of several outputs at once
        if plain(spec.facts, leaf) in named:
            found[leaf] = named[plain(spec.facts, leaf)]
    terms = _terms(table)
    for made_of, key in _terms(spec).items():
        there_of = frozenset(found.get(name, name) for name in made_of)
        if there_of in terms:
            found[key] = terms[there_of]
    return found | {spec.facts.loss: table.facts.loss}


def _terms(side: Side) -> dict[frozenset[str], str]:
    """The terms of the loss, by the outputs and targets that each is made from; those that share them are left out."""
    known = {name for n in side.wiring.neurons.values() for name in (n.key, *n.names)}
    found: dict[frozenset[str], list[str]] = {}
    deep: dict[str, frozenset[str]] = {}
    for key, value in side.facts.definitions.items():
        if key in known or key == side.facts.loss:
            continue
        used = {use.symbol.name for use in references(value)}
        deep[key] = frozenset(name for one in used for name in deep.get(one, {one}))
        found.setdefault(deep[key], []).append(key)
    return {made_of: keys[0] for made_of, keys in found.items() if len(keys) == 1}


def _leaves(facts: Facts) -> set[str]:
    used = {use.symbol.name for value in facts.definitions.values() for use in references(value)}
    return used - facts.definitions.keys()


def _translated(value: Expr, spec: Side, places: Mapping[str, str], key: str) -> Expr:
    """A formula of the given network over the columns of the table."""
    changes: dict[Expr, Expr] = {}
    for use in references(value):
        name = use.symbol.name
        if name in places and name != key:
            changes[use] = Ref(Symbol(places[name]))
        elif name in spec.facts.definitions:
            changes[use] = _translated(spec.facts.definitions[name], spec, places, name)
        else:
            raise _MissingError(name)
    return substitute(value, changes, tidy=False)


def _name(node: Expr) -> str:
    assert isinstance(node, Ref)  # noqa: S101 -- columns and cells are nothing else
    return node.symbol.name


def _is_same(made: Understood, column: str, value: Expr) -> bool:
    try:
        return made.close(made.points.values[column], made.points.value(value))
    except UnknownNameError:
        return True


def _with(made: Understood, changed: dict[str, Expr]) -> Understood:
    """The table with other forward formulas."""
    roles = replace(made.roles, definitions=made.roles.definitions | changed)
    roles.reorder()
    parts: tuple[str, ...] = ()
    if made.loss not in made.roles.definitions:
        parts = tuple(use.symbol.name for use in references(made.definitions[made.loss]))
    tried = with_loss(roles, made.loss, parts)
    tried.factor = shared_factor(tried)
    return tried


def expected(judge: TableJudge, column: str, line: int) -> str:
    """What a column should compute, as a formula of its cells; empty where that is not known."""
    held = judge.held
    value = None if held is None else held.changed.get(column)
    return "" if value is None else in_cells(judge, value, line)
