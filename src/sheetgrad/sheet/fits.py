"""Whether a workbook has room for a run; asked before anything is computed, answered with what would fit."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sheetgrad.engine.schedule import batches, largest_batch
from sheetgrad.engine.task import count
from sheetgrad.errors import Problem, SpecError, TooLargeError
from sheetgrad.sheet.plan import HEADERS

if TYPE_CHECKING:
    from sheetgrad.setup import Setup
    from sheetgrad.sheet.plan import Plan

ROWS, COLUMNS = 1_048_576, 16_384
"""Of a sheet, in Excel (support.microsoft.com, Excel specifications and limits)."""
LONGEST_FORMULA = 8_192
MOST_CELLS = 60_000_000
"""More would make a file of gigabytes, which no spreadsheet opens."""
MARK_DIGITS = 6
"""How much longer a row's number is than the mark in its place."""
OTHERWISE = "`sheetgrad train --trace FILE.csv` (or .parquet) writes the numbers of any network"


def check_size(setup: Setup, *, steps: int, rates: int) -> None:
    """Raise where sheets have too few columns or rows.

    Raises:
        TooLargeError: says what would fit.
        SpecError: `steps` is negative.
    """
    if steps < 0:
        raise SpecError((Problem("steps", f"{steps} steps cannot be made", "give 0 or more"),))
    columns = _columns(setup)
    if columns > COLUMNS:
        message = (
            f"the workbook: a row needs about {columns:,} columns, and a sheet has {COLUMNS:,}; a network of at most "
            f"about {_largest(setup, columns):,} weights fits (64-32-10 does); {OTHERWISE}"
        )
        raise TooLargeError(message)
    each = largest_batch(setup)
    below = 1 if each > 1 else 0  # a row takes the samples of a step together
    rows = HEADERS + (steps + 1) * (each + below)
    if rows > ROWS and each > 1 and setup.update != "batch":
        rows = HEADERS + sum(len(batch) + below for batch in islice(batches(setup), steps + 1))
    if rows > ROWS:
        fit = (ROWS - HEADERS) // (each + below) - 1
        samples = f" with {each} samples a step" if each > 1 else ""
        message = (
            f"the workbook: {steps:,} steps{samples} need {rows:,} rows, and a sheet has {ROWS:,}; "
            f"at most {fit:,} steps fit; {OTHERWISE}"
        )
        raise TooLargeError(message)
    whole = columns * (steps + 1) * each * rates
    if whole > MOST_CELLS:
        fit = max(0, MOST_CELLS // (columns * each * rates) - 1)
        fewer = ", or fewer learning rates," if rates > 1 else ""
        message = (
            f"the workbook: {whole:,} cells are more than a spreadsheet opens; at most {fit:,} steps{fewer} fit; "
            f"{OTHERWISE}"
        )
        raise TooLargeError(message)


def _columns(setup: Setup) -> int:
    """About how many columns the widest sheet has: twice the equations, what is given, and the states."""
    model = setup.model
    parameters = sum(count(symbol.whole) for symbol in model.parameters)
    given = sum(count(symbol.whole) for symbol in model.leaves)
    states = _states(setup)
    if largest_batch(setup) > 1:
        return max(2 * model.size + parameters + given - parameters, parameters * (2 + states)) + 2
    return 2 * model.size + given + parameters * (1 + states) + 2


def _states(setup: Setup) -> int:
    """How many numbers the optimizer remembers for a weight."""
    from sheetgrad.expr import Partial, Ref, Symbol

    weight = Ref(Symbol("w"))
    step = setup.optimizer.step(weight, Partial(Ref(Symbol("E")), weight))
    return sum(symbol.name.endswith("_w") for symbol in step.states)


def _largest(setup: Setup, columns: int) -> int:
    """How many weights a network of this kind may have."""
    parameters = sum(count(symbol.whole) for symbol in setup.model.parameters)
    return parameters * COLUMNS // columns


def check_formulas(plan: Plan) -> None:
    """Raise where a formula is longer than a cell takes.

    Raises:
        TooLargeError: names the quantity.
    """
    tables = plan.runs[0]
    for table in (tables.steps, tables.batch):
        for column in table.columns if table else ():
            marks = sum(letter < " " for letter in column.formula)
            length = len(column.formula) + MARK_DIGITS * marks
            if length > LONGEST_FORMULA:
                message = (
                    f"the workbook: the formula of {column.name} has {length:,} characters, and a cell takes "
                    f"{LONGEST_FORMULA:,}; sums of at most about {_longest_sum(column.formula, length)} terms fit; "
                    f"{OTHERWISE}"
                )
                raise TooLargeError(message)


def _longest_sum(formula: str, length: int) -> int:
    terms = formula.count("+") + formula.count("-") + 1
    return terms * LONGEST_FORMULA // length


def cells(plan: Plan) -> int:
    """How many cells are streamed."""
    return sum(
        plan.rows * len(run.steps.columns) + (plan.batch_rows * len(run.batch.columns) if run.batch else 0)
        for run in plan.runs
    )
