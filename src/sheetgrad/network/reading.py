"""Lines of equations, as names and index letters: read once before the sizes are known."""

from __future__ import annotations

import keyword
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.errors import EquationError, Problem
from sheetgrad.expr import Expr, Ref, Symbol
from sheetgrad.functions import FUNCTIONS
from sheetgrad.model import SAMPLE
from sheetgrad.syntax.parser import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sheetgrad.syntax.parser import Token

MOST_LINES = 100_000


class Use(NamedTuple):
    """A name in an equation: its indices (letters and numbers), its column, the letters summed over there."""

    name: str
    places: tuple[str, ...]
    column: int
    bound: tuple[str, ...] = ()


class Line(NamedTuple):
    """One equation: where it stands, what it defines, what it uses."""

    number: int
    text: str
    target: Use
    uses: tuple[Use, ...]

    def place(self, column: int) -> str:
        """`equations:3:7`."""
        return f"equations:{self.number}:{column}"

    @property
    def is_numbered(self) -> bool:
        """Whether it defines one member by number: `y[2] = …`."""
        return bool(self.target.places) and self.target.places[0].isdigit()


def read_lines(text: str, problems: list[Problem]) -> list[Line]:
    """Every equation of a text; lines that cannot be read are problems."""
    found = []
    rows = text.split("\n")
    if len(rows) > MOST_LINES:
        problems.append(Problem("equations", f"are {len(rows):,} lines", f"{MOST_LINES:,} is the most"))
        return []
    for number, row in enumerate(rows, start=1):
        body = row.partition("#")[0].rstrip()
        if not body:
            continue
        try:
            line = _line(body, number)
        except EquationError as error:
            wrong, _, remedy = error.wrong.partition("; ")
            problems.append(Problem(f"equations:{error.line}:{error.column}", wrong, remedy))
            continue
        before = len(problems)
        problems.extend(_strange(line))
        if len(problems) == before:
            found.append(line)
    if not found and not problems:
        problems.append(Problem("equations", "there is none", "write one a line, such as E = (t - w*x)**2"))
    return found


def _line(text: str, number: int) -> Line:
    uses: list[Use] = []
    bound: list[str] = []

    def name(word: str, places: tuple[str, ...] | None, token: Token) -> Expr:
        uses.append(Use(word, places or (), token.start + 1, tuple(bound)))
        return Ref(Symbol(word))

    def over(word: str, indices: tuple[str, ...], body: Callable[[], Expr], token: Token) -> Expr:
        for index in indices:
            if index in bound or index.isdigit():
                wrong = f"{word}[{index}]: " + (
                    f"{index} is summed over already; use another letter" if index in bound else "an index is a letter"
                )
                raise EquationError(wrong, line=number, column=token.start + 1)
            bound.append(index)
        node = body()
        del bound[len(bound) - len(indices) :]
        return node

    reader = Reader(text, name, over, line=number)
    word, places, token, right = reader.equation()
    right()
    return Line(number, text, Use(word, places or (), token.start + 1), tuple(uses))


def _strange(line: Line) -> Iterator[Problem]:
    """What is wrong with a line whatever the others say."""
    target, here = line.target, line.place(line.target.column)
    if wrong := wrong_name(target.name):
        yield Problem(here, *wrong)
    kinds = {place.isdigit() for place in target.places}
    if len(kinds) > 1:
        yield Problem(here, f"{target.name} has letters and numbers on the left", "use letters only, or numbers only")
    if SAMPLE in {letter for use in (target, *line.uses) for letter in (*use.places, *use.bound)}:
        yield Problem(here, f"{SAMPLE!r} is the index of samples", "choose another index")
    letters = [place for place in target.places if not place.isdigit()]
    for use in (target, *line.uses):
        for letter in use.places:
            if not letter.isdigit() and use.places.count(letter) > 1:
                wrong_ = f"{use.name} has the index {letter} twice"
                yield Problem(line.place(use.column), wrong_, "use another letter for one of them")
                break
    for use in line.uses:
        for letter in dict.fromkeys(use.places):
            if not letter.isdigit() and letter not in letters and letter not in use.bound:
                remedy = f"sum over it, as in sum[{letter}](…), or put it on the left"
                yield Problem(line.place(use.column), f"the index {letter} of {use.name} is on the right only", remedy)
            if letter in letters and letter in use.bound:
                wrong_ = f"the index {letter} is on the left and summed over too"
                yield Problem(line.place(use.column), wrong_, "sum over another letter")


def wrong_name(name: str) -> tuple[str, str] | None:
    """What is wrong with a name for a quantity, and what would be right; None for a good one.

    >>> wrong_name("exp"), wrong_name("h1")
    (('exp is the name of a function', 'choose another name'), None)
    """
    if name in FUNCTIONS or name == "sum":
        return f"{name} is the name of a function", "choose another name"
    if not name.isidentifier() or not unicodedata.is_normalized("NFKC", name):
        return f"{name!r} cannot be a name", "use letters, digits and _, a letter first"
    if keyword.iskeyword(name):
        return f"{name} is a word of Python, which computes with these names", f"write {name}_"
    return None
