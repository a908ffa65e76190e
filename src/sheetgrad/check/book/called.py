"""What a mistake is called that an edit undoes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import Fixed, NotReadError
from sheetgrad.check.book.kinds import is_activation
from sheetgrad.check.book.unfolding import stays
from sheetgrad.check.book.update_rates import rate_in
from sheetgrad.check.planting import family
from sheetgrad.expr import Ref
from sheetgrad.read.book.cells import Reference

if TYPE_CHECKING:
    from sheetgrad.check.book.edits import Edit
    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.stretches import Stretch

_SIGN_CODES = {("+", "*"): "plus-for-times", ("*", "+"): "times-for-plus", ("+", "-"): "sign", ("-", "+"): "sign"}
_CODES = {
    "brackets": "missing-brackets",
    "brackets-off": "extra-brackets",
    "extra-factor": "extra-factor",
    "extra-term": "extra-term",
    "missing-factor": "missing-factor",
    "power": "lost-power",
    "power-off": "extra-power",
    "half": "half",
}


def mistake(judge: TableJudge, stretch: Stretch, edit: Edit, sort: dict[str, tuple[str, int]]) -> str:
    """What the mistake is called that an edit undoes."""
    match edit.kind:
        case "line":
            assert isinstance(edit.was, Reference)  # noqa: S101 -- the kind says so
            return "frozen-row" if is_fixed(judge, edit.was) or stays(judge.table, stretch, edit.was) else "other-row"
        case "anchor":
            assert isinstance(edit.was, Reference)  # noqa: S101 -- the same
            return "frozen-row" if is_fixed(judge, edit.was) else "drifting-reference"
        case "sign":
            return _SIGN_CODES.get((str(edit.was), str(edit.now)), "wrong-operator")
        case "typed":
            return "typed-number"
        case "constant":
            return _constant(edit)
        case "missing-factor" if stretch.across in judge.roles.states.values() and _is_rate(judge, edit.now):
            return "missing-rate"
        case "cell" if _other_rate(judge, stretch):
            return "other-rate"
        case "cell":
            return _swap(judge, stretch, edit, sort)
        case kind:
            return _CODES.get(kind, "false")


def _is_rate(judge: TableJudge, factor: Reference | str | None) -> bool:
    return isinstance(factor, str) or factor in rate_cells(judge)


def _other_rate(judge: TableJudge, stretch: Stretch) -> bool:
    """Whether a weight moves along its own gradient, but by another rate than the rest."""
    symbol = next((s for s, across in judge.roles.states.items() if across == stretch.across), None)
    if symbol is None or stretch.value is None:
        return False
    update = judge.roles.update(stretch.value)
    return rate_in(judge.made, symbol, judge.made.value(update), update) is not None


def _constant(edit: Edit) -> str:
    if isinstance(edit.was, Reference):
        return "wrong-name"
    was, now = float(str(edit.was)), float(str(edit.now))
    return "sign" if was == -now else "half" if now and was / now in {2.0, 0.5} else "factor"


def _swap(judge: TableJudge, stretch: Stretch, edit: Edit, sort: dict[str, tuple[str, int]]) -> str:
    assert isinstance(edit.was, Reference)  # noqa: S101 -- a cell was swapped
    assert isinstance(edit.now, Reference)  # noqa: S101 -- for a cell
    was, now = symbol_of(judge, stretch, edit.was), symbol_of(judge, stretch, edit.now)
    one, other = sort.get(was, ("other", 0)), sort.get(now, ("other", 0))
    if one == other == ("weight", 0):
        return "wrong-index"
    if stretch.across in judge.roles.states.values() and now in judge.made.changed:
        return "wrong-gradient"
    if one[0] == other[0] == "backward":
        return "wrong-name"
    if one == other:
        return "wrong-index"
    if is_pair(judge, was, now):
        return "pre-activation"
    if is_activation(judge.made, was) and is_activation(judge.made, now):
        return "wrong-layer"
    families = [family(judge.names.get(symbol, "")) for symbol in (was, now)]
    alike = families[0][0] == families[1][0] and all(number for _, number in families)
    return "wrong-index" if alike else "wrong-name"


def is_fixed(judge: TableJudge, reference: Reference) -> bool:
    """Whether a $ holds a reference on its line."""
    return reference.column_fixed if judge.table.sideways else reference.row_fixed


def is_pair(judge: TableJudge, one: str, other: str) -> bool:
    """Whether one of two quantities is the activation of the other."""
    return is_activation(judge.made, one) == other or is_activation(judge.made, other) == one


def rate_cells(judge: TableJudge) -> list[Reference]:
    """The cells that other updates take the learning rate from."""
    found: dict[Reference, None] = {}
    names = [rate.symbol for rate in judge.report.rates.values()]
    if judge.optimizing is not None and "eta" in judge.optimizing.settings:
        names.append(judge.optimizing.settings["eta"])
    for name in names:
        if name:
            source = judge.roles.compiler.sources.get(name)
            if isinstance(source, Fixed):
                sheet = None if source.sheet == judge.table.sheet.name else source.sheet
                found[Reference(*source.place, row_fixed=True, column_fixed=True, sheet=sheet)] = None
    return list(found)


def symbol_of(judge: TableJudge, stretch: Stretch, reference: Reference) -> str:
    """The symbol that a reference stands for in the formula of a stretch."""
    try:
        node = judge.roles.compiler.tree(reference, stretch.across, stretch.last)
    except NotReadError:
        return ""
    node = judge.roles.same.get(node, node)
    if judge.optimizing is not None and stretch.across in judge.optimizing.wanted:
        node = judge.optimizing.expression(stretch.across, node)
    elif stretch.across in judge.roles.states.values():
        node = judge.roles.update(node)
    return node.symbol.name if isinstance(node, Ref) else ""
