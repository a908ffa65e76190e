"""The worksheet and its key as HTML to be printed: one file each, nothing loaded, no script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from sheetgrad.check.codes import entry
from sheetgrad.classroom.blanks import BOX
from sheetgrad.classroom.levels import LEVELS
from sheetgrad.classroom.readme import wrong_item
from sheetgrad.emit.diagram import MOST_CIRCLES, STYLE, Drawing
from sheetgrad.emit.mathml import mathml
from sheetgrad.emit.screen import screen
from sheetgrad.expr import Call, Ref, Symbol, walk
from sheetgrad.functions import formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.classroom.paper import Item, Paper
    from sheetgrad.expr import Expr

GAP = '<mspace class="gap" width="3.4em" height="1em" depth="0.25em"></mspace>'
WIDE: Mapping[int, str] = {170: "wide small tiny", 105: "wide small", 80: "wide"}
"""A formula with more letters gets a line of its own, or is set smaller, too."""
FEW = 14
"""So many given numbers have room beside the picture."""


def worksheet(paper: Paper) -> str:
    """What the student gets."""
    return _page(paper, solved=False)


def key(paper: Paper) -> str:
    """The same with everything filled in, and what each wrong answer betrays."""
    return _page(paper, solved=True)


@cache
def _style() -> tuple[str, str]:
    """The style sheet, and its digest for the page's policy."""
    style = (files("sheetgrad.classroom") / "worksheet.css").read_text(encoding="utf-8")
    return style, base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _page(paper: Paper, *, solved: bool) -> str:
    style, digest = _style()
    exercise = paper.made.exercise
    level = LEVELS[exercise.level].title
    title = escape(f"{level}: {paper.who}" + (" (key)" if solved else ""))
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    body = "\n".join(_body(paper, solved=solved))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _body(paper: Paper, *, solved: bool) -> Iterator[str]:
    exercise = paper.made.exercise
    level = LEVELS[exercise.level].title + (", the key" if solved else "")
    points = f"{exercise.points:g}" if solved else f"&emsp;&emsp;/ {exercise.points:g}"
    yield (
        f"<header><div><h1>{escape(level)}</h1><p>{escape(exercise.title)}</p></div>"
        f'<dl class="who"><dt>Student</dt><dd>{escape(paper.who)}</dd><dt>Date</dt><dd></dd>'
        f"<dt>Points</dt><dd>{points}</dd></dl></header>"
    )
    if not solved:
        yield f'<p class="task">{escape(paper.task)}</p><p class="rules">{escape(" ".join(rules(paper)))}</p>'
    if paper.network:
        yield f'<p class="rules">{escape(paper.network)}</p>'
    yield _given(paper)
    for part in paper.parts:
        yield f'<h2>{escape(part.title)}</h2>\n<ol class="lines">'
        yield from (_line(item, paper, solved=solved) for item in part.items)
        yield "</ol>"
    if paper.finds:
        yield _found(paper, solved=solved)
    if solved and paper.too_fast:
        yield f'<p class="rules">{escape(paper.too_fast)}</p>'
    if solved:
        yield _betrayals(paper)


def rules(paper: Paper) -> Iterator[str]:
    """How to answer."""
    exercise = paper.made.exercise
    yield (
        f"Work with six digits or more, and round at the end to {exercise.decimals} digits behind the point; "
        "one unit of the last digit more or less is right, too."
    )
    if paper.finds:
        yield "The numbers after the wrong line follow from it."
    elif exercise.blanks != "numbers":
        yield "Write the formula, or the part of it that is missing, and the number that it comes to."


def _given(paper: Paper) -> str:
    model = paper.made.sheet.setup.model
    picture = Drawing(model.unrolled() if model.size <= MOST_CIRCLES else model, paper.names, {})
    drawn = picture.svg().replace(f"<style>{STYLE}</style>", "") if picture.circles else ""
    rows = "".join(
        f"<li><math>{math(name, paper)}<mo>=</mo>{_number(value)}</math></li>" for name, value in paper.given
    )
    rows += "".join(
        f'<li class="meant"><math displaystyle="true">{math(call, paper)}<mo>=</mo>{math(meant, paper)}</math></li>'
        for call, meant in functions(paper)
    )
    wide = " wide" if len(paper.given) > FEW else ""
    return f'<div class="given{wide}"><figure>{drawn}</figure><ul class="numbers">{rows}</ul></div>'


def functions(paper: Paper) -> Iterator[tuple[Expr, Expr]]:
    """The functions in the equations that have a formula: `σ(u)` and `1/(1 + e^-u)`."""
    values = (item.right for item in paper.items)
    used = dict.fromkeys(part.function for value in values for part in walk(value) if isinstance(part, Call))
    for name in used:
        call = Call(name, (Ref(Symbol("u")),))
        meant = formula(call)
        if meant is not None and name not in {"identity", "held"}:
            yield call, meant


def _number(value: str) -> str:
    sign = '<mo form="prefix">−</mo>' if value.startswith("-") else ""
    return f"{sign}<mn>{escape(value.lstrip('-'))}</mn>"


def math(node: Expr, paper: Paper) -> str:
    """An expression in MathML, with a gap where something has been left out."""
    return mathml(node, paper.names).replace(f"<mo>{BOX.symbol.name}</mo>", GAP)


def _line(item: Item, paper: Paper, *, solved: bool) -> str:
    name = math(item.quantity, paper)
    shown = item.right if solved else item.shown
    if shown is None:
        left = f'<span class="lead"><math displaystyle="true">{name}<mo>=</mo></math><span class="long"></span></span>'
    else:
        left = f'<math display="block">{name}<mo>=</mo>{math(shown, paper)}</math>'
    number = item.printed if solved else item.stands
    kind = "answer right" if solved else "answer stands" if item.stands else "answer"
    width = len(screen(item.right, paper.names))
    wide = next((name for least, name in WIDE.items() if width > least), "") if shown is not None else ""
    room = "room" if shown is None and width > min(WIDE) else ""
    planted = "planted" if solved and paper.finds and item is wrong_item(paper) else ""
    kinds = " ".join(filter(None, (wide, room, planted)))
    return (
        f'<li class="{kinds}"><span class="no">({item.number})</span><span class="formula">{left}</span>'
        f'<span class="equals">=</span><span class="{kind}">{escape(number.replace("-", "−"))}</span></li>'
    )


def _found(paper: Paper, *, solved: bool) -> str:
    fields = ["Line", "It should read", "Its number", "Why"]
    answers = [""] * len(fields)
    if solved and paper.student.planted is not None:
        item = wrong_item(paper)
        words = entry(paper.student.planted.code)
        read = f"<math>{math(item.quantity, paper)}<mo>=</mo>{math(item.right, paper)}</math>"
        wrong = "" if item.shown is None else f" (<math>{math(item.shown, paper)}</math> stands in the worksheet.)"
        answers = [
            f"({item.number})",
            read,
            item.printed.replace("-", "−"),
            f"{escape(words.title)}. {escape(words.meaning)}{wrong}",
        ]
    rows = "".join(f"<b>{field}</b><span>{answer}</span>" for field, answer in zip(fields, answers, strict=True))
    return f'<h2>What you found</h2><div class="found">{rows}</div>'


def _betrayals(paper: Paper) -> str:
    rows = []
    printed = paper.made.exercise.printed
    for item, question in zip(paper.items, paper.made.chooser.questions, strict=True):
        wrong = "".join(
            f"<li>{escape(printed(w.value).replace('-', '−'))} <code>{escape(w.code)}</code></li>"
            for w in paper.wrong[question.id]
        )
        name = f'<math displaystyle="true">{math(item.quantity, paper)}</math>'
        rows.append(
            f"<tr><td>({item.number})</td><td>{name}</td>"
            f"<td>{escape(item.printed.replace('-', '−'))}</td><td><ul>{wrong}</ul></td></tr>"
        )
    return (
        '<section class="betrays"><h2>What wrong answers betray</h2>'
        '<p class="rules">Every known mistake, made in any line, changes what is printed there. '
        "<b>sheetgrad explain CODE</b> says what a code means.</p>"
        "<table><thead><tr><th>Line</th><th></th><th>Right</th>"
        "<th>Wrong, and the mistake that leads there</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></section>"
    )
