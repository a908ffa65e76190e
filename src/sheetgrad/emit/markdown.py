"""A derivation as Markdown that GitHub renders: formulas in `math` fences, numbers as tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sheetgrad.derivation.document import Block, Derivation, Line, Picture, Prose, See, Table, Text, Working
from sheetgrad.emit.latex import latex
from sheetgrad.expr import Expr

if TYPE_CHECKING:
    from sheetgrad.notation import Notation

LONG = 64
"""A chain wider than about this many letters goes over several lines."""

MOST_SIDE_BY_SIDE = 3

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|$"})


def markdown(derivation: Derivation, *, diagram: str = "", math: Literal["github", "dollars"] = "github") -> str:
    """The whole derivation; `diagram` is the path of the picture, left out when empty.

    `math` says how formulas are marked: as GitHub takes them, or with dollars, as notebooks do.
    """
    names = derivation.notation
    parts = [f"# {plain(derivation.title)}\n"]
    for section in derivation.sections:
        parts.append(f"{'#' * section.level} {prose(section.title, names)}\n")
        for block in section.blocks:
            text = _block(block, names, diagram)
            if text:
                parts.append(text + "\n")
    text = "\n".join(parts)
    if math == "dollars":
        text = re.sub(r"```math\n(.*?)\n```", r"$$\n\1\n$$", text, flags=re.DOTALL)
        text = re.sub(r"\$`(.*?)`\$", r"$\1$", text)
    return text


def _block(block: Block, names: Notation, diagram: str) -> str:
    match block:
        case Text(prose=words):
            return prose(words, names)
        case Line():
            return chain(block.members, names, tag=block.number)
        case Working():
            return chain(block.members, names)
        case Table():
            return table(block, names)
        case Picture():
            return f"![The network, with the values it starts from]({diagram})" if diagram else ""


def plain(words: str) -> str:
    """Words that stay words, whatever characters they hold."""
    return words.translate(_SPECIAL)


def prose(words: Prose, names: Notation) -> str:
    """A paragraph: quantities as inline formulas, references as (3)."""
    return "".join(_piece(piece, names) for piece in words)


def _piece(piece: str | Expr | See, names: Notation) -> str:
    match piece:
        case See(number=number):
            return f"({number})"
        case Expr():
            return f"$`{latex(piece, names)}`$"
        case _:
            return plain(piece)


def chain(members: tuple[Expr, ...], names: Notation, *, tag: int | None = None) -> str:
    """`first = second = third`, one below the other where it is long."""
    texts = [latex(member, names) for member in members]
    label = rf" \tag{{{tag}}}" if tag is not None else ""
    if len(texts) > MOST_SIDE_BY_SIDE or sum(map(_width, texts)) > LONG:
        rows = " \\\\\n".join(f"&= {text}" for text in texts[1:])
        return f"```math\n\\begin{{aligned}}\n{texts[0]} {rows}\n\\end{{aligned}}{label}\n```"
    return f"```math\n{' = '.join(texts)}{label}\n```"


def _width(text: str) -> int:
    """About how many letters the formula is wide: commands count as one."""
    return len(re.sub(r"\\[a-zA-Z]+|[{}_^\\ ]", "", text))


def table(block: Table, names: Notation) -> str:
    """A pipe table; numbers with twelve digits."""
    rows = [block.headings, tuple("---" for _ in block.headings)]
    rows += [tuple(_cell(cell, names) for cell in row) for row in block.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Expr | float | str, names: Notation) -> str:
    match cell:
        case Expr():
            return f"$`{latex(cell, names)}`$"
        case str():
            return plain(cell)
        case _:
            return f"{cell:.12g}"
