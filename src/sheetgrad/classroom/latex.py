"""The worksheet and its key as LaTeX that compiles as it is."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from sheetgrad.classroom.blanks import BOX
from sheetgrad.classroom.levels import LEVELS
from sheetgrad.classroom.page import functions, rules
from sheetgrad.classroom.readme import wrong_item
from sheetgrad.emit.latex import latex
from sheetgrad.emit.tex import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.classroom.paper import Item, Paper
    from sheetgrad.expr import Expr

GAP = r"\underline{\hspace{3.2em}}"
ANSWER = r"\fbox{\rule[-1ex]{0pt}{3.2ex}\hspace{22mm}}"
LINE = r"\underline{\hspace{95mm}}"


def worksheet(paper: Paper) -> str:
    """What the student gets."""
    return _document(paper, solved=False)


def key(paper: Paper) -> str:
    """The same with everything filled in, and what each wrong answer betrays."""
    return _document(paper, solved=True)


def _document(paper: Paper, *, solved: bool) -> str:
    preamble = (files("sheetgrad.emit") / "assets" / "derivation.tex").read_text(encoding="utf-8")
    body = "\n".join(_body(paper, solved=solved))
    return f"{preamble}\\pagestyle{{empty}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"


def _body(paper: Paper, *, solved: bool) -> Iterator[str]:
    exercise = paper.made.exercise
    title = LEVELS[exercise.level].title + (", the key" if solved else "")
    yield rf"{{\Large\bfseries {words(title)}\par}}"
    yield rf"{words(exercise.title)}\par"
    yield rf"Student: \textbf{{{words(paper.who)}}}\hfill"
    yield rf"Points: \underline{{\hspace{{15mm}}}} / {exercise.points:g}\par"
    yield r"\medskip\hrule\medskip"
    if not solved:
        yield rf"\textbf{{{words(paper.task)}}} {words(' '.join(rules(paper)))}\par"
    given = [f"{_math(name, paper)} = {value}" for name, value in paper.given]
    meant = [f"{_math(call, paper)} = {_math(formula, paper)}" for call, formula in functions(paper)]
    yield rf"{words(paper.network)}\par" if paper.network else ""
    yield r"Given: " + ", ".join(f"${text}$" for text in (*given, *meant)) + r".\par"
    for part in paper.parts:
        yield rf"\subsection*{{{words(part.title)}}}"
        yield from (_line(item, paper, solved=solved) for item in part.items)
    if paper.finds:
        yield _found(paper, solved=solved)
    if solved:
        yield _betrayals(paper)


def _math(node: Expr, paper: Paper) -> str:
    return latex(node, paper.names).replace(BOX.symbol.name, GAP)


def _line(item: Item, paper: Paper, *, solved: bool) -> str:
    shown = item.right if solved else item.shown
    left = rf"{_math(item.quantity, paper)} = {LINE if shown is None else _math(shown, paper)}"
    number = rf"\mathbf{{{item.printed}}}" if solved else item.stands or ANSWER
    return rf"\noindent({item.number})\quad\fitto{{125mm}}{{$\displaystyle {left}$}}\hfill ${{}} = {number}$\par"


def _found(paper: Paper, *, solved: bool) -> str:
    answers = [LINE] * 4
    if solved:
        item = wrong_item(paper)
        read = f"{_math(item.quantity, paper)} = {_math(item.right, paper)}"
        code = paper.student.planted.code if paper.student.planted else ""
        answers = [str(item.number), rf"\fitto{{125mm}}{{$\displaystyle {read}$}}", item.printed, words(code)]
    fields = ("Line", "It should read", "Its number", "Why")
    rows = "\n".join(rf"{field}: {answer}\par" for field, answer in zip(fields, answers, strict=True))
    return f"\\subsection*{{What you found}}\n{rows}"


def _betrayals(paper: Paper) -> str:
    rows = []
    printed = paper.made.exercise.printed
    for item, question in zip(paper.items, paper.made.chooser.questions, strict=True):
        wrong = r"\quad ".join(f"${printed(w.value)}$ {words(w.code)}" for w in paper.wrong[question.id])
        rows.append(rf"({item.number}) & ${item.printed}$ & \raggedright {wrong} \tabularnewline[3pt]")
    head = r"Line & Right & Wrong, and the mistake that leads there \tabularnewline \hline \endhead"
    table = "\n".join(rows)
    return (
        "\\subsection*{What wrong answers betray}\n\\small\n"
        f"\\begin{{longtable}}{{llp{{120mm}}}}\n{head}\n{table}\n\\end{{longtable}}"
    )
