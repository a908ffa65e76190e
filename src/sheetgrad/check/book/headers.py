"""What stands above a track, and what it says: a quantity, a derivative, or nothing that is known."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.names import canonical, slipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.book.frames import Table
    from sheetgrad.read.book.cells import Place

ABOVE = 5
"""Lines above a table in which its heads are looked for."""
_SIGNS = str.maketrans(dict.fromkeys("δðƌ∆Δꝺ", "∂"))
_DERIVATIVES = (
    re.compile(r"∂(?P<of>.+?)/∂(?P<wrt>.+)"),
    re.compile(r"∂?(?P<of>[^∂/]*?)_?/?∂_?(?P<wrt>[^∂]+)"),
    re.compile(r"d(?P<of>.+?)/d(?P<wrt>.+)"),
    re.compile(r"d(?P<of>\w+?)_d(?P<wrt>\w+)"),
    re.compile(r"(?P<of>E|L|C|J|Loss|E_?t\w*|E_?T\w*)_?/?d_?(?P<wrt>[wWbB]_?\d\w*)"),
    re.compile(r"∂(?P<of>[A-Za-z]\w*?)_?(?P<wrt>[wW]_?\d+)"),
    re.compile(r"(?:d|grad|gradient|g)(?P<of>)_?(?P<wrt>[wWbB]_?\d\w*)"),
)


class Head(NamedTuple):
    """What a track is called; `of` and `wrt` are set for a derivative."""

    text: str
    key: str = ""
    """A quantity's plain name."""
    of: str = ""
    wrt: str = ""
    line: int = 0
    """The line of the sheet on which it stands."""

    @property
    def plain(self) -> str:
        """One word for it: `a_h1`, `dE_total_dw3`."""
        return f"d{self.of}_d{self.wrt}" if self.wrt else self.key


def head(text: str) -> Head:
    """What a text above a track says.

    >>> head("∂E/∂w5").plain, head("E∂w5").plain, head("a_h1").plain, head("out_01").plain
    ('dE_total_dw5', 'dE_total_dw5', 'a_h1', 'a_o1')
    """
    clean = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    name = re.sub(r"[\s(){}\[\]\\*^$'`]+", "", clean.partition("=")[0])
    for pattern in _DERIVATIVES:
        match = pattern.fullmatch(name)
        if match:
            of, wrt = _key(match["of"]) or match["of"] or "E_total", _key(match["wrt"])
            if wrt:
                return Head(text, of=of, wrt=wrt)
    return Head(text, key=_key(name))


def _key(name: str) -> str:
    short = re.sub(r"[_,.]", "", name)
    found = canonical(name) or canonical(short) or slipped(short)
    if found:
        return found
    return name if re.fullmatch(r"[A-Za-zσηθ]\w{0,24}", name) else ""


def heads(table: Table, texts: dict[tuple[int, int], str]) -> dict[int, Head]:
    """The head of every track that has one; `texts` are the sheet's texts by track and line."""
    found: dict[int, Head] = {}
    for across in table.tracks:
        said = [
            head(texts[across, line])._replace(line=line)
            for line in range(table.first - 1, table.first - 1 - ABOVE, -1)
            if texts.get((across, line), "").strip()
        ]
        chosen = best(said)
        if chosen is not None:
            found[across] = chosen
    return found


def best(said: Sequence[Head]) -> Head | None:
    """Of texts, nearest first, the one that is a head."""
    known = [one for one in said if one.plain and (one.wrt or canonical(one.key))]
    # A name alone is a head; an equation above it may be about the next value: `u_new = u - eta*…`.
    named = sorted((one for one in said if one.plain), key=lambda one: "=" in one.text)
    return next(iter([*known, *named, *said]), None)


def texts_of(table: Table) -> dict[tuple[int, int], str]:
    """The texts just above a table, by track and line."""
    found: dict[tuple[int, int], str] = {}
    for across in table.tracks:
        for line in range(table.first - ABOVE, table.first):
            cell = table.sheet.cells.get(table.place(across, line))
            if cell is not None and isinstance(cell.value, str) and cell.formula is None:
                found[across, line] = cell.value
    return found


def head_places(table: Table) -> set[Place]:
    """Where the heads of a table stand."""
    return {table.place(across, table.first - 1) for across in table.tracks}
