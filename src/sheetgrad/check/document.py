"""From a document to a report: read, recognise the network, judge, explain."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.check.circular import circular
from sheetgrad.check.explain import explained
from sheetgrad.check.findings import Finding, Judged, Report
from sheetgrad.check.forward import put_right
from sheetgrad.check.judge import Judge
from sheetgrad.check.matrix.beside import joined, without
from sheetgrad.check.matrix.part import part_of
from sheetgrad.check.network import Network, named
from sheetgrad.check.recognition import definitions_in, derivatives_holding, recognised, stated
from sheetgrad.check.shares import with_shares
from sheetgrad.check.signals import meanings
from sheetgrad.check.steps import Steps
from sheetgrad.check.together.texts import Told
from sheetgrad.expr import Partial, Ref
from sheetgrad.read.claims import Claim, Reading, read
from sheetgrad.read.traced import Source
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from sheetgrad.check.findings import Verdict
    from sheetgrad.check.pairs import Pair
    from sheetgrad.expr import Expr, Quantity


def check_text(path: str, text: str, *, network: Network | None = None) -> Report:
    r"""Check a document (Markdown, plain text or LaTeX); `network` overrides the one recognised.

    >>> check_text("a.md", "h1 = w1*i1 + w2*i2\n\nh2 = w3*i1 + w4*i2\n\n∂h1/∂w1 = i2").counts["false"]
    1
    """
    source = Source.of(path, text)
    reading = read(source)
    return judged(source, reading, network)


def judged(source: Source, reading: Reading, network: Network | None = None) -> Report:
    """The report on what was read of a document."""
    arrays = part_of(source)
    reading = reading if arrays is None else without(reading, arrays)
    found = _network(reading) if network is None else _own(network)
    report = Report(source.path, network=found.words, text=source.text, not_read=len(reading.unclaimed))
    if found.origin == "none":
        _nothing_to_judge(report, source, reading)
        return report if arrays is None else joined(report, arrays)
    judge = Judge(found)
    judge.learn(reading.claims)
    judge.meant = meanings(found, reading.claims)
    judge.lost = {key for name in reading.lost if (key := found.key(name)) in found.leaves and key is not None}
    steps = Steps(found)
    told = Told(source, judge)
    for claim in reading.claims:
        if not judge.is_about_it(claim):
            _of_whole_layers(report, source, claim)
            continue
        if claim.spelling:
            _other_spelling(report, source, judge, claim)
            continue
        pairs = judge.judge(claim)
        for pair in pairs:
            _add(report, source, judge, claim, pair)
        step = steps.step(claim, pairs, judge, source.place(claim.offset).line)
        report.steps += [step] if step is not None else []
        told.claim(claim, pairs, step)
        judge.done = {key for key, verdict in report.gradients.items() if verdict == "true"}
    for line in reading.unclaimed:
        place = source.place(line.offset)
        where = f"{source.path}:{place.line}:{place.column}"
        report.findings.append(
            Finding("unread", "unread", place.line, place.column, where, yours=line.spelled, message=line.reason)
        )
    report.findings.sort(key=lambda finding: (finding.line, finding.column))
    facts = told.facts(dict(report.gradients))
    report.facts += [facts] if facts is not None else []
    return report if arrays is None else joined(report, arrays)


_WHOLE = re.compile(r"⊙|\\odot|\^\s*\{?\s*(?:T\b|top|\\top|⊤|L\b|l\b|\(l\)|\(L\))|∇|nabla")


def _of_whole_layers(report: Report, source: Source, claim: Claim) -> None:
    """Equations between vectors and matrices are not judged, and that is said."""
    if claim.spelling or not _WHOLE.search(claim.spelled):
        return
    report.not_read += 1
    place = source.place(claim.offset)
    where = f"{source.path}:{place.line}:{place.column}"
    message = "This is between whole layers; what is judged is written for single weights and neurons."
    report.findings.append(
        Finding("unread", "unread", place.line, place.column, where, yours=claim.spelled, message=message)
    )


def _own(network: Network) -> Network:
    """The network for one text only: what that makes up on the way is not known to the next."""
    return replace(network, names=dict(network.names))


def _network(reading: Reading) -> Network:
    """The network that the text is about; its own equations are put right where its derivatives say so."""
    claims = [claim for claim in reading.claims if not claim.spelling]
    found = with_shares(recognised(claims), claims)
    forward = definitions_in(claims)
    own = found if found.origin == "own" else stated(forward) or Network("own", found.words, {}, ("eta",))
    lost = {key: value for key, value in forward if key not in own.definitions}
    if found.origin != "own" and not lost:
        return found
    better = put_right(own, claims, lost | circular(claims))
    if better is own:
        return found
    if found.origin == "template" and derivatives_holding(claims, better) <= derivatives_holding(claims, found):
        return found
    return better.named_own()


def _add(report: Report, source: Source, judge: Judge, claim: Claim, pair: Pair) -> None:
    place = source.place(claim.offset)
    span = (claim.offset, _end(source.text, pair.right.member.end))
    left, right = (
        _understood(side.member.value, judge.network, side.member.spelled) for side in (pair.left, pair.right)
    )
    report.equalities.append(Judged(place.line, place.column, pair.verdict, left, right, span))
    quantity = _quantity(claim, judge)
    weight = _weight(claim, judge.network)
    if weight and pair.verdict in {"true", "slip", "false"}:
        _note_gradient(report, weight, pair)
    if pair.verdict in {"true", "given"} and not pair.reason:
        return
    where = f"{source.path}:{place.line}:{place.column}"
    base = Finding("note", "note", place.line, place.column, where, quantity, span=span)
    finding = explained(base, claim, pair, judge)
    if claim.choice and finding.verdict == "false" and _is_further(report, finding):
        return
    if claim.choice and finding.verdict == "false":
        finding = replace(finding, message=f"{finding.message} (Written out for {claim.choice}.)".strip())
    last = report.findings[-1] if report.findings else None
    if last is None or finding.verdict != "unread" or _said(last) != _said(finding):
        report.findings.append(finding)


def _is_further(report: Report, finding: Finding) -> bool:
    """Whether another member of the family has the same mistake, in the same place: then it is said there."""
    for number, one in enumerate(report.findings):
        if (one.place, one.code, one.yours) == (finding.place, finding.code, finding.yours):
            report.findings[number] = replace(one, message=_with_one_more(one.message))
            return True
    return False


_WRITTEN_OUT = re.compile(r"\(Written out for ([^;)]*?)(?:; wrong for (\d+) more of its family)?\.\)$")


def _with_one_more(message: str) -> str:
    """The message with one member more in the count at its end."""
    return _WRITTEN_OUT.sub(
        lambda match: f"(Written out for {match[1]}; wrong for {int(match[2] or 0) + 1} more of its family.)", message
    )


def _said(finding: Finding) -> tuple[str, str, str, str]:
    return finding.verdict, finding.place, finding.yours, finding.message


_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")


def _end(text: str, end: int) -> int:
    """The end of a stretch, after the whole of a percent-encoded character."""
    while end > 0 and _ESCAPE.match(text, end - 1):
        end += 2
    return end


def _weight(claim: Claim, network: Network) -> str:
    """The weight whose gradient a claim is about; empty where it is about something else."""
    first = claim.members[0].value
    if not isinstance(first, Partial):
        return ""
    match named(first, network):
        case Partial(of=Ref(symbol=of), wrt=Ref(symbol=wrt)) if of.name == network.loss and network.is_weight(wrt.name):
            return wrt.name
    return ""


def _note_gradient(report: Report, weight: str, pair: Pair) -> None:
    """The last closed form for a weight is the answer; a wrong one spoils it."""
    value = pair.right.node
    if value is None or isinstance(value, Partial | Ref):
        return
    verdict: Verdict = "false" if pair.verdict == "false" and pair.blamed is pair.right else "true"
    is_chain = any(isinstance(part, Partial) for part in getattr(value, "factors", ()))
    if not (is_chain and verdict == "false" and report.gradients.get(weight) == "true"):
        report.gradients[weight] = verdict


def _quantity(claim: Claim, judge: Judge) -> str:
    first = claim.members[0].value
    if isinstance(first, Ref | Partial):
        found = named(first, judge.network)
        return written(found) if isinstance(found, Ref | Partial) else ""
    return ""


def _understood(value: Expr | None, network: Network, spelled: str) -> str:
    """How a side was read, in the plain dialect."""
    if value is None:
        return f"(not read) {spelled}"
    try:
        return written(named(value, network), _plain)
    except Exception:  # noqa: BLE001 -- a reading that cannot be shown is shown as it stands
        return spelled


def _plain(quantity: Quantity) -> str:
    from sheetgrad.syntax.printer import own_name

    if isinstance(quantity, Partial):
        above = quantity.of.symbol.name if isinstance(quantity.of, Ref) else f"({written(quantity.of, _plain)})"
        return f"∂{above}/∂{quantity.wrt.symbol.name}"
    return own_name(quantity)


def _other_spelling(report: Report, source: Source, judge: Judge, claim: Claim) -> None:
    """An alt text or title that says something false, or something else than what is shown."""
    for pair in judge.judge(claim):
        shown = [judged for judged in report.equalities if judged.span[0] >= claim.offset and judged.verdict == "false"]
        if pair.verdict != "false" or any(
            abs(j.span[0] - claim.offset) < 2000 and j.right == _understood(pair.right.member.value, judge.network, "")
            for j in shown
        ):
            continue
        if _shown_false(report, source, claim):
            continue
        place = source.place(claim.offset)
        where = f"{source.path}:{place.line}:{place.column}"
        base = Finding("note", "alt-text", place.line, place.column, where, _quantity(claim, judge))
        found = explained(base, claim, pair, judge)
        message = f"The {claim.spelling} of this picture is wrong; what it shows is judged apart. {found.message}"
        report.findings.append(
            Finding(
                "note",
                "alt-text",
                place.line,
                place.column,
                where,
                found.quantity,
                found.yours,
                found.expected,
                message,
            )
        )


def _shown_false(report: Report, source: Source, claim: Claim) -> bool:
    """Whether the picture itself was found false on the same line: then that is said already."""
    line = source.place(claim.offset).line
    return any(j.verdict == "false" and abs(source.place(j.span[0]).line - line) <= 1 for j in report.equalities)


def _nothing_to_judge(report: Report, source: Source, reading: Reading) -> None:
    """Say that no network was recognised, and list what was read without judging it."""
    if not reading.claims:
        return
    for claim in reading.claims:
        place = source.place(claim.offset)
        for left, right in zip(claim.members, claim.members[1:], strict=False):
            report.equalities.append(Judged(place.line, place.column, "unread", left.spelled, right.spelled))
    first = source.place(reading.claims[0].offset)
    message = (
        "no network could be made out from this text, so nothing in it was judged; "
        "give the network it is about with --network SPEC"
    )
    where = f"{source.path}:{first.line}:{first.column}"
    report.findings.append(Finding("unread", "no-network", first.line, first.column, where, message=message))
