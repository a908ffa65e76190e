"""Workbooks made by hand in which a step is a block of rows for its samples, or of matrices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


class Change(NamedTuple):
    """Another formula for one quantity, on some steps."""

    quantity: str
    formula: str
    first: int = 0
    last: int = 10**6


def _changed(formulas: Mapping[str, str], changes: Iterable[Change], step: int) -> dict[str, str]:
    return {**formulas} | {one.quantity: one.formula for one in changes if one.first <= step <= one.last}


# --- samples below each other, their mean, and the update ------------------------------------------------

DATA = ((0.1, 0.9, 1.0), (0.7, -0.3, 0.0), (-0.6, 0.4, 1.0))
COLUMNS = ("x1", "x2", "t", "z1", "z2", "a1", "a2", "o", "y", "E", "d", "d1", "d2", "gv1", "gv2", "gc",
           "gw1", "gw2", "gw3", "gw4")  # fmt: skip
STARTS = {"w1": 0.3, "w2": -0.2, "w3": 0.5, "w4": 0.1, "v1": 0.7, "v2": -0.4, "c": 0.2}
GRADIENT = {"w1": "gw1", "w2": "gw2", "w3": "gw3", "w4": "gw4", "v1": "gv1", "v2": "gv2", "c": "gc"}
PER_SAMPLE = {
    "z1": "[w1]*[x1]+[w2]*[x2]", "z2": "[w3]*[x1]+[w4]*[x2]", "a1": "TANH([z1])", "a2": "TANH([z2])",
    "o": "[v1]*[a1]+[v2]*[a2]+[c]", "y": "1/(1+EXP(-[o]))", "E": "([y]-[t])^2/2",
    "d": "([y]-[t])*[y]*(1-[y])", "d1": "[d]*[v1]*(1-[a1]^2)", "d2": "[d]*[v2]*(1-[a2]^2)",
    "gv1": "[d]*[a1]", "gv2": "[d]*[a2]", "gc": "[d]",
    "gw1": "[d1]*[x1]", "gw2": "[d1]*[x2]", "gw3": "[d2]*[x1]", "gw4": "[d2]*[x2]",
}  # fmt: skip
UPDATES = {name: f"[{name}]-$B$1*[{gradient}:]" for name, gradient in GRADIENT.items()}
TALL = len(DATA) + 4


def sample_cells(quantity: str, step: int) -> str:
    """The cells of a quantity on a step."""
    top = 5 + TALL * step
    if quantity in STARTS:
        return f"{get_column_letter(2 + list(STARTS).index(quantity))}{top}"
    letter = get_column_letter(2 + COLUMNS.index(quantity))
    return f"{letter}{top + 1}:{letter}{top + len(DATA)}"


def write_samples(path: Path, *, steps: int = 5, changes: tuple[Change, ...] = (), joined: str = "AVERAGE") -> None:
    """A row of weights, a row for each sample, and a row of their means, for every step."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Training"
    sheet["A1"], sheet["B1"] = "learning rate", 0.4
    for at, name in enumerate(COLUMNS):
        sheet.cell(3, 2 + at, name)
    for step in range(steps):
        top = 5 + TALL * step
        sheet.cell(top, 1, "weights")
        formulas = _changed({**PER_SAMPLE, **UPDATES}, changes, step)
        for at, (name, number) in enumerate(STARTS.items()):
            sheet.cell(top, 2 + at, _in_samples(formulas[name], step - 1, 0, joined) if step else number)
        for sample, numbers in enumerate(DATA):
            row = top + 1 + sample
            sheet.cell(row, 1, sample + 1)
            for at, name in enumerate(COLUMNS):
                given = numbers[at] if at < len(numbers) else None
                sheet.cell(row, 2 + at, _in_samples(formulas[name], step, row, joined) if given is None else given)
        row = top + 1 + len(DATA)
        sheet.cell(row, 1, joined.lower())
        for at in range(COLUMNS.index("E"), len(COLUMNS)):
            if COLUMNS[at] == "E" or COLUMNS[at] in GRADIENT.values():
                letter = get_column_letter(2 + at)
                sheet.cell(row, 2 + at, f"={joined}({letter}{top + 1}:{letter}{row - 1})")
    book.save(path)


def _in_samples(text: str, step: int, row: int, joined: str) -> str:
    top = 5 + TALL * step
    del joined

    def cell(match: re.Match[str]) -> str:
        name, together = match[1], match[2]
        if name in STARTS:
            letter = get_column_letter(2 + list(STARTS).index(name))
            return f"{letter}${top}" if row else f"{letter}{top}"
        letter = get_column_letter(2 + COLUMNS.index(name))
        return f"{letter}{top + 1 + len(DATA)}" if together else f"{letter}{row}"

    return "=" + re.sub(r"\[(\w+)(:)?\]", cell, text)


# --- matrices --------------------------------------------------------------------------------------------

SHAPES = {
    "W": (2, 2), "V": (2, 2), "x": (2, 1), "t": (2, 1), "z": (2, 1), "h": (2, 1), "u": (2, 1), "y": (2, 1), "E": (1, 1),
    "dy": (2, 1), "dV": (2, 2), "dh": (2, 1), "dW": (2, 2), "Wn": (2, 2), "Vn": (2, 2),
}  # fmt: skip
MATRICES = {
    "W": ((0.15, 0.2), (0.25, 0.3)), "V": ((0.4, 0.45), (0.5, 0.55)), "x": ((0.05,), (0.1,)), "t": ((0.01,), (0.99,)),
}  # fmt: skip
RULES = {
    "z": "MMULT([W],[x])", "h": "1/(1+EXP(-[z]))", "u": "MMULT([V],[h])", "y": "1/(1+EXP(-[u]))",
    "E": "SUMXMY2([t],[y])/2", "dy": "([y]-[t])*[y]*(1-[y])", "dV": "MMULT([dy],TRANSPOSE([h]))",
    "dh": "MMULT(TRANSPOSE([V]),[dy])*[h]*(1-[h])", "dW": "MMULT([dh],TRANSPOSE([x]))",
    "Wn": "[W]-$B$1*[dW]", "Vn": "[V]-$B$1*[dV]", "W": "[Wn@]", "V": "[Vn@]",
}  # fmt: skip
PLACES = {
    "W": (1, 1), "x": (1, 4), "z": (1, 6), "h": (1, 8), "t": (1, 10), "E": (1, 12),
    "V": (5, 1), "u": (5, 6), "y": (5, 8), "dy": (5, 10), "dV": (9, 1), "dh": (9, 4), "dW": (9, 6),
    "Wn": (13, 1), "Vn": (13, 4),
}  # fmt: skip
HIGH = 16


def matrix_cells(name: str, step: int) -> str:
    """The cells of a matrix on a step."""
    (row, column), (rows, columns) = PLACES[name], SHAPES[name]
    first = f"{get_column_letter(1 + column)}{3 + row + HIGH * step}"
    last = f"{get_column_letter(column + columns)}{2 + row + rows + HIGH * step}"
    return first if first == last else f"{first}:{last}"


def write_matrices(path: Path, *, steps: int = 5, changes: tuple[Change, ...] = ()) -> None:
    """Small matrices with their names above, array formulas, and new weights that the next block takes over."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Matrices"
    sheet["A1"], sheet["B1"] = "eta", 0.5
    for step in range(steps):
        formulas = _changed(RULES, changes, step)
        for name, (row, column) in PLACES.items():
            sheet.cell(2 + row + HIGH * step, 1 + column, name.replace("n", " new"))
            cells = matrix_cells(name, step)
            if name in MATRICES and (not step or name in {"x", "t"}):
                for place, number in zip(
                    _each(sheet[cells]), (n for line in MATRICES[name] for n in line), strict=True
                ):
                    place.value = number
                continue
            text = f"={_in_matrices(formulas[name], step)}"
            corner = cells.partition(":")[0]
            sheet[corner] = text if SHAPES[name] == (1, 1) else ArrayFormula(cells, text)
    book.save(path)


def _in_matrices(text: str, step: int) -> str:
    return re.sub(r"\[(\w+)(@)?\]", lambda match: matrix_cells(match[1], step - bool(match[2])), text)


def _each(block: object) -> Iterable[openpyxl.cell.cell.Cell]:
    rows = block if isinstance(block, tuple) else ((block,),)
    return [cell for row in rows for cell in row]
