"""Workbooks made by hand in which a step is a block of cells: lists, matrices, blocks side by side, several samples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import xlsxwriter
from handmade_books import FORWARD, GRADIENTS, HELPERS, START, STYLES, Mutant
from handmade_books import mistakes as mistakes_in_columns
from xlsxwriter.utility import xl_rowcol_to_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

RATE = 0.5
WEIGHTS = tuple(f"w{n}" for n in range(1, 9))
NAMED = re.compile(r"\[(\w+)(@@|@|\$)?\]")


class Blocks(NamedTuple):
    """One person's way to lay the blocks out. Rows and columns are counted from 0."""

    name: str
    formulas: Mapping[str, str]
    """Of every step; the first step has the start of a weight in place of its formula."""
    places: Mapping[str, tuple[int, int]]
    """Where in a block each quantity stands."""
    stride: int
    sideways: bool = False
    corner: tuple[int, int] = (4, 1)
    labelled: bool = True
    once: Mapping[str, tuple[int, int]] = {}
    """Cells outside of the blocks: numbers given once, and what weights start from."""


def _listed(names: tuple[str, ...], columns: int, first: int = 0) -> dict[str, tuple[int, int]]:
    """Quantities down a list, in so many pairs of columns: a label and a number."""
    rows = -(-len(names) // columns)
    return {name: (first + at % rows, 2 * (at // rows) + 1) for at, name in enumerate(names)}


_QUANTITIES = (*WEIGHTS, *FORWARD)
_G = tuple(f"g{n}" for n in range(1, 9))
_LINKED = {f"n{n}": f"[w{n}]-[rate]*[g{n}]" for n in range(1, 9)} | {f"w{n}": f"[n{n}@]" for n in range(1, 9)}
_DIRECT = {f"w{n}": f"[w{n}@]-[rate]*[g{n}@]" for n in range(1, 9)}


def _from_before(text: str) -> str:
    """A formula with the new weights of the block before in place of weights."""
    return NAMED.sub(lambda match: f"[n{match[1][1]}{match[2] or '@'}]" if match[1] in WEIGHTS else match[0], text)


_UNLINKED = {
    name: _from_before(text)
    for name, text in {**FORWARD, **GRADIENTS, **{f"n{n}": f"[w{n}]-[rate]*[g{n}]" for n in range(1, 9)}}.items()
}
_GIVEN = {"rate": (0, 5), "t1": (1, 1), "t2": (1, 3), "i1": (2, 1), "i2": (2, 3)}
LAYOUTS = (
    Blocks("lists", {**FORWARD, **GRADIENTS, **_DIRECT}, _listed((*_QUANTITIES, *_G), 1), 28, once=_GIVEN),
    Blocks("two lists", {**FORWARD, **HELPERS, **_LINKED},
           _listed((*_QUANTITIES, "d1", "d2", "e1", "e2", *_G, *(f"n{n}" for n in range(1, 9))), 3), 15, once=_GIVEN),
    Blocks("beside", {**FORWARD, **GRADIENTS, **_LINKED},
           _listed((*_QUANTITIES, *_G, *(f"n{n}" for n in range(1, 9))), 2), 5, sideways=True, once=_GIVEN),
    Blocks("no heads", _UNLINKED, _listed((*FORWARD, *_G, *(f"n{n}" for n in range(1, 9))), 4), 9, labelled=False,
           once={**_GIVEN, **{f"n{n}": (3, 2 * n - 1) for n in range(1, 9)}}),
)  # fmt: skip
"""Ways to lay the class network out in blocks."""


def place(layout: Blocks, name: str, step: int) -> tuple[int, int]:
    """Row and column of a quantity on a step, counted from 0."""
    row, column = layout.places[name]
    down, right = (0, step * layout.stride) if layout.sideways else (step * layout.stride, 0)
    return layout.corner[0] + row + down, layout.corner[1] + column + right


def write(path: Path, layout: Blocks, *, steps: int = 6, mutants: tuple[Mutant, ...] = ()) -> None:
    """The workbook, with the numbers that its formulas come to."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Work")
    start = {**START, "rate": RATE} | {f"n{n}": START[f"w{n}"] for n in range(1, 9)}
    for name, at in layout.once.items():
        sheet.write_string(at[0], at[1] - 1, "eta" if name == "rate" else name)
        sheet.write_number(*at, start[name])
    values: list[dict[str, float]] = []
    for step in range(steps):
        texts = {**layout.formulas} | {m.quantity: m.formula for m in mutants if m.first <= step <= m.last}
        here = _computed(layout, texts, values, start, step)
        for name in layout.places:
            at = place(layout, name, step)
            if layout.labelled:
                sheet.write_string(at[0], at[1] - 1, _label(name))
            if name in WEIGHTS and not step:
                sheet.write_number(*at, start[name])
            else:
                sheet.write_formula(*at, f"={_cells(layout, texts[name], step)}", None, here[name])
        values.append(here)
    book.close()


def _label(name: str) -> str:
    return f"dE/dw{name[1]}" if name[0] == "g" else f"new w{name[1]}" if name[0] == "n" else name


def _line(mark: str | None, step: int) -> int:
    return {None: step, "@": step - 1, "@@": max(step - 2, 0), "$": 0}[mark]


def _cells(layout: Blocks, text: str, step: int) -> str:
    def cell(match: re.Match[str]) -> str:
        name, mark = match[1], match[2]
        line = _line(mark, step)
        if name not in layout.places or line < 0:
            return str(xl_rowcol_to_cell(*layout.once[name], row_abs=True, col_abs=True))
        at = place(layout, name, line)
        fixed = mark == "$"
        return str(xl_rowcol_to_cell(*at, row_abs=fixed, col_abs=fixed))

    return NAMED.sub(cell, text)


def _computed(
    layout: Blocks, texts: Mapping[str, str], values: list[dict[str, float]], start: Mapping[str, float], step: int
) -> dict[str, float]:
    """The numbers of one step, by Python's own arithmetic."""
    import math

    here = {} if step else {name: start[name] for name in WEIGHTS if name in layout.places}

    def number(name: str, line: int) -> float:
        if line < 0 or name not in layout.places:
            return start[name]
        if line < step:
            return values[line][name]
        if name not in here:
            python = NAMED.sub(lambda match: f"({number(match[1], _line(match[2], step))!r})", texts[name])
            here[name] = eval(python.replace("^", "**"), {"EXP": math.exp, "pow": pow})  # noqa: S307 -- ours
        return here[name]

    for name in layout.places:
        number(name, step)
    return here


def mistakes(layout: Blocks) -> Iterator[Mutant]:
    """Every kind of mistake, made in the formulas of a layout."""
    style = STYLES[2] if "d1" in layout.places else STYLES[0]
    before = "w1" not in layout.places
    for mutant in mistakes_in_columns(style):
        if mutant.quantity not in WEIGHTS:
            text = _from_before(mutant.formula) if before else mutant.formula
            yield Mutant(mutant.codes, mutant.quantity, text)
    for n in range(1, 9):
        name = f"n{n}" if f"n{n}" in layout.places else f"w{n}"
        text = layout.formulas[name]
        (gradient,) = re.findall(r"\[g\d@?\]", text)
        other = gradient.replace(str(n), str(n % 8 + 1))
        yield Mutant(frozenset({"wrong-gradient"}), name, text.replace(gradient, other))
        yield Mutant(frozenset({"sign"}), name, text.replace("-", "+"))
        yield Mutant(frozenset({"missing-rate", "other-rate"}), name, text.replace("[rate]*", ""))
        yield Mutant(frozenset({"frozen-row"}), name, text.replace(gradient, f"[g{n}$]"))
        yield Mutant(frozenset({"wrong-index"}), name, re.sub(r"^\[([wn])\d", rf"[\g<1>{n % 8 + 1}", text))
