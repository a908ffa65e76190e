"""From sites to statements: decorations off, lines that go on joined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.read.folding import CLOSING, OPENING
from sheetgrad.read.lexer import key_of, tokens
from sheetgrad.read.normal import normal
from sheetgrad.read.raised import layered, with_layers
from sheetgrad.read.sites import CONTINUATION
from sheetgrad.read.traced import Traced, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.sites import Site
    from sheetgrad.read.token import Token


OPERATORS = frozenset("+-*/=^") | {"**", "⊙"}


MOST_TOKENS = 4_000
"""A longer line is not mathematics that somebody wrote by hand."""


MOST_JOINED = 1_000
"""Tokens; no equation goes over more lines than that, and joining line by line takes long."""
FEW_TOKENS = 200
"""Up to so many, what has been joined is cut up anew: what stands beside a letter may decide what it is."""


@dataclass
class Unclaimed:
    """Lines that hold `=` and names and are not read, so that nothing is dropped in silence."""

    offset: int
    spelled: str
    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of one site, in the plain alphabet."""

    text: Traced
    site: Site
    tokens: tuple[Token, ...]
    new_row: bool = False
    r"""Whether a row of a display ended before it: with `\\`, and not only with the line."""


_LEFT = re.compile(
    r"(?:^|[\n;,]|\b(?:and|call|compute|computes|define|let|Let|put|where|with|write)\s)[-*+>•\d.) \t$`]*"
    r"([^\W\d]\w*(?:(?<=_)\{\w+\}\w*)*)\s*(?:&\s*)?=(?!=)"
)


_FORMULA = re.compile(r"[\w)\]]\s*[*+/^(]\s*\S|\w\s+[-−–]\s+\w")


def defined_keys(found: Sequence[Site]) -> frozenset[str]:
    """The keys that stand alone on the left of an equality somewhere and carry a number or an index."""
    keys: set[str] = set()
    for site in found:
        text = normal(site.text).text
        for match in _LEFT.finditer(text):
            key = key_of(match[1])
            rest = text[match.end() : match.end() + 80].split("\n")[0]
            if len(key) <= 16 and (re.search(r"\d", key) or _FORMULA.search(rest)):
                keys.add(key)
    return frozenset(keys)


def statements(
    found: Sequence[Site], known: frozenset[str], unclaimed: list[Unclaimed], layers: frozenset[str] = frozenset()
) -> Iterator[Piece]:
    """Every statement of the sites, joined where lines go on; what is too long is noted as unclaimed.

    `layers` are the names that carry a layer above them.
    """
    waiting: Piece | None = None
    gap = False
    for piece in _pieces(found, known, layers):
        if piece is None:  # a paragraph ends
            gap = True
            continue
        if gap and waiting is not None and piece.tokens[0].text != "=" and not _unfinished(waiting.tokens):
            yield waiting
            waiting = None
        gap = False
        if len(piece.tokens) > MOST_TOKENS:
            unclaimed.append(Unclaimed(piece.text.at[0], piece.text.text[:60], "the line is too long to be read"))
            continue
        if waiting is not None and _goes_on(waiting, piece):
            waiting = _merged(waiting, piece, known)
            continue
        if waiting is not None:
            yield waiting
        waiting = piece
    if waiting is not None:
        yield waiting


def layers_in(found: Sequence[Site]) -> frozenset[str]:
    """The names that carry a layer above them, without brackets."""
    return layered(normal(site.text).text for site in found)


def _pieces(found: Sequence[Site], known: frozenset[str], layers: frozenset[str]) -> Iterator[Piece | None]:
    for site in found:
        plain = site.kind in {"line", "cell", "fence"}
        text = normal(_undecorated(site.text.sub(CONTINUATION, " ")) if plain else site.text.sub(_ALIGNMENT, " "))
        text = with_layers(text, layers)
        any_ = empty = False
        for line in _split_lines(text):
            made = tuple(tokens(line, known))
            if made:
                any_ = True
                yield Piece(line, site, made, empty)
            empty = not made  # a break and the end of its line leave an empty line behind
        if not any_:
            yield None


def _split_lines(text: Traced) -> Iterator[Traced]:
    start = 0
    for match in re.finditer(r"\n", text.text):
        yield text.part(start, match.start())
        start = match.end()
    yield text.part(start)


BOUNDARY = "‖"
"""Where bold or italic words begin or end: a name before it and a name after it are no product."""


_ALIGNMENT = re.compile(r"&(?!\w+;)|^[ \t]*>[ \t]?", re.MULTILINE)


_EMPHASIS = re.compile(r"(?<![\w)\]*])(\*{2,3}_?|_{2,3})(?=\S)|(?<=[^\s*])(_?\*{2,3}|_{2,3})(?![\w(\[*])|`|\$")


_BULLET = re.compile(
    r"^(?:[ \t>]*)(?:[-*+•●▪➢](?=\s)|\d{1,2}[.)](?=\s)|\d{1,2}[ ]+-[ ]+(?=[^\s\d(][^=]*=)"
    r"|\([a-z0-9]{1,3}\)\s|#{1,6}(?=\s))+[ \t]*",
    re.MULTILINE,
)


_COMMENT = re.compile(r"(?<=\s)(?:#|//|<=|<-|_>>|=>)(?=\s).*$|^\s*(?:#|//).*$", re.MULTILINE)


_HEADED = re.compile(
    r"^[ \t>]*[A-Za-z]{3,}(?:[ ][A-Za-z]+)*(?:[ ]\d{1,2})?[ ]+[-–—][ ]+(?=∂|\\frac|d[A-Za-z]\w*/d)", re.MULTILINE
)
"""`Output layer - ∂E/∂w5 = …`: a dash after words is no minus."""
_ADDRESS = re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+")
"""What stands in an address is no mathematics."""
_STRUCK = re.compile(r"~~(?=\S)[^\n~]*~~")
"""What an author has struck out is not said."""


def _undecorated(text: Traced) -> Traced:
    """Bullets, emphasis marks, back-ticks, dollars and comments off a plain line."""
    text = text.sub(_BULLET, "")
    text = text.sub(_COMMENT, "")
    text = text.sub(_STRUCK, " ")
    text = text.sub(_ADDRESS, " ")
    text = text.sub(_HEADED, "")
    return text.sub(_EMPHASIS, lambda match: " " if match.group() in "`$" else f" {BOUNDARY} ")


def _goes_on(before: Piece, after: Piece) -> bool:
    """Whether the second line belongs to the first."""
    first = after.tokens[0]
    if len(before.tokens) > MOST_JOINED:
        return False
    if first.text == "=":
        return any(token.text == "=" or token.kind == "name" for token in before.tokens)
    if "=" not in {token.text for token in before.tokens}:
        return False
    if _unfinished(before.tokens):
        return True
    same = before.site is after.site
    if not same or any(token.text == "=" for token in after.tokens):
        return False
    display = after.site.kind == "display"
    if display and (not after.new_row or first.text == "-" or _opened(before.tokens) > 0):
        return True
    return first.text in {"+", "*", "/"}


def _unfinished(made: Sequence[Token]) -> bool:
    last = made[-1].text
    if last in {"+", "-", "*", "/", "="} and len(made) > 2:
        return any(token.kind == "name" for token in made)
    return last in OPENING and _opened(made) > 0


def _opened(made: Sequence[Token]) -> int:
    """How many brackets are still open at the end."""
    return sum(token.text in OPENING for token in made) - sum(token.text in CLOSING for token in made)


def _merged(before: Piece, after: Piece, known: frozenset[str]) -> Piece:
    text = joined([before.text, " ", after.text])
    if len(before.tokens) <= FEW_TOKENS:
        return Piece(text, before.site, tuple(tokens(text, known)))
    shift = len(before.text.text) + 1
    moved = (token._replace(start=token.start + shift, end=token.end + shift) for token in after.tokens)
    return Piece(text, before.site, (*before.tokens, *moved))
