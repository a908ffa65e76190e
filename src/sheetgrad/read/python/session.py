"""One pass over a program: what has been recorded, and how unknown names get a shape."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.leaves import drawn
from sheetgrad.read.python.limits import LARGEST_SIZE, STEPS, TooMuchError, UnreadableCodeError
from sheetgrad.read.python.memories import constant
from sheetgrad.read.python.names import COUNT, PASSES, RATE, SETTING, SIZES, WEIGHT, plain
from sheetgrad.read.python.shapes import BATCH, INPUTS, Choices, alone, beside, is_data, left_of, right_of
from sheetgrad.read.python.tape import Node, Tape
from sheetgrad.read.python.values import Binding, Deferred, Function, Opaque, Scope, Turned

if TYPE_CHECKING:
    import ast

    from sheetgrad.read.python.shapes import Shape

SIZE = re.compile(
    r"(?:n|num|number|dim|d|size)_?(?:of_?)?(?:x|h|y|in|out|input|output|hidden|hid|inputs|outputs|features|classes|neurons)"
    r"\w*|(?:in|out|input|output|hidden|hid|inputs|outputs|fan|layer)\w*_?(?:size|dim|nodes|units|neurons|features|n)\w*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Session:
    """The state of one pass."""

    choices: Choices
    scalar: bool
    """Whether the code holds no arrays: then every unknown name is one number."""
    batch: bool
    """Whether the code shows that there are several samples."""
    bases: frozenset[str]
    """Names whose gradient is claimed somewhere."""
    indices: frozenset[str]
    """Names that stand in brackets: whole numbers that pick."""
    tree: ast.Module
    text: str = ""
    counters: frozenset[str] = frozenset()
    """Names of what counts the steps."""
    memories: frozenset[str] = frozenset()
    """Keys of what an optimizer remembers from step to step."""
    started: set[str] = field(default_factory=set)
    """Keys that were given a constant."""
    remembered: dict[int, str] = field(default_factory=dict)
    """The key of each leaf that stands for one of those."""
    vectors: bool = False
    """Whether the code shows that a sample is a vector."""
    single: bool = False
    """Whether the code shows that a sample is a column."""
    tape: Tape = field(default_factory=Tape)
    bindings: list[Binding] = field(default_factory=list)
    deferred: dict[str, Deferred] = field(default_factory=dict)
    pool: dict[str, Any] = field(default_factory=dict)
    """The last value of every name in whatever scope, for functions that nobody calls."""
    functions: list[Function] = field(default_factory=list)
    claimed: bool = False
    """Whether a gradient has been seen: from then on misfits are the author's."""
    columns: bool = False
    """Whether the last product had the weights on the left."""
    steps: int = 0
    depth: int = 0
    scopes: int = 0
    shrunk: dict[int, int] = field(default_factory=dict)

    def step(self) -> None:
        """Count one piece of work."""
        self.steps += 1
        if self.steps > STEPS:
            message = f"the code does more than {STEPS} steps of work; a backward pass by hand needs far fewer"
            raise TooMuchError(message)

    def scope(self, outer: Scope | None, function: str, names: dict[str, Any] | None = None) -> Scope:
        """A fresh scope."""
        self.scopes += 1
        return Scope(names if names is not None else {}, outer, self.scopes, function)

    # --- names that nobody set ------------------------------------------------------------------

    def unknown(self, name: str) -> Any:  # noqa: ANN401 -- a number or a name to be resolved
        """What stands for a name that the code never sets."""
        key = plain(name)
        if key in self.counters and key not in self.indices:
            return self.count(key)
        if RATE.fullmatch(key):
            return 0.37
        if PASSES.fullmatch(key) and not re.fullmatch(r"t\d*", key):
            return 1
        if SETTING.fullmatch(key) and key not in self.bases:
            return _setting(key)
        if not self.scalar and SIZES.fullmatch(key):
            return [3, 4, 5, 2]
        if not self.scalar and SIZE.fullmatch(key):
            return self._size(key)
        if COUNT.fullmatch(key):
            return BATCH
        return self.deferred.setdefault(key, Deferred(key))

    def _size(self, key: str) -> int:
        key = key.lower()
        if "hid" in key or key.endswith("h"):
            return 4
        return 2 if "out" in key or "class" in key or key.endswith("y") else INPUTS

    def size(self, number: int) -> int:
        """The length for an axis that the code makes: long ones are made short, the same always the same."""
        if number <= LARGEST_SIZE:
            return number
        return self.shrunk.setdefault(number, 8 + len(self.shrunk) % 5)

    def part(self, base: Deferred, key: object) -> Any:  # noqa: ANN401 -- a number or a name to be resolved
        """A member of an unknown dictionary or list."""
        if key not in base.parts:
            if isinstance(key, str):
                base.parts[key] = self.pool[key] if key in self.pool else self.unknown(key)
            else:
                base.parts[key] = Deferred(f"{base.name}[{key}]")
        return base.parts[key]

    # --- shapes ---------------------------------------------------------------------------------

    def resolve(self, value: Any, shapes: list[Shape] | None = None) -> Any:  # noqa: ANN401 -- a node or plain data
        """The node for a name of unknown shape; anything else as it is."""
        if isinstance(value, Turned):
            turned = None if shapes is None else [shape[::-1] for shape in shapes]
            return self.tape.record("transpose", self.resolve(value.base, turned))
        if not isinstance(value, Deferred):
            return value
        if value.node is None and value.like is not None:
            return self._filled(value, value.like)
        if value.node is None:
            if value.parts:
                message = f"{value.name} is used both as one array and as a collection"
                raise UnreadableCodeError(message)
            hint = re.sub(r"\[-?\d+\]$", "", value.name)
            options: list[Shape] = (
                [()]
                if self.scalar
                else shapes or alone(hint, batch=self.batch, choices=self.choices, vectors=self.vectors)
            )
            spare = self._spare(options)
            like = self._sibling(value.name, options)
            chosen = like or (self.choices.take(options, spare) if len(options) + len(spare) > 1 else options[0])
            value.node = self.leaf(value.name, chosen)
        return value.node

    def _filled(self, value: Deferred, like: Deferred) -> Node:
        """An array of one number, as large as another whose shape had been open."""
        import numpy as np

        shape = self.resolve(like).shape
        value.node = self.tape.leaf(np.full(shape, value.fill))
        if value.memory:
            value.node = self.memory(value.memory, value.node)
        return value.node

    def _spare(self, options: list[Shape]) -> list[Shape]:
        """The first shape with the axis that got a new length as long as another one."""
        first, used = options[0], self.choices.used
        if len(first) != 2 or not used or used[0] not in first or self.claimed:
            return []
        axis = 1 if first[1] == used[0] else 0
        return [(size, first[1]) if axis == 0 else (first[0], size) for size in used[1:]]

    def _sibling(self, name: str, options: list[Shape]) -> Shape | None:
        """The shape of another member of the same list: `x[0]` has that of `x[1]`."""
        base, bracket, _ = name.partition("[")
        for leaf in self.tape.leaves.values() if bracket else ():
            if leaf.name.startswith(f"{base}[") and leaf.shape in options and not WEIGHT.fullmatch(base):
                return leaf.shape
        return None

    def leaf(self, name: str, shape: Shape) -> Node:
        """A leaf with a value that nobody chose."""
        return self.tape.leaf(drawn(name, shape, seed=1), name or f"number {len(self.tape.nodes)}")

    def memory(self, key: str, value: Any) -> Any:  # noqa: ANN401 -- numbers of whatever kind
        """What stands for something that an optimizer remembers, which is no quantity of the network."""
        if not is_number(value) and not (isinstance(value, Node) and constant(value)):
            return value
        shape = value.shape if isinstance(value, Node) else ()
        words = re.sub(r"\W+", " ", key)
        made = self.leaf(f"memory {len(self.remembered)} {words}", shape)
        self.remembered[made.place] = key
        return made

    def count(self, key: str) -> Node:
        """What stands for the number of steps so far."""
        key = "count " + re.sub(r"\W+", " ", key)
        found = next((leaf for leaf in self.tape.leaves.values() if leaf.name == key), None)
        return found or self.leaf(key, ())

    def pair(self, operation: str, left: Any, right: Any) -> tuple[Any, Any]:  # noqa: ANN401 -- nodes and plain data
        """Both sides of an operation, with shapes that fit where the code leaves them open."""
        left, right = settled(left), settled(right)
        product = operation in {"matmul", "dot"}
        if open_(left) and open_(right):
            left, right = self._first(operation, left, right)
        if open_(left):
            right = self.resolve(right)
            left = self.resolve(left, self._fitting(left, right, left_of if product else None))
        elif open_(right):
            left = self.resolve(left)
            right = self.resolve(right, self._fitting(right, left, right_of if product else None))
        if product and isinstance(left, Node) and isinstance(right, Node):
            self.columns = len(self.tape.nodes) > 0 and is_leaf(left) and not is_data(left.name)
        return left, right

    def _fitting(self, value: Any, other: Any, product: Any) -> list[Shape] | None:  # noqa: ANN401 -- nodes and data
        if not isinstance(other, Node):
            return None
        if product is not None:
            shape: Shape = tuple(other.value.shape)
            size = BATCH if is_data(name_of(value)) else self.choices.new_size()
            options: list[Shape] = product(shape, size)
            if re.fullmatch(r"w|theta|weights?|coef\w*", name_of(value)) and not self.vectors:
                options = [*options[1:2], *options[:1], *options[2:]]
            return options[:1] if name_of(value)[:1].isupper() and options[0] != () else options
        claimed = plain(name_of(value)) in self.bases
        return beside(name_of(value), tuple(other.value.shape), columns=self.columns, claimed=claimed)

    def _first(self, operation: str, left: Any, right: Any) -> tuple[Any, Any]:  # noqa: ANN401 -- nodes and data
        """Of two names without a shape, the data gets one first."""
        if operation == "outer":
            return self.resolve(left, [(4,)]), self.resolve(right, [(INPUTS,)])
        if is_data(name_of(right)) and operation in {"matmul", "dot"} and not is_data(name_of(left)):
            columns: list[Shape] = [(INPUTS, BATCH), (INPUTS,), (INPUTS, 1)]
            if self.single:
                columns = [(INPUTS, 1), (INPUTS, BATCH), (INPUTS,)]
            if self.vectors:
                columns = [(INPUTS,), (INPUTS, 1), (INPUTS, BATCH)]
            sure = self.batch or (name_of(right)[:1].isupper() and not self.vectors)
            return left, self.resolve(right, columns[:1] if sure else columns)
        return self.resolve(left), right


def _setting(key: str) -> float:
    """A usual number for what an optimizer is set to."""
    if key.startswith(("eps", "tiny")):
        return 0.0
    if key.startswith(("beta", "mom", "gamma", "mu", "rho")) or key == "decay":
        return 0.99 if key.endswith("2") else 0.9
    return 0.013


def settled(value: Any) -> Any:  # noqa: ANN401 -- nodes and plain data
    """The node of a name whose shape is known by now."""
    return value.node if isinstance(value, Deferred) and value.node is not None else value


def open_(value: object) -> bool:
    """Whether the shape is still open."""
    return (
        isinstance(value, Deferred | Turned)
        and settled(value) is value
        and not (isinstance(value, Turned) and value.base.node is not None)
    )


def name_of(value: Any) -> str:  # noqa: ANN401 -- nodes and plain data
    """The name of an unknown, without what picks one of many."""
    name = value.base.name if isinstance(value, Turned) else getattr(value, "name", "")
    return re.sub(r"\[-?\d+\]$", "", name)


def is_leaf(node: Node) -> bool:
    """Whether it is a leaf, or one turned."""
    if node.operation == "transpose":
        inner = node.arguments[0]
        return isinstance(inner, Node) and is_leaf(inner)
    return bool(node.name)


def is_number(value: object) -> bool:
    """Whether it is a plain number."""
    return isinstance(value, int | float)


def opaque(*values: object) -> Opaque | None:
    """The first value that is not followed."""
    return next((value for value in values if isinstance(value, Opaque)), None)
