"""Notebooks: the words of all their cells as one text, and the code of all their cells as another.

A derivation goes on from cell to cell, so names and the network are shared; each
line of the joined text knows its cell.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 2_000_000
"""Characters of text; what stands further on is not read, and that is an error."""


class NotebookError(SheetgradError):
    """A file that says it is a notebook and is none, or one too long."""


class CellPlace(NamedTuple):
    """Where a line of the joined text stands; all count from 1."""

    cell: int
    line: int


class Joined(NamedTuple):
    """The text of several cells, one after the other."""

    text: str = ""
    cells: tuple[int, ...] = ()
    """The number of each cell among all cells of the notebook."""
    first_lines: tuple[int, ...] = ()
    """The line of the joined text at which each cell begins."""

    def place(self, line: int) -> CellPlace:
        """The cell, and the line in it, of a line of the joined text."""
        if not self.cells:
            return CellPlace(1, line)
        which = max(0, bisect_right(self.first_lines, line) - 1)
        return CellPlace(self.cells[which], max(1, line - self.first_lines[which] + 1))


class Notebook(NamedTuple):
    """What a notebook says."""

    words: Joined
    code: Joined


def notebook(text: str) -> Notebook:
    """Read a notebook's JSON.

    Raises:
        NotebookError: it is not JSON, or not a notebook's.

    >>> made = notebook('{"cells": [{"cell_type": "markdown", "source": ["h1 = w1*i1"]}]}')
    >>> made.words.text.splitlines()
    ['<!-- cell 1 -->', 'h1 = w1*i1']
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        message = f"is no notebook: it is not JSON ({problem}); open it in Jupyter and save it again"
        raise NotebookError(message) from problem
    cells = list(_cells(found))
    python = _language(found) in {"python", ""}
    words = _joined(((number, source) for number, kind, source in cells if kind == "markdown"), "<!-- cell {} -->")
    code = _joined(((number, _plain_python(source)) for number, kind, source in cells if kind == "code"), "# cell {}")
    if len(words.text) + len(code.text) > LONGEST:
        message = f"holds more than {LONGEST // 1_000_000} MB of text; check the part with the equations on its own"
        raise NotebookError(message)
    return Notebook(words, code if python else Joined())


def _cells(found: Any) -> Iterator[tuple[int, str, str]]:  # noqa: ANN401 -- JSON that anybody may have written
    sheets = found.get("worksheets", [found]) if isinstance(found, dict) else []
    cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
    if not cells and not (isinstance(found, dict) and ("cells" in found or "worksheets" in found)):
        message = "is no notebook: it has no cells; open it in Jupyter and save it again"
        raise NotebookError(message)
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, dict):
            source = cell.get("source", cell.get("input", ""))
            parts = source if isinstance(source, list) else [source]
            yield number, str(cell.get("cell_type", "")), "".join(part for part in parts if isinstance(part, str))


def _list(value: Any) -> list[Any]:  # noqa: ANN401 -- the same
    return value if isinstance(value, list) else []


def _language(found: dict[str, Any]) -> str:
    metadata = found.get("metadata")
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(entry, dict) and isinstance(entry.get(name), str):
            return str(entry[name]).lower()
    return ""


def _joined(cells: Iterable[tuple[int, str]], head: str) -> Joined:
    """One cell after the other, each under a comment that names it and that no reader takes for mathematics."""
    lines: list[str] = []
    numbers: list[int] = []
    first_lines: list[int] = []
    for number, source in cells:
        lines.append(head.format(number))
        numbers.append(number)
        first_lines.append(len(lines) + 1)
        lines.extend([*_closed(source.replace("\r\n", "\n").replace("\r", "\n").split("\n")), ""])
    return Joined("\n".join(lines), tuple(numbers), tuple(first_lines))


_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")


def _closed(lines: list[str]) -> list[str]:
    """A fence that a cell leaves open ends with the cell."""
    open_ = ""
    for line in lines:
        match = _FENCE.match(line)
        if match and not open_:
            open_ = match[1]
        elif match and open_ and line.strip().startswith(open_):
            open_ = ""
    return [*lines, open_] if open_ else lines


_MAGIC = re.compile(r"^(?=[ \t]*[%!?])", re.MULTILINE)


def _plain_python(source: str) -> str:
    """Commands to the notebook (`%time`, `!pip`) are comments to Python; a cell in another language is one."""
    if source.lstrip().startswith("%%") and not re.match(r"\s*%%(?:time|timeit|capture|prun)\b", source):
        return re.sub(r"^", "# ", source, flags=re.MULTILINE)
    return _MAGIC.sub("# ", source)
