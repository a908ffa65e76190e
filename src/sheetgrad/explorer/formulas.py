"""Formulas for the page: MathML with a gap for every quantity, to be filled with its name or its number.

Formulas that differ only in their quantities share one shape, so a layer of many
neurons costs little. Brackets, signs and fractions are decided by the one typesetter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sheetgrad.emit.mathml import MATHML, mathml
from sheetgrad.emit.typeset import typeset
from sheetgrad.expr import Next, Partial, Ref
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.emit.typeset import Piece
    from sheetgrad.explorer.places import Places
    from sheetgrad.expr import Expr, Quantity

BEGIN, END = "\ue000", "\ue001"
"""Around the number of a quantity; letters that no name can have."""
_GAP = re.compile(f"{BEGIN}(\\d+){END}")


@dataclass
class Formulas:
    """Collects shapes while formulas are written."""

    places: Places
    names: Notation
    shapes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A typesetter that leaves gaps."""
        self.target = MATHML._replace(name=self._gap)
        self.own = Notation(self.names.program, self.names.style)

    def formula(self, node: Expr) -> list[int]:
        """The number of its shape, then those of the quantities in its gaps."""
        text = typeset(node, self.own, self.target).text
        gaps: dict[str, int] = {}
        shape = _GAP.sub(lambda gap: f"{BEGIN}{gaps.setdefault(gap[1], len(gaps))}{END}", text)
        return [self.shapes.setdefault(shape, len(self.shapes)), *map(int, gaps)]

    def _gap(self, names: Notation, quantity: Quantity) -> Piece:
        named = MATHML.name(names, quantity)
        return named._replace(text=f"{BEGIN}{self.places.at[quantity]}{END}")

    def named(self) -> dict[str, Any]:
        """Every name in plain text and in MathML; what a rule gives is left to the page."""
        kinds: Mapping[type, list[int]] = {Partial: [], Next: []}
        plain, typed, other = [], [], {}
        for place, quantity in enumerate(self.places.order):
            match quantity:
                case Ref():
                    plain.append(self.names.plain(quantity))
                    typed.append(mathml(quantity, self.names))
                case Partial(wrt=wrt):
                    kinds[Partial].append(self.places.at[wrt])
                    if "frac" not in self.names.latex(quantity):
                        other[place] = mathml(quantity, self.names)
                case Next(state=state):
                    kinds[Next].append(self.places.at[state])
        refs = [place for place, quantity in enumerate(self.places.order) if isinstance(quantity, Ref)]
        return {
            "refs": refs,
            "plain": plain,
            "mathml": typed,
            "partials": kinds[Partial],
            "nexts": kinds[Next],
            "other": other,
        }
