"""Ways of writing that are brought to `a = b` before a line is taken apart: `-=`, primes, ≈, sums over an index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.read.sums import body_end, summed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sheetgrad.read.token import Token

MOST_MEMBERS = 12
"""Terms that a sum over an index is written out to."""
_LETTER = re.compile(r"^(.*?)([ijklmn])(\d?(?:\(\w\))?)$")


def rewritten(segment: Sequence[Token], names: Collection[str] | None) -> list[Token]:
    """The segment with all of these put right; `names` are the names that the document uses (None leaves sums)."""
    made = list(segment)
    if any(token.text == "≈" for token in made):
        made = _rounded(made)
    if any(token.text == "'" for token in made):
        made = _primed(made)
    made = _in_place(made)
    if names is not None and any(token.kind == "sum" for token in made):
        made = _written_out(made, names)
    return made


def _rounded(made: list[Token]) -> list[Token]:
    """`≈` before a number is an equals sign: numbers are judged to the digits shown. Before a formula it is none."""
    found: list[Token] = []
    for place, token in enumerate(made):
        if token.text != "≈":
            found.append(token)
            continue
        rest = made[place + 1 :]
        end = next((n for n, other in enumerate(rest) if other.text in {"=", "≈"}), len(rest))
        if not end or any(other.kind in {"name", "partial", "sum"} for other in rest[:end]):
            break
        found.append(token._replace(text="=", kind="mark"))
    return found


def _primed(made: list[Token]) -> list[Token]:
    """`w5' = …`: a prime on the name that stands alone on the left is its new value."""
    if len(made) > 2 and made[0].kind == "name" and made[1].text == "'" and made[2].text == "=":
        first = made[0]
        return [first._replace(text=f"{first.text}new", end=made[1].end, spelled=f"{first.spelled}'"), *made[2:]]
    return made


def _in_place(made: list[Token]) -> list[Token]:
    """`w -= x` is w = w - (x)."""
    if len(made) < 4 or made[0].kind != "name" or made[1].text not in {"-", "+"} or made[2].text != "=":
        return made
    name, sign, equals = made[:3]
    if sign.end != equals.start:
        return made
    opening = equals._replace(text="(", spelled="(", start=made[3].start, end=made[3].start)
    closing = opening._replace(text=")", spelled=")", start=made[-1].end, end=made[-1].end)
    old = name._replace(start=equals.end, end=equals.end)
    return [name, equals, old, sign._replace(start=equals.end, end=equals.end), opening, *made[3:], closing]


# --- sums over an index -------------------------------------------------------------------------


def _written_out(made: list[Token], names: Collection[str]) -> list[Token]:
    """Σ over an index as the sum of its terms, as many as the document has names for."""
    found: list[Token] = []
    place = 0
    while place < len(made):
        token = made[place]
        if token.kind != "sum":
            found.append(token)
            place += 1
            continue
        end = body_end(made, place + 1)
        body = made[place + 1 : end]
        terms = list(_terms(token, body, names))
        if not terms:
            return made
        found += summed(terms, body)
        place = end
    return found


def _terms(token: Token, body: Sequence[Token], names: Collection[str]) -> Iterator[list[Token]]:
    letter, first, last = _limits(token, body)
    for number in range(first, first + MOST_MEMBERS) if letter else ():
        if last and number > last:
            return
        made = [_numbered(one, letter, number) for one in body]
        changed = [new.text for new, old in zip(made, body, strict=True) if new.text != old.text]
        if not changed or (not last and not all(name in names for name in changed)):
            return
        yield made


def _limits(token: Token, body: Sequence[Token]) -> tuple[str, int, int]:
    """The letter that is summed over, its first value, and its last (0 where that is not said)."""
    limits = re.sub(r"[\s{}\\]", "", token.spelled or token.text)
    said = re.search(r"_([a-z])(?:=(\d+))?", limits)
    last = re.search(r"\^(\d+)", limits)
    if said:
        return said[1], int(said[2] or 1), int(last[1]) if last else 0
    letters = {match[2] for one in body if one.kind == "name" and (match := _LETTER.match(one.text))}
    return (letters.pop() if len(letters) == 1 else ""), 1, 0


def _numbered(token: Token, letter: str, number: int) -> Token:
    """The member of a family for one value of the index."""
    if token.kind not in {"name", "word"}:
        return token
    match = re.fullmatch(rf"([^\W\d]+?){letter}(\d?(?:\(\w\))?)", token.text)
    if match is None:
        return token
    return token._replace(kind="name", text=f"{match[1]}{number}{match[2]}")
