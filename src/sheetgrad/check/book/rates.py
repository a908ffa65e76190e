"""The learning rate: the cell that holds it, and cells that are taken for it and hold something else."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import Fixed, OnTrack
from sheetgrad.check.book.edits import parts, swapped
from sheetgrad.check.book.spelling import address
from sheetgrad.check.book.unfolding import named, spelled
from sheetgrad.read.book.cells import Reference

if TYPE_CHECKING:
    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.losses import Rate
    from sheetgrad.check.book.stretches import Stretch
    from sheetgrad.read.book.cells import Place, Sheet

RATE = re.compile(
    r"(η|ƞ|ɳ|ή|ŋ|eta|n|lr|l\.?\s?r\.?|α|alpha|learning[\s_-]*rate.*|rate|step[\s_-]*size)\s*[:=]?", re.IGNORECASE
)


def labelled(sheet: Sheet) -> Place | None:
    """The cell beside (or below) a text that says learning rate; None where there is not exactly one."""
    found: list[Place] = []
    for (row, column), cell in sheet.cells.items():
        if isinstance(cell.value, str) and RATE.fullmatch(unicodedata.normalize("NFKC", cell.value).strip()):
            for place in ((row, column + 1), (row, column + 2), (row + 1, column)):
                beside = sheet.cells.get(place)
                if beside is not None and isinstance(beside.value, float | int):
                    found.append(place)
                    break
    return found[0] if len(found) == 1 else None


def misplaced(judge: TableJudge, rate: Rate) -> str:
    """The code for a rate that is read from a cell of the table which holds something else; else nothing."""
    made = judge.made
    match judge.roles.compiler.sources.get(rate.symbol):
        case OnTrack(across=across, shift=shift):
            name = judge.roles.name(across)
            if across in judge.roles.states.values() or name in made.changed | made.loss_inputs:
                return "drifting-reference"
            del shift
        case Fixed(sheet=sheet, place=place) if sheet == judge.table.sheet.name:
            across, line = judge.table.turned(place)
            if judge.table.holds(across, line) and (
                across in judge.roles.states.values() or judge.roles.name(across) in made.changed
            ):
                return "wrong-rate"
        case _:
            pass
    return ""


def rate_mended(judge: TableJudge, stretch: Stretch, rate: Rate) -> tuple[str, str]:
    """The formula with the rate from its own cell, and what the wrong cell is."""
    tree = stretch.formula.tree
    source = judge.roles.compiler.sources[rate.symbol]
    last = judge.table.place(stretch.across, stretch.last)
    if tree is None:
        return "", ""
    for _, part in parts(tree):
        if not isinstance(part, Reference):
            continue
        across, line = judge.table.turned(part.at(last))
        meant = isinstance(source, Fixed) and part.at(last) == source.place
        if isinstance(source, OnTrack):
            meant = across == source.across and line - stretch.last <= source.shift - 1 + judge.roles.shift
        if not meant:
            continue
        place = part.at(judge.table.place(stretch.across, stretch.first))
        own = labelled(judge.table.sheet) or (None if judge.table.holds(*judge.table.turned(place)) else place)
        holds = judge.names.get(_state(judge, across), judge.roles.name(across))
        words = f"{named(judge.table, part, last)} is a cell of the table ({holds}), not the learning rate"
        if own is None:
            return "", words
        fixed = Reference(*own, row_fixed=True, column_fixed=True)
        shown = spelled(judge.table, swapped(tree, part, fixed), stretch.across, stretch.first)
        return shown, f"{words}; that stands in {address(own)}"
    return "", "the learning rate is read from a cell of the table"


def _state(judge: TableJudge, across: int) -> str:
    return next((symbol for symbol, track in judge.roles.states.items() if track == across), judge.roles.name(across))
