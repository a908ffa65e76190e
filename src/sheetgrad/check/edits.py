"""Small edits of somebody's own words, tried until one makes the line true.

Cheapest and most telling first: one name for another, then operators, brackets,
factors. Every edit is of tokens, so that what is proposed is in the author's
notation and differs from theirs in one place.
"""

from __future__ import annotations

import re
from itertools import combinations, islice
from typing import TYPE_CHECKING

from sheetgrad.check.edit import MOST_NAMES, Edit, is_operand, mark, words
from sheetgrad.check.factor_edits import put_in
from sheetgrad.check.planting import family, siblings
from sheetgrad.expr import Call, Ref, Symbol, references
from sheetgrad.read.folding import CLOSING, OPENING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.check.network import Network
    from sheetgrad.check.trials import Trials
    from sheetgrad.read.claims import Member
    from sheetgrad.read.token import Token

MOST_EDITS = 1500
MOST_TOKENS = 700
MOST_READ = 40_000
"""Tokens that are read again for edits of signs and brackets, so that a long formula does not take long."""
MOST_SIBLINGS = 12


def near_edits(member: Member, trials: Trials, spelling: dict[str, str]) -> Iterator[Edit]:
    """The likeliest small edits; `spelling` is how the author writes each quantity.

    Where names are exchanged, only those come that give what is wanted.
    """
    tokens = member.tokens
    most = min(MOST_EDITS, MOST_READ // max(1, len(tokens)))
    if len(tokens) <= MOST_TOKENS:
        yield from _one_name(tokens, trials, spelling, related=True)
        yield from _everywhere(tokens, trials, spelling)
        yield from _pairs(tokens, trials, spelling)
        yield from _squared(tokens, trials)
        yield from _differences_bracketed(tokens)
        yield from islice(_operators(tokens), most)
        yield from islice(_left_out(tokens), most)


def far_edits(member: Member, trials: Trials, spelling: dict[str, str]) -> Iterator[Edit]:
    """Less likely ones: a factor put in anywhere, brackets anywhere, unrelated names, two edits at once."""
    tokens = member.tokens
    most = min(MOST_EDITS, MOST_READ // max(1, len(tokens)))
    if len(tokens) <= MOST_TOKENS:
        yield from put_in(tokens, trials, spelling)
        yield from islice(_bracketed(tokens), most)
        yield from _one_name(tokens, trials, spelling, related=False)
        yield from _twice(tokens, trials, spelling)


def _code(key: str, other: str, network: Network) -> str:
    """What kind of mistake it is to write `key` for `other`."""
    if family(key)[0] == family(other)[0]:
        return "wrong-layer" if _other_layer(key, other, network) else "wrong-index"
    for above, below in ((key, other), (other, key)):
        definition = network.definitions.get(above)
        if isinstance(definition, Call) and [use.symbol.name for use in references(definition)] == [below]:
            return "pre-activation"
    if all(isinstance(network.definitions.get(name), Call) for name in (key, other)):
        return "wrong-layer"
    if re.sub(r"\d", "", key) == re.sub(r"\d", "", other) and "(" in key:
        return "wrong-index"  # the number of the layer is one of the numbers
    return "wrong-name"


def _other_layer(key: str, other: str, network: Network) -> bool:
    """Whether a_{h1,1} stands for a_{h2,1}: the first of two numbers differs, and one is made from the other."""
    numbers = family(key)[1], family(other)[1]
    if min(map(len, numbers)) < 2 or numbers[0][1:] != numbers[1][1:]:
        return False
    return any(network.feeds(*pair) for pair in ((key, other), (other, key)))


def _named_tokens(tokens: tuple[Token, ...], network: Network) -> Iterator[tuple[int, str]]:
    for place, token in enumerate(tokens):
        if token.kind == "name" and (key := network.key(token.text)) is not None:
            yield place, key


def _renamed(token: Token, key: str, spelling: dict[str, str]) -> Token:
    return token._replace(text=key, spelled=spelling.get(key, key), note="")


def _one_name(tokens: tuple[Token, ...], trials: Trials, spelling: dict[str, str], *, related: bool) -> Iterator[Edit]:
    """One name for another in one place; related ones (same family, same neuron) come first."""
    for place, key in _named_tokens(tokens, trials.network):
        yield from _at(tokens, trials, spelling, key, (place,), related=related)


def _everywhere(tokens: tuple[Token, ...], trials: Trials, spelling: dict[str, str]) -> Iterator[Edit]:
    """One name for another wherever it stands."""
    for key, where in _places(tokens, trials.network).items():
        if len(where) > 1:
            yield from _at(tokens, trials, spelling, key, where)


def _pairs(tokens: tuple[Token, ...], trials: Trials, spelling: dict[str, str]) -> Iterator[Edit]:
    """One name for another in two places, as in a·(1 - a)."""
    for key, where in _places(tokens, trials.network).items():
        if 2 < len(where) <= 6:
            for pair in combinations(where, 2):
                yield from _at(tokens, trials, spelling, key, pair)


def _squared(tokens: tuple[Token, ...], trials: Trials) -> Iterator[Edit]:
    """The square of a name instead of the name."""
    for place, key in _named_tokens(tokens, trials.network):
        for _ in trials.hits(tokens, {place: [trials.own(key) ** 2]}):
            near = tokens[place]
            two = near._replace(kind="number", text="2", spelled="2")
            made = (*tokens[: place + 1], mark("^", near), two, *tokens[place + 1 :])
            yield Edit("lost-power", made, near.spelled, f"{near.spelled}^2")


def _places(tokens: tuple[Token, ...], network: Network) -> dict[str, list[int]]:
    """Where each quantity stands."""
    places: dict[str, list[int]] = {}
    for place, key in _named_tokens(tokens, network):
        places.setdefault(key, []).append(place)
    return places


def _at(
    tokens: tuple[Token, ...],
    trials: Trials,
    spelling: dict[str, str],
    key: str,
    where: Sequence[int],
    *,
    related: bool = True,
) -> Iterator[Edit]:
    """Every other name in these places at once; those that give what is wanted."""
    network = trials.network
    codes = {other: _code(key, other, network) for other in islice(network.points.values, MOST_NAMES) if other != key}
    others = [other for other, code in codes.items() if (code != "wrong-name") == related]
    tried = [Ref(Symbol(other)) for other in others]
    for number in trials.hits(tokens, dict.fromkeys(where, tried)):
        other = others[number]
        made = tuple(_renamed(t, other, spelling) if place in where else t for place, t in enumerate(tokens))
        yield Edit(codes[other], made, key, other)


def _twice(tokens: tuple[Token, ...], trials: Trials, spelling: dict[str, str]) -> Iterator[Edit]:
    """Two indices wrong at once: all of one, then one more."""
    network = trials.network
    for key, where in _places(tokens, network).items():
        for other in islice(siblings(key, set(network.points.values)), MOST_SIBLINGS) if len(where) > 1 else ():
            made = tuple(_renamed(t, other, spelling) if place in where else t for place, t in enumerate(tokens))
            for second in _one_name(made, trials, spelling, related=True):
                if second.code == "wrong-index":
                    yield Edit("wrong-index", second.tokens, f"{key}, {second.was}", f"{other}, {second.now}")


_OTHER_SIGNS = {"+": ("*", "-"), "-": ("+", "*"), "*": ("+", "-")}
_SIGN_CODES = {("+", "*"): "plus-for-times", ("*", "+"): "times-for-plus", ("+", "-"): "sign", ("-", "+"): "sign"}


def _operators(tokens: tuple[Token, ...]) -> Iterator[Edit]:
    for place, token in enumerate(tokens):
        for other in _OTHER_SIGNS.get(token.text, ()):
            if place == 0 and other == "*":
                continue
            made = (*tokens[:place], token._replace(text=other, spelled=other), *tokens[place + 1 :])
            yield Edit(_SIGN_CODES.get((token.text, other), "wrong-operator"), made, token.text, other)


def _differences_bracketed(tokens: tuple[Token, ...]) -> Iterator[Edit]:
    """Brackets round every difference that has none: a - t * b is (a - t) * b."""
    found = [
        place
        for place in range(1, len(tokens) - 1)
        if tokens[place].text == "-"
        and is_operand(tokens[place - 1])
        and is_operand(tokens[place + 1])
        and not (
            place > 1
            and tokens[place - 2].text in OPENING
            and place + 2 < len(tokens)
            and tokens[place + 2].text in CLOSING
        )
    ]
    for chosen in [found] if found else []:
        made: list[Token] = []
        for place, token in enumerate(tokens):
            if place + 1 in chosen:
                made.append(mark("(", token))
            made.append(token)
            if place - 1 in chosen:
                made.append(mark(")", token))
        yield Edit("missing-brackets", tuple(made), "", "brackets")


def _bracketed(tokens: tuple[Token, ...]) -> Iterator[Edit]:
    """One pair of brackets round a run of terms."""
    starts = [0] + [place + 1 for place, token in enumerate(tokens) if token.text in {"(", "[", "*", "+", "/"}]
    ends = [place for place, token in enumerate(tokens) if token.text in {"*", "/", ")", "]", "^"}] + [len(tokens)]
    for start in starts:
        for end in ends:
            inner = tokens[start:end]
            if len(inner) >= 3 and any(token.text in {"+", "-"} for token in inner) and _is_balanced(inner):
                made = (*tokens[:start], mark("(", tokens[start]), *inner, mark(")", inner[-1]), *tokens[end:])
                yield Edit("missing-brackets", made, "", "brackets")


def _is_balanced(tokens: tuple[Token, ...]) -> bool:
    depth = 0
    for token in tokens:
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if depth < 0:
            return False
    return depth == 0


def _left_out(tokens: tuple[Token, ...]) -> Iterator[Edit]:
    """One factor, with its sign, taken out."""
    for place, token in enumerate(tokens):
        if token.text != "*" or place + 1 >= len(tokens):
            continue
        end = _after_operand(tokens, place + 1)
        yield Edit("extra-factor", (*tokens[:place], *tokens[end:]), words(tokens[place + 1 : end]), "")
    if len(tokens) > 2 and tokens[1].text == "*":
        yield Edit("extra-factor", tokens[2:], tokens[0].spelled, "")


def _after_operand(tokens: tuple[Token, ...], start: int) -> int:
    if tokens[start].text not in OPENING:
        return start + 1
    depth = 0
    for place in range(start, len(tokens)):
        depth += (tokens[place].text in OPENING) - (tokens[place].text in CLOSING)
        if depth == 0:
            return place + 1
    return len(tokens)


def shown(member: Member, edit: Edit) -> str:
    """The author's text with the edit made in it."""
    raw, base = member.raw, member.tokens[0].start
    pieces: list[str] = []
    last = 0
    old = list(member.tokens)
    for token in edit.tokens:
        start = token.start - base
        if token in old:
            pieces.append(raw[last : token.end - base] if start >= last else "")
            last = max(last, token.end - base)
        elif any(start == other.start - base and other.text == token.text for other in old):
            pieces.append(raw[last : token.end - base])
            last = token.end - base
        elif token.kind == "mark" and token.text in {"(", ")"}:
            if token.text == "(":
                pieces.append(raw[last:start] + "(")
                last = max(last, start)
            else:
                pieces.append(raw[last : token.end - base] + ")")
                last = max(last, token.end - base)
        else:
            pieces.append(raw[last:start] + (token.spelled or token.text))
            last = token.end - base
    if edit.code in {"extra-factor", "missing-factor"}:
        return " ".join(words(edit.tokens).split())
    pieces.append(raw[last:])
    return tidy("".join(pieces))


def tidy(text: str) -> str:
    """One line, without braces that only hold a name."""
    return " ".join(re.sub(r"(?<![_^\w\\}])\{(\w+)\}", r"\1", text).split())


__all__ = ["Edit", "far_edits", "near_edits", "shown", "tidy"]
