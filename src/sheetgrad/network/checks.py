"""Is a value what its key asks for? Each check adds what is wrong, with place and remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.errors import Problem
from sheetgrad.network.fields import MOST_LAYERS
from sheetgrad.network.numbers import in_words, shape_of, wrong_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sheetgrad.network.fields import Field

Check: TypeAlias = "Callable[[Any, str, Field, list[Problem]], None]"


def meant(word: str, known: Iterable[str]) -> str:
    """A remedy for a word that is not known: the nearest one, or all of them.

    >>> meant("sigmod", ["sigmoid", "tanh"]), meant("cosine", ["sigmoid", "tanh"])
    ("did you mean 'sigmoid'?", 'there is sigmoid, tanh')
    """
    choices = list(known)
    return nearest(word, choices) or (f"there is {', '.join(choices[:20])}" if choices else "")


def nearest(word: str, known: Iterable[str]) -> str:
    """The remedy that names the nearest known word; empty where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def lines_of_text(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ARG001, ANN401 -- as all checks
    """Text, of any number of lines."""
    if not isinstance(value, str):
        problems.append(Problem(place, f"{_short(value)} is not text", 'write it in quotes, "like this"'))
    elif not value.strip():
        problems.append(Problem(place, "is empty", "write something, or leave it out"))


def line_of_text(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ANN401 -- as all checks
    """Text on one line."""
    before = len(problems)
    lines_of_text(value, place, field, problems)
    if len(problems) == before and not value.isprintable():
        problems.append(Problem(place, "has characters that do not print", "write it on one line"))


def title(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ARG001, ANN401 -- as all checks
    """What a thing is called: also good as the name of a file."""
    if not isinstance(value, str) or not re.fullmatch(_TITLE, value):
        remedy = "use up to 80 letters, digits, spaces, - and _, a letter or digit first"
        problems.append(Problem(place, f"{_short(value)} cannot be a name", remedy))


_TITLE = r"[^\W_][\w -]{0,79}"


def choice(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ANN401 -- as all checks
    """One of the names allowed."""
    if not isinstance(value, str):
        problems.append(Problem(place, f"{_short(value)} is not a name", f"write one of {', '.join(field.allowed)}"))
    elif value not in field.allowed:
        wrong = f"no {_noun(field.key)} is called {value!r}"
        problems.append(Problem(place, wrong, meant(value, field.allowed)))


def _noun(key: str) -> str:
    return {"update": "way to update", "bias": "kind of bias"}.get(key, key)


def truth(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ARG001, ANN401 -- as all checks
    """True or false."""
    if not isinstance(value, bool):
        problems.append(Problem(place, f"{_short(value)} is neither true nor false", "write true or false, no quotes"))


def whole(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ANN401 -- as all checks
    """A whole number within its limits."""
    if isinstance(value, bool) or not isinstance(value, int):
        problems.append(Problem(place, f"{_short(value)} is not a whole number", "write a whole number such as 2"))
    elif not field.least <= value <= field.most:
        wrong = f"{_short(value)} is too {'small' if value < field.least else 'large'}"
        problems.append(Problem(place, wrong, f"give a whole number from {field.least} to {field.most:,}"))


def rates(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ARG001, ANN401 -- as all checks
    """A learning rate, or a list of them."""
    if isinstance(value, list | tuple):
        if not value:
            problems.append(Problem(place, "is empty", "give at least one learning rate"))
        for at, rate in enumerate(value):
            _rate(rate, f"{place}[{at}]", problems)
    else:
        _rate(value, place, problems)


def _rate(value: Any, place: str, problems: list[Problem]) -> None:  # noqa: ANN401 -- whatever a spec holds
    wrong = wrong_number(value)
    if wrong is None and value <= 0:
        wrong = (f"{value} is not a learning rate", "give a number above 0")
    if wrong:
        problems.append(Problem(place, *wrong))


def shaped(*ranks: int, remedy: str) -> Check:
    """A check that numbers have one of these numbers of axes."""

    def check(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ARG001, ANN401 -- as all checks
        before = len(problems)
        shape = shape_of(value, place, problems)
        if len(problems) == before and (shape is None or len(shape) not in ranks):
            problems.append(Problem(place, f"is {in_words(shape)}", remedy))

    return check


def names(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ANN401 -- as all checks
    """A list of names, each once."""
    if not isinstance(value, list | tuple):
        problems.append(Problem(place, f"{_short(value)} is not a list of names", 'write a list such as ["w", "b"]'))
        return
    if not value and field.key == "parameters":
        problems.append(Problem(place, "is empty", "name at least one quantity to train"))
    for at, name in enumerate(value):
        line_of_text(name, f"{place}[{at}]", field, problems)
        if name in value[:at]:
            problems.append(Problem(f"{place}[{at}]", f"{name!r} is listed twice", "list it once"))


def layers(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ARG001, ANN401 -- as all checks
    """A list of tables."""
    if not isinstance(value, list | tuple):
        problems.append(Problem(place, f"{_short(value)} is not a list of layers", "write [[layers]] before each one"))
    elif not 1 <= len(value) <= MOST_LAYERS:
        problems.append(Problem(place, f"there are {len(value)} layers", f"give from 1 to {MOST_LAYERS:,}"))
    else:
        wrong = [at for at, layer in enumerate(value) if not isinstance(layer, dict)]
        problems.extend(Problem(f"{place}[{at}]", f"{_short(value[at])} is not a table", _A_LAYER) for at in wrong)


_A_LAYER = "write it as a table: size = 2, activation = …"


def optimizer(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ANN401 -- as all checks
    """The name of an optimizer, or a table with its settings."""
    if not isinstance(value, dict):
        choice(value, place, field, problems)
        return
    name = value.get("name")
    if name is None:
        problems.append(Problem(f"{place}.name", "is missing", f"name one of {', '.join(field.allowed)}"))
        return
    choice(name, f"{place}.name", field, problems)
    if not isinstance(name, str) or name not in OPTIMIZERS:
        return
    known = OPTIMIZERS[name].defaults
    for key, setting in value.items():
        if key == "name":
            continue
        if key not in known:
            wrong = f"{name} has no setting called {key!r}"
            problems.append(Problem(f"{place}.{key}", wrong, meant(key, known) or "leave it out"))
        elif (found := wrong_number(setting)) or not 0 <= setting < 1:
            found = found or (f"{setting} is out of range", "give a number from 0 up to, but not, 1")
            problems.append(Problem(f"{place}.{key}", *found))


def table(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ARG001, ANN401 -- as all checks
    """Numbers by name."""
    if not isinstance(value, dict):
        problems.append(Problem(place, f"{_short(value)} is not a table", "write { x = 1.0, w = 0.3 }"))
        return
    for key, numbers in value.items():
        shape_of(numbers, f"{place}.{key}", problems)


def samples(value: Any, place: str, field: Field, problems: list[Problem]) -> None:  # noqa: ANN401 -- as all checks
    """A table for each sample, or one table with a list for each name."""
    if not isinstance(value, list | tuple):
        table(value, place, field, problems)
        return
    if not value:
        problems.append(Problem(place, "is empty", "give at least one sample"))
    for at, sample in enumerate(value):
        table(sample, f"{place}[{at}]", field, problems)
        if isinstance(sample, dict) and isinstance(value[0], dict) and set(sample) != set(value[0]):
            missing = ", ".join(sorted(set(sample) ^ set(value[0])))
            problems.append(Problem(f"{place}[{at}]", f"{missing} is not in all samples", "give every sample the same"))


def _short(value: object) -> str:
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**40 else "the number"
    return text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004 -- as much as fits beside a place
