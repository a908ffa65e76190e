"""The known mistakes: what each is, why people make it, and how to make it.

An entry makes its mistake: `make(value, quantity, definitions)` gives wrong versions
of a right formula, so that the table tests itself, exercises can plant mistakes, and
the checker is measured by what it finds again. To add a mistake, add an entry here
and its rule to `check.planting`; if the small edits of `check.edits` do not undo it
yet, add the edit there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check import planting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.planting import Make


class Mistake(NamedTuple):
    """One known mistake, in words and as a rule that makes it."""

    code: str
    title: str
    meaning: str
    why: str
    how_to_see: str
    make: Make


MISTAKES: Mapping[str, Mistake] = {
    entry.code: entry
    for entry in (
        Mistake(
            "wrong-index",
            "The wrong one of a pair",
            "A name has another number than the path through the network asks for: a_h1 where a_h2 belongs.",
            "Lines for neighbouring weights are copied and one number is not changed. With the numbers of the usual "
            "exercise a_h1 and a_h2 are nearly equal, so neither the loss nor the chart shows it.",
            "Follow the weight through the picture: ∂h2/∂w3 leads through a_h2, so its slope is a_h2·(1 - a_h2).",
            planting.wrong_index,
        ),
        Mistake(
            "wrong-layer",
            "The activation of another layer",
            "An activation of one layer stands where that of another layer belongs: a_o1 where a_h1 belongs.",
            "The slopes a·(1 - a) of all layers look alike.",
            "Each slope belongs to the neuron that the chain passes at that place; name it before writing it.",
            planting.wrong_layer,
        ),
        Mistake(
            "pre-activation",
            "The weighted sum instead of its activation",
            "h1 stands where a_h1 belongs, or the other way round.",
            "The slope of the sigmoid is written with its output, σ(h)·(1 - σ(h)), and the σ gets lost.",
            "What a weight multiplies is an activation; the slope of the sigmoid is a·(1 - a), not h·(1 - h).",
            planting.pre_activation,
        ),
        Mistake(
            "missing-factor",
            "A factor of the chain is missing",
            "One link of the chain rule has been left out.",
            "In long products a link is easily skipped, most often the slope of an activation.",
            "Count: from the loss down to the weight every arrow in the picture gives one factor.",
            planting.missing_factor,
        ),
        Mistake(
            "extra-factor",
            "A factor too many",
            "A factor stands in the product that no link of the chain gives.",
            "A factor is copied along from a neighbouring line, or a link is counted twice.",
            "Write the link ∂…/∂… under every factor; the one without a link goes.",
            planting.extra_factor,
        ),
        Mistake(
            "missing-path",
            "One path only, where several lead",
            "The quantity reaches the loss in more than one way, and only some of them are counted.",
            "The chain rule is learnt for one path; with two outputs there are two, and they add up.",
            "Put a finger on the quantity and list every way along the arrows to the loss: one summand each.",
            planting.missing_path,
        ),
        Mistake(
            "missing-brackets",
            "Brackets left out",
            "Without brackets only the last term is multiplied. With them the formula would be right.",
            "On paper the sum is seen as one thing; a line of text does not show that.",
            "A product binds tighter than a sum: read the line aloud from left to right.",
            planting.missing_brackets,
        ),
        Mistake(
            "plus-for-times",
            "A plus where a product belongs",
            "Two quantities are added that should be multiplied.",
            "A slip of the keyboard in a row of sums and products.",
            "A weighted sum is a sum of products: one product for every arrow that arrives.",
            planting.plus_for_times,
        ),
        Mistake(
            "times-for-plus",
            "A product where a sum belongs",
            "Two terms are multiplied that should be added.",
            "A slip of the keyboard in a row of sums and products.",
            "Arrows that arrive at one neuron add up.",
            planting.times_for_plus,
        ),
        Mistake(
            "sign",
            "The wrong sign",
            "The formula, or a term of it, has the opposite sign.",
            "The inner derivative of (t - a) by a is -1, and is forgotten.",
            "If the output is too large, the gradient of the loss by it must be positive: a - t.",
            planting.sign,
        ),
        Mistake(
            "half",
            "A factor 2 or 1/2 off",
            "The formula is twice, or half, what it should be.",
            "The 1/2 in the loss cancels the 2 of the square; with another loss it does not.",
            "Differentiate the loss as it is written: ½(t - a)² gives a - t, (t - a)² gives 2(a - t).",
            planting.half,
        ),
        Mistake(
            "lost-power",
            "A square is lost",
            "A term stands without its exponent.",
            "Superscripts vanish when text is copied.",
            "Compare with the definition of the loss.",
            planting.lost_power,
        ),
        Mistake(
            "missing-rate",
            "The learning rate is missing from the update",
            "The whole gradient is subtracted, not η times it.",
            "With η = 1 it makes no difference, so nobody notices.",
            "The update is w - η·∂E/∂w, for every weight.",
            planting.missing_rate,
        ),
        Mistake(
            "wrong-gradient",
            "The gradient of another weight in the update",
            "A weight is moved by the gradient that belongs to another one.",
            "Update lines are copied and one number is not changed.",
            "The weight on the left, the one on the right and the one below the ∂ must be the same.",
            planting.wrong_gradient,
        ),
        Mistake(
            "wrong-left",
            "The left side names another quantity",
            "The formula is right, but for another quantity than the one it is said to be of.",
            "A heading is copied with the line and not changed.",
            "Read the last factor: it is what the weight on the left multiplies.",
            planting.wrong_left,
        ),
    )
}
"""The table, by code."""
