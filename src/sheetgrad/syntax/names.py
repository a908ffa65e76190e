"""Names typeset: from an identifier to LaTeX."""

from __future__ import annotations

import re

GREEK = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu"),
        *("nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
    )
)


def latex_of(plain: str) -> str:
    r"""An identifier typeset: `a_h1` is `a_{h1}`, `w5` is `w_{5}`, `beta1` is `\beta_{1}`.

    >>> latex_of("net_h1"), latex_of("E_total"), latex_of("x_1_2")
    ('\\mathrm{net}_{h1}', 'E_{total}', 'x_{1,2}')
    """
    head, *rest = plain.split("_")
    match = re.fullmatch(r"(.*?)(\d+)", head)
    if match and match.group(1):
        head, rest = match.group(1), [match.group(2), *rest]
    sub = ",".join(filter(None, rest))
    return _letter(head) + (f"_{{{sub}}}" if sub else "")


def _letter(word: str) -> str:
    if word in GREEK:
        return f"\\{word}"
    return word if len(word) == 1 else f"\\mathrm{{{word}}}"


def raised(latex: str, above: str) -> str:
    """Put a superscript on a name that may have one already (but not on one inside its subscript)."""
    head, mark, rest = latex.partition("^{")
    if mark and head.count("{") == head.count("}"):
        return f"{head}^{{{rest.partition('}')[0]}{above}}}{rest.partition('}')[2]}"
    return f"{latex}^{{{above}}}"
