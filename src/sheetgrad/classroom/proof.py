"""The proof that every mistake shows, and what each mistake would have a student write.

The numbers were chosen with NumPy, thousands at a time. Here every mistake is made
again, one at a time, with the plain evaluation that everything else is judged by.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.errors import BrokenInvariant
from sheetgrad.functions import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetgrad.classroom.choose import Chooser
    from sheetgrad.classroom.key import Exercise, Question
    from sheetgrad.expr import Expr

MOST_NAMED = 6


class Distractor(NamedTuple):
    """A wrong answer that a known mistake leads to."""

    code: str
    value: float
    formula: Expr
    """The wrong formula, in plain names."""


def distractors(chooser: Chooser, question: Question, steps: Sequence[Mapping[Expr, float]]) -> list[Distractor]:
    """Every mistake in one answer with what it leads to, in the order of the table."""
    found = steps[question.step]
    return [Distractor(w.code, evaluate(w.value, found), w.value) for w in chooser.shown(question.quantity)]


def named(all_: Sequence[Distractor], exercise: Exercise) -> list[Distractor]:
    """One wrong answer for each kind of mistake, no two printed alike: for multiple choice and for tables."""
    made: dict[str, Distractor] = {}
    printed: set[str] = set()
    for distractor in all_:
        text = exercise.printed(distractor.value)
        if isfinite(distractor.value) and distractor.code not in made and text not in printed:
            made[distractor.code] = distractor
            printed.add(text)
    return list(made.values())


def followed(chooser: Chooser, found: Mapping[Expr, float], question: Question, wrong: Expr) -> dict[str, float]:
    """Every answer of a step, by its id, where one has a wrong formula and those after it follow."""
    values = dict(found)
    made = {}
    for asked in chooser.questions:
        answer = chooser.sheet.answers[asked.quantity]
        value = wrong if asked.id == question.id else answer.value
        values[answer.quantity] = made[asked.id] = evaluate(value, values)
    return made


def prove(chooser: Chooser, exercise: Exercise, steps: Sequence[Mapping[Expr, float]]) -> int:
    """Make every mistake in every answer, and see that the printed answer changes; gives how many were made.

    Raises:
        BrokenInvariant: one does not show.
    """
    count = 0
    for question in exercise.questions:
        if question.quantity not in chooser.wrong:
            continue
        right = evaluate(chooser.sheet.answers[question.quantity].value, steps[question.step])
        for distractor in distractors(chooser, question, steps):
            count += 1
            if exercise.is_right(float(exercise.printed(distractor.value)), right):
                message = f"the mistake {distractor.code} in {question.id} does not show"
                raise BrokenInvariant(message)
    return count
