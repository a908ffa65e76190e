"""Losses that sentences speak of: "after 100 steps at rate 0.5 the error is 0.029"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.check.together.facts import Place, Quoted, QuotedLoss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.read.traced import Source

_NUMBER = r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_STEPS = re.compile(
    r"\bafter\s+(?:about\s+)?(\d{1,3}(?:,\d{3})+|\d+)\s+(?:[a-z-]+\s+){0,3}?(?:steps?|iterations?|epochs?|updates?|rounds?)\b",
    re.IGNORECASE,
)
_START = re.compile(
    r"\b(?:at the (?:start|beginning)|before (?:any )?(?:training|learning)|initially)\b", re.IGNORECASE
)
_RATE = re.compile(
    r"(?:learning[\s-]{1,5}rates?|learningrates?|\brates?|\blr|η|\beta|α)\s{0,5}(?:\(\s?(?:η|α|lr)\s?\)\s{0,5})?"
    rf"(?:of|is|are|=|:|-)?\s{{0,5}}[\[$`]{{0,3}}({_NUMBER})",
    re.IGNORECASE,
)
_LOSS = re.compile(
    rf"(?:\berror|\bloss|\bcost|\bE_?total|\bE)[_}}$`*]*\s*(?:function|value)?\s*"
    rf"(?:is|was|of|=|≈|~|:|becomes|drops to|falls to|fell to|goes down to|comes down to|reaches|has fallen to)\s*"
    rf"(?:about|around|only|just)?\s*[$`*]*({_NUMBER})(?!\s*%)",
    re.IGNORECASE,
)
_LIST = re.compile(rf"(?:\s{{0,5}}(?:,|and|or|to)\s{{0,5}}{_NUMBER})*")
_VAGUE = re.compile(r"\b(?:less|more|below|above|under|over|than|until|if|would|between|not)\b|[<>≤≥]", re.IGNORECASE)
"""A sentence with one of these says no single number."""
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n")
_LONGEST = 400
_MOST = 200_000


def quoted_losses(source: Source) -> tuple[QuotedLoss, ...]:
    """Every sentence of a text that names one number of steps and one loss, and one learning rate at most."""
    return tuple(_losses(source)) if len(source.text) <= _MOST else ()


def rates_named(source: Source) -> set[float]:
    """Every number that follows the words for a learning rate, in a list of them too."""
    found: set[float] = set()
    for match in _RATE.finditer(source.text[:_MOST]):
        more = _LIST.match(source.text, match.end(1))
        found |= {float(number) for number in (match[1], *re.findall(_NUMBER, more[0] if more else ""))}
    return found


def _losses(source: Source) -> Iterator[QuotedLoss]:
    start = 0
    for part in (*_SENTENCE.finditer(source.text), None):
        end = len(source.text) if part is None else part.start()
        said = sentence(source.text[start:end])
        if said is not None:
            steps, rate, number, offset = said
            place = source.place(start + offset)
            value = Quoted(float(number), _slack(number), Place(place.line, place.column), number)
            yield QuotedLoss(value, steps, rate)
        start = end if part is None else part.end()


def sentence(text: str) -> tuple[int, float | None, str, int] | None:
    """The steps, the learning rate, the loss as it is written and where; None where a sentence says no such thing.

    >>> sentence("After 100 steps at rate 0.5 the error is 0.029.")
    (100, 0.5, '0.029', 41)
    >>> sentence("The error is less than 0.03 after 100 steps.")
    """
    if len(text) > _LONGEST or _VAGUE.search(text):
        return None
    steps = [int(match[1].replace(",", "")) for match in _STEPS.finditer(text)] or [0 for _ in _START.finditer(text)]
    rates = [float(match[1]) for match in _RATE.finditer(text)]
    losses = list(_LOSS.finditer(text))
    if len(steps) != 1 or len(losses) != 1 or len(rates) > 1 or "." not in losses[0][1]:
        return None
    return steps[0], rates[0] if rates else None, losses[0][1], losses[0].start(1)


def _slack(number: str) -> float:
    digits, _, exponent = number.lower().partition("e")
    return 1.01 * 0.5 * 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
