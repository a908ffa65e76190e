"""The arrays of one reading of a text: their shapes, their values, and what each name stands for.

Every axis gets a length of its own, so that a transpose too many, or a product in
the wrong order, does not fit. Names that the text never defines get the first
shape that goes with what they meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.arrays.marks import BOLD
from sheetgrad.read.python.leaves import drawn
from sheetgrad.read.python.limits import FitError
from sheetgrad.read.python.names import BIAS, COUNT, LOSS, RATE, TARGET, WEIGHT
from sheetgrad.read.python.shapes import BATCH, INPUTS, Choices, is_data
from sheetgrad.read.python.tape import Node, Tape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.matrix.derivatives import Derivatives
    from sheetgrad.read.python.shapes import Shape

RATES = re.compile(r"[αηεϵλμργβτκ]\w*|lr|eta|alpha|epsilon|eps|lambda|beta|gamma|mu|rho")
OUTPUTS = 2


class Unknown(NamedTuple):
    """A name whose shape is not known yet, and what was done to it."""

    key: str
    turned: bool = False
    stretched: bool = False
    negated: bool = False


class Stretched(NamedTuple):
    """A vector that goes with any number of columns (or rows): s 1ᵀ."""

    node: Node


class Ones(NamedTuple):
    """A column of ones, of whatever length fits."""

    turned: bool = False


class Version(NamedTuple):
    """What a name stands for from one line of the text on."""

    line: int
    node: Node


@dataclass
class Scene:
    """The state of one reading."""

    batch: str
    """Which names hold many samples: `all`, `capitals`, or `none`."""
    choices: Choices
    generic: str = "generic"
    """What the letters g, f and φ stand for."""
    layers: int = 0
    """How many layers a text with layers called l is taken to have."""
    merged: bool = False
    """Whether a bold letter and a plain one are the same name."""
    tape: Tape = field(default_factory=Tape)
    versions: dict[str, list[Version]] = field(default_factory=dict)
    leaves: dict[str, Node] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    derivatives: Derivatives | None = None
    """What stands for derivatives, once the forward part is known."""

    def key(self, key: str) -> str:
        """The key under which a name is kept."""
        key = key.replace(BOLD, "") if self.merged else key
        return self.aliases.get(key, key)

    def define(self, key: str, line: int, node: Node) -> None:
        """From this line on the name stands for the node."""
        self.versions.setdefault(self.key(key), []).append(Version(line, node))

    def samples(self, key: str) -> int:
        """How many samples an array of that name holds."""
        many = self.batch == "all" or (self.batch == "capitals" and letters_of(key)[:1].isupper())
        return BATCH if many else 1

    def version(self, key: str, line: int, *, number: bool = False) -> Node | None:
        """The latest definition before a line, else the first after it; of a loss the array or the `number`."""
        key = self.key(key)
        found = self.versions.get(key, [])
        if is_loss(key) and len({not version.node.shape for version in found}) > 1:
            found = [version for version in found if bool(version.node.shape) is not number]
        before = [version for version in found if version.line <= line]
        return before[-1].node if before else found[0].node if found else None

    def made_at(self, key: str, line: int) -> Node | None:
        """What a line itself defines the name as, else what it stands for there."""
        found = [version.node for version in self.versions.get(self.key(key), []) if version.line == line]
        return found[0] if found else self.version(key, line)

    def find(self, key: str, line: int) -> Node | float | Unknown:
        """What a name stands for at a line: the latest definition before it, else the first after it."""
        key = self.key(key)
        if self.derivatives is not None and (stands := self.derivatives.named(key, line)) is not None:
            return stands
        found = self.version(key, line)
        if found is not None:
            return found
        if key in self.leaves:
            return self.leaves[key]
        number = self._number(key)
        if isinstance(number, Unknown) and self.derivatives is not None:
            raise UndefinedError(f"nothing here is called {letters_of(key)}{label_of(key)}")
        return number

    def _number(self, key: str) -> Node | float | Unknown:
        base = base_of(key)
        if RATES.fullmatch(key.split("(", maxsplit=1)[0]) or RATE.fullmatch(base):
            self.leaves[key] = self.tape.leaf(0.31 + 0.07 * len(self.leaves))
            return self.leaves[key]
        if COUNT.fullmatch(key) and key != "M":
            return 1.0 if self.batch == "none" else float(BATCH)
        return Unknown(key)

    def leaf(self, key: str, shape: Shape) -> Node:
        """A name that the text never defines gets a shape and numbers of its own."""
        node = self.tape.leaf(drawn(spelled(key), shape, seed=1), spelled(key))
        self.leaves[self.key(key)] = node
        return node

    # --- shapes ---------------------------------------------------------------------------------

    def settle(self, unknown: Unknown, options: Sequence[Shape]) -> Node:
        """The node for an unknown, with the first of the shapes, or the one that is asked for."""
        found = self.leaves.get(self.key(unknown.key))
        if found is None:
            options = [() if shape == (1, 1) else shape for shape in options]
            turned = [shape[::-1] for shape in options] if unknown.turned else list(options)
            found = self.leaf(unknown.key, self.choices.take(turned) if len(turned) > 1 else turned[0])
        if unknown.turned and found.shape:
            found = self.tape.record("transpose", found)
        return self.tape.record("negative", found) if unknown.negated else found

    def alone(self, unknown: Unknown) -> Node:
        """The node for a name that meets no other."""
        key = base_of(unknown.key)
        if is_data(key):
            return self.settle(unknown, self._data(unknown.key, columns=True))
        if TARGET.fullmatch(key) or not WEIGHT.fullmatch(key):
            size = self.samples(unknown.key)
            return self.settle(unknown, [(OUTPUTS, size), (size, OUTPUTS)])
        return self.settle(unknown, [(self.choices.new_size(), INPUTS)])

    def _data(self, key: str, *, columns: bool) -> list[Shape]:
        size = self.samples(key)
        return [(INPUTS, size) if columns else (size, INPUTS)]

    def pair(self, left: Unknown, right: Unknown) -> tuple[Node | Unknown, Node | Unknown]:
        """Of two unknowns in a product the data gets its shape first."""
        if _is_weight(right) and not _is_weight(left):
            return self.settle(left, self._data(left.key, columns=False)), right
        return left, self.settle(right, self._data(right.key, columns=True))

    def left_of(self, unknown: Unknown, right: Node) -> Node:
        """A in A · right; what should come out has the shape of what does."""
        if is_target_key(unknown.key):
            return self.settle(unknown, [right.shape[::-1] if unknown.turned else right.shape])
        rows = right.shape[0]
        return self.settle(unknown, [(size, rows) for size in self._sizes(unknown)])

    def right_of(self, left: Node, unknown: Unknown) -> Node:
        """A in left · A."""
        if is_target_key(unknown.key):
            return self.settle(unknown, [left.shape[::-1] if unknown.turned else left.shape])
        columns = left.shape[1]
        return self.settle(unknown, [(columns, size) for size in self._sizes(unknown)])

    def _sizes(self, unknown: Unknown) -> list[int]:
        """Lengths for the axis of a factor that nothing else tells."""
        if self.key(unknown.key) in self.leaves:
            return [1]
        if is_data(base_of(unknown.key)):
            return [self.samples(unknown.key)]
        used = [node.shape[0] for key, node in self.leaves.items() if node.shape and WEIGHT.fullmatch(base_of(key))]
        sizes = [self.choices.new_size(), *dict.fromkeys(size for size in used[:3] if size > 1)]
        return [1, *sizes] if _is_vector(unknown) else sizes

    def beside(self, unknown: Unknown, other: Node, *, added: bool) -> Node:
        """A in A + other or A ⊙ other."""
        shape = other.shape
        if unknown.stretched and shape:
            return self.settle(unknown._replace(turned=False), [(shape[0], 1)])
        if added and BATCH in shape and BIAS.fullmatch(base_of(unknown.key)):
            return self.settle(unknown, [tuple(1 if size == BATCH else size for size in shape)])
        return self.settle(unknown, [shape])


def _is_weight(unknown: Unknown) -> bool:
    return bool(WEIGHT.fullmatch(base_of(unknown.key))) and not is_data(base_of(unknown.key))


def _is_vector(unknown: Unknown) -> bool:
    """Whether it is a weight of one neuron: a small letter without a layer."""
    return bool(re.fullmatch(rf"{BOLD}?[a-zθβ]", unknown.key))


def base_of(key: str) -> str:
    """The letters of a key with its layer as a number behind: `W1` for `W(1)`."""
    return re.sub(r"[^\w]", "", key.replace(BOLD, ""))


def spelled(key: str) -> str:
    """A name for a leaf of the tape."""
    return base_of(key) or key


def letters_of(key: str) -> str:
    """The letters of a key, without its layer."""
    return key.replace(BOLD, "").split("(")[0]


def label_of(key: str) -> str:
    """The layer of a key."""
    found = re.search(r"\(([^()]*)\)$", key)
    return found[1] if found else ""


def is_loss(key: str) -> bool:
    """Whether a name looks like that of a loss."""
    return bool(LOSS.fullmatch(letters_of(key).replace(",", "_")))


def is_target_key(key: str) -> bool:
    """Whether a name is what should come out."""
    return bool(TARGET.fullmatch(base_of(key)))


class UndefinedError(FitError):
    """A name that no equation of the forward part has."""


def misfit(words: str) -> FitError:
    """An error that says that shapes do not go together."""
    return FitError(words)
