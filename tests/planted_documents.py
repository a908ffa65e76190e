"""Right derivations of deeper networks, and every mistake of the table planted in each line of them.

They are written by sheetgrad itself, in several notations and forms. A mistake is made
in one formula, and that line is typeset again with nothing else changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sheetgrad.network
from sheetgrad.check.given import network_of
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.check.network import renamed
from sheetgrad.check.points import UnknownNameError
from sheetgrad.derivation import derive
from sheetgrad.emit.markdown import chain, markdown
from sheetgrad.expr import Partial, Ref, Symbol, members, walk
from sheetgrad.notation import Name, Notation
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.check.network import Network
    from sheetgrad.derivation.document import Derivation, Line
    from sheetgrad.expr import Expr, Quantity
    from sheetgrad.setup import Setup


class Planted(NamedTuple):
    """A right document with one mistake in it."""

    document: str
    code: str
    line: int
    text: str
    wrong: str


def layers(*sizes: tuple[int, str, str]) -> list[dict[str, object]]:
    """Layers of a spec from (size, activation, bias)."""
    return [
        {"size": size, "activation": activation, "bias": bias, "initialisation": "uniform"}
        for size, activation, bias in sizes
    ]


SPECS: Mapping[str, dict[str, object] | str] = {
    "three layers, tanh": {
        "inputs": [0.3, -0.2],
        "targets": [0.4],
        "loss": "half_squared_error",
        "layers": layers((2, "tanh", "each"), (2, "sigmoid", "each"), (1, "identity", "each")),
    },
    "four layers, shared biases": {
        "inputs": [0.3, -0.2],
        "targets": [0.4, 0.9],
        "loss": "half_squared_error",
        "layers": layers(
            (2, "sigmoid", "shared"), (1, "tanh", "shared"), (2, "sigmoid", "shared"), (2, "tanh", "none")
        ),
    },
    "softmax and cross-entropy": {
        "inputs": [0.3, -0.2],
        "targets": [1.0, 0.0, 0.0],
        "loss": "cross_entropy",
        "layers": layers((2, "tanh", "each"), (3, "softmax", "each")),
    },
    "rnn": "rnn",
}
NOTATIONS = ("class", "mazur", "textbook")


def loaded(name: str, notation: str) -> Setup:
    """The network of that name under a notation."""
    spec = SPECS[name]
    if isinstance(spec, str):
        return sheetgrad.network.load(spec)
    return sheetgrad.network.load({"name": "deep", "notation": notation, **spec})


def derivations() -> Iterator[tuple[str, Derivation, Network]]:
    """Every network in every notation, the form changing from one to the next."""
    for place, name in enumerate(SPECS):
        notations = NOTATIONS if isinstance(SPECS[name], dict) else ("own",)
        for number, notation in enumerate(notations):
            setup = loaded(name, notation)
            form = ("chain", "delta", "expanded")[(place + number) % 3]
            yield f"{name}, {notation}, {form}", derive(setup, form=form), network_of(setup)


class _Names:
    """Stands in for a notation: quantities under their plain names, typeset as the notation does."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation
        self.known = {notation.plain(quantity): quantity for quantity in _quantities(notation)}

    def name(self, quantity: Quantity) -> Name:
        """The name as the notation has it."""
        if isinstance(quantity, Partial):
            assert isinstance(quantity.of, Ref)
            above, below = (self.name(part).latex for part in (quantity.of, quantity.wrt))
            sign = r"\partial^{+}" if quantity.edge else r"\partial"
            return Name("", f"\\frac{{{sign} {above}}}{{{sign} {below}}}")
        assert isinstance(quantity, Ref)
        return self.notation.name(self.known[quantity.symbol.name])

    def latex(self, quantity: Quantity) -> str:
        """The same, for the typesetter."""
        return self.name(quantity).latex

    def plain(self, node: Expr) -> Expr:
        """An expression of the derivation under plain names."""
        uses = (part for part in walk(node) if isinstance(part, Ref))
        found: dict[Expr, Expr] = {use: Ref(Symbol(self.notation.plain(use))) for use in uses}
        for part in walk(node):
            if isinstance(part, Partial):
                inner = [use for use in walk(part.of) if isinstance(use, Ref)]
                found |= {use: Ref(Symbol(self.notation.plain(use))) for use in (*inner, part.wrt)}
        return renamed(node, found)


def _quantities(notation: Notation) -> Iterator[Quantity]:
    program = notation.program.unrolled()

    given = (*program.model.leaves, *program.states, *program.settings)
    for symbol in given:
        for places in members(symbol.axes):
            yield Ref(symbol, tuple(places.values()))
    for equation in program.model.equations:
        if isinstance(equation.target, Ref):
            yield equation.target


def wrong_versions(value: Expr, left: Quantity, network: Network) -> Iterator[tuple[str, Expr]]:
    """Every mistake made in a right formula, where it changes the value."""
    right = network.points.value(left)
    for code, mistake in MISTAKES.items():
        if code == "wrong-left":
            continue
        for wrong in mistake.make(value, left, network.definitions):
            try:
                if not network.points.close(network.points.value(wrong), right):
                    yield code, wrong
            except UnknownNameError:
                continue


def in_our_own() -> Iterator[Planted]:
    """Mistakes in the last member of every line that sheetgrad derives."""
    for title, derivation, network in derivations():
        names = _Names(derivation.notation)
        text = markdown(derivation)
        for line in derivation.lines:
            if line.role not in {"forward", "loss", "backward"} or not isinstance(line.quantity, Ref | Partial):
                continue
            shown = chain(line.members, derivation.notation, tag=line.number)
            if text.count(shown) != 1:
                continue
            yield from _in_line(title, text, shown, line, names, network)


def _in_line(  # noqa: PLR0917 -- all that a line stands in
    title: str, text: str, shown: str, line: Line, names: _Names, network: Network
) -> Iterator[Planted]:
    left, value = names.plain(line.quantity), names.plain(line.members[-1])
    place = text.index(shown)
    number = text.count("\n", 0, place) + (3 if "aligned" in shown else 2)  # the fence stands above it
    plain = [names.plain(member) for member in line.members[:-1]]
    for code, wrong in wrong_versions(value, left, network):  # type: ignore[arg-type]  # a quantity stays one
        made = chain((*plain, wrong), names, tag=line.number)  # type: ignore[arg-type]  # names stand in for a notation
        moved = number + ("aligned" in made) - ("aligned" in shown)
        yield Planted(title, code, moved, text.replace(shown, made), f"{line.role}: {written(wrong, _spelled)}")


def _spelled(quantity: Quantity) -> str:
    if isinstance(quantity, Partial):
        above = written(quantity.of, _spelled)
        above = above if isinstance(quantity.of, Ref) else f"({above})"
        return f"∂{above}/∂{_spelled(quantity.wrt)}"
    assert isinstance(quantity, Ref)
    return quantity.symbol.name
