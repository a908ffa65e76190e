"""What is said of code that was held to a network given: which lines contradict it, and what was not compared."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.check.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.code_given import Held
    from sheetgrad.check.findings import Report
    from sheetgrad.check.network import Network
    from sheetgrad.read.python.values import Binding


def say_against(report: Report, held: Held, network: Network) -> None:
    """Say what it was held against, which forward lines contradict it, and what was not compared."""
    for binding, words in held.against:
        statement = binding.statement
        made = _found(report, binding, "false", f"This contradicts the network given: there {words}.")
        report.findings.append(replace(made, yours=ast.unparse(statement.value)[:500], span=statement.span))
        here = (statement.line, statement.column, binding.name)
        report.equalities = [
            replace(one, verdict="false") if (one.line, one.column, one.left) == here else one
            for one in report.equalities
        ]
    for number, one in enumerate(report.findings):
        if one.code == "no-network" and held.judgement is not None:
            message = "none of these gradients is right for the network given, so none was judged; is it the right one?"
            report.findings[number] = replace(one, message=message)
    left = f" ({_listed(held.left)} not compared)" if held.left else ""
    report.network = f"{network.words}{left}" + (f"; {report.network}" if report.network else "")
    report.findings.sort(key=lambda finding: (finding.line, finding.column))


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _found(report: Report, binding: Binding, verdict: str, message: str) -> Finding:
    """A finding on the network given."""
    line, column = binding.statement.line, binding.statement.column
    place = f"{report.path}:{line}:{column}"
    return Finding(verdict, "other-network", line, column, place, binding.name, message=message)
