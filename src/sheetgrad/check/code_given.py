"""Code held to a network that the caller gives.

Where every quantity of the network is a number of its own in the code, under its name,
the network's loss is put together from those numbers and the gradients are held
against it. Code with arrays is held to the network's loss and to the functions of its
layers; sizes are not compared there, since code seldom says them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.check.code_judge import judged
from sheetgrad.check.code_losses import Loss, loss_of_kind, own_losses
from sheetgrad.check.code_points import CodePoints, ratio, same
from sheetgrad.check.together.wiring import wired
from sheetgrad.expr import Call, Expr, Number, Power, Product, Ref, Sum, Symbol, references
from sheetgrad.functions import FUNCTIONS, in_primitives
from sheetgrad.read.lexer import key_of
from sheetgrad.read.python.limits import FitError, TooMuchError
from sheetgrad.read.python.names import plain
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.code_claims import Claims
    from sheetgrad.check.code_ruling import Judgement
    from sheetgrad.check.network import Network
    from sheetgrad.read.python.tape import Node, Tape
    from sheetgrad.read.python.values import Binding

_NAMES = {"max": "maximum", "min": "minimum", "abs": "absolute"}
"""What NumPy calls functions of formulas."""
NEARLY = 1e-4
"""`log(a + 1e-8)` is meant as a logarithm; another loss is further off than this."""
_PLAIN = frozenset({"exp", "log", "sqrt", "tanh", "sigmoid"})


@dataclass(slots=True)
class Held:
    """A program against the network given."""

    judgement: Judgement | None
    against: list[tuple[Binding, str]] = field(default_factory=list)
    """Forward lines that contradict the network, and how."""
    left: tuple[str, ...] = ()
    """What was not compared."""


def held_to(found: Claims, network: Network) -> Held:
    """Judge a program against a network, as far as its quantities are found in it."""
    leaves = _numbers(found, network)
    named = None if leaves is None else _by_name(found, network, leaves)
    return named or _by_layers(found, network)


# --- every quantity a number of its own ------------------------------------------------------------


def _numbers(found: Claims, network: Network) -> dict[str, Node] | None:
    """The leaves of the network in the code; None where one is missing or an array."""
    held: dict[str, Node] = {}
    for leaf in found.session.tape.leaves.values():
        key = network.key(key_of(plain(leaf.name)))
        if key is not None and leaf.value.shape == ():
            held.setdefault(key, leaf)
    needed = [key for key in network.leaves if key in _used(network)]
    return held if needed and all(key in held for key in needed) else None


def _used(network: Network) -> set[str]:
    return {use.symbol.name for value in network.definitions.values() for use in references(value)}


def _by_name(found: Claims, network: Network, leaves: Mapping[str, Node]) -> Held | None:
    tape = found.session.tape
    here: dict[str, tuple[Binding, Node]] = {}
    for binding in found.forward:
        key = network.key(key_of(plain(binding.name)))
        if key in network.definitions and binding.value is not None and binding.value.value.shape == ():
            here.setdefault(key, (binding, binding.value))
    try:
        exact = dict(leaves)
        for key, value in network.definitions.items():
            exact[key] = _recorded(tape, value, exact)
        points = CodePoints(tape)
        against = _contradictions(network, points, exact, here)
        loss = Loss(exact[network.loss], "the loss of the network given", own=False)
        made = judged(found, loss, points)
    except (FitError, TooMuchError, ValueError, IndexError):
        return None
    return Held(made, against)


def _contradictions(
    network: Network, points: CodePoints, exact: Mapping[str, Node], here: Mapping[str, tuple[Binding, Node]]
) -> list[tuple[Binding, str]]:
    """Forward lines that compute something else from what stands above them; from here on they count as put right."""
    tape = points.tape
    known = {**exact, **{key: node for key, (_, node) in here.items()}}
    against: list[tuple[Binding, str]] = []
    for key, (binding, node) in here.items():
        wanted = _recorded(tape, network.definitions[key], known)
        if not same(ratio(points.plain(node), points.plain(wanted)), 1.0):
            against.append((binding, f"{key} = {written(network.definitions[key])}"))
    for key, (_, node) in here.items() if against else ():
        points.put(node, points.plain(exact[key]))
    return against


def _recorded(tape: Tape, value: Expr, known: Mapping[str, Node]) -> Node:
    """An expression as operations over numbers of the code."""
    match value:
        case Number(value=number):
            return tape.leaf(float(number))
        case Ref(symbol=symbol):
            return known[symbol.name]
        case Sum(terms=parts) | Product(factors=parts):
            operation = "add" if isinstance(value, Sum) else "multiply"
            made = _recorded(tape, parts[0], known)
            for part in parts[1:]:
                made = tape.record(operation, made, _recorded(tape, part, known))
            return made
        case Power(base=base, exponent=exponent):
            return tape.record("power", _recorded(tape, base, known), _recorded(tape, exponent, known))
        case Call(function=function, arguments=arguments) if function in _PLAIN or function in _NAMES:
            return tape.record(_NAMES.get(function, function), *(_recorded(tape, a, known) for a in arguments))
        case Call():
            return _recorded(tape, in_primitives(value), known)
    message = "this kind of formula"
    raise FitError(message)


# --- arrays: the loss, and the functions of the layers ---------------------------------------------


def _by_layers(found: Claims, network: Network) -> Held:
    points = CodePoints(found.session.tape)
    functions = _functions(found, network, points)
    against = functions or []
    unmatched = ("the functions of its layers",) if functions is None else ()
    left = (*unmatched, "how many neurons its layers have")
    wanted, own = loss_of_kind(found, network.kind), own_losses(found)
    if wanted is None:
        return Held(None, against, ("its loss", *left))
    loss, outputs = wanted
    if own:
        if not all(own[0].node.made_from(out) for out in outputs):
            return Held(None, against, ("its loss", *left))
        if all(_is_multiple(points, own[0].node, loss.node, out) for out in outputs):
            return Held(None, against, left)
        line = next(b for b in found.losses if b.statement.line == own[0].line)
        against.insert(0, (line, f"the loss is {loss.words}"))
    return Held(
        judged(found, loss._replace(words=f"{loss.words}, the loss of the network given"), points), against, left
    )


def _is_multiple(points: CodePoints, own: Node, given: Node, output: Node) -> bool:
    """Whether two losses push an output alike, but for one number; what keeps logarithms away from 0 is let pass."""
    import numpy as np

    here = np.concatenate([np.ravel(value) for value in points.slope(own, output)])
    there = np.concatenate([np.ravel(value) for value in points.slope(given, output)])
    size = float((there * there).sum())
    factor = float((here * there).sum()) / size if size else 0.0
    return bool(np.isfinite(here).all() and np.abs(here - factor * there).max() <= NEARLY * np.abs(here).max())


def _functions(found: Claims, network: Network, points: CodePoints) -> list[tuple[Binding, str]] | None:
    """Layers whose function is another one; None where code and network do not have as many layers."""
    there = wired(network.definitions, network.loss, network.parameters)
    layers = _layers(found, points)
    if there is None or not there.is_layered or len(layers) != len(there.layers):
        return None
    against: list[tuple[Binding, str]] = []
    for number, ((binding, function), keys) in enumerate(zip(layers, there.layers, strict=True), 1):
        wanted = {there.neurons[key].activation for key in keys}
        if len(wanted) == 1 and function and (other := wanted.pop()) and other != function:
            against.append((binding, f"layer {number} has {other}, and here it is {function}"))
    return against


def _layers(found: Claims, points: CodePoints) -> list[tuple[Binding, str]]:
    """What is applied to each product with a weight: the line and the function's name, empty where it is none known."""
    sums = [b for b in _once(found.forward) if b.value is not None and _is_sum(b.value)]
    made: list[tuple[Binding, str]] = []
    for binding in sums:
        node = binding.value
        assert node is not None  # noqa: S101 -- only such are kept
        applied = [
            (other, name)
            for other in found.forward
            if other.value is not None and other.value is not node and other.value.made_from(node)
            if other.value.shape == node.shape and (name := _function(points, node, other.value))
        ]
        applied.sort(key=lambda pair: pair[0].name.endswith("()"))  # the line that calls a function, not the function
        made.append(applied[0] if applied else (binding, ""))
    return made


def _once(bindings: list[Binding]) -> list[Binding]:
    seen: dict[int, Binding] = {}
    for binding in bindings:
        if binding.value is not None:
            seen.setdefault(binding.value.place, binding)
    return list(seen.values())


def _is_sum(node: Node) -> bool:
    """A product of matrices, or that and a bias."""
    if node.operation in {"matmul", "dot"}:
        return True
    return node.operation == "add" and any(getattr(a, "operation", "") in {"matmul", "dot"} for a in node.arguments)


def _function(points: CodePoints, below: Node, above: Node) -> str:
    """The activation that leads from one node to another; empty where none does."""
    tape = points.tape
    for entry in FUNCTIONS.values():
        if entry.activation and entry.name != "identity":
            formula = Call(entry.name, (Ref(Symbol("z")),))
            try:
                wanted = _recorded(tape, formula, {"z": below})
            except FitError:
                continue
            if same(ratio(points.plain(above), points.plain(wanted)), 1.0):
                return entry.name
    return ""
