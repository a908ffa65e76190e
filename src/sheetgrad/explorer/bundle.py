"""The modules of the page as one script, in the order in which they need each other.

They are ordinary ES modules, so that editors, Node and tests read them as they are.
A page on a disk cannot import a second file, so here they become one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:(?:async )?function|class|const) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^[ ]*//.*\n", re.MULTILINE)
_INDENT = re.compile(r"^[ ]+", re.MULTILINE)


@cache
def asset(name: str) -> str:
    """The text of one of the page's files."""
    return (files("sheetgrad.explorer") / "assets" / name).read_text(encoding="utf-8")


@cache
def modules(last: str = "start") -> tuple[str, ...]:
    """The names of the modules that one needs, each after those it uses."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        for _names, needed in _IMPORT.findall(asset(f"{name}.js")):
            if needed not in order:
                visit(needed)
        order[name] = None

    visit(last)
    return tuple(order)


@cache
def bundled(last: str = "start") -> str:
    """One script with every module that `last` needs, each in a scope of its own; comments and indents are left out."""
    return "".join(map(_scoped, modules(last))) + f"const {{ {last} }} = module_{last};\n"


def _scoped(name: str) -> str:
    text = asset(f"{name}.js")
    names = ", ".join(_EXPORT.findall(text))
    inside = _EXPORT.sub("", _IMPORT.sub(r"const \1 = module_\2;", text))
    return (
        f"const module_{name} = (() => {{\n{_INDENT.sub('', _COMMENT.sub('', inside))}return {{ {names} }};\n}})();\n"
    )


@cache
def style() -> str:
    """The style sheet in fewer bytes."""
    return re.sub(r"\n\s*", "\n", asset("explorer.css"))
