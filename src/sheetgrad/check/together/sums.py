"""Weighted sums in the equations of a network, whatever they are called and wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.expr import Expr, Number, Product, Ref, Sum, Symbol, children, rebuilt, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Affine(NamedTuple):
    """A weighted sum: what is multiplied with which weight, and what is added."""

    weights: dict[str, str]
    """The weight by what it multiplies; a number typed in is its own name, `#0.05`."""
    bias: str
    factor: float = 1.0


def _multiplied(definitions: Mapping[str, Expr], parameters: frozenset[str]) -> Iterator[str]:
    for part in (part for value in definitions.values() for part in walk(value)):
        if isinstance(part, Product):
            used = {factor.symbol.name for factor in part.factors if isinstance(factor, Ref)}
            if used & parameters:
                yield from used


class Sums:
    """Reads weighted sums of the definitions of one network."""

    def __init__(self, definitions: Mapping[str, Expr], parameters: frozenset[str]) -> None:
        """Read nothing yet."""
        self.definitions, self.parameters = definitions, parameters
        self.sums: dict[str, Affine] = {}
        """Weighted sums by the key that stands for them."""
        self.functions: dict[str, tuple[str, Expr]] = {}
        """Keys that are a function of one sum: the sum, and the function."""
        self.multiplied = set(_multiplied(definitions, parameters))
        """Keys that are multiplied with a weight somewhere."""
        self.is_read = True
        """Whether no sum was met that is a weighted sum in part only."""

    def within(self, node: Expr, key: str) -> Expr:
        """The expression with a key in the place of every weighted sum inside it."""
        found = self.affine(node) if isinstance(node, Sum | Product) else None
        if found is not None:
            name = f"{key}#{len(self.sums)}"
            self.sums[name] = found._replace(factor=1.0)
            made: Expr = Ref(Symbol(name))
            return made if found.factor == 1.0 else Product((Number(found.factor), made))
        inner = children(node)
        return rebuilt(node, tuple(self.within(part, key) for part in inner), tidy=False) if inner else node

    def affine(self, node: Expr) -> Affine | None:
        """A weighted sum; None for anything else."""
        weights: dict[str, str] = {}
        biases: list[str] = []
        factors: set[float] = set()
        for term in node.terms if isinstance(node, Sum) else (node,):
            known = self._known(term)
            if known is not None and isinstance(node, Sum):
                if weights.keys() & known.weights.keys():
                    return None
                weights |= known.weights
                biases += [known.bias] if known.bias else []
                factors.add(1.0)
                continue
            part = self._term(term)
            if part is None:
                self.is_read = self.is_read and not (isinstance(node, Sum) and any(map(self._is_weighted, node.terms)))
                return None
            source, weight, factor = part
            if source and source in weights:
                return None
            weights, biases = (weights | {source: weight}, biases) if source else (weights, [*biases, weight])
            factors.add(factor)
        if not weights or len(biases) > 1 or len(factors) > 1:
            return None
        return Affine(weights, biases[0] if biases else "", factors.pop())

    def _known(self, term: Expr) -> Affine | None:
        return self.sums.get(term.symbol.name) if isinstance(term, Ref) else None

    def _term(self, term: Expr) -> tuple[str, str, float] | None:
        """What is multiplied, with which weight, and the number before it; nothing is multiplied in a bias."""
        if (
            isinstance(term, Ref)
            and term.symbol.name not in self.definitions
            and term.symbol.name not in self.multiplied
        ):
            return "", term.symbol.name, 1.0  # a bias that is not trained, or one that is
        parts = term.factors if isinstance(term, Product) else (term,)
        numbers = [float(part.value) for part in parts if isinstance(part, Number)]
        used = [part.symbol.name for part in parts if isinstance(part, Ref)]
        weights = [name for name in used if name in self.parameters]
        others = [name for name in used if name not in self.parameters]
        if len(numbers) + len(used) != len(parts) or len(weights) != 1 or len(others) > 1:
            return None
        if others or not numbers:
            factor = 1.0
            for number in numbers:
                factor *= number
            return (self._source(others[0]) if others else ""), weights[0], factor
        return (("" if numbers == [1.0] else f"#{numbers[0]:g}"), weights[0], 1.0) if len(numbers) == 1 else None

    def _is_weighted(self, term: Expr) -> bool:
        part = self._term(term)
        return part is not None and bool(part[0])

    def _source(self, name: str) -> str:
        """The neuron that a key is the output of, or the key itself."""
        return self.functions[name][0] if name in self.functions else name
