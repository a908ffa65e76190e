"""Every code that a finding can carry, with its words: the known mistakes, and what is no mistake of mathematics."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from sheetgrad.check.entry import Entry
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.check.together.codes import TOGETHER
from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from collections.abc import Mapping


_SLIPS = (
    Entry(
        "unknown-name",
        "A name that nothing has",
        "The name is one letter away from a quantity of the network, and with that quantity the line holds.",
        "A typing mistake: i_i for i_1.",
        "Look the name up where the network is written down.",
    ),
    Entry(
        "zero-for-o",
        "A zero for the letter o",
        "a_01 is written where a_o1 is meant.",
        "The two look alike in many fonts.",
        "Search the text for `_0`.",
    ),
    Entry(
        "crossed-brackets",
        "A bracket closed by one of another kind",
        "A ( is closed by ], or a [ by ). Read as if the kinds agreed, the line holds.",
        "Brackets were moved, and their partners were not.",
        "Count each kind on its own.",
    ),
    Entry(
        "bracket",
        "A bracket missing or too many",
        "With one bracket more, or one less, the line holds.",
        "The end of a long line was cut off, or copied with the line before it.",
        "Count the opening and the closing brackets: there must be as many of each.",
    ),
    Entry(
        "index-order",
        "The indices of a weight in the other order",
        "With w_ij and w_ji exchanged all along the line it holds.",
        "Books differ: some write where a weight leads to first, some where it comes from.",
        "Compare with the forward part: which index is summed over there?",
    ),
    Entry(
        "lost-partial",
        "A lost ∂",
        "One half of a derivative has no ∂; with it the line holds.",
        "∂ is not on the keyboard and is copied in by hand.",
        "Above and below every derivative stands one ∂.",
    ),
    Entry(
        "lost-exponent",
        "A lost sign of a power",
        "(t1 - a_o1)2 is written where the square is meant.",
        "The raised 2 became an ordinary one when the text was copied.",
        "A number straight after a bracket would be a factor; write ^2 or ².",
    ),
    Entry(
        "double-star",
        "Two stars for one product",
        "** means a power in programs; here it was read as a product, and so the line holds.",
        "One star was escaped or used for bold text.",
        "Write one star, or ·.",
    ),
    Entry("slip", "Misspelt", "The line is true as it was meant and wrong as it is written."),
)
_PLAIN = (
    Entry(
        "arithmetic",
        "A number that does not come out",
        "The two numbers differ by more than rounding of the digits shown can explain.",
        "A digit was typed wrongly, or a number was copied from an earlier version.",
        "Compute the side again with all digits, and round at the end.",
    ),
    Entry(
        "factor",
        "A constant factor off",
        "The formula is right but for a number in front.",
        "A factor of the loss, such as 1/n, was lost or counted twice.",
        "Differentiate the loss as it is written, with its constants.",
    ),
    Entry("wrong-name", "Another quantity", "With another quantity in one place the line holds."),
    Entry("wrong-operator", "Another operation", "With another sign between two quantities the line holds."),
)
_CODE = (
    Entry(
        "updated-too-early",
        "A weight is changed before it is used",
        "The gradient of the layer below is computed with the weight after its update.",
        "Each update is written straight after its gradient.",
        "Compute all gradients first, and update the weights at the end.",
    ),
    Entry(
        "slope-of-slope",
        "The activation is applied twice",
        "The function for the slope expects the weighted sum and is given the activation, or the other way round.",
        "s(z)(1 - s(z)) and a(1 - a) are both called the derivative of the sigmoid.",
        "Look at what the function does with its argument, and pass it that.",
    ),
    Entry(
        "missing-mean",
        "The mean over the samples is missing",
        "The loss is a mean, and the gradient is a sum: it is as many times too large as there are samples.",
        "The 1/m stands in the loss and is forgotten in the gradient.",
        "Change the number of samples: the gradient of a mean must not grow with it.",
    ),
    Entry(
        "missing-sum",
        "The sum over the samples is missing",
        "The gradient still has a row for each sample where it should have been added up.",
        "A bias is the same for all samples; its gradient must add theirs.",
        "A gradient has the shape of what it belongs to.",
    ),
    Entry("wrong-axis", "Summed over the wrong axis", "The sum runs over neurons where it should run over samples."),
    Entry(
        "transpose",
        "A transpose too many or too few",
        "The gradient is the transpose of what it should be.",
        "With square layers of one size nothing complains.",
        "Try it with layers of different sizes: then the shapes tell.",
    ),
    Entry("shape", "Shapes that do not fit", "The line cannot be computed: the shapes of its arrays do not fit."),
    Entry(
        "wrong-product",
        "The other kind of product",
        "Two arrays are multiplied entry by entry where a matrix product belongs, or the other way round.",
        "Both are called multiplication, and with square layers both can be computed.",
        "A matrix product adds up over the axis that the two share; entry by entry both keep their shape.",
    ),
    Entry("missing-slope", "The activation instead of its derivative", "σ stands where σ' belongs, or σ' for σ."),
    Entry("order", "Factors in the wrong order", "A product of matrices has its factors the wrong way round."),
    Entry("constant-factor", "A constant factor off", "The gradient is right but for a number in front."),
    Entry("wrong-quantity", "Another quantity", "The value belongs to another quantity than the name says."),
    Entry(
        "wrong-slope",
        "The slope of another activation",
        "1 - a² is the slope of tanh, a·(1 - a) that of the sigmoid; here they are exchanged.",
        "The activation was changed and the backward pass was not.",
        "Look at which function the forward pass calls, and write its own slope.",
    ),
    Entry("lost-root", "A root is lost", "The step is divided by the second moment itself, not by its square root."),
    Entry(
        "convention",
        "A convention of its own",
        "All gradients agree with the loss but for one factor that they share. That is a choice, not a mistake.",
    ),
)
_BOOK = (
    Entry(
        "frozen-row",
        "A row that does not move",
        "A $ holds the reference on one row: every row computes with the numbers of that one.",
        "The $ that belongs to the learning rate is typed for its neighbour too, and the formula is copied down.",
        "Click into a cell far down: the coloured frames must lie on its own row, or on the one above.",
    ),
    Entry(
        "other-row",
        "A cell of another row",
        "The formula reads a cell some rows off the one that it needs.",
        "A formula was typed on one row and looked up on the next.",
        "In one row all references stand on that row; only the weights come from the row above.",
    ),
    Entry(
        "drifting-reference",
        "A $ is missing",
        "The reference moves down with the row, away from the cell that is meant.",
        "A formula with a plain reference to the learning rate was copied down.",
        "Click into a cell far down: the frame of the learning rate must still be where it was.",
    ),
    Entry(
        "pasted-number",
        "A number where a formula should stand",
        "The other rows have a formula, and this one a number, which does not follow when anything is changed.",
        "A cell was overwritten, or values were pasted without their formulas.",
        "Show the formulas (Ctrl+`): a number among them stands out.",
    ),
    Entry(
        "typed-number",
        "A number typed instead of its cell",
        "The number is what the cell holds now. When the cell is changed, this formula stays behind.",
        "It was quicker to type it.",
        "Change the cell, and see whether everything follows.",
    ),
    Entry(
        "wrong-rate",
        "The learning rate is read from a wrong cell",
        "The cell that the update multiplies with is a cell of the table and no learning rate.",
        "Rows were inserted, or the table was copied to another place, and the reference stayed.",
        "Follow the reference: it must end in the cell that is labelled as the learning rate.",
    ),
    Entry(
        "other-rate",
        "Another learning rate than the rest",
        "One weight moves by another learning rate than the others.",
        "A second cell for the learning rate was left over, or a number was typed.",
        "Change the learning rate: every weight must move differently from then on.",
    ),
    Entry(
        "stale-value",
        "A stored number that its formula does not give",
        "The file holds a number that the formula does not come to: it was not calculated again.",
        "Calculation was set to manual, or the cells need each other in a circle.",
        "Press F9, and look whether numbers change.",
    ),
    Entry(
        "wrong-header",
        "A column under the wrong head",
        "The column is used rightly, but its head names another quantity than the one it computes.",
        "Heads were typed in the order of the weights, and the columns were not.",
        "Compare the last factor of the formula with the weight in the head.",
    ),
    Entry(
        "chart-range",
        "A chart that does not show every row",
        "The range of a chart begins after the first row of its column, or ends before the last.",
        "Rows were added after the chart was made, or the first value was taken for the name of the line.",
        "Click the line in the chart: the frame must reach from the first row to the last.",
    ),
    Entry(
        "sheet-rate",
        "A sheet named for another learning rate",
        "The name of the sheet says one learning rate, and its updates use another.",
        "A sheet was copied and only its name was changed.",
        "Compare the cell of the learning rate with the name of the sheet.",
    ),
    Entry("extra-brackets", "Brackets too many", "Without one pair of brackets the formula would be right."),
    Entry("extra-term", "A term too many", "A term is added that does not belong there."),
    Entry("extra-power", "A power too many", "A term carries an exponent that does not belong there."),
)
_NOTES = (
    Entry(
        "alt-text",
        "A picture's description says something else",
        "The formula that readers see is judged on its own; the alt text or the title beside it is false.",
        "The picture was corrected, or copied, and its description was not.",
        "Read the description aloud next to the picture: people who cannot see it have only that.",
    ),
    Entry("encoding", "Not UTF-8", "The file holds bytes that are not UTF-8 and was read as Latin-1."),
    Entry("note", "A note", "Nothing is wrong; how the line was understood is worth saying."),
    Entry(
        "false",
        "The two sides differ",
        "The sides have different values at points chosen at random, and no small change makes them equal.",
    ),
    Entry(
        "unread",
        "Not read",
        "The line holds an equality that sheetgrad could not read, or that cannot be judged. It says nothing about it.",
    ),
    Entry(
        "no-network",
        "No network was recognised",
        "The text's own forward equations do not make a network, so nothing was judged. "
        "Give the network it is about with --network.",
    ),
)


def entries() -> Mapping[str, Entry]:
    """Every code with its words: mistakes first, then slips, what only code has, and notes."""
    known = (Entry(m.code, m.title, m.meaning, m.why, m.how_to_see) for m in MISTAKES.values())
    return {entry.code: entry for entry in (*known, *_PLAIN, *_SLIPS, *_CODE, *_BOOK, *TOGETHER, *_NOTES)}


def entry(code: str) -> Entry:
    """The words for one code.

    Raises:
        SheetgradError: there is no such code; says which is near.

    >>> entry("wrong-index").title
    'The wrong one of a pair'
    """
    known = entries()
    if code in known:
        return known[code]
    near = difflib.get_close_matches(code, known, 1, 0.4)
    hint = f"did you mean {near[0]!r}?" if near else "`sheetgrad explain` lists them all"
    message = f"no code is called {code!r}; {hint}"
    raise SheetgradError(message)


def listed() -> str:
    """Every code and its title, one a line."""
    known = entries()
    longest = max(map(len, known))
    return "\n".join(f"{code:<{longest}}  {entry.title}" for code, entry in known.items())
