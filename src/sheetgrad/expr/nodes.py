"""The nodes of an expression: frozen, and made once each.

Equal expressions are the same object (each node is made once and kept while in
use), so `==`, `hash` and dictionary look-ups cost what identity costs. A node
keeps what it is given: that is how a hand-written line, or one step of working
such as `1/2·2·(t - a)·(-1)`, stays as it was written. The operators tidy what they
build, through `expr.build`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Self, TypeAlias
from weakref import ref

Scalar: TypeAlias = int | float | Fraction

_KEPT: dict[tuple[object, ...], ref[Any]] = {}
_FULL = [50_000]  # forget the dead nodes whenever there are this many; doubles while most are alive


def _kept(key: tuple[object, ...], kind: type[Any], fields: tuple[object, ...]) -> Any:  # noqa: ANN401 -- any node
    """The node under this key, made now if nobody holds one."""
    found = _KEPT.get(key)
    node = None if found is None else found()
    if node is None:
        node = object.__new__(kind)
        for name, value in zip(kind.__slots__, fields, strict=True):
            object.__setattr__(node, name, value)
        _KEPT[key] = ref(node)
        if len(_KEPT) > _FULL[0]:
            _forget()
    return node


def _forget() -> None:
    for key in [key for key, kept in _KEPT.items() if kept() is None]:
        del _KEPT[key]
    _FULL[0] = max(50_000, 2 * len(_KEPT))


class Expr:
    """Any expression; the base of the node kinds below."""

    __slots__ = ("__weakref__",)

    def __new__(cls, *fields: object) -> Self:
        """Return the one node with these fields."""
        node: Self = _kept((cls, *fields), cls, fields)
        return node

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: expressions are shared."""
        message = f"an expression cannot change; make a new one instead of setting {name}"
        raise AttributeError(message)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by rebuilding, so that a loaded node is again the one node."""
        return (type(self), tuple(getattr(self, name) for name in self.__slots__))

    def __copy__(self) -> Self:
        """Return itself."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Return itself."""
        return self

    def __repr__(self) -> str:
        """The node as a constructor call."""
        return f"{type(self).__name__}({', '.join(repr(getattr(self, name)) for name in self.__slots__)})"

    def __add__(self, other: Operand) -> Expr:
        return build.add(self, expression(other))

    def __radd__(self, other: Operand) -> Expr:
        return build.add(expression(other), self)

    def __sub__(self, other: Operand) -> Expr:
        return build.add(self, build.negative(expression(other)))

    def __rsub__(self, other: Operand) -> Expr:
        return build.add(expression(other), build.negative(self))

    def __mul__(self, other: Operand) -> Expr:
        return build.multiply(self, expression(other))

    def __rmul__(self, other: Operand) -> Expr:
        return build.multiply(expression(other), self)

    def __truediv__(self, other: Operand) -> Expr:
        return build.multiply(self, build.power(expression(other), build.MINUS_ONE))

    def __rtruediv__(self, other: Operand) -> Expr:
        return build.multiply(expression(other), build.power(self, build.MINUS_ONE))

    def __pow__(self, other: Operand) -> Expr:
        return build.power(self, expression(other))

    def __neg__(self) -> Expr:
        return build.negative(self)


Operand: TypeAlias = Expr | Scalar


class Number(Expr):
    """A constant: an `int`, a `Fraction` (printed as one) or a `float`."""

    __slots__ = ("value",)
    value: Scalar

    def __new__(cls, value: Scalar) -> Self:
        """Keep 1, 1.0 and 1/1 apart only where they print apart."""
        if isinstance(value, Fraction) and value.denominator == 1:
            value = value.numerator
        node: Self = _kept((cls, type(value), repr(value)), cls, (value,))
        return node


class Index(Expr):
    """An index variable that runs over `size` places; `copy` tells renamed ones apart."""

    __slots__ = ("name", "size", "copy")
    name: str
    size: int
    copy: int

    def __new__(cls, name: str, size: int, copy: int = 0) -> Self:
        """The first one has no copy number."""
        return super().__new__(cls, name, size, copy)


Place: TypeAlias = Index | int  # a variable, or a number counted from 0


class Symbol(Expr):
    """A family of quantities: `name`, the `layer` it belongs to (0: none), and its axes."""

    __slots__ = ("name", "layer", "axes")
    name: str
    layer: int
    axes: tuple[Index, ...]

    def __new__(cls, name: str, layer: int = 0, axes: tuple[Index, ...] = ()) -> Self:
        """A scalar has no axes."""
        return super().__new__(cls, name, layer, axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of every axis."""
        return tuple(axis.size for axis in self.axes)

    @property
    def whole(self) -> Ref:
        """The family under its own index variables."""
        return Ref(self, self.axes)

    def __getitem__(self, places: Place | tuple[Place, ...]) -> Ref:
        """`h[j]`: a member, or the family under other index variables."""
        return Ref(self, places if isinstance(places, tuple) else (places,))


class Ref(Expr):
    """A use of a family: one place (variable or number) for every axis."""

    __slots__ = ("symbol", "places")
    symbol: Symbol
    places: tuple[Place, ...]

    def __new__(cls, symbol: Symbol, places: tuple[Place, ...] = ()) -> Self:
        """A scalar is used without places."""
        node: Self = _kept((cls, symbol, places), cls, (symbol, places))
        return node


class Partial(Expr):
    """The derivative ∂of/∂wrt; `edge` when every other argument of that one equation is held."""

    __slots__ = ("of", "wrt", "edge")
    of: Expr
    wrt: Ref
    edge: bool

    def __new__(cls, of: Expr, wrt: Ref, edge: bool = False) -> Self:  # noqa: FBT001, FBT002 -- a field of a node
        """The total derivative unless `edge`."""
        return super().__new__(cls, of, wrt, edge)


class Next(Expr):
    """The value a state takes after the step."""

    __slots__ = ("state",)
    state: Ref


class Sum(Expr):
    """`terms` added up, in the order written."""

    __slots__ = ("terms",)
    terms: tuple[Expr, ...]


class Product(Expr):
    """`factors` multiplied, in the order written; a divisor is a Power with a negative exponent."""

    __slots__ = ("factors",)
    factors: tuple[Expr, ...]


class Power(Expr):
    """`base` to the `exponent`."""

    __slots__ = ("base", "exponent")
    base: Expr
    exponent: Expr


class Call(Expr):
    """A named function of `arguments`; the table `functions.FUNCTIONS` says what it means."""

    __slots__ = ("function", "arguments")
    function: str
    arguments: tuple[Expr, ...]


class Total(Expr):
    """Σ of `body` over every value of the index variables."""

    __slots__ = ("indices", "body")
    indices: tuple[Index, ...]
    body: Expr


class Largest(Expr):
    """The largest value of `body` over every value of the index variables."""

    __slots__ = ("indices", "body")
    indices: tuple[Index, ...]
    body: Expr


class Row(Expr):
    """Expressions side by side, for showing: a vector."""

    __slots__ = ("entries",)
    entries: tuple[Expr, ...]


Quantity: TypeAlias = Ref | Partial | Next


def expression(value: Operand) -> Expr:
    """Return an expression as it is, and a plain number as a Number."""
    return value if isinstance(value, Expr) else Number(value)


from sheetgrad.expr import build  # noqa: E402 -- the operators build, and what builds needs the nodes
