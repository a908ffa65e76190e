"""What a derivation is made of, before it becomes Markdown, HTML, LaTeX or JSON.

Every target prints these same parts in this same order, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.expr import Expr, Partial, Quantity
from sheetgrad.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.model import Role
    from sheetgrad.notation import Notation
    from sheetgrad.setup import Setup


@dataclass(frozen=True, slots=True)
class See:
    """A reference to a numbered line: printed as (3)."""

    number: int


Prose: TypeAlias = "tuple[str | Expr | See, ...]"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph: words, quantities, references."""

    prose: Prose


@dataclass(frozen=True, slots=True)
class Line:
    """A numbered chain of equalities about one quantity.

    `members` are what is shown, `quantity` first. `value` says the same in a form
    that can be computed from the lines before it.
    """

    number: int
    role: Role
    quantity: Quantity
    members: tuple[Expr, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class Working:
    """A chain of equalities beside the numbered ones, such as the derivative of the sigmoid."""

    members: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of quantities, formulas and numbers under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Expr | float | str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Where the diagram of the network goes."""


Block: TypeAlias = Text | Line | Working | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; `level` 2 is a chapter."""

    title: Prose
    blocks: tuple[Block, ...]
    level: int = 2


@dataclass(frozen=True, slots=True)
class Derivation(Shown):
    """A whole derivation under one notation."""

    title: str
    setup: Setup
    notation: Notation
    form: str
    sections: tuple[Section, ...]

    @property
    def lines(self) -> Iterator[Line]:
        """The numbered lines, in order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Line):
                    yield block

    def as_json(self) -> dict[str, Any]:
        """`{"equations": [{"number", "role", "quantity", "latex", "text"}]}`.

        `text` is `name = formula` in plain infix; evaluated from the first line to the
        last it gives every number.
        """
        from sheetgrad.emit.latex import latex
        from sheetgrad.syntax.printer import written

        return {
            "name": self.setup.name,
            "form": self.form,
            "notation": self.notation.style,
            "equations": [
                {
                    "number": line.number,
                    "role": line.role,
                    "quantity": self.notation.plain(line.quantity),
                    "latex": " = ".join(latex(member, self.notation) for member in line.members),
                    "text": f"{self.notation.plain(line.quantity)} = {written(line.value, self.notation)}",
                }
                for line in self.lines
            ],
        }


class Writer:
    """Collects sections; numbers lines as they come, and remembers the number of each quantity's last line."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._blocks: list[Block] = []
        self.numbers: dict[Quantity, int] = {}
        self._count = 0

    def section(self, *title: str | Expr | See, level: int = 2) -> None:
        """Begin a section."""
        self._blocks = []
        self.sections.append(Section(title, (), level))

    def add(self, block: Block) -> None:
        """Put a block under the current heading."""
        self._blocks.append(block)
        last = self.sections[-1]
        self.sections[-1] = Section(last.title, tuple(self._blocks), last.level)

    def say(self, *prose: str | Expr | See) -> None:
        """A paragraph."""
        self.add(Text(prose))

    def line(self, role: Role, quantity: Quantity, *members: Expr, value: Expr | None = None) -> int:
        """A numbered line: `quantity = member = member …`; gives its number."""
        shown = tuple(dict.fromkeys((quantity, *members)))
        return self.shown_line(role, quantity, shown, members[-1] if value is None else value)

    def shown_line(self, role: Role, quantity: Quantity, shown: tuple[Expr, ...], value: Expr) -> int:
        """The same with every member given, the first too: what stands for the quantity may be a matrix."""
        self._count += 1
        self.add(Line(self._count, role, quantity, shown, value))
        self.numbers[quantity] = self._count
        return self._count


def listed(parts: Sequence[Expr | See]) -> Prose:
    """`a, b and c` as prose."""
    prose: list[str | Expr | See] = []
    for place, part in enumerate(parts):
        if place:
            prose.append(" and " if place == len(parts) - 1 else ", ")
        prose.append(part)
    return tuple(prose)


def is_gradient(quantity: Quantity) -> bool:
    """Whether it is a derivative."""
    return isinstance(quantity, Partial)
