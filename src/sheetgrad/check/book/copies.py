"""Numbers that stand where formulas should: typed in, pasted, or left from an earlier version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import Fixed, OnTrack
from sheetgrad.check.book.memories import remembered
from sheetgrad.check.book.naming import text
from sheetgrad.check.book.spelling import where
from sheetgrad.check.book.unfolding import spelled
from sheetgrad.check.findings import Finding, Judged
from sheetgrad.expr import references

if TYPE_CHECKING:
    from sheetgrad.check.book.frames import Run
    from sheetgrad.check.book.judging import TableJudge

AGREES = 1e-6
"""How far a stored number may be from its formula, relative to the largest of its track: files keep ten digits."""


def pasted(judge: TableJudge) -> None:
    """Numbers in the middle of a computed track."""
    for across, track in judge.table.tracks.items():
        main = judge.roles.main.get(across)
        value = judge.roles.rules.get(across)
        if main is None or value is None:
            continue
        after = judge.table.first + _starts(judge, across)
        runs = [run._replace(first=max(run.first, after)) for run in track.runs if run.formula is None]
        runs = [run for run in runs if run.first <= run.last]
        if not runs:
            continue
        wrong = [run for run in runs if not _agrees(judge, across, run)]
        for found, verdict in ((wrong, "false"), ([run for run in runs if run not in wrong], "unread")):
            if found:
                _report(judge, across, found, verdict)


def _starts(judge: TableJudge, across: int) -> bool:
    """Whether the first line of a track is a start, from which the others follow."""
    if across in judge.roles.states.values() or across in remembered(judge.made):
        return True
    sources = [judge.roles.compiler.sources[use.symbol.name] for use in references(judge.roles.rules[across])]
    return any(
        isinstance(source, Fixed) or (isinstance(source, OnTrack) and (source.shift < 0 or source.across == across))
        for source in sources
    )


def _agrees(judge: TableJudge, across: int, run: Run) -> bool:
    """Whether typed numbers are what the formula would give, to the digits that they have."""
    numpy = judge.stored.numpy
    wanted = judge.stored.value(judge.roles.rules[across], run.first, run.last)
    start = run.first - judge.table.first
    here = judge.stored.track(across)[start : start + run.lines]
    digits = [len(repr(float(number)).partition("e")[0].partition(".")[2]) for number in here]
    scale = numpy.nanmax(numpy.abs(judge.stored.track(across)))
    slack = numpy.array([2.0 * 10.0**-count for count in digits]) if max(digits) <= 6 else AGREES * scale
    again = across in judge.roles.states.values() and here[0] == judge.stored.track(across)[0]
    if again and abs(here[0] - wanted[0]) > AGREES * scale:
        return False  # the start typed once more
    with numpy.errstate(all="ignore"):
        return bool((numpy.abs(here - wanted) <= slack).all())


def _report(judge: TableJudge, across: int, runs: list[Run], verdict: str) -> None:
    symbol = next((s for s, track in judge.roles.states.items() if track == across), judge.roles.name(across))
    quantity = judge.names.get(symbol, symbol)
    first, last = runs[0].first, runs[-1].last
    place = judge.table.shown(across, first)
    if len(runs) <= 3:
        cells = [where(judge.table, across, run.first, run.last) for run in runs]
        range_ = ",".join([cells[0], *(cell.rpartition("!")[2] for cell in cells[1:])])
    else:
        range_ = where(judge.table, across, first, last)
    formula = judge.roles.main[across]
    expected = "" if formula.tree is None else spelled(judge.table, formula.tree, across, first)
    number = judge.table.cells[across][first].value
    count = sum(run.lines for run in runs)
    many = "a number is typed" if count == 1 else f"{count} numbers are typed"
    message = f"{many[0].upper()}{many[1:]} where the other rows have a formula"
    if verdict == "unread":
        message += ": as far as their digits go they agree, but they do not follow when anything is changed."
    else:
        message += ", and the formula gives something else."
    judge.report.findings.append(
        Finding(verdict, "pasted-number", place[0], place[1], range_, quantity, str(number), expected, message)
    )
    right = text(judge.roles.rules[across], judge.names)
    judge.report.equalities.append(Judged(place[0], place[1], verdict, quantity, right))  # type: ignore[arg-type]  # one of two verdicts


def stale(judge: TableJudge) -> None:
    """Stored values that the formulas do not give: the first track in the order of computing."""
    from sheetgrad.check.book.stretches import stretches

    numpy = judge.stored.numpy
    symbols = [*judge.roles.definitions, *judge.roles.states]
    for symbol in symbols:
        across = judge.tracks.get(symbol, judge.roles.states.get(symbol, -1))
        if across not in judge.table.tracks:
            continue
        whole = judge.stored.track(across)
        if numpy.isnan(whole).all():
            continue
        scale = float(numpy.nanmax(numpy.abs(whole))) or 1.0
        for stretch in stretches(judge.made, across):
            if stretch.value is None:
                continue
            for run in stretch.runs:
                wanted = judge.stored.value(stretch.value, run.first, run.last)
                start = run.first - judge.table.first
                with numpy.errstate(all="ignore"):
                    off = numpy.abs(wanted - whole[start : start + run.lines]) > AGREES * scale
                if off.any():
                    line = run.first + int(numpy.argmax(off))
                    _say_stale(judge, across, line, int(off.sum()), float(wanted[line - run.first]))
                    return


def _say_stale(judge: TableJudge, across: int, line: int, count: int, wanted: float) -> None:
    place = judge.table.shown(across, line)
    number = judge.table.cells[across][line].value
    message = (
        f"The number stored here is not what its formula gives from the cells it names ({count} such in this run): "
        "the file was not calculated again after a change, or calculates in a circle."
    )
    judge.report.findings.append(
        Finding(
            "slip",
            "stale-value",
            place[0],
            place[1],
            where(judge.table, across, line, line),
            judge.names.get(judge.roles.name(across), ""),
            f"{number}",
            f"{wanted:.12g}",
            message,
        )
    )
