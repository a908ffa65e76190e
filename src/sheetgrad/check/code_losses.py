"""The usual losses, for code that computes none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.python.leaves import is_target
from sheetgrad.read.python.names import claim, plain
from sheetgrad.read.python.tape import Node

if TYPE_CHECKING:
    from sheetgrad.check.code_claims import Claims
    from sheetgrad.read.python.tape import Tape


class Loss(NamedTuple):
    """What the gradients are judged against."""

    node: Node
    words: str
    own: bool
    line: int = 0


def own_losses(found: Claims) -> list[Loss]:
    """The code's own loss, if it has one."""
    made = []
    for binding in found.losses[:2]:
        assert binding.value is not None  # noqa: S101 -- only such are listed
        node = binding.value
        line = binding.statement.line
        name = plain(binding.name).removesuffix("()")
        if node.value.size > 1:
            node = found.session.tape.record("sum", node)
        made.append(Loss(node, f"{name} as on line {line}", own=True, line=line))
    return made


def usual_losses(found: Claims) -> list[Loss]:
    """Half squared error, binary and categorical cross-entropy of every output that is compared with a target."""
    tape = found.session.tape
    pairs = _pairs(found)
    if not pairs:
        return []
    names = ", ".join(f"{_name(found, output)} and {plain(target.name)}" for output, target in pairs)
    single = len(pairs) == 1
    a, t = (_name(found, pairs[0][0]), plain(pairs[0][1].name)) if single else ("a", "t")
    words = (
        (f"Σ ({t} - {a})² / 2", _squared),
        (f"-Σ ({t} log {a} + (1 - {t}) log(1 - {a}))", _binary),
        (f"-Σ {t} log {a}", _categorical),
    )
    made = []
    for text, build in words:
        total = build(tape, *pairs[0])
        for pair in pairs[1:]:
            total = tape.record("add", total, build(tape, *pair))
        made.append(Loss(total, f"E = {text}" + ("" if single else f" over {names}"), own=False))
    return made


def loss_of_kind(found: Claims, kind: str) -> tuple[Loss, list[Node]] | None:
    """The loss that the catalog calls so, over all outputs that meet a target, and those outputs; None without any."""
    places = {"half_squared_error": 0, "squared_error": 0, "mean_squared_error": 0}
    place = (places | {"binary_cross_entropy": 1, "cross_entropy": 2}).get(kind)
    made = usual_losses(found) if place is not None else []
    return (made[place], [output for output, _ in _pairs(found)]) if place is not None and made else None


def _squared(tape: Tape, output: Node, target: Node) -> Node:
    off = tape.record("subtract", output, target)
    return tape.record("multiply", 0.5, tape.record("sum", tape.record("square", off)))


def _binary(tape: Tape, output: Node, target: Node) -> Node:
    first = tape.record("multiply", target, tape.record("log", output))
    rest = tape.record("subtract", 1.0, output)
    second = tape.record("multiply", tape.record("subtract", 1.0, target), tape.record("log", rest))
    return tape.record("negative", tape.record("sum", tape.record("add", first, second)))


def _categorical(tape: Tape, output: Node, target: Node) -> Node:
    return tape.record("negative", tape.record("sum", tape.record("multiply", target, tape.record("log", output))))


def _pairs(found: Claims) -> list[tuple[Node, Node]]:
    """Outputs and the targets they are compared with, by where a target first meets one."""
    made: dict[int, tuple[Node, Node]] = {}
    forward = {binding.value.place for binding in found.forward if binding.value is not None}
    for node in list(found.session.tape.nodes):
        if node.operation not in {"subtract", "divide", "multiply"}:
            continue
        sides = [side for side in node.arguments if isinstance(side, Node)]
        for target, output in (sides, sides[::-1]) if len(sides) == 2 else ():
            targeted = _leaf(target)
            met = is_target(targeted.name) if targeted else False
            if (
                targeted
                and met
                and target.place not in made
                and output.place in forward
                and not _is_target_made(output)
            ):
                made.setdefault(target.place, (output, target))
    return list(made.values())


def _is_target_made(node: Node) -> bool:
    leaf = _leaf(node)
    return leaf is not None and is_target(leaf.name)


def _leaf(node: Node) -> Node | None:
    while node.operation in {"transpose", "reshape", "item"} and isinstance(node.arguments[0], Node):
        node = node.arguments[0]
    return node if node.name else None


def _name(found: Claims, node: Node) -> str:
    names = [
        plain(b.name) for b in found.forward if b.value is node and claim(b.name) is None and not b.name.endswith("()")
    ]
    return names[0] if names else "the output"
