"""`derive`: a whole derivation, from the network to the update rule, in one of three forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.derivation import parts
from sheetgrad.derivation.chain import Chains, _times
from sheetgrad.derivation.document import Derivation, Writer
from sheetgrad.derivation.families import matrix_form
from sheetgrad.derivation.graph import Graph
from sheetgrad.derive import program
from sheetgrad.errors import SheetgradError, TooLargeError
from sheetgrad.expr import Expr, Partial, Ref, Sum, substitute
from sheetgrad.notation import STYLES, Notation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

MOST_EQUATIONS = 3000
"""A program with more scalar equations is derived family by family."""
MOST_NAMES = 20_000
"""The expanded form may name this many quantities in all."""


def derive(setup: Setup, *, form: str = "chain", notation: str | None = None, every: bool = False) -> Derivation:
    """Write out the derivation of every gradient of a setup, for one sample.

    `form` is one of `FORMS`, or "matrix"; `notation` one of `notation.STYLES` (the setup's own
    unless given). Neurons that play the same part are derived once and then listed;
    `every` derives each of them. A large network is derived family by family.

    Raises:
        SheetgradError: there is no such form or notation.
        TooLargeError: the expanded form would explode.
    """
    style = notation or setup.notation
    _known("form", form, EVERY_FORM)
    _known("notation", style, STYLES)
    if form == MATRIX:
        return matrix_form(setup, style)
    made = program(setup.model, setup.optimizer)
    names = Notation(made, style)
    writer = Writer()
    large = made.size > MOST_EQUATIONS
    if large and form == "expanded":
        message = (
            f"the expanded form of {made.size:,} equations would explode; "
            "use --form delta, which shares what the gradients have in common"
        )
        raise TooLargeError(message)
    shown = made if large else made.unrolled()
    parts.introduction(writer, setup, families=large)
    parts.forward(writer, shown)
    parts.slopes(writer, shown)
    (_families if large else FORMS[form])(writer, shown, every)
    parts.updates(writer, setup, shown)
    if not large:
        parts.summary(writer, setup, shown)
    return Derivation(setup.title or setup.name, setup, names, "delta" if large else form, tuple(writer.sections))


def _known(what: str, name: str, table: Mapping[str, object]) -> None:
    if name not in table:
        message = f"no {what} is called {name!r}; there are {', '.join(table)}"
        raise SheetgradError(message)


def _chain(writer: Writer, shown: Program, every: bool) -> None:  # noqa: FBT001 -- one of the forms, called by table
    graph = Graph(shown.model)
    chains = Chains(writer, graph)
    writer.section("The gradients, by the chain rule")
    groups: dict[tuple[object, ...], list[Ref]] = {}
    parameters = set(shown.model.parameters)
    for equation in shown.backward:
        assert isinstance(equation.target, Partial)  # noqa: S101 -- the target of every gradient equation
        quantity = equation.target.wrt
        if quantity in graph.terms or quantity is graph.model.loss:
            continue
        if quantity.symbol in parameters or graph.is_junction(quantity):
            groups.setdefault((quantity if every else quantity.symbol,), []).append(quantity)
    for first, *others in groups.values():
        chains.derive(first)
        if others:
            writer.say("In the same way:")
            chains.similarly(others)


def _delta(writer: Writer, shown: Program, every: bool) -> None:  # noqa: FBT001 -- one of the forms, called by table
    del every  # every line is short: all are written
    graph = Graph(shown.model)
    writer.section("The gradients, from the loss back")
    writer.say("Each uses the ones before it, so nothing is computed twice.")
    loss = shown.loss
    for equation in shown.backward:
        gradient = equation.target
        assert isinstance(gradient, Partial)  # noqa: S101 -- the target of every gradient equation
        ways = [
            graph.partial(edge) if edge.above is loss else _times(Partial(loss, edge.above), graph.partial(edge))
            for edge in graph.up[gradient.wrt]
        ]
        chain = ways[0] if len(ways) == 1 else Sum(tuple(ways))
        writer.line("backward", gradient, chain, equation.value)


def _families(writer: Writer, shown: Program, every: bool) -> None:  # noqa: FBT001 -- stands in for a form
    del every
    writer.section("The gradients, from the loss back")
    writer.say("Every line stands for all its neurons at once; each uses the ones before it.")
    for equation in shown.backward:
        writer.line("backward", equation.target, equation.value)


def _expanded(writer: Writer, shown: Program, every: bool) -> None:  # noqa: FBT001 -- one of the forms, called by table
    del every
    _refuse_explosion(shown)
    writer.section("The gradients, written out")
    closed: dict[Expr, Expr] = {}
    for equation in shown.backward:
        gradient = equation.target
        assert isinstance(gradient, Partial)  # noqa: S101 -- the target of every gradient equation
        closed[gradient] = substitute(equation.value, closed)
        if gradient.wrt.symbol in shown.model.parameters:
            writer.line("backward", gradient, closed[gradient])


def _refuse_explosion(shown: Program) -> None:
    """Count what the expanded form would name, without making it."""
    names: dict[Expr, int] = {}
    everything = 0
    for equation in shown.backward:
        names[equation.target] = parts.names_in(equation.value, names)
        if isinstance(equation.target, Partial) and equation.target.wrt.symbol in shown.model.parameters:
            everything += names[equation.target]
    if everything > MOST_NAMES:
        message = (
            f"the expanded form would name {everything:,} quantities ({MOST_NAMES:,} is the most); "
            "use --form delta, which shares what the gradients have in common"
        )
        raise TooLargeError(message)


FORMS: Mapping[str, Callable[[Writer, Program, bool], None]] = {"chain": _chain, "delta": _delta, "expanded": _expanded}
"""How gradients are laid out: split by term and path, with shared intermediates, or each in one line."""

MATRIX = "matrix"
EVERY_FORM = dict.fromkeys((*FORMS, MATRIX))
"""The forms of scalars, and the one of vectors and matrices."""
