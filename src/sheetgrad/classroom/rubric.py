"""What an exercise is worth: points for each line and column, and what each kind of mistake costs.

title = "Sheet 3"
due = 2026-11-27T23:59:00+01:00
late = 2                      # points that a late hand-in loses
follow_through = true         # right after an earlier mistake is right
repeated = 0.5                # the same mistake again costs half

[equations]                   # points for each quantity of a derivation
"dE_total_dw*" = 2
[columns]                     # points for each column of a workbook
"E_total" = 1
[method]                      # points for what is shown on the way
chain-rule = 2
[mistakes]                    # the share of a line's points that a kind of mistake costs
slip = 0.25
[teacher]                     # points that somebody gives by hand: blank columns
chart = 3
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.check.codes import entries
from sheetgrad.errors import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS: Mapping[str, str] = {
    "chain-rule": "The chain rule is shown: a gradient is written as a product of derivatives first",
    "forward": "The forward equations are written down",
    "numbers": "Numbers are put into the formulas",
}
"""What can be given points for being shown at all."""
KINDS = ("equations", "columns", "answers")
"""The tables that give points to what can be right or wrong."""
_MOST = 1_000.0


class Rubric(NamedTuple):
    """Points and rules; what is left out of a file is as it is here."""

    title: str = ""
    due: str = ""
    """When hand-ins are late (ISO 8601); empty for never."""
    late: float = 0.0
    follow_through: bool = True
    repeated: float = 1.0
    """What the same mistake costs when it is made again, as a share of what it cost first."""
    equations: tuple[tuple[str, float], ...] = ()
    columns: tuple[tuple[str, float], ...] = ()
    answers: tuple[tuple[str, float], ...] = ()
    method: tuple[tuple[str, float], ...] = ()
    mistakes: tuple[tuple[str, float], ...] = ()
    teacher: tuple[tuple[str, float], ...] = ()

    def costs(self, code: str, verdict: str) -> float:
        """The share of a line's points that a mistake takes: all of them for what is false, none for a slip."""
        known = dict(self.mistakes)
        if code in known:
            return known[code]
        if verdict == "slip":
            return known.get("slip", 0.0)
        return known.get("*", 1.0)


def rubric(path: str | Path) -> Rubric:
    """The rubric in a TOML file.

    Raises:
        SpecError: it cannot be read, or something in it is wrong; holds every problem found.
    """
    try:
        given = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise SpecError((Problem(str(path), f"cannot be read as TOML: {problem}"),)) from problem
    return rubric_of(given, str(path))


def rubric_of(given: Mapping[str, Any], path: str = "rubric") -> Rubric:
    """The rubric that a mapping describes.

    Raises:
        SpecError: a key is unknown, or a value is not what it should be.

    >>> rubric_of({"equations": {"dE_total_dw*": 2}}).equations
    (('dE_total_dw*', 2.0),)
    """
    problems = list(_problems(given, path))
    if problems:
        raise SpecError(tuple(problems))
    made = {key: given[key] for key in ("title", "follow_through") if key in given}
    made |= {key: float(given[key]) for key in ("late", "repeated") if key in given}
    made |= {"due": _moment(given["due"])} if "due" in given else {}
    made |= {
        key: tuple((name, float(points)) for name, points in given[key].items())
        for key in (*KINDS, "method", "mistakes", "teacher")
        if key in given
    }
    return Rubric(**made)


def _problems(given: Mapping[str, Any], path: str) -> Iterator[Problem]:
    import difflib

    for key, value in given.items():
        place = f"{path}: {key}"
        if key not in Rubric._fields:
            close = difflib.get_close_matches(key, Rubric._fields, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(Rubric._fields)}"
            yield Problem(place, "is no key of a rubric", hint)
        elif key == "title" and not isinstance(value, str):
            yield Problem(place, "is not text")
        elif key == "due" and not isinstance(value, date):
            yield Problem(place, "is not a date", "write it without quotes, such as 2026-11-27T23:59:00+01:00")
        elif key == "follow_through" and not isinstance(value, bool):
            yield Problem(place, "is neither true nor false")
        elif key in {"late", "repeated"} and not _is_points(value, 1.0 if key == "repeated" else _MOST):
            yield Problem(place, "is not a number in its range", "from 0 to 1" if key == "repeated" else "from 0 on")
        elif key in {*KINDS, "method", "mistakes", "teacher"}:
            yield from _table(key, value, place)


def _table(key: str, value: object, place: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(place, "is not a table", f"write [{key}] and below it name = points")
        return
    known = {"method": set(METHODS), "mistakes": {*entries(), "*"}}.get(key)
    most = 1.0 if key == "mistakes" else _MOST
    for name, points in value.items():
        if known is not None and name not in known:
            yield Problem(f"{place}.{name}", "is not known", f"there are {', '.join(sorted(known))}")
        if not _is_points(points, most):
            yield Problem(f"{place}.{name}", "is not a number in its range", f"from 0 to {most:g}")


def _is_points(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _moment(value: date) -> str:
    """The end of a day, or a moment; one without a time zone is that of this machine."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(23, 59, 59))
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def is_late(handed_in: str, due: str) -> bool:
    """Whether a moment is after another; one without a time zone is that of this machine.

    >>> is_late("2026-11-28T00:10:00+01:00", "2026-11-27T22:59:00+00:00")
    True
    """
    if not handed_in or not due:
        return False
    plain = re.sub(r"\s*(?:Z|UTC)$", "+00:00", handed_in.strip())
    plain = re.sub(r"\s+(?=[-+]\d\d)", "", plain)  # platforms leave a space before the zone
    try:
        return datetime.fromisoformat(plain).astimezone(UTC) > datetime.fromisoformat(due)
    except ValueError:
        return False
