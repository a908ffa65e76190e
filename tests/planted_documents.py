"""Right derivations of deeper networks, and every mistake of the table planted in each line of them.

They are written by sheetgrad itself, in several notations and forms. A mistake is made
in one formula, and that line is typeset again with nothing else changed.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import sheetgrad.network
from sheetgrad.check.given import network_of
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.check.network import renamed
from sheetgrad.check.points import Points, UnknownNameError
from sheetgrad.derivation import derive
from sheetgrad.emit.markdown import chain, markdown
from sheetgrad.expr import Partial, Ref, Symbol, members, references, walk
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
    role: str
    key: str
    """What the line makes, where it is one of the forward pass."""
    value: Expr
    """The wrong formula under plain names."""


def layers(*sizes: tuple[int, str, str]) -> list[dict[str, object]]:
    """Layers of a spec from (size, activation, bias)."""
    return [
        {"size": size, "activation": activation, "bias": bias, "initialisation": "uniform"}
        for size, activation, bias in sizes
    ]


ALIKE: Mapping[str, frozenset[str]] = {
    "wrong-index": frozenset({"wrong-index", "missing-path", "wrong-left"}),
    "missing-factor": frozenset({"missing-factor", "missing-path"}),
    "missing-brackets": frozenset({"missing-brackets", "missing-factor"}),
    "extra-factor": frozenset({"extra-factor", "lost-power"}),
    "half": frozenset({"half", "extra-factor"}),
    "lost-power": frozenset({"lost-power", "missing-factor"}),
}
"""Mistakes that can be mended in two ways: either name is right.

With brackets left out, the last factor is missing from the terms before: A·w + B·v·s for (A·w + B·v)·s.
"""


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
    for title, derivation, network in derived():
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
        key = "" if isinstance(left, Partial) else left.symbol.name  # type: ignore[attr-defined]  # else a name
        said = f"{line.role}: {written(wrong, _spelled)}"
        yield Planted(title, code, moved, text.replace(shown, made), said, line.role, key, wrong)


def contradicted(planted: Planted) -> bool:
    """Whether anything in the text speaks against the mistake: a line that no longer holds with it.

    With 2·exp(z - m) for one of the powers in a softmax that is derived on, every line that follows is
    still right, for the network with that mistake. Nobody can tell that it is one.
    """
    if not planted.key:
        return True
    derivation, network = next((made, net) for title, made, net in derived() if title == planted.document)
    definitions = {**network.definitions, planted.key: planted.value}
    if not _can_be_computed(definitions, network.leaves):
        return True
    points = Points(definitions, network.leaves, shares=network.shares)
    names = _Names(derivation.notation)
    for line in derivation.lines:
        itself = names.plain(line.quantity) is Ref(Symbol(planted.key))
        if line.role == "backward" or itself:
            members = line.members[:-1] if itself else line.members
            sides = [names.plain(side) for side in (line.quantity, *members)]
            values = [points.value(side) for side in sides]
            if not all(points.close(*pair) for pair in pairwise(values)):
                return True
    return False


def _can_be_computed(definitions: Mapping[str, Expr], leaves: tuple[str, ...]) -> bool:
    """Whether every formula names only what stands before it."""
    known = set(leaves)
    for key, value in definitions.items():
        if not {use.symbol.name for use in references(value)} <= known:
            return False
        known.add(key)
    return True


@cache
def derived() -> list[tuple[str, Derivation, Network]]:
    """The same derivations, made once."""
    return list(derivations())


def _spelled(quantity: Quantity) -> str:
    if isinstance(quantity, Partial):
        above = written(quantity.of, _spelled)
        above = above if isinstance(quantity.of, Ref) else f"({above})"
        return f"∂{above}/∂{_spelled(quantity.wrt)}"
    assert isinstance(quantity, Ref)
    return quantity.symbol.name
