"""The numbers that stand in the cells, as arrays, and expressions computed from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.check.book.compiled import Fixed, OnTrack
from sheetgrad.expr import Call, Expr, Number, Power, Product, Ref, Sum
from sheetgrad.functions import in_primitives

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sheetgrad.check.book.compiled import Compiler
    from sheetgrad.read.book.cells import Value

    Numbers: TypeAlias = NDArray[np.float64]


class Stored:
    """The stored numbers of one table; what is no number is not a number."""

    def __init__(self, compiler: Compiler) -> None:
        """Read nothing yet."""
        import numpy as np

        self.numpy = np
        self.compiler = compiler
        self.table = compiler.table
        self._tracks: dict[int, Numbers] = {}

    def track(self, across: int) -> Numbers:
        """A track from the first line to the last."""
        found = self._tracks.get(across)
        if found is None:
            cells = self.table.cells.get(across, {})
            lines = range(self.table.first, self.table.last + 1)
            found = self.numpy.array([_number(cells[line].value) if line in cells else float("nan") for line in lines])
            self._tracks[across] = found
        return found

    def value(self, node: Expr, first: int, last: int) -> Numbers:
        """An expression on the lines from `first` to `last`, from the numbers stored in the cells it names."""
        with self.numpy.errstate(all="ignore"):
            return self._value(node, first - self.table.first, last - self.table.first + 1)

    def _value(self, node: Expr, start: int, stop: int) -> Numbers:
        numpy: Any = self.numpy
        made: Numbers
        match node:
            case Number(value=value):
                made = numpy.full(stop - start, float(value))
                return made
            case Ref(symbol=symbol):
                return self._source(symbol.name, start, stop)
            case Sum(terms=terms):
                made = self._value(terms[0], start, stop)
                for term in terms[1:]:
                    made = made + self._value(term, start, stop)
                return made
            case Product(factors=factors):
                made = self._value(factors[0], start, stop)
                for factor in factors[1:]:
                    if isinstance(factor, Power) and factor.exponent == Number(-1):
                        made = made / self._value(factor.base, start, stop)
                    else:
                        made = made * self._value(factor, start, stop)
                return made
            case Power(base=base, exponent=exponent):
                made = numpy.power(self._value(base, start, stop), self._value(exponent, start, stop))
                return made
            case Call(function=function, arguments=arguments) if function in _NUMPY:
                rule = getattr(numpy, _NUMPY[function])
                made = rule(*(self._value(argument, start, stop) for argument in arguments))
                return made
            case Call(function="positive", arguments=arguments):
                return (self._value(arguments[0], start, stop) > 0).astype(float)
            case Call():
                return self._value(in_primitives(node), start, stop)
            case _:
                made = numpy.full(stop - start, numpy.nan)
                return made

    def _source(self, name: str, start: int, stop: int) -> Numbers:
        numpy = self.numpy
        made: Numbers
        match self.compiler.sources.get(name):
            case OnTrack(across=across, shift=shift):
                whole = self.track(across)
                made = numpy.full(stop - start, numpy.nan)
                for place in (start, stop - 1) if stop - start <= 2 else ():
                    if 0 <= place + shift < len(whole):
                        made[place - start] = whole[place + shift]
                if stop - start > 2:
                    low, high = max(start + shift, 0), min(stop + shift, len(whole))
                    made[low - shift - start : high - shift - start] = whole[low:high]
            case Fixed(sheet=sheet, place=place):
                made = numpy.full(stop - start, self.cell(sheet, place))
            case _:
                made = numpy.full(stop - start, numpy.nan)
        return made

    def cell(self, sheet: str, place: tuple[int, int]) -> float:
        """One cell of the book."""
        found = next((one for one in self.compiler.book.sheets if one.name == sheet), None)
        cell = None if found is None else found.cells.get(place)
        return _number(None if cell is None else cell.value)


_NUMPY = {
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "abs": "abs",
    "max": "maximum",
    "min": "minimum",
}


def _number(value: Value) -> float:
    return float(value) if isinstance(value, float | int) else float("nan")
