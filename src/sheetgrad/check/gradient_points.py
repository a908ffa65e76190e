"""The point at which gradients are checked, in whatever form it was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

PREFIXES = ("", "d", "d_", "grad_", "dL_d", "dE_d", "dJ_d", "g", "g_")
SUFFIXES = ("_grad", "_gradient")


class PointError(SheetgradError):
    """A point, or gradients, in a form that cannot be used."""


@dataclass(frozen=True, slots=True)
class Point:
    """Named arrays, and how functions want them."""

    form: str
    """`mapping`, `sequence` or `single`."""
    arrays: Mapping[str, NDArray[Any]]

    def call(self, function: Callable[..., Any], changed: Mapping[str, NDArray[Any]] | None = None) -> Any:  # noqa: ANN401
        """Call a function with the point, every array a copy of its own."""
        values = {name: (changed or {}).get(name, array) for name, array in self.arrays.items()}
        given = {name: array.copy() if array.ndim else array.item() for name, array in values.items()}
        if self.form == "mapping":
            return function(**given)
        return function(*given.values())

    def value(self, name: str, place: tuple[int, ...]) -> float:
        """One entry."""
        return float(self.arrays[name][place])

    def moved(self, loss: Callable[..., Any], name: str, place: tuple[int, ...], value: float) -> float:
        """The loss with one entry changed."""
        array = self.arrays[name].astype(float)
        array[place] = value
        numbers = as_list(self.call(loss, {name: array}))
        return numbers[0] if len(numbers) == 1 else float("nan")

    def gradients(
        self, backward: Callable[..., Any]
    ) -> tuple[dict[str, list[tuple[tuple[int, ...], float]]], list[str]]:
        """Every entry of every gradient that `backward` gives, and what is wrong with their shapes."""
        import numpy as np

        made, problems = {}, []
        for name, value in self._named(self.call(backward)).items():
            array = np.asarray(value, dtype=float)
            wanted = self.arrays[name].shape
            if array.shape != wanted:
                turned = "; its transpose would fit" if array.T.shape == wanted else ""
                problems.append(f"d{name} has the shape {array.shape}, and {name} has {wanted}{turned}")
                continue
            made[name] = [(place, float(array[place])) for place in np.ndindex(*wanted)]
        return made, problems

    def _named(self, given: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever a caller's function gives
        if isinstance(given, Mapping):
            found = {name: given[key] for name in self.arrays for key in _keys(name) if key in given}
            known = {key for name in self.arrays for key in _keys(name)}
            strange = [str(key) for key in given if key not in known]
            if strange or not found:
                parts = ", ".join(self.arrays)
                message = (
                    f"backward: no part of the point is called {', '.join(strange) or 'so'}; the parts are {parts}"
                )
                raise PointError(message)
            return found
        if self.form == "single" or len(self.arrays) == 1:
            only = next(iter(self.arrays))
            inner = isinstance(given, tuple) and len(given) == 1
            return {only: given[0] if inner else given}
        if not isinstance(given, Sequence) or len(given) != len(self.arrays):
            parts = ", ".join(self.arrays)
            message = f"backward: must give {len(self.arrays)} gradients, one for each of {parts}, or a mapping"
            raise PointError(message)
        return {name: value for name, value in zip(self.arrays, given, strict=True) if value is not None}


def _keys(name: str) -> list[str]:
    return [prefix + name for prefix in PREFIXES] + [name + suffix for suffix in SUFFIXES]


def point_of(point: Any, names: Sequence[str] | None) -> Point:  # noqa: ANN401 -- a mapping, a sequence, an array or a number
    """Read a point in any of its forms."""
    import numpy as np

    if isinstance(point, Mapping):
        return Point("mapping", {str(name): np.array(value) for name, value in point.items()})
    if isinstance(point, tuple | list):
        called = list(names) if names is not None else [f"argument{place + 1}" for place in range(len(point))]
        if len(called) != len(point):
            message = f"names: {len(called)} names for {len(point)} parts; give one name for each"
            raise PointError(message)
        return Point("sequence", {name: np.array(value) for name, value in zip(called, point, strict=True)})
    return Point("single", {(names or ["point"])[0]: np.array(point)})


def as_list(value: Any) -> list[float]:  # noqa: ANN401 -- whatever a caller's function gives
    """The numbers in a value."""
    import numpy as np

    return [float(number) for number in np.ravel(np.asarray(value, dtype=float))]
