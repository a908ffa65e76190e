"""The operations that are followed, each written so that it also holds for complex numbers.

A derivative is taken by the complex step (Squire and Trapp, 1998): the imaginary
part of f(x + ih) / h, exact to the last digits for h = 1e-20. So nothing here
conjugates, and what compares looks at real parts only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[Any]

SMALL_POWER = 64


def _np() -> Any:  # noqa: ANN401 -- the module, imported late because it is heavy
    import numpy as np

    return np


def _power(base: Array, exponent: Array) -> Array:
    np = _np()
    whole = np.ndim(exponent) == 0 and np.isrealobj(exponent) and float(exponent) == int(exponent)
    if whole and abs(int(exponent)) <= SMALL_POWER:
        made = np.ones_like(base, dtype=np.result_type(base, float))
        for _ in range(abs(int(exponent))):
            made = made * base
        return made if exponent >= 0 else 1 / made  # type: ignore[no-any-return]
    return np.power(np.asarray(base) + 0.0, exponent)  # type: ignore[no-any-return]


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + _np().exp(-x))  # type: ignore[no-any-return]


def _maximum(left: Array, right: Array) -> Array:
    np = _np()
    return np.where(np.real(left) >= np.real(right), left, right)  # type: ignore[no-any-return]


def _minimum(left: Array, right: Array) -> Array:
    np = _np()
    return np.where(np.real(left) <= np.real(right), left, right)  # type: ignore[no-any-return]


def _absolute(x: Array) -> Array:
    np = _np()
    return np.where(np.real(x) < 0, -x, x)  # type: ignore[no-any-return]


def _largest(x: Array, axis: Any = None, *, keepdims: bool = False) -> Array:  # noqa: ANN401 -- an axis or none
    np = _np()
    if axis is None:
        flat = np.ravel(x)
        made = flat[np.argmax(np.real(flat))]
        return np.reshape(made, (1,) * np.ndim(x)) if keepdims else made  # type: ignore[no-any-return]
    place = np.expand_dims(np.argmax(np.real(x), axis=axis), axis)
    made = np.take_along_axis(x, place, axis)
    return made if keepdims else np.squeeze(made, axis)  # type: ignore[no-any-return]


def _smallest(x: Array, axis: Any = None, *, keepdims: bool = False) -> Array:  # noqa: ANN401 -- an axis or none
    return -_largest(-x, axis, keepdims=keepdims)


def _put(x: Array, value: Array, index: Any) -> Array:  # noqa: ANN401 -- whatever may stand in brackets
    np = _np()
    made = np.array(x, dtype=np.result_type(x, value, float))
    made[index] = value
    return made  # type: ignore[no-any-return]


def _item(x: Array, index: Any) -> Array:  # noqa: ANN401 -- whatever may stand in brackets
    return x[index]  # type: ignore[no-any-return]


def _stack(*parts: Array) -> Array:
    return _np().array([*parts])  # type: ignore[no-any-return]


def _compared(name: str) -> Callable[[Array, Array], Array]:
    def compare(left: Array, right: Array) -> Array:
        np = _np()
        return getattr(np, name)(np.real(left), np.real(right))  # type: ignore[no-any-return]

    return compare


def _plain(name: str) -> Callable[..., Array]:
    def call(*arguments: Any, **options: Any) -> Array:  # noqa: ANN401 -- passed on
        return getattr(_np(), name)(*arguments, **options)  # type: ignore[no-any-return]

    return call


def _clip(x: Array, low: Array, high: Array) -> Array:
    return _minimum(_maximum(x, low), high)


COMPARED = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")
PLAIN = (
    *("add", "subtract", "multiply", "divide", "negative", "exp", "log", "sqrt", "tanh", "square", "log1p", "expm1"),
    *("sin", "cos", "cosh", "sinh", "log2", "log10", "reciprocal", "dot", "matmul", "outer", "inner", "transpose"),
    *("reshape", "where", "sum", "mean", "prod", "squeeze", "expand_dims", "ravel", "concatenate", "swapaxes"),
    *("einsum", "broadcast_to", "diag", "logical_and", "logical_or", "logical_not", "repeat", "tile"),
)

OPERATIONS: dict[str, Callable[..., Array]] = (
    {name: _plain(name) for name in PLAIN}
    | {name: _compared(name) for name in COMPARED}
    | {
        "power": _power,
        "sigmoid": _sigmoid,
        "maximum": _maximum,
        "minimum": _minimum,
        "absolute": _absolute,
        "max": _largest,
        "min": _smallest,
        "put": _put,
        "item": _item,
        "stack": _stack,
        "clip": _clip,
        "floor": lambda left, right: _np().floor_divide(_np().real(left), _np().real(right)),
        "remainder": lambda left, right: _np().remainder(_np().real(left), _np().real(right)),
        "sign": lambda x: _np().sign(_np().real(x)),
        "argmax": lambda x, axis=None: _np().argmax(_np().real(x), axis=axis),
        "heaviside": lambda x, at: _np().heaviside(_np().real(x), _np().real(at)),
    }
)
"""Name to what it does; the names are NumPy's wherever NumPy has it."""

ELEMENTWISE = frozenset(
    {"exp", "log", "sqrt", "tanh", "square", "power", "sigmoid", "maximum", "minimum", "absolute", "negative"}
    | {"add", "subtract", "multiply", "divide", "where", "clip", "log1p", "expm1", *COMPARED}
)
