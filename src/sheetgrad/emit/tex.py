r"""A derivation as a LaTeX document that compiles as it is: amsmath, TikZ, cross-references.

    pdflatex derivation.tex && pdflatex derivation.tex

(twice, as always, so that the references find their numbers). Formulas wider than
the page are made smaller rather than cut.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from sheetgrad.derivation.document import Block, Derivation, Line, Picture, Prose, See, Table, Text, Working
from sheetgrad.emit.diagram import MOST_LABELS, drawing
from sheetgrad.emit.latex import latex
from sheetgrad.expr import Expr
from sheetgrad.syntax.names import latex_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.emit.diagram import Circle, Drawing
    from sheetgrad.emit.diagram import Line as Arrow
    from sheetgrad.notation import Notation

LONG = 60
"""A chain wider than about this many letters goes over several lines."""
HEADINGS = {2: "section", 3: "subsection"}

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "{''}",
    "−": "$-$",
    "∑": r"$\sum$",
    "Σ": r"$\sum$",
    "∂": r"$\partial$",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "⁺": r"$^{+}$",
    "²": r"$^2$",
    "→": r"$\to$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "γ": r"$\gamma$",
    "δ": r"$\delta$",
    "ε": r"$\varepsilon$",
    "η": r"$\eta$",
    "θ": r"$\theta$",
    "κ": r"$\kappa$",
    "λ": r"$\lambda$",
    "μ": r"$\mu$",
    "σ": r"$\sigma$",
    "Δ": r"$\Delta$",
    "⊙": r"$\odot$",
    "⊘": r"$\oslash$",
    "⊤": r"$\top$",
}
"""Characters that LaTeX takes for commands, and those that its standard fonts lack."""


def tex(derivation: Derivation) -> str:
    """The whole document; every character of every word is escaped."""
    names = derivation.notation
    parts = [_preamble(), rf"\title{{{words(derivation.title)}}}", r"\author{}\date{}"]
    parts += [r"\begin{document}", r"\maketitle", r"\tableofcontents", ""]
    for section in derivation.sections:
        parts.append(rf"\{HEADINGS.get(section.level, 'subsubsection')}{{{_heading(section.title, names)}}}")
        for block in section.blocks:
            parts += [_block(block, derivation), ""]
    return "\n".join([*parts, r"\end{document}", ""])


def words(text: str) -> str:
    """Words that stay words; a character that standard LaTeX cannot print becomes its code point."""
    return "".join(_SPECIAL.get(character) or _printable(character) for character in text)


def _printable(character: str) -> str:
    if character in "\n\r\t":
        return " "
    ordinary = " " <= character <= "~" or "À" <= character <= "ÿ"
    return character if ordinary else f"[U+{ord(character):04X}]"


def _preamble() -> str:
    return (files("sheetgrad.emit") / "assets" / "derivation.tex").read_text(encoding="utf-8")


def _heading(title: Prose, names: Notation) -> str:
    """A heading; its formulas have a plain reading for the table of contents of the PDF."""
    made = []
    for piece in title:
        match piece:
            case Expr():
                made.append(rf"\texorpdfstring{{${latex(piece, names)}$}}{{{_plainly(latex(piece, names))}}}")
            case _:
                made.append(_piece(piece, names))
    return "".join(made)


def _plainly(formula: str) -> str:
    return re.sub(r"\\[a-z]+|[^\w() ]", "", formula).replace("_", "")


def _block(block: Block, derivation: Derivation) -> str:
    names = derivation.notation
    match block:
        case Text(prose=prose):
            return "".join(_piece(piece, names) for piece in prose) + "\n"
        case Line():
            return equation(block.members, names, label=block.number)
        case Working():
            return equation(block.members, names)
        case Table():
            return _table(block, names)
        case Picture():
            return tikz(drawing(derivation.setup, names.style), names)


def _piece(piece: str | Expr | See, names: Notation) -> str:
    match piece:
        case See(number=number):
            return rf"\eqref{{eq:{number}}}"
        case Expr():
            return f"${latex(piece, names)}$"
        case _:
            return words(piece)


def equation(members: Sequence[Expr], names: Notation, *, label: int | None = None) -> str:
    r"""`first = second = third`, numbered where it has a label, one below the other where it is long."""
    texts = [latex(member, names) for member in members]
    kind = "equation" if label is not None else "equation*"
    mark = rf"\label{{eq:{label}}}" if label is not None else ""
    wide = sum(len(re.sub(r"\\[a-zA-Z]+|[{}_^\\ ]", "", text)) for text in texts) > LONG
    if len(texts) > 2 and wide:  # noqa: PLR2004 -- two sides stay on one line
        rows = " \\\\\n".join(f"&= {text}" for text in texts[1:])
        inner = f"\\begin{{aligned}}\n{texts[0]} {rows}\n\\end{{aligned}}"
    else:
        inner = " = ".join(texts)
    return f"\\begin{{{kind}}}{mark}\n\\fitted{{{inner}}}\n\\end{{{kind}}}"


def _table(block: Table, names: Notation) -> str:
    columns = "l" * len(block.headings)
    head = " & ".join(map(words, block.headings)) + r" \\ \hline \endhead"
    rows = "\n".join(" & ".join(_cell(cell, names) for cell in row) + r" \\[4pt]" for row in block.rows)
    return f"\\begin{{longtable}}{{{columns}}}\n{head}\n{rows}\n\\end{{longtable}}"


def _cell(cell: Expr | float | str, names: Notation) -> str:
    match cell:
        case Expr():
            return f"${latex(cell, names)}$"
        case str() if re.fullmatch(r"\(\d+\)", cell):
            return rf"\eqref{{eq:{cell[1:-1]}}}"
        case str():
            return words(cell)
        case _:
            return f"${cell:.12g}$" if "e" not in f"{cell:.12g}" else _scientific(f"{cell:.12g}")


def _scientific(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    return rf"${mantissa} \cdot 10^{{{int(exponent)}}}$"


# --- the picture ----------------------------------------------------------------------------------


def tikz(picture: Drawing, names: Notation) -> str:
    """The diagram as TikZ, made no wider than the page."""
    if not picture.circles:
        return ""
    nodes = "\n".join(_node(circle, place, names) for place, circle in enumerate(picture.circles))
    place_of = {id(circle): place for place, circle in enumerate(picture.circles)}
    into = {id(circle): sum(line.end is circle for line in picture.lines) for circle in picture.circles}
    arrows = "\n".join(
        _arrow(line, place_of, number, labelled=into[id(line.end)] <= MOST_LABELS)
        for number, line in enumerate(picture.lines)
    )
    return (
        "\\begin{center}\n\\fittedbox{\\begin{tikzpicture}[x=0.022cm,y=-0.022cm]\n"
        f"{nodes}\n\\begin{{scope}}[on background layer]\n{arrows}\n\\end{{scope}}\n"
        "\\end{tikzpicture}}\n\\end{center}"
    )


def _node(circle: Circle, place: int, names: Notation) -> str:
    rows = r" \\ ".join(f"${names.latex(quantity)}$" for quantity in circle.quantities)
    notes = ", ".join(map(_note, circle.notes))
    below = f", label={{[note]below:{{{notes}}}}}" if notes else ""
    return rf"\node[neuron, {circle.kind}{below}] (c{place}) at ({circle.x:g},{circle.y:g}) {{{rows}}};"


def _arrow(line: Arrow, place_of: dict[int, int], number: int, *, labelled: bool) -> str:
    share = 0.3 if number % 2 == 0 else 0.38
    label = f" node[note, pos={share}, fill=white] {{{_note(line.label)}}}" if line.label and labelled else ""
    return rf"\draw[edge] (c{place_of[id(line.start)]}) --{label} (c{place_of[id(line.end)]});"


def _note(text: str) -> str:
    """`w1 = 0.15` with the name typeset."""
    return ", ".join(map(_typeset, text.split(", ")))


def _typeset(part: str) -> str:
    name, equals, value = part.partition(" = ")
    if re.fullmatch(r"[A-Za-z]\w*", name):
        return f"${latex_of(name)}{' = ' if equals else ''}{value}$"
    return words(part)
