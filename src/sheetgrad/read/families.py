"""Equations with an index letter, written out: `z_k = Σ_j w_kj·x_j` stands for each of its members.

A text that defines its quantities by families is read member by member, so that
everything after this knows single quantities only. How many members there are the
text says (`k = 1, 2, 3`), or shows by naming some, or it does not matter: then each
axis gets a small length of its own.

In most texts a letter is a dummy: z_j and z_k are the same family. Where one symbol is
defined under two letters (a_j of the hidden layer, a_k of the output), the letter
belongs to the name, and stands for the same axis everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.lexer import key_of
from sheetgrad.read.sums import body_end, summed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.token import Token

LETTERS = "ijklmnpqrs"
MOST_INSTANCES = 36
"""Members that one equation is written out to."""
_SUBSCRIPT = re.compile(r"_\s*(?:\{\s*([^{}]*?)\s*\}|([^\W_]+))")
RAISED = re.compile(r"\^\s*\{?\s*[(\[]\s*([ijmnps])\s*[)\]]\s*\}?")
"""The number of a sample, above the name: x^{(i)}."""
LIMITS = re.compile(rf"_([{LETTERS}])(?:=(?:0|1))?(?:\^(\d+|[A-Za-z]))?")


class Indexed(NamedTuple):
    """A name with an index: `w_{kj}^{(2)}` is the base `w(2)` with the letters `kj`; numbers are letters, too."""

    base: str
    letters: str

    def member(self, numbers: str) -> str:
        """The key of one member."""
        name, opening, label = self.base.partition("(")
        return f"{name}{numbers}{opening}{label}"


class Axis(NamedTuple):
    """What a letter runs over: of one equation, of one place of a family, or of the whole text."""

    owner: str
    place: str


@dataclass
class Families:
    """The families of a text, and how long their axes are."""

    letters: frozenset[str] = frozenset()
    """Letters that stand as indices."""
    typed: bool = False
    """Whether a letter belongs to the name that it stands at."""
    blocked: frozenset[str] = frozenset()
    """Bases whose members are numbered in another way."""
    names: frozenset[str] = frozenset()
    sizes: dict[Axis, int] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    """Numbers that stand in the text's formulas: an axis as long as that is not cut."""
    symbols: dict[str, Axis] = field(default_factory=dict)
    """Names for a number of members, such as the N of Σ_{i=1}^N."""
    _parents: dict[Axis, Axis] = field(default_factory=dict)

    def indexed(self, token: Token) -> Indexed | None:
        """A name with an index letter; None for any other token."""
        if token.kind not in {"name", "word"}:
            return None
        raised = RAISED.search(token.spelled)
        spelled, above = token.spelled, ""
        if raised is not None and raised[1] in self.letters:
            spelled, above = spelled[: raised.start()] + spelled[raised.end() :], raised[1]
        found = list(_SUBSCRIPT.finditer(spelled))
        if not found:
            return Indexed(key_of(spelled), above) if above else None
        match = found[-1]
        inside = re.sub(r"[\s,]", "", match[1] or match[2])
        tail = re.search(rf"[{''.join(sorted(self.letters)) or '@'}\d]*$", inside)
        letters = tail.group() if tail else ""
        before = inside.removesuffix(letters) if letters else inside
        base = key_of(spelled[: match.start()] + before + spelled[match.end() :])
        letters += above
        if not re.search("[a-z]", letters) or len(letters) > 2 or not base:
            return None
        return None if before and f"{base}1" not in self.names else Indexed(base, letters)

    # --- axes ------------------------------------------------------------------------------------

    def root(self, axis: Axis) -> Axis:
        """What stands for all axes that are the same."""
        while axis in self._parents:
            axis = self._parents[axis]
        return axis

    def join(self, one: Axis, other: Axis) -> None:
        """Two axes are the same; the length that is known counts for both."""
        one, other = self.root(one), self.root(other)
        if one == other:
            return
        size = max(self.sizes.get(one, 0), self.sizes.get(other, 0))
        self._parents[one] = other
        if size:
            self.sizes[other] = size

    def length(self, axis: Axis) -> int:
        """How many members an axis has."""
        return self.sizes[self.root(axis)]

    def axes(self, owner: str, found: Indexed) -> Iterator[tuple[Axis, Axis]]:
        """Each letter of a name with the axis that it runs over in the text."""
        for place, letter in enumerate(found.letters):
            if letter.isalpha():
                whole = Axis("", letter) if self.typed else Axis(found.base, f"{len(found.letters)}.{place}")
                yield Axis(owner, letter), whole

    def is_loose(self, chain: Sequence[Token]) -> bool:
        """Whether a letter stands on the right that is neither summed over nor on the left."""
        return not self._is_blocked(chain) and any(map(self.indexed, chain)) and self._free(chain) is None

    def _is_blocked(self, chain: Sequence[Token]) -> bool:
        return any((found := self.indexed(token)) and found.base in self.blocked for token in chain)

    def is_range(self, chain: Sequence[Token]) -> bool:
        """`k = 1` of a range: no equality of the network."""
        return len(chain) >= 3 and chain[0].text in self.letters and chain[1].text == "=" and chain[2].kind == "number"

    # --- writing out -----------------------------------------------------------------------------

    def members(self, chain: Sequence[Token], owner: str) -> Iterator[tuple[str, list[Token]]]:
        """The equation for every choice of its free letters, each with what was chosen; itself where it has none."""
        free = None if self._is_blocked(chain) else self._free(chain)
        if free is None:
            yield "", list(chain)
            return
        ranges = [range(1, self.length(Axis(owner, letter)) + 1) for letter in free]
        for number, chosen in enumerate(product(*ranges)):
            if number >= MOST_INSTANCES:
                return
            choice = dict(zip(free, chosen, strict=True))
            words = ", ".join(f"{letter} = {value}" for letter, value in choice.items())
            yield words, list(self._written(list(chain), choice, owner))

    def _free(self, chain: Sequence[Token]) -> tuple[str, ...] | None:
        """The letters that no Σ binds, where every side has the same; None where there is nothing to write out."""
        if not any(self.indexed(token) for token in chain):
            return None
        sides: list[dict[str, None]] = [{}]
        place = 0
        while place < len(chain):
            token = chain[place]
            if token.text == "=":
                sides.append({})
            if token.kind == "sum":
                end = body_end(chain, place + 1)
                letter = self.bound(token, chain[place + 1 : end])
                inner = self._letters_in(chain[place + 1 : end])
                sides[-1] |= dict.fromkeys(one for one in inner if one != letter)
                place = end
                continue
            found = self.indexed(token)
            if found is not None:
                sides[-1] |= dict.fromkeys(one for one in found.letters if one.isalpha())
            place += 1
        return tuple(sides[0]) if all(set(side) <= set(sides[0]) for side in sides) else None

    def _letters_in(self, made: Sequence[Token]) -> list[str]:
        """Every index letter that no further Σ in it binds."""
        inner = [self.bound(token, made[place + 1 :]) for place, token in enumerate(made) if token.kind == "sum"]
        found = (self.indexed(token) for token in made)
        return [one for name in found if name for one in name.letters if one.isalpha() and one not in inner]

    def bound(self, token: Token, body: Sequence[Token]) -> str:
        """The letter that a Σ runs over; empty where that cannot be told."""
        said = LIMITS.match(limits_of(token))
        if said:
            return said[1]
        letters = {one for other in body if (found := self.indexed(other)) for one in found.letters if one.isalpha()}
        return letters.pop() if len(letters) == 1 and not limits_of(token) else ""

    def _written(self, made: list[Token], choice: dict[str, int], owner: str) -> Iterator[Token]:
        place = 0
        while place < len(made):
            token = made[place]
            if token.kind == "sum":
                end = body_end(made, place + 1)
                body = made[place + 1 : end]
                letter = self.bound(token, body)
                if letter and body:
                    size = self.length(Axis(owner, letter))
                    terms = [list(self._written(body, choice | {letter: n}, owner)) for n in range(1, size + 1)]
                    yield from summed(terms, body)
                    place = end
                    continue
            yield self._chosen(token, choice)
            place += 1

    def _chosen(self, token: Token, choice: dict[str, int]) -> Token:
        if token.text in self.symbols and token.kind in {"name", "word"}:
            return token._replace(kind="number", text=str(self.length(self.symbols[token.text])))
        found = self.indexed(token)
        if found is None:
            return token
        numbers = "".join(str(choice.get(letter, letter)) for letter in found.letters)
        if found.base == "δ" and len(found.letters) == 2 and numbers.isdigit():  # Kronecker's
            return token._replace(kind="number", text=str(int(numbers[0] == numbers[1])))
        base = found.base
        if self.typed and not found.letters.isdigit():
            base = Indexed(base, "").member(re.sub(r"\d", "", found.letters))
        return token._replace(kind="name", text=Indexed(base, "").member(numbers), note="")


def limits_of(token: Token) -> str:
    """What stands below and above a Σ, without blanks and braces: `_i=1^N`."""
    return re.sub(r"[\s{}\\]", "", re.sub(r"^(?:\\sum|[Σ∑])", "", token.spelled or token.text))
