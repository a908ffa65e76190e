"""Right derivations in many hands: the class network's equations written as different people write them.

Each hand is a way to name quantities, to write derivatives, and to put lines into a
document. A mistake is planted by writing another formula in one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from sheetgrad.check.templates import template
from sheetgrad.emit.latex import latex
from sheetgrad.expr import Call, Expr, Partial, Product, Ref, Sum, Symbol, multiply
from sheetgrad.notation import Name
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sheetgrad.expr import Quantity


class Statement(NamedTuple):
    """One equality: what it is about, and its right side."""

    left: Quantity
    right: Expr


class Hand(NamedTuple):
    """One way of writing."""

    name: str
    names: Callable[[str], str]
    sign: str
    line: Callable[[str, str], str]
    typeset: bool = False
    change: Callable[[str], str] = lambda text: text


def ref(name: str) -> Ref:
    return Ref(Symbol(name))


DEFINITIONS, LEAVES = template((2, 2, 2), "none", half=True, by_row=True)


def statements() -> list[Statement]:
    """Forward, chains, local slopes, gradients and updates of the class network, all right."""
    made = [Statement(ref(name), value) for name, value in DEFINITIONS.items()]
    made += list(_gradients())
    for number in range(1, 9):
        weight, rate = ref(f"w{number}"), ref("eta")
        gradient = Partial(ref("E_total"), weight)
        made.append(
            Statement(ref(f"w{number}_new"), Sum((weight, Product((Product((rate, gradient)).factors[0], gradient)))))
        )
    return [_with_minus(statement) for statement in made]


def _with_minus(statement: Statement) -> Statement:
    if isinstance(statement.left, Ref) and statement.left.symbol.name.endswith("_new"):
        weight = ref(statement.left.symbol.name.removesuffix("_new"))
        return Statement(statement.left, weight - ref("eta") * Partial(ref("E_total"), weight))
    return statement


def _slope(name: str) -> Expr:
    return Product((ref(name), 1 - ref(name)))


def _gradients() -> Iterator[Statement]:
    total = ref("E_total")
    for unit in (1, 2):
        a, t, o = ref(f"a_o{unit}"), ref(f"t{unit}"), ref(f"o{unit}")
        yield Statement(Partial(ref(f"E{unit}"), a), a - t)
        yield Statement(Partial(a, o), _slope(f"a_o{unit}"))
        for below in (1, 2):
            number = 4 + 2 * (unit - 1) + below
            weight, h = ref(f"w{number}"), ref(f"a_h{below}")
            chain = Product((Partial(ref(f"E{unit}"), a), Partial(a, o), Partial(o, weight)))
            yield Statement(Partial(total, weight), chain)
            yield Statement(Partial(total, weight), multiply(a - t, _slope(f"a_o{unit}"), h))
    for below in (1, 2):
        h = ref(f"a_h{below}")
        parts = [
            multiply(ref(f"a_o{unit}") - ref(f"t{unit}"), _slope(f"a_o{unit}"), ref(f"w{4 + 2 * (unit - 1) + below}"))
            for unit in (1, 2)
        ]
        both = Sum(tuple(parts))
        yield Statement(Partial(total, h), Sum((Partial(ref("E1"), h), Partial(ref("E2"), h))))
        yield Statement(Partial(total, h), both)
        for source in (1, 2):
            weight = ref(f"w{2 * (below - 1) + source}")
            z = ref(f"h{below}")
            yield Statement(Partial(total, weight), Product((Partial(total, h), Partial(h, z), Partial(z, weight))))
            yield Statement(Partial(total, weight), Product((both, ref(f"a_h{below}"), 1 - h, ref(f"i{source}"))))


# --- ways of writing ------------------------------------------------------------------------------


def _same(name: str) -> str:
    return name


def _renamed(**words: str) -> Callable[[str], str]:
    """Other letters for the families: `_renamed(a_h="out_h")`."""

    def names(name: str) -> str:
        letters = name.rstrip("0123456789")
        return words.get(letters, letters) + name[len(letters) :] if letters != name else words.get(name, name)

    return names


def _service(address: str) -> Callable[[str, str], str]:
    return lambda left, right: f"![formula]({address}{quote(f'{left} = {right}', safe='')})\n"


HANDS: tuple[Hand, ...] = (
    Hand("plain lines", _same, "∂", lambda a, b: f"{a} = {b}  "),
    Hand("delta signs", _renamed(E_total="E_t"), "δ", lambda a, b: f"{a} = {b}\n"),
    Hand("letters d", _renamed(a_h="ah", a_o="ao", E_total="Etotal"), "d", lambda a, b: f"- {a} = {b}"),
    Hand(
        "out and net",
        _renamed(a_h="out_h", a_o="out_o", h="net_h", o="net_o", t="target_o"),
        "∂",
        lambda a, b: f"* {a} = {b}",
    ),
    Hand(
        "fenced code", _renamed(w="W"), "∂", lambda a, b: f"```\n{a} = {b}\n```", change=lambda s: s.replace("**", "^")
    ),
    Hand("table cells", _same, "∂", lambda a, b: f"| step | {a} = {b} | by the chain rule |"),
    Hand(
        "indented",
        _renamed(E_total="E"),
        "∂",
        lambda a, b: f"    {a} = {b}",
        change=lambda s: s.replace("**2", "²").replace("1/2*", "½ * "),
    ),
    Hand("square brackets", _renamed(i="x"), "∂", lambda a, b: f"> {a} = [{b}]"),
    Hand("display LaTeX", _same, "", lambda a, b: f"$$\n{a} = {b}\n$$\n", typeset=True),
    Hand("LaTeX pictures", _same, "", _service("https://latex.codecogs.com/gif.latex?"), typeset=True),
    Hand("aligned LaTeX", _same, "", lambda a, b: f"\\begin{{align}}\n{a} &= {b}\n\\end{{align}}", typeset=True),
    Hand(
        "escaped stars",
        _same,
        "∂",
        lambda a, b: f"1. {a} = {b}",
        change=lambda s: s.replace("**2", "<sup>2</sup>").replace("*", r"\*").replace("_", r"\_"),
    ),
)


class _Names:
    """Stands in for a notation when formulas are typeset."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand

    def name(self, quantity: Quantity) -> Name:
        return Name(spelled(quantity, self.hand), self.latex(quantity))

    def latex(self, quantity: Quantity) -> str:
        from sheetgrad.syntax.names import latex_of

        if isinstance(quantity, Partial):
            assert isinstance(quantity.of, Ref)
            return rf"\frac{{\partial {self.latex(quantity.of)}}}{{\partial {self.latex(quantity.wrt)}}}"
        assert isinstance(quantity, Ref)
        return latex_of(self.hand.names(quantity.symbol.name))


def spelled(quantity: Quantity, hand: Hand) -> str:
    """A quantity or derivative in a hand."""
    if isinstance(quantity, Partial):
        assert isinstance(quantity.of, Ref)
        return f"{hand.sign}{hand.names(quantity.of.symbol.name)}/{hand.sign}{hand.names(quantity.wrt.symbol.name)}"
    assert isinstance(quantity, Ref)
    return hand.names(quantity.symbol.name)


def sides(statement: Statement, hand: Hand) -> tuple[str, str]:
    """Left and right side as text."""
    if hand.typeset:
        names = _Names(hand)
        return tuple(latex(side, names) for side in statement)  # type: ignore[return-value,arg-type]
    right = statement.right
    if isinstance(right, Call) and right.function == "sigmoid":
        return spelled(statement.left, hand), f"σ({spelled(right.arguments[0], hand)})"  # type: ignore[arg-type]
    return spelled(statement.left, hand), hand.change(written(right, lambda q: spelled(q, hand)))


def document(hand: Hand, lines: list[Statement]) -> str:
    """A whole document, a statement a line (or block)."""
    parts = ["# Backpropagation by hand", "", "Here is my derivation.", ""]
    parts += [hand.line(*(s if hand.typeset else hand.change(s) for s in sides(one, hand))) for one in lines]
    return "\n".join(parts) + "\n"
