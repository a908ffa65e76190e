"""The proof: at a step that the user picks, each gradient beside a finite difference made by formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.expr import Partial
from sheetgrad.sheet import order, pick, workings_page
from sheetgrad.sheet.page import address
from sheetgrad.sheet.workings_page import BASE, STEP, WORKINGS

if TYPE_CHECKING:
    from sheetgrad.sheet.page import Page
    from sheetgrad.sheet.pick import Pick
    from sheetgrad.sheet.plan import Plan
    from sheetgrad.sheet.values import Values
    from sheetgrad.sheet.workings_page import Workings

PROOF = "Proof"
TOLERANCE = 1e-7
AGREES, DIFFERS, UNSURE = "agrees", "differs", "too small to tell"
ROUNDING = 1e-15
"""What rounding may change in a loss of about 1."""
HEADINGS = ("weight", "value", "gradient in the sheet", "finite difference", "difference", "verdict")


def write(page: Page, workings: Page, plan: Plan, values: Values) -> None:
    """Write the proof and its workings."""
    page.columns(22, 20, 22, 22, 18, 18)
    page.sheet.hide_gridlines(2)
    page.row_height(0, 30)
    page.text(0, 0, "The workbook proves itself", "title")
    words = "Each gradient beside (E(w + h) − E(w − h)) / 2h, computed by the formulas of the sheet Workings."
    page.text(1, 0, f"{words} Type any step into the yellow cell.", "note")
    chosen = pick.write(page, 3, plan, values, named=True)
    table = _Table(page, plan, chosen, 3 + chosen.height)
    table.inputs()
    table.write(workings_page.write(workings, plan, chosen, f"{PROOF}!{table.h}"))
    page.sheet.protect(options={"format_columns": True})


class _Table:
    """The inputs, the verdict on the whole, and a row for each weight; `row` is where they begin."""

    def __init__(self, page: Page, plan: Plan, chosen: Pick, row: int) -> None:
        self.page, self.plan, self.chosen, self.row = page, plan, chosen, row
        self.h, self.tolerance, self.largest, self.noise = (address(row + place, 1) for place in range(4))
        self.first = row + 7

    def inputs(self) -> None:
        rows = (
            ("h", STEP, "how far each weight is moved, times the weight where that is more than 1"),
            ("tolerance", TOLERANCE, "as a share of the largest gradient"),
        )
        for place, (word, number, words) in enumerate(rows, self.row):
            self.page.text(place, 0, word, "head")
            self.page.number(place, 1, number, "input")
            self.page.text(place, 2, words, "indented")
            self.page.validate(place, 1, {"validate": "decimal", "criteria": ">", "value": 0})

    def write(self, workings: Workings) -> None:
        loss = self.plan.program.loss
        gradients = [self.chosen.values[Partial(loss, weight)] for weight in workings.weights]
        largest = max(map(abs, gradients))
        noise = self.scale(workings, largest)
        for place, heading in enumerate(HEADINGS):
            style = {HEADINGS[0]: "head", HEADINGS[-1]: "head_count"}.get(heading, "head_right")
            self.page.text(self.first - 1, place, heading, style)  # type: ignore[arg-type]  # styles
        verdicts = []
        for place, gradient in enumerate(gradients):
            apart = self.compare(workings, place, gradient)
            verdict = AGREES if apart <= TOLERANCE * largest else UNSURE if apart <= noise else DIFFERS
            verdicts.append(verdict)
            at, row = self.first + place, self.first + place + 1
            small = f'IF(E{row}<={self.noise},"{UNSURE}","{DIFFERS}")'
            text = f'IF(E{row}<={self.tolerance}*{self.largest},"{AGREES}",{small})'
            self.page.formula(at, 5, text, verdict, "centred")
        self.conclude(workings, verdicts.count(DIFFERS))

    def scale(self, workings: Workings, largest: float) -> float:
        """The largest gradient, and what rounding can do; gives the latter."""
        page, loss = self.page, self.plan.program.loss
        span = f"C{self.first + 1}:C{self.first + len(workings.weights)}"
        page.text(self.row + 2, 0, "largest gradient", "head")
        page.formula(self.row + 2, 1, f"MAX(MAX({span}),-MIN({span}))", largest)
        noise = ROUNDING * max(1.0, abs(self.chosen.values[loss])) / STEP
        page.text(self.row + 3, 0, "rounding", "head")
        text = f"1E-15*MAX(1,ABS({WORKINGS}!{workings.columns[loss]}{BASE}))/{self.h}"
        page.formula(self.row + 3, 1, text, noise, "small")
        page.text(self.row + 3, 2, "what rounding alone can do to a finite difference", "indented")
        return noise

    def compare(self, workings: Workings, place: int, gradient: float) -> float:
        """One weight's gradient beside its finite difference; gives how far they are apart."""
        page, at, up = self.page, self.first + place, workings.row(place)
        weight, loss, ends = workings.weights[place], self.plan.program.loss, workings.ends[place]
        e, w = (f"{WORKINGS}!{workings.columns[quantity]}" for quantity in (loss, weight))
        slope = (ends.up[1] - ends.down[1]) / (ends.up[0] - ends.down[0])
        page.text(at, 0, self.plan.names.plain(weight), "head_parameter")
        page.formula(at, 1, self.chosen.formulas[weight], self.chosen.values[weight])
        page.formula(at, 2, self.chosen.formulas[Partial(loss, weight)], gradient, "fine")
        page.formula(at, 3, f"({e}{up}-{e}{up + 1})/({w}{up}-{w}{up + 1})", slope, "fine")
        page.formula(at, 4, f"ABS(C{at + 1}-D{at + 1})", abs(gradient - slope), "small")
        return abs(gradient - slope)

    def conclude(self, workings: Workings, wrong: int) -> None:
        """One line over everything, green or red, and the colours of the verdicts."""
        page, at, last = self.page, self.row + 4, self.first + len(workings.weights) - 1
        span = f"F{self.first + 1}:F{last + 1}"
        chosen = len(workings.weights) < len(order.parameters(self.plan.program))
        good = f"All {len(workings.weights)} gradients chosen agree" if chosen else "Every gradient agrees"
        count = f'COUNTIF({span},"{DIFFERS}")'
        page.merge(at, 0, at, 5, "verdict")
        page.formula(
            at, 0, f'IF({count}=0,"{good}",{count}&" differ")', f"{wrong} differ" if wrong else good, "verdict"
        )
        page.row_height(at, 26)
        for words, style in ((AGREES, "good"), (DIFFERS, "bad"), (UNSURE, "unsure")):
            page.colour((self.first, 5, last, 5), {"type": "cell", "criteria": "==", "value": f'"{words}"'}, style)
        for criteria, style in ((f"={count}=0", "good"), (f"={count}>0", "bad")):
            fixed = criteria.replace(span, f"$F${self.first + 1}:$F${last + 1}")
            page.colour((at, 0, at, 5), {"type": "formula", "criteria": fixed}, style)
