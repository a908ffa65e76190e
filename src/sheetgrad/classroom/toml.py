"""Plain data as TOML: the standard library reads it and does not write it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x7f-\x9f\ud800-\udfff]")


def as_toml(table: Mapping[str, Any]) -> str:
    r"""A table as text: values first, then tables, then lists of tables; None is left out.

    >>> print(as_toml({"title": "a\nb", "rates": [0.5, 1], "of": {"w1": 0.1}, "rows": [{"id": "x"}]}), end="")
    title = "a\nb"
    rates = [0.5, 1]
    <BLANKLINE>
    [of]
    w1 = 0.1
    <BLANKLINE>
    [[rows]]
    id = "x"
    """
    plain = {key: value for key, value in table.items() if value is not None}
    rows = {key: value for key, value in plain.items() if _is_rows(value)}
    tables = {key: value for key, value in plain.items() if isinstance(value, Mapping)}
    lines = [_line(key, value) for key, value in plain.items() if key not in rows and key not in tables]
    for key, inner in tables.items():
        lines += ["", f"[{_key(key)}]", *(_line(name, value) for name, value in inner.items() if value is not None)]
    for key, several in rows.items():
        for row in several:
            lines += ["", f"[[{_key(key)}]]", *(_line(name, value) for name, value in row.items() if value is not None)]
    return "\n".join(lines) + "\n"


def _is_rows(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _line(key: str, value: object) -> str:
    return f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int() | float():
            return repr(value)
        case Mapping():
            inner = ", ".join(_line(str(key), part) for key, part in value.items() if part is not None)
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            message = f"TOML has no way to write {value!r}"
            raise TypeError(message)


def _text(text: str) -> str:
    """A string in quotes; control characters escaped, halves of a pair replaced (TOML has no way to write them)."""

    def escaped(match: re.Match[str]) -> str:
        code = ord(match.group())
        return "\\ufffd" if code >= 0xD800 else f"\\u{code:04x}"  # noqa: PLR2004 -- where the halves of pairs begin

    return _CONTROL.sub(escaped, json.dumps(text, ensure_ascii=False))
