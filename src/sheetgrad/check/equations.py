"""Equations as they were understood, of a workbook or a document, in each of the formats of `sheetgrad read`."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sheetgrad.errors import SheetgradError
from sheetgrad.expr import Expr, Partial, Ref, Symbol
from sheetgrad.syntax.names import latex_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.check.book.reading import TableRead
    from sheetgrad.expr import Quantity
    from sheetgrad.notation import Notation

_DERIVATIVE = re.compile(r"d(?P<of>[A-Za-z]\w*?)_d(?P<wrt>[A-Za-z]\w*)")
ROLES = {"forward": "Forward", "loss": "Loss", "backward": "Backward", "update": "Update"}


class Equation(NamedTuple):
    """One equation: what it makes, what from, and where it stands."""

    role: str
    quantity: str
    value: Expr
    text: str
    place: str


class Part(NamedTuple):
    """The equations of one table, or of a document."""

    title: str
    equations: tuple[Equation, ...]
    spec: Mapping[str, Any] | None
    """The forward part as a spec; None where it has no numbers to start from."""


class _Names:
    """A notation for names that are plain words: dE_total_dw5 is a derivative, w5_new a new value."""

    @staticmethod
    def latex(quantity: Quantity) -> str:
        """The name typeset."""
        return _typeset(quantity.symbol.name) if isinstance(quantity, Ref) else ""


def _typeset(name: str) -> str:
    match = _DERIVATIVE.fullmatch(name)
    if match:
        return rf"\frac{{\partial {latex_of(match['of'])}}}{{\partial {latex_of(match['wrt'])}}}"
    if name.endswith("_new"):
        return f"{latex_of(name.removesuffix('_new'))}^{{new}}"
    return latex_of(name)


def parts(path: str) -> list[Part]:
    """What a file says, as equations: a workbook's tables, or a document.

    Raises:
        SheetgradError: it cannot be read, or holds no equations of a network.
    """
    from sheetgrad.check.files import files

    given = files([path])[0]
    if given.error:
        message = f"{path}: {given.error}"
        raise SheetgradError(message)
    if given.form == "workbook":
        from sheetgrad.check.book.reading import read_book

        found = [_of_table(table) for table in read_book(path)]
    elif given.form == "code":
        message = f"{path}: programs are checked, not read as equations; give a workbook or a document"
        raise SheetgradError(message)
    else:
        found = _of_document(path)
    if not found:
        message = f"{path}: no network was found in it. `sheetgrad check {path}` says what was read."
        raise SheetgradError(message)
    return found


def _of_table(table: TableRead) -> Part:
    lines = tuple(Equation(line.role, line.quantity, line.value, line.text, line.place) for line in table.lines)
    return Part(table.title, lines, table.spec())


def _of_document(path: str) -> list[Part]:
    """The network that a document is about, and the gradients it gives."""
    from sheetgrad.check.files import files, text_of
    from sheetgrad.check.network import named
    from sheetgrad.check.recognition import recognised
    from sheetgrad.read.claims import read
    from sheetgrad.read.traced import Source
    from sheetgrad.syntax.printer import written

    text = text_of(files([path])[0])
    if text.error:
        message = f"{path}: {text.error}"
        raise SheetgradError(message)
    source = Source.of(path, text.text)
    claims = [claim for claim in read(source).claims if not claim.spelling]
    network = recognised(claims)
    found = [
        Equation("forward", key, value, f"{key} = {written(value)}", "") for key, value in network.definitions.items()
    ]
    for claim in claims:
        first, last = claim.members[0].value, claim.members[-1].value
        if isinstance(first, Partial) and last is not None:
            left, right = named(first, network), named(last, network)
            place = source.place(claim.offset)
            name = written(left)
            try:
                said = f"{name} = {written(right)}"
            except Exception:  # noqa: BLE001, S112 -- a side that has no plain spelling is left out
                continue
            found.append(Equation("backward", name, _named(right), said, f"{path}:{place.line}:{place.column}"))
    return [Part(path, tuple(found), None)] if network.definitions else []


def _named(value: Expr) -> Expr:
    """Derivatives as plain names."""
    from sheetgrad.check.network import renamed
    from sheetgrad.expr import walk
    from sheetgrad.syntax.printer import written

    changes: dict[Expr, Expr] = {
        part: Ref(Symbol(written(part)))
        for part in walk(value)
        if isinstance(part, Partial) and isinstance(part.of, Ref)
    }
    return renamed(value, {}) if not changes else _substituted(value, changes)


def _substituted(value: Expr, changes: Mapping[Expr, Expr]) -> Expr:
    from sheetgrad.expr import substitute

    return substitute(value, changes, tidy=False)


# --- formats ------------------------------------------------------------------------------------------


def _latex(equation: Equation) -> str:
    from sheetgrad.emit.latex import latex

    names = cast("Notation", _Names())
    return f"{_typeset(equation.quantity)} = {latex(equation.value, names)}"


def markdown(found: Sequence[Part]) -> str:
    """Formulas as GitHub shows them, each with its cells."""
    lines: list[str] = []
    for part in found:
        lines += [f"# {_plain(part.title)}", ""]
        for role, title in ROLES.items():
            own = [equation for equation in part.equations if equation.role == role]
            lines += [f"## {title}", ""] if own else []
            for equation in own:
                lines += ["```math", _latex(equation), "```", ""]
                lines += [f"`{equation.place}`", ""] if equation.place else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _plain(text: str) -> str:
    from sheetgrad.emit.markdown import plain

    return plain(text)


def tex(found: Sequence[Part]) -> str:
    """A LaTeX document."""
    from sheetgrad.emit.tex import words

    lines = [r"\documentclass{article}", r"\usepackage{amsmath}", r"\begin{document}"]
    for part in found:
        lines += [rf"\section*{{{words(part.title)}}}"]
        for role, title in ROLES.items():
            own = [equation for equation in part.equations if equation.role == role]
            lines += [rf"\subsection*{{{title}}}"] if own else []
            for equation in own:
                lines += [r"\[", _latex(equation), r"\]"]
    return "\n".join([*lines, r"\end{document}"]) + "\n"


def page(found: Sequence[Part]) -> str:
    """One HTML page with MathML, which needs nothing from outside."""
    from sheetgrad.emit.mathml import mathml

    names = cast("Notation", _Names())
    body: list[str] = []
    for part in found:
        body.append(f"<h1>{escape(part.title)}</h1>")
        for role, title in ROLES.items():
            own = [equation for equation in part.equations if equation.role == role]
            body += [f"<h2>{title}</h2>"] if own else []
            for equation in own:
                left = mathml(Ref(Symbol(equation.quantity)), names)
                right = mathml(equation.value, names)
                place = f" <small>{escape(equation.place)}</small>" if equation.place else ""
                body.append(f"<p><math>{left}<mo>=</mo>{right}</math>{place}</p>")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">\n'
        f"<title>{escape(found[0].title)}</title>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def as_json(found: Sequence[Part]) -> str:
    """`{"tables": [{"title", "equations": [{"role", "quantity", "text", "latex", "place"}], "spec"}]}`."""
    tables = [
        {
            "title": part.title,
            "equations": [
                {
                    "role": equation.role,
                    "quantity": equation.quantity,
                    "text": equation.text,
                    "latex": _latex(equation),
                    "place": equation.place,
                }
                for equation in part.equations
            ],
            "spec": part.spec,
        }
        for part in found
    ]
    return json.dumps({"tables": tables}, indent=2, ensure_ascii=False) + "\n"


def text(found: Sequence[Part]) -> str:
    """A line for each equation, with its cells."""
    lines: list[str] = []
    for part in found:
        longest = max((len(equation.text) for equation in part.equations), default=0)
        lines.append(part.title)
        lines += [f"  {equation.text:<{min(longest, 90)}}  {equation.place}".rstrip() for equation in part.equations]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def toml(found: Sequence[Part]) -> str:
    """The first part as a spec, to be given to every other command.

    Raises:
        SheetgradError: there are no numbers to start from.
    """
    spec = found[0].spec
    if spec is None:
        message = f"{found[0].title}: a text has no numbers to start from, so it makes no spec; a workbook does"
        raise SheetgradError(message)
    lines = [f"name = {_quoted(re.sub(r'[^A-Za-z0-9 _-]+', '_', str(spec['name'])).strip(' _-') or 'read')}"]
    lines += ['equations = """', str(spec["equations"]), '"""']
    values = ", ".join(f"{key} = {value!r}" for key, value in spec["values"].items())
    lines += [f"values = {{ {values} }}"]
    lines += [f"{key} = [{', '.join(map(_quoted, spec[key]))}]" for key in ("parameters", "targets")]
    lines += [f"loss = {_quoted(spec['loss'])}"]
    lines += [f"learning_rate = {spec['learning_rate']!r}"] if "learning_rate" in spec else []
    return "\n".join(lines) + "\n"


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)


FORMATS: Mapping[str, Callable[[Sequence[Part]], str]] = {
    "md": markdown,
    "tex": tex,
    "html": page,
    "json": as_json,
    "toml": toml,
    "text": text,
}
"""Every format by its name."""
