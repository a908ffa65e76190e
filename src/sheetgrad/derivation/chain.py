"""The chain form: split by loss term and by path, every slope worked out once.

For a weight: the terms of the loss it reaches, the chain of derivatives along each
path, each link worked out (or referred to, if it was before), and all put together.
A junction such as a_h1, which reaches the loss in several ways, comes before the
weights below it and is then used as one factor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.derivation.document import See, Writer, listed
from sheetgrad.derivation.work import worked
from sheetgrad.expr import ONE, Expr, Partial, Product, Ref, Sum, add, multiply, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.derivation.graph import Edge, Graph, Path

MOST_NAMES = 60
"""A final line with more quantities than this keeps the derivative of the junction as one factor."""


class Chains:
    """Writes the gradients of a graph, those nearest the loss first."""

    def __init__(self, writer: Writer, graph: Graph) -> None:
        self.writer = writer
        self.graph = graph
        self.loss = graph.model.loss
        self.closed: dict[Ref, Expr] = {}
        """∂loss/∂junction in forward quantities, where that is short enough."""

    def derive(self, quantity: Ref) -> None:
        """A section for one weight or junction, with everything it needs."""
        self.writer.section("With respect to ", quantity, level=3)
        paths = self.graph.paths(quantity)
        if self.splits(paths):
            self.by_terms(quantity, paths)
        else:
            self.by_paths(quantity, paths)

    def similarly(self, quantities: Iterable[Ref]) -> None:
        """The other members of a family: the chain and the result, in one line each."""
        for quantity in quantities:
            paths = self.graph.paths(quantity)
            gradient = Partial(self.loss, quantity)
            self.writer.line("backward", gradient, self.chain(paths), self.result(quantity, paths))

    def splits(self, paths: list[Path]) -> bool:
        """Whether every path ends at a term of its own."""
        tops = [path.top for path in paths]
        return self.loss not in tops and all(top in self.graph.terms for top in tops) and len(set(tops)) == len(tops)

    # --- a quantity whose paths end at different terms of the loss ---------------------------

    def by_terms(self, quantity: Ref, paths: list[Path]) -> None:
        """∂E/∂a = ∂(E1 + E2)/∂a = ∂E1/∂a + ∂E2/∂a, each along its path, and their sum."""
        gradient, terms = Partial(self.loss, quantity), self.graph.terms
        reached = [path.top for path in paths]
        result = self.result(quantity, paths)
        if len(terms) > 1:
            whole = _times(self.graph.coefficient, Partial(Sum(terms), quantity))
            self.writer.line("backward", gradient, whole, value=result)
            self.not_reached(quantity, [term for term in terms if term not in reached])
        parts = [Partial(term, quantity) for term in reached]
        split = _times(self.graph.coefficient, parts[0] if len(parts) == 1 else Sum(tuple(parts)))
        self.writer.line("backward", gradient, split, value=result)
        done = []
        for path, part in zip(paths, parts, strict=True):
            links = self.links([path])
            self.writer.line("backward", part, self.product(path), value=path.slope)
            self.work_out([path])
            if len(paths) > 1:
                self.together(links)
                done.append(See(self.writer.line("backward", part, path.slope)))
        if done:
            self.writer.say("Adding ", *listed(done), ":")
        else:
            self.together(self.links(paths))
        self.writer.line("backward", gradient, result)

    def not_reached(self, quantity: Ref, terms: list[Ref]) -> None:
        """Say which terms of the loss do not depend on the quantity."""
        if terms:
            one = len(terms) == 1
            self.writer.say(
                *listed(terms),
                " does not depend on " if one else " do not depend on ",
                quantity,
                ", so its derivative is zero:" if one else ", so their derivatives are zero:",
            )

    # --- any other: a sum over paths that may end at junctions --------------------------------

    def by_paths(self, quantity: Ref, paths: list[Path]) -> None:
        """∂E/∂w = Σ over the paths of ∂E/∂(where the path ends) · the slopes on the way."""
        gradient = Partial(self.loss, quantity)
        result = self.result(quantity, paths)
        if len(paths) > 1:
            self.writer.say(quantity, " reaches ", self.loss, f" in {len(paths)} ways; their contributions add up:")
        self.writer.line("backward", gradient, self.chain(paths), value=result)
        self.work_out(paths)
        self.together(self.links(paths))
        self.writer.line("backward", gradient, result)

    # --- the parts ------------------------------------------------------------------------------

    def product(self, path: Path) -> Expr:
        """The derivatives along a path, as a product."""
        links: list[Expr] = [self.graph.partial(edge) for edge in path.edges]
        if path.top in self.graph.terms or path.top is self.loss:
            return _times(*links)
        return _times(Partial(self.loss, path.top), *links)

    def chain(self, paths: list[Path]) -> Expr:
        """The sum over the paths of those products."""
        products = [
            _times(self.graph.coefficient, self.product(path)) if self.ends_at_term(path) else self.product(path)
            for path in paths
        ]
        return products[0] if len(products) == 1 else Sum(tuple(products))

    def ends_at_term(self, path: Path) -> bool:
        """Whether the path ends at a term of the loss and not at a junction or the loss itself."""
        return path.top in self.graph.terms and path.top is not self.loss

    def result(self, quantity: Ref, paths: list[Path]) -> Expr:
        """The gradient with every slope put in, and kept for the weights below."""
        parts = []
        for path in paths:
            if path.top is self.loss:
                parts.append(path.slope)
            elif path.top in self.graph.terms:
                parts.append(multiply(self.graph.coefficient, path.slope))
            else:
                parts.append(multiply(self.closed.get(path.top, Partial(self.loss, path.top)), path.slope))
        result = add(*parts)
        if _count(result) <= MOST_NAMES:
            self.closed[quantity] = result
        else:
            kept = (
                multiply(Partial(self.loss, path.top), path.slope) if not self.at_loss(path) else part
                for path, part in zip(paths, parts, strict=True)
            )
            result = add(*kept)
        return result

    def at_loss(self, path: Path) -> bool:
        """Whether the path goes all the way."""
        return path.top is self.loss or path.top in self.graph.terms

    def links(self, paths: list[Path]) -> list[Expr]:
        """The derivatives that a chain is made of, each once."""
        found: dict[Expr, None] = {}
        for path in paths:
            if not self.at_loss(path):
                found.setdefault(Partial(self.loss, path.top))
            for edge in path.edges:
                found.setdefault(self.graph.partial(edge))
        return list(found)

    def work_out(self, paths: list[Path]) -> None:
        """A line for every slope on the paths that has none yet; say where the others are."""
        known: list[See] = []
        new: list[Edge] = []
        for path in paths:
            for edge in path.edges:
                number = self.writer.numbers.get(self.graph.partial(edge))
                if number is None:
                    new.append(edge)
                elif See(number) not in known:
                    known.append(See(number))
        if known and new:
            verb = " is known already." if len(known) == 1 else " are known already."
            self.writer.say(*listed(known), verb)
        for edge in dict.fromkeys(new):
            total = self.graph.is_total(edge)
            members = worked(edge.above, self.graph.values[edge.above], edge.below, total=total)
            self.writer.line("backward", Partial(edge.above, edge.below, not total), *members[1:], value=edge.slope)

    def together(self, links: list[Expr]) -> None:
        """`By (1), (2) and (3):`."""
        seen = [See(self.writer.numbers[link]) for link in links if link in self.writer.numbers]
        if seen:
            self.writer.say("By ", *listed(list(dict.fromkeys(seen))), ":")


def _times(*factors: Expr) -> Expr:
    """A product that stays as written; a factor of 1 is not."""
    flat = [piece for part in factors for piece in (part.factors if isinstance(part, Product) else (part,))]
    kept = [factor for factor in flat if factor is not ONE] or [ONE]
    return kept[0] if len(kept) == 1 else Product(tuple(kept))


def _count(node: Expr) -> int:
    """How many quantities are written in it."""
    return sum(isinstance(part, Ref | Partial) for part in walk(node))
