"""A Program as the source of one Python function: a loop over steps, one line an equation.

Every named scalar is a local variable under its plain name, so the source can
be read beside the derivation. The arithmetic is that of Python's floats, in the
order in which the equations are written. A line that nothing needs is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.emit.locals import Names, head, in_place, live, moved, sources, taken
from sheetgrad.emit.statements import CAREFUL, PLAIN, Statement, statements
from sheetgrad.expr import Next, Quantity, Ref, members
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sheetgrad.expr import Symbol
    from sheetgrad.program import Program


def straight_line(
    program: Program,
    name: Callable[[Quantity], str],
    *,
    keep: Sequence[Quantity] = (),
    update: bool = True,
    fixed: bool = True,
    careful: bool = False,
) -> str:
    """The source of `run(rows, leaves, state, settings, write, buffer, offset)` for an unrolled Program.

    The function goes through `rows` and returns the list of parameters and
    states at the end. With `fixed` data every step has the same, and `leaves`
    holds data and constants; otherwise a row holds the data of its step and
    `leaves` the constants. Before each update `write(buffer, offset, …)` gets
    the quantities to `keep`, eight bytes each. With `careful`, overflow,
    division by zero and the like give what IEEE 754 says instead of an error.

    >>> from sheetgrad.expr import Ref, Symbol
    >>> from sheetgrad.model import Equation, Model
    >>> from sheetgrad.program import Program
    >>> w, y = Ref(Symbol("w")), Ref(Symbol("y"))
    >>> program = Program(Model("square", (Equation(y, w**2),), y, (w.symbol,)), ())
    >>> print(straight_line(program, lambda quantity: quantity.symbol.name, keep=(y,), update=False))
    def run(rows, leaves, state, settings, write, buffer, offset):
        (w,) = state
        for _ in rows:
            y = w*w
            write(buffer, offset, y)
            offset += 8
        return [w]
    <BLANKLINE>
    """
    style = CAREFUL if careful else PLAIN
    leaves = [] if not fixed else scalars(program.model.data)
    states = scalars((*program.model.parameters, *program.states))
    after = live(program.updates, map(Next, states)) if update else []
    before = live((*program.forward, *program.backward), {*keep, *sources(after)})
    names = Names(name, in_place(after))
    made = statements((*before, *after), style)
    here, later = _split(made, {equation.target for equation in after})
    text = lambda found: f"{names(found.target)} = {written(found.value, names, style.dialect)}"  # noqa: E731 -- one line, used twice
    body = [*map(text, here), *_kept(keep, names), *map(text, later), *moved(after, names)]
    lines = [
        *(f"{function} = {style.sources[function]}" for function in sorted(_called(made) & set(style.sources))),
        *taken([*leaves, *scalars(program.model.constants)], "leaves", names),
        *taken(states, "state", names),
        *taken(scalars(program.settings) if update else [], "settings", names),
        head([] if fixed else scalars(program.model.data), names),
        *(f"    {line}" for line in body or ["pass"]),
        f"return [{', '.join(map(names, states))}]",
    ]
    return "\n    ".join(["def run(rows, leaves, state, settings, write, buffer, offset):", *lines]) + "\n"


def scalars(symbols: Iterable[Symbol]) -> list[Quantity]:
    """Every member of every family, the last axis fastest."""
    return [Ref(symbol, tuple(numbers.values())) for symbol in symbols for numbers in members(symbol.axes)]


def _split(made: list[Statement], later: set[Quantity]) -> tuple[list[Statement], list[Statement]]:
    """The lines of a step before and after the point where its values are written down."""
    for position, statement in enumerate(made):
        if statement.serves in later:
            return made[:position], made[position:]
    return made, []


def _kept(keep: Sequence[Quantity], names: Names) -> list[str]:
    if not keep:
        return []
    return [f"write(buffer, offset, {', '.join(map(names, keep))})", f"offset += {8 * len(keep)}"]


def _called(made: Iterable[Statement]) -> set[str]:
    aliases = {"max": "maximum", "min": "minimum"}
    return {aliases.get(name, name) for statement in made for name in statement.calls}


def compiled(source: str, *, bound: Mapping[str, object] | None = None) -> Callable[..., list[float]]:
    r"""The function that the source defines.

    >>> compiled("def run(x):\n    return [math.exp(x)]\n")(0.0)
    [1.0]
    """
    import math

    from sheetgrad.functions import FUNCTIONS, divided, raised

    space: dict[str, object] = {"math": math, "FUNCTIONS": FUNCTIONS, "divided": divided, "raised": raised}
    space |= {"inf": math.inf, "nan": math.nan, **(bound or {})}
    exec(compile(source, "<generated kernel>", "exec"), space)  # noqa: S102 -- our own source, from checked equations
    return space["run"]  # type: ignore[return-value]  # the source defines it
