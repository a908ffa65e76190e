"""Documents for the tests of the checker's outside, written for them."""

from __future__ import annotations

RIGHT = """# Two layers by hand

h1 = w1*i1 + w2*i2

h2 = w3*i1 + w4*i2

a_h1 = σ(h1)

a_h2 = σ(h2)

o1 = w5*a_h1 + w6*a_h2

o2 = w7*a_h1 + w8*a_h2

a_o1 = σ(o1)

a_o2 = σ(o2)

E1 = ½ * (t1 - a_o1)²

E2 = ½ * (t2 - a_o2)²

E_total = E1 + E2

∂E_total/∂w5 = (a_o1 - t1) * a_o1 * (1 - a_o1) * a_h1

∂E_total/∂w6 = (a_o1 - t1) * a_o1 * (1 - a_o1) * a_h2
"""
"""Every line is right."""

WRONG = (
    RIGHT
    + """
∂E_total/∂w7 = (a_o2 - t2) * a_o2 * (1 - a_o2) * a_h2

∂E_total/∂w8 = (a_o2 - t2) * a_o2 * (1 - a_o2) * a_h1
"""
)
"""The activations in the last two lines are swapped."""
WRONG_LINES = [n for n, line in enumerate(WRONG.splitlines(), 1) if line.startswith(("∂E_total/∂w7", "∂E_total/∂w8"))]
"""Their lines."""
SLIPPED = RIGHT + "\n∂E_total/∂w7 = (a_02 - t2) * a_o2 * (1 - a_o2) * a_h1\n"
"""A zero stands for the letter o."""
