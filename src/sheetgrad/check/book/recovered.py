"""The Model that a table computes, and its exact derivative in the author's own cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.kinds import kinds
from sheetgrad.check.book.naming import renamed
from sheetgrad.check.book.spelling import address, quoted
from sheetgrad.check.book.unfolding import cell_name
from sheetgrad.check.points import Points
from sheetgrad.derive import gradients
from sheetgrad.expr import Call, Expr, Partial, Ref, Symbol, children, rebuilt, references, substitute, walk
from sheetgrad.functions import FUNCTIONS
from sheetgrad.model import Equation, Model
from sheetgrad.sheet.formulas import formula

if TYPE_CHECKING:
    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.expr import Quantity

LONGEST = 1_500
"""Characters of a formula that is proposed."""


def recognised_function(value: Expr) -> Expr:
    """`1/(1 + exp(-x))` as sigmoid(x): a function of one quantity that is an activation, under its name."""
    used = references(value)
    if len(used) != 1 or isinstance(value, Ref) or not any(isinstance(part, Call) for part in walk(value)):
        return value
    points = Points({}, (used[0].symbol.name,))
    shown = points.value(value)
    for entry in FUNCTIONS.values():
        named = Call(entry.name, (used[0],))
        if entry.activation and entry.name != "identity" and points.close(shown, points.value(named)):
            return named
    return value


def tidied(node: Expr) -> Expr:
    """The expression with its numbers folded."""
    inner = tuple(map(tidied, children(node)))
    return rebuilt(node, inner) if inner else node


def model(made: Understood, names: dict[str, str], *, name: str = "recovered") -> Model:
    """The forward part of a table as a Model, under plain names."""
    sort = kinds(made)
    changed = {name for name in made.definitions if name in made.changed}
    symbols = {symbol: Symbol(plain) for symbol, plain in names.items()}
    equations = []
    for symbol, value in made.definitions.items():
        if symbol in changed:
            role = "loss" if _after_target(made, symbol, sort) else "forward"
            right = tidied(renamed(recognised_function(value), names))
            equations.append(Equation(Ref(symbols[symbol]), right, role))  # type: ignore[arg-type]  # one of two words
    used = dict.fromkeys(
        use.symbol.name
        for symbol in made.definitions
        if symbol in changed
        for use in references(made.definitions[symbol])
    )
    given = [leaf for leaf in used if leaf not in changed and leaf not in made.parameters]
    targets = [leaf for leaf in given if sort[leaf][0] == "given" and sort[leaf][1] > 1]
    return Model(
        name,
        tuple(equations),
        Ref(symbols[made.loss]),
        tuple(symbols[symbol] for symbol in made.parameters),
        inputs=tuple(symbols[leaf] for leaf in given if leaf not in targets),
        targets=tuple(symbols[leaf] for leaf in targets),
    )


def _after_target(made: Understood, symbol: str, sort: dict[str, tuple[str, int]]) -> bool:
    """Whether a quantity is computed from a target."""
    above = {use.symbol.name for use in references(made.definitions[symbol])}
    deep = {one for one in above if sort[one][0] == "given" and sort[one][1] > 1}
    return symbol == made.loss or bool(deep)


def exact_formula(judge: TableJudge, across: int, line: int, wrt: str) -> str:
    """The exact derivative by a quantity as a formula of a cell; empty where it is too long to be read."""
    made, names = judge.made, judge.names
    derived = {equation.target: equation.value for equation in gradients(model(made, names))}
    wanted = Partial(Ref(Symbol(names[made.loss])), Ref(Symbol(names[wrt])))
    value: Expr | None = derived.get(wanted)
    for _ in range(len(derived)):
        if value is None:
            return ""
        used = (part for part in walk(value) if isinstance(part, Partial) and part in derived)
        uses: dict[Expr, Expr] = {part: derived[part] for part in used}
        if not uses:
            break
        value = substitute(value, uses)
    if value is None:
        return ""
    if made.factor != 1.0:
        value = made.factor * value
    cells = {plain: symbol for symbol, plain in names.items()}
    shift = -1 if across in judge.roles.states.values() and not judge.roles.shift else 0

    def cell(quantity: Quantity) -> str:
        assert isinstance(quantity, Ref)  # noqa: S101 -- derivatives have been written out
        return _cell(judge, cells[quantity.symbol.name], line + shift)

    text = "=" + formula(value, cell)
    return text if len(text) <= LONGEST else ""


def in_cells(judge: TableJudge, value: Expr, line: int) -> str:
    """An expression over the symbols of a table as a formula on one of its lines; empty where it is too long."""

    def cell(quantity: Quantity) -> str:
        assert isinstance(quantity, Ref)  # noqa: S101 -- there are no derivatives in it
        return _cell(judge, quantity.symbol.name, line)

    text = "=" + formula(value, cell)
    return text if len(text) <= LONGEST else ""


def _cell(judge: TableJudge, symbol: str, line: int) -> str:
    from sheetgrad.check.book.compiled import Fixed, OnTrack

    match judge.roles.compiler.sources.get(symbol):
        case OnTrack(across=across, shift=shift):
            return cell_name(judge.table, judge.table.place(across, line + shift))
        case Fixed(sheet=sheet, place=(row, column)):
            here = "" if sheet == judge.table.title else f"{quoted(sheet)}!"
            return here + "$" + address((row, column)).rstrip("0123456789") + f"${row}"
        case _:
            track = judge.tracks.get(symbol)
            return symbol if track is None else cell_name(judge.table, judge.table.place(track, line))
