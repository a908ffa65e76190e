"""Looking through expressions, and changing them safely: no index is ever captured."""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sheetgrad.expr.build import add, multiply, power
from sheetgrad.expr.nodes import (
    Call,
    Expr,
    Index,
    Largest,
    Next,
    Partial,
    Place,
    Power,
    Product,
    Ref,
    Sum,
    Symbol,
    Total,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


_INSIDE: Mapping[type[Expr], Callable[[Any], tuple[Expr, ...]]] = {
    Sum: attrgetter("terms"),
    Product: attrgetter("factors"),
    Power: attrgetter("base", "exponent"),
    Call: attrgetter("arguments"),
    Total: lambda node: (node.body,),
    Largest: lambda node: (node.body,),
}
"""Asked for more often than anything else, so it is a look-up and no match."""


def children(node: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside, in order (a quantity has none)."""
    inside = _INSIDE.get(type(node))
    return () if inside is None else inside(node)


def walk(*roots: Expr) -> Iterator[Expr]:
    """Every node of the trees, parents first, left to right."""
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def references(*roots: Expr) -> list[Ref]:
    """The quantities used, each once, in the order first met."""
    if len(roots) != 1 or isinstance(roots[0], Ref):
        return list(dict.fromkeys(node for node in walk(*roots) if isinstance(node, Ref)))
    found = _USED.get(roots[0])
    if found is None:
        found = _USED[roots[0]] = tuple(dict.fromkeys(node for node in walk(roots[0]) if isinstance(node, Ref)))
    return list(found)


_USED: WeakKeyDictionary[Expr, tuple[Ref, ...]] = WeakKeyDictionary()
"""What has been looked up, as long as the expressions are in use; a quantity itself would keep itself alive."""


def rebuilt(node: Expr, parts: Iterable[Expr], *, tidy: bool = True) -> Expr:
    """The same kind of node around other parts."""
    match node:
        case Sum():
            return add(*parts) if tidy else Sum(tuple(parts))
        case Product():
            return multiply(*parts) if tidy else Product(tuple(parts))
        case Power():
            base, exponent = parts
            return power(base, exponent) if tidy else Power(base, exponent)
        case Call():
            return Call(node.function, tuple(parts))
        case Total() | Largest():
            (body,) = parts
            return type(node)(node.indices, body)
        case _:
            return node


def substitute(node: Expr, replacements: Mapping[Expr, Expr], *, tidy: bool = True) -> Expr:
    """Replace whole sub-expressions (usually quantities) by others."""
    found = replacements.get(node)
    if found is not None:
        return found
    parts = children(node)
    if not parts:
        return node
    changed = tuple(substitute(part, replacements, tidy=tidy) for part in parts)
    return node if changed == parts else rebuilt(node, changed, tidy=tidy)


def reindexed(node: Expr, places: Mapping[Index, Place]) -> Expr:
    """Put other places for free index variables; a bound variable that would capture one is renamed."""
    match node:
        case Ref():
            moved = tuple(places.get(place, place) if isinstance(place, Index) else place for place in node.places)
            return node if moved == node.places else Ref(node.symbol, moved)
        case Partial():
            moved_of = reindexed(node.of, places)
            return Partial(moved_of, _as_ref(reindexed(node.wrt, places)), node.edge)
        case Next():
            return Next(_as_ref(reindexed(node.state, places)))
        case Total() | Largest():
            return _rebound(node, places)
        case _:
            parts = children(node)
            changed = tuple(reindexed(part, places) for part in parts)
            return node if changed == parts else rebuilt(node, changed, tidy=False)


def _as_ref(node: Expr) -> Ref:
    assert isinstance(node, Ref)  # noqa: S101 -- reindexing keeps the kind of a node
    return node


def _rebound(node: Total | Largest, places: Mapping[Index, Place]) -> Expr:
    inner = {index: place for index, place in places.items() if index not in node.indices}
    taken = {place for place in inner.values() if isinstance(place, Index)}
    bound = list(node.indices)
    for position, index in enumerate(bound):
        if index in taken:
            bound[position] = fresh(index, taken | set(bound) | free_indices(node.body))
            inner[index] = bound[position]
    return type(node)(tuple(bound), reindexed(node.body, inner)) if inner else node


def fresh(index: Index, taken: set[Index]) -> Index:
    """The index under a copy number that nobody uses."""
    copy = index.copy
    while index in taken:
        copy += 1
        index = Index(index.name, index.size, copy)
    return index


def free_indices(node: Expr) -> set[Index]:
    """The index variables that no Σ inside binds."""
    match node:
        case Ref():
            return {place for place in node.places if isinstance(place, Index)}
        case Partial():
            return free_indices(node.of) | free_indices(node.wrt)
        case Next():
            return free_indices(node.state)
        case Total() | Largest():
            return free_indices(node.body) - set(node.indices)
        case _:
            return set().union(*map(free_indices, children(node)))


def members(axes: tuple[Index, ...]) -> Iterator[dict[Index, int]]:
    """Every way to give the index variables a number, the last one fastest."""
    for places in product(*(range(axis.size) for axis in axes)):
        yield dict(zip(axes, places, strict=True))


def unroller(node: Expr) -> Callable[[Mapping[Index, int]], Expr]:
    """A function from the numbers of the index variables to the expression with every Σ written out.

    The tree is looked at once; large networks are unrolled a hundred thousand times.
    """
    match node:
        case Ref(symbol=symbol, places=places) if any(isinstance(place, Index) for place in places):
            return _unroller_of_uses(symbol, places)
        case Sum() | Product():
            inner = [unroller(part) for part in children(node)]
            kind = type(node)
            return lambda numbers: _flat(kind, [part(numbers) for part in inner])
        case Partial(of=of, wrt=wrt, edge=edge):
            of_, wrt_ = unroller(of), unroller(wrt)
            return lambda numbers: Partial(of_(numbers), wrt_(numbers), edge)  # type: ignore[arg-type]  # a Ref stays one
        case Next(state=state):
            state_ = unroller(state)
            return lambda numbers: Next(state_(numbers))
        case Total() | Largest():
            body, join = unroller(node.body), _sum if isinstance(node, Total) else _largest
            return lambda numbers: join([body({**numbers, **more}) for more in members(node.indices)])
        case _ if children(node):
            inner = [unroller(part) for part in children(node)]
            return lambda numbers: rebuilt(node, [part(numbers) for part in inner], tidy=False)
        case _:
            return lambda _numbers: node


def _unroller_of_uses(symbol: Symbol, places: tuple[Place, ...]) -> Callable[[Mapping[Index, int]], Expr]:
    made: dict[tuple[Place, ...], Ref] = {}

    def use(numbers: Mapping[Index, int]) -> Expr:
        where = tuple([numbers.get(place, place) for place in places])  # type: ignore[arg-type]
        found = made.get(where)
        if found is None:
            found = made[where] = Ref(symbol, where)
        return found

    return use


def _sum(terms: list[Expr]) -> Expr:
    return terms[0] if len(terms) == 1 else _flat(Sum, terms)


def _largest(terms: list[Expr]) -> Expr:
    return reduce(lambda left, right: Call("max", (left, right)), terms)


def _flat(kind: type[Expr], parts: list[Expr]) -> Expr:
    """A sum or product around written-out parts: a sum in a sum is one sum."""
    for part in parts:
        if type(part) is kind:
            parts = [piece for part in parts for piece in (children(part) if type(part) is kind else (part,))]
            break
    return kind(tuple(parts))
