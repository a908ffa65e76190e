"""Why a formula must be another: the link of the chain rule, in the author's own cells and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.kinds import is_activation
from sheetgrad.check.book.unfolding import named
from sheetgrad.check.case import sentence
from sheetgrad.check.codes import entries
from sheetgrad.check.report.words import quantity
from sheetgrad.expr import Product, Sum, references
from sheetgrad.read.book.cells import Reference

if TYPE_CHECKING:
    from sheetgrad.check.book.edits import Edit
    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.stretches import Stretch


def reason(judge: TableJudge, stretch: Stretch, edit: Edit | None, code: str, exact: tuple[str, str] | None) -> str:
    """One or two sentences."""
    if code == "missing-path" and exact is not None:
        return f"{_said(judge, exact[1])} reaches the loss in more than one way, and not every way is counted."
    if edit is None:
        return "It differs from what it should be, and no small change makes them equal."
    if isinstance(edit.was, Reference) and isinstance(edit.now, Reference):
        return _other(judge, stretch, edit, code, exact)
    if isinstance(edit.was, Reference) and code in {"frozen-row", "drifting-reference"}:
        return sentence(f"{_cell(judge, stretch, edit.was)}: {_meaning(code)}")
    return _meaning(code)


def _meaning(code: str) -> str:
    known = entries()
    return known[code].meaning if code in known else ""


def _said(judge: TableJudge, symbol: str) -> str:
    return quantity(judge.names.get(symbol, symbol))


def _cell(judge: TableJudge, stretch: Stretch, reference: Reference) -> str:
    return named(judge.table, reference, judge.table.place(stretch.across, stretch.first))


def _other(judge: TableJudge, stretch: Stretch, edit: Edit, code: str, exact: tuple[str, str] | None) -> str:
    from sheetgrad.check.book.called import symbol_of

    assert isinstance(edit.was, Reference)  # noqa: S101 -- asked for above
    assert isinstance(edit.now, Reference)  # noqa: S101 -- the same
    was, now = symbol_of(judge, stretch, edit.was), symbol_of(judge, stretch, edit.now)
    old, new = _cell(judge, stretch, edit.was), _cell(judge, stretch, edit.now)
    cells = f"{old} is {_said(judge, was)}; {new}, {_said(judge, now)}, belongs there"
    if code in {"frozen-row", "other-row"}:
        return sentence(f"{old} stands on another row than the formula needs, which is that of {new}")
    if code == "wrong-gradient":
        return sentence(f"{cells}: a weight must move by its own gradient")
    why = "" if exact is None else _link(judge, exact[1], now)
    return sentence(f"{cells}: {why}" if why else cells)


def _link(judge: TableJudge, weight: str, symbol: str) -> str:
    """`w3 acts through a_h2`, or `∂h2/∂w3 is i1, which w3 multiplies`."""
    for above, definition in judge.made.points.definitions.items():
        for term in definition.terms if isinstance(definition, Sum) else (definition,):
            used = {use.symbol.name for use in references(term)}
            if isinstance(term, Product) and {weight, symbol} <= used:
                said = _said(judge, weight)
                return f"∂{_said(judge, above)}/∂{said} is {_said(judge, symbol)}, which {said} multiplies"
    inner = is_activation(judge.made, symbol)
    if inner is not None:
        return f"{_said(judge, weight)} acts through {_said(judge, inner)}, and so through {_said(judge, symbol)}"
    return ""
