"""The loss at every step, one curve for every learning rate, as SVG or PNG.

The same numbers give the same bytes: no date, no random names, no settings of
the machine it is drawn on.
"""

from __future__ import annotations

import io
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DECADES = 1.0
"""A scale of powers of ten is used where the losses span at least this many of them."""
FEW = 3.0
"""Up to this many powers of ten, 2 and 5 times each are numbered too."""

STYLE = {
    "svg.hashsalt": "sheetgrad",
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and copied
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
}


class Curve(NamedTuple):
    """A line of the chart: what the legend calls it and the losses from step 0 on."""

    label: str
    losses: Sequence[float]


class Chart(NamedTuple):
    """One picture in two forms."""

    svg: str
    png: bytes
    """1280 by 800 pixels."""


def loss_chart(curves: Sequence[Curve], *, title: str) -> Chart:
    """The curves over one another, the legend beside them.

    >>> chart = loss_chart([Curve("0.5", [0.2, 0.1])], title="two steps")
    >>> chart.svg[:5], chart.png[1:4]
    ('<?xml', b'PNG')
    """
    with styled():
        return in_both_forms(_figure(curves, title))


def in_both_forms(figure: Figure) -> Chart:
    """A figure as SVG and PNG, the same bytes for the same figure."""
    svg = _saved(figure, format="svg", metadata={"Date": None})
    return Chart(svg.decode(), _saved(figure, format="png", metadata={"Software": None}, dpi=160))


def _saved(figure: Figure, **options: Any) -> bytes:  # noqa: ANN401 -- matplotlib's own
    file = io.BytesIO()
    figure.savefig(file, **options)
    return file.getvalue()


@contextmanager
def styled() -> Iterator[None]:
    """Our own style on matplotlib's defaults, whatever the reader's own settings are."""
    import matplotlib.style  # the object interface, without pyplot: that would look for a screen

    with matplotlib.style.context(["default", STYLE]):
        yield


def _figure(curves: Sequence[Curve], title: str) -> Figure:
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5))
    # Margins and the places of words are fixed: to find them, matplotlib would lay the text out several times over.
    figure.subplots_adjust(left=0.11, right=0.83, bottom=0.11, top=0.92)
    axes = figure.add_subplot()
    shades = colormaps["viridis"]
    for place, curve in enumerate(curves):
        axes.plot(range(len(curve.losses)), curve.losses, label=curve.label, color=shades(0.9 * place / len(curves)))
    axes.set(xlabel="step", ylabel="loss")
    axes.set_title(title, y=1.02)
    axes.xaxis.set_label_coords(0.5, -0.07)
    axes.yaxis.set_label_coords(-0.09, 0.5)
    scaled(axes, [loss for curve in curves for loss in curve.losses])
    if curves:
        axes.legend(title="learning rate", loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


def scaled(axes: Axes, losses: Sequence[float]) -> None:
    """Powers of ten where the losses are positive and far apart; else from zero up."""
    if not losses:
        return
    low, high = min(losses), max(losses)
    if low > 0 and math.log10(high / low) >= DECADES:
        _powers_of_ten(axes, few=math.log10(high / low) < FEW)
    elif low >= 0:
        axes.set_ylim(bottom=0)


def _powers_of_ten(axes: Axes, *, few: bool) -> None:
    """A logarithmic scale whose numbers are plain; with `few` powers of ten also 2 and 5 times each."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    plain = FuncFormatter(lambda value, _: f"{value:g}")
    axes.set(yscale="log", ylabel="loss (logarithmic scale)")
    axes.yaxis.set_major_formatter(plain)
    axes.yaxis.set_minor_locator(LogLocator(subs=(2, 5)))
    axes.yaxis.set_minor_formatter(plain if few else NullFormatter())
