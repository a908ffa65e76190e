"""What a workbook computes, as equations: forward, backward and next values, in the author's formulas and our names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.check.book.gradient_columns import gradient_columns
from sheetgrad.check.book.kinds import kinds
from sheetgrad.check.book.naming import plain_names, renamed
from sheetgrad.check.book.recovered import model, recognised_function, tidied
from sheetgrad.check.book.spelling import where
from sheetgrad.check.book.stored import Stored
from sheetgrad.check.book.stretches import stretches
from sheetgrad.check.book.update_rates import rate_of
from sheetgrad.check.book.workbook import understood_tables
from sheetgrad.expr import Expr, Ref, Symbol
from sheetgrad.syntax.dialects import DIALECTS
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.understood import Understood

NAMED = DIALECTS["named"]


class Line(NamedTuple):
    """One equation of a table: what it makes, its formula, and the cells that hold it."""

    role: str
    quantity: str
    value: Expr
    place: str

    @property
    def text(self) -> str:
        """The equation as a line that can be evaluated."""
        return f"{self.quantity} = {written(self.value, dialect=NAMED)}"


class TableRead(NamedTuple):
    """A table as a network: its equations, and the numbers that it starts from."""

    title: str
    lines: tuple[Line, ...]
    values: dict[str, float]
    parameters: tuple[str, ...]
    targets: tuple[str, ...]
    loss: str
    rate: float | None

    def spec(self) -> dict[str, Any]:
        """The forward part as a spec, to be loaded again."""
        forward = [line.text for line in self.lines if line.role in {"forward", "loss"}]
        made: dict[str, Any] = {
            "name": self.title,
            "equations": "\n".join(forward),
            "values": self.values,
            "parameters": list(self.parameters),
            "targets": list(self.targets),
            "loss": self.loss,
        }
        return made | ({} if self.rate is None else {"learning_rate": self.rate})


def read_book(path: str) -> list[TableRead]:
    """Every table of a spreadsheet file in which a network is trained, as equations.

    Raises:
        SheetgradError: the file cannot be read.
    """
    from sheetgrad.read.book import open_book

    book = open_book(path)
    return [table_read(made, said) for trained in understood_tables(book).values() for made, said in trained]


def table_read(made: Understood, said: dict[int, Head]) -> TableRead:
    """One table as equations."""
    names = plain_names(made, said)
    recovered = model(made, names)
    stored = Stored(made.roles.compiler)
    first = made.roles.table.first
    used = [symbol.name for symbol in recovered.leaves]
    symbols = {plain: symbol for symbol, plain in names.items()}
    start = {name: start_value(stored, made, symbols[name], first) for name in used}
    rate = next((found for symbol in made.parameters if (found := rate_of(made, symbol)) is not None), None)
    number = None
    if rate is not None:
        number = rate.factor * (float(stored.value(Ref(Symbol(rate.symbol)), first, first)[0]) if rate.symbol else 1.0)
    return TableRead(
        made.roles.table.title,
        tuple(_lines(made, names)),
        start,
        tuple(symbol.name for symbol in recovered.parameters),
        tuple(symbol.name for symbol in recovered.targets),
        recovered.loss.symbol.name,
        number,
    )


def start_value(stored: Stored, made: Understood, symbol: str, first: int) -> float:
    """What a quantity starts from."""
    table = made.roles.table
    across = made.roles.states.get(symbol)
    if across is not None:
        return float(stored.track(across)[0])
    tracks = {made.roles.name(track): track for track in table.tracks}
    if symbol in tracks:
        return float(stored.track(tracks[symbol])[0])
    return float(stored.value(Ref(Symbol(symbol)), first, first)[0])


def _lines(made: Understood, names: dict[str, str]) -> Iterator[Line]:
    roles = made.roles
    tracks = {roles.name(across): across for across in roles.table.tracks}
    sort = kinds(made)
    recovered = {equation.target: equation for equation in model(made, names).equations}
    for equation in recovered.values():
        target = equation.target
        assert isinstance(target, Ref)  # noqa: S101 -- a model holds nothing else
        symbol = next(symbol for symbol, plain in names.items() if plain == target.symbol.name)
        yield Line(equation.role, target.symbol.name, equation.value, _place(made, tracks.get(symbol)))
    fed = {name for symbol in roles.states for name in gradient_columns(made, symbol)}
    for name, value in roles.definitions.items():
        if (
            name not in made.definitions
            and name in tracks
            and (name in fed or sort.get(name, ("", 0))[0] == "backward")
        ):
            right = tidied(renamed(recognised_function(value), names))
            yield Line("backward", names[name], right, _place(made, tracks[name]))
    for symbol, across in roles.states.items():
        yield Line("update", f"{names[symbol]}_new", renamed(roles.updates[symbol], names), _place(made, across))


def _place(made: Understood, across: int | None) -> str:
    if across is None:
        return ""
    held = stretches(made, across)
    return where(made.roles.table, across, held[0].first, held[0].last) if held else ""
