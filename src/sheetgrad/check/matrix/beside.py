"""Lines between arrays beside lines about single weights: each is judged by the reading that fits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.read.claims import Reading
from sheetgrad.read.statements import Unclaimed

if TYPE_CHECKING:
    from sheetgrad.check.findings import Report
    from sheetgrad.check.matrix.part import Part


BESIDE = "lines with index letters are not judged beside lines between arrays"


def without(reading: Reading, part: Part) -> Reading:
    """What else was read of the document.

    Lines with index letters are set aside: beside arrays they often have names of their own for what
    the lines about single weights call otherwise, so that neither can be held against the other.
    """
    others = [claim for claim in reading.claims if not part.covers(claim.offset)]
    claims = [claim for claim in others if not claim.choice]
    families = {claim.offset: claim.spelled for claim in others if claim.choice}
    unclaimed = [line for line in reading.unclaimed if not part.covers(line.offset)]
    unclaimed += [Unclaimed(offset, spelled, BESIDE) for offset, spelled in families.items()]
    return Reading(claims, unclaimed, reading.lost)


def joined(report: Report, part: Part) -> Report:
    """One report on both."""
    alone = not report.equalities and not report.findings
    report.network = part.words if alone else f"{report.network}; {part.words}"
    report.equalities = sorted(
        [*report.equalities, *part.equalities], key=lambda judged: (judged.line, judged.column, judged.span)
    )
    report.findings = sorted(
        [*report.findings, *part.findings], key=lambda finding: (finding.line, finding.column, finding.span)
    )
    report.gradients |= part.gradients
    return report
