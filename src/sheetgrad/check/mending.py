"""Readings that make a line true as it was meant: what turns `false` or `unread` into `slip`.

Only spelling is mended here: a name one letter away, a bracket that is missing, a
lost sign. A different formula is a mistake and stays one (see `check.mistakes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.network import Network, all_references, named, renamed
from sheetgrad.check.points import UnknownNameError
from sheetgrad.expr import Expr, Ref, Symbol
from sheetgrad.read.folding import CLOSING, OPENING, Slip, Unreadable, folded
from sheetgrad.read.grammar import Reader
from sheetgrad.read.names import canonical, slipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.points import Values
    from sheetgrad.read.claims import Member
    from sheetgrad.read.token import Token

MOST_TRIES = 120


class Mending:
    """The ways to mend, tried in turn; each is believed only when it makes the line true."""

    def near(self, key: str, network: Network) -> str | None:
        """A quantity of the network whose name is one slip away."""
        right = slipped(key)
        if right is not None and network.key(right) is not None:
            return network.key(right)
        near = [
            name
            for name in network.points.values
            if _one_away(key, name.replace("_", "")) and not _other_letter(key, name)
        ]
        return near[0] if len(near) == 1 else None

    def by_slip(self, member: Member, network: Network, wanted: Values) -> Slip | None:
        """How the member was meant, if some spelling of it has the wanted values."""
        if member.value is not None:
            return self._names(member, member.value, network, wanted)
        return self._brackets(member, network, wanted)

    def _names(self, member: Member, value: Expr, network: Network, wanted: Values) -> Slip | None:
        """Unknown names taken for known ones one letter away."""
        unknown = [use for use in all_references(value) if network.key(use.symbol.name) is None]
        if not unknown or len(unknown) > 4:
            return None
        options = {use: list(_options(use.symbol.name, network)) for use in unknown}
        for choice in _choices(options):
            node = named(renamed(value, choice), network)
            if _has(node, network, wanted):
                words = ", ".join(
                    f"{_spelled(member, use)} read as {new.symbol.name}"
                    for use, new in choice.items()
                    if isinstance(new, Ref) and isinstance(use, Ref)
                )
                return Slip("unknown-name", f"nothing is called {_spelled(member, unknown[0])}; {words} it holds")
        return None

    def _brackets(self, member: Member, network: Network, wanted: Values) -> Slip | None:
        """A bracket put in, or taken out, where that makes the line true."""
        for tokens, words in _balanced(member.tokens):
            try:
                reader = Reader(folded(tokens))
                node = named(reader.read(), network)
            except (Unreadable, RecursionError):
                continue
            if _has(node, network, wanted):
                return Slip("bracket", words)
        return None


def _has(node: Expr, network: Network, wanted: Values) -> bool:
    try:
        return network.points.close(network.points.value(node), wanted)
    except UnknownNameError:
        return False


def _options(key: str, network: Network) -> Iterator[str]:
    right = slipped(key)
    if right is not None and (found := network.key(right)) is not None:
        yield found
    for name in network.points.values:
        if _one_away(key, name.replace("_", "")) or _one_away(canonical(key) or key, name):
            yield name


def _choices(options: dict[Ref, list[str]]) -> Iterator[dict[Expr, Expr]]:
    from itertools import islice, product

    for names in islice(product(*options.values()), MOST_TRIES):
        yield {use: Ref(Symbol(name)) for use, name in zip(options, names, strict=True)}


def _one_away(left: str, right: str) -> bool:
    """Whether one letter more, less or other makes them equal; a digit counts only where there is a letter."""
    if abs(len(left) - len(right)) > 1 or left == right or max(len(left), len(right)) == 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    if len(left) == len(right):
        same = left[start + 1 :] == right[start + 1 :]
        return same and not (left[start].isdigit() and right[start].isdigit())
    short, long = sorted((left, right), key=len)
    return long[:start] + long[start + 1 :] == short


def _other_letter(left: str, right: str) -> bool:
    """Whether both are one letter with an index, and not the same letter: δ1 is no slip for z1."""
    return left[:1] != right[:1] and not any(name[1:2].isalpha() for name in (left, right))


def _spelled(member: Member, use: Ref) -> str:
    return next((token.spelled for token in member.tokens if token.text == use.symbol.name), use.symbol.name)


def _balanced(tokens: tuple[Token, ...]) -> Iterator[tuple[list[Token], str]]:
    """Versions with one bracket put in or taken out."""
    opened = sum(token.text in OPENING for token in tokens)
    closed = sum(token.text in CLOSING for token in tokens)
    if abs(opened - closed) not in {1, 2} or len(tokens) > 300:
        return
    sign, words = (")", "closing") if opened > closed else ("(", "opening")
    count = abs(opened - closed)
    for place in range(len(tokens), -1, -1) if opened > closed else range(len(tokens) + 1):
        made = list(tokens)
        for _ in range(count):
            at = tokens[min(place, len(tokens) - 1)]
            made.insert(place, at._replace(kind="mark", text=sign))
        where = f"after {tokens[place - 1].spelled}" if place else "at the start"
        yield made, f"the {words} bracket is missing; with it {where} the line holds"
    taken = OPENING if opened > closed else CLOSING
    if count == 1:
        for place, token in enumerate(tokens):
            if token.text in taken:
                yield [t for n, t in enumerate(tokens) if n != place], f"there is a '{token.text}' too many"


mended = Mending()
