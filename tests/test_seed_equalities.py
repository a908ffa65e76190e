"""Everything two hand-written derivations of the class network state is in ours, or follows from it.

The list holds the equalities of two students' documents (a and b, with the line in
theirs); the seven that were wrong or misspelt there stand mended.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

import sheetgrad.network
from sheetgrad.derivation import Derivation, derive
from sheetgrad.derivation.document import Line, Working
from sheetgrad.expr import Call, Expr, Index, Next, Number, Partial, Power, Product, Ref, Row, Sum, Symbol
from sheetgrad.syntax.parser import Reader, Token

if TYPE_CHECKING:
    from collections.abc import Callable

EQUALITIES = """
a:14  h1 = w1*i1 + w2*i2
a:16  h2 = w3*i1 + w4*i2
a:18  a_h1 = sigmoid(h1)
a:18  sigmoid(h1) = 1/(1 + exp(-h1))
a:20  a_h2 = sigmoid(h2)
a:20  sigmoid(h2) = 1/(1 + exp(-h2))
a:24  o1 = w5*a_h1 + w6*a_h2
a:26  o2 = w7*a_h1 + w8*a_h2
a:28  a_o1 = sigmoid(o1)
a:28  sigmoid(o1) = 1/(1 + exp(-o1))
a:30  a_o2 = sigmoid(o2)
a:30  sigmoid(o2) = 1/(1 + exp(-o2))
a:36  E1 = 1/2*(t1 - a_o1)^2
a:38  E2 = 1/2*(t2 - a_o2)^2
a:40  E_total = E1 + E2
a:51  ∂E_total/∂w5 = ∂(E1 + E2)/∂w5
a:55  ∂E_total/∂w5 = ∂E1/∂w5
a:59  ∂E1/∂w5 = ∂E1/∂a_o1*∂a_o1/∂o1*∂o1/∂w5
a:63  ∂E1/∂a_o1 = ∂(1/2*(t1 - a_o1)^2)/∂a_o1
a:63  ∂(1/2*(t1 - a_o1)^2)/∂a_o1 = 1/2*∂((t1 - a_o1)^2)/∂a_o1
a:65  1/2*∂((t1 - a_o1)^2)/∂a_o1 = 1/2*2*(t1 - a_o1)*∂(t1 - a_o1)/∂a_o1
a:65  1/2*2*(t1 - a_o1)*∂(t1 - a_o1)/∂a_o1 = (t1 - a_o1)*-1
a:67  ∂E1/∂a_o1 = a_o1 - t1
a:71  ∂a_o1/∂o1 = ∂(sigmoid(o1))/∂o1
a:75  ∂a_o1/∂o1 = ∂(sigmoid(o1))/∂o1
a:75  ∂(sigmoid(o1))/∂o1 = sigmoid(o1)*(1 - sigmoid(o1))
a:79  ∂a_o1/∂o1 = sigmoid(o1)*(1 - sigmoid(o1))
a:79  sigmoid(o1)*(1 - sigmoid(o1)) = a_o1*(1 - a_o1)
a:83  ∂o1/∂w5 = ∂(w5*a_h1 + w6*a_h2)/∂w5
a:85  ∂o1/∂w5 = a_h1
a:89  ∂E_total/∂w5 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h1
a:94  ∂E_total/∂w6 = ∂E1/∂w6
a:98  ∂E1/∂w6 = ∂E1/∂a_o1*∂a_o1/∂o1*∂o1/∂w6
a:102  ∂o1/∂w6 = ∂(w5*a_h1 + w6*a_h2)/∂w6
a:104  ∂o1/∂w6 = a_h2
a:108  ∂E_total/∂w6 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h2
a:114  ∂E_total/∂w7 = ∂(E1 + E2)/∂w7
a:118  ∂E2/∂w7 = ∂E2/∂a_o2*∂a_o2/∂o2*∂o2/∂w7
a:122  ∂E2/∂a_o2 = ∂(1/2*(t2 - a_o2)^2)/∂a_o2
a:124  ∂E2/∂a_o2 = a_o2 - t2
a:126  ∂a_o2/∂o2 = ∂(sigmoid(o2))/∂o2
a:126  ∂(sigmoid(o2))/∂o2 = sigmoid(o2)*(1 - sigmoid(o2))
a:128  ∂a_o2/∂o2 = a_o2*(1 - a_o2)
a:132  ∂o2/∂w7 = ∂(w7*a_h1 + w8*a_h2)/∂w7
a:134  ∂o2/∂w7 = a_h1
a:138  ∂E_total/∂w7 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h1
a:143  ∂E_total/∂w8 = ∂E2/∂a_o2*∂a_o2/∂o2*∂o2/∂w8
a:147  ∂E_total/∂w8 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h2
a:153  ∂E_total/∂a_h1 = ∂(E1 + E2)/∂a_h1
a:157  ∂E1/∂a_h1 = ∂E1/∂a_o1*∂a_o1/∂o1*∂o1/∂a_h1
a:161  ∂o1/∂a_h1 = ∂(w5*a_h1 + w6*a_h2)/∂a_h1
a:163  ∂o1/∂a_h1 = w5
a:167  ∂E1/∂a_h1 = (a_o1 - t1)*a_o1*(1 - a_o1)*w5
a:171  ∂E2/∂a_h1 = ∂E2/∂a_o2*∂a_o2/∂o2*∂o2/∂a_h1
a:175  ∂o2/∂a_h1 = ∂(w7*a_h1 + w8*a_h2)/∂a_h1
a:177  ∂o2/∂a_h1 = w7
a:181  ∂E2/∂a_h1 = (a_o2 - t2)*a_o2*(1 - a_o2)*w7
a:185  ∂E_total/∂a_h1 = (a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7
a:189  ∂E_total/∂a_h2 = (a_o1 - t1)*a_o1*(1 - a_o1)*w6 + (a_o2 - t2)*a_o2*(1 - a_o2)*w8
a:195  ∂E_total/∂w1 = ∂E_total/∂a_h1*∂a_h1/∂h1*∂h1/∂w1
a:203  ∂E_total/∂w1 = ((a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7)*a_h1*(1 - a_h1)*i1
a:209  ∂E_total/∂w2 = ((a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7)*a_h1*(1 - a_h1)*i2
a:215  ∂E_total/∂w3 = ∂E_total/∂a_h2*∂a_h2/∂h2*∂h2/∂w3
a:219  ∂E_total/∂w3 = ((a_o1 - t1)*a_o1*(1 - a_o1)*w6 + (a_o2 - t2)*a_o2*(1 - a_o2)*w8)*a_h2*(1 - a_h2)*i1
a:225  ∂E_total/∂w4 = ((a_o1 - t1)*a_o1*(1 - a_o1)*w6 + (a_o2 - t2)*a_o2*(1 - a_o2)*w8)*a_h2*(1 - a_h2)*i2
b:11  Winew = Wi - η*∂E_total/∂Wi
b:16  h1 = w1*i1 + w2*i2
b:16  h2 = w3*i1 + w4*i2
b:20  a_h1 = sigmoid(h1)
b:20  sigmoid(h1) = 1/(1 + exp(-h1))
b:20  a_h2 = sigmoid(h2)
b:20  sigmoid(h2) = 1/(1 + exp(-h2))
b:24  o1 = w5*a_h1 + w6*a_h2
b:24  o2 = w7*a_h1 + w8*a_h2
b:28  a_o1 = sigmoid(o1)
b:28  sigmoid(o1) = 1/(1 + exp(-o1))
b:28  a_o2 = sigmoid(o2)
b:28  sigmoid(o2) = 1/(1 + exp(-o2))
b:32  E_total = E1 + E2
b:36  E1 = 1/2*(t1 - a_o1)^2
b:36  E2 = 1/2*(t2 - a_o2)^2
b:41  ∂E_total/∂Wi = [∂E_total/∂w1, ∂E_total/∂w2, ∂E_total/∂w3, ∂E_total/∂w4, ∂E_total/∂w5, ∂E_total/∂w6, ∂E_total/∂w7, ∂E_total/∂w8]
b:45  ∂E_total/∂w5 = ∂(E1 + E2)/∂w5
b:49  ∂E_total/∂w5 = ∂E1/∂w5
b:49  ∂E1/∂w5 = ∂E1/∂a_o1*∂a_o1/∂o1*∂o1/∂w5
b:53  ∂E1/∂a_o1 = ∂(1/2*(t1 - a_o1)^2)/∂a_o1
b:53  ∂(1/2*(t1 - a_o1)^2)/∂a_o1 = -(t1 - a_o1)
b:53  -(t1 - a_o1) = a_o1 - t1
b:55  ∂a_o1/∂o1 = ∂(sigmoid(o1))/∂o1
b:55  ∂(sigmoid(o1))/∂o1 = sigmoid(o1)*(1 - sigmoid(o1))
b:55  sigmoid(o1)*(1 - sigmoid(o1)) = a_o1*(1 - a_o1)
b:57  ∂o1/∂w5 = a_h1
b:61  ∂E_total/∂w5 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h1
b:65  ∂E_total/∂w6 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h2
b:67  ∂E_total/∂w7 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h1
b:69  ∂E_total/∂w8 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h2
b:73  ∂E_total/∂w1 = ∂E_total/∂a_h1*∂a_h1/∂h1*∂h1/∂w1
b:77  ∂E1/∂a_o1*∂a_o1/∂o1*∂o1/∂a_h1 = ∂E1/∂a_h1
b:77  ∂E_total/∂a_h1 = ∂(E1 + E2)/∂a_h1
b:77  ∂(E1 + E2)/∂a_h1 = ∂E1/∂a_h1 + ∂E2/∂a_h1
b:81  ∂E1/∂a_h1 = (a_o1 - t1)*a_o1*(1 - a_o1)*w5
b:83  ∂E2/∂a_h1 = (a_o2 - t2)*a_o2*(1 - a_o2)*w7
b:87  ∂E_total/∂a_h1 = (a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7
b:91  ∂E_total/∂a_h2 = (a_o1 - t1)*a_o1*(1 - a_o1)*w6 + (a_o2 - t2)*a_o2*(1 - a_o2)*w8
b:95  ∂a_h1/∂h1 = ∂(sigmoid(h1))/∂h1
b:95  ∂(sigmoid(h1))/∂h1 = sigmoid(h1)*(1 - sigmoid(h1))
b:95  sigmoid(h1)*(1 - sigmoid(h1)) = a_h1*(1 - a_h1)
b:98  ∂h1/∂w1 = i1
b:102  ∂E_total/∂w1 = ∂E_total/∂a_h1*∂a_h1/∂h1*∂h1/∂w1
b:104  ∂E_total/∂w1 = ((a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7)*a_h1*(1 - a_h1)*i1
b:108  ∂E_total/∂w2 = ∂E_total/∂a_h1*∂a_h1/∂h1*∂h1/∂w2
b:110  ∂E_total/∂w2 = ((a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7)*a_h1*(1 - a_h1)*i2
b:114  ∂E_total/∂w3 = ∂E_total/∂a_h2*∂a_h2/∂h2*∂h2/∂w3
b:116  ∂E_total/∂w3 = ((a_o1 - t1)*a_o1*(1 - a_o1)*w6 + (a_o2 - t2)*a_o2*(1 - a_o2)*w8)*a_h2*(1 - a_h2)*i1
b:120  ∂E_total/∂w4 = ∂E_total/∂a_h2*∂a_h2/∂h2*∂h2/∂w4
b:122  ∂E_total/∂w4 = ((a_o1 - t1)*a_o1*(1 - a_o1)*w6 + (a_o2 - t2)*a_o2*(1 - a_o2)*w8)*a_h2*(1 - a_h2)*i2
b:126  Winew = Wi - η*∂E_total/∂Wi
"""  # noqa: E501 -- a line of theirs is a line here

_QUOTIENT = re.compile(r"∂(\w+|\((?:[^()]|\([^()]*\)|\((?:[^()]|\([^()]*\))*\))*\))/∂(\w+)")


@pytest.fixture(scope="module")
def derivation() -> Derivation:
    return derive(sheetgrad.network.load("class"), every=True)


@pytest.fixture(scope="module")
def chains(derivation: Derivation) -> list[frozenset[object]]:
    """What each line says is equal, however it is ordered."""
    blocks = [block for section in derivation.sections for block in section.blocks]
    return [frozenset(map(ordered, block.members)) for block in blocks if isinstance(block, Line | Working)]


def ordered(node: Expr) -> object:
    """The same for expressions that differ only in the order of terms and factors."""
    match node:
        case Sum(terms=parts) | Product(factors=parts):
            return (type(node).__name__, *sorted(repr(ordered(part)) for part in parts))
        case Power(base=base, exponent=exponent):
            return ("power", ordered(base), ordered(exponent))
        case Call(function=function, arguments=arguments):
            return (function, *map(ordered, arguments))
        case Partial(of=of, wrt=wrt):
            return ("partial", ordered(of), wrt)
        case Row(entries=entries):
            return ("row", *map(ordered, entries))
        case _:
            return node


class Paper:
    """Reads a line as it stands on paper, with the names of the class network."""

    def __init__(self, derivation: Derivation) -> None:
        self.table = derivation.notation.table()
        count = Index("i", 8)
        self.generic = Ref(Symbol("w", 0, (count,)), (count,))

    def side(self, text: str) -> Expr:
        text = text.strip()
        if text == "Winew":
            return Next(self.generic)
        if text.startswith("["):
            return Row(tuple(self.side(entry) for entry in text.strip("[]").split(",")))
        derivatives: dict[str, Expr] = {}

        def replaced(match: re.Match[str]) -> str:
            wrt = self.name(match.group(2), None, None)
            assert isinstance(wrt, Ref)
            name = f"derivative{len(derivatives)}"
            derivatives[name] = Partial(self.side(match.group(1)), wrt)
            return name

        flat = _QUOTIENT.sub(replaced, text)

        def name(word: str, places: tuple[str, ...] | None, token: Token | None) -> Expr:
            return derivatives.get(word) or self.name(word, places, token)

        return Reader(flat, name, _no_sum).formula()

    def name(self, word: str, _places: tuple[str, ...] | None, _token: Token | None) -> Expr:
        return self.generic if word == "Wi" else self.table["eta" if word == "η" else word]


def _no_sum(word: str, _indices: tuple[str, ...], _read: Callable[[], Expr], _token: Token) -> Expr:
    pytest.fail(f"no {word} in these documents")


LINES = [line.split("  ", 1) for line in EQUALITIES.strip().splitlines()]


def test_the_list_is_complete() -> None:
    assert len(LINES) == 117


@pytest.mark.parametrize(("place", "equality"), LINES, ids=[place for place, _ in LINES])
def test_every_equality_appears_or_follows_from_two_lines(
    place: str, equality: str, derivation: Derivation, chains: list[frozenset[object]]
) -> None:
    del place
    paper = Paper(derivation)
    left, right = (ordered(paper.side(side)) for side in equality.split(" = "))
    alone = any(left in chain and right in chain for chain in chains)
    joined = any(left in (a | b) and right in (a | b) for a, b in pairwise(chains) if a & b)
    assert alone or joined


def test_a_wrong_equality_neither_appears_nor_follows(derivation: Derivation, chains: list[frozenset[object]]) -> None:
    paper = Paper(derivation)
    left = ordered(paper.side("∂E_total/∂w6"))
    right = ordered(paper.side("(a_o1 - t1)*a_o1*(1 - a_o1)*a_h1"))
    assert not any(left in (a | b) and right in (a | b) for a, b in pairwise(chains) if a & b)


def test_numbers_are_told_from_names() -> None:
    assert ordered(Number(2)) is Number(2)
