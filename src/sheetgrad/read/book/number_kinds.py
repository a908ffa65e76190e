"""Kinds of numbers that formulas are computed with: single ones as a spreadsheet does, or many at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class FaultError(Exception):
    """A formula comes to an error value such as #NUM!; it never leaves the evaluation."""

    def __init__(self, code: str) -> None:
        """Keep the error value."""
        super().__init__(code)
        self.code = code


class Numbers(Protocol):
    """What differs between kinds of numbers; + - * are Python's own."""

    one: Mapping[str, Callable[[Any], Any]]
    """Functions of one number by their names in a spreadsheet."""

    def divided(self, left: Any, right: Any, /) -> Any:  # noqa: ANN401 -- a number of any kind
        """One number by another."""

    def power(self, base: Any, exponent: Any, /) -> Any:  # noqa: ANN401 -- the same
        """One number to the power of another."""

    def larger(self, left: Any, right: Any, /) -> Any:  # noqa: ANN401 -- the same
        """The larger of two."""

    def smaller(self, left: Any, right: Any, /) -> Any:  # noqa: ANN401 -- the same
        """The smaller of two."""

    def chosen(self, holds: Any, then: Callable[[], Any], other: Callable[[], Any], /) -> Any:  # noqa: ANN401 -- the same
        """One of two values."""

    def finite(self, value: Any, /) -> Any:  # noqa: ANN401 -- the same
        """The value, or an error where spreadsheets have no such number."""


def _guarded(function: Callable[[float], float]) -> Callable[[float], float]:
    def guarded(value: float) -> float:
        try:
            return function(value)
        except (ValueError, OverflowError) as error:
            raise FaultError("#NUM!") from error

    return guarded


def _sign(value: float) -> float:
    return float((value > 0) - (value < 0))


class Floats:
    """Double precision, with the error values of a spreadsheet."""

    one: Mapping[str, Callable[[Any], Any]] = {
        **{
            name: _guarded(function)
            for name, function in {
                "EXP": math.exp,
                "LN": math.log,
                "LOG10": math.log10,
                "SQRT": math.sqrt,
                "SIN": math.sin,
                "COS": math.cos,
                "TAN": math.tan,
                "SINH": math.sinh,
                "COSH": math.cosh,
            }.items()
        },
        "TANH": math.tanh,
        "ATAN": math.atan,
        "ABS": abs,
        "INT": lambda value: float(math.floor(value)),
        "SIGN": _sign,
    }

    def divided(self, left: float, right: float) -> float:
        """#DIV/0! by zero."""
        if right == 0:
            raise FaultError("#DIV/0!")
        return left / right

    def power(self, base: float, exponent: float) -> float:
        """#NUM! where there is no real number."""
        if base == 0 and exponent <= 0:
            raise FaultError("#NUM!" if exponent == 0 else "#DIV/0!")
        try:
            found = base**exponent
        except OverflowError as error:
            raise FaultError("#NUM!") from error
        if isinstance(found, complex):
            raise FaultError("#NUM!")
        return float(found)

    def larger(self, left: float, right: float) -> float:
        """The larger."""
        return max(left, right)

    def smaller(self, left: float, right: float) -> float:
        """The smaller."""
        return min(left, right)

    def chosen(self, holds: object, then: Callable[[], Any], other: Callable[[], Any]) -> Any:  # noqa: ANN401 -- a value of any kind
        """Only the value that is chosen is computed."""
        return then() if holds else other()

    def finite(self, value: float) -> float:
        """Overflow is #NUM!."""
        if not math.isfinite(value):
            raise FaultError("#NUM!")
        return value


class Lanes:
    """Arrays of a namespace such as NumPy: many values at once, also complex ones; errors are its nan and inf."""

    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 -- a module of arrays has no type
        """Take the functions of an array namespace."""
        names = {
            "EXP": "exp",
            "LN": "log",
            "LOG10": "log10",
            "SQRT": "sqrt",
            "TANH": "tanh",
            "ABS": "abs",
            "SIGN": "sign",
        }
        names |= {name: name.lower() for name in ("SIN", "COS", "TAN", "SINH", "COSH")}
        names |= {"ATAN": "arctan", "INT": "floor"}
        self.one: Mapping[str, Callable[[Any], Any]] = {
            name: getattr(namespace, function) for name, function in names.items()
        }
        self._namespace = namespace

    def divided(self, left: Any, right: Any) -> Any:  # noqa: ANN401 -- an array or a number
        """As the namespace divides."""
        return self._namespace.divide(left, right)

    def power(self, base: Any, exponent: Any) -> Any:  # noqa: ANN401 -- the same
        """As the namespace does; integers stay exact for negative bases."""
        return self._namespace.power(self._namespace.asarray(base) * 1.0, exponent)

    def larger(self, left: Any, right: Any) -> Any:  # noqa: ANN401 -- the same
        """Each larger one."""
        return self._namespace.maximum(left, right)

    def smaller(self, left: Any, right: Any) -> Any:  # noqa: ANN401 -- the same
        """Each smaller one."""
        return self._namespace.minimum(left, right)

    def chosen(self, holds: Any, then: Callable[[], Any], other: Callable[[], Any]) -> Any:  # noqa: ANN401 -- the same
        """Both are computed, and each lane takes its own."""
        return self._namespace.where(holds, then(), other())

    def finite(self, value: Any) -> Any:  # noqa: ANN401 -- the same
        """Infinity stays."""
        return value


FLOATS = Floats()
