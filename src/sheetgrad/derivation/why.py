"""One quantity as symbols = numbers = result, along every path, down to inputs and weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from sheetgrad.derivation.ask import quantity_called
from sheetgrad.derivation.document import Derivation, Table, Working, Writer
from sheetgrad.derivation.graph import Edge, Graph
from sheetgrad.derivation.numbers import chain_of, plugged, shown
from sheetgrad.derivation.parts import in_both_forms, leaf_numbers
from sheetgrad.derivation.routes import on_the_way, path_counts, paths
from sheetgrad.derive import program
from sheetgrad.errors import SheetgradError, TooLargeError
from sheetgrad.expr import Expr, Next, Partial, Product, Ref, Sum, members, multiply, references
from sheetgrad.functions import evaluate
from sheetgrad.notation import STYLES, Notation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.expr import Quantity
    from sheetgrad.model import Role
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

WHY = "why"
"""The form of a derivation that answers this question."""
MOST_PATHS = 24
"""With more paths than this, each quantity on the way has one line in place of one line for each path."""
MOST_EQUATIONS = 5000


def why(
    setup: Setup,
    quantity: str,
    *,
    notation: str | None = None,
    leaves: Mapping[Expr, float] | None = None,
    gradients: Mapping[Expr, float] | None = None,
    when: str = "at the start",
) -> Derivation:
    """Where a number comes from: every factor of every path, and every value it was computed from.

    `quantity` is a name in any of the spellings of `ask`; `leaves` are the numbers
    of weights, data and the optimizer's states where they are not those at the start,
    `gradients` those over a batch that the updates use, and `when` says in words when
    that is.

    Raises:
        SheetgradError: nothing is called so, or there is no such notation.
        TooLargeError: the network is too large to be taken number by number.
    """
    style = notation or setup.notation
    if style not in STYLES:
        message = f"no notation is called {style!r}; there are {', '.join(STYLES)}"
        raise SheetgradError(message)
    made = program(setup.model, setup.optimizer)
    if made.size > MOST_EQUATIONS:
        message = f"{made.size:,} equations are too many to follow one number; the most is {MOST_EQUATIONS:,}"
        raise TooLargeError(message)
    names = Notation(made, style)
    asked = quantity_called(quantity, names)
    writer = Writer()
    unrolled = made.unrolled()
    answer = _Answer(writer, unrolled, all_numbers(setup, unrolled, leaves, gradients), gradients or {})
    answer.write(asked)
    title = f"Why {_title(asked, names)} is {answer.found.get(asked, 0.0):.9g} {when}"
    return Derivation(title, setup, names, WHY, tuple(writer.sections))


def all_numbers(
    setup: Setup,
    unrolled: Program,
    leaves: Mapping[Expr, float] | None = None,
    gradients: Mapping[Expr, float] | None = None,
) -> dict[Expr, float]:
    """Every quantity of an unrolled program: leaves, states, settings, and what is computed from them.

    The updates use `gradients`, those over a batch, where they are given.
    """
    found: dict[Expr, float] = dict(leaf_numbers(setup))
    for symbol, value in unrolled.settings.items():
        found[Ref(symbol)] = setup.learning_rates[0] if isnan(value) else value
    for symbol, value in unrolled.states.items():
        found |= {Ref(symbol, tuple(place.values())): value for place in members(symbol.axes)}
    found |= leaves or {}
    for equation in (*unrolled.forward, *unrolled.backward):
        found[equation.target] = evaluate(equation.value, found)
    step = {**found, **(gradients or {})}
    for equation in unrolled.updates:
        found[equation.target] = step[equation.target] = evaluate(equation.value, step)
    return found


def _title(asked: Quantity, names: Notation) -> str:
    match asked:
        case Partial(of=Ref() as of, wrt=wrt):
            return f"∂{names.plain(of)}/∂{names.plain(wrt)}"
        case _:
            return names.plain(asked)


@dataclass
class _Answer:
    """Writes one answer."""

    writer: Writer
    program: Program
    found: dict[Expr, float]
    gradients: Mapping[Expr, float]
    """Over the whole batch, for the updates."""

    def __post_init__(self) -> None:
        self.graph = Graph(self.program.model)
        self.values = {equation.target: equation.value for equation in self.program.equations}
        self.used: dict[Ref, None] = {}
        """The quantities that the numbers shown are computed from."""

    def write(self, asked: Quantity) -> None:
        match asked:
            case Partial():
                self.derivative(asked)
            case Next():
                self.next_value(asked)
            case Ref():
                self.used[asked] = None
        self.origins()

    def next_value(self, asked: Next) -> None:
        """An update, and the gradient in it."""
        self.writer.section("The update")
        if self.gradients:
            self.writer.say("The gradient in it is the one over all samples of the step.")
        for equation in self.program.updates:
            if asked is equation.target or self.is_part_of(equation.target, asked):
                self.line("update", equation.target, (self.values[equation.target],))
        self.derivative(Partial(self.program.loss, asked.state))

    def is_part_of(self, target: Quantity, asked: Next) -> bool:
        """Whether an update is needed for the one asked for."""
        from sheetgrad.program import quantities

        return target in quantities(self.values[asked])

    # --- derivatives ------------------------------------------------------------------------------

    def derivative(self, asked: Partial) -> None:
        """Every path, factor by factor, and their sum."""
        of, wrt = asked.of, asked.wrt
        assert isinstance(of, Ref)  # noqa: S101 -- what has a name is a quantity
        counts = path_counts(self.graph, of)
        count = counts.get(wrt, 0)
        if of is wrt or not count:
            self.writer.section("No path")
            self.found[asked] = float(of is wrt)
            self.writer.say(of, " does not depend on ", wrt, ", so the derivative is 0.")
            return
        if count > MOST_PATHS:
            self.by_quantities(asked, counts)
            return
        self.writer.section("Along every path" if count > 1 else "Along the path")
        if count > 1:
            self.writer.say(
                wrt, " reaches ", of, f" in {count} ways. Each is a product of slopes; the products add up."
            )
        products = [self.path(path, number, count) for number, path in enumerate(paths(self.graph, wrt, of, counts), 1)]
        self.found[asked] = sum(evaluate(product, self.found) for product in products)
        if products != [asked]:
            self.together(asked, products)

    def together(self, asked: Partial, products: list[Expr]) -> None:
        """The product of the one path, or the sum over all, with the numbers."""
        total, numbered = products[0], plugged(products[0], self.found)
        if len(products) > 1:
            self.writer.section("Together")
            total = Sum(tuple(products))
            numbered = Sum(tuple(shown(evaluate(product, self.found)) for product in products))
        steps = (asked, total, *([] if numbered is None else [numbered]), shown(self.found[asked]))
        self.writer.shown_line("backward", asked, tuple(dict.fromkeys(steps)), self.values.get(asked, total))

    def path(self, edges: list[Edge], number: int, count: int) -> Expr:
        """A heading, a line for each factor, and the product with its numbers."""
        steps: list[str | Expr] = [edges[-1].below]
        for edge in reversed(edges):
            steps += [" → ", edge.above]
        if count > 1:
            self.writer.section(f"Path {number}: ", *steps, level=3)
        else:
            self.writer.say(*steps)
        factors = [self.factor(edge) for edge in edges]
        product = factors[0] if len(factors) == 1 else Product(tuple(factors))
        numbered = plugged(product, self.found)
        if count > 1 and numbered is not None:
            result = shown(evaluate(product, self.found))
            self.writer.add(Working(tuple(dict.fromkeys((product, numbered, result)))))
        return product

    def factor(self, edge: Edge) -> Partial:
        """∂above/∂below, worked out once."""
        partial = self.graph.partial(edge)
        self.found[partial] = evaluate(edge.slope, self.found)
        if partial not in self.writer.numbers:
            self.line("backward", partial, (edge.slope,))
        return partial

    def by_quantities(self, asked: Partial, counts: Mapping[Ref, int]) -> None:
        """Too many paths: the derivative of each quantity on the way, those nearest the top first."""
        of = asked.of
        assert isinstance(of, Ref)  # noqa: S101 -- checked by the caller
        self.writer.section("From the top down")
        self.writer.say(
            asked.wrt, " reaches ", of, f" in {counts[asked.wrt]:,} ways; each quantity on the way is taken once."
        )
        self.found[Partial(of, of)] = 1.0
        needed = on_the_way(self.graph, asked.wrt, counts)
        for quantity in sorted(needed, key=lambda use: -self.height(use)):
            ways = [edge for edge in self.graph.up.get(quantity, ()) if edge.above in counts]
            terms = [edge.slope if edge.above is of else multiply(Partial(of, edge.above), edge.slope) for edge in ways]
            value = terms[0] if len(terms) == 1 else Sum(tuple(terms))
            self.found[Partial(of, quantity)] = evaluate(value, self.found)
            self.line("backward", Partial(of, quantity), (value,))

    def height(self, use: Ref) -> int:
        """Where a quantity stands among the equations; what is given stands below all."""
        if not hasattr(self, "_heights"):
            self._heights = {equation.target: place for place, equation in enumerate(self.program.forward)}
        return self._heights.get(use, -1)

    # --- values -----------------------------------------------------------------------------------

    def origins(self) -> None:
        """The forward equations that the numbers come from, and what is given."""
        needed: dict[Ref, None] = {}
        stack = list(self.used)
        while stack:
            use = stack.pop()
            if use not in needed:
                needed[use] = None
                stack += references(self.values[use]) if use in self.values else []
        made = [equation for equation in self.program.forward if equation.target in needed]
        if made:
            self.writer.section("Where the numbers come from")
            for equation in made:
                self.line(equation.role, equation.target, in_both_forms(equation.value))
        given = [use for use in needed if use not in self.values]
        leaves = [*self.program.model.leaves, *self.program.settings, *self.program.states]
        given.sort(key=lambda use: (leaves.index(use.symbol), use.places))
        if given:
            self.writer.section("What is given")
            self.writer.add(Table(("quantity", "value"), tuple((use, self.found[use]) for use in given)))

    def line(self, role: Role, quantity: Quantity, forms: tuple[Expr, ...]) -> None:
        """`quantity = symbols = numbers = result`, and remember what it uses."""
        for use in references(*forms):
            self.used.setdefault(use)
        found = {**self.found, **self.gradients} if role == "update" and self.gradients else self.found
        chain = chain_of(quantity, forms, found)
        members_ = tuple(dict.fromkeys((quantity, *forms[:-1], *chain[1:]))) if chain else (quantity, *forms)
        self.writer.shown_line(role, quantity, members_, forms[-1])
