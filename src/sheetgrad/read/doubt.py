"""What the words round an equality say of it: a condition, a warning, or that only a part of it was read.

An equality that its own sentence holds under a condition ("if t1 = a_o1 …"), or calls
a mistake, is not said to be true of the network. It may be found true, never false.
"""

from __future__ import annotations

import re

_CONDITION = r"(?:if|when|whenever|unless|suppose|assume|assuming|provided)"
_BEFORE = (
    (re.compile(rf"\b{_CONDITION}\b[^=]*=", re.IGNORECASE), "it is said under a condition"),
    (re.compile(rf"\b{_CONDITION}\s+(?:[a-z]+\s+){{0,3}}$", re.IGNORECASE), "it is a condition"),
    (re.compile(r"\b(?:instead)\b", re.IGNORECASE), "it is said of something else"),
    (
        re.compile(r"\b(?:mistake|wrong|wrongly|incorrect|incorrectly)\b|\bnot:?\s*$", re.IGNORECASE),
        "the sentence calls it a mistake",
    ),
    (
        re.compile(r"\b(?:gradient|derivative|slope)\s+(?:of|for|by|to)\s+$", re.IGNORECASE),
        "the words before it belong to its left side",
    ),
)
OTHER = "it is said of another network: "
"""Before the word for what that network has, and this one may not have."""
_FUNCTION = (
    r"relu|tanh|softmax|softplus|cross[- ]?entropy|log[- ]loss|squared error|mse|sigmoid|linear|identity|momentum|"
    r"weight decay|regulari[sz]ation"
)
_IN_PASSING = re.compile(
    rf"\b(?:with|for|using|under|had we|in the case of)\s+(?:(?:the|an?|one)\s+)?(?:[a-z]+\s+)?({_FUNCTION})\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\bwithout\s+(?:the\s+)?(?:½|1/2|\(1/2\)|half|factor|bias(?:es)?)", re.IGNORECASE)
_AFTER = re.compile(r"\s*[-*+/]?\s*[(\[]?\s*[A-Za-z][A-Za-z ]*[)\]]?\s+[*/+]\s+[\w(\[∂{\\]")
"""Words, and then the formula goes on."""
_NUMBERED = re.compile(r"\s*1 +- +(?:a|out|y|ŷ|p|σ)\w*\s*=")
"""The first of a list, or one minus an activation?"""
_UNDER = re.compile(rf"\s*,?\s*(?:{_CONDITION}|for|where)\b[^=.;]*[<>]", re.IGNORECASE)
"""A condition after the formula: `… if z > 0 else 0`."""
FAR = 400
"""Characters; what stands further off is not about it, and a long line is read quickly all the same."""
_SENTENCE = re.compile(r"(?<=[.;!?])\s")


def doubt(before: str, after: str, line: str) -> str:
    """Why an equality is not to be called false; empty where nothing speaks against it.

    `before` and `after` are what stands beside it in its statement, `line` is the line as it was written.

    >>> doubt("If ", " then", "")
    'it is a condition'
    >>> doubt("Therefore ", "", "")
    ''
    """
    sentence = _SENTENCE.split(before[-FAR:])[-1]
    for pattern, reason in _BEFORE:
        if pattern.search(sentence):
            return reason
    if _WITHOUT.search(sentence):
        return "it is said of another loss"
    if found := _IN_PASSING.search(sentence):
        return OTHER + found[1].lower()
    if _UNDER.match(after[:FAR]):
        return "it is said under a condition"
    if _AFTER.match(after[:FAR]):
        return "words stand inside it"
    return "1 - … may be a number of a list, or a difference" if _NUMBERED.match(line) else ""
