"""A part of a sheet as an HTML table, with the cells marked that findings are about."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.report.words import clean, kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sheetgrad.check.findings import Drawing, Finding, Shown

GRAVEST = ("false", "slip", "unread", "note")
"""The order in which verdicts cover each other."""
LONGEST = 24
"""Characters of a cell that are shown; the rest appears when it is pointed at."""
MOST_BLOCKS = 10_000
"""Blocks that three dots stand for."""
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")


class Block(NamedTuple):
    """Cells from one corner to the other, both included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell is one of them."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def blocks(place: str, sheet: str) -> list[Block]:
    """The cells of a sheet that a place such as `Sheet1!AC33:AC78` means; none where it is about something else.

    >>> blocks("'LR 0.1'!B3:B5", "LR 0.1")
    [Block(top=3, left=2, bottom=5, right=2)]
    >>> [block.top for block in blocks("Batch!N3:N6,N8:N11,…,N18:N21", "Batch")]
    [3, 8, 13, 18]
    """
    name, _, cells = place.replace("$", "").rpartition("!")
    if name.strip("'").replace("''", "'") != sheet:
        return []
    found: list[Block] = []
    goes_on = False
    for part in cells.split(","):
        corners = [(int(row), _number(column)) for column, row in _CELL.findall(part)]
        if corners:
            block = Block(*corners[0], *corners[-1])
            found += _between(found, block) if goes_on else []
            found.append(block)
        goes_on = part == "…"
    return found


def _between(found: Sequence[Block], last: Block) -> list[Block]:
    """What three dots stand for: blocks at the distance of the two before them."""
    if len(found) < 2:
        return []
    one, two = found[-2:]
    down, right = two.top - one.top, two.left - one.left
    count = max((last.top - two.top) // down if down else 0, (last.left - two.left) // right if right else 0)
    return [
        Block(two.top + n * down, two.left + n * right, two.bottom + n * down, two.right + n * right)
        for n in range(1, min(count, MOST_BLOCKS))
    ]


def _number(word: str) -> int:
    number = 0
    for letter in word:
        number = number * 26 + ord(letter) - 64
    return number


def table(drawn: Drawing, findings: Iterable[Finding]) -> str:
    """The table; three dots stand where rows are left out."""
    said = [(block, finding) for finding in findings for block in blocks(finding.place, drawn.sheet)]
    said.sort(key=lambda pair: GRAVEST.index(pair[1].verdict) if pair[1].verdict in GRAVEST else len(GRAVEST))
    head = "".join(f'<th scope="col">{letter}</th>' for letter in drawn.letters)
    rows = []
    before = drawn.rows[0] if drawn.rows else 0
    for number, cells in zip(drawn.rows, drawn.cells, strict=True):
        if number > before + 1:
            rows.append(f'<tr class="gap"><th>⋮</th><td colspan="{len(drawn.columns)}"></td></tr>')
        rows.append(_row(number, drawn.columns, cells, said))
        before = number
    name = escape(clean(drawn.sheet, 60))
    return (
        f'<div class="wide sheet"><table>\n<caption>{name}</caption>\n'
        f"<thead><tr><td></td>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table></div>"
    )


def _row(number: int, columns: Sequence[int], cells: Sequence[Shown], said: Sequence[tuple[Block, Finding]]) -> str:
    made = [
        _cell(shown, next((finding for block, finding in said if block.holds(number, column)), None))
        for column, shown in zip(columns, cells, strict=True)
    ]
    return f'<tr><th scope="row">{number}</th>{"".join(made)}</tr>\n'


def _cell(shown: Shown, finding: Finding | None) -> str:
    words = " · ".join(part for part in (shown.formula or shown.text, finding and kind(finding)) if part)
    title = f' title="{escape(clean(words, 400))}"' if words else ""
    text = escape(clean(shown.text, LONGEST))
    if finding is None:
        return f"<td{title}>{text}</td>"
    verdict = escape(finding.verdict)
    return f'<td class="{verdict}"{title}><mark class="{verdict}">{text or "&#8203;"}</mark></td>'
