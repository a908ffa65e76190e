"""Which quantity a person means: `dE_total_dw1`, `dE/dw1`, `∂E_total/∂w1`, `a_h1`, `w^{(1)}_{11}`.

The names of the notation in force are tried first, as they are, then without
underscores and braces, then those of the other notations.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sheetgrad.errors import SheetgradError
from sheetgrad.expr import Partial, Ref
from sheetgrad.notation import STYLES, Notation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.expr import Quantity

_SLASHED = re.compile(r"(?:d|∂|\\partial)\s*(.+?)\s*/\s*(?:d|∂|\\partial)\s*(.+)")
_FRACTION = re.compile(r"\\frac\{\s*\\partial\s*(.+?)\}\{\s*\\partial\s*(.+)\}")
_NOISE = re.compile(r"\\(?:mathrm|text)|[\s_{}\\,$()]")


def quantity_called(text: str, names: Notation) -> Quantity:
    """The quantity with this name; `E`, `loss` and `L` are the loss where nothing else is called so.

    Raises SheetgradError with the nearest names where there is none.
    """
    asked = text.strip().strip("$`").strip()
    found = _whole(asked, names)
    if found is not None:
        return found
    for above, below in _fractions(asked):
        of, wrt = _member(above, names), _member(below, names)
        if of is not None and wrt is not None:
            return Partial(of, wrt)
    known = list(names.table())
    near = get_close_matches(asked, known, 3, 0.5) or known[:3]
    message = f"no quantity is called {text!r}; did you mean {' or '.join(near)}?"
    raise SheetgradError(message)


def _whole(text: str, names: Notation) -> Quantity | None:
    """A name as it is, or nearly."""
    table = names.table()
    if text in table:
        return table[text]
    bare = _bare(text)
    for style in dict.fromkeys((names.style, *STYLES)):
        found = _bare_names(names, style).get(bare)
        if found is not None:
            return found
    return None


def _member(text: str, names: Notation) -> Ref | None:
    found = _whole(text, names)
    if isinstance(found, Ref):
        return found
    loss = names.program.loss
    aliases = {"E", "L", "C", "loss", _bare(names.plain(loss) + "_mean"), _bare(names.plain(loss) + "_sum")}
    return loss if found is None and _bare(text) in aliases else None


def _fractions(text: str) -> Iterator[tuple[str, str]]:
    """Above and below the line, in every way that the text can be read."""
    for pattern in (_FRACTION, _SLASHED):
        match = pattern.fullmatch(text)
        if match:
            yield match[1], match[2]
    if text.startswith("d"):
        for cut in re.finditer("_d", text):
            yield text[1 : cut.start()], text[cut.end() :]


def _bare(name: str) -> str:
    for sign, word in (("δ", "delta"), ("η", "eta"), ("∂", "d"), ("σ", "sigma")):
        name = name.replace(sign, word)
    return _NOISE.sub("", name)


def _bare_names(names: Notation, style: str) -> Mapping[str, Quantity]:
    """Names without their punctuation; those that two quantities would share are left out."""
    kept: dict[str, dict[str, Quantity]] = names.__dict__.setdefault("_bare_names", {})
    if style not in kept:
        kept[style] = _made(names, style)
    return kept[style]


def _made(names: Notation, style: str) -> dict[str, Quantity]:
    notation = names if style == names.style else Notation(names.program, style)
    found: dict[str, set[Quantity]] = {}
    for quantity in names.table().values():
        plain, latex = notation.plain(quantity), notation.latex(quantity)
        keys = {_bare(plain), _bare(latex)}
        if isinstance(quantity, Partial) and quantity.wrt.symbol.name == "z":
            keys.add(_bare("delta" + notation.plain(quantity.wrt).removeprefix("z")))
        for key in keys:
            found.setdefault(key, set()).add(quantity)
    return {key: next(iter(held)) for key, held in found.items() if len(held) == 1}
