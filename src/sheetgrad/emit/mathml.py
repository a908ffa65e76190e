"""An expression in MathML, as browsers draw it without help and screen readers read it."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from sheetgrad.emit.latex import binding, letter
from sheetgrad.emit.typeset import Piece, Target, typeset
from sheetgrad.syntax.names import latex_of
from sheetgrad.syntax.printer import ATOM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.derivation.algebra import Array
    from sheetgrad.expr import Expr, Quantity, Scalar
    from sheetgrad.notation import Notation


def mathml(node: Expr, notation: Notation) -> str:
    """What stands inside `<math>`, under a notation's names; every name is escaped."""
    return typeset(node, notation, MATHML).text


def equality(members: Sequence[Expr], notation: Notation, *, wide: int = 60) -> str:
    """`first = second = third` as a whole `<math>` element; one below the other if wider than about `wide` letters."""
    texts = [mathml(member, notation) for member in members]
    if len(texts) <= 2 or sum(len(_TAG.sub("", text)) for text in texts) <= wide:  # noqa: PLR2004 -- two sides
        return f'<math display="block"><mrow>{"<mo>=</mo>".join(texts)}</mrow></math>'
    first, *others = texts
    lines = [
        f"<mtr><mtd><mrow>{first if place == 0 else ''}</mrow></mtd><mtd><mrow><mo>=</mo>{text}</mrow></mtd></mtr>"
        for place, text in enumerate(others)
    ]
    return f'<math display="block"><mtable displaystyle="true">{"".join(lines)}</mtable></math>'


SYMBOLS = {
    name: chr(code)
    for names, start in (
        ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho", 0x3B1),
        ("sigma tau upsilon phi chi psi omega", 0x3C3),
    )
    for code, name in enumerate(names.split(), start)
} | {"partial": "∂", "Delta": "Δ"}
"""Greek letters and signs in names, by their LaTeX command."""

_TAG = re.compile("<[^>]*>")
_TOKEN = re.compile(
    r"\\(?:mathrm|text|mathbf|boldsymbol)\{(?P<word>(?:\\.|[^{}])*)\}"
    r"|\\(?P<command>[A-Za-z]+)|(?P<number>\d+(?:\.\d+)?)|(?P<mark>[{}^_])|(?P<other>\s+|.)",
    re.DOTALL,
)


@lru_cache(maxsize=50_000)
def name_in_mathml(latex: str) -> str:
    r"""A name, from LaTeX: `w^{(2)}_{11}`, `\frac{\partial E}{\partial w_{5}}`.

    >>> name_in_mathml("a_{h1}")
    '<msub><mi>a</mi><mi>h1</mi></msub>'
    """
    tokens = [match for match in _TOKEN.finditer(latex) if not match.group().isspace()]
    return _row(_sequence(tokens, 0)[0])


def _sequence(tokens: Sequence[re.Match[str]], place: int) -> tuple[list[str], int]:
    """Elements up to the closing brace, with what is below and above each."""
    made: list[str] = []
    while place < len(tokens) and tokens[place].group() != "}":
        element, place = _element(tokens, place)
        scripts: dict[str, str] = {}
        while place < len(tokens) and tokens[place].group() in {"_", "^"}:
            mark = tokens[place].group()
            scripts[mark], place = _script(tokens, place + 1)
        made.append(_scripted(element, scripts))
    return made, place


def _element(tokens: Sequence[re.Match[str]], place: int) -> tuple[str, int]:
    token = tokens[place]
    if token["command"] == "frac":
        above, place = _group(tokens, place + 1)
        below, place = _group(tokens, place)
        return f"<mfrac>{above}{below}</mfrac>", place
    if token.group() == "{":
        return _group(tokens, place)
    if token["word"] is not None:
        return _word(re.sub(r"\\(.)", r"\1", token["word"])), place + 1
    if token["command"]:
        command = token["command"]
        return ("<mo>∂</mo>" if command == "partial" else _word(SYMBOLS.get(command, command))), place + 1
    if token["number"]:
        return f"<mn>{token['number']}</mn>", place + 1
    other = token.group()
    return (_word(other) if other.isalpha() else _operator(other)), place + 1


def _group(tokens: Sequence[re.Match[str]], place: int) -> tuple[str, int]:
    inner, end = _sequence(tokens, place + 1)
    return _row(inner), end + 1


def _script(tokens: Sequence[re.Match[str]], place: int) -> tuple[str, int]:
    """What stands below or above a name: `h1` and `total` are one word, `(2)` is plain text."""
    if tokens[place].group() != "{":
        return _element(tokens, place)
    end, depth = place + 1, 1
    while depth:
        depth += {"{": 1, "}": -1}.get(tokens[end].group(), 0)
        end += 1
    inside = [token.group() for token in tokens[place + 1 : end - 1]]
    text = "".join(inside)
    if text.replace(",", "").isalnum() or re.fullmatch(r"[(\[]\w+[)\]]", text):
        return (f"<mn>{text}</mn>" if text.isdigit() else _word(text)), end
    return _group(tokens, place)


def _scripted(element: str, scripts: Mapping[str, str]) -> str:
    below, above = scripts.get("_"), scripts.get("^")
    if below and above:
        return f"<msubsup>{element}{below}{above}</msubsup>"
    if below:
        return f"<msub>{element}{below}</msub>"
    return f"<msup>{element}{above}</msup>" if above else element


def _word(text: str) -> str:
    return f"<mi>{escape(text)}</mi>"


def _operator(text: str) -> str:
    return f"<mo>{escape(text)}</mo>"


def _row(elements: Sequence[str]) -> str:
    return elements[0] if len(elements) == 1 else f"<mrow>{''.join(elements)}</mrow>"


# --- the target ---------------------------------------------------------------------------------

_OPERATORS = {"-": "−", "": "⁢"}  # an invisible times between matrices


def _joined(operator: str, words: Sequence[str]) -> str:
    return f"<mo>{_OPERATORS.get(operator, operator)}</mo>".join(words)


def _number(value: Scalar) -> Piece:
    if isinstance(value, Fraction):
        fraction = f"<mfrac><mn>{abs(value.numerator)}</mn><mn>{value.denominator}</mn></mfrac>"
        return Piece(_signed(fraction, minus=value < 0), binding(value), tall=True, raised=True)
    mantissa, _, exponent = repr(abs(value)).partition("e")
    text = f"<mn>{mantissa}</mn>"
    if exponent:
        power = _signed(f"<mn>{abs(int(exponent))}</mn>", minus=int(exponent) < 0)
        text += f"<mo>·</mo><msup><mn>10</mn>{_grouped(power)}</msup>"
    return Piece(_signed(text, minus=value < 0), binding(value))


def _signed(text: str, *, minus: bool) -> str:
    return f"<mo>−</mo>{text}" if minus else text


def _name(notation: Notation, quantity: Quantity) -> Piece:
    latex = notation.latex(quantity)
    tall = r"\frac" in latex
    return Piece(name_in_mathml(latex), ATOM, tall=tall, raised="^" in latex or tall)


def _grouped(text: str) -> str:
    """One element, as the parts of a fraction or a power must be."""
    return f"<mrow>{text}</mrow>"


def _brackets(text: str, *, tall: bool = False) -> str:
    grow = "" if tall else ' stretchy="false"'
    return f"<mrow><mo{grow}>(</mo>{text}<mo{grow}>)</mo></mrow>"


def _fraction(above: Piece, below: Piece) -> Piece:
    text = f"<mfrac>{_grouped(above.text)}{_grouped(below.text)}</mfrac>"
    return Piece(text, ATOM, tall=True, raised=True)


def _derivative(above: Piece, below: Piece, edge: bool) -> Piece:  # noqa: FBT001 -- called by table
    sign = "<msup><mo>∂</mo><mo>+</mo></msup>" if edge else "<mo>∂</mo>"
    return _fraction(Piece(f"{sign}{above.text}"), Piece(f"{sign}{below.text}"))


def _over(sign: str, below: str, body: str) -> str:
    operator = _operator("∑") if sign == "Σ" else _operator("max")
    return f"<munder>{operator}<mrow><mi>{escape(below)}</mi></mrow></munder>{_grouped(body)}"


def _named(name: str, mark: str = "") -> Callable[..., str]:
    shown = f"<msup><mi>{name}</mi><mo>{mark}</mo></msup>" if mark else f"<mi>{name}</mi>"

    def call(*arguments: str) -> str:
        return f"{shown}<mo>⁡</mo>{_brackets('<mo>,</mo>'.join(arguments))}"

    return call


_FUNCTIONS = {
    "log": "ln",
    "sigmoid": "σ",
    "max": "max",
    "min": "min",
    "tanh": "tanh",
    "relu": "relu",
    "leaky_relu": "leaky_relu",
    "softplus": "softplus",
}

CALLS: Mapping[str, Callable[..., str]] = {
    **{name: _named(shown) for name, shown in _FUNCTIONS.items()},
    **{f"{name}'": _named(shown, "′") for name, shown in _FUNCTIONS.items()},
    "exp": lambda x: f"<msup><mi>e</mi>{_grouped(x)}</msup>",
    "sqrt": lambda x: f"<msqrt>{x}</msqrt>",
    "abs": lambda x: f"<mrow><mo>|</mo>{x}<mo>|</mo></mrow>",
    "positive": lambda x: f"<mrow><mo>[</mo>{x}<mo>&gt;</mo><mn>0</mn><mo>]</mo></mrow>",
    "transposed": lambda: "<mo>⊤</mo>",
    "ones": lambda: "<mn>𝟏</mn>",
}
"""How each function is typeset; with a prime, its slope."""


def _bold(name: str) -> str:
    """Letters as the bold ones of Unicode: browsers take no other hint in MathML Core."""
    starts = (("a", "z", 0x1D41A), ("A", "Z", 0x1D400), ("δ", "δ", 0x1D6C5))
    bold = {
        chr(code): chr(start + code - ord(low))
        for low, high, start in starts
        for code in range(ord(low), ord(high) + 1)
    }
    return escape("".join(bold.get(letter_, letter_) for letter_ in name))


def _array(array: Array) -> str:
    name, bold = letter(array)
    delta = array.gradient and array.symbol.name == "z"
    if delta:
        name = "δ" if bold else "Δ"
    text = f"<mi>{_bold(name) if bold else escape(name)}</mi>"
    if "_" in name:
        text = name_in_mathml(latex_of(name))
    above = f"({array.layer})" * bool(array.layer) + "new" * (array.of == "next")
    if above:
        text = f"<msup>{text}<mi>{above}</mi></msup>"
    return text if delta else _gradient(array, text)


def _gradient(array: Array, text: str) -> str:
    if not array.gradient:
        return text
    return _derivative(Piece(name_in_mathml(latex_of(array.loss.name))), Piece(text), edge=False).text


MATHML = Target(
    name=_name,
    number=_number,
    joined=_joined,
    minus=lambda text: f"<mo>−</mo>{text}",
    brackets=lambda piece: _brackets(piece.text, tall=piece.tall),
    fraction=_fraction,
    power=lambda base, exponent: f"<msup>{_grouped(base)}{_grouped(exponent)}</msup>",
    over=_over,
    row=lambda text: f"<mrow><mo>[</mo>{text}<mo>]</mo></mrow>",
    derivative=_derivative,
    calls=CALLS,
    array=_array,
)
"""MathML Core: what Chromium, Firefox and Safari draw by themselves."""
