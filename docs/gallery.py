"""Write the gallery: every preset with its picture, and its derivation in several forms.

Run by `make docs`, after `generate.py`.
"""

from __future__ import annotations

from pathlib import Path

import sheetgrad
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.emit.markdown import markdown
from sheetgrad.files import replacing

DOCS = Path(__file__).parent
FORMS = {"delta": "shared steps", "matrix": "vectors and matrices"}
"""The forms beside the chain rule that are shown."""


def main() -> None:
    """Write everything."""
    for name, text in pages().items():
        with replacing(DOCS / name) as file:
            file.write(text)


def pages() -> dict[str, str]:
    """The pages by name."""
    made = {"gallery.md": _gallery()}
    for preset in PRESETS:
        for form in FORMS:
            derivation = sheetgrad.derive(preset, form=form)
            made[f"derivations/{preset}-{form}.md"] = markdown(derivation, diagram=f"{preset}.svg")
    return made


def _gallery() -> str:
    about = (
        "The derivation of every preset, made by `make docs`. The same pages come out of "
        "`sheetgrad derive NAME`, with `--format html` as a page to click through and with "
        "`--format tex` as a document to print.\n"
    )
    parts = ["# Gallery\n", about]
    for preset in PRESETS:
        setup = sheetgrad.load(preset)
        links = [f"[by the chain rule](derivations/{preset}.md)"]
        links += [f"[{title}](derivations/{preset}-{form}.md)" for form, title in FORMS.items()]
        lines = sum(1 for _ in sheetgrad.derive(setup).lines)
        parts.append(f"## {preset}\n\n{setup.title}\n\n![The network](derivations/{preset}.svg)\n")
        parts.append(f"{lines} numbered equations: {', '.join(links)}.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
