"""What the site needs beside the pages: formulas as MathML, the page of every preset, and two pages from above.

A hook of MkDocs; it loads nothing from elsewhere, so that the site works without a network.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latex2mathml.converter import convert
from mkdocs.structure.files import File

import sheetgrad
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.emit.webpage import webpage

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

HOUSE = Path(__file__).parent.parent
ABOVE = {"README.md": "readme.md", "CONTRIBUTING.md": "contributing.md"}
"""Pages that stand above the docs, and what they are called in the site."""
BLOCK = re.compile(r"^```math\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"\$`(.*?)`\$")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the pages from above in."""
    for source, name in ABOVE.items():
        text = (HOUSE / source).read_text(encoding="utf-8")
        text = re.sub(r"\]\(docs/", "](", text)
        text = re.sub(r"\]\(((?:[A-Z]\w*\.md|examples|changelog\.d|LICENSE|src|tests)[^)]*)\)", _from_above, text)
        files.append(File.generated(config, name, content=text))
    return files


def _from_above(link: re.Match[str]) -> str:
    return f"]({ABOVE[link[1]]})" if link[1] in ABOVE else "](readme.md)"


def on_page_markdown(markdown: str, *, page: Any, **_rest: object) -> str:  # noqa: ANN401 -- a page of MkDocs
    """Turn formulas into MathML; give the gallery a link to every page."""
    for source, name in ABOVE.items():
        markdown = markdown.replace(f"](../{source})", f"]({name})")
    markdown = markdown.replace("](derivations)", "](gallery.md)")
    if page.file.src_uri == "gallery.md":
        page_, explorer = (
            '<a href="\\1.html">The page to click through</a>',
            '<a href="\\1-explorer.html">the explorer</a>',
        )
        markdown = re.sub(r"^## (\w+)\n", rf"## \1\n\n{page_}, {explorer}\n", markdown, flags=re.MULTILINE)
    markdown = BLOCK.sub(lambda found: f"\n{_block(found[1])}\n", markdown)
    return INLINE.sub(lambda found: _inline(found[1]), markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """Write the page of every preset into the site."""
    folder = Path(config.site_dir) / "gallery"
    folder.mkdir(exist_ok=True)
    for preset in PRESETS:
        (folder / f"{preset}.html").write_text(webpage(sheetgrad.derive(preset)), encoding="utf-8")
        sheetgrad.explore(preset, folder / f"{preset}-explorer.html")


@cache
def _inline(formula: str) -> str:
    made: str = convert(_plainer(formula))
    return made


def _plainer(formula: str) -> str:
    return formula.replace(r"\operatorname", r"\mathrm")


def _block(formula: str) -> str:
    tag = re.search(r"\\tag\{(\d+)\}", formula)
    formula = re.sub(r"\s*\\tag\{\d+\}", "", formula)
    aligned = re.fullmatch(r"\s*\\begin\{aligned\}(.*)\\end\{aligned\}\s*", formula, re.DOTALL)
    rows = [[formula]]
    if aligned:
        rows = [row.split("&", 1) for row in re.split(r"\\\\", aligned[1])]
    cells = "".join(f"<mtr>{''.join(f'<mtd>{_inside(cell)}</mtd>' for cell in row)}</mtr>" for row in rows if any(row))
    number = f'<span class="number">({tag[1]})</span>' if tag else ""
    table = f'<math display="block"><mtable displaystyle="true">{cells}</mtable></math>'
    return f'<div class="formula">{table}{number}</div>'


def _inside(cell: str) -> str:
    made = _inline(cell.strip()) if cell.strip() else ""
    return re.sub(r"^<math[^>]*>|</math>$", "", made)
