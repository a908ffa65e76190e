"""What a student has filled in, and how it stands against the key: numbers and formulas, question by question."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.findings import Judged as Marked
from sheetgrad.check.report.words import quantity as shown_as
from sheetgrad.classroom.carried import Carried
from sheetgrad.classroom.cells import answers_in_book
from sheetgrad.classroom.graded import Slip
from sheetgrad.classroom.items import Item
from sheetgrad.classroom.levels import FIND
from sheetgrad.classroom.make import Made, chooser_of
from sheetgrad.classroom.marks import RANKS, WORDS, Evidence
from sheetgrad.classroom.readme import answers_in, number_in
from sheetgrad.expr import Partial
from sheetgrad.functions import evaluate
from sheetgrad.syntax.printer import own_name, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheetgrad.check.findings import Report, Verdict
    from sheetgrad.classroom.carried import Judged
    from sheetgrad.classroom.key import Exercise, Question, Student
    from sheetgrad.classroom.marks import Mark
    from sheetgrad.expr import Expr, Quantity

HALF = 0.5
"""The share of a question's points for its number, where its formula is asked for, too."""
NUMBERED = re.compile(r"^[ \t]*(?P<line>\([ \t]*(?P<number>\d{1,4})[ \t]*\).*\S)", re.MULTILINE)
COPIED = 4
"""Numbers that must be right for somebody else before that is said: one or two are by chance."""
FOUND = {"line": "The line with the mistake", "number": "The number that is right there"}


class Filled(NamedTuple):
    """What one student filled in, judged."""

    evidence: tuple[Evidence, ...] = ()
    slips: tuple[Slip, ...] = ()
    like: str = ""
    """Whose numbers these are instead, where they are somebody else's."""


def items_of(exercise: Exercise) -> tuple[Item, ...]:
    """The questions of an exercise with the points that the key gives them."""
    return tuple(Item("answers", question.id, title(question), question.points) for question in exercise.questions)


def title(question: Question) -> str:
    """A question for people.

    >>> from sheetgrad.classroom.key import Question
    >>> title(Question("E_total@1", "E_total", 1, "loss", 1.0, ""))
    'E_total after 1 update'
    """
    if question.id in FOUND and not question.quantity:
        return FOUND[question.id]
    after = f" after {question.step} update{'s' if question.step > 1 else ''}" if question.step else ""
    return shown_as(question.quantity) + after


class Answers:
    """Judges what was filled in by one key."""

    def __init__(self, exercise: Exercise) -> None:
        """What known mistakes lead to is worked out when it is first needed."""
        self.exercise = exercise
        self.carried = Carried(exercise)
        self._made: Made | None = None

    @property
    def made(self) -> Made:
        """What the sheets were made from."""
        if self._made is None:
            self._made = chooser_of(self.exercise)
        return self._made

    def judge(
        self,
        name: str,
        reports: Sequence[tuple[str, Report]],
        formulas: Iterable[Evidence],
        books: Sequence[tuple[str, str]] = (),
    ) -> Filled:
        """What a student filled in, file by file; `formulas` is what the checker says, `books` are workbooks."""
        student = self.exercise.student(name)
        if student is None:
            return Filled()
        formulas = tuple(formulas)
        found = [self._document(shown, report, student, formulas) for shown, report in reports]
        found += [self._book(shown, path, student) for shown, path in books]
        return Filled(
            tuple(one for filled in found for one in filled.evidence),
            tuple(slip for filled in found for slip in filled.slips),
            next((filled.like for filled in found if filled.like), ""),
        )

    def _document(self, shown: str, report: Report, student: Student, formulas: Iterable[Evidence]) -> Filled:
        if report.kind != "document" or report.error:
            return Filled()
        lines = lines_of(report.text, self.exercise)

        def place(key: str) -> str:
            line = report.text.count("\n", 0, lines[key][0]) + 1 if key in lines else 0
            return f"{shown}, line {line}" if line else shown

        texts = answers_in(report.text, self.exercise)
        given = {key: (number_in(text), place(key)) for key, text in texts.items()}
        found = self._judged(given, student)
        return found._replace(evidence=tuple(self._with_formulas(found.evidence, formulas)))

    def _book(self, shown: str, path: str, student: Student) -> Filled:
        given = {key: (number, shown) for key, number in answers_in_book(path, self.exercise).items()}
        return self._judged(given, student)

    def _judged(self, given: Mapping[str, tuple[float | None, str]], student: Student) -> Filled:
        """The numbers of one file with their places."""
        numbers = {key: number for key, (number, _) in given.items() if number is not None}
        found = self.carried.judged(student, numbers)
        made: list[Evidence] = []
        slips: list[Slip] = []
        for question in self.exercise.questions:
            if question.id in given:
                one, code = self._number(question, given[question.id], found.get(question.id), student, numbers)
                made.append(one)
                slips += [Slip(code or "arithmetic", question.quantity, one.sign, one.place)] * (
                    one.standing == "wrong"
                )
        wrong = {name: numbers[name] for name, one in found.items() if not one.right or one.after}
        return Filled(tuple(made), tuple(slips), self._like(student, wrong))

    def _like(self, student: Student, wrong: Mapping[str, float]) -> str:
        """The student for whom most of the wrong numbers would be right: they were copied, or the sheets mixed up."""
        if self.exercise.same or len(wrong) < COPIED:
            return ""
        for other in self.exercise.students:
            if other.student == student.student:
                continue
            fit = sum(self.exercise.is_right(number, other.answers[name]) for name, number in wrong.items())
            if fit >= max(COPIED, len(wrong) / 2):
                return other.student
        return ""

    # --- numbers --------------------------------------------------------------------------------

    def _number(
        self,
        question: Question,
        given: tuple[float | None, str],
        found: Judged | None,
        student: Student,
        numbers: Mapping[str, float],
    ) -> tuple[Evidence, str]:
        """How one number stands, and the mistake that it betrays."""
        number, place = given
        base = Evidence("answers", question.id, "unread", place, words="what stands there is not a number")
        if number is None or found is None:
            return base, ""
        if found.right:
            after = f"the answer to {found.after}" if found.after else ""
            return base._replace(standing="followed" if found.after else "right", after=after, words=""), ""
        code, formula = self._betrayed(question, student, numbers) if question.quantity else ("", "")
        right = "" if found.wanted is None else self._shown(question, found.wanted)
        sign = f"{code or 'arithmetic'} {number:g}" if not self.exercise.same else f"{code} {question.id}"
        yours = self._shown(question, number)
        wrong = base._replace(standing="wrong", code=code, sign=sign, words="", yours=yours, expected=right)
        return wrong._replace(formula=formula), code

    def _shown(self, question: Question, number: float) -> str:
        return f"{number:g}" if question.id == "line" else self.exercise.printed(number)

    def _betrayed(self, question: Question, student: Student, numbers: Mapping[str, float]) -> tuple[str, str]:
        """The known mistake that leads to this number, with the right numbers above it or with the student's own.

        It comes with the wrong formula.
        """
        found = self.made.steps(student)[question.step]
        own: dict[Expr, float] = dict(found)
        for other in self.exercise.questions:
            if other.step == question.step and other.id != question.id and other.id in numbers:
                own[self.made.sheet.answers[other.quantity].quantity] = numbers[other.id]
        for values in (found, own):
            for wrong in self.made.chooser.shown(question.quantity):
                try:
                    value = evaluate(wrong.value, values)
                except (KeyError, ArithmeticError, ValueError):
                    continue
                if self.exercise.is_right(numbers[question.id], value):
                    return wrong.code, written(wrong.value, _plain)
        return "", ""

    # --- formulas -------------------------------------------------------------------------------

    def _with_formulas(self, numbers: Sequence[Evidence], formulas: Iterable[Evidence]) -> Iterable[Evidence]:
        """Numbers, and formulas where these are asked for: each is worth half."""
        if self.exercise.blanks == "numbers" or self.exercise.level == FIND:
            return numbers
        by_quantity: dict[str, Evidence] = {}
        for one in formulas:
            before = by_quantity.get(one.name)
            if one.kind == "equations" and (before is None or RANKS[one.standing] > RANKS[before.standing]):
                by_quantity[one.name] = one
        by_id = {one.name: one for one in numbers}
        found = []
        for question in self.exercise.questions:
            formula, number = by_quantity.get(question.quantity), by_id.get(question.id)
            if formula is not None or number is not None:
                found.append(_together(question.id, formula, number))
        return found


def _plain(quantity: Quantity) -> str:
    if isinstance(quantity, Partial):
        return f"∂{written(quantity.of, _plain)}/∂{written(quantity.wrt, _plain)}"
    return own_name(quantity)


def _together(name: str, formula: Evidence | None, number: Evidence | None) -> Evidence:
    """One answer of a formula and its number: what is wrong of the two costs half, both cost all."""
    good = {"right", "followed", "slip"}
    missing = Evidence("answers", name, "missing")
    parts = [(formula or missing)._replace(kind="answers", name=name), number or missing]
    bad = [part for part in parts if part.standing not in good]
    if not bad:
        worst = min(parts, key=lambda part: RANKS[part.standing])
        return worst._replace(words="")
    if len(bad) == len(parts):
        return max(parts, key=lambda part: RANKS[part.standing])
    which = "the formula" if bad[0] is parts[0] else "the number"
    other = "the number" if bad[0] is parts[0] else "the formula"
    words = f"{other} is right; {which} is not there" if bad[0].standing == "missing" else f"{other} is right"
    standing = "wrong" if bad[0].standing == "missing" else bad[0].standing
    return bad[0]._replace(standing=standing, share=HALF, words="; ".join(filter(None, (words, bad[0].words))))


def lines_of(text: str, exercise: Exercise) -> dict[str, tuple[int, int]]:
    """Where each numbered line of a worksheet stands in a text, by the question's id: the last of several."""
    found = {}
    for match in NUMBERED.finditer(text):
        if 0 < int(match["number"]) <= len(exercise.questions) and exercise.level != FIND:
            found[exercise.questions[int(match["number"]) - 1].id] = match.span("line")
    return found


def as_marked(report: Report, exercise: Exercise, marks: Iterable[Mark]) -> Report:
    """A worksheet with its lines marked by how their answers stand, since its formulas are not the student's."""
    standing = {mark.name: mark.standing for mark in marks if mark.kind == "answers"}
    lines = lines_of(report.text, exercise)
    if report.kind != "document" or not lines or exercise.blanks != "numbers":
        return report
    verdicts: dict[str, Verdict] = {"right": "true", "followed": "true", "wrong": "false", "again": "false"}
    verdicts |= {"missing": "unread", "unread": "unread", "slip": "slip"}
    made = [
        Marked(0, 0, verdicts[standing[key]], key, WORDS[standing[key]], span)
        for key, span in lines.items()
        if standing.get(key) in verdicts
    ]
    return replace(report, equalities=made, findings=[], steps=[], gradients={})


def without_planted(report: Report) -> Report:
    """The report without its findings: in a sheet whose mistake is to be found, it is not the student's."""
    return replace(report, findings=[], equalities=[], steps=[], gradients={})
