"""Formulas and places as a spreadsheet spells them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.errors import BrokenInvariant
from sheetgrad.read.book.cells import Call, Name, Number, Range, Reference, Text
from sheetgrad.sheet.names import letters

if TYPE_CHECKING:
    from sheetgrad.check.book.frames import Table
    from sheetgrad.read.book.cells import Place, Tree

LEVELS = {"=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "<>": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
"""How tightly each operator binds."""
MINUS, PERCENT, ATOM = 6, 7, 8
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOOKS_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]\d*")


def address(place: Place) -> str:
    """A cell as `AC33`."""
    return f"{letters(place[1] - 1)}{place[0]}"


def quoted(sheet: str) -> str:
    """A sheet's name as a formula needs it.

    >>> quoted("Steps"), quoted("LR 0.1"), quoted("it's")
    ('Steps', "'LR 0.1'", "'it''s'")
    """
    if _PLAIN.fullmatch(sheet) and not _LOOKS_LIKE_A_CELL.fullmatch(sheet):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def where(table: Table, across: int, first: int, last: int) -> str:
    """A stretch of a track as `Sheet1!AC33:AC78`."""
    if table.layout is not None:
        from sheetgrad.check.book import unfolding

        return unfolding.where(unfolding.sites(table, across, range(first, last + 1)))
    start, end = table.place(across, first), table.place(across, last)
    cells = address(start) if start == end else f"{address(start)}:{address(end)}"
    return f"{table.sheet.name}!{cells}"


def formula(tree: Tree, place: Place) -> str:
    """A formula with its equals sign, as the cell at `place` holds it.

    >>> formula(Call("*", (Call("+", (Number(1), Reference(0, -1))), Reference(2, 3, True, True))), (5, 4))
    '=(1+C5)*$C$2'
    """
    return f"={_text(tree, place)[0]}"


def _text(tree: Tree, place: Place) -> tuple[str, int]:
    match tree:
        case Number(value=value):
            text = repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value).upper()
            return text, ATOM if value >= 0 else MINUS
        case Text(value=value):
            return '"' + value.replace('"', '""') + '"', ATOM
        case Reference():
            return _reference(tree, place), ATOM
        case Range(first=first, last=last):
            return f"{_reference(first, place)}:{_reference(last, place).rpartition('!')[2]}", ATOM
        case Name(word=word):
            return word, ATOM
        case Call(function=function, arguments=arguments):
            return _call(function, arguments, place)
    message = f"no spelling for {tree!r}"  # type: ignore[unreachable]  # as long as the kinds of nodes stay these
    raise BrokenInvariant(message)


def _reference(reference: Reference, place: Place) -> str:
    row, column = reference.at(place)
    sheet = f"{quoted(reference.sheet)}!" if reference.sheet else ""
    if row < 1 or column < 1:
        return f"{sheet}#REF!"
    return (
        f"{sheet}{'$' if reference.column_fixed else ''}{letters(column - 1)}{'$' if reference.row_fixed else ''}{row}"
    )


def _call(function: str, arguments: tuple[Tree, ...], place: Place) -> tuple[str, int]:
    if function in LEVELS and len(arguments) == 2:
        level = LEVELS[function]
        left = _inside(arguments[0], place, level)
        right = _inside(arguments[1], place, level + 1)  # a+(b+c) adds in another order than a+b+c
        return f"{left}{function}{right}", level
    if function in {"neg", "pos"}:
        return f"{'-' if function == 'neg' else '+'}{_inside(arguments[0], place, MINUS)}", MINUS
    if function == "%":
        return f"{_inside(arguments[0], place, PERCENT)}%", PERCENT
    return f"{function}({','.join(_text(argument, place)[0] for argument in arguments)})", ATOM


def _inside(tree: Tree, place: Place, level: int) -> str:
    text, binds = _text(tree, place)
    return text if binds >= level else f"({text})"
