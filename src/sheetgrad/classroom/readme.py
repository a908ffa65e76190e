"""The worksheet as a README to fill in, its key, and reading what was filled in.

Each line stands in a fence of plain text, with its number before it:

    (12) ∂E_total/∂w5 = (a_o1 − t1)·a_o1·(1 − a_o1)·a_h1 = ____
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.check.codes import entry
from sheetgrad.classroom.blanks import BOX
from sheetgrad.classroom.levels import LEVELS
from sheetgrad.emit.markdown import plain
from sheetgrad.emit.screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.classroom.key import Exercise
    from sheetgrad.classroom.paper import Item, Paper

BLANK = "____"
_LINE = re.compile(r"^\s*\(\s*(\d{1,4})\s*\)\s*(.*\S)\s*$")
_FOUND = re.compile(r"^\s*(line|number)\s*=\s*(.*\S)\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"[-+−]?\s*(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")
LARGEST = 2_000_000


def worksheet(paper: Paper) -> str:
    """What the student gets."""
    return _page(paper, solved=False)


def key(paper: Paper) -> str:
    """The same with everything filled in, and what each wrong answer betrays."""
    return _page(paper, solved=True)


def _page(paper: Paper, *, solved: bool) -> str:
    exercise = paper.made.exercise
    head = "Key: " if solved else ""
    parts = [
        f"# {head}{plain(f'{LEVELS[exercise.level].title}. {exercise.title}')}",
        f"Student: **{plain(paper.who)}**",
        plain(paper.task),
        plain(" ".join(_rules(paper))) if not solved else "",
        "## What is given",
        plain(paper.network),
        "\n".join(_given(paper)),
    ]
    for part in paper.parts:
        lines = "\n".join(_line(item, paper, solved=solved) for item in part.items)
        parts += [f"## {part.title}", f"```text\n{lines}\n```"]
    if paper.finds:
        parts += ["## What you found", f"```text\n{_found(paper, solved=solved)}\n```"]
    if solved:
        parts.append(plain(paper.too_fast))
        parts += ["## What wrong answers betray", "\n".join(betrayals(paper))]
    return "\n\n".join(filter(None, parts)) + "\n"


def _rules(paper: Paper) -> Iterator[str]:
    exercise = paper.made.exercise
    yield (
        f"Replace each {BLANK}. Work with six digits or more, and round at the end to {exercise.decimals} digits "
        f"behind the point; {exercise.tolerance:.{exercise.decimals}f} more or less is right, too."
    )
    if paper.finds:
        yield "The numbers after the wrong line follow from it. Leave the lines as they are."
    if exercise.blanks != "numbers" and not paper.finds:
        yield "The first gap of a line is for the formula (or the part of it that is missing), the last for its number."


def _given(paper: Paper) -> Iterator[str]:
    yield "| quantity | value |"
    yield "| --- | --- |"
    for quantity, value in paper.given:
        yield f"| `{screen(quantity, paper.names)}` | {value} |"


def _line(item: Item, paper: Paper, *, solved: bool) -> str:
    names = paper.names
    members = [screen(item.quantity, names)]
    if solved:
        members += [screen(item.right, names), item.printed]
    else:
        members.append(BLANK if item.shown is None else formula(item, paper))
        members.append(item.stands or BLANK)
    return f"{f'({item.number})':<5}{' = '.join(members)}"


def formula(item: Item, paper: Paper) -> str:
    """The formula as the worksheet has it, with its gap."""
    assert item.shown is not None  # noqa: S101 -- asked for only where there is one
    return screen(item.shown, paper.names).replace(BOX.symbol.name, BLANK)


def _found(paper: Paper, *, solved: bool) -> str:
    if not solved:
        return f"line = {BLANK}\nnumber = {BLANK}\n\nThe line should read: {BLANK}\nWhy: {BLANK}"
    item = wrong_item(paper)
    return f"line = {item.number}\nnumber = {item.printed}"


def wrong_item(paper: Paper) -> Item:
    """The line with the planted mistake."""
    planted = paper.student.planted
    assert planted is not None  # noqa: S101 -- asked for only where there is one
    places = [question.id for question in paper.made.chooser.questions]
    return paper.items[places.index(planted.question)]


def betrayals(paper: Paper) -> Iterator[str]:
    """A table: for every answer, what each known mistake makes of it."""
    if paper.finds and paper.student.planted is not None:
        title = entry(paper.student.planted.code).title
        stands = formula(wrong_item(paper), paper)
        yield f"Line {wrong_item(paper).number} is wrong: {plain(title)} (`{stands}` stands there).\n"
    yield "| line | right | mistake | answer |"
    yield "| --- | --- | --- | --- |"
    for item, question in zip(paper.items, paper.made.chooser.questions, strict=True):
        for place, wrong in enumerate(paper.wrong[question.id]):
            head = f"({item.number}) | {item.printed}" if not place else " | "
            yield f"| {head} | {plain(wrong.code)} | {paper.made.exercise.printed(wrong.value)} |"


def answers_in(text: str, exercise: Exercise) -> dict[str, str]:
    """What was filled in, by the question's id: the last side of every numbered line; gaps are left out.

    Works on the README of any level. A line that was written twice counts as it stands last.
    """
    found: dict[str, str] = {}
    asked = exercise.questions
    for line in text[:LARGEST].splitlines():
        match = _LINE.match(line)
        if match and int(match[1]) in range(1, len(asked) + 1) and asked[0].role != "find":
            answer = match[2].rpartition("=")[2].strip() if "=" in match[2] else ""
            if answer.strip("_ "):
                found[asked[int(match[1]) - 1].id] = answer
        elif (match := _FOUND.match(line)) and exercise.question(match[1].lower()) and match[2].strip("_ "):
            found[match[1].lower()] = match[2]
    return found


def number_in(answer: str) -> float | None:
    """The number that an answer is; None where it is none. A decimal comma is as good as a point.

    >>> number_in("0,25"), number_in("≈ −0.5"), number_in("w1*i1")
    (0.25, -0.5, None)
    """
    match = _NUMBER.fullmatch(answer.strip("`*$ ").lstrip("≈~ "))
    if match is None:
        return None
    return float(match.group().replace("−", "-").replace(",", ".").replace(" ", ""))
