"""Claims: equalities as they stand in a document, read side by side.

A claim is one chain `A = B = C` with the place of its first character. Lines that
go on (`= …` on the next line, an open bracket at the end of a picture) are joined
first, prose and numbering are set aside, and what cannot be read keeps its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.doubt import doubt
from sheetgrad.read.families import Families
from sheetgrad.read.family_search import Line, families
from sheetgrad.read.folding import CLOSING, OPENING
from sheetgrad.read.members import Member, forget, member
from sheetgrad.read.own_functions import named_functions
from sheetgrad.read.rewriting import rewritten
from sheetgrad.read.segments import chains, segments, without_tag
from sheetgrad.read.sites import Site, sites
from sheetgrad.read.statements import Piece, Unclaimed, defined_keys, layers_in, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sheetgrad.read.token import Token
    from sheetgrad.read.traced import Source


@dataclass(frozen=True, slots=True)
class Claim:
    """A chain of equal members as it stands in one place of a document."""

    offset: int
    kind: str
    members: tuple[Member, ...]
    relations: tuple[str, ...]
    doubt: str = ""
    """Why it is not to be called false, where the words round it say so."""
    spelling: str = ""
    """Which of several spellings at this place: empty for what a reader sees, else "alt text" or "title"."""
    choice: str = ""
    """Which member of a family it is written out for: `k = 1`; empty where it has no index letter."""

    @property
    def spelled(self) -> str:
        """The whole chain in the author's words."""
        return " = ".join(member.spelled for member in self.members)


@dataclass
class Reading:
    """What a document says: claims in order, and the lines not read."""

    claims: list[Claim] = field(default_factory=list)
    unclaimed: list[Unclaimed] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """Names that are set equal to something that could not be read."""


def read(source: Source) -> Reading:
    """Read every claim of a document."""
    found = list(sites(source))
    known = defined_keys(found)
    reading = Reading()
    forget()
    pieces = named_functions(list(statements(found, known, reading.unclaimed, layers_in(found))))
    parts = list(_parts(pieces))
    names = frozenset(token.text for part in parts for token in part.piece.tokens if token.kind == "name")
    kinds = families(list(_lines(parts)), names)
    for part in parts:
        _claims(part, reading, "", names, kinds)
    for site in found:
        for spelling, text in site.others.items():
            other = Reading()
            for part in _parts(statements([Site(site.kind, text)], known, other.unclaimed)):
                _claims(part, other, spelling, names, Families())
            offset = text.at[0] if text.at else 0
            reading.claims.extend(replace(c, offset=offset, spelling=spelling) for c in other.claims)
    return reading


# --- from statements to claims ----------------------------------------------------------------


class Part(NamedTuple):
    """A run of mathematics in a statement; `owner` is its number, and `ratio` whether it is one of ratios."""

    owner: int
    piece: Piece
    tokens: list[Token]
    ratio: bool


def _parts(pieces: Iterable[Piece]) -> Iterator[Part]:
    numbers = count()
    for piece in pieces:
        runs = list(segments(piece.tokens))
        for place, found in enumerate(runs):
            yield Part(next(numbers), piece, found, _is_ratio(piece, runs, place))


def _lines(parts: Sequence[Part]) -> Iterator[Line]:
    """The equations of a text, with a name for each."""
    for part in parts:
        if not part.ratio and any(token.text == "=" for token in part.tokens):
            for place, chain in enumerate(chains(rewritten(part.tokens, None))):
                yield Line(f"{part.owner}.{place}", chain, part.piece.text.text)


def _claims(part: Part, reading: Reading, spelling: str, names: frozenset[str], kinds: Families) -> None:
    """Cut prose off, split at `=`, and read the members."""
    if part.ratio:
        _unclaimed(part.piece, part.tokens, reading, "a ratio of several quantities")
        return
    segment = rewritten(part.tokens, None if kinds.letters else names)
    if not any(token.text == "=" for token in segment):
        return
    for place, chain in enumerate(chains(segment)):
        if kinds.is_range(chain):
            continue
        if kinds.is_loose(chain):
            _unclaimed(part.piece, chain, reading, "an index letter is not summed over and does not stand on the left")
            continue
        if _is_cut(part.piece, part.tokens):
            _unclaimed(part.piece, part.tokens, reading, "the name on the left could not be read whole")
            return
        for words, made in kinds.members(chain, f"{part.owner}.{place}"):
            claim = _claim(made, part.piece, spelling, words)
            if _is_lost(made, claim, part):
                reading.lost.add(made[0].text)
            if claim is not None:
                reading.claims.append(claim)
            elif _is_mathematics(chain):
                _unclaimed(part.piece, chain, reading, "no equality could be read here")
                break


def _is_lost(chain: Sequence[Token], claim: Claim | None, part: Part) -> bool:
    """Whether a name is set equal to a formula that was not read: one that stops, or a function that nobody knows."""
    if len(chain) < 2 or chain[0].kind != "name" or chain[1].text != "=":
        return False
    if claim is not None:
        return claim.members[1].value is None
    after = [token for token in part.piece.tokens if token.start >= chain[-1].end][:3]
    if len(chain) > 2 or len(after) < 3 or after[0].kind not in {"word", "other"}:
        return False
    return after[1].text == "(" and after[1].start == after[0].end and after[2].kind == "name"


def _unclaimed(piece: Piece, run: Sequence[Token], reading: Reading, reason: str) -> None:
    words = piece.text.text[run[0].start : run[-1].end]
    reading.unclaimed.append(Unclaimed(piece.text.at[run[0].start], words.strip(), reason))


def _is_ratio(piece: Piece, runs: Sequence[Sequence[Token]], place: int) -> bool:
    """`a : b = c : d`: a colon on either side of the equality, and no word between."""
    if not 0 < place < len(runs) - 1:
        return False
    before, this, after = runs[place - 1 : place + 2]
    if not any(token.text == "=" for token in this):
        return False
    gaps = (piece.text.text[before[-1].end : this[0].start], piece.text.text[this[-1].end : after[0].start])
    return all(gap.strip() == ":" for gap in gaps)


def _is_cut(piece: Piece, run: Sequence[Token]) -> bool:
    """Whether it begins inside a name: with what was an index, or an exponent, or the end of one."""
    return piece.text.text[: run[0].start].rstrip()[-1:] in {"_", "^"} or run[0].text in {"^", "}"}


def _is_mathematics(made: Sequence[Token]) -> bool:
    return sum(token.kind == "name" for token in made) >= 2


def _claim(chain: list[Token], piece: Piece, spelling: str, choice: str = "") -> Claim | None:
    sides: list[list[Token]] = [[]]
    depth = 0
    for token in chain:
        depth += (token.text in OPENING or token.text == "{") - (token.text in CLOSING or token.text == "}")
        if token.text == "=":
            sides.append([])
        else:
            sides[-1].append(token)
    sides = [*map(without_tag, sides[:-1]), sides[-1]]
    members = [member(side, piece) for side in sides if side]
    members = [members[n] if n == 0 else _continued(members[n - 1], members[n], piece) for n in range(len(members))]
    if len(members) < 2 and len(sides) < 2:
        return None
    if len(members) < 2:
        return None
    if not any(token.kind in {"name", "partial"} for token in chain):
        return None
    offset = piece.text.at[chain[0].start]
    words = piece.text.text
    doubtful = doubt(words[: chain[0].start], words[chain[-1].end :], piece.site.text.text)
    return Claim(offset, piece.site.kind, tuple(members), ("=",) * (len(members) - 1), doubtful, spelling, choice)


def _continued(before: Member, member: Member, piece: Piece) -> Member:
    """Note where a line begins with `=`: what stands between two members spans a line break in the source."""
    gap = piece.text.at[member.tokens[0].start] - piece.text.at[before.tokens[-1].start]
    inside = piece.site.kind in {"display", "image"} and member.offset <= piece.site.text.at[-1]
    return replace(member, goes_on=not inside and gap > MOST_BETWEEN + len(before.tokens[-1].spelled))


MOST_BETWEEN = 6


__all__ = ["Claim", "Member", "Reading", "read"]
