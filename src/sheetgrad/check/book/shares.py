"""What each sample must give to a gradient that is a sum over samples, for the sum to come out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.book.losses import ancestors
from sheetgrad.expr import Expr, Ref, Symbol, references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.points import Values


class Shares(NamedTuple):
    """What is known of the terms of gradients that are wrong."""

    owned: dict[str, Values]
    """Columns that are added up, whatever they are multiplied with: the value that each must have."""
    hinted: dict[str, list[Values]]
    """Columns that are multiplied with others before: what each sum wants of them."""
    split: frozenset[str]
    """The gradients that were taken apart."""


def shares(judge: TableJudge, owners: Mapping[str, str]) -> Shares:
    """The terms of every gradient that is wrong, where each belongs to one term of the loss."""
    made = judge.made
    found = Shares({}, {}, frozenset())
    wrong = [n for n, weight in owners.items() if not made.close(made.points.values.get(n), made.derivative(weight))]
    loss = _inlined(made.definitions, made.definitions[made.loss])
    terms = _exclusive(made.definitions, [use.symbol.name for use in references(loss)]) if wrong else {}
    if len(set(terms.values())) < 2:
        return found
    uses = Counter(use.symbol.name for value in judge.roles.definitions.values() for use in references(value))
    split = set()
    for column in wrong:
        value = _inlined(judge.roles.definitions, judge.roles.definitions[column])
        names = [use.symbol.name for use in references(value)]
        parts = [name for name in names if name in made.changed and name in judge.roles.definitions]
        parts = [name for name in parts if name not in made.definitions]
        whose = _matched(judge, parts, terms)
        if whose is None:
            continue
        split.add(column)
        for part, term in whose.items():
            wanted, constant = _wanted(judge, value, part, loss, term, owners[column])
            if constant and uses[part] == 1:
                found.owned[part] = wanted
            elif not constant:
                found.hinted.setdefault(part, []).append(wanted)
    return found._replace(split=frozenset(split))


def _inlined(definitions: Mapping[str, Expr], value: Expr) -> Expr:
    """What a cell that only names another stands for."""
    for _ in range(8):
        if not isinstance(value, Ref) or value.symbol.name not in definitions:
            break
        value = definitions[value.symbol.name]
    return value


def _exclusive(definitions: Mapping[str, Expr], terms: list[str]) -> dict[str, str]:
    """For every quantity that flows into one term of the loss only: which."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for term in terms:
        if term in definitions:
            for name in (*ancestors(dict(definitions), term), term):
                if found.setdefault(name, term) != term:
                    shared.add(name)
    return {name: term for name, term in found.items() if name not in shared}


def _matched(judge: TableJudge, parts: list[str], terms: Mapping[str, str]) -> dict[str, str] | None:
    """The term of the loss that each part belongs to; None where that is not one to one."""
    found: dict[str, str] = {}
    for part in parts:
        counts = Counter(terms[name] for name in judge.roles.ancestors(Ref(Symbol(part))) if name in terms)
        if not counts:
            return None
        found[part] = counts.most_common(1)[0][0]
    return found if len(set(found.values())) == len(found) > 1 else None


def _wanted(  # noqa: PLR0917 -- a sum and one of its terms, on both sides
    judge: TableJudge, value: Expr, part: str, loss: Expr, term: str, weight: str
) -> tuple[Values, bool]:
    """What a part must be, and whether it is added as it is, times a number."""
    points = judge.made.points
    slope = points.slope(value, part)
    outer = points.slope(loss, term) * points.derivative(Ref(Symbol(term)), Ref(Symbol(weight)))
    with points.numpy.errstate(all="ignore"):
        wanted = judge.made.factor * outer / slope
    return wanted, bool(abs(slope - slope[0]).max() <= 1e-9 * abs(slope[0]))
