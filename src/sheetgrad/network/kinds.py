"""The kinds of value that a spec holds: how each is checked, and its JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.network import checks
from sheetgrad.network.fields import MOST_LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.network.fields import Field

Schema: TypeAlias = dict[str, Any]


class Kind(NamedTuple):
    """`check(value, place, field, problems)` adds what is wrong; `schema(field)` is its JSON Schema."""

    name: str
    words: str
    check: checks.Check
    schema: Callable[[Field], Schema]


def _array(items: Mapping[str, Any]) -> Schema:
    return {"type": "array", "items": dict(items), "minItems": 1}


_NUMBER: Schema = {"type": "number"}
_NESTED: Schema = {"$ref": "#/$defs/numbers"}
_NUMBERS_BY_NAME: Schema = {"type": "object", "additionalProperties": _NESTED}
_POSITIVE: Schema = {"type": "number", "exclusiveMinimum": 0}


def _either(*choices: Schema) -> Schema:
    return {"anyOf": list(choices)}


def _optimizer_schema(field: Field) -> Schema:
    names: Schema = {"enum": list(field.allowed)}
    setting = {"type": "number", "minimum": 0, "exclusiveMaximum": 1}
    tables = [
        {
            "type": "object",
            "properties": {"name": {"const": entry.name}, **dict.fromkeys(entry.defaults, setting)},
            "required": ["name"],
            "additionalProperties": False,
        }
        for entry in OPTIMIZERS.values()
    ]
    return _either(names, *tables)


_ROW = _array(_NUMBER)
_ROWS = _array(_ROW)
_STRING: Schema = {"type": "string", "minLength": 1}

KINDS: Mapping[str, Kind] = {
    entry.name: entry
    for entry in (
        Kind("text", "text", checks.line_of_text, lambda _: _STRING),
        Kind("path", "a file name", checks.line_of_text, lambda _: _STRING),
        Kind("word", "a name", checks.line_of_text, lambda _: _STRING),
        Kind("title", "text", checks.title, lambda _: {"type": "string", "pattern": "^[^_ -].{0,79}$"}),
        Kind("lines", "lines of text", checks.lines_of_text, lambda _: _STRING),
        Kind("choice", "one of the names", checks.choice, lambda field: {"enum": list(field.allowed)}),
        Kind("truth", "true or false", checks.truth, lambda _: {"type": "boolean"}),
        Kind(
            "whole",
            "a whole number",
            checks.whole,
            lambda field: {"type": "integer", "minimum": field.least, "maximum": field.most},
        ),
        Kind("rates", "a number above 0, or a list", checks.rates, lambda _: _either(_POSITIVE, _array(_POSITIVE))),
        Kind(
            "row_or_rows",
            "a row, or rows",
            checks.shaped(1, 2, remedy="give one row [0.1, 0.2], or rows [[0.1, 0.2], [0.3, 0.4]]"),
            lambda _: _either(_ROW, _ROWS),
        ),
        Kind(
            "rows",
            "rows",
            checks.shaped(2, remedy="give rows, one a neuron: [[0.1, 0.2], [0.3, 0.4]]"),
            lambda _: _ROWS,
        ),
        Kind(
            "number_or_row",
            "a number, or a row",
            checks.shaped(0, 1, remedy="give a number, or one row [0.1, 0.2]"),
            lambda _: _either(_NUMBER, _ROW),
        ),
        Kind(
            "names", "a list of names", checks.names, lambda _: {"type": "array", "items": _STRING, "uniqueItems": True}
        ),
        Kind(
            "layers",
            "tables",
            checks.layers,
            lambda _: {"type": "array", "items": {"$ref": "#/$defs/layer"}, "minItems": 1, "maxItems": MOST_LAYERS},
        ),
        Kind("optimizer", "a name, or a table", checks.optimizer, _optimizer_schema),
        Kind("table", "a table", checks.table, lambda _: _NUMBERS_BY_NAME),
        Kind(
            "samples",
            "tables, or a table",
            checks.samples,
            lambda _: _either(_array(_NUMBERS_BY_NAME), _NUMBERS_BY_NAME),
        ),
    )
}
