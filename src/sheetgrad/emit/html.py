"""The parts of a derivation in HTML, with MathML for the formulas.

Every word and every name is escaped here; nothing from a spec reaches the page as
markup. The whole page around these parts is made by `emit.webpage`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from sheetgrad.derivation.document import Block, Derivation, Line, Picture, Prose, Section, See, Table, Text, Working
from sheetgrad.derivation.numbers import numbers, worked_numbers
from sheetgrad.emit.mathml import equality, mathml
from sheetgrad.emit.screen import screen
from sheetgrad.expr import Expr, Next, Partial, Ref, references

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.emit.diagram import Drawing

WIDE = 45
"""A chain wider than about this many letters goes over several lines."""
MANY = 16
"""A run of more lines than this, with nothing said between them, is folded after the first few."""
FIRST = 4
LONG = 64
"""A table with more rows is folded where space is short."""


@dataclass
class Parts:
    """Turns blocks into HTML; `folded` and `numbered` collect what a page unfolds only when asked.

    With `lean` the numbers of every line are kept apart too, and long tables folded.
    """

    derivation: Derivation
    drawing: Drawing | None = None
    found: Mapping[Expr, float] | None = None
    folded: list[str] = field(default_factory=list)
    numbered: list[str] = field(default_factory=list)
    lean: bool = False
    folds: bool = True
    """Whether long runs of lines are folded."""

    def __post_init__(self) -> None:
        """Find the numbers, and which quantity depends on which."""
        self.names = self.derivation.notation
        if self.found is None:
            self.found = numbers(self.derivation)
        self.between = _between(self.derivation)

    def body(self) -> str:
        """All sections."""
        return "".join(self.section(section, place) for place, section in enumerate(self.derivation.sections))

    def contents(self) -> str:
        """A list of links to the sections, those of a lower level inside."""
        items = []
        deep = False
        for place, section in enumerate(self.derivation.sections):
            inner = section.level > 2  # noqa: PLR2004 -- 2 is a chapter
            items.append("<ul>" * (inner and not deep) + "</ul>" * (deep and not inner))
            items.append(f'<li><a href="#part-{place + 1}">{self.prose(section.title)}</a></li>')
            deep = inner
        return f"<ul>{''.join(items)}{'</ul>' if deep else ''}</ul>"

    def section(self, section: Section, place: int) -> str:
        """A heading and its blocks."""
        name = f"part-{place + 1}"
        head = f'<h{section.level} id="{name}">{self.prose(section.title)}</h{section.level}>'
        return f'<section aria-labelledby="{name}">{head}{self.blocks(section.blocks)}</section>'

    def blocks(self, blocks: tuple[Block, ...]) -> str:
        """Blocks one after the other; long runs of lines are folded."""
        parts = []
        for is_line, run in groupby(blocks, key=lambda block: isinstance(block, Line)):
            made = list(run)
            if is_line and self.folds and len(made) > MANY:
                parts += [self.block(block) for block in made[:FIRST]]
                parts.append(self.folding(made[FIRST:]))
            else:
                parts += [self.block(block) for block in made]
        return "".join(parts)

    def folding(self, blocks: list[Block]) -> str:
        """What is kept out of sight until it is asked for."""
        ends = [block.number for block in (blocks[0], blocks[-1]) if isinstance(block, Line)]
        self.folded.append("".join(self.block(block) for block in blocks))
        return (
            f'<details class="more" data-folded="{len(self.folded) - 1}" data-first="{ends[0]}" data-last="{ends[1]}">'
            f"<summary>{len(blocks)} more equations of this kind, ({ends[0]}) to ({ends[1]})</summary></details>"
        )

    def block(self, block: Block) -> str:
        """One block."""
        match block:
            case Text(prose=words):
                return f"<p>{self.prose(words)}</p>"
            case Line():
                return self.line(block)
            case Working(members=members):
                return f'<div class="working">{self.chain(members)}</div>'
            case Table():
                return self.table(block)
            case Picture():
                return ""

    def line(self, line: Line) -> str:
        """A numbered equation: its formula, its anchor, and the same with numbers."""
        number = line.number
        marks = " ".join(self.drawing.marks(self.path(line))) if self.drawing else ""
        spoken = escape(f"Equation {number}, for {screen(line.quantity, self.names)}", quote=True)
        chain = worked_numbers(line, self.found or {})
        details = self.numbers(self.chain(chain)) if chain else ""
        return (
            f'<div class="line" id="eq-{number}" role="group" tabindex="0" aria-label="{spoken}" data-path="{marks}">'
            f'{self.chain(line.members)}<a class="number" href="#eq-{number}">({number})</a>{details}</div>'
        )

    def numbers(self, formula: str) -> str:
        """Symbols = numbers = result, to unfold."""
        apart = ""
        if self.lean:
            apart, formula = f' data-numbers="{len(self.numbered)}"', self._kept(formula)
        return f"<details{apart}><summary>with numbers</summary>{formula}</details>"

    def _kept(self, formula: str) -> str:
        self.numbered.append(formula)
        return ""

    def path(self, line: Line) -> set[Ref]:
        """The quantities that a line is about: on the way of a derivative, or used by an equation."""
        match line.quantity:
            case Partial(of=Ref() as of, wrt=wrt):
                return self.between(wrt, of)
            case Next(state=state):
                return {state}
            case Ref() as quantity:
                return {quantity, *references(line.value)}
            case _:
                return set()

    def chain(self, members: tuple[Expr, ...]) -> str:
        """`first = second = third` in a box of its own that scrolls when it is too wide."""
        return f'<div class="formula">{equality(members, self.names, wide=WIDE)}</div>'

    def prose(self, words: Prose) -> str:
        """Words, quantities, and links to the lines referred to."""
        return "".join(self.word(word) for word in words)

    def word(self, word: str | Expr | See) -> str:
        """One piece of prose."""
        match word:
            case See(number=number):
                return f'<a href="#eq-{number}">({number})</a>'
            case Expr():
                return f"<math>{mathml(word, self.names)}</math>"
            case _:
                return escape(word)

    def table(self, block: Table) -> str:
        """A table; numbers with twelve digits, line numbers as links."""
        head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in block.headings)
        rows = "".join(f"<tr>{''.join(map(self.cell, row))}</tr>" for row in block.rows)
        made = f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        if not self.lean or len(block.rows) <= LONG:
            return made
        self.folded.append(made)
        return (
            f'<details class="more" data-folded="{len(self.folded) - 1}">'
            f"<summary>a table of {len(block.rows)} rows</summary></details>"
        )

    def cell(self, cell: Expr | float | str) -> str:
        """A quantity, a word, or a number."""
        match cell:
            case Expr():
                return f"<td><math>{mathml(cell, self.names)}</math></td>"
            case str() if cell[:1] == "(" and cell[1:-1].isdigit():
                return f'<td><a href="#eq-{cell[1:-1]}">{cell}</a></td>'
            case str():
                return f"<td>{escape(cell)}</td>"
            case _:
                return f'<td class="value">{cell:.12g}</td>'


def _between(derivation: Derivation) -> Callable[[Ref, Ref], set[Ref]]:
    """A function that gives everything on a way from one quantity up to another."""
    model = derivation.notation.program.model
    lines = [line for line in derivation.lines if line.role in {"forward", "loss"} and derivation.form != "why"]
    pairs = [(line.quantity, line.value) for line in lines if isinstance(line.quantity, Ref)]
    if not pairs:
        pairs = [(e.target, e.value) for e in model.unrolled().equations if isinstance(e.target, Ref)]
    needs: dict[Ref, set[Ref]] = {}
    for target, value in pairs:
        needs[target] = {target}.union(*(needs.get(use, {use}) for use in references(value)))

    def between(low: Ref, high: Ref) -> set[Ref]:
        below = needs.get(high, {high})
        return {low, *(quantity for quantity in below if low in needs.get(quantity, ()))}

    return between
