"""Question banks: Moodle XML and a quiz in Markdown, with wrong answers that known mistakes lead to.

Every wrong answer carries the code of its mistake and says, as feedback, what it betrays.
The format is Moodle's own: https://docs.moodle.org/en/Moodle_XML_format
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.codes import entry
from sheetgrad.check.network import all_references
from sheetgrad.classroom.levels import LEVELS
from sheetgrad.classroom.paper import in_own_names, paper
from sheetgrad.emit.latex import latex
from sheetgrad.emit.markdown import plain
from sheetgrad.emit.screen import screen
from sheetgrad.expr import Partial, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.classroom.key import Question, Student
    from sheetgrad.classroom.make import Made
    from sheetgrad.classroom.paper import Item, Paper
    from sheetgrad.classroom.proof import Distractor
    from sheetgrad.expr import Expr

MOST_CHOICES = 5
FEWEST_WRONG = 2
USED = 6
"""Significant digits of the numbers that a question gives."""


class Entry(NamedTuple):
    """One question of a bank."""

    name: str
    item: Item
    question: Question
    used: tuple[tuple[Expr, str], ...]
    """What the formula uses, with its numbers."""
    wrong: tuple[Distractor, ...]
    paper: Paper
    step: int


def entries(made: Made, student: Student) -> Iterator[Entry]:
    """The questions with one set of numbers."""
    sheet = paper(made, student)
    steps = made.steps(student)
    for item, question in zip(sheet.items, made.chooser.questions, strict=True):
        value = made.sheet.answers[question.quantity].value
        names: list[Expr] = [*all_references(value), *(part for part in walk(value) if isinstance(part, Partial))]
        own = {answer.quantity: answer.own for answer in made.sheet.answers.values()}
        found = steps[question.step]
        used = tuple((in_own_names(made, part, own), f"{found[part]:.{USED}g}") for part in names if part in found)
        name = f"{student.folder} {item.number:02d} {question.id}"
        yield Entry(name, item, question, used, sheet.wrong[question.id], sheet, question.step)


# --- Moodle -------------------------------------------------------------------------------------


def moodle(made: Made) -> str:
    """A bank in Moodle's XML: a category for each set of numbers, and each question as a choice and as a number."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    for student in made.exercise.students:
        listed = list(entries(made, student))
        for kind, write in (("choice", _choice), ("number", _numerical)):
            where = "/".join(_unslashed(part) for part in (made.exercise.title, student.folder, kind))
            parts.append(
                f'<question type="category"><category><text>$course$/top/{_text(where)}</text></category></question>'
            )
            parts += [write(made, one) for one in listed if kind == "number" or len(one.wrong) >= FEWEST_WRONG]
    return "\n".join([*parts, "</quiz>", ""])


def _unslashed(text: str) -> str:
    """A slash would begin another category."""
    return text.replace("/", "//")


def _text(text: str) -> str:
    return escape("".join(letter if letter.isprintable() else " " for letter in text), quote=False)


def _html(markup: str) -> str:
    """Markup inside a text element: escaped as a whole, so that nothing in it can end the element."""
    return f"<text>{escape(markup, quote=False)}</text>"


def _asked(one: Entry) -> str:
    """The question as HTML, with formulas as Moodle's MathJax takes them."""
    names = one.paper.names
    formula = f"\\( {latex(one.item.quantity, names)} \\)"
    after = f" after {one.step} update{'s' if one.step > 1 else ''}" if one.step else ""
    given = ", ".join(f"\\( {latex(part, names)} = {value} \\)" for part, value in one.used)
    exercise = one.paper.made.exercise
    definitions = "".join(
        f"<br>\\( {latex(item.quantity, names)} = {latex(item.right, names)} \\)"
        for item in one.paper.items
        if one.question.role == "backward" and item.number < one.item.number and item.name not in _gradients(one)
    )
    network = f"<p>The network:{definitions}</p>" if definitions else ""
    return (
        f"<p>{escape(exercise.title)}</p>{network}<p>Given: {given}</p>"
        f"<p>What is {formula}{after}, to {exercise.decimals} digits behind the point?</p>"
    )


def _gradients(one: Entry) -> set[str]:
    return {name for name, answer in one.paper.made.sheet.answers.items() if answer.role in {"backward", "update"}}


def _feedback(code: str) -> str:
    words = entry(code)
    return escape(f"{words.title}. {words.meaning} {words.how_to_see}".strip())


def _solution(one: Entry) -> str:
    names = one.paper.names
    return f"\\( {latex(one.item.quantity, names)} = {latex(one.item.right, names)} = {one.item.printed} \\)"


def _head(kind: str, one: Entry, tags: list[str]) -> str:
    listed = "".join(f"<tag><text>{_text(tag)}</text></tag>" for tag in tags)
    return (
        f'<question type="{kind}"><name><text>{_text(one.name)}</text></name>'
        f'<questiontext format="html">{_html(_asked(one))}</questiontext>'
        f'<generalfeedback format="html">{_html(_solution(one))}</generalfeedback>'
        f"<defaultgrade>{one.question.points:g}</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>"
        f"<tags>{listed}</tags>"
    )


def chosen(one: Entry) -> tuple[Distractor, ...]:
    """The wrong answers of a multiple choice: the first few kinds of mistake."""
    return one.wrong[: MOST_CHOICES - 1]


def _choice(made: Made, one: Entry) -> str:
    printed = made.exercise.printed
    wrong = chosen(one)
    head = _head("multichoice", one, [made.exercise.level, one.question.role, *(w.code for w in wrong)])
    answers = [_answer(one.item.printed, 100, "Right.", form="html")]
    answers += [_answer(printed(w.value), 0, f"{_feedback(w.code)}<!-- {w.code} -->", form="html") for w in wrong]
    return (
        f"{head}<single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>"
        f"{''.join(answers)}</question>"
    )


def _numerical(made: Made, one: Entry) -> str:
    exercise = made.exercise
    tolerance = f"<tolerance>{exercise.tolerance:.{exercise.decimals}f}</tolerance>"
    head = _head("numerical", one, [exercise.level, one.question.role])
    answers = [_answer(one.item.printed, 100, "Right.", more=tolerance)]
    answers += [_answer(exercise.printed(w.value), 0, _feedback(w.code), more=tolerance) for w in one.wrong]
    return f"{head}{''.join(answers)}</question>"


def _answer(text: str, fraction: int, feedback: str, *, form: str = "moodle_auto_format", more: str = "") -> str:
    return (
        f'<answer fraction="{fraction}" format="{form}"><text>{_text(text)}</text>'
        f'<feedback format="html">{_html(feedback)}</feedback>{more}</answer>'
    )


# --- Markdown -----------------------------------------------------------------------------------


def quiz(made: Made) -> str:
    """A quiz in Markdown: questions with choices a, b, c; at the end what is right, and what each wrong one betrays."""
    title = f"{LEVELS[made.exercise.level].title}. {made.exercise.title}"
    asked, solved = [f"# {plain(title)}"], ["# Answers"]
    for student in made.exercise.students:
        if len(made.exercise.students) > 1:
            asked.append(f"## {plain(student.folder)}")
            solved.append(f"## {plain(student.folder)}")
        for one in entries(made, student):
            if len(one.wrong) >= FEWEST_WRONG:
                question, answer = _quizzed(made, one)
                asked.append(question)
                solved.append(answer)
    return "\n\n".join([*asked, *solved]) + "\n"


def _quizzed(made: Made, one: Entry) -> tuple[str, str]:
    """The question and its answer; choices stand in the order of their numbers."""
    printed = made.exercise.printed
    choices = sorted([(one.item.printed, ""), *((printed(w.value), w.code) for w in chosen(one))], key=_by_number)
    lines = [f"- ({'abcdefgh'[place]}) {text}" for place, (text, _) in enumerate(choices)]
    names = one.paper.names
    given = ", ".join(f"`{screen(part, names)} = {value}`" for part, value in one.used)
    after = f" after {one.step} update{'s' if one.step > 1 else ''}" if one.step else ""
    head = f"**{one.item.number}.** Given {given}: what is `{screen(one.item.quantity, names)}`{after}?"
    right = next(place for place, (_, code) in enumerate(choices) if not code)
    formula = f"`{screen(one.item.quantity, names)} = {screen(one.item.right, names)}`"
    told = [f"**{one.item.number}.** ({'abcdefgh'[right]}) is right: {formula}", ""]
    for place, (_, code) in enumerate(choices):
        if code:
            words = entry(code)
            told.append(f"- ({'abcdefgh'[place]}) `{code}`: {plain(words.title)}. {plain(words.how_to_see)}")
    return "\n".join([head, "", *lines]), "\n".join(told)


def _by_number(choice: tuple[str, str]) -> float:
    return float(choice[0])
