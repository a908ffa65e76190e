"""One sheet to write on: every refusal of XlsxWriter becomes an error, and text is always text."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sheetgrad.errors import BrokenInvariant
from sheetgrad.sheet.names import cell_text, letters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.workbook import Workbook

    from sheetgrad.sheet.stream import Sheet

Style: TypeAlias = Literal[
    "plain", "title", "note", "head", "equation", "input", "whole_input", "number", "count", "wrapped", "link", "bold",
    "data", "parameter", "forward", "loss", "between", "gradient", "state",
    "head_data", "head_parameter", "head_forward", "head_loss", "head_between", "head_gradient", "head_state",
    "head_count", "good", "bad", "unsure", "verdict", "small", "number_top", "centred",
    "remark", "bold_plain", "signed", "fine", "indented", "head_right", "gap", "joined", "joined_word",
]  # fmt: skip

_INK, _PAPER, _LINE = "#1F2937", "#FFFFFF", "#D1D5DB"
_HUES: Mapping[str, str] = {
    "count": "#E5E7EB",
    "data": "#DBEAFE",
    "parameter": "#FEF3C7",
    "forward": "#DCFCE7",
    "loss": "#FECACA",
    "between": "#F3F4F6",
    "gradient": "#EDE9FE",
    "state": "#FFEDD5",
}
"""One colour for each kind of column, the same in headers and legend."""

NUMBER = "0.000000000"
_BASE = {"font_name": "Calibri", "font_size": 11, "font_color": _INK}

STYLES: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 20},
    "note": {"font_color": "#4B5563", "italic": True},
    "indented": {"font_color": "#4B5563", "italic": True, "indent": 1},
    "bold": {"bold": True, "font_size": 13},
    "head": {"bold": True, "bg_color": "#E5E7EB", "border": 1, "border_color": _LINE},
    "head_right": {"bold": True, "bg_color": "#E5E7EB", "border": 1, "border_color": _LINE, "align": "right"},
    "equation": {"font_size": 9, "font_color": "#374151", "text_wrap": True, "valign": "top", "border": 1,
                 "border_color": _LINE},
    "input": {"bg_color": "#FFF2A8", "border": 1, "border_color": "#D97706", "locked": False, "num_format": "General"},
    "whole_input": {"bg_color": "#FFF2A8", "border": 1, "border_color": "#D97706", "locked": False, "num_format": "0"},
    "gap": {"bg_color": "#FFF2A8", "border": 1, "border_color": "#D97706", "locked": False, "num_format": NUMBER},
    "number": {"num_format": NUMBER},
    "small": {"num_format": "0.00E+00"},
    "count": {"num_format": "0", "bold": True, "align": "right"},
    "number_top": {"num_format": NUMBER, "valign": "top"},
    "fine": {"num_format": "0.000000000000"},
    "centred": {"align": "center", "valign": "top"},
    "remark": {"text_wrap": True, "valign": "top", "italic": True, "font_color": "#4B5563"},
    "bold_plain": {"bold": True},
    "signed": {"num_format": "+0;-0"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": "#1D4ED8", "underline": 1},
    "good": {"bg_color": "#BBF7D0", "font_color": "#14532D"},
    "bad": {"bg_color": "#FECACA", "font_color": "#7F1D1D", "bold": True},
    "unsure": {"bg_color": "#E5E7EB", "font_color": "#374151"},
    "joined": {"num_format": NUMBER, "bold": True, "bottom": 1, "bottom_color": "#6B7280"},
    "joined_word": {"num_format": "0", "bold": True, "align": "right", "bottom": 1, "bottom_color": "#6B7280"},
    "verdict": {"bold": True, "font_size": 14, "border": 1, "border_color": _LINE, "align": "center"},
    **{kind: {"num_format": NUMBER} for kind in _HUES if kind != "count"},
    **{f"head_{kind}": {"bold": True, "bg_color": hue, "border": 1, "border_color": _LINE, "align": "center"}
       for kind, hue in _HUES.items()},
}  # fmt: skip


class Styles:
    """The cell formats of one workbook, each made when first used."""

    def __init__(self, workbook: Workbook) -> None:
        """Start with none."""
        self._workbook = workbook
        self._made: dict[str, Any] = {}

    def __getitem__(self, style: str) -> Any:  # noqa: ANN401 -- XlsxWriter brings no types
        """The format of that name."""
        if style not in self._made:
            self._made[style] = self._workbook.add_format({**_BASE, **STYLES[style]})
        return self._made[style]


class Page:
    """A sheet with the formats of its workbook; rows and columns are counted from 0."""

    def __init__(self, sheet: Sheet, styles: Styles, *, live: bool = True) -> None:
        """Write on this sheet; where it is not live, values stand in place of formulas."""
        self.sheet, self.styles, self.live = sheet, styles, live
        self.name: str = sheet.get_name()

    def text(self, row: int, column: int, text: str, style: Style = "plain") -> None:
        """Text, whatever it begins with."""
        _done(self.sheet.write_string(row, column, cell_text(text), self.styles[style]))

    def number(self, row: int, column: int, number: float, style: Style = "number") -> None:
        """A number with all its digits."""
        _done(self.sheet.write_number(row, column, number, self.styles[style]))

    def formula(self, row: int, column: int, formula: str, value: float | str, style: Style = "number") -> None:
        """A formula (without its equals sign) and the value it has now."""
        shown = "#NUM!" if isinstance(value, float) and not isfinite(value) else value
        if not self.live:
            self.value(row, column, shown, style)
            return
        _done(self.sheet.write_formula(row, column, f"={formula}", self.styles[style], shown))

    def value(self, row: int, column: int, value: float | str, style: Style) -> None:
        """A number or a text."""
        if isinstance(value, str):
            self.text(row, column, value, style)
        else:
            self.number(row, column, value, style)

    def array_formula(self, row: int, column: int, formula: str, value: float | str, style: Style) -> None:
        """A formula that looks at every cell of a range on its own (in Excel: entered with Ctrl+Shift+Enter)."""
        if not self.live:
            self.value(row, column, value, style)
            return
        place = (row, column, row, column)
        _done(self.sheet.write_array_formula(*place, f"{{={formula}}}", self.styles[style], value))

    def link(self, row: int, column: int, sheet: str, cell: str) -> None:
        """A link to a cell of this workbook."""
        target = f"internal:'{sheet}'!{cell}"
        _done(self.sheet.write_url(row, column, target, self.styles["link"], f"{sheet}!{cell}"))

    def row_height(self, row: int, height: float) -> None:
        """Set the height of a row, in points."""
        _done(self.sheet.set_row(row, height))

    def columns(self, *widths: float) -> None:
        """Set the widths of the first columns, in characters."""
        for place, width in enumerate(widths):
            _done(self.sheet.set_column(place, place, width))

    def validate(self, row: int, column: int, rule: Mapping[str, Any], last_row: int | None = None) -> None:
        """Have what is typed into a cell (or down to the last row) checked."""
        last = row if last_row is None else last_row
        _done(self.sheet.data_validation(row, column, last, column, dict(rule)))

    def merge(self, row: int, column: int, last_row: int, last_column: int, style: Style) -> None:
        """Make one cell of several; what it shows is written into the first."""
        _done(self.sheet.merge_range(row, column, last_row, last_column, "", self.styles[style]))

    def colour(self, place: tuple[int, int, int, int], rule: Mapping[str, Any], style: str) -> None:
        """Have cells take a style while a rule holds."""
        _done(self.sheet.conditional_format(*place, {**rule, "format": self.styles[style]}))

    def chart(self, row: int, column: int, chart: Any) -> None:  # noqa: ANN401 -- XlsxWriter brings no types
        """Put a chart with its upper left corner at a cell."""
        _done(self.sheet.insert_chart(row, column, chart))


ANY_NUMBER: Mapping[str, Any] = {
    "validate": "decimal",
    "criteria": "between",
    "minimum": -1e300,
    "maximum": 1e300,
    "error_title": "A number, please",
    "error_message": "Type a number. Everything in this workbook is computed from it.",
}


def whole_number(least: int, most: int | str, title: str, message: str) -> dict[str, Any]:
    """The rule for a whole number; `most` may be a formula."""
    return {
        "validate": "integer",
        "criteria": "between",
        "minimum": least,
        "maximum": most,
        "input_title": title,
        "input_message": message,
        "error_title": title,
        "error_message": message,
    }


def address(row: int, column: int, *, fixed: bool = True) -> str:
    """The cell as `$B$3`, or as `B3`.

    >>> address(2, 1), address(2, 1, fixed=False)
    ('$B$3', 'B3')
    """
    mark = "$" if fixed else ""
    return f"{mark}{letters(column)}{mark}{row + 1}"


def _done(code: Any) -> None:  # noqa: ANN401 -- 0 or None when well, less than 0 (or a sign of what was ignored) when not
    if isinstance(code, int) and code < 0:
        message = f"the workbook's writer refused a cell with code {code}"
        raise BrokenInvariant(message)
