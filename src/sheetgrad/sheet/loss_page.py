"""The loss: charts of this run and of all learning rates, and how many steps each takes to a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.sheet.names import quoted
from sheetgrad.sheet.page import address
from sheetgrad.sheet.plan import HEADERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.workbook import Workbook

    from sheetgrad.sheet.page import Page
    from sheetgrad.sheet.plan import Plan, Tables

LOSS = "Loss"
MOST_POINTS = 500
THRESHOLD = (3, 1)
COLOURS = ("#2563EB", "#DC2626", "#16A34A", "#D97706", "#7C3AED", "#0891B2", "#DB2777", "#4D7C0F")


def write(workbook: Workbook, page: Page, plan: Plan, losses: Sequence[Sequence[float]]) -> None:
    """Write the sheet from the losses of every run at every step."""
    page.columns(14, 16, 18, 18, 22, *(16 for _ in plan.runs))
    page.sheet.hide_gridlines(2)
    page.row_height(0, 30)
    page.text(0, 0, f"The loss of {plan.setup.name}", "title")
    page.text(1, 0, "Type a threshold into the yellow cell to see how many steps each learning rate takes.", "note")
    threshold = _threshold(losses[0])
    page.text(THRESHOLD[0], 0, "threshold", "head")
    page.number(*THRESHOLD, threshold, "input")
    page.validate(*THRESHOLD, {"validate": "decimal", "criteria": ">", "value": 0,
                               "error_message": "Type a number greater than 0."})  # fmt: skip
    for place, heading in enumerate(("sheet", "learning rate", "loss at the start", "loss at the end",
                                     "steps until below")):  # fmt: skip
        page.text(5, place, heading, "head_right" if place else "head")
    for place, (run, found) in enumerate(zip(plan.runs, losses, strict=True)):
        _summary(page, 6 + place, plan, run, found, threshold)
    row = 8 + len(plan.runs)
    points = _table(page, row, plan, losses)
    right = max(6, 2 + len(plan.runs))
    for place, (title, log, runs) in enumerate(_charts(plan.runs)):
        log = log and _has_logarithm(losses[: len(runs)])  # noqa: PLW2901 -- a logarithm needs numbers above 0
        chart = _chart(workbook, page, title, row, _Extent(points, len(runs), plan.steps, log))
        page.chart(2 + 20 * (place // 2), right + (place % 2) * 7, chart)


def _charts(runs: tuple[Tables, ...]) -> list[tuple[str, bool, tuple[Tables, ...]]]:
    """What is drawn: title, whether logarithmic, which runs."""
    drawn = [("This run", False, runs[:1]), ("This run, logarithmic", True, runs[:1])]
    if len(runs) > 1:
        drawn += [("All learning rates", False, runs), ("All learning rates, logarithmic", True, runs)]
    return drawn


def _threshold(losses: Sequence[float]) -> float:
    """Something round that is reached on the way."""
    return float(f"{(losses[0] + losses[-1]) / 2:.1g}") or 0.1


def _range(plan: Plan, run: Tables, column: str) -> str:
    return f"{quoted(run.steps.sheet)}!${column}${HEADERS + 1}:${column}${HEADERS + plan.rows}"


def _summary(  # noqa: PLR0917 -- one row of a table
    page: Page, row: int, plan: Plan, run: Tables, losses: Sequence[float], threshold: float
) -> None:
    column = run.steps.letters(plan.loss)
    sheet, last = quoted(run.steps.sheet), HEADERS + plan.rows
    cell = address(*THRESHOLD)
    whole, steps = _range(plan, run, column), _range(plan, run, "A")
    page.link(row, 0, run.steps.sheet, "A1")
    page.formula(row, 1, run.rate_name, run.rate, "plain")
    page.formula(row, 2, f"{sheet}!{column}{HEADERS + 1}", losses[0])
    page.formula(row, 3, f"{sheet}!{column}{last}", losses[-1])
    found = next((float(step) for step, loss in enumerate(losses) if loss < threshold), None)
    never = f"not in {plan.steps}"
    text = f'IF(MIN({whole})<{cell},MIN(IF({whole}<{cell},{steps})),"{never}")'
    page.array_formula(row, 4, text, never if found is None else found, "count")


def sampled(steps: int) -> list[int]:
    """The steps that a chart shows: all of few; of many the first ones and an even choice, the last among them.

    >>> sampled(3), len(sampled(100_000)) <= MOST_POINTS
    ([0, 1, 2, 3], True)
    """
    if steps < MOST_POINTS:
        return list(range(steps + 1))
    early, even = 50, MOST_POINTS - 51
    return sorted({*range(early), *(round(steps * place / even) for place in range(even + 1))})


def _table(page: Page, row: int, plan: Plan, losses: Sequence[Sequence[float]]) -> int:
    """The points of the charts; gives how many there are."""
    chosen = sampled(plan.steps)
    page.text(row - 1, 0, "points of the charts" if len(chosen) > plan.steps else "some of the steps, for the charts",
              "note")  # fmt: skip
    page.text(row, 0, "step", "head")
    for place, run in enumerate(plan.runs, 1):
        page.formula(row, place, f'"rate "&{run.rate_name}', f"rate {run.rate:.15g}", "head")
    columns = [run.steps.letters(plan.loss) for run in plan.runs]
    for at, step in enumerate(chosen, row + 1):
        page.number(at, 0, step, "count")
        for place, (run, found) in enumerate(zip(plan.runs, losses, strict=True), 1):
            page.formula(at, place, f"{quoted(run.steps.sheet)}!{columns[place - 1]}{HEADERS + 1 + step}", found[step])
    return len(chosen)


def _has_logarithm(losses: Sequence[Sequence[float]]) -> bool:
    return all(min(found) > 0 for found in losses)


class _Extent(NamedTuple):
    points: int
    runs: int
    steps: int
    log: bool


def _chart(workbook: Workbook, page: Page, title: str, row: int, extent: _Extent) -> Any:  # noqa: ANN401 -- XlsxWriter brings no types
    points, runs, steps, log = extent
    chart = workbook.add_chart({"type": "scatter", "subtype": "straight"})
    for place in range(1, runs + 1):
        chart.add_series(
            {
                "name": [page.name, row, place],
                "categories": [page.name, row + 1, 0, row + points, 0],
                "values": [page.name, row + 1, place, row + points, place],
                "line": {"color": COLOURS[(place - 1) % len(COLOURS)], "width": 2},
                "marker": {"type": "none"},
            }
        )
    end = {"max": steps} if steps else {}
    grid = {"visible": True, "line": {"color": "#E5E7EB"}}
    chart.set_title({"name": title, "name_font": {"size": 14}})
    chart.set_x_axis({"name": "step", "min": 0, **end, "major_gridlines": grid})
    loss: dict[str, Any] = {"name": "loss", "major_gridlines": grid}
    if log:
        loss |= {"log_base": 10, "num_format": "0E+00", "crossing": "min"}
    else:
        loss |= {"min": 0, "num_format": "General"}
    chart.set_y_axis(loss)
    chart.set_legend({"position": "bottom"} if runs > 1 else {"none": True})
    chart.set_size({"width": 640, "height": 380})
    return chart
