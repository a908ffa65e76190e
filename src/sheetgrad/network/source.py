"""Where a spec comes from: a preset, a TOML or JSON file, or a dict. Read as data, never run."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from sheetgrad.catalog.presets import PRESETS
from sheetgrad.errors import Problem, SpecError
from sheetgrad.network.checks import meant

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 100_000_000
HERE = "."
"""The folder of a spec that is no file."""


class Source(NamedTuple):
    """What a spec says, as written; the folder that its paths are relative to; a name for it."""

    raw: dict[str, Any]
    folder: str
    name: str = ""


def read(source: str | os.PathLike[str] | Mapping[str, Any]) -> Source:
    """The spec as plain data, not yet checked.

    Raises:
        SpecError: there is no such preset or file, or it is not TOML or JSON.
    """
    if isinstance(source, Mapping):
        return Source(dict(source), HERE)
    if isinstance(source, str) and source in set(PRESETS):
        import tomllib

        return Source(tomllib.loads(PRESETS[source]), HERE, source)
    if not isinstance(source, str | os.PathLike):
        _refuse("spec", f"{type(source).__name__} is no spec", "give a preset's name, a path, or a dict")
    from pathlib import Path

    path = Path(source)
    text = text_of(path, missing=meant(str(source), PRESETS))
    raw = _json(text, path) if path.suffix.lower() == ".json" else _toml(text, path)
    name = re.sub(r"[^\w -]+|^[_ -]+", "_", path.stem).strip("_ -")[:80]
    return Source(raw, str(path.parent), name)


def text_of(path: Path, *, missing: str = "") -> str:
    """What a text file holds.

    Raises:
        SpecError: it is missing, no ordinary file, too large, or not UTF-8.
    """
    place = str(path)
    try:
        if not path.exists():
            _refuse(place, "there is no such file", missing or "check the path")
        if not path.is_file():
            _refuse(place, "is not a file", "give the path of a file")
        if path.stat().st_size > MOST_BYTES:
            _refuse(place, "is too large", f"{MOST_BYTES // 1_000_000} MB is the most")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        _refuse(f"{place}:{line}", "is not text in UTF-8", "save the file as UTF-8")
    except (OSError, ValueError) as error:
        _refuse(place, f"cannot be read ({getattr(error, 'strerror', None) or error})", "check the path and its rights")


def _refuse(place: str, wrong: str, remedy: str) -> NoReturn:
    raise SpecError((Problem(place, wrong, remedy),))


def _toml(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r" ?\(at line (\d+), column (\d+)\)", str(error))
        line = where.group(1) if where else str(text.count("\n") + 1)
        wrong = str(error).replace(where.group(), "") if where else str(error)
        _refuse(f"{path}:{line}", f"is not TOML: {wrong}", _TOML)
    except (RecursionError, ValueError) as error:
        _refuse(str(path), f"is not TOML: {error}", _TOML)


_TOML = "compare it with what `sheetgrad new` prints"


def _json(text: str, path: Path) -> dict[str, Any]:
    import json

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            _refuse(str(path), f"the key {twice!r} stands twice", "keep one of them")
        return table

    try:
        found = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        _refuse(f"{path}:{error.lineno}", f"is not JSON: {error.msg}", _JSON)
    except (RecursionError, ValueError) as error:
        _refuse(str(path), f"is not JSON: {error}", _JSON)
    if not isinstance(found, dict):
        _refuse(str(path), "holds no object", _JSON)
    return found


_JSON = 'write an object: {"inputs": …, "targets": …, "layers": …}'
