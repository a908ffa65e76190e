"""Equations between whole arrays as they stand in a document, with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.read.arrays.grammar import Reader
from sheetgrad.read.arrays.lexer import Customs, runs, tokens
from sheetgrad.read.arrays.marks import BOLD, FENCE, TURN, arrays, marked
from sheetgrad.read.doubt import doubt
from sheetgrad.read.folding import Unreadable
from sheetgrad.read.sites import Site, sites
from sheetgrad.read.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.arrays.lexer import Token
    from sheetgrad.read.arrays.nodes import Node
    from sheetgrad.read.traced import Source, Traced

MOST = 2_000
"""Longest statement looked at, in characters."""


@dataclass(frozen=True, slots=True)
class Member:
    """One side: what it means (None where it cannot be read, with the reason), and how it is spelled."""

    node: Node | None
    spelled: str
    offset: int
    end: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A chain of equal members."""

    members: tuple[Member, ...]
    strong: bool
    """Whether its signs say that it is about arrays: a transpose, ⊙, bold letters."""
    indexed: bool
    """Whether it names single neurons."""
    doubt: str = ""
    """Why it is not to be called false, where the words round it say so."""

    @property
    def offset(self) -> int:
        """Where it begins in the source."""
        return self.members[0].offset

    @property
    def end(self) -> int:
        """Where it ends in the source."""
        return max(member.end for member in self.members)

    @property
    def nodes(self) -> list[Node]:
        """The members that could be read."""
        return [member.node for member in self.members if member.node is not None]

    @property
    def read(self) -> bool:
        """Whether every member could be read."""
        return all(member.node is not None for member in self.members)


_STRONG = re.compile(rf"{TURN}|[⊙⊘@∇]|{BOLD}1(?!\d)|\bdot\(|\bouter\(|\bmatmul\(")
_HINT = re.compile(
    r"\\top|\^\s*\{?\s*T\b|\^\s*\{[^{}]*T\s*\}|[⊤ᵀ⊙∘⊘@∇]|\\odot|\\circ|\\mathbf|\\boldsymbol|\\bm\b|\.T\b|\bdot\(|\\nabla|[𝐀-𝟿]"
)
_WORD = re.compile(r"(?:^|\n|[=;,\ue001]|\bwhere\s|\bwith\s)\s*\{?([A-Za-z]{2,12})\}?\s*(?:_\{?\w+\}?|\d)?\s*=(?!=)")


def has_hints(text: str) -> bool:
    """Whether a text holds any sign that is used between arrays only."""
    return bool(_HINT.search(text))


def lines(source: Source) -> list[Line]:
    """Every chain of equalities of a document, read as one between arrays where that can be."""
    found = [Site(site.kind, marked(site.text)) for site in sites(source) if site.kind != "python"]
    pieces = [arrays(piece.text) for piece in statements(found, frozenset(), []) if len(piece.text.text) <= MOST]
    customs = _customs([piece.text for piece in pieces])
    return [line for piece in pieces for line in _lines(piece, customs, source.text)]


def _customs(texts: Sequence[str]) -> Customs:
    words: set[str] = set()
    for text in texts:
        words.update(match for match in _WORD.findall(text) if not _is_run(match))
        words.update(re.findall(rf"\{{{BOLD}?([A-Za-z]{{2,12}})\}}(?!\s*[({{])", text))
    whole = "\n".join(texts)
    raised = bool(re.search(r"\b[Ww]\s*\^\s*\{?\s*\d", whole)) and not re.search(r"\b[Ww]\s*\^\s*\{?\s*[(\[]", whole)
    strict = bool(re.search(r"\w\s*@\s*[\w(]|\bdot\(|\bmatmul\(", whole))
    return Customs(frozenset(words) - {"new", "old", "if", "for", "math"}, raised, strict)


def _is_run(word: str) -> bool:
    return word[0] in "dΔ" or bool(re.fullmatch(r"[WXAH]{1,2}[xah]?|[Ww][xXaAhH]|[xXaAhH][Ww]", word))


def _lines(piece: Traced, customs: Customs, source: str) -> Iterator[Line]:
    for run in runs(tokens(piece.text, customs)):
        line = _line(_plain_update(run), piece, source)
        if line is not None:
            yield line


def _plain_update(run: list[Token]) -> list[Token]:
    """`W -= x` as `W = W - (x)`."""
    for place, token in enumerate(run):
        if token.text in {"-=", "+="} and place:
            mark = token._replace(text="=")
            sign, opened, closed = (token._replace(text=text) for text in (token.text[0], "(", ")"))
            closed = closed._replace(start=run[-1].end, end=run[-1].end)
            return [*run[:place], mark, *run[:place], sign, opened, *run[place + 1 :], closed]
    return run


def _line(run: list[Token], piece: Traced, source: str) -> Line | None:
    sides: list[list[Token]] = [[]]
    depth = 0
    for token in run:
        depth += (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"})
        if token.text == "=" and depth <= 0:
            sides.append([])
        elif not (token.text == "=" and not sides[-1]):
            sides[-1].append(token)
    sides = [side for side in map(_trimmed, sides) if side]
    if len(sides) < 2 or not any(token.kind in {"name", "indexed"} for side in sides for token in side):
        return None
    members = tuple(_member(side, piece, source) for side in sides)
    text = "".join(piece.text[side[0].start : side[-1].end] for side in sides)
    indexed = any(token.kind == "indexed" for side in sides for token in side)
    words = piece.text.replace(FENCE, " ").replace(BOLD, " ")
    doubtful = doubt(words[: run[0].start], words[run[-1].end :], "")
    return Line(members, bool(_STRONG.search(text)), indexed, doubtful)


def _trimmed(side: list[Token]) -> list[Token]:
    """Without signs of a sentence and brackets that belong to words."""
    made = list(side)
    while made and made[-1].text in {".", ",", "(", "[", "{", "-", "+", "*", "|", "'"} and made[-1].kind == "mark":
        made.pop()
    while made and made[0].text in {")", "]", "}", "*", "**", ".", ",", "|", "'"} and made[0].kind == "mark":
        made.pop(0)
    return made


_COMMAND = re.compile(r"\\[A-Za-z]+\}*|.", re.DOTALL)


def _member(side: list[Token], piece: Traced, source: str) -> Member:
    first, last = side[0], side[-1]
    start, end = min(token.start for token in side), last.end
    raw = piece.text[first.start : end]
    spelled = " ".join(raw.replace(BOLD, "").replace(FENCE, "").split())
    offset = piece.at[start] if start < len(piece.at) else piece.at[-1]
    whole = _COMMAND.match(source, piece.at[end - 1])  # a command is one character in the plain alphabet
    stop = piece.at[end - 1] + 1 if whole is None else whole.end()
    try:
        return Member(Reader(side, piece.text).read(), spelled, offset, stop)
    except Unreadable as unread:
        return Member(None, spelled, offset, stop, unread.reason)
    except (RecursionError, IndexError, ValueError):
        return Member(None, spelled, offset, stop, "this could not be read")
