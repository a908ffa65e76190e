"""Which operations compute the values of a tape: patterns that occur in every network become one operation.

A value that is used once, is not kept and fits into the pattern of the value that
uses it is computed inside that one: `w - eta*(d*x)` is one operation, not three.
The arithmetic stays what it was, in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sheetgrad.engine.values import Value, Values

PLAIN = {"difference": "SUBTRACT", "quotient": "DIVIDE", "negative": "NEGATIVE"}
"""Operations that go by another name than their kind."""
GIVEN = frozenset({"leaf", "number"})
SHORT = (2, 3, 4)
"""Sums of so many products have operations of their own."""
SLOPED = (2, 3)
"""So have these where the slope of a sigmoid follows."""

OUTPUTS = {"DOT_2_SIGMOID": "DOT_2_OUTPUT", "DOT_3_SIGMOID": "DOT_3_OUTPUT"}
"""And these where the slope of a squared error follows."""


BOTH = (2, 3)
"""And these where the sum is written down as well as what comes of it."""


class Tile(NamedTuple):
    """One operation: its name, its operands in order, and the value inside that it writes down too."""

    operation: str
    operands: tuple[Value, ...]
    inner: Value | None = None


class Tiler:
    """Chooses the tiles of the values that are wanted, from the last to the first."""

    def __init__(
        self, values: Values, wanted: Collection[Value], apart: Collection[Value], beside: Collection[Value] = ()
    ) -> None:
        """`apart` are values that no other may swallow, besides those that are wanted.

        Of these, `beside` may be written down by the operation of the value that is made from them.
        """
        self.values = values
        self.one = values.number(1.0)
        self._apart = {*wanted, *apart}
        self._uses = [0] * len(values)
        self._count(wanted)
        self.wanted = wanted
        self._beside = {value for value in beside if self._uses[value] == 1}

    def _count(self, wanted: Collection[Value]) -> None:
        """How often each value is used by those that something wanted comes from."""
        alive = bytearray(len(self.values))
        for value in wanted:
            alive[value] = 1
        for value in range(len(self.values) - 1, -1, -1):
            if alive[value]:
                for part in self.values.parts[value]:
                    alive[part] = 1
                    self._uses[part] += 1

    def tiles(self) -> dict[Value, Tile]:
        """The tile of every value that is computed, in an order in which they can be."""
        needed = bytearray(len(self.values))
        for value in self.wanted:
            needed[value] = 1
        found: dict[Value, Tile] = {}
        written: set[Value | None] = set()
        for value in range(len(self.values) - 1, -1, -1):
            if needed[value] and value not in written and self.values.kinds[value] not in GIVEN:
                found[value] = tile = self._tile(value)
                written.add(tile.inner)
                for operand in tile.operands:
                    needed[operand] = 1
        return dict(reversed(found.items()))

    def _inside(self, value: Value, kind: str, count: int = 0) -> tuple[Value, ...]:
        """The parts of a value that may be swallowed and is of this kind (and has so many parts), else nothing."""
        values = self.values
        if values.kinds[value] != kind or self._uses[value] != 1 or value in self._apart:
            return ()
        parts = values.parts[value]
        return parts if not count or len(parts) == count else ()

    def _both(self, value: Value, kind: str, lengths: Collection[int] = BOTH) -> tuple[Value, ...]:
        """The parts of a value that may be written down by the one that is made from it."""
        values = self.values
        parts = values.parts[value]
        return parts if value in self._beside and values.kinds[value] == kind and len(parts) in lengths else ()

    def _tile(self, value: Value) -> Tile:
        kind, parts = self.values.kinds[value], self.values.parts[value]
        match kind:
            case "sum":
                return self._sum(parts)
            case "difference":
                return self._difference(*parts)
            case "product":
                return self._product(parts)
            case "quotient":
                return self._sigmoid(*parts) or Tile("DIVIDE", parts)
            case _:
                return Tile(PLAIN.get(kind, kind), parts)

    def _pairs(self, terms: Sequence[Value]) -> tuple[Value, ...]:
        """Terms as products of two: one that is no product is itself times 1, which is exact."""
        return tuple(part for term in terms for part in self._inside(term, "product", 2) or (term, self.one))

    def _sum(self, terms: Sequence[Value]) -> Tile:
        if len(terms) > 2:  # noqa: PLR2004 -- more than two are a sum of products
            return self._dot(terms, "")
        first, second = (self._inside(term, "product", 2) for term in terms)
        if first and second and self._squared(*first) and self._squared(*second):
            return Tile("ADD", tuple(terms))
        if first and second:
            return Tile("DOT_2", first + second)
        if first or second:
            return Tile("MULTIPLY_ADD", (*(first or second), terms[0] if second else terms[1]))
        return Tile("ADD", tuple(terms))

    def _dot(self, terms: Sequence[Value], then: str) -> Tile:
        """Σ of products, and what is made of it."""
        length = f"_{len(terms)}" if len(terms) in SHORT else ""
        return Tile(f"DOT{length}{then}", self._pairs(terms))

    def _difference(self, left: Value, right: Value) -> Tile:
        product = self._inside(right, "product", 2)
        for outer, inner in (product, product[::-1]) if product else ():
            if pair := self._inside(inner, "product", 2):
                return Tile("UPDATE", (left, outer, *pair))
            if pair := self._both(inner, "product", (2,)):
                return Tile("UPDATE_BOTH", (left, outer, *pair), inner)
        if product:
            return Tile("SUBTRACT_PRODUCT", (left, *product))
        return Tile("SUBTRACT", (left, right))

    def _product(self, parts: tuple[Value, ...]) -> Tile:
        short = len(parts) == 2  # noqa: PLR2004 -- products are of two or three
        found = self._squared(*parts) or self._tanh_slope(*parts) if short else self._slope(*parts)
        return found or Tile("MULTIPLY" if short else "MULTIPLY_3", parts)

    def _squared(self, factor: Value, square: Value) -> Tile | None:
        """`c*(a - b)**2`, a term of most losses."""
        roots = self._inside(square, "product", 2)
        if not roots or roots[0] != roots[1] or self._uses[roots[0]] != 2 or roots[0] in self._apart:  # noqa: PLR2004 -- in the square
            return None
        is_difference = self.values.kinds[roots[0]] == "difference"
        return Tile("SQUARED", (factor, *self.values.parts[roots[0]])) if is_difference else None

    def _tanh_slope(self, given: Value, rest: Value) -> Tile | None:
        """`g*(1 - y*y)`."""
        inside = self._inside(rest, "difference")
        square = self._inside(inside[1], "product", 2) if inside and inside[0] == self.one else ()
        return Tile("TANH_SLOPE", (given, square[0])) if square and square[0] == square[1] else None

    def _slope(self, given: Value, output: Value, rest: Value) -> Tile | None:
        """`g*y*(1 - y)`, the slope of a sigmoid after whatever comes from above."""
        if self._inside(rest, "difference") != (self.one, output):
            return None
        if terms := self._inside(given, "difference"):
            return self._output(terms, output) or Tile("SUBTRACT_SLOPE", (*terms, output))
        if terms := self._both(given, "difference"):
            return Tile("SUBTRACT_SLOPE_BOTH", (*terms, output), given)
        if terms := self._both(given, "sum"):
            above = self._dot(terms, "_SLOPE_BOTH")
            return Tile(above.operation, (*above.operands, output), given)
        terms = self._inside(given, "sum")
        if len(terms) in SLOPED:
            above = self._dot(terms, "_SLOPE")
            return Tile(above.operation, (*above.operands, output))
        return Tile("SLOPE", (given, output))

    def _output(self, terms: tuple[Value, ...], output: Value) -> Tile | None:
        """`(y - t)*y*(1 - y)` of an output y that nothing else uses, together with the sigmoid that y is."""
        alone = self._uses[output] == 3 and output not in self._apart  # noqa: PLR2004 -- the three in the pattern
        if terms[0] != output or not alone or self.values.kinds[output] != "quotient":
            return None
        made = self._sigmoid(*self.values.parts[output])
        if made is None or made.operation not in OUTPUTS:
            return None
        return Tile(OUTPUTS[made.operation], (*made.operands, terms[1]))

    def _sigmoid(self, above: Value, below: Value) -> Tile | None:
        """`1/(1 + exp(-x))`, alone or with the sum of products that x is."""
        terms = self._inside(below, "sum", 2)
        if above != self.one or not terms or terms[0] != self.one:
            return None
        inside = self._inside(terms[1], "EXP")
        opposite = self._inside(inside[0], "negative") if inside else ()
        if not opposite:
            return None
        if sums := self._both(opposite[0], "sum"):
            return Tile(*self._dot(sums, "_SIGMOID_BOTH")[:2], opposite[0])
        sums = self._inside(opposite[0], "sum")
        return self._dot(sums, "_SIGMOID") if sums else Tile("SIGMOID", opposite)
