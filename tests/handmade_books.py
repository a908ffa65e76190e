"""Workbooks as people make them by hand, in several styles, and mistakes planted in them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

START = {
    "t1": 0.01, "t2": 0.99, "i1": 0.05, "i2": 0.1, "w1": 0.15, "w2": 0.2, "w3": 0.25, "w4": 0.3,
    "w5": 0.4, "w6": 0.45, "w7": 0.5, "w8": 0.55,
}  # fmt: skip
FORWARD = {
    "h1": "[w1]*[i1]+[w2]*[i2]", "a_h1": "1/(1+EXP(-[h1]))", "h2": "[w3]*[i1]+[w4]*[i2]", "a_h2": "1/(1+EXP(-[h2]))",
    "o1": "[w5]*[a_h1]+[w6]*[a_h2]", "a_o1": "1/(1+EXP(-[o1]))",
    "o2": "[w7]*[a_h1]+[w8]*[a_h2]", "a_o2": "1/(1+EXP(-[o2]))",
    "E1": "0.5*([t1]-[a_o1])^2", "E2": "0.5*([t2]-[a_o2])^2", "E_total": "[E1]+[E2]",
}  # fmt: skip
_ONE, _TWO = "([a_o1]-[t1])*[a_o1]*(1-[a_o1])", "([a_o2]-[t2])*[a_o2]*(1-[a_o2])"
GRADIENTS = {
    "g1": f"({_ONE}*[w5]+{_TWO}*[w7])*[a_h1]*(1-[a_h1])*[i1]",
    "g2": f"({_ONE}*[w5]+{_TWO}*[w7])*[a_h1]*(1-[a_h1])*[i2]",
    "g3": f"({_ONE}*[w6]+{_TWO}*[w8])*[a_h2]*(1-[a_h2])*[i1]",
    "g4": f"({_ONE}*[w6]+{_TWO}*[w8])*[a_h2]*(1-[a_h2])*[i2]",
    "g5": f"{_ONE}*[a_h1]", "g6": f"{_ONE}*[a_h2]", "g7": f"{_TWO}*[a_h1]", "g8": f"{_TWO}*[a_h2]",
}  # fmt: skip
HELPERS = {
    "d1": _ONE, "d2": _TWO,
    "e1": "([d1]*[w5]+[d2]*[w7])*[a_h1]*(1-[a_h1])", "e2": "([d1]*[w6]+[d2]*[w8])*[a_h2]*(1-[a_h2])",
    "g1": "[e1]*[i1]", "g2": "[e1]*[i2]", "g3": "[e2]*[i1]", "g4": "[e2]*[i2]",
    "g5": "[d1]*[a_h1]", "g6": "[d1]*[a_h2]", "g7": "[d2]*[a_h1]", "g8": "[d2]*[a_h2]",
}  # fmt: skip
UPDATES = {f"w{n}": f"[w{n}@]-[rate]*[g{n}@]" for n in range(1, 9)}


class Style(NamedTuple):
    """One person's way to lay a table out."""

    name: str
    heads: Mapping[str, str] | None
    backward: Mapping[str, str]
    order: tuple[str, ...]
    sideways: bool = False
    corner: tuple[int, int] = (7, 1)
    """Row and column of the first head, counted from 0."""
    typed_rate: str = ""
    rewritten: tuple[tuple[str, str], ...] = ()
    """The author's habits: texts of formulas, and what is written instead."""
    updates: Mapping[str, str] = UPDATES
    memory: Mapping[str, float] = MappingProxyType({})
    """What an optimizer remembers, with what it starts from; `updates` has its formulas."""


def _heads(gradient: str, **others: str) -> dict[str, str]:
    plain = {name: name for name in (*START, *FORWARD)} | {f"g{n}": gradient.format(f"w{n}") for n in range(1, 9)}
    return plain | {"d1": "A", "d2": "B", "e1": "C", "e2": "D"} | others


_PLAIN = ("t1", "t2", "i1", "i2", "w1", "w2", "w3", "w4", "h1", "a_h1", "h2", "a_h2", "w5", "w6", "w7", "w8",
          "o1", "a_o1", "o2", "a_o2", "E1", "E2", "E_total")  # fmt: skip
_MIXED = ("w5", "w1", "i2", "t2", "w8", "w3", "i1", "w2", "t1", "w7", "w4", "w6", "E_total", "a_h2", "h1", "o2",
          "a_o1", "E2", "h2", "a_h1", "o1", "E1", "a_o2")  # fmt: skip
_G = tuple(f"g{n}" for n in range(1, 9))
STYLES = (
    Style("in order", _heads("∂E/∂{}"), GRADIENTS, (*_PLAIN, *_G)),
    Style("mixed up", _heads("E∂{}", E_total="E Total", a_h1="out_h1", a_h2="out_h2"), GRADIENTS,
          (*_G[4:], *_MIXED, *_G[:4]), corner=(31, 0), rewritten=(("0.5*(", "1/2*("), ("EXP(-[h1])", "EXP([h1]*-1)"))),
    Style("helpers", _heads("dE/d{}"), HELPERS, (*_PLAIN, "d1", "d2", "e1", "e2", *_G), corner=(3, 2)),
    Style("sideways", _heads("∂E_t/∂{}"), GRADIENTS, (*_PLAIN, *_G), sideways=True, corner=(4, 3)),
    Style("no heads", None, GRADIENTS, (*_PLAIN, *_G), typed_rate="0.7",
          rewritten=(("0.5*([t1]-[a_o1])^2", "POWER([t1]-[a_o1],2)/2"), ("[E1]+[E2]", "SUM([E1],[E2])"))),
)  # fmt: skip
"""Ways to lay the class network out."""


@dataclass(frozen=True)
class Mutant:
    """A mistake: other formulas for a quantity on some steps, and the codes that name it rightly."""

    codes: frozenset[str]
    quantity: str
    formula: str
    first: int = 0
    last: int = 10**6


def columns(style: Style) -> dict[str, str]:
    """The formulas of a style, right ones."""
    found = {**FORWARD, **style.backward, **style.updates}
    for old, new in style.rewritten:
        found = {name: text.replace(old, new) for name, text in found.items()}
    if style.typed_rate:
        found = {name: text.replace("[rate]", style.typed_rate) for name, text in found.items()}
    return found


def write(path: Path, style: Style, *, steps: int = 12, mutants: tuple[Mutant, ...] = (), rate: float = 0.5) -> None:
    """The workbook, with the numbers that its formulas come to."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Table")
    row, column = style.corner
    rate_cell = (row - 2, column + 3)
    if not style.typed_rate:
        sheet.write(rate_cell[0], rate_cell[1] - 1, "η =")
        sheet.write(*rate_cell, rate)
    places = {name: place for place, name in enumerate(style.order)}
    start = {**START, **style.memory}
    formulas, values = columns(style), [dict(start)]
    for step in range(steps):
        texts = formulas | {m.quantity: m.formula for m in mutants if m.first <= step <= m.last}
        for name, place in places.items():
            at = (row + place, column + 1 + step) if style.sideways else (row + 1 + step, column + place)
            if step == 0 and style.heads is not None:
                sheet.write_string(
                    *((row + place, column) if style.sideways else (row, column + place)), style.heads[name]
                )
            if name in start and (step == 0 or name not in style.updates):
                values[-1][name] = start[name]
                sheet.write_number(*at, start[name])
        values[-1] |= _computed(style, texts, values, rate, step)
        for name, place in places.items():
            at = (row + place, column + 1 + step) if style.sideways else (row + 1 + step, column + place)
            if name in texts and (name not in start or step):
                if re.fullmatch(r"[\d.]+", texts[name]):
                    sheet.write_number(*at, float(texts[name]))
                else:
                    cells = _cells(style, texts[name], places, rate_cell, step)
                    sheet.write_formula(*at, f"={cells}", None, values[-1][name])
        values.append({})
    book.close()


def _cells(style: Style, text: str, places: Mapping[str, int], rate_cell: tuple[int, int], step: int) -> str:
    row, column = style.corner

    def cell(match: re.Match[str]) -> str:
        name, back = match[1], match[2] or ""
        if name == "rate":
            frozen = not back
            moved = (rate_cell[0], rate_cell[1] + step) if style.sideways else (rate_cell[0] + step, rate_cell[1])
            return str(xl_rowcol_to_cell(*(rate_cell if frozen else moved), row_abs=frozen, col_abs=frozen))
        line = {"": step, "@": step - 1, "@@": max(step - 2, 0), "$": 0}[back]
        fixed = back == "$"
        if style.sideways:
            return str(xl_rowcol_to_cell(row + places[name], column + 1 + line, col_abs=fixed))
        return str(xl_rowcol_to_cell(row + 1 + line, column + places[name], row_abs=fixed))

    return re.sub(r"\[(\w+)(@@|@|\$|~)?\]", cell, text)


KNOWN: Mapping[str, Callable[..., float]] = {
    "EXP": math.exp, "SQRT": math.sqrt, "MAX": max, "pow": pow, "SUM": lambda *all_: sum(all_),
}  # fmt: skip


def _computed(
    style: Style, texts: Mapping[str, str], values: list[dict[str, float]], rate: float, step: int
) -> dict[str, float]:
    """The numbers of one step, by Python's own arithmetic."""
    start = {**START, **style.memory}
    here = dict(values[-1])

    def number(name: str) -> float:
        if name not in here:
            text = texts[name]
            python = re.sub(r"\[(\w+)(@@|@|\$|~)?\]", look_up, text).replace("^", "**").replace("POWER", "pow")
            here[name] = eval(python, dict(KNOWN))  # noqa: S307 -- ours
        return here[name]

    def look_up(match: re.Match[str]) -> str:
        name, back = match[1], match[2] or ""
        if name == "rate":
            return repr(rate)
        line = {"": step, "@": step - 1, "@@": max(step - 2, 0), "$": 0}[back]
        value = number(name) if line == step else values[line][name]
        return f"({value!r})"

    for name in texts:
        if name not in start or step:
            number(name)
    return here


# --- mistakes -------------------------------------------------------------------------------------------


def mistakes(style: Style) -> Iterator[Mutant]:
    """Every kind of mistake, made in the formulas of a style."""
    right = columns(style)
    yield from (mutant for mutant in _mistakes(style, right) if mutant.formula != right[mutant.quantity])


def _mistakes(style: Style, right: Mapping[str, str]) -> Iterator[Mutant]:
    pairs = [("a_h1", "a_h2"), ("a_o1", "a_o2"), ("w5", "w6"), ("w7", "w8"), ("i1", "i2"), ("t1", "t2"), ("w6", "w8")]
    for name in style.backward:
        text = right[name]
        for one, other in (*pairs, *((b, a) for a, b in pairs)):
            if f"[{one}]" in text:
                yield Mutant(frozenset({"wrong-index"}), name, text.replace(f"[{one}]", f"[{other}]"))
        for one, other in (("a_h1", "h1"), ("a_h2", "h2"), ("a_o1", "o1"), ("a_o2", "o2")):
            if f"[{one}]" in text:
                yield Mutant(frozenset({"pre-activation"}), name, text.replace(f"[{one}]", f"[{other}]"))
        for one, other in (("a_o1", "a_h1"), ("a_h2", "a_o2")):
            if f"(1-[{one}])" in text:
                yield Mutant(frozenset({"wrong-layer"}), name, text.replace(f"(1-[{one}])", f"(1-[{other}])", 1))
        for factor in ("*(1-[a_o1])", "*(1-[a_h2])", "*[i1]", "*[a_o2]"):
            if factor in text:
                yield Mutant(frozenset({"missing-factor"}), name, text.replace(factor, "", 1))
        yield Mutant(frozenset({"extra-factor"}), name, text + "*[a_o1]")
        if text.startswith(("((", "([d1]")):
            inner, _, rest = text[1:].partition(")*[a_h")
            yield Mutant(frozenset({"missing-brackets"}), name, f"{inner}*[a_h{rest}")
        if "([a_o1]-[t1])" in text:
            yield Mutant(frozenset({"sign"}), name, text.replace("([a_o1]-[t1])", "([t1]-[a_o1])"))
            yield Mutant(frozenset({"plus-for-times", "wrong-operator"}), name, text.replace("-[t1])*", "-[t1])+", 1))
        yield Mutant(frozenset({"half", "factor", "extra-factor"}), name, f"0.5*{text}")
        yield Mutant(frozenset({"frozen-row"}), name, re.sub(r"\[(a_h\d|d\d|e\d)\]", r"[\1$]", text))
        for term in (f"+{_TWO}*[w7]", f"+{_TWO}*[w8]", "+[d2]*[w7]", "+[d2]*[w8]"):
            if term in text:
                yield Mutant(frozenset({"missing-path"}), name, text.replace(term, ""))
    rate = style.typed_rate or "[rate]"
    for n in range(1, 9):
        name, other = f"w{n}", f"g{n % 8 + 1}"
        yield Mutant(frozenset({"wrong-gradient"}), name, f"[{name}@]-{rate}*[{other}@]")
        yield Mutant(frozenset({"sign"}), name, f"[{name}@]+{rate}*[g{n}@]")
        yield Mutant(frozenset({"missing-rate", "other-rate"}), name, f"[{name}@]-[g{n}@]")
        yield Mutant(frozenset({"frozen-row"}), name, f"[{name}@]-{rate}*[g{n}$]")
        yield Mutant(frozenset({"frozen-row", "other-row"}), name, f"[{name}$]-{rate}*[g{n}@]")
        yield Mutant(frozenset({"wrong-index"}), name, f"[w{n % 8 + 1}@]-{rate}*[g{n}@]")
    for name, wrong, code in (
        ("h1", "[w1]*[i1]+[w2]*[i1]", "wrong-index"),
        ("h2", "[w1]*[i1]+[w4]*[i2]", "wrong-index"),
        ("o2", "[w7]*[a_h1]+[w8]*[a_h1]", "wrong-index"),
        ("o1", "[w5]*[h1]+[w6]*[a_h2]", "pre-activation"),
        ("o1", "[w5]*[a_h1]*[w6]*[a_h2]", "times-for-plus"),
        ("a_h2", "1/(1+EXP(-[h1]))", "wrong-index"),
        ("a_o1", "1/(1+EXP([o1]))", "sign"),
        ("a_h1", "1/1+EXP(-[h1])", "missing-brackets"),
        ("E1", "0.5*([t2]-[a_o1])^2", "wrong-index"),
        ("E2", "0.5*([t2]-[a_o2])", "lost-power"),
        ("E_total", "[E1]+[E1]", "wrong-index"),
        ("E_total", "[E1]-[E2]", "sign"),
    ):
        yield Mutant(frozenset({code}), name, wrong)
