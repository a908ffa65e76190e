"""The JSON Schema of a spec, and its reference for people, both from the table of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.network.fields import FIELDS, REQUIRED, Field, Where
from sheetgrad.network.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every spec obeys.

    What no schema can say (that shapes fit together, that an equation can be
    read) is checked when a spec is loaded.

    >>> sorted(schema()["$defs"])
    ['equations', 'layer', 'network', 'numbers']
    """
    numbers = {"anyOf": [{"type": "number"}, {"type": "array", "items": {"$ref": "#/$defs/numbers"}, "minItems": 1}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A sheetgrad spec",
        "type": "object",
        "if": {"required": ["equations"]},
        "then": {"$ref": "#/$defs/equations"},
        "else": {"$ref": "#/$defs/network"},
        "$defs": {**{where: _object(fields) for where, fields in FIELDS.items()}, "numbers": numbers},
    }


def _object(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {field.key: _property(field) for field in fields.values()},
        "required": [field.key for field in fields.values() if field.default is REQUIRED],
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, Any]:
    made = {"description": field.meaning, **KINDS[field.kind].schema(field)}
    if field.default is not None and field.default is not REQUIRED:
        made["default"] = list(field.default) if field.default == () else field.default
    return made


_HEADINGS: dict[Where, str] = {
    "network": "A network of layers",
    "layer": "A layer (`[[layers]]`)",
    "equations": "Equations written out",
}

_INTRODUCTION = """\
# What a spec may hold

A spec is data: a TOML or JSON file, or a dict. It describes either layers, or
equations. `sheetgrad new` prints one to start from.

In messages, places count from 0 as in Python and JSON (`layers[1]` is the second
layer); lines of files count from 1. Numbers in equations count from 1: `x[1]` is
the first member of x. A path in `data` is relative to the spec's own folder.
"""


def reference() -> str:
    """The page `docs/specs.md`: every key with its kind, default and meaning."""
    parts = [_INTRODUCTION]
    for where, fields in FIELDS.items():
        rows = [
            f"| `{field.key}` | {KINDS[field.kind].words} | {_default(field)} | {_meaning(field)} |"
            for field in fields.values()
        ]
        head = f"## {_HEADINGS[where]}\n\n| key | value | when left out | meaning |\n| --- | --- | --- | --- |\n"
        parts.append(head + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _default(field: Field) -> str:
    import json

    if field.default is REQUIRED:
        return "must be given"
    return "" if field.default in (None, (), {}) else f"`{json.dumps(field.default)}`"


def _meaning(field: Field) -> str:
    choices = ", ".join(f"`{name}`" for name in field.allowed)
    return field.meaning + (f": {choices}" if choices else "")
