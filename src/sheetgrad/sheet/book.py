"""The workbook as a file: every sheet, in order, whole or not at all."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sheetgrad.files import replacing
from sheetgrad.sheet import (
    derivation_page,
    fits,
    loss_page,
    network_page,
    proof_page,
    samples_page,
    steps_page,
    table_file,
    workings_page,
)
from sheetgrad.sheet.layout import plan as planned
from sheetgrad.sheet.page import Page, Styles
from sheetgrad.sheet.stream import Package, Sheet
from sheetgrad.sheet.values import Values

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from xlsxwriter.workbook import Workbook

    from sheetgrad.setup import Setup
    from sheetgrad.sheet.plan import Plan, Tables

STEPS = 100
"""Updates in a workbook unless told otherwise."""
MANY_CELLS = 200_000
"""From so many cells on, a file a fifth larger is worth half the time."""
A4 = 9
"""XlsxWriter's number for the paper."""
HUGE = 15_000_000
"""From so many cells on, a sheet may unpack to more than the 2 GB of a plain zip file."""
WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)
"""The date in every file, so that the same input gives the same bytes."""


def workbook(
    setup: Setup,
    path: str | os.PathLike[str],
    *,
    steps: int | None = None,
    rates: Sequence[float] | None = None,
    values_only: bool = False,
    progress: Callable[[str], object] | None = None,
) -> None:
    """Write a run as an .xlsx workbook in which every number is a formula that carries its value.

    A path that ends in .csv gets the values of the sheet of steps only.

    `steps` is 100 when None; `rates` are the setup's own when None: the first one
    has the sheet `Steps`, each other one a sheet with the same columns.

    Raises:
        DivergedError: a number is no longer finite at one of the rates.
        TooLargeError: a spreadsheet has no room for it; says what fits.
        CannotWriteError: the file cannot be written; what was there before is untouched.
    """
    say = progress or (lambda _what: None)
    chosen = tuple(rates) if rates else setup.learning_rates
    steps = STEPS if steps is None else steps
    fits.check_size(setup, steps=steps, rates=len(chosen))
    made = planned(setup, steps=steps, rates=chosen)
    fits.check_formulas(made)
    if str(path).lower().endswith(".csv"):
        table_file.write(path, made)
        return
    values = Values(made)
    losses = []
    for tables in made.runs:
        say(f"training at learning rate {tables.rate:g}")
        losses.append(values.losses(tables))
    say("writing the workbook")
    with replacing(path, "wb") as file, tempfile.TemporaryDirectory() as folder:
        from xlsxwriter.workbook import Workbook

        book = Workbook(file, {"tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False})
        book.worksheet_class = Sheet
        book.set_properties({"title": made.setup.name, "created": WRITTEN.replace(tzinfo=None)})
        _sheets(book, made, values, losses, live=not values_only)
        if fits.cells(made) > HUGE:
            book.use_zip64()
        with _packed(book, level=1 if fits.cells(made) > MANY_CELLS else 6):
            _close(book)


def _sheets(book: Workbook, plan: Plan, values: Values, losses: Sequence[Sequence[float]], *, live: bool) -> None:
    styles = Styles(book)

    def page(name: str) -> Page:
        return Page(book.add_worksheet(name), styles, live=live)

    network = page(network_page.NETWORK)
    for tables in plan.runs:
        _steps(page, plan, tables, values, live=live)
    if plan.setup.sample_count > 1:
        samples_page.write(page(samples_page.SAMPLES), plan)
    loss_page.write(book, page(loss_page.LOSS), plan, losses)
    derivation_page.write(page(derivation_page.DERIVATION), plan, values)
    if live:
        proof_page.write(page(proof_page.PROOF), page(workings_page.WORKINGS), plan, values)
    points = page("Picture")
    network_page.write(book, network, points, plan, live=live)
    points.sheet.hide()
    for sheet in book.worksheets():
        sheet.set_landscape()
        sheet.set_paper(A4)
        if sheet.rows is None:
            sheet.fit_to_pages(1, 0)
        else:  # on the width of one page it would be too small to read
            sheet.set_print_scale(55)


def _steps(page: Callable[[str], Page], plan: Plan, tables: Tables, values: Values, *, live: bool) -> None:
    steps_page.write(page(tables.steps.sheet), tables.steps, plan.rows, partial(values.of_steps, tables), live=live)
    if tables.batch is not None:
        count = plan.batch_rows
        lines = partial(values.of_batches, tables)
        joined = plan.setup.reduction
        steps_page.write(page(tables.batch.sheet), tables.batch, count, lines, live=live, joined=joined)


def _close(book: Workbook) -> None:
    """Write it all; XlsxWriter wraps what the system says of a full disk."""
    from xlsxwriter.exceptions import FileCreateError

    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from error


@contextmanager
def _packed(book: Workbook, level: int) -> Iterator[None]:
    """Have XlsxWriter pack with our own zip file: it has no option for that."""
    from xlsxwriter import workbook as module

    streams = {
        f"xl/worksheets/sheet{place}.xml": sheet.rows
        for place, sheet in enumerate(book.worksheets(), 1)
        if sheet.rows is not None
    }
    made: list[Package] = []

    def package(*arguments: Any, **options: Any) -> Package:  # noqa: ANN401 -- what a zip file is opened with
        made.append(Package(*arguments, streams=streams, compresslevel=level, **options))
        return made[-1]

    usual = module.ZipFile
    module.ZipFile = package
    try:
        yield
    except BaseException:
        for each in made:
            each.abandon()
        raise
    finally:
        module.ZipFile = usual
