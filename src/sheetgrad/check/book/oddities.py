"""Forward formulas that are unlike their siblings, or unlike what their heads say: where a mistake is likely."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import Fixed
from sheetgrad.check.book.families import families
from sheetgrad.check.book.kinds import kinds
from sheetgrad.check.book.labels import given_name
from sheetgrad.check.book.update_rates import column_used
from sheetgrad.check.templates import template, widths
from sheetgrad.expr import Call, Product, Ref, Sum, Symbol, references, walk
from sheetgrad.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.kinds import Kind
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.expr import Expr


def odd(made: Understood, heads: dict[int, Head]) -> list[str]:
    """Forward columns to look at first when gradients do not fit."""
    found = [*_with_rate(made), *_unlike_heads(made, heads), *_unlike_siblings(made), *_unknown_functions(made)]
    return [name for name in dict.fromkeys(found) if name in made.changed]


def _with_rate(made: Understood) -> list[str]:
    """The learning rate has no place in the forward part."""
    rates = set()
    for symbol in made.parameters:
        rate = column_used(made, symbol, made.roles.updates[symbol])[1]
        if rate is not None and rate.symbol:
            rates.add(rate.symbol)
    return [n for n, value in made.definitions.items() if rates & {use.symbol.name for use in references(value)}]


def _unlike_heads(made: Understood, heads: dict[int, Head]) -> list[str]:
    """Columns whose heads name a quantity of a network with one hidden layer, and that compute another."""
    tracks = {made.roles.name(across): head.key for across, head in heads.items() if head.key}
    tracks |= {symbol: heads[across].key for symbol, across in made.roles.states.items() if across in heads}
    for name in made.loss_inputs:
        source = made.roles.compiler.sources.get(name)
        if isinstance(source, Fixed) and (key := given_name(made.roles.compiler.book, source)):
            tracks.setdefault(name, key)
    counts = Counter(tracks.values())
    keys = {symbol: key for symbol, key in tracks.items() if counts[key] == 1 and symbol in made.points.values}
    if sum(key[:1] in {"h", "o", "a"} for key in keys.values()) < 3:
        return []
    biased = any(key[:1] == "b" and key[1:].isdigit() for key in keys.values())
    best: list[str] | None = None
    for biases in ("shared", "each") if biased else ("none",):
        for half in (True, False):
            for by_row in (True, False):
                definitions, _ = template(widths(keys.values()), biases, half, by_row)
                unlike = _unlike(made, keys, definitions)
                if unlike is not None and (best is None or len(unlike) < len(best)):
                    best = unlike
    total = sum(symbol in made.definitions for symbol in keys)
    return best if best is not None and len(best) * 2 <= total else []


def _unlike(made: Understood, keys: dict[str, str], definitions: Mapping[str, Expr]) -> list[str] | None:
    from sheetgrad.check.book.naming import renamed
    from sheetgrad.check.points import Points, UnknownNameError

    symbols = {key: symbol for symbol, key in keys.items()}
    known = {key: made.points.values[symbol] for key, symbol in symbols.items()}
    points = Points({}, ())
    for key, values in known.items():
        points.fix(key, values)
    found = []
    compared = 0
    for key, definition in definitions.items():
        symbol = symbols.get(key)
        if symbol is None or symbol not in made.definitions:
            continue
        try:
            wanted = points.value(definition)
            value = points.value(renamed(made.definitions[symbol], keys))
        except UnknownNameError:
            continue
        compared += 1
        if not points.close(wanted, value):
            found.append(symbol)
    return found if compared >= 3 else None


def _unlike_siblings(made: Understood) -> list[str]:
    """Of columns at one depth, those that are made of other sorts of things, or name one thing twice."""
    sort = kinds(made)
    levels: dict[Kind, list[str]] = {}
    copies = _copies(made)
    names_ = [name for name in made.definitions if name in made.changed and name not in copies]
    for name in names_:
        levels.setdefault(sort[name], []).append(name)
    found: list[str] = []
    uses: Counter[str] = Counter()
    for value in (made.definitions[name] for name in names_):
        uses.update({use.symbol.name for use in references(value)})
    for names in levels.values():
        shapes = {name: _shape(made, name, sort) for name in names}
        commonest = Counter(shapes.values()).most_common(1)[0]
        if commonest[1] * 2 > len(names):
            found += [name for name in names if shapes[name] != commonest[0]]
        elif len(names) == 2:
            found += names if shapes[names[0]] != shapes[names[1]] else []
        if len({_function(made, name, sort) for name in names}) > 1:
            found += names
    shared = sum(uses[weight] > 1 for weight in made.parameters) * 2 > len(made.parameters)  # as where time goes on
    for name, value in ((name, made.definitions[name]) for name in names_):
        weights = [use.symbol.name for use in references(value) if sort.get(use.symbol.name) == ("weight", 0)]
        if (not shared and any(uses[weight] > 1 for weight in weights)) or _names_twice(value):
            found.append(name)
    inner = [name for name in names_ if len(references(made.definitions[name])) == 1]
    taken = Counter(references(made.definitions[name])[0].symbol.name for name in inner)
    found += [name for name in inner if taken[references(made.definitions[name])[0].symbol.name] > 1]
    return found + _targets(made, names_, sort)


def _copies(made: Understood) -> set[str]:
    """Forward columns that hold the same formula as another, for another sample of the step."""
    table = made.roles.table
    if table.layout is None:
        return set()
    found = families(table, max(table.first, table.last - 1))
    return {made.roles.name(other) for members in found.values() for other in members[1:]}


def _targets(made: Understood, names: list[str], sort: dict[str, Kind]) -> list[str]:
    """Of the columns that compare with a target, those that compare with none, or with one that is taken."""
    deepest = max((kind[1] for kind in sort.values() if kind[0] == "given"), default=0)
    last = {
        name: [
            u.symbol.name for u in references(made.definitions[name]) if sort.get(u.symbol.name) == ("given", deepest)
        ]
        for name in names
        if sort[name] == ("forward", deepest)
    }
    taken = Counter(one for given in last.values() for one in set(given))
    return [name for name, given in last.items() if len(given) != 1 or taken[given[0]] > 1]


def _shape(made: Understood, name: str, sort: dict[str, Kind]) -> tuple[tuple[Kind, int], ...]:
    """How many cells of each sort a formula names."""
    counts = Counter(sort.get(use.symbol.name, ("other", 0)) for use in references(made.definitions[name]))
    return tuple(sorted(counts.items()))


def _names_twice(value: object) -> bool:
    """Whether two products of one sum hold the same cell: w7*a_h1 + w8*a_h1."""
    if not isinstance(value, Sum):
        return False
    counts: Counter[str] = Counter()
    for term in value.terms:
        if isinstance(term, Product):
            counts.update({use.symbol.name for use in references(term)})
    return any(count > 1 for count in counts.values())


def _function(made: Understood, name: str, sort: Mapping[str, Kind]) -> tuple[str, ...]:
    """A formula at the same numbers for all, its quantities called by their sort, so that two can be compared."""
    from sheetgrad.check.book.naming import renamed
    from sheetgrad.check.points import Points

    value = made.definitions[name]
    counts: Counter[Kind] = Counter()
    names: dict[str, str] = {}
    for use in references(value):
        kind = sort.get(use.symbol.name, ("other", 0))
        names[use.symbol.name] = f"{kind[0]} {kind[1]} {counts[kind]}"
        counts[kind] += 1
    return tuple(f"{number:.8g}" for number in Points({}, tuple(names.values())).value(renamed(value, names)))


def _unknown_functions(made: Understood) -> list[str]:
    """Functions of one quantity with an exponential in them that are no activation anybody knows."""
    from sheetgrad.check.book.naming import renamed
    from sheetgrad.check.points import Points

    points = Points({}, ("x",))
    known = [points.value(Call(entry.name, (Ref(Symbol("x")),))) for entry in FUNCTIONS.values() if entry.activation]
    found = []
    for name, value in made.definitions.items():
        used = references(value)
        if len(used) != 1:
            continue
        shown = points.value(renamed(value, {used[0].symbol.name: "x"}))
        has_exponential = any(isinstance(part, Call) and part.function in {"exp", "tanh"} for part in walk(value))
        if has_exponential and not any(points.close(shown, one) for one in known):
            found.append(name)
    return found
