"""What a name can stand for while a program is followed, besides plain Python data and nodes of the tape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ast

    from sheetgrad.read.python.tape import Node


@dataclass(slots=True, eq=False)
class Deferred:
    """A name that the code never sets: its shape is found from its first use."""

    name: str
    node: Node | None = None
    parts: dict[Any, Any] = field(default_factory=dict)
    """Where it is used as a dictionary or a list: its members."""
    like: Deferred | None = None
    """What it is as large as, where it holds one number throughout."""
    fill: float = 0.0
    memory: str = ""
    """The key, where an optimizer keeps it."""


@dataclass(slots=True, eq=False)
class Turned:
    """The transpose of a name whose shape is not known yet."""

    base: Deferred


class Sized(int):
    """How many numbers an array holds, which PyTorch calls to get its shape."""

    shape: tuple[int, ...]

    def __new__(cls, count: int, shape: tuple[int, ...]) -> Self:
        """The number, with the shape beside it."""
        made = super().__new__(cls, count)
        made.shape = shape
        return made


@dataclass(slots=True, eq=False)
class Opaque:
    """A value that is not followed, and why."""

    reason: str


@dataclass(slots=True, eq=False)
class Module:
    """A module or a part of one: `numpy`, `numpy.random`."""

    path: str


@dataclass(slots=True, eq=False)
class Builtin:
    """A function that is known by name."""

    path: str
    owner: Any = None
    """For a method: what it belongs to."""


@dataclass(slots=True, eq=False)
class Function:
    """A function of the program's own; `owner` is the instance a method belongs to."""

    name: str
    node: ast.FunctionDef | ast.Lambda
    scope: Scope | None = None
    owner: Instance | None = None
    calls: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Class:
    """A class of the program's own."""

    name: str
    methods: dict[str, Function]
    made: list[Instance] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Instance:
    """An object of one of the program's own classes."""

    kind: Class
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Scope:
    """The names of the module, or of one call of a function."""

    names: dict[str, Any]
    outer: Scope | None = None
    number: int = 0
    function: str = ""

    def find(self, name: str) -> Any:  # noqa: ANN401 -- whatever the name stands for
        """The value, or `MISSING`."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return MISSING


MISSING = object()


@dataclass(slots=True, eq=False)
class Statement:
    """One assignment in the source."""

    line: int
    column: int
    target: str
    value: ast.expr
    sign: str = ""
    """For `-=` and its like: the operator."""
    span: tuple[int, int] = (0, 0)


@dataclass(slots=True, eq=False)
class Binding:
    """A name that was given a value, at one moment."""

    name: str
    value: Node | None
    statement: Statement
    scope: int
    function: str
    before: Node | None = None
    """What the name stood for until then."""
    names: dict[str, Any] = field(default_factory=dict)
    """Every name that could be seen there, for claims."""
    failure: str = ""
    moment: int = 0
    """How much had been recorded on the tape by then."""
    own: bool = True
    """Whether the name stands for the whole right side (not a part of a list or a tuple)."""
    owner: Instance | None = None
    """The object that it belongs to, or in whose method it stands."""
