"""What an optimizer remembers from step to step: velocities, moments, the number of steps.

A first round starts them at zero, which would hide what is done with them. So where
a program keeps something that begins at a constant and goes on with a gradient, the
pass is made again with a value that nobody chose in its place.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from sheetgrad.read.python.names import LOSS, claim
from sheetgrad.read.python.tape import Node

if TYPE_CHECKING:
    from sheetgrad.read.python.session import Session
    from sheetgrad.read.python.values import Binding

FADING = re.compile(r"(?:\w*_)?(?:beta|b|gamma|rho|mu|decay|momentum|mom|alpha)_?[12vms]?", re.IGNORECASE)
"""What is raised to the number of steps."""


def counters(tree: ast.Module) -> frozenset[str]:
    """The names of what counts the steps: they stand in the exponent of a factor that fades."""
    made: set[str] = set()
    for node in ast.walk(tree):
        base, exponent = _power(node)
        if base is None or exponent is None or not _fades(base):
            continue
        made |= {part.id for part in ast.walk(exponent) if isinstance(part, ast.Name) and part.id != "self"}
        made |= {part.attr for part in ast.walk(exponent) if isinstance(part, ast.Attribute)}
    return frozenset(made)


def _power(node: ast.AST) -> tuple[ast.expr | None, ast.expr | None]:
    match node:
        case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
            return base, exponent
        case ast.Call(func=ast.Name(id="pow") | ast.Attribute(attr="power" | "pow"), args=[base, exponent]):
            return base, exponent
        case _:
            return None, None


def _fades(base: ast.expr) -> bool:
    match base:
        case ast.Constant(value=float(value)):
            return 0 < value < 1
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return FADING.fullmatch(name) is not None
        case ast.Subscript(value=owner):
            return _fades(owner)
        case _:
            return False


def memories(session: Session) -> frozenset[str]:
    """The keys of what begins at a constant and goes on with a gradient, as the pass showed it."""
    gradients = 0
    for binding in session.bindings:
        if claim(binding.name) is not None and binding.value is not None and binding.value.operation:
            gradients |= 1 << binding.value.place
    forward = 0
    for binding in session.bindings:
        node = binding.value
        if node is not None and node.operation and not node.uses & gradients and not constant(node):
            forward |= node.uses
    made: dict[str, bool] = {}
    for binding in session.bindings:
        node = binding.value
        if binding.name not in session.started or node is None or not node.operation or LOSS.fullmatch(binding.name):
            continue
        if node.uses & gradients:
            made.setdefault(binding.name, _goes_on(binding, forward))
        elif binding.before is None and not constant(node):
            made[binding.name] = False  # it is part of the forward pass
    return frozenset(name for name, kept in made.items() if kept and claim(name) is None)


def _goes_on(binding: Binding, forward: int) -> bool:
    """Whether it takes its own last value, or one of its own kind, further, and is no part of the forward pass."""
    if binding.before is not None and binding.before.name and forward >> binding.before.place & 1:
        return False
    statement = binding.statement
    if statement.sign:
        return True
    bases = {_base(part) for part in ast.walk(statement.value) if isinstance(part, ast.Name | ast.Attribute)}
    return re.sub(r"\[.*", "", binding.name) in bases


def _base(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return ast.unparse(node)


def constant(node: Node) -> bool:
    """Whether no unknown with a name of its own has a part in it (fresh random numbers are no such)."""
    open_nodes, seen = [node], {node.place}
    while open_nodes:
        current = open_nodes.pop()
        if current.name and not current.name.startswith("number "):
            return False
        for argument in (*current.arguments, *current.options.values()):
            for part in argument if isinstance(argument, tuple | list) else (argument,):
                if isinstance(part, Node) and part.place not in seen:
                    seen.add(part.place)
                    open_nodes.append(part)
    return True
