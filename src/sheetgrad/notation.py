"""House styles: what every quantity of a model is called, in plain text and in LaTeX.

A notation is bound to one Program. It names each member of each family (weights
may be numbered through, `w1 … w8`), and the names are read back through the same
table, so that two quantities can never share one. Families under an index
variable are written in the textbook way whatever the notation.

To add a house style, add an entry to `STYLES`: a rule from a quantity to a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sheetgrad.errors import ModelError
from sheetgrad.expr import Expr, Index, Next, Partial, Quantity, Ref, Sum, Symbol, members
from sheetgrad.model import SAMPLE
from sheetgrad.syntax.names import latex_of, raised
from sheetgrad.syntax.printer import index_name, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.program import Program


class Name(NamedTuple):
    """A name in plain text (an identifier) and in LaTeX."""

    plain: str
    latex: str


class Shape(NamedTuple):
    """What a style may want to know of the network as a whole."""

    last: int
    """The number of layers."""
    offsets: Mapping[Symbol, int]
    """How many weights (or biases) come before each family when they are numbered through."""


Style: TypeAlias = "Callable[[Symbol, tuple[int, ...], Shape], Name]"


def _plainly(plain: str) -> Name:
    return Name(plain, latex_of(plain))


def _numbers(places: tuple[int, ...], join: str = "_") -> str:
    return join.join(str(place + 1) for place in places)


def _own(symbol: Symbol, places: tuple[int, ...], shape: Shape) -> Name:
    """The model's own names: `w`, `Wq_1_2`."""
    del shape
    layer = str(symbol.layer) if symbol.layer else ""
    return _plainly("_".join(filter(None, (symbol.name + layer, _numbers(places)))))


def _part(symbol: Symbol, shape: Shape) -> str:
    """The letter of a layer: `o` for the last, `h` for the one hidden layer, else `h1`, `h2` and so on."""
    if symbol.layer == shape.last:
        return "o"
    return "h" if shape.last == 2 else f"h{symbol.layer}"  # noqa: PLR2004 -- one hidden layer


def _neuron(symbol: Symbol, places: tuple[int, ...], shape: Shape) -> str:
    part = _part(symbol, shape)
    return f"{part}{'_' if part[-1].isdigit() else ''}{_numbers(places)}"


def _through(symbol: Symbol, places: tuple[int, ...], shape: Shape) -> int:
    """The number of a weight when all are numbered through, layer by layer and row by row."""
    position = 0
    for place, size in zip(places, symbol.shape, strict=True):
        position = position * size + place
    return shape.offsets.get(symbol, 0) + position + 1


_SOFTMAX = {"m": "m", "s": "s", "S": "S"}


def _class(symbol: Symbol, places: tuple[int, ...], shape: Shape) -> Name:
    """As the class writes: i1, w1, h1, a_h1, o1, a_o1, t1, E1."""
    match symbol.name:
        case "x":
            return _plainly(f"i{_numbers(places)}")
        case "w" | "b":
            return _plainly(f"{symbol.name}{_through(symbol, places, shape)}")
        case "z":
            return _plainly(_neuron(symbol, places, shape))
        case "a" | "s":
            return _plainly(f"{symbol.name}_{_neuron(symbol, places, shape)}")
        case "m" | "S":
            return _plainly(f"{symbol.name}_{_part(symbol, shape)}")
        case "t" | "E":
            return _plainly(f"{symbol.name}{_numbers(places)}")
        case _:
            return _own(symbol, places, shape)


def _mazur(symbol: Symbol, places: tuple[int, ...], shape: Shape) -> Name:
    """As Matt Mazur writes: net_h1, out_h1, target_o1."""
    match symbol.name:
        case "z":
            return _plainly(f"net_{_neuron(symbol, places, shape)}")
        case "a":
            return _plainly(f"out_{_neuron(symbol, places, shape)}")
        case "t":
            return _plainly(f"target_o{_numbers(places)}")
        case "E":
            return _plainly(f"E_o{_numbers(places)}")
        case _:
            return _class(symbol, places, shape)


def _textbook(symbol: Symbol, places: tuple[int, ...], shape: Shape) -> Name:
    """As textbooks write: z, a, w with the layer above and the neuron below."""
    del shape
    if symbol.name not in {"x", "w", "b", "z", "a", "t", "E", *_SOFTMAX}:
        return _plainly("_".join(filter(None, (symbol.name, _numbers(places)))))
    name = "y" if symbol.name == "t" else symbol.name
    layer = str(symbol.layer) if symbol.layer else ""
    numbers = _numbers(places, "" if all(place < 9 for place in places) else ",")  # noqa: PLR2004 -- one digit each
    above = f"^{{({layer})}}" if layer else ""
    below = f"_{{{numbers}}}" if numbers else ""
    plain = f"{name}{layer}_{_numbers(places)}" if layer and places else f"{name}{layer or _numbers(places)}"
    return Name(plain, f"{name}{above}{below}")


STYLES: Mapping[str, Style] = {"class": _class, "mazur": _mazur, "textbook": _textbook, "own": _own}
"""The notations, by name; `own` is for models written as equations."""


@dataclass(frozen=True)
class Notation:
    """A style bound to a program: names out, quantities back.

    >>> from sheetgrad.syntax.names import latex_of
    >>> latex_of("a_h1")
    'a_{h1}'
    """

    program: Program
    style: str = "class"
    _names: dict[Quantity, Name] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, quantity: Quantity) -> str:
        """The plain name, so that a notation can be given to the printer."""
        return self.name(quantity).plain

    def plain(self, quantity: Quantity) -> str:
        """The name as an identifier: `a_h1`, `dE_total_dw5`, `w5_new`."""
        return self.name(quantity).plain

    def latex(self, quantity: Quantity) -> str:
        """The name in LaTeX."""
        return self.name(quantity).latex

    def name(self, quantity: Quantity) -> Name:
        """The name of a member, of its derivative, or of its next value."""
        found = self._names.get(quantity)
        if found is None:
            found = self._names[quantity] = self._made(quantity)
        return found

    def _made(self, quantity: Quantity) -> Name:
        match quantity:
            case Ref(symbol=symbol, places=places):
                return self._member(symbol, places)
            case Partial(of=of, wrt=wrt):
                return self._derivative(of, wrt, edge=quantity.edge)
            case Next(state=state):
                name = self.name(state)
                return Name(f"{name.plain}_new", raised(name.latex, r"\text{new}"))

    def _member(self, symbol: Symbol, places: tuple[Index | int, ...]) -> Name:
        if self._remembered(symbol):
            kind, _, rest = symbol.name.partition("_")
            inner = self._member(Symbol(rest, symbol.layer, symbol.axes), places)
            return Name(f"{kind}_{inner.plain}", f"{kind}_{{{inner.latex}}}")
        sampled = bool(symbol.axes) and symbol.axes[0].name == SAMPLE
        bare = Symbol(symbol.name, symbol.layer, symbol.axes[1:]) if sampled else symbol
        inner_places = places[1:] if sampled else places
        if any(isinstance(place, Index) for place in inner_places) or (sampled and isinstance(places[0], Index)):
            return _family(symbol, places)
        name = STYLES[self.style](bare, inner_places, self._shape)  # type: ignore[arg-type]  # all are numbers here
        if sampled:
            number = _numbers(places[:1])  # type: ignore[arg-type]  # a number here
            return Name(f"{name.plain}_s{number}", raised(name.latex, f"[{number}]"))
        return name

    def _remembered(self, symbol: Symbol) -> bool:
        return symbol in self.program.states and "_" in symbol.name

    def _derivative(self, of: Expr, wrt: Ref, *, edge: bool) -> Name:
        below = self.name(wrt)
        above = self.name(of) if isinstance(of, Ref) else Name(written(of, self), self._sum_latex(of))
        mark = r"\partial^{+}" if edge else r"\partial"
        plain = f"d{above.plain}_d{below.plain}" + ("_edge" if edge else "")
        if self.style == "textbook" and wrt.symbol.name == "z" and of is self.program.loss:
            return Name(plain, below.latex.replace("z", r"\delta", 1))
        return Name(plain, f"\\frac{{{mark} {above.latex}}}{{{mark} {below.latex}}}")

    def _sum_latex(self, of: Expr) -> str:
        terms = of.terms if isinstance(of, Sum) else (of,)
        return "(" + " + ".join(self.name(term).latex for term in terms if isinstance(term, Ref)) + ")"

    @property
    def _shape(self) -> Shape:
        found = self.__dict__.get("_shape_made")
        if found is None:
            found = Shape(max((symbol.layer for symbol in self._symbols()), default=0), self._offsets())
            self.__dict__["_shape_made"] = found
        return found

    def _symbols(self) -> list[Symbol]:
        made = (equation.target for equation in self.program.forward)
        return [*self.program.model.leaves, *(target.symbol for target in made if isinstance(target, Ref))]

    def _offsets(self) -> dict[Symbol, int]:
        """Weights are numbered through among weights, biases among biases."""
        offsets: dict[Symbol, int] = {}
        seen: dict[str, int] = {}
        layered = (*self.program.model.parameters, *self.program.model.constants)
        for symbol in sorted(layered, key=lambda symbol: symbol.layer):
            offsets[symbol] = seen.get(symbol.name, 0)
            size = 1
            for places in symbol.shape:
                size *= places
            seen[symbol.name] = offsets[symbol] + size
        return offsets

    def quantity(self, name: str) -> Quantity:
        """The quantity that has this plain name.

        Raises ModelError when there is none.
        """
        table = self.table()
        if name not in table:
            message = f"no quantity is called {name!r}"
            raise ModelError(message)
        return table[name]

    def table(self) -> dict[str, Quantity]:
        """Every plain name of the unrolled program with its quantity; two of one name are an error."""
        found = self.__dict__.get("_table_made")
        if found is None:
            found = self._table()
            self.__dict__["_table_made"] = found
        return found

    def _table(self) -> dict[str, Quantity]:
        table: dict[str, Quantity] = {}
        program = self.program.unrolled()
        given = (*program.model.leaves, *program.states, *program.settings)
        leaves = [Ref(symbol, tuple(n.values())) for symbol in given for n in members(symbol.axes)]
        for quantity in (*leaves, *(equation.target for equation in program.equations)):
            name = self.plain(quantity)
            if table.setdefault(name, quantity) is not quantity:
                message = f"two quantities are called {name}; rename one of them"
                raise ModelError(message)
        return table


def _family(symbol: Symbol, places: tuple[Index | int, ...]) -> Name:
    """A family under index variables: `w1[j,i]`."""
    words = [index_name(place) if isinstance(place, Index) else str(place + 1) for place in places]
    layer = str(symbol.layer) if symbol.layer else ""
    above = f"^{{({layer})}}" if layer else ""
    short = ["s" if word == SAMPLE else word for word in words]
    below = "".join(short) if all(len(word) == 1 for word in short) else ",".join(short)
    head, mark, inner = latex_of(symbol.name).partition("_{")  # E_{total} has a subscript already: the two are joined
    below = f"{inner[:-1]},{below}" if mark else below
    return Name(f"{symbol.name}{layer}[{','.join(words)}]", f"{head}{above}_{{{below}}}")
