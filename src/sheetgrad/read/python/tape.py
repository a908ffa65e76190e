"""What a program computed, operation by operation, so that it can be computed again at other numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.read.python.limits import ENTRIES, NODES, FitError, TooMuchError
from sheetgrad.read.python.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Values: TypeAlias = NDArray[Any]
    Known: TypeAlias = dict[int, Values]

STEP = 1e-20
"""The complex step: its square is nothing beside 1."""


@dataclass(slots=True, eq=False)
class Node:
    """One operation and its result; a leaf has no operation."""

    place: int
    operation: str
    arguments: tuple[Any, ...]
    options: Mapping[str, Any]
    value: Values
    uses: int
    """A bit for every node that it is made from, its own among them."""
    name: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its value."""
        return tuple(self.value.shape)

    def made_from(self, other: Node) -> bool:
        """Whether `other` has a part in it (a node has a part in itself)."""
        return bool(self.uses >> other.place & 1)


@dataclass(slots=True)
class Tape:
    """Every operation in order."""

    nodes: list[Node] = field(default_factory=list)
    leaves: dict[int, Node] = field(default_factory=dict)

    def leaf(self, value: Any, name: str = "") -> Node:  # noqa: ANN401 -- any number or array
        """Numbers that come from nowhere; `name` marks those whose value is free."""
        import numpy as np

        found = np.asarray(value)
        if found.dtype == object or found.size > ENTRIES:
            message = "an array that is too large or holds no numbers"
            raise TooMuchError(message)
        made = self._add("", (), {}, found)
        made.name = name
        if name:
            self.leaves[made.place] = made
        return made

    def record(self, operation: str, *arguments: Any, **options: Any) -> Node:  # noqa: ANN401 -- nodes and numbers
        """Do an operation now, and remember it."""
        import numpy as np

        _affordable(operation, arguments, options)
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(OPERATIONS[operation](*map(_now, arguments), **_each(options, _now)))
        except (ValueError, IndexError, TypeError, OverflowError, ZeroDivisionError) as error:
            raise FitError(_words(operation, arguments, error)) from error
        if found.size > ENTRIES or found.dtype.kind not in "fbiuc":
            message = "an array that is too large or holds no numbers"
            raise TooMuchError(message)
        return self._add(operation, arguments, options, found)

    def _add(self, operation: str, arguments: tuple[Any, ...], options: Mapping[str, Any], value: Values) -> Node:
        place = len(self.nodes)
        if place >= NODES:
            message = f"more than {NODES} operations"
            raise TooMuchError(message)
        uses = 1 << place
        for node in _nodes((arguments, tuple(options.values()))):
            uses |= node.uses
        made = Node(place, operation, arguments, options, value, uses)
        self.nodes.append(made)
        return made

    # --- again, at other numbers ----------------------------------------------------------------

    def value(self, node: Node, known: Known) -> Values:
        """The value of a node where `known` holds the leaves and whatever is to be put in place of a result.

        What is found is added to `known`.
        """
        found = known.get(node.place)
        if found is not None:
            return found
        for earlier in self._needed(node, known):
            if earlier.place not in known:
                known[earlier.place] = _again(earlier, known)
        return known[node.place]

    def _needed(self, node: Node, known: Known) -> list[Node]:
        """The nodes that must be done, in order; what is known ends the search."""
        wanted: set[int] = set()
        open_nodes = [node]
        while open_nodes:
            current = open_nodes.pop()
            if current.place in wanted or current.place in known:
                continue
            wanted.add(current.place)
            open_nodes.extend(_nodes((current.arguments, tuple(current.options.values()))))
        return [self.nodes[place] for place in sorted(wanted)]

    def between(self, start: Node, end: Node) -> list[Node]:
        """The nodes after `start` that carry it to `end`, in order."""
        return [
            node
            for node in self.nodes[start.place + 1 : end.place + 1]
            if node.made_from(start) and end.made_from(node)
        ]

    def slope(self, of: Node, wrt: Node, known: Known, *, held: frozenset[int] = frozenset()) -> Values:
        """∂(sum of `of`)/∂wrt, entry by entry, at the point in `known`; `held` nodes do not pass changes on."""
        import numpy as np

        middle = np.asarray(self.value(wrt, known), dtype=complex)
        self.value(of, known)
        path = [node for node in self.between(wrt, of) if node.place not in held]
        made = np.zeros(middle.shape)
        for entry in np.ndindex(middle.shape):
            moved = middle.copy()
            moved[entry] += 1j * STEP
            changed = {wrt.place: moved}
            for node in path:
                changed[node.place] = _again(node, known, changed)
            made[entry] = np.imag(np.sum(changed[of.place])) / STEP if of.place in changed else 0.0
        return made


def _again(node: Node, known: Known, changed: Known | None = None) -> Values:
    import numpy as np

    if not node.operation:
        return node.value

    def found(argument: Any) -> Any:  # noqa: ANN401 -- a node's value, or what is no node
        if not isinstance(argument, Node):
            return argument
        if changed is not None and argument.place in changed:
            return changed[argument.place]
        return known.get(argument.place, argument.value)

    with np.errstate(all="ignore"):
        arguments = [_map(argument, found) for argument in node.arguments]
        return np.asarray(OPERATIONS[node.operation](*arguments, **_each(node.options, found)))


def _map(value: Any, change: Any) -> Any:  # noqa: ANN401 -- nested data
    match value:
        case tuple():
            return tuple(_map(part, change) for part in value)
        case list():
            return [_map(part, change) for part in value]
        case slice():
            return slice(*(_map(part, change) for part in (value.start, value.stop, value.step)))
        case _:
            return change(value)


def _each(options: Mapping[str, Any], change: Any) -> dict[str, Any]:  # noqa: ANN401 -- nested data
    return {key: _map(value, change) for key, value in options.items()}


def _now(argument: Any) -> Any:  # noqa: ANN401 -- nested data
    return _map(argument, lambda part: part.value if isinstance(part, Node) else part)


def _nodes(value: Any) -> Iterator[Node]:  # noqa: ANN401 -- nested data
    match value:
        case Node():
            yield value
        case tuple() | list():
            for part in value:
                yield from _nodes(part)
        case _:
            return


def _affordable(operation: str, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    """Refuse before the memory is taken what would be large."""
    sizes = [node.value.size for node in _nodes(arguments)]
    if operation in {"outer", "tile", "repeat", "broadcast_to", "einsum", "dot", "matmul"}:
        product = 1
        for size in sizes:
            product *= max(size, 1)
        for number in _numbers((arguments, tuple(options.values()))):
            product *= max(abs(number), 1)
        if product > ENTRIES * 50:
            message = f"{operation} of arrays that are too large"
            raise TooMuchError(message)


def _numbers(value: Any) -> Iterator[int]:  # noqa: ANN401 -- nested data
    match value:
        case bool():
            return
        case int():
            yield value
        case tuple() | list():
            for part in value:
                yield from _numbers(part)
        case _:
            return


def _words(operation: str, arguments: tuple[Any, ...], error: Exception) -> str:
    shapes = [str(node.shape) for node in _nodes(arguments)]
    if isinstance(error, ValueError) and shapes:
        return f"shapes {' and '.join(shapes)} do not go together in {operation}"
    return f"{operation} of these arguments is not possible"
