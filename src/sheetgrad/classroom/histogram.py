"""How many have how many points, as a drawing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sheetgrad.classroom.frame import number

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE, HIGH = 720, 260
LEFT, RIGHT, TOP, BELOW = 46, 12, 22, 44
MOST_BARS = 20
STEPS = (0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)


def histogram(points: Sequence[float], most: float) -> str:
    """A bar for every range of points; the last holds those with all of them, too."""
    most = max(most, *points, 1e-9)
    step = next((step for step in STEPS if most / step <= MOST_BARS), most / MOST_BARS)
    count = max(1, math.ceil(most / step - 1e-9))
    bars = [0] * count
    for value in points:
        bars[min(int(value / step + 1e-9), count - 1)] += 1
    wide = (WIDE - LEFT - RIGHT) / count
    drawn = "".join(_bar(place, bars, step, wide, most) for place in range(count))
    label = f"Points of {len(points)}: from {number(min(points))} to {number(max(points))} of {number(most)}"
    base = HIGH - BELOW
    return (
        f'<svg viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" role="img" aria-label="{label}">\n'
        f'{drawn}<line class="axis" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{base}" y2="{base}"/>\n'
        f"{_labels(count, step, wide, most)}"
        f'<text class="soft" x="{(LEFT + WIDE - RIGHT) / 2:g}" y="{HIGH - 6}" text-anchor="middle">points</text>\n'
        f'<text class="soft" x="{LEFT}" y="12" text-anchor="start">students</text>\n</svg>\n'
    )


def _bar(place: int, bars: Sequence[int], step: float, wide: float, most: float) -> str:
    if not bars[place]:
        return ""
    x, high = LEFT + place * wide, bars[place] * (HIGH - TOP - BELOW) / max(bars)
    y = HIGH - BELOW - high
    end = min((place + 1) * step, most)
    words = f"{bars[place]}: {number(place * step)} to {number(end)} points"
    return (
        f'<rect class="bar" x="{x + 1:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{high:.1f}" rx="2">'
        f"<title>{words}</title></rect>\n"
        f'<text x="{x + wide / 2:.1f}" y="{y - 4:.1f}" text-anchor="middle">{bars[place]}</text>\n'
    )


def _labels(count: int, step: float, wide: float, most: float) -> str:
    """The ends of the ranges, as many as there is room for."""
    every = max(1, math.ceil(count / 12))
    places = [place for place in range(count + 1) if place % every == 0 or place == count]
    if len(places) > 1 and places[-1] - places[-2] < every:
        places.pop(-2)
    return "".join(
        f'<text class="soft" x="{LEFT + place * wide:.1f}" y="{HIGH - BELOW + 17}" text-anchor="middle">'
        f"{number(min(place * step, most))}</text>\n"
        for place in places
    )
