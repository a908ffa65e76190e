"""A factor more in one term of a formula: which one it needs is computed, and only that is put in."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.check.edit import MOST_NAMES, Edit, is_operand, mark, words
from sheetgrad.check.planting import family
from sheetgrad.check.points import COUNT, UnknownNameError
from sheetgrad.check.trials import Trials
from sheetgrad.expr import references
from sheetgrad.read.folding import CLOSING, OPENING, folded
from sheetgrad.read.grammar import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Values
    from sheetgrad.read.token import Token

MOST_CLOSING = 6
"""Tokens after the last name of a term in which the term may end."""
MOST_ENDS = 12


def put_in(tokens: tuple[Token, ...], trials: Trials, spelling: dict[str, str]) -> Iterator[Edit]:
    """One factor more in any term: a quantity, 1 - a, a - t, or a link of the chain.

    What factor a term needs is computed; only one that it is gets put in.
    """
    inner = _inside(tokens, trials)
    if inner is not None:
        before, within, after, wanted = inner
        for edit in put_in(within, Trials(trials.network, wanted), spelling):
            yield edit._replace(tokens=(*before, *edit.tokens, *after))
    formula = trials.formula(tokens)
    if formula is None:
        return
    points = trials.network.points
    factors = list(_new_factors(tokens[0], trials.network, spelling))
    values = points.numpy.stack([_value(factor, trials.network) for factor in factors])
    for term in formula.terms():
        with points.numpy.errstate(all="ignore"):
            needed = (trials.wanted - term.rest) / term.value
        for number in trials.near(values, needed):
            for place in _ends(tokens, term.first, term.last):
                made = (*tokens[: place + 1], mark("*", tokens[place]), *factors[number], *tokens[place + 1 :])
                yield Edit("missing-factor", made, "", words(factors[number]))


Tokens: TypeAlias = "tuple[Token, ...]"


def _inside(tokens: Tokens, trials: Trials) -> tuple[Tokens, Tokens, Tokens, Values] | None:
    """Where all of it is one function of something: what stands before it, in it and after, and what it should be."""
    if len(tokens) < 4 or tokens[0].text not in INVERSE or tokens[1].text not in OPENING:
        return None
    depth = 0
    for place, token in enumerate(tokens[1:], 1):
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if not depth:
            if any(rest.text not in CLOSING | {"}": ""} for rest in tokens[place:]):
                return None
            with trials.network.points.numpy.errstate(all="ignore"):
                wanted = INVERSE[tokens[0].text](trials.network.points.numpy, trials.wanted)
            return tokens[:2], tokens[2:place], tokens[place:], wanted
    return None


INVERSE: Mapping[str, Callable[[Any, Values], Values]] = {
    "tanh": lambda numpy, y: numpy.arctanh(y),
    "sigmoid": lambda numpy, y: numpy.log(y / (1 - y)),
    "exp": lambda numpy, y: numpy.log(y),
    "log": lambda numpy, y: numpy.exp(y),
}
"""What a function is applied to, from its value."""


def _value(factor: tuple[Token, ...], network: Network) -> Values:
    try:
        return network.points.value(Reader(folded(factor)).read())
    except UnknownNameError:
        unknown: Values = network.points.numpy.full(COUNT, float("nan"))
        return unknown


def _ends(tokens: tuple[Token, ...], first: int, last: int) -> Iterator[int]:
    """Where a factor may be put behind a term whose names stand from `first` to `last`, the end before the inside."""
    end = min(last + MOST_CLOSING, len(tokens))
    after = [place for place in range(last, end) if is_operand(tokens[place]) or tokens[place].text in CLOSING]
    inside = [place for place in range(first, last) if is_operand(tokens[place]) or tokens[place].text in CLOSING]
    return islice(iter((*after, *reversed(inside))), MOST_ENDS)


def _new_factors(near: Token, network: Network, spelling: dict[str, str]) -> Iterator[tuple[Token, ...]]:
    for key in islice(network.points.values, MOST_NAMES):
        name = near._replace(kind="name", text=key, spelled=spelling.get(key, key), note="")
        simple = ((name,), _complement(name), _square_less(name), _below(name, ""), _below(name, "2"))
        for factor in (*simple, _difference(name, network, spelling)):
            if factor:
                yield factor
    for key, definition in islice(network.definitions.items(), MOST_NAMES):
        for use in references(definition):
            yield _link(near, key, use.symbol.name, spelling)
    loss = network.loss
    for key in islice(network.definitions, MOST_NAMES):
        if key != loss:
            yield _link(near, loss, key, spelling)


def _link(near: Token, above: str, below: str, spelling: dict[str, str]) -> tuple[Token, ...]:
    """∂above/∂below."""
    sign = near._replace(kind="partial", text="∂", spelled="∂")
    names = [near._replace(kind="name", text=key, spelled=spelling.get(key, key), note="") for key in (above, below)]
    return (sign, names[0], mark("/", near), sign, names[1])


def _below(name: Token, exponent: str) -> tuple[Token, ...]:
    """(1 / a), or with a power of a."""
    one = name._replace(kind="number", text="1", spelled="1")
    power = (mark("^", name), one._replace(text=exponent, spelled=exponent)) if exponent else ()
    return (mark("(", name), one, mark("/", name), name, *power, mark(")", name))


def _square_less(name: Token) -> tuple[Token, ...]:
    """1 - a², the slope of tanh."""
    two = name._replace(kind="number", text="2", spelled="2")
    return (*_complement(name)[:-1], mark("^", name), two, mark(")", name))


def _complement(name: Token) -> tuple[Token, ...]:
    one = name._replace(kind="number", text="1", spelled="1")
    return (mark("(", name), one, mark("-", name), name, mark(")", name))


def _difference(name: Token, network: Network, spelling: dict[str, str]) -> tuple[Token, ...]:
    """a_o1 - t1, where the loss compares the two."""
    for key in network.leaves:
        if family(key)[0] in {"t", "y"} and family(key)[1] == family(name.text)[1] and name.text in network.definitions:
            target = name._replace(text=key, spelled=spelling.get(key, key))
            return (mark("(", name), name, mark("-", name), target, mark(")", name))
    return ()
