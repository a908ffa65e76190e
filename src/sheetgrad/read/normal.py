r"""LaTeX, Markdown and Unicode brought to one plain alphabet, every character keeping its place.

Afterwards a fraction is `\frac{…}{…}`, a derivative sign is ∂, a product is `*`,
brackets are ( ) [ ] { }, and commands that only set size, colour or space are gone.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from sheetgrad.read.sites import without_markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.read.traced import Traced

_SIZES = [
    "tiny",
    "scriptsize",
    "footnotesize",
    "small",
    "normalsize",
    "large",
    "Large",
    "LARGE",
    "huge",
    "Huge",
    "displaystyle",
    "textstyle",
    "scriptstyle",
    "limits",
    "nolimits",
    "nonumber",
    "notag",
    "centering",
    "left",
    "right",
    "big",
    "Big",
    "bigg",
    "Bigg",
    "bigl",
    "bigr",
    "Bigl",
    "Bigr",
    "biggl",
    "biggr",
    "mathstrut",
    "middle",
    "hline",
    "hfill",
    "noindent",
]
_BLANKS = ["quad", "qquad", "enspace", "thinspace", "space"]
_WORDS: Mapping[str, str] = (
    dict.fromkeys(_SIZES, "")
    | dict.fromkeys(_BLANKS, "   ")
    | {
        "cdot": "*",
        "times": "*",
        "ast": "*",
        "star": "*",
        "odot": "⊙",
        "circ": "⊙",
        "div": "/",
        "partial": "∂",
        "delta": "δ",
        "Delta": "Δ",
        "lbrack": "[",
        "rbrack": "]",
        "lbrace": "(",
        "rbrace": ")",
        "lvert": "|",
        "rvert": "|",
        "vert": "|",
        "cdots": "…",
        "ldots": "…",
        "dots": "…",
        "to": "→",
        "rightarrow": "→",
        "Rightarrow": "⇒",
        "implies": "⇒",
        "therefore": "⇒",
        "approx": "≈",
        "equiv": "=",
        "dfrac": r"\frac",
        "tfrac": r"\frac",
        "cfrac": r"\frac",
        "ne": "≠",
        "neq": "≠",
        "colon": ":",
        "prime": "'",
        "sigma": "σ",
        "eta": "η",
        "alpha": "α",
        "exp": " exp ",
        "ln": " ln ",
        "log": " log ",
        "tanh": " tanh ",
        "max": " max ",
        "min": " min ",
        "ell": "l",
        "in": "∈",
        "gt": ">",
        "lt": "<",
        "geq": ">",
        "ge": ">",
        "leq": "<",
        "le": "<",
        "qed": "",
    }
)
_GREEK = {
    "beta": "β", "gamma": "γ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "theta": "θ", "vartheta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "tau": "τ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Theta": "Θ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "Gamma": "Γ",
}  # fmt: skip
"""Letters that people give to quantities and functions."""
_FONTS = [
    "text",
    "textrm",
    "textbf",
    "textit",
    "mathrm",
    "mathbf",
    "mathit",
    "mathsf",
    "mathtt",
    "mathcal",
    "mathbb",
    "operatorname",
    "boldsymbol",
    "bm",
    "mbox",
    "rm",
]

_DROPPED_GROUP = re.compile(r"\\(?:color|textcolor|dpi|tag|label|bg|fg|fontsize|hspace|vspace|phantom)\*?\s*\{[^{}]*\}")
_MODULE = re.compile(r"(?<![\w.])(?:np|numpy|math|torch|tf|jnp)\.(?=[a-z])")
_RATE_IN_WORDS = re.compile(r"(?<=[-+*/=·×])\s*learning[ -]rate\b|\blearning[ -]rate(?=\s*[-+*/=·×])")
_FOLLOWS = re.compile(r"^[ \t>*-]*={1,2}>|⟹|⇨|➔|➜", re.MULTILINE)
"""An arrow at the beginning of a line: what follows is said anew, and goes on from nothing."""
_ASSIGNED = re.compile(r":=|←|\\(?:gets|leftarrow)(?![a-zA-Z])")
_AT_LEAST = re.compile(r"(?<=[\w)\]} ])([<>])=(?=\s*-?[\w(])(?![^\n]{0,3}=)")
_NEXT_STEP = re.compile(
    r"(?<=[\w}])(?:\^\s*(?:\{\s*\(?\s*[tkn]\s*\+\s*1\s*\)?\s*\}|\(\s*[tkn]\s*\+\s*1\s*\))|\(\s*[tkn]\s*\+\s*1\s*\))(?=\s*=)"
)
_THIS_STEP = re.compile(r"(?<=[\w}])(?:\^\s*(?:\{\s*\(?\s*[tkn]\s*\)?\s*\}|\(\s*[tkn]\s*\))|\(\s*[tkn]\s*\))")
"""w(t+1) = w(t) - …: the new value and the old one."""
_CHANGE = re.compile(r"(?<=Δ)[ ]+(?=[A-Za-z])")
_TIMES = re.compile(r"\s[.x]\s(?=∂|d[A-Za-z]\w*/d)")
"""A dot or an x with blanks round it before a derivative is a product: no sentence ends with a blank before its dot."""
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}(?:\{[^{}]*\})?")
_FONT = re.compile(r"\\(?:" + "|".join(_FONTS) + r")(?![a-zA-Z])\s*\*?")
_HAT = re.compile(r"(?:(?<![A-Za-z\\])([dD])\s*)?\\(hat|tilde|bar|overline|widehat|vec)\s*(?:\{([^{}]*)\}|([a-zA-Z]))")
_COMMAND = re.compile(r"\\([a-zA-Z]+)\*?")
_ESCAPED = re.compile(r"\\+([_*#$%&\[\](){}|<>\-+=~`.!'^/])")
_BREAK = re.compile(r"\\\\(?:\[[^\]\\\n]{0,12}\])?")
_SHORT_FRACTION = re.compile(r"(\\[dtc]?frac)\s*(\d)(?=\s*[\d{\\a-zA-Z])")
_SHORT_BELOW = re.compile(r"(\\[dtc]?frac\s*\{[^{}]*\})\s*(\d)")
r"""`\frac12` and `\frac1{m}`: without braces a part is one digit."""
_INDICATOR = re.compile(
    r"(?:\\(?:mathbb|mathbf|bm|boldsymbol)\s*)?\{?\s*(?<![\w.])[1I]\s*\}?\s*_\s*\{([^{}]*[<>][^{}]*)\}"
    r"|(?:\\(?:mathbb|mathbf|bm|boldsymbol)\s*)?(?:\{\s*[1I]\s*\}|(?<![\w.])(?:1|I\s*))(?=[(\[][^()\[\]=]*[<>][^()\[\]=]*[)\]])"
)
"""1 with a condition below or behind it: 1 where the condition holds, else 0."""
_THIN = re.compile(r"\\[,;:! >]|~")
_LETTERS = str.maketrans(
    {
        "𝜕": "∂", "𝛿": "δ", "𝜹": "δ", "𝝏": "∂", "𝛛": "∂", "ð": "∂", "Ə": "∂", "д": "∂",
        "−": "-", "–": "-", "—": "-", "‒": "-", "‐": "-", "×": "*",
        "·": "*", "∙": "*", "⋅": "*", "•": "*", "∗": "*", "✕": "*",
        "÷": "/", "⁄": "/", "∕": "/", "（": "(", "）": ")",
        "＝": "=", "＋": "+", "＊": "*", "\u00a0": " ", "\u2009": " ", "\t": " ",
        "\u200b": " ", "\ufeff": " ", "\u202f": " ", "’": "'", "‘": "'", "“": '"',
        "”": '"', "𝜎": "σ", "ς": "σ", "𝜂": "η", "ƞ": "η", "ή": "η",
        "ɳ": "η", "𝛼": "α", "₀": "0", "₁": "1", "₂": "2", "₃": "3",
        "≥": ">", "⩾": ">", "≤": "<", "⩽": "<",
        "₄": "4", "₅": "5", "₆": "6", "₇": "7", "₈": "8", "₉": "9", "\r": " ",
    }
)  # fmt: skip
_STYLED = {
    code: plain
    for code in range(0x1D400, 0x1D800)
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1 and plain != chr(code)
}
"""Mathematical bold, italic and script letters as the letters they stand for."""
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_HALVES = re.compile("[½¼¾⅓⅔]")
_HALF_TEXT = {"½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅓": "(1/3)", "⅔": "(2/3)"}


def normal(text: Traced) -> Traced:
    """The text in the plain alphabet; line breaks inside LaTeX become newlines."""
    text = without_markup(text)
    if not text.text.isascii():
        text = text._replace(text=text.text.translate(_STYLED).translate(_LETTERS))
    text = text.sub(_RAISED, lambda match: "^{" + match.group().translate(_RAISED_DIGITS) + "}")
    text = text.sub(_HALVES, lambda match: _HALF_TEXT[match.group()])
    text = text.sub(_MODULE, "")
    text = text.sub(_RATE_IN_WORDS, " η ")
    text = text.sub(_TIMES, " * ")
    text = text.sub(_FOLLOWS, "⇒")
    text = text.sub(_ASSIGNED, "=")
    text = text.sub(_AT_LEAST, lambda match: match[1])
    text = text.sub(_DROPPED_GROUP, " ")
    text = text.sub(_ENVIRONMENT, "\n")
    text = text.sub(_INDICATOR, lambda match: f"[{match[1]}]" if match[1] else " ")
    text = text.sub(_FONT, "")
    text = text.sub(_HAT, _hatted)
    text = text.sub(_SHORT_FRACTION, lambda match: f"{match[1]}{{{match[2]}}}")
    text = text.sub(_SHORT_BELOW, lambda match: f"{match[1]}{{{match[2]}}}")
    text = _escapes(text)
    if _NEXT_STEP.search(text.text):
        text = text.sub(_NEXT_STEP, "^{new}").sub(_THIS_STEP, "")
    text = text.sub(_COMMAND, _command)
    return text.sub(_CHANGE, "")


def _hatted(match: re.Match[str]) -> str:
    """The letter and `hat` in one word; the d of a derivative before it stays with it."""
    return f" {match[1] or ''}{match[3] or match[4]}hat"


def _escapes(text: Traced) -> Traced:
    r"""`\_` is an underscore and `\*` a star; `\\` before blank or bracket is a line break in LaTeX."""
    text = text.sub(re.compile(r"\\+(?=_)"), "")  # a\\_h_1 happens too
    text = text.sub(_BREAK, "\n")
    text = text.sub(_THIN, " ")
    return text.sub(_ESCAPED, _unescaped)


def _unescaped(match: re.Match[str]) -> str:
    character = match[1]
    return {"{": "(", "}": ")"}.get(character, character)


def _command(match: re.Match[str]) -> str:
    word = match[1]
    if word in {"frac", "sqrt", "sum"}:
        return match.group()
    found = _WORDS.get(word) or _GREEK.get(word)
    return f" {word} " if found is None and word not in _WORDS else found or ""
