"""One line of a program that can be changed and worked out again, at the moment when it stood there."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.expressions import BINARY, binary, evaluate, picked
from sheetgrad.read.python.limits import UnreadableCodeError
from sheetgrad.read.python.session import is_number
from sheetgrad.read.python.tape import Node, Tape
from sheetgrad.read.python.values import Deferred, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.read.python.session import Session
    from sheetgrad.read.python.values import Binding

SIGNS = {"Add": "+=", "Sub": "-=", "Mult": "*=", "Div": "/=", "MatMult": "@=", "Pow": "**="}
OPPOSITE = {"Add": "Sub", "Sub": "Add", "Mult": "Div", "Div": "Mult"}


@dataclass(frozen=True, slots=True)
class Line:
    """An assignment: `parts` is its right side, after what stands in brackets on the left where entries are set."""

    session: Session
    binding: Binding
    parts: ast.expr
    sign: str
    entries: bool
    """Whether entries of an array are set."""

    def text(self, parts: ast.expr | None = None, sign: str | None = None) -> str:
        """The right side; the whole line where it changes what is there already."""
        parts = ast.fix_missing_locations(self.parts if parts is None else parts)
        sign = self.sign if sign is None else sign
        statement = self.binding.statement
        if self.entries and isinstance(parts, ast.Tuple):
            owner = ast.unparse(_target(self.binding).value)  # type: ignore[attr-defined]  # entries are set of a subscript
            index = ast.unparse(parts.elts[0])
            index = index[1:-1] if isinstance(parts.elts[0], ast.Tuple) and index.startswith("(") else index
            return f"{owner}[{index}] {SIGNS.get(sign, '=')} {ast.unparse(parts.elts[1])}"
        if self.sign or sign:
            return f"{statement.target} {SIGNS.get(sign, '=')} {ast.unparse(parts)}"
        return ast.unparse(parts)

    def value(self, parts: ast.expr, sign: str) -> Node | None:
        """What the changed line gives; None where it cannot be worked out."""
        session, binding = self.session, self.binding
        session.steps = 0
        scope = Scope(dict(binding.names), None)
        kept = len(session.bindings)
        try:
            made = self._entries(scope, parts, sign) if self.entries else self._whole(scope, parts, sign)
        except (UnreadableCodeError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError):
            return None
        finally:
            del session.bindings[kept:]
        if is_number(made):
            made = session.tape.leaf(made)
        return made if isinstance(made, Node) else None

    def _whole(self, scope: Scope, parts: ast.expr, sign: str) -> Any:  # noqa: ANN401 -- whatever an expression may be
        made = evaluate(self.session, scope, parts)
        if not sign:
            return made
        before = self.binding.before
        return binary(self.session, BINARY[getattr(ast, sign)], before, made)

    def _entries(self, scope: Scope, parts: ast.expr, sign: str) -> Any:  # noqa: ANN401 -- the same
        assert isinstance(parts, ast.Tuple)  # noqa: S101 -- line_of has made it
        index, made = picked(self.session, scope, parts.elts[0]), evaluate(self.session, scope, parts.elts[1])
        before = self.binding.before
        if sign:
            old = self.session.tape.record("item", before, index=index)
            made = binary(self.session, BINARY[getattr(ast, sign)], old, made)
        return self.session.tape.record("put", before, self.session.resolve(made), index=index)


def line_of(session: Session, binding: Binding) -> Line | None:
    """The line that gave a name its value; None where that is not a line of its own."""
    if not binding.own or not binding.names:
        return None
    statement = binding.statement
    target = _target(binding)
    if isinstance(target, ast.Subscript) and _depth(target) > _depth(_parsed(binding.name)):
        if binding.before is None:
            return None
        parts = ast.Tuple(elts=[target.slice, statement.value], ctx=ast.Load())
        return Line(session, binding, parts, statement.sign, entries=True)
    if statement.sign and (binding.before is None or statement.sign not in SIGNS):
        return None
    return Line(session, binding, statement.value, statement.sign, entries=False)


def _target(binding: Binding) -> ast.expr:
    return _parsed(binding.statement.target)


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return ast.Name(id="_", ctx=ast.Load())


def _depth(node: ast.expr) -> int:
    return sum(isinstance(part, ast.Subscript) for part in ast.walk(node))


def references(line: Line, tree: ast.Module) -> dict[str, Node]:
    """What may be put in place of another quantity: its spelling and what it stood for, nearest spellings first."""
    session, names = line.session, line.binding.names
    made: dict[str, Node] = {}
    scope = Scope(dict(names), None)
    for text, node in _spelled(tree, line.binding.statement.line):
        if text in made:
            continue
        if isinstance(node, ast.Name):
            found = names.get(node.id, session.deferred.get(node.id))
        else:
            if not _roots(node) <= names.keys() | session.deferred.keys():
                continue
            found = _evaluated(session, scope, node)
        found = found.node if isinstance(found, Deferred) else found
        if isinstance(found, Node):
            made[text] = found
    for name, value in names.items():
        found = value.node if isinstance(value, Deferred) else value
        if isinstance(found, Node):
            made.setdefault(name, found)
    return made


def _evaluated(session: Session, scope: Scope, node: ast.expr) -> Any:  # noqa: ANN401 -- whatever an expression may be
    marked = len(session.tape.nodes)
    try:
        found = evaluate(session, scope, node)
    except (UnreadableCodeError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError):
        return None
    if isinstance(found, Node) and found.place >= marked:
        return None  # a row or an entry: it is no quantity by itself
    return found


def _roots(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _spelled(tree: ast.Module, line: int) -> Iterator[tuple[str, ast.expr]]:
    """Every name, attribute and member that the function around a line (or what stands outside) speaks of."""
    body = _around(tree, line)
    for part in ast.walk(body):
        if not isinstance(part, ast.Name | ast.Attribute | ast.Subscript) or _calls(part):
            continue
        if isinstance(part, ast.Attribute) and part.attr in {"T", "shape", "size"}:
            continue
        yield ast.unparse(part), part
        if isinstance(part, ast.Subscript):
            yield from ((ast.unparse(other), other) for other in _neighbours(part))


def _around(tree: ast.Module, line: int) -> ast.AST:
    best: ast.AST = tree
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
            best = node
    return best


def _calls(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Call | ast.Slice | ast.Compare | ast.BinOp) for part in ast.walk(node)) and not (
        isinstance(node, ast.Subscript) and not any(isinstance(part, ast.Call | ast.Slice) for part in ast.walk(node))
    )


def _neighbours(node: ast.Subscript) -> Iterator[ast.Subscript]:
    """The same list one place further, and one before."""
    index = node.slice
    if isinstance(index, ast.Constant) and isinstance(index.value, str):
        return
    if isinstance(index, ast.UnaryOp) and isinstance(index.operand, ast.Constant):
        index = ast.Constant(-index.operand.value)  # type: ignore[operator]  # an index is a number
    if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Add | ast.Sub):
        other = ast.Sub() if isinstance(index.op, ast.Add) else ast.Add()
        yield ast.Subscript(node.value, ast.BinOp(index.left, other, index.right), ast.Load())
    for operation in (ast.Sub(), ast.Add()):
        moved: ast.expr = ast.BinOp(index, operation, ast.Constant(1))
        if isinstance(index, ast.Constant) and isinstance(index.value, int):
            moved = ast.Constant(index.value + (1 if isinstance(operation, ast.Add) else -1))
        elif isinstance(index, ast.BinOp) and ast.unparse(index.right) == "1" and type(index.op) is not type(operation):
            moved = index.left
        yield ast.Subscript(node.value, moved, ast.Load())


def forget(tape: Tape, mark: int) -> None:
    """Take back what has been recorded since."""
    del tape.nodes[mark:]
    for place in [place for place in tape.leaves if place >= mark]:
        del tape.leaves[place]
