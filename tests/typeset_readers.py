"""Readers of typeset formulas, written without a look at the writers: they compute what the text says.

Each takes the numbers of the names as they are typeset, and gives the value that a
person would get from the formula. What cannot be computed, such as the derivative
of a whole expression, raises Unreadable.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unreadable(Exception):  # noqa: N818 -- not a failure: some formulas hold no value
    """The formula says something that is no number."""


FUNCTIONS: dict[str, Any] = {
    "ln": lambda x: math.log(x) if x > 0 else math.nan,
    "tanh": math.tanh,
    "max": max,
    "min": min,
    "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "σ": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(0.0, x),
    "leaky_relu": lambda x: max(0.01 * x, x),
    "softplus": lambda x: math.log1p(math.exp(x)),
}


class LatexReader:
    """Recursive descent over the text; names are met longest first."""

    def __init__(self, names: Mapping[str, float]) -> None:
        self.names = {re.sub(r"\s+", "", name): value for name, value in names.items()}
        self.longest = sorted(self.names, key=len, reverse=True)

    def value(self, text: str) -> float:
        self.text, self.at = re.sub(r"\s+", "", text), 0
        result = self.sum()
        if self.at != len(self.text):
            message = f"left over: {self.text[self.at :]!r}"
            raise AssertionError(message)
        return result

    def meets(self, mark: str) -> bool:
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def needs(self, mark: str) -> None:
        assert self.meets(mark), f"{mark!r} expected at {self.text[self.at :]!r}"

    def sum(self) -> float:
        total = -self.product() if self.meets("-") else self.product()
        while True:
            if self.meets("+"):
                total += self.product()
            elif self.meets("-"):
                total -= self.product()
            else:
                return total

    def product(self) -> float:
        total = self.power()
        while self.meets(r"\cdot"):
            total *= self.power()
        return total

    def power(self) -> float:
        base, exponential = self.atom()
        if exponential:
            return math.exp(self.group())
        return base ** self.group() if self.meets("^") else base

    def group(self) -> float:
        self.needs("{")
        value = self.sum()
        self.needs("}")
        return value

    def until(self, end: str) -> float:
        value = self.sum()
        self.needs(end)
        return value

    def atom(self) -> tuple[float, bool]:
        for name in self.longest:
            if self.meets(name):
                return self.names[name], False
        if self.meets("e^"):
            return math.nan, True
        number = re.compile(r"\d+(\.\d+)?").match(self.text, self.at)
        if number:
            self.at = number.end()
            return float(number.group()), False
        for begin, end in ((r"\left(", r"\right)"), ("(", ")")):
            if self.meets(begin):
                return self.until(end), False
        if self.meets(r"\left|"):
            return abs(self.until(r"\right|")), False
        if self.meets("["):
            value = self.until(">")
            self.needs("0]")
            return float(value > 0), False
        if self.meets(r"\frac{\partial"):
            raise Unreadable
        if self.meets(r"\frac"):
            above = self.group()
            return above / self.group(), False
        if self.meets(r"\sqrt"):
            return math.sqrt(self.group()), False
        called = re.compile(r"\\(?:operatorname\{([a-z\\_]+)\}|([a-z]+))\(").match(self.text, self.at)
        assert called, f"cannot read {self.text[self.at :]!r}"
        self.at = called.end()
        arguments = [self.sum()]
        while self.meets(","):
            arguments.append(self.sum())
        self.needs(")")
        return FUNCTIONS[(called[1] or called[2]).replace("\\", "")](*arguments), False


def shape(element: ET.Element) -> str:
    """An element without its attributes."""
    return f"<{element.tag}>{element.text or ''}{''.join(map(shape, element))}</{element.tag}>"


class MathmlReader:
    """Reads the tree: rows are sums of products, everything else is one value."""

    def __init__(self, names: Mapping[str, float]) -> None:
        self.names = {shape(ET.fromstring(name)): value for name, value in names.items()}  # noqa: S314 -- our own

    def value(self, text: str) -> float:
        return self.row(list(ET.fromstring(f"<mrow>{text}</mrow>")))  # noqa: S314 -- our own text

    def row(self, items: list[ET.Element]) -> float:
        """What brackets hold; else split at the loosest operators that stand in this row."""
        if items[0].tag == "mo" and items[0].text in {"(", "[", "|"}:
            return self.applied(items)
        for marks in ("+−", "·"):
            total, start, sign = None, 0, "+"
            for place, item in enumerate([*items, None]):
                mark = item.text if item is not None and item.tag == "mo" and (item.text or "") in marks else None
                if item is not None and mark is None:
                    continue
                if mark == "−" and place == start:
                    total, start, sign = 0.0, place + 1, "−"
                    continue
                if place == len(items) and total is None:
                    break
                part = self.row(items[start:place])
                if total is None:
                    total = part
                else:
                    total = total + part if sign == "+" else total - part if sign == "−" else total * part
                start, sign = place + 1, mark or ""
            if total is not None:
                return total
        return self.applied(items)

    def applied(self, items: list[ET.Element]) -> float:
        assert items, "an empty row"
        if len(items) == 1:
            return self.one(items[0])
        if len(items) == 3 and items[1].text == "⁡":
            inside = list(items[2])[1:-1]
            arguments, start = [], 0
            for place, item in enumerate([*inside, None]):
                if item is None or item.text == ",":
                    arguments.append(self.row(inside[start:place]))
                    start = place + 1
            return float(FUNCTIONS[items[0].text or ""](*arguments))
        first, last = items[0].text, items[-1].text
        if (first, last) == ("(", ")"):
            return self.row(items[1:-1])
        if (first, last) == ("|", "|"):
            return abs(self.row(items[1:-1]))
        if (first, last) == ("[", "]"):
            assert [item.text for item in items[-3:]] == [">", "0", "]"]
            return float(self.row(items[1:-3]) > 0)
        message = f"cannot read {[shape(item) for item in items]}"
        raise AssertionError(message)

    def one(self, item: ET.Element) -> float:
        known = self.names.get(shape(item))
        if known is not None:
            return known
        inner = list(item)
        match item.tag:
            case "mn":
                return float(item.text or "")
            case "mrow":
                return self.row(inner)
            case "mfrac":
                if "∂" in "".join(inner[0].itertext())[:1]:
                    raise Unreadable
                return self.one(inner[0]) / self.one(inner[1])
            case "msqrt":
                return math.sqrt(self.row(inner))
            case "msup":
                exponent = self.one(inner[1])
                return math.exp(exponent) if inner[0].text == "e" else float(self.one(inner[0]) ** exponent)
            case _:
                message = f"cannot read {shape(item)}"
                raise AssertionError(message)
