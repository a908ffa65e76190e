"""The worksheet as a workbook: a column for every quantity, gaps to fill in, and a sheet that checks them.

What is asked for is empty, unlocked and yellow; everything else is protected. The sheet
Self-check compares each gap with a rounded value on a very hidden sheet, not with a
formula, so that the formula cannot be copied from there. It is no secret: whoever wants to
see the values can.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from sheetgrad.classroom.columns import Column, columns
from sheetgrad.classroom.levels import LEVELS
from sheetgrad.classroom.page import rules
from sheetgrad.files import replacing
from sheetgrad.sheet.book import A4, WRITTEN
from sheetgrad.sheet.names import defined_names, letters
from sheetgrad.sheet.network_page import name as give_name
from sheetgrad.sheet.page import Page, Styles
from sheetgrad.sheet.plan import HEADERS
from sheetgrad.sheet.stream import Sheet

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from xlsxwriter.workbook import Workbook

    from sheetgrad.classroom.paper import Paper
    from sheetgrad.expr import Expr
    from sheetgrad.sheet.page import Style

EXERCISE, STEPS, CHECK, ANSWERS = "Exercise", "Steps", "Self-check", "Answers"
RIGHT, NOT_YET = "right", "not yet"
OPEN = {"format_columns": True, "format_rows": True, "objects": True, "scenarios": True}
"""What a protected sheet still allows."""
FIRST_GIVEN = 7
LINE = 95
"""Letters on a line of what to do."""


def worksheet(paper: Paper, path: str | os.PathLike[str]) -> None:
    """Write what the student gets, whole or not at all."""
    _write(paper, path, solved=False)


def key(paper: Paper, path: str | os.PathLike[str]) -> None:
    """Write the same with every gap filled in."""
    _write(paper, path, solved=True)


def _write(paper: Paper, path: str | os.PathLike[str], *, solved: bool) -> None:
    from xlsxwriter.workbook import Workbook

    with replacing(path, "wb") as file, tempfile.TemporaryDirectory() as folder:
        options = {"tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
        book = Workbook(file, options)
        book.worksheet_class = Sheet
        book.set_properties({"title": paper.made.exercise.name, "created": WRITTEN.replace(tzinfo=None)})
        _sheets(book, paper, solved=solved)
        book.close()


def _sheets(book: Workbook, paper: Paper, *, solved: bool) -> None:
    styles = Styles(book)
    pages = {name: Page(book.add_worksheet(name), styles) for name in (EXERCISE, STEPS, CHECK, ANSWERS)}
    made = columns(paper, _given_names(paper))
    right = sum(_steps(pages[STEPS], made, solved=solved))
    asked = [column for column in made if column.asked]
    total = sum(cell.state == "blank" for column in asked for cell in column.cells)
    _check(pages[CHECK], made, asked, paper, solved=solved)
    _answers(pages[ANSWERS], asked, paper)
    _exercise(book, pages[EXERCISE], paper, (right, total), solved=solved)
    for page in pages.values():
        page.sheet.protect(options=OPEN)
        page.sheet.set_landscape()
        page.sheet.set_paper(A4)
        if page.name == STEPS:  # on the width of one page it would be too small to read
            page.sheet.set_print_scale(60)
        else:
            page.sheet.fit_to_pages(1, 0)
    pages[ANSWERS].sheet.very_hidden()


def _given_names(paper: Paper) -> Mapping[Expr, str]:
    """The defined name of every given number, and of the learning rate."""
    given = [quantity for quantity, _ in paper.given_with_rate]
    return dict(zip(given, defined_names(screen_name(q, paper) for q in given), strict=True))


def screen_name(quantity: Expr, paper: Paper) -> str:
    """The plain name of a given quantity."""
    return paper.names.plain(quantity)  # type: ignore[arg-type]  # what is given is a quantity


def _exercise(book: Workbook, page: Page, paper: Paper, score: tuple[int, int], *, solved: bool) -> None:
    exercise = paper.made.exercise
    page.columns(16, 16, 3, 90)
    page.sheet.hide_gridlines(2)
    page.row_height(0, 30)
    page.text(0, 0, LEVELS[exercise.level].title + (", the key" if solved else ""), "title")
    page.text(1, 0, exercise.title, "note")
    page.text(2, 0, paper.who, "bold")
    page.text(4, 0, "Given", "bold")
    page.text(FIRST_GIVEN - 2, 0, "quantity", "head")
    page.text(FIRST_GIVEN - 2, 1, "value", "head_right")
    names = _given_names(paper)
    for place, (quantity, value) in enumerate(paper.given_with_rate, FIRST_GIVEN - 1):
        page.text(place, 0, screen_name(quantity, paper), "plain")
        page.number(place, 1, float(value), "plain")
        give_name(book, names[quantity], EXERCISE, place, 1)
    page.text(4, 3, "What to do", "bold")
    words = [
        paper.task,
        f"Fill in the yellow cells of the sheet {STEPS}: as formulas, or as numbers.",
        *rules(paper),
        f"The sheet {CHECK} says of every yellow cell whether it is right.",
    ]
    for place, text in enumerate(words, 5):
        page.text(place, 3, text, "wrapped")
        if len(text) > LINE:
            page.row_height(place, 15.0 * (1 + len(text) // LINE))
    row = 6 + len(words)
    right, total = score
    last = f"{letters(1 + paper.rows)}${HEADERS + 1 + total}"
    shown = f'COUNTIF(\'{CHECK}\'!$B$3:${last},"{RIGHT}")&" of {total} right"'
    page.formula(row, 3, shown, f"{right} of {total} right", "verdict")
    page.link(row + 2, 3, STEPS, "A1")
    page.link(row + 3, 3, CHECK, "A1")


def _steps(page: Page, made: list[Column], *, solved: bool) -> list[int]:
    """The columns; gives for each how many of its gaps are right as they are written."""
    page.row_height(0, 20)
    page.row_height(1, 62)
    page.text(0, 0, "step", "head_count")
    page.text(1, 0, "counted from 0", "equation")
    page.sheet.set_column(0, 0, 8)
    for place, column in enumerate(made, 1):
        style: Style = f"head_{column.kind}"  # type: ignore[assignment]  # every kind has its heading
        page.text(0, place, column.name, style)
        page.text(1, place, column.equation, "equation")
        page.sheet.set_column(place, place, 13.5)
    for row in range(max(len(column.cells) for column in made)):
        page.number(HEADERS + row, 0, row, "count")
    page.sheet.freeze_panes(HEADERS, 1)
    page.sheet.repeat_rows(0, HEADERS - 1)
    page.sheet.repeat_columns(0)
    return [_column(page, place, column, solved=solved) for place, column in enumerate(made, 1)]


def _column(page: Page, place: int, column: Column, *, solved: bool) -> int:
    right = 0
    for row, cell in enumerate(column.cells, HEADERS):
        blank = cell.state == "blank"
        style: Style = "gap" if blank else column.kind
        if blank and not cell.stands and not solved:
            page.sheet.write_blank(row, place, None, page.styles["gap"])
            continue
        text, value = (cell.formula, cell.right) if solved or not blank else (cell.stands, cell.value)
        if not blank:
            value = cell.right if solved else cell.value
        if text:
            page.formula(row, place, text, value, style)
        else:
            page.number(row, place, value, style)
        right += blank and abs(value - cell.right) <= cell.tolerance
    return right


def _check(page: Page, made: list[Column], asked: list[Column], paper: Paper, *, solved: bool) -> None:
    """A row for every column that is asked for, a cell for each of its gaps."""
    page.text(0, 0, "Self-check", "title")
    page.row_height(0, 30)
    page.text(1, 0, "quantity", "head")
    most = paper.rows
    for step in range(most):
        page.text(1, 1 + step, f"step {step}", "head_right")
    page.columns(18, *[11] * most)
    unit = paper.made.exercise.tolerance * (1 + 1e-6)
    for row, column in enumerate(asked, HEADERS):
        page.text(row, 0, column.name, "plain")
        where = letters(1 + made.index(column))
        for step, cell in enumerate(column.cells):
            if cell.state != "blank":
                continue
            theirs, ours = f"{STEPS}!{where}{HEADERS + 1 + step}", f"{ANSWERS}!{letters(1 + step)}{row + 1}"
            good = f'IF(ABS({theirs}-{ours})<={unit!r},"{RIGHT}","{NOT_YET}")'
            stands = cell.right if solved else cell.value if cell.stands else None
            now = RIGHT if stands is not None and abs(stands - cell.right) <= cell.tolerance else NOT_YET
            page.formula(row, 1 + step, f'IF(ISNUMBER({theirs}),{good},"{NOT_YET}")', now, "centred")
    place = (HEADERS, 1, HEADERS + len(asked), most)
    page.colour(place, {"type": "cell", "criteria": "==", "value": f'"{RIGHT}"'}, "good")
    page.colour(place, {"type": "cell", "criteria": "==", "value": f'"{NOT_YET}"'}, "unsure")
    page.sheet.freeze_panes(HEADERS, 1)


def _answers(page: Page, asked: list[Column], paper: Paper) -> None:
    """The rounded values that gaps are compared with."""
    for row, column in enumerate(asked, HEADERS):
        page.text(row, 0, column.name, "plain")
        for step, cell in enumerate(column.cells):
            page.number(row, 1 + step, float(paper.made.exercise.printed(cell.right)), "plain")
