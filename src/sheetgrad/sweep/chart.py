"""A sweep as a picture: loss curves with bands, or final losses by rate; and a map of final loss over rate × scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.emit.chart import in_both_forms, scaled, styled
from sheetgrad.sweep.block import quantiles
from sheetgrad.sweep.plan import LEVELS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from sheetgrad.emit.chart import Chart
    from sheetgrad.sweep.result import Sweep

CURVES = 7
"""Learning rates that have a curve."""
BAND = "from the 5 % to the 95 % quantile"


def sweep_chart(sweep: Sweep) -> Chart:
    """Curves with bands where losses are kept, else the final loss by rate; beside it the map, if there are scales."""
    from matplotlib.figure import Figure

    panels = [_curves if len(sweep.plan.kept_steps) > 1 else _finals]
    if len(sweep.plan.scales) > 1:
        panels.append(_map)
    with styled():
        figure = Figure(figsize=(8 * len(panels), 5))
        figure.subplots_adjust(left=0.11 / len(panels), right=0.95, bottom=0.12, top=0.9, wspace=0.25)
        for place, panel in enumerate(panels, start=1):
            panel(sweep, figure.add_subplot(1, len(panels), place))
        return in_both_forms(figure)


def _curves(sweep: Sweep, axes: Axes) -> None:
    """The median loss at every kept step, with a band around it, for a choice of rates."""
    from matplotlib import colormaps

    plan = sweep.plan
    scale = plan.scales.index(1.0) if 1.0 in plan.scales else 0
    chosen = _chosen(sweep)
    shades = colormaps["viridis"]
    drawn: list[float] = []
    for place, rate in enumerate(chosen):
        curve = _gapped(sweep.curve(rate, scale))
        colour = shades(0.9 * place / max(1, len(chosen) - 1))
        axes.fill_between(plan.kept_steps, curve[:, 0], curve[:, -1], color=colour, alpha=0.15, linewidth=0)
        axes.plot(plan.kept_steps, curve[:, len(LEVELS) // 2], color=colour, label=f"{plan.rates[rate]:g}")
        drawn += [loss for loss in curve.ravel().tolist() if loss == loss]  # noqa: PLR0124 -- not-a-number is not itself
    where = f", scale {plan.scales[scale]:g}" if len(plan.scales) > 1 else ""
    axes.set(xlabel="step", ylabel="loss", title=f"{plan.setup.name}: median loss, {BAND}{where}")
    scaled(axes, drawn)
    axes.legend(title="learning rate", frameon=False)


def _chosen(sweep: Sweep) -> list[int]:
    """The places of the rates that are drawn: evenly chosen, the best one among them."""
    count = len(sweep.plan.rates)
    places = {round(place * (count - 1) / (CURVES - 1)) for place in range(CURVES)}
    best = sweep.best
    return sorted(places | ({sweep.plan.rates.index(best.rate)} if best else set()))


def _gapped(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same with not-a-number, which is not drawn, for infinity."""
    import numpy as np

    return np.where(np.isfinite(values), values, np.nan)


def _finals(sweep: Sweep, axes: Axes) -> None:
    """The quantiles of the final loss by learning rate."""
    plan = sweep.plan
    found = _gapped(quantiles(sweep.final.reshape(len(plan.rates), -1)))
    order = sorted(range(len(plan.rates)), key=plan.rates.__getitem__)
    rates = [plan.rates[place] for place in order]
    axes.fill_between(rates, found[0][order], found[-1][order], color="#31688e", alpha=0.15, linewidth=0)
    axes.plot(rates, found[len(LEVELS) // 2][order], color="#31688e", marker="o", markersize=3)
    title = f"{plan.setup.name}: median loss after {plan.steps:,} steps, {BAND}"
    axes.set(xlabel="learning rate", ylabel="loss", title=title)
    if rates[0] > 0 and rates[-1] >= 10 * rates[0]:
        axes.set_xscale("log")
    scaled(axes, [loss for loss in found.ravel().tolist() if loss == loss])  # noqa: PLR0124 -- not-a-number is not itself


def _map(sweep: Sweep, axes: Axes) -> None:
    """The median final loss: rates across, scales up."""
    import numpy as np
    from matplotlib.colors import LogNorm

    plan = sweep.plan
    across, up = np.argsort(plan.rates), np.argsort(plan.scales)
    table = _gapped(sweep.medians())[np.ix_(up, across)]
    seen = table[np.isfinite(table)]
    spread = bool(len(seen)) and seen.min() > 0 and seen.max() >= 10 * seen.min()
    axes.set_facecolor("#dddddd")
    image = axes.imshow(table, origin="lower", aspect="auto", cmap="viridis_r", norm=LogNorm() if spread else None)
    axes.grid(visible=False)
    for axis, values in ((axes.xaxis, np.array(plan.rates)[across]), (axes.yaxis, np.array(plan.scales)[up])):
        places = np.unique(np.linspace(0, len(values) - 1, min(8, len(values))).round().astype(int))
        axis.set_ticks(places.tolist(), [f"{values[place]:.3g}" for place in places])
    title = f"median loss after {plan.steps:,} steps (grey: diverged)"
    axes.set(xlabel="learning rate", ylabel="scale of the start", title=title)
    axes.figure.colorbar(image, ax=axes)
