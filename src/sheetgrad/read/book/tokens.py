"""A formula's text as tokens, each written in R1C1 form, so that copies down a column come out alike.

Three spellings are read: A1 (what .xlsx files hold), R1C1, and OpenFormula (what .ods files hold).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.book import limits
from sheetgrad.read.book.addresses import COLUMN
from sheetgrad.read.book.cells import Number, Range, Reference, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.read.book.cells import Place, Tree


class FormulaError(Exception):
    """A formula that cannot be read; says why. It never leaves the reader: it becomes `trouble`."""


class LinkedError(FormulaError):
    """A formula that looks into another file."""


class Token(NamedTuple):
    """One token: what it is, how it is written in R1C1 form, and its tree if it is an operand."""

    kind: str
    """operand, function, word, structured, or the operator, bracket or separator itself."""
    shape: str
    tree: Tree | None = None
    start: int = 0
    end: int = 0
    """Where a cell, or whole rows or columns, stand in the text, without their sheet; for other tokens 0."""


_SHEET = r"(?:\$?'(?:[^']|'')+'|\$?[^\W\d][\w.]*|(?:\[[0-9]+\])(?:[^\W\d][\w.]*)?(?::[^\W\d][\w.]*)?)!"
_COMMON = r"""
  (?P<blank>[ \t\r\n\u00a0]+)
| (?P<string>"(?:[^"]|"")*")
| (?P<fault>\#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|GETTING_DATA))
| (?P<function>[^\W\d][\w.]*)(?=[ ]*\()
"""
_TAIL = r"""
| (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
| (?P<structured>[^\W\d][\w.\\]*(?=\[)|(?=\[))
| (?P<word>[^\W\d][\w.\\?]*)
| (?P<operator><=|>=|<>|[-+*/^&=<>%(),;:{}@\#])
"""
_CELL = r"(?P<cf>\$?)(?P<column>[A-Za-z]{1,3})(?P<rf>\$?)(?P<row>[0-9]{1,7})(?![\w.(!\[])"
A1 = re.compile(
    _COMMON
    + rf"| (?P<sheet>{_SHEET})"
    + r"| (?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7})(?![\w.])"
    + r"| (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})(?![\w.($])"
    + "| "
    + _CELL
    + _TAIL,
    re.VERBOSE,
)
R1C1 = re.compile(
    _COMMON
    + rf"| (?P<sheet>{_SHEET})"
    + r"| (?P<rows>R[0-9]+:R[0-9]+|R(?:\[-?[0-9]+\])?:R(?:\[-?[0-9]+\])?)(?![\w.\[])"
    + r"| (?P<columns>C(?:[0-9]+|\[-?[0-9]+\])?:C(?:[0-9]+|\[-?[0-9]+\])?)(?![\w.\[])"
    + r"| R(?P<row>[0-9]+|\[-?[0-9]+\])?C(?P<column>[0-9]+|\[-?[0-9]+\])?(?![\w.(!])"
    + _TAIL,
    re.VERBOSE | re.IGNORECASE,
)


def quoted(sheet: str) -> str:
    """A sheet's name as a formula has it."""
    if re.fullmatch(r"[^\W\d][\w.]*", sheet) and not re.fullmatch(r"(?i)[a-z]{1,3}[0-9]+|r[0-9]*c[0-9]*|r|c", sheet):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def axis(letter: str, number: int, *, fixed: bool) -> str:
    """Half of an R1C1 address."""
    if fixed:
        return f"{letter}{number}"
    return f"{letter}[{number}]" if number else letter


def reference_shape(reference: Reference, *, sheet: bool = True) -> str:
    """A cell in R1C1 form."""
    row = axis("R", reference.row, fixed=reference.row_fixed)
    column = axis("C", reference.column, fixed=reference.column_fixed)
    prefix = f"{quoted(reference.sheet)}!" if sheet and reference.sheet is not None else ""
    return prefix + row + column


def tree_shape(tree: Reference | Range) -> str:
    """A cell or a block in R1C1 form."""
    if isinstance(tree, Reference):
        return reference_shape(tree)
    return f"{reference_shape(tree.first)}:{reference_shape(tree.last, sheet=False)}"


def tokens(text: str, place: Place, *, r1c1: bool = False, sheets: Mapping[str, str] | None = None) -> list[Token]:
    """Take a formula apart that stands at a place; a leading `=` is passed over.

    Sheets are looked up in small letters, where it is known which there are.

    Raises:
        FormulaError: it is too long, or has a sign that no formula has.
    """
    if len(text) > limits.FORMULA:
        raise FormulaError(f"it has more than {limits.FORMULA:,} characters")
    pattern = R1C1 if r1c1 else A1
    at, end, sheet = 0, len(text), None
    found: list[Token] = []
    blank = False
    while at < end:
        match = pattern.match(text, at)
        if match is None:
            raise FormulaError(f"it has {text[at]!r}, which no formula has there")
        at, kind = match.end(), match.lastgroup or "cell"
        if kind == "blank":
            blank = True
            continue
        if kind == "sheet":
            sheet = _sheet_name(match[0], sheets)
            continue
        if kind == "structured":
            stop = _closing(text, at)
            token = Token("structured", text[match.start() : stop])
            at = stop
        else:
            token = _token(kind, match, place, sheet, r1c1=r1c1)
        if blank and found and _ends(found[-1]) and _begins(token):
            raise FormulaError("it takes what two blocks have in common, written as a blank between them")
        if sheet is not None and token.kind not in {"operand", "word", "fault"}:
            raise FormulaError(f"it names the sheet {sheet} and then no cell")
        found.append(token)
        sheet, blank = None, False
    if found and found[0].kind == "=":
        del found[0]
    return found


def shape(found: list[Token]) -> str:
    """The formula in R1C1 form: the same for every copy of it."""
    return "".join(token.shape for token in found)


def _token(kind: str, match: re.Match[str], place: Place, sheet: str | None, *, r1c1: bool) -> Token:
    text = match[0]
    match kind:
        case "string":
            return Token("operand", text, Text(text[1:-1].replace('""', '"')))
        case "fault":
            return Token("fault", text.upper())
        case "function":
            name = text.upper().removeprefix("_XLFN.").removeprefix("_XLWS.").removeprefix("_XLFN.")
            return Token("function", name)
        case "number":
            return Token("operand", text.upper(), Number(float(text)))
        case "word":
            return (
                Token("word", text.upper(), None) if sheet is None else Token("word", f"{quoted(sheet)}!{text.upper()}")
            )
        case "operator":
            return Token(text, text)
    area: Reference | Range
    if kind in {"rows", "columns"}:
        area = _line(kind, text, place, sheet, r1c1=r1c1)
        return Token("operand", tree_shape(area), area, match.start(), match.end())
    if r1c1:
        row, row_fixed = _relative(match["row"])
        column, column_fixed = _relative(match["column"])
        area = Reference(row, column, row_fixed, column_fixed, sheet)
    else:
        row, column = int(match["row"]), COLUMN.get(match["column"].upper(), 0)
        if not column or not 0 < row <= limits.ROWS:
            return Token("word", text.upper())
        row_fixed, column_fixed = bool(match["rf"]), bool(match["cf"])
        area = Reference(
            row if row_fixed else row - place[0],
            column if column_fixed else column - place[1],
            row_fixed,
            column_fixed,
            sheet,
        )
    return Token("operand", tree_shape(area), area, match.start(), match.end())


def _relative(text: str | None) -> tuple[int, bool]:
    if not text:
        return 0, False
    return (int(text[1:-1]), False) if text[0] == "[" else (int(text), True)


def _line(kind: str, text: str, place: Place, sheet: str | None, *, r1c1: bool) -> Range:
    """Whole rows or columns."""
    (one, one_fixed), (other, other_fixed) = (_end(kind, part, place, r1c1=r1c1) for part in text.split(":"))
    if kind == "rows":
        return Range(
            Reference(one, 1, row_fixed=one_fixed, column_fixed=True, sheet=sheet),
            Reference(other, limits.COLUMNS, row_fixed=other_fixed, column_fixed=True, sheet=sheet),
        )
    return Range(
        Reference(1, one, row_fixed=True, column_fixed=one_fixed, sheet=sheet),
        Reference(limits.ROWS, other, row_fixed=True, column_fixed=other_fixed, sheet=sheet),
    )


def _end(kind: str, text: str, place: Place, *, r1c1: bool) -> tuple[int, bool]:
    if r1c1:
        return _relative(text[1:])
    fixed, bare = text.startswith("$"), text.lstrip("$").upper()
    number = int(bare) if kind == "rows" else COLUMN.get(bare, 0)
    if not number:
        raise FormulaError(f"there is no column {bare}")
    return (number, True) if fixed else (number - place[0 if kind == "rows" else 1], False)


def _sheet_name(text: str, sheets: Mapping[str, str] | None) -> str:
    name = text[:-1].lstrip("$")
    name = name[1:-1].replace("''", "'") if name.startswith("'") else name
    if "[" in name or "://" in name:
        raise LinkedError("it looks into another file, which is not opened")
    if sheets is None:
        return name
    if name.lower() not in sheets:
        raise FormulaError(f"there is no sheet {name}")
    return sheets[name.lower()]


def _closing(text: str, at: int) -> int:
    """The end of a structured reference that opens at a place; an apostrophe takes the next sign's meaning away."""
    depth = 0
    while at < len(text):
        sign = text[at]
        if sign == "'":
            at += 1
        elif sign == "[":
            depth += 1
        elif sign == "]":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    raise FormulaError("a [ is not closed")


def _ends(token: Token) -> bool:
    return token.kind in {"operand", "word", "structured", "fault", ")", "}"}


def _begins(token: Token) -> bool:
    return token.kind in {"operand", "word", "structured", "fault", "function", "("}
