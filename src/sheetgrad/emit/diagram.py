"""The picture of a model: quantities as circles, what uses what as lines, weights on the lines.

It is drawn from the equations alone: columns by how many equations lie before a
quantity, an activation together with what it activates. A large model is drawn
with one circle for a whole family.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from sheetgrad.derive import program
from sheetgrad.expr import Call, Expr, Index, Largest, Product, Ref, Sum, Total, members, references
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.model import Model
    from sheetgrad.setup import Setup, Value

MOST_CIRCLES = 48
MOST_LABELS = 4
"""A circle with more lines into it than this has no labels on them (they still show on hover)."""
COLUMN, ROW, RADIUS, MARGIN = 190, 92, 30, 60

STYLE = """
svg { font: 13px system-ui, sans-serif; }
.back { fill: #ffffff; } .line { stroke: #8a94a6; stroke-width: 1.4; }
.given { fill: #dbeafe; stroke: #2563eb; } .made { fill: #dcfce7; stroke: #16a34a; }
.loss { fill: #fee2e2; stroke: #dc2626; } text { fill: #1f2937; text-anchor: middle; }
.label { font-size: 11px; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
@media (prefers-color-scheme: dark) {
.back { fill: #0d1117; } text { fill: #e5e7eb; } .label { stroke: #0d1117; }
.given { fill: #1e3a5f; } .made { fill: #14432a; } .loss { fill: #5b1f1f; } }
"""


@dataclass
class Circle:
    """One quantity, or a weighted sum and its activation together."""

    quantities: list[Ref]
    kind: str
    column: int = 0
    x: float = 0.0
    y: float = 0.0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """From one circle to another, with the weight on it (if one)."""

    start: Circle
    end: Circle
    label: str
    weights: tuple[Ref, ...] = ()


def diagram(setup: Setup, notation: str | None = None) -> str:
    """The picture as SVG text, with the values the setup starts from.

    Colours follow the reader's light or dark theme; nothing is loaded from elsewhere.
    """
    return drawing(setup, notation).svg()


def drawing(setup: Setup, notation: str | None = None) -> Drawing:
    """The picture as circles and lines that have their places, for any way to draw it."""
    model = setup.model
    names = Notation(program(model, setup.optimizer), notation or setup.notation)
    if model.size <= MOST_CIRCLES:
        model = model.unrolled()
    return Drawing(model, names, _numbers(setup))


def _numbers(setup: Setup) -> dict[Ref, float]:
    numbers = {}
    for symbol in setup.model.leaves:
        count = 1
        for size in symbol.shape:
            count *= size
        if count > MOST_CIRCLES * MOST_CIRCLES:
            continue
        start = setup.samples[symbol][0] if symbol in setup.samples else setup.values[symbol]
        for place in members(symbol.axes):
            places = tuple(place.values())
            numbers[Ref(symbol, places)] = _at(start, places)
    return numbers


def _at(value: Value, places: tuple[int, ...]) -> float:
    for place in places:
        value = value[place]
    return float(value)


class Drawing:
    """Circles and lines of one model, placed in columns."""

    def __init__(self, model: Model, names: Notation, numbers: Mapping[Ref, float]) -> None:
        self.names, self.numbers = names, numbers
        self.weights, self.given = {*model.parameters, *model.constants}, set(model.data)
        self.at: dict[Ref, Circle] = {}
        self.circles: list[Circle] = []
        self.lines: list[Line] = []
        used = [use for equation in model.equations for use in references(equation.value)]
        counts = {use: used.count(use) for use in used} if len(used) < MOST_CIRCLES**2 else dict.fromkeys(used, 2)
        for equation in model.equations:
            if isinstance(equation.target, Ref) and not _is_held(equation.value):
                self.place(equation.target, equation.value, equation.role, counts)
        self.pull_givens()
        self.lay_out()

    def place(self, target: Ref, value: Expr, role: str, counts: Mapping[Ref, int]) -> None:
        """Make a circle for an equation, and the lines into it."""
        match value:
            case Call(arguments=(Ref() as inner,)) if inner in self.at and counts.get(inner) == 1:
                self.at[target] = self.at[inner]
                self.at[inner].quantities.append(target)
                return
            case _:
                pass
        circle = Circle([target], "loss" if role == "loss" else "made")
        self.at[target] = circle
        for term in _terms(value):
            weights = [use for use in references(term) if use.symbol in self.weights]
            others = [use for use in references(term) if use.symbol not in self.weights]
            label = ", ".join(map(self.worth, weights))
            for other in others:
                self.connect(other, circle, Line(circle, circle, label, tuple(weights)))
            if weights and not others:
                circle.notes.append(label)
        before = [line.start.column for line in self.lines if line.end is circle]
        circle.column = max(before, default=0) + 1
        self.circles.append(circle)

    def connect(self, start: Ref, end: Circle, line: Line) -> None:
        """A line from a quantity, which is given if no equation makes it."""
        if start not in self.at:
            if start.symbol not in self.given:  # held fixed, so not drawn
                return
            given = Circle([start], "given")
            if start in self.numbers:
                given.notes.append(f"{self.numbers[start]:g}")
            self.at[start] = given
            self.circles.append(given)
        made = replace(line, start=self.at[start])
        if not any(old.start is made.start and old.end is end and old.label == made.label for old in self.lines):
            self.lines.append(made)

    def worth(self, use: Ref) -> str:
        """`w1 = 0.15`, or the name alone where there is no number to show."""
        name = self.names.plain(use)
        return f"{name} = {self.numbers[use]:g}" if use in self.numbers else name

    def pull_givens(self) -> None:
        """What is given stands one column before where it is first used."""
        for circle in self.circles:
            if circle.kind == "given":
                circle.column = min(line.end.column for line in self.lines if line.start is circle) - 1

    def lay_out(self) -> None:
        """Columns from left to right, each centred; what is given late (the targets) stands below its column."""
        columns: dict[int, list[Circle]] = {}
        late: dict[int, list[Circle]] = {}
        for circle in self.circles:
            side = late if circle.kind == "given" and circle.column > min(c.column for c in self.circles) else columns
            side.setdefault(circle.column, []).append(circle)
        tallest = max(map(len, columns.values()), default=1)
        places = {column: place for place, column in enumerate(sorted({*columns, *late}))}
        for column, place in places.items():
            stack = columns.get(column, [])
            top = (tallest - len(stack)) / 2
            for row, circle in enumerate(stack + late.get(column, [])):
                circle.x = MARGIN + RADIUS + place * COLUMN
                circle.y = MARGIN + RADIUS + (row + top) * ROW
        self.width = 2 * (MARGIN + RADIUS) + (len(places) - 1) * COLUMN
        self.height = max(circle.y for circle in self.circles) + RADIUS + MARGIN

    def svg(self) -> str:
        """Lines first, then circles, then labels, so that nothing hides a name."""
        into = {id(c): sum(line.end is c for line in self.lines) for c in self.circles}
        lines = [_line(line, place) for place, line in enumerate(self.lines)]
        labels = [
            _label(line, place)
            for place, line in enumerate(self.lines)
            if line.label and into[id(line.end)] <= MOST_LABELS
        ]
        circles = [self.circle(circle, place) for place, circle in enumerate(self.circles)]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" role="img">'
            f"<title>The network</title><style>{STYLE}</style>"
            f'<rect class="back" width="100%" height="100%"/>' + "".join((*lines, *circles, *labels)) + "</svg>\n"
        )

    def marks(self, quantities: set[Ref]) -> list[str]:
        """What to mark in the picture for these quantities: `c3` is a circle, `l5` a line with its label.

        A line is marked when both its ends are, or a weight on it is among them.
        """
        met = {id(circle) for quantity in quantities for circle in self.found(quantity)}
        among = quantities | {quantity.symbol.whole for quantity in quantities}
        families = {_family_name(quantity) for quantity in quantities if _family_size(quantity)}
        return [f"c{place}" for place, circle in enumerate(self.circles) if id(circle) in met] + [
            f"l{place}"
            for place, line in enumerate(self.lines)
            if not among.isdisjoint(line.weights)
            or not families.isdisjoint(map(_family_name, line.weights))
            or {id(line.start), id(line.end)} <= met
        ]

    def found(self, quantity: Ref) -> list[Circle]:
        """The circle of a quantity or of its family; for a whole family those of all its members."""
        exact = self.at.get(quantity) or self.at.get(quantity.symbol.whole)
        if exact is not None or not _family_size(quantity):
            return [] if exact is None else [exact]
        return [circle for use, circle in self.at.items() if _family_name(use) == _family_name(quantity)]

    def circle(self, circle: Circle, place: int) -> str:
        """A circle with its names, and its notes below."""
        rows = [_named(self.names.plain(quantity)) for quantity in circle.quantities]
        first = circle.y + 4.5 - 8 * (len(rows) - 1)
        texts = [f'<text x="{circle.x:g}" y="{first + 16 * row:g}">{name}</text>' for row, name in enumerate(rows)]
        notes = [
            f'<text class="label" x="{circle.x:g}" y="{circle.y + RADIUS + 14 + 13 * row:g}">{escape(note)}</text>'
            for row, note in enumerate(circle.notes)
        ]
        size = _family_size(circle.quantities[0])
        if size:
            notes.append(f'<text class="label" x="{circle.x:g}" y="{circle.y - RADIUS - 6:g}">{size}</text>')
        round_ = f'<circle class="{circle.kind}" cx="{circle.x:g}" cy="{circle.y:g}" r="{RADIUS}"/>'
        return f'<g data-mark="c{place}">{round_}{"".join((*texts, *notes))}</g>'


def _family_name(quantity: Ref) -> tuple[str, int]:
    """What a family is called, over one sample or many."""
    return quantity.symbol.name, quantity.symbol.layer


def _family_size(quantity: Ref) -> str:
    sizes = [str(place.size) for place in quantity.places if isinstance(place, Index)]
    return " × ".join(sizes)


def _is_held(value: Expr) -> bool:
    return isinstance(value, Largest) or (isinstance(value, Call) and value.function == "held")


def _terms(value: Expr) -> tuple[Expr, ...]:
    """What an equation adds up; one part where it does not add."""
    match value:
        case Sum(terms=terms):
            return tuple(part for term in terms for part in _terms(term))
        case Total(body=body):
            return _terms(body)
        case Call(arguments=(inner,)):
            return _terms(inner)
        case Product() | _:
            return (value,)


def _line(line: Line, place: int) -> str:
    title = f"<title>{escape(line.label)}</title>" if line.label else ""
    return (
        f'<line class="line" data-mark="l{place}" x1="{line.start.x + RADIUS:g}" y1="{line.start.y:g}" '
        f'x2="{line.end.x - RADIUS:g}" y2="{line.end.y:g}">{title}</line>'
    )


def _label(line: Line, place: int) -> str:
    """The label on a line, nearer its start so that crossing lines keep theirs apart."""
    share = 0.3 if place % 2 == 0 else 0.36
    x = line.start.x + RADIUS + share * (line.end.x - line.start.x - 2 * RADIUS)
    y = line.start.y + share * (line.end.y - line.start.y)
    return f'<text class="label" data-mark="l{place}" x="{x:g}" y="{y + 4:g}">{escape(line.label)}</text>'


def _named(plain: str) -> str:
    """`a_h1` with its index lowered."""
    match = re.fullmatch(r"([^\W\d]+?)_?(\d.*|(?<=_).*)", plain) or re.fullmatch(r"([^_]+)_(.+)", plain)
    if not match or "[" in plain:
        return escape(plain)
    head, below = match.groups()
    return f'{escape(head)}<tspan font-size="10" dy="4">{escape(below.replace("_", ","))}</tspan>'
