"""What every name stands for at one moment, kept apart from what happens later."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.names import claim
from sheetgrad.read.python.values import Instance

if TYPE_CHECKING:
    from sheetgrad.read.python.values import Scope

DEEPEST = 4
MOST = 64


def worth_keeping(statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
    """Whether somebody may ask later what the names stood for: it gives a gradient, or changes something."""
    if isinstance(statement, ast.AugAssign) or isinstance(statement.value, ast.Dict | ast.List | ast.Tuple):
        return True
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        text = ast.unparse(target)
        if isinstance(target, ast.Tuple | ast.List | ast.Subscript) or claim(text) is not None:
            return True
        if any(isinstance(part, ast.Name | ast.Attribute) and ast.unparse(part) == text for part in _parts(statement)):
            return True
    return False


def _parts(statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> list[ast.AST]:
    return [] if statement.value is None else list(ast.walk(statement.value))


def snapshot(scope: Scope) -> dict[str, Any]:
    """Every name that can be seen; objects, lists and dictionaries are copied."""
    seen: dict[str, Any] = {}
    scopes = []
    current: Scope | None = scope
    while current is not None:
        scopes.append(current)
        current = current.outer
    for each in reversed(scopes):
        seen.update(each.names)
    copies: dict[int, Any] = {}
    return {name: _copied(value, copies, 0) for name, value in seen.items()}


def _copied(value: Any, copies: dict[int, Any], depth: int) -> Any:  # noqa: ANN401 -- whatever a name stands for
    if depth >= DEEPEST or not isinstance(value, Instance | dict | list):
        return value
    if id(value) in copies:
        return copies[id(value)]
    if isinstance(value, Instance):
        made = Instance(value.kind)
        copies[id(value)] = made
        made.attributes = {
            name: _copied(part, copies, depth + 1) for name, part in list(value.attributes.items())[:MOST]
        }
        return made
    if isinstance(value, dict):
        table: dict[Any, Any] = {}
        copies[id(value)] = table
        table.update((key, _copied(part, copies, depth + 1)) for key, part in list(value.items())[:MOST])
        return table
    if len(value) > MOST:
        return value
    listed: list[Any] = []
    copies[id(value)] = listed
    listed.extend(_copied(part, copies, depth + 1) for part in value)
    return listed
