"""How each target spells arithmetic: one table entry a dialect, used to write and to read.

They differ where it hurts: Excel takes `-A1^2` as (−A1)² and groups `^` from the
left, JavaScript refuses `-x**2`. So a dialect says whether a leading minus may
stand before a power, and the printer never relies on how powers group.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.expr import Scalar


def exact(value: Scalar) -> str:
    """A number as written by hand: 1/2, 3, 0.05."""
    return f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else repr(value)


def decimal(value: Scalar) -> str:
    """A number as the nearest double, so that it is not computed again."""
    return repr(value) if isinstance(value, int) else repr(float(value))


class Dialect(NamedTuple):
    """One way to write formulas as a line of text."""

    name: str
    number: Callable[[Scalar], str]
    power: str
    calls: Mapping[str, str]
    """The functions it can spell, with `{0}`, `{1}` for the arguments; others are written out as their formula."""
    minus_before_power: bool = True
    """Whether `-x^2` means −(x²) here."""
    total: str = ""
    """How Σ is written, with `{indices}` and `{body}`; empty where a sum must be written out first."""
    largest: str = ""
    stable: bool = False
    """Whether formulas are written in the form that cannot overflow."""


_POSITIVE = "({0} > 0)"

_PLAIN_CALLS = {
    "exp": "exp({0})",
    "log": "log({0})",
    "sqrt": "sqrt({0})",
    "abs": "abs({0})",
    "tanh": "tanh({0})",
    "max": "max({0}, {1})",
    "min": "min({0}, {1})",
    "positive": _POSITIVE,
    "held": "{0}",
}

DIALECTS: Mapping[str, Dialect] = {
    entry.name: entry
    for entry in (
        # What people type: the text of `derive --format json` and of specs.
        Dialect(
            "plain", exact, "{0}**{1}", _PLAIN_CALLS, total="sum[{indices}]({body})", largest="max[{indices}]({body})"
        ),
        # The same with the names of functions kept, for reading back what was written.
        Dialect(
            "named",
            exact,
            "{0}**{1}",
            {**_PLAIN_CALLS}
            | {name: name + "({0})" for name in ("held", "sigmoid", "relu", "leaky_relu", "softplus", "identity")},
            total="sum[{indices}]({body})",
            largest="max[{indices}]({body})",
        ),
        Dialect("python", decimal, "{0}**{1}", _PLAIN_CALLS, stable=True),
        Dialect(
            "javascript",
            decimal,
            "{0}**{1}",
            {name: "Math." + text for name, text in _PLAIN_CALLS.items() if name not in {"positive", "held"}}
            | {"positive": "({0} > 0 ? 1 : 0)", "held": "{0}"},
            minus_before_power=False,
            stable=True,
        ),
        Dialect(
            "excel",
            exact,
            "{0}^{1}",
            {
                "exp": "EXP({0})",
                "log": "LN({0})",
                "sqrt": "SQRT({0})",
                "abs": "ABS({0})",
                "tanh": "TANH({0})",
                "max": "MAX({0},{1})",
                "min": "MIN({0},{1})",
                "positive": "({0}>0)",
                "held": "{0}",
            },
            minus_before_power=False,
            stable=True,
        ),
    )
}
