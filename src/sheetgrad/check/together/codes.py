"""What is said of files that were handed in together, and of a network given, in words."""

from __future__ import annotations

from sheetgrad.check.entry import Entry

TOGETHER = (
    Entry(
        "right-elsewhere",
        "Right in another file",
        "The gradient is wrong here, and a file that was handed in with this one has it right.",
        "The derivation was worked out once and typed in twice: into the text, and into the cells.",
        "Lay both beside each other, factor by factor.",
    ),
    Entry(
        "same-mistake",
        "The same mistake in another file",
        "A file that was handed in with this one has the same wrong formula.",
        "One was copied from the other.",
        "Derive it once more, without looking.",
    ),
    Entry(
        "other-network",
        "Another network",
        "The text and the workbook that were handed in together differ in size, in a function, in biases or in the "
        "loss; or a formula is not the one of the network that was given with --network.",
        "One of them was changed, and the other was not.",
        "Read the forward part of one and the forward part of the other side by side.",
    ),
    Entry(
        "other-number",
        "Another number in another file",
        "A number of the text is not the one that stands in the workbook.",
        "The workbook was changed after the text was written.",
        "Look the cell up that the note names.",
    ),
)
