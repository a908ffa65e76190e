"""The part of a document that is between whole arrays: its equalities, and what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.check.findings import Finding, Judged
from sheetgrad.read.arrays.equations import has_hints, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.findings import Verdict
    from sheetgrad.check.matrix.judge import Ruling
    from sheetgrad.check.matrix.mending import Blamed
    from sheetgrad.check.matrix.reading import Way
    from sheetgrad.check.matrix.reasons import Reason
    from sheetgrad.check.matrix.spelling import Style
    from sheetgrad.read.arrays.equations import Line
    from sheetgrad.read.traced import Source


@dataclass
class Part:
    """What was found in the lines between arrays."""

    words: str
    equalities: list[Judged] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    gradients: dict[str, Verdict] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)
    """Where these lines stand; nothing else is said about what stands there."""

    def covers(self, offset: int) -> bool:
        """Whether something that begins there is one of these lines."""
        return any(start <= offset < end for start, end in self.spans)


def part_of(source: Source) -> Part | None:
    r"""The lines between arrays, judged; None where a text has none, or none that could be understood.

    >>> from sheetgrad.read.traced import Source
    >>> text = "Z = X W + b\n\nA = σ(Z)\n\nL = ½ Σ (A - Y)²\n\ndZ = (A - Y) ⊙ σ'(Z)\n\ndW = Xᵀ dZ\n"
    >>> [judged.verdict for judged in part_of(Source.of("a.md", text)).equalities]
    ['true', 'true', 'true', 'true', 'true']
    """
    if not has_hints(source.text):
        return None
    from sheetgrad.check.matrix.select import chosen

    found = chosen(lines(source))
    if not found:
        return None
    from sheetgrad.check.matrix.reading import best

    way = best(found)
    if way is None or not _understood(way):
        return None
    return _written(source, found, way)


def _understood(way: Way) -> bool:
    """Whether the forward part could be followed and more of the derivatives hold than do not."""
    from sheetgrad.check.matrix.judge import CLAIMS

    right = way.judgement.count("true", *CLAIMS)
    wrong = way.judgement.count("false", *CLAIMS) + way.judgement.count("misfit", *CLAIMS)
    return right > wrong and right >= 1 and len(way.failed) <= right


def _written(source: Source, found: Sequence[Line], way: Way) -> Part:
    from sheetgrad.check.matrix.reasons import lost_rates
    from sheetgrad.check.matrix.spelling import style_of

    way.scene.derivatives = way.judgement.derivatives
    lost_rates(way.judgement)
    part = Part(_words(way), spans=[(line.offset, max(line.end, line.offset + 1)) for line in found])
    style = style_of(source.text)
    failed = {way.items[place].line for place in way.failed}
    for number, line in enumerate(found):
        for member in range(1, len(line.members)):
            rulings = [one for one in way.judgement.rulings if one.item.line == number and one.member == member]
            worst = min(rulings, key=_severity, default=None)
            _say(part, source, line, member, worst, way, style, failed=number in failed)
    return part


_ORDER = ("missing-rate", "misfit", "false", "undefined", "unread", "given", "true")


def _severity(ruling: Ruling) -> int:
    return _ORDER.index(ruling.verdict)


def _say(  # noqa: PLR0917 -- all that is known of one member
    part: Part, source: Source, line: Line, member: int, ruling: Ruling | None, way: Way, style: Style, *, failed: bool
) -> None:
    from sheetgrad.check.matrix.reasons import Reason, reason, witness

    verdict: Verdict = "true" if ruling is not None and ruling.verdict == "true" else "given"
    blamed = way.blamed if member == 1 else None
    here = blamed is not None and ruling is not None and ruling.item.line == blamed.line
    why = Reason("", "", "")
    if here and blamed is not None:
        verdict = "false"
        why = _of_forward(blamed, style)
    elif ruling is None or ruling.verdict in {"unread", "undefined"} or (failed and ruling.verdict != "true"):
        verdict = "unread"
        why = Reason("", "", ruling.reason if ruling is not None else "no layer was found that it could be about")
    elif ruling.verdict not in {"true", "given"}:
        turns = bool(re.search(r"\^\s*\{?[^{}^]*(?:T|\\top)\s*\}?|\.T\b|ᵀ|⊤", source.text))
        why = reason(ruling, way.judgement, way.items, style, turns=turns)
        verdict = "false" if why.code and not line.doubt else "unread"
        why = why._replace(message=why.message if verdict == "false" or not line.doubt else line.doubt)
    place = source.place(line.offset)
    span = (line.offset, line.members[member].end)
    left, right = (_shown(line, side) for side in (0 if ruling is not None else member - 1, member))
    part.equalities.append(Judged(place.line, place.column, verdict, left, right, span))
    if ruling is not None and ruling.target.final and ruling.target.kind == "gradient" and verdict in {"true", "false"}:
        key = _key(ruling.target.key)
        part.gradients[key] = "false" if "false" in {verdict, part.gradients.get(key)} else "true"
    if verdict in {"true", "given"}:
        return
    where = f"{source.path}:{place.line}:{place.column}"
    yours = line.members[member].spelled
    told = witness(ruling, way.judgement) if verdict == "false" and ruling is not None and not here else ""
    code = why.code if verdict == "false" else "unread"
    quantity = _quantity(line, ruling)
    part.findings.append(
        Finding(verdict, code, place.line, place.column, where, quantity, yours, why.expected, why.message, told, span)
    )


def _of_forward(blamed: Blamed, style: Style) -> Reason:
    """What is said of a forward equation that does not go with the derivatives."""
    from sheetgrad.check.matrix.reasons import Reason
    from sheetgrad.check.matrix.spelling import spelled

    message = f"{blamed.edit.message} {blamed.right} derivatives of this text are right with that, and wrong without."
    return Reason(blamed.edit.code, spelled(blamed.edit.node, style), message)


def _shown(line: Line, side: int) -> str:
    from sheetgrad.check.matrix.spelling import understood

    member = line.members[side]
    return understood(member.node) if member.node is not None else f"(not read) {member.spelled}"


def _key(key: str) -> str:
    from sheetgrad.check.matrix.scene import base_of

    return base_of(key) or key


def _quantity(line: Line, ruling: Ruling | None) -> str:
    """The plain name of what the line is about."""
    if ruling is None or ruling.target.kind not in {"gradient", "update", "change"}:
        return line.members[0].spelled
    return f"dL_d{_key(ruling.target.key)}" if ruling.target.kind == "gradient" else _key(ruling.target.key)


def _words(way: Way) -> str:
    """What the lines were judged against."""
    from sheetgrad.check.code_points import same
    from sheetgrad.check.matrix.scene import base_of
    from sheetgrad.read.python.shapes import BATCH, is_data

    data = [leaf for key, leaf in way.scene.leaves.items() if is_data(base_of(key)) and BATCH in leaf.shape]
    samples = "one sample at a time"
    if data:
        samples = "samples as rows" if data[0].shape[0] == BATCH else "samples as columns"
    given = (
        "" if all(item.line >= 0 for item in way.items) else "the usual forward part, which the text does not give; "
    )
    times = "" if same(way.judgement.scale, 1.0) else f", times {way.judgement.scale:.6g}"
    return f"whole layers, {samples}; {given}right with {way.loss.words}{times}"
