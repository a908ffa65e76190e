"""Gradients that a function gives, held against differences of the loss it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

from sheetgrad.check.gradient_points import Point, as_list, point_of
from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HALVINGS = range(3, 19)
"""Steps are 2 to the minus so much, times the size of the number where that is above 1."""
SURE = 1e-5
"""Relative to the largest entry: what differs by more, and by more than the differences are unsure of, is wrong."""
UNSURE = 20.0
"""So many times the spread of neighbouring estimates counts as noise."""
ROUNDING = 1e-11
SHOWN = 5
KINK = 1e-3
"""Slopes from the two sides that differ by more, however small the step."""


class CannotCheckError(SheetgradError):
    """The loss or the gradients are not of a form that can be compared."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of one gradient."""

    name: str
    place: tuple[int, ...]
    yours: float
    expected: float
    spread: float
    """How far neighbouring estimates of `expected` are apart: how sure it is."""
    kink: bool = False

    @property
    def label(self) -> str:
        """`dW2[1, 0]`, or `dw` for a number."""
        return f"d{self.name}" + (f"[{', '.join(map(str, self.place))}]" if self.place else "")

    @property
    def factor(self) -> float | None:
        """Yours / expected; None where one of them is 0."""
        return self.yours / self.expected if self.expected and self.yours else None

    def wrong(self, scale: float) -> bool:
        """Whether it is off by more than the differences are unsure of."""
        if self.kink:
            return False
        if not isfinite(self.yours):
            return True
        slack = max(SURE * max(abs(self.expected), scale * 1e-3), UNSURE * self.spread)
        return abs(self.yours - self.expected) > slack

    def __str__(self) -> str:
        """Say what is and what should be."""
        off = "" if self.factor is None else f", off by a factor {self.factor:.6g}"
        return f"{self.label}: yours {self.yours:.6g}, should be {self.expected:.6g}{off}"


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """What `check_gradients` found."""

    entries: tuple[Entry, ...]
    wrong: tuple[Entry, ...]
    kinks: tuple[Entry, ...]
    """Entries at which the loss has a kink, so that there is no slope to compare."""
    problems: tuple[str, ...] = ()
    """Gradients of the wrong shape, and the like."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong and not self.problems

    def as_json(self) -> dict[str, Any]:
        """`{"ok", "checked", "wrong": [{"name", "place", "yours", "expected", "factor"}], "kinks", "problems"}`."""
        wrong = [
            {"name": e.name, "place": list(e.place), "yours": e.yours, "expected": e.expected, "factor": e.factor}
            for e in self.wrong
        ]
        kinks = [entry.label for entry in self.kinks]
        return {
            "ok": self.ok,
            "checked": len(self.entries),
            "wrong": wrong,
            "kinks": kinks,
            "problems": list(self.problems),
        }

    def __str__(self) -> str:
        """One line for each array, and the worst entries."""
        lines = [*self.problems]
        for name in dict.fromkeys(entry.name for entry in self.wrong):
            lines += self._about(name)
        if not lines:
            lines = [f"all {len(self.entries)} entries are right"]
        if self.kinks:
            shown = ", ".join(entry.label for entry in self.kinks[:SHOWN])
            lines.append(f"not judged, because the loss has a kink there: {shown}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        """The same as text, marked as a result."""
        return f"<GradientCheck ok={self.ok}: {str(self).splitlines()[0]}>"

    def _about(self, name: str) -> list[str]:
        wrong = [entry for entry in self.wrong if entry.name == name]
        whole = [entry for entry in self.entries if entry.name == name]
        lines = [str(entry) for entry in wrong[:SHOWN]]
        if len(wrong) > SHOWN:
            lines.append(f"… and {len(wrong) - SHOWN} more of the {len(whole)} entries of d{name}")
        shared = _shared([entry.factor for entry in whole if entry.expected or entry.yours])
        if shared is not None and len(whole) > 1:
            lines.append(f"the whole of d{name} is off by the factor {shared:.6g}")
        return lines


def _shared(factors: Sequence[float | None]) -> float | None:
    """The factor that all have in common."""
    known = [factor for factor in factors if factor is not None]
    if not known or len(known) < len(factors):
        return None
    return known[0] if all(abs(factor - known[0]) <= 1e-4 * abs(known[0]) for factor in known) else None


def check_gradients(
    loss: Callable[..., Any],
    backward: Callable[..., Any],
    point: Any,  # noqa: ANN401 -- a mapping, a sequence, an array or a number
    *,
    names: Sequence[str] | None = None,
) -> GradientCheck:
    """Compare the gradients that `backward` gives with central differences of `loss`.

    A mapping is passed by keyword (`loss(**point)`), a tuple or list one by one
    (`loss(*point)`), an array or a number as it is (`loss(point)`). `backward` is
    called alike and gives gradients in the same form: a mapping with the same keys
    (or with `d`, `grad_` … before them), a sequence of the same length, or an array.
    `names` names the parts of a sequence. Differences are taken at many steps and
    the steadiest is used (Richardson, 1911), so that noise is not blamed; entries
    at a kink are listed, not judged.

    Raises:
        CannotCheckError: the loss is not a finite number, or gradients are missing.

    >>> result = check_gradients(lambda w, x: (w * x) ** 2, lambda w, x: {"w": w * x * x}, {"w": 0.5, "x": 2.0})
    >>> print(result)
    dw: yours 2, should be 4, off by a factor 0.5
    """
    here = point_of(point, names)
    start = _number(here.call(loss), "the loss")
    gradients, problems = here.gradients(backward)
    entries: list[Entry] = []
    for name, yours in gradients.items():
        for place, value in yours:
            entries.append(_entry(loss, here, name, place, yours=value, start=start))
    scales = {name: max((abs(e.expected) for e in entries if e.name == name), default=0.0) for name in gradients}
    wrong = tuple(entry for entry in entries if entry.wrong(scales[entry.name]))
    return GradientCheck(tuple(entries), wrong, tuple(e for e in entries if e.kink), tuple(problems))


def _entry(
    loss: Callable[..., Any], here: Point, name: str, place: tuple[int, ...], *, yours: float, start: float
) -> Entry:
    """The estimate that agrees best with its neighbours, over many steps."""
    middle = here.value(name, place)
    slopes: list[float] = []
    sides: list[tuple[float, float, float]] = []
    for halvings in HALVINGS:
        h = max(1.0, abs(middle)) * 0.5**halvings
        above, below = (here.moved(loss, name, place, middle + way) for way in (h, -h))
        width = (middle + h) - (middle - h)
        slopes.append((above - below) / width)
        sides.append((h, (above - start) / h, (start - below) / h))
    better = [(4 * half - wide) / 3 for wide, half in pairwise(slopes)]
    spreads = [max(abs(better[k] - better[k - 1]), abs(better[k] - better[k + 1])) for k in range(1, len(better) - 1)]
    finite = [(spread, k) for k, spread in enumerate(spreads) if isfinite(spread)]
    if not finite:
        return Entry(name, place, yours, float("nan"), float("inf"), kink=True)
    spread, best = min(finite)
    return Entry(name, place, yours, better[best + 1], spread + ROUNDING * abs(start), _is_kink(sides, start))


def _is_kink(sides: Sequence[tuple[float, float, float]], start: float) -> bool:
    """Whether the slopes from above and from below stay apart as the step shrinks."""
    apart = [abs(above - below) for _, above, below in sides]
    scale = max(max(abs(above), abs(below)) for _, above, below in sides[-4:])
    noise = 1e-13 * max(abs(start), 1.0) / sides[-4][0]
    return apart[-4] > KINK * scale + noise and apart[-4] > 0.5 * apart[3]  # a smooth loss halves it every time


def _number(value: Any, what: str) -> float:  # noqa: ANN401 -- whatever a caller's function gives
    numbers = as_list(value)
    if len(numbers) != 1 or not isfinite(numbers[0]):
        message = f"{what}: {'not one number' if len(numbers) != 1 else numbers[0]}; it must be one finite number"
        raise CannotCheckError(message)
    return numbers[0]
