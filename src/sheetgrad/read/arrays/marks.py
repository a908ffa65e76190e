r"""Marks that the plain alphabet drops and arrays need: bold letters, and where formulas begin in a line."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from sheetgrad.read.traced import joined

if TYPE_CHECKING:
    from sheetgrad.read.traced import Traced

BOLD = "\ue000"
"""Stands before a bold letter."""
FENCE = "\ue001"
"""Stands where a formula in a line begins or ends."""
TURN = "ᵀ"
"""The transpose, whichever way it is written."""

_BOLD = re.compile(
    r"\\(?:mathbf|boldsymbol|bm|pmb|textbf|mathbb|bf|vec|underline)\s*(?:\{\s*(\\?[^{}\\]*?(?:_\{[^{}]*\})?)\s*\}|(\\?[A-Za-z]+|\d))"
)
_FENCE = re.compile(r"\$+`?|`?\$+|\\\(|\\\)")
_NORM = re.compile(r"\\\||\\[lr]?Vert\b")
_SECOND = re.compile(r"[\U0001d400-\U0001d7ff]")


def marked(text: Traced) -> Traced:
    """The text with bold letters and the edges of formulas marked."""
    text = text.sub(_SECOND, _styled)
    text = text.sub(_BOLD, lambda match: BOLD + (match[1] if match[1] is not None else match[2]))
    return text.sub(_NORM, "‖").sub(_FENCE, FENCE)


def _styled(match: re.Match[str]) -> str:
    letter = match.group()
    plain = unicodedata.normalize("NFKC", letter)
    return BOLD + plain if "BOLD" in unicodedata.name(letter, "") else plain


_T = r"(?:T|⊤|top|intercal|\{?mathsf\s*\{?T\}?\}?|\{T\}|\{\s*top\s*\}|tr(?![a-z]))"
_TURNS = (
    (re.compile(rf"\^\s*\{{\s*({_T})\s*\}}|\^\s*({_T})(?![A-Za-z])|⊤|\.T\b(?!\()|\.transpose\(\)|\.t\(\)"), TURN),
    (re.compile(rf"(\^\s*\{{\s*(?:[(\[][^()\[\]{{}}]*[)\]]|\d|l|L))\s*,?\s*{_T}\s*\}}"), None),
    (re.compile(rf"\^\s*\{{\s*{_T}\s*([(\[][^()\[\]{{}}]*[)\]])\s*\}}"), "label"),
)
_SIGNS = (
    (re.compile(r"(?<=[\w)\]}\s'])\.\*"), "⊙"),
    (re.compile(r"(?<=[\w)\]}\s'])\./"), "⊘"),
    (re.compile(r"\bnabla\b"), "∇"),
    (re.compile(r"\boslash\b"), "⊘"),
    (re.compile(r"\botimes\b|⊗"), "*"),
    (re.compile(r"\b(?:bigodot|hadamard)\b|[∘◦○◯⨀⊛]"), "⊙"),
    (re.compile(r"\b(?:l?Vert|rVert)\b|\|\||∥"), "‖"),
    (re.compile(r"\bnot=|\bneq\b"), "≠"),
    (re.compile(r"\bmathbb\b"), ""),
    (re.compile(r"[′ʹ´]"), "'"),
    (re.compile("[⁽₍]"), "("),
    (re.compile("[⁾₎]"), ")"),
    (re.compile(r"\^\s*\{\s*('+)\s*\}|\^\s*(?=')"), "prime"),
    (re.compile(r"\b(?:varphi|phi)\b|ϕ"), "φ"),
    (re.compile(r"ŷ"), "yhat"),
    (re.compile(r"∇\s*_\s*"), "∇"),
    (re.compile(r"(?:\\sum|[Σ∑])(?:\s*[_^]\s*(?:\{[^{}]*\}|\w))*"), "Σ"),
    (re.compile(r",\s*(?:axis|keepdims|keepdim|dim)\s*=\s*\w+"), ""),
    (re.compile(r"(?<=\\frac)\s*([A-Za-z0-9])\s*([A-Za-z0-9])"), "fraction"),
    (re.compile(r"ᴸ"), "^L"),
    (re.compile(r"ˡ"), "^l"),
    (re.compile(r"\^l\s*\^\s*\{([-+]1)\}"), "step"),
)  # fmt: skip


def arrays(text: Traced) -> Traced:
    """Text in the plain alphabet with every way to write a transpose, a gradient and a product as one."""
    for pattern, sign in _SIGNS:
        if sign == "prime":
            text = text.sub(pattern, lambda match: match[1] or "")
        elif sign == "fraction":
            text = text.sub(pattern, lambda match: f"{{{match[1]}}}{{{match[2]}}}")
        elif sign == "step":
            text = text.sub(pattern, lambda match: f"^{{l{match[1]}}}")
        else:
            text = text.sub(pattern, sign)
    for pattern, put in _TURNS:
        text = _turned(text, pattern, put)
    return text


def _turned(text: Traced, pattern: re.Pattern[str], put: str | None) -> Traced:
    """The mark of a transpose in the place of whatever stood for it; it ends where that ended."""

    def mark(match: re.Match[str]) -> Traced:
        last = text.part(match.end() - 1, match.end())
        turn = last._replace(text=TURN)
        if put == TURN:
            return turn
        label = text.part(*match.span(1))
        brace = last._replace(text="}")
        if put == "label":
            opened = text.part(match.start(), match.start() + 1)
            return joined([opened, opened._replace(text="{"), label, brace, turn])
        return joined([label, brace, turn])

    return text.sub(pattern, mark)
