"""A spec with its defaults: every key known, every value of the right kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.errors import Problem
from sheetgrad.network.checks import meant
from sheetgrad.network.fields import FIELDS, REQUIRED
from sheetgrad.network.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.network.fields import Field, Where


class Spec(dict[str, Any]):
    """Every key of a spec, None where nothing was given and there is no default.

    A key whose value was wrong is left out, and reads as None too: what hangs
    on it is then not checked, so that one mistake gives one problem.
    """

    def __missing__(self, key: str) -> None:
        """Nothing."""


def completed(raw: Mapping[str, Any], where: Where, problems: list[Problem], *, place: str = "") -> Spec:
    """The spec with its defaults, after adding a problem for every key that is unknown, wrong or missing."""
    fields = FIELDS[where]
    problems.extend(_unknown(str(key), where, place) for key in raw if key not in fields)
    spec = Spec()
    for key, field in fields.items():
        before = len(problems)
        value = raw.get(key)
        if value is not None:
            value = _plain(value, field)
            KINDS[field.kind].check(value, f"{place}{key}", field, problems)
        elif field.default is REQUIRED:
            problems.append(Problem(f"{place}{key}", "is missing", f"add {key}: {field.meaning}"))
        else:
            value = field.default
        if len(problems) == before:
            spec[key] = value
    if spec["layers"] is not None:
        given = enumerate(spec["layers"])
        spec["layers"] = [completed(layer, "layer", problems, place=f"layers[{at}].") for at, layer in given]
    return spec


def _plain(value: Any, field: Field) -> Any:  # noqa: ANN401 -- whatever a spec holds
    """NumPy's own whole numbers, truths and short rows as Python's."""
    if getattr(value, "shape", None) == () or (hasattr(value, "tolist") and field.kind in {"rates", "names"}):
        return value.tolist()
    return value


def _unknown(key: str, where: Where, place: str) -> Problem:
    known = list(FIELDS[where])
    remedy = meant(key, known)
    if not remedy.startswith("did"):
        remedy = f"the keys are {', '.join(known)}"
    if where == "equations" and key in FIELDS["network"]:
        return Problem(key, "does not go with `equations`", "a spec has either layers or equations; take one out")
    if where == "network" and key in FIELDS["equations"]:
        return Problem(key, "goes with `equations`, not with layers", "take it out, or write `equations`")
    if where == "network" and key in FIELDS["layer"]:
        return Problem(key, "belongs to a layer", "write it below one of the [[layers]]")
    return Problem(f"{place}{key}", "is no key of a " + ("layer" if where == "layer" else "spec"), remedy)


def origin_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec as plain data again, without what was not given: loading it gives the same Setup."""
    kept = {
        key: value for key, value in spec.items() if value is not None and not (isinstance(value, tuple) and not value)
    }
    return kept | ({"layers": [origin_of(layer) for layer in kept["layers"]]} if "layers" in kept else {})
