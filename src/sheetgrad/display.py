"""How results show themselves: in notebooks as HTML, Markdown, LaTeX and SVG, in terminals through rich.

Everything is bounded: a large derivation shows its first equations and says how
many more there are and how to write them out.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from functools import singledispatch
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.derivation.document import Derivation, Line, Picture, Section, Table
from sheetgrad.emit.diagram import diagram
from sheetgrad.emit.html import Parts
from sheetgrad.emit.latex import latex
from sheetgrad.emit.markdown import markdown, plain
from sheetgrad.emit.screen import text
from sheetgrad.emit.tex import words
from sheetgrad.engine.trace import Trace
from sheetgrad.engine.training import Run
from sheetgrad.engine.verification import Verification
from sheetgrad.job import Report
from sheetgrad.setup import Setup
from sheetgrad.sweep.result import Sweep
from sheetgrad.sweep.screen import cells, headings, some
from sheetgrad.sweep.screen import words as words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sheetgrad.derivation.document import Block

MOST_LINES = 60
"""Equations of a derivation that are shown."""
MOST_ROWS = 24
"""Rows of a table that are shown."""
MOST_COLUMNS = 8
"""Columns of a trace that are shown."""
MOST_LETTERS = 250_000
"""Characters of HTML that a notebook is given."""
MOST_POINTS = 2000
"""Losses that a curve is drawn through."""

STYLE = f"<style>{(files('sheetgrad.emit') / 'assets' / 'notebook.css').read_text(encoding='utf-8')}</style>"


class Card(NamedTuple):
    """A result as a small table."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: tuple[str, ...] = ()
    picture: Callable[[], str] | None = None
    """Draws it as SVG, when that is wanted."""


def bundle(shown: object) -> dict[str, str]:
    """What a notebook can choose from: plain text, HTML, Markdown, LaTeX, and SVG where there is a picture."""
    if isinstance(shown, Derivation):
        return _of_derivation(shown)
    card = card_of(shown)
    svg = card.picture() if card.picture else ""
    made = {
        "text/plain": _card_in_text(card),
        "text/html": f'<div class="sheetgrad">{STYLE}{_card_in_html(card)}{_image(svg)}</div>',
        "text/markdown": _card_in_markdown(card),
        "text/latex": _card_in_latex(card),
    }
    return made | ({"image/svg+xml": svg} if svg else {})


def on_a_terminal(shown: object) -> Any:  # noqa: ANN401 -- rich is not imported for those who do not use it
    """What rich prints for it: a table, or for a derivation its text."""
    if isinstance(shown, Derivation):
        from rich.text import Text

        return Text(text(shortened(shown)))
    from rich.markup import escape as unmarked
    from rich.table import Table as RichTable

    card = card_of(shown)
    table = RichTable(title=unmarked(card.title), title_justify="left", caption=unmarked("\n".join(card.notes)) or None)
    table.show_header = any(card.headings)
    for heading in card.headings:
        table.add_column(unmarked(heading))
    for row in card.rows:
        table.add_row(*map(unmarked, row))
    return table


# --- derivations ----------------------------------------------------------------------------------


def shortened(derivation: Derivation, most: int = MOST_LINES) -> Derivation:
    """The derivation up to so many equations, and a word on what is left out."""
    total, count = sum(1 for _ in derivation.lines), 0
    sections: list[Section] = []
    for section in derivation.sections:
        blocks: list[Block] = []
        for block in section.blocks:
            count += isinstance(block, Line)
            if count > most:
                break
            blocks.append(_short_table(block) if isinstance(block, Table) else block)
        sections.append(replace(section, blocks=tuple(blocks)))
        if count > most:
            from sheetgrad.derivation.document import Text as Paragraph

            left = f"{total - most:,} more equations are not shown here; `sheetgrad derive` writes them all."
            sections.append(Section(("And so on",), (Paragraph((left,)),)))
            break
    return replace(derivation, sections=tuple(sections))


def _short_table(block: Table) -> Table:
    if len(block.rows) <= MOST_ROWS:
        return block
    rest = (f"and {len(block.rows) - MOST_ROWS} more", *("" for _ in block.headings[1:]))
    return replace(block, rows=(*block.rows[:MOST_ROWS], rest))


def _of_derivation(derivation: Derivation) -> dict[str, str]:
    most = MOST_LINES
    html = _derivation_in_html(shortened(derivation, most))
    while len(html) > MOST_LETTERS and most > 1:
        most //= 2
        html = _derivation_in_html(shortened(derivation, most))
    short = shortened(derivation, most)
    formulas = " \\\\\n".join(
        " = ".join(latex(member, short.notation) for member in line.members) + rf" \tag{{{line.number}}}"
        for line in short.lines
    )
    return {
        "text/plain": text(short),
        "text/html": html,
        "text/markdown": markdown(short, math="dollars"),
        "text/latex": f"$$\\begin{{gather}}\n{formulas}\n\\end{{gather}}$$" if formulas else words(short.title),
        **_drawn(derivation),
    }


def _drawn(derivation: Derivation) -> dict[str, str]:
    pictured = any(isinstance(block, Picture) for section in derivation.sections for block in section.blocks)
    return {"image/svg+xml": diagram(derivation.setup, derivation.notation.style)} if pictured else {}


def _derivation_in_html(short: Derivation) -> str:
    parts = Parts(short, found={} if short.form == "why" else None)
    parts.folds = False
    picture = _image("".join(_drawn(short).values()))
    body = parts.body()
    return f'<div class="sheetgrad">{STYLE}<h1>{escape(short.title)}</h1>{picture}{body}</div>'


def _image(svg: str) -> str:
    """The picture as an image, so that its styles stay its own."""
    if not svg:
        return ""
    return f'<img alt="" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'


# --- everything else ------------------------------------------------------------------------------


@singledispatch
def card_of(shown: object) -> Card:
    """The table that stands for a result. Any other result that shows itself adds its own here."""
    return Card(type(shown).__name__, ("", ""), (("", repr(shown)),))


@card_of.register
def _setup(shown: Setup) -> Card:
    symbols = ", ".join(f"{symbol.name}{symbol.layer or ''}" for symbol in shown.model.parameters)
    rows = (
        ("equations", f"{shown.model.size:,}"),
        ("parameters", symbols),
        ("loss", shown.model.loss.symbol.name),
        ("samples", f"{shown.sample_count:,}"),
        ("optimizer", shown.optimizer.title),
        ("learning rates", ", ".join(f"{rate:g}" for rate in shown.learning_rates)),
        ("steps", f"{shown.steps:,}"),
        ("update", shown.update.replace("_", " ")),
    )
    return Card(shown.title or shown.name, ("", ""), rows, picture=lambda: diagram(shown))


@card_of.register
def _run(shown: Run) -> Card:
    rows = (
        ("steps", f"{shown.steps:,}"),
        ("learning rate", f"{shown.learning_rate:g}"),
        ("loss at the start", repr(shown.initial_loss)),
        ("loss at the end", repr(shown.final_loss)),
    )
    return Card("Training", ("", ""), rows, picture=_curve(shown) if shown.losses else None)


def _curve(shown: Run) -> Callable[[], str]:
    def draw() -> str:
        from sheetgrad.emit.chart import Curve, loss_chart

        losses = list(shown.losses or ())
        if len(losses) > MOST_POINTS:
            return ""
        svg = loss_chart([Curve(f"{shown.learning_rate:g}", losses)], title="loss").svg
        return svg[svg.index("<svg") :]

    return draw


@card_of.register
def _verification(shown: Verification) -> Card:
    rows = [
        (
            verdict.judge.replace("_", " "),
            "nothing to judge" if verdict.error is None else f"{verdict.error:.1e}",
            f"{verdict.judged:,}",
            "yes" if verdict.ok else "NO",
        )
        for verdict in shown.verdicts
    ]
    title = "Every gradient is confirmed" if shown.ok else "NOT every gradient is confirmed"
    return Card(title, ("judge", "largest relative error", "parameters", "agrees"), rows, shown.notes)


@card_of.register
def _trace(shown: Trace) -> Card:
    count, width = shown.shape
    columns = shown.columns[:MOST_COLUMNS]
    steps = (
        list(range(count)) if count <= MOST_ROWS else [*range(MOST_ROWS // 2), *range(count - MOST_ROWS // 2, count)]
    )
    rows = [(str(step), *(f"{shown.row(step)[name]:.6g}" for name in columns)) for step in steps]
    if count > MOST_ROWS:
        rows.insert(MOST_ROWS // 2, ("…",) * (len(columns) + 1))
    notes = (f"and {width - len(columns)} more columns",) if width > len(columns) else ()
    return Card(f"{count:,} steps of {width:,} quantities", ("step", *columns), rows, notes)


@card_of.register
def _sweep(shown: Sweep) -> Card:
    rows = some(shown.rows(), shown.best)
    best = shown.best
    notes = () if best is None else (f"best learning rate: {best.rate:g}",)
    return Card(words_of(shown.plan), headings(shown), [cells(shown, row) for row in rows], notes, _drawn_sweep(shown))


def _drawn_sweep(shown: Sweep) -> Callable[[], str]:
    def draw() -> str:
        svg: str = shown.chart().svg
        return svg[svg.index("<svg") :]

    return draw


@card_of.register
def _report(shown: Report) -> Card:
    rows = [
        (f"{run.learning_rate:g}", f"{run.initial_loss:.9g}", f"{run.final_loss:.9g}")
        if isinstance(run, Run)
        else (f"{run.rate:g}", "", f"diverged at step {run.step}")
        for run in shown.runs
    ]
    confirmed = "every gradient is confirmed" if shown.verification.ok else "NOT every gradient is confirmed"
    files = f"files in {shown.folder}: {', '.join(shown.files)}"
    headings = ("learning rate", "loss at the start", "loss at the end")
    return Card(shown.setup.title or shown.setup.name, headings, rows, (confirmed, files))


def _card_in_text(card: Card) -> str:
    rows = [card.headings, *card.rows] if any(card.headings) else list(card.rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join((card.title, *lines, *card.notes))


def _card_in_html(card: Card) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in card.headings) if any(card.headings) else ""
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in card.rows)
    notes = "".join(f"<p>{escape(note)}</p>" for note in card.notes)
    return f"<table><caption>{escape(card.title)}</caption><tr>{head}</tr>{rows}</table>{notes}"


def _card_in_markdown(card: Card) -> str:
    rows = [card.headings, tuple("---" for _ in card.headings), *(tuple(map(plain, row)) for row in card.rows)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return "\n\n".join((f"**{plain(card.title)}**", table, *map(plain, card.notes)))


def _card_in_latex(card: Card) -> str:
    rows = [tuple(rf"\text{{{words(cell)}}}" for cell in row) for row in (card.headings, *card.rows)]
    body = " \\\\\n".join(" & ".join(row) for row in rows)
    return f"$$\\begin{{array}}{{{'l' * len(card.headings)}}}\n{body}\n\\end{{array}}$$"
