r"""What an identifier says, however it is spelled.

`a_h1`, `a\\_h_1`, `\\text{a_h}_1`, `a_{h1}` and `ah1` share one key, `ah1`; a layer
above, as in z^{(1)}_2, is kept apart from an index below. `VOCABULARY` are the
families that networks of one hidden layer are written in; it is used to take
run-together names apart (`w5a_h1`) and to see which known network a text is about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Family(NamedTuple):
    """Spellings of one kind of quantity: `canon` is what the class network calls it."""

    canon: str
    words: str


_N = r"(\d{1,3})"
VOCABULARY: tuple[Family, ...] = (
    Family("i", "i|x|in|inp|input"),
    Family("w", "w|weight"),
    Family("b", "b|bias"),
    Family("a_h", "ah|aah|aoh|outh|oh|acth|hact|hout|aouth|oouth|sigh|sigmah|activationh"),
    Family("a_o", "ao|aao|aoo|outo|oo|acto|oact|oout|yhat|sigo|activationo|pred|yp|ypred"),
    Family("h", "h|neth|zh|sumh|inh|hin|hnet|insh"),
    Family("o", "o|neto|zo|sumo|ino|oin|onet|inso"),
    Family("t", "t|target|targeto|to|y|yo|actual|expected"),
    Family("E", "E|Eo|Error|error|Err|err|L|Loss|loss|C|J"),
)
TOTAL = re.compile(
    r"E|E_?[tT]|ET|E?total|E?[tT]ot(al)?|E_?tot(al)?|[Ee]rr(or)?(total|tot)?|total(error|loss|e)|L(oss)?(total)?|loss(total)?"
    r"|C|J|cost|Etotal|ETotal|Etot|Errortotal|ETOTAL|EToTal|etotal",
)
RATE = re.compile(r"η|eta|lr|LR|α|alpha|learningrate|learning|rate|ɳ|n")
_TABLE: Mapping[str, str] = {word: family.canon for family in VOCABULARY for word in family.words.split("|")}
_NUMBERED = re.compile(r"([^\W\d_]+?)0?" + _N)


def canonical(key: str) -> str | None:
    """What the class network calls it, or None when it is no name of such a network.

    >>> canonical("outh1"), canonical("W5"), canonical("ET"), canonical("because")
    ('a_h1', 'w5', 'E_total', None)
    """
    if TOTAL.fullmatch(key):
        return "E_total"
    if RATE.fullmatch(key):
        return "eta"
    match = re.fullmatch(r"([^\W\d_]+)" + _N, key)
    if match is None:
        return None
    word, number = match.groups()
    for spelling in (word, word.lower() if len(word) > 1 or word == "W" else word):
        if spelling in _TABLE:
            return f"{_TABLE[spelling]}{int(number)}"
    return None


def slipped(key: str) -> str | None:
    """The same with a zero read as the letter o (`a01`), or a doubled letter (`aao1`)."""
    match = re.fullmatch(r"([^\W\d_]*)0(\d)", key)
    if match and match[1] in {"a", "out", "act", "net", "E", "z", ""} and match[2] != "0":
        return canonical(f"{match[1]}o{match[2]}")
    return None


def apart(key: str) -> list[str] | None:
    """`w5ah1` as `w5`, `ah1`: several known names run together; None where it is not that."""
    found: list[str] = []
    place = 0
    while place < len(key):
        for end in range(len(key), place, -1):
            piece = key[place:end]
            if re.search(r"\d$", piece) and _is_known(piece):
                found.append(piece)
                place = end
                break
        else:
            return None
    return found if len(found) > 1 else None


def _is_known(piece: str) -> bool:
    name = canonical(piece)
    return name is not None and name not in {"E_total", "eta"}
