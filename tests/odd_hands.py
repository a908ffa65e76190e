r"""Derivations in odd hands: for each a forward pass, lines that are right, and lines with a mistake.

Every hand is a way of writing that is met outside textbooks. A right line must be
read and raise nothing; a wrong line must be called false where it stands.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote


class Hand(NamedTuple):
    """One way of writing."""

    name: str
    forward: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


PLAIN = """h1 = w1*i1 + w2*i2
h2 = w3*i1 + w4*i2
a_h1 = σ(h1) = 1/(1 + exp(-h1))
a_h2 = σ(h2) = 1/(1 + exp(-h2))
o1 = w5*a_h1 + w6*a_h2
o2 = w7*a_h1 + w8*a_h2
a_o1 = σ(o1) = 1/(1 + exp(-o1))
a_o2 = σ(o2) = 1/(1 + exp(-o2))
E1 = ½ * (t1 - a_o1)²
E2 = ½ * (t2 - a_o2)²
E_total = E1 + E2"""


def picture(tex: str, service: str = "https://render.githubusercontent.com/render/math?math=") -> str:
    """A picture whose address carries the formula."""
    return f"![an equation]({service}{quote(tex)})"


def cog(tex: str) -> str:
    """The same with another service, which has words of its own for blanks and plus signs."""
    made = quote(tex).replace("%20", "&space;").replace("%2B", "&plus;")
    return f'<img src="https://latex.codecogs.com/gif.latex?{made}" />'


HANDS = (
    Hand(
        "eth and a zero for the letter",
        PLAIN,
        (
            "* `ðE_t/ðw5 = (a_o1 - t1) \\* a_o1 \\* (1 - a_o1) \\* a_h1`",
            "* `ðE_t/ðw8 = (a_o2 - t2) \\*a_o2 \\*(1 - a_o2) \\*a_h2`",
            "ðE_t/ða_h1 = ((a_o1-t1)*a_o1*(1-a_o1)*w5) + ((a_o2-t2)*a_o2*(1-a_o2)*w7)",
            "ðE_t/ðw2 = ðE_t/ða_h1 * ða_h1/ðh1 * ðh1/ðw2",
            "ðE_t/ðw2 = (((a_o1-t1)*a_o1*(1-a_o1)*w5) + ((a_o2-t2)*a_o2*(1-a_o2)*w7)) * a_h1 * (1-a_h1) * i2",
        ),
        (
            "* `ðE_t/ðw6 = (a_o1 - t1) \\* a_o1 \\* (1 - a_o1) \\* a_h1`",
            "ðE_t/ðw7 = (a_o1 - t2) * a_o2 * (1 - a_o2) * a_h1",
            "ðE_t/ða_h2 = ((a_o1-t1)*a_o1*(1-a_o1)*w6) + ((a_o2-t2)*a_o2*(1-a_o2)*w7)",
            "ðE_t/ðw3 = (((a_o1-t1)*a_o1*(1-a_o1)*w6) + ((a_o2-t2)*a_o2*(1-a_o2)*w8)) * a_h1 * (1-a_h1) * i1",
        ),
    ),
    Hand(
        "mathematical italics and en dashes",
        PLAIN,
        (
            "***𝜕E_T/𝜕w5 = (a_o1 – t1) * (a_o1 * (1 – a_o1)) * (a_h1)***",
            "__𝜕E_T/𝜕w6 = (a_o1 – t1) * (a_o1 * (1 – a_o1)) * (a_h2)__",
            "𝜕E1/𝜕a_o1 = 2 × ½ × (t1 – a_o1) × (–1) = a_o1 – t1",
            "𝜕a_o2/𝜕o2 = a_o2 × (1 − a_o2)",
            "𝜕o2/𝜕a_h2 = w8",
        ),
        (
            "***𝜕E_T/𝜕w7 = (a_o2 – t2) * (a_o2 * (1 – a_o1)) * (a_h1)***",
            "𝜕E1/𝜕a_o1 = t1 – a_o1",
            "𝜕a_o2/𝜕o2 = o2 × (1 − o2)",
            "𝜕o2/𝜕a_h2 = w6",
        ),
    ),
    Hand(
        "pictures of both services",
        PLAIN,
        (
            picture(r"\frac{\partial E_{total}}{\partial w_7} = (a\_o_2 - t_2) * a\_o_2 * (1 - a\_o_2) * a\_h_1"),
            picture(r"\frac{\partial{E\_1}}{\partial{a\_o_1}} = \frac{\partial(\frac{1}{2}*(t_1 - a\_o_1)^2)}{\partial{a\_o_1}} = a\_o_1 - t_1"),
            cog(r"\frac{\partial E_{total}}{\partial w_8} = (a_{o2} - t_2) * a_{o2} * (1 - a_{o2}) * a_{h2}"),
            cog(r"\frac{\partial E_{total}}{\partial a_{h1}} = (a_{o1} - t_1)a_{o1}(1 - a_{o1})w_5 + (a_{o2} - t_2)a_{o2}(1 - a_{o2})w_7"),
            cog(r"\large{\color{blue}\frac{\partial h_1}{\partial w_2} = i_2}"),
        ),
        (
            picture(r"\frac{\partial E_{total}}{\partial w_8} = (a\_o_2 - t_2) * a\_o_2 * (1 - a\_o_2) * a\_h_1"),
            picture(r"\frac{\partial{a\_h_1}}{\partial{h_1}} = a\_h_1 * (1 + a\_h_1)"),
            cog(r"\frac{\partial E_{total}}{\partial w_6} = (a_{o1} - t_1) * a_{o1} * (1 - a_{o1}) * h_2"),
            cog(r"\frac{\partial E_{total}}{\partial a_{h2}} = (a_{o1} - t_1)a_{o1}(1 - a_{o1})w_6 * (a_{o2} - t_2)a_{o2}(1 - a_{o2})w_8"),
        ),
    ),
    Hand(
        "tables and sub tags",
        PLAIN.replace("*", "·"),
        (
            "| weight | its gradient |\n| --- | --- |\n| w<sub>5</sub> | ∂E<sub>total</sub>/∂w<sub>5</sub> = (a<sub>o1</sub> - t<sub>1</sub>)·a<sub>o1</sub>·(1 - a<sub>o1</sub>)·a<sub>h1</sub> |",
            "| ∂E_total/∂w6 | ∂E_total/∂w6 = (a_o1 - t1)·a_o1·(1 - a_o1)·a_h2 | like w5 |",
            "E<sub>2</sub> = ½(t<sub>2</sub> - a<sub>o2</sub>)<sup>2</sup>",
            "∂h<sub>2</sub>/∂w<sub>4</sub> = i<sub>2</sub><br/>",
        ),
        (
            "| w<sub>7</sub> | ∂E<sub>total</sub>/∂w<sub>7</sub> = (a<sub>o2</sub> - t<sub>2</sub>)·a<sub>o2</sub>·(1 - a<sub>o2</sub>)·a<sub>h2</sub> |",
            "| ∂E_total/∂w8 | ∂E_total/∂w8 = (a_o2 - t1)·a_o2·(1 - a_o2)·a_h2 | like w7 |",
            "∂h<sub>2</sub>/∂w<sub>4</sub> = i<sub>1</sub><br/>",
        ),
    ),
    Hand(
        "an align with numbers",
        "$$\\begin{align*}\nnet_{h1} &= w_1 x_1 + w_2 x_2 + b_1 \\\\\nnet_{h2} &= w_3 x_1 + w_4 x_2 + b_1 \\\\\n"
        "out_{h1} &= \\sigma(net_{h1}) \\\\\nout_{h2} &= \\sigma(net_{h2}) \\\\\n"
        "net_{o1} &= w_5 out_{h1} + w_6 out_{h2} + b_2 \\\\\nnet_{o2} &= w_7 out_{h1} + w_8 out_{h2} + b_2 \\\\\n"
        "out_{o1} &= \\sigma(net_{o1}) \\\\\nout_{o2} &= \\sigma(net_{o2}) \\\\\n"
        "E_{o1} &= \\tfrac12 (target_{o1} - out_{o1})^2 \\\\\nE_{o2} &= \\tfrac12 (target_{o2} - out_{o2})^2 \\\\\n"
        "E_{total} &= E_{o1} + E_{o2}\n\\end{align*}$$",
        (
            "$$\\begin{align}\n\\frac{\\partial E_{total}}{\\partial w_5} &= \\frac{\\partial E_{total}}{\\partial out_{o1}} \\cdot "
            "\\frac{\\partial out_{o1}}{\\partial net_{o1}} \\cdot \\frac{\\partial net_{o1}}{\\partial w_5} \\\\\n"
            "&= -(target_{o1} - out_{o1}) \\, out_{o1} (1 - out_{o1}) \\, out_{h1}\n\\end{align}$$",
            "$$\\frac{\\partial E_{total}}{\\partial out_{h1}} = \\frac{\\partial E_{o1}}{\\partial out_{h1}} + "
            "\\frac{\\partial E_{o2}}{\\partial out_{h1}} \\tag{7}$$",
            "$\\partial net_{h1} / \\partial w_2 = x_2$",
            "$$\\frac{\\partial E_{total}}{\\partial b_2} = (out_{o1} - target_{o1})out_{o1}(1 - out_{o1}) + "
            "(out_{o2} - target_{o2})out_{o2}(1 - out_{o2}) \\qquad (8)$$",
            "$$w_5^{+} = w_5 - \\eta \\frac{\\partial E_{total}}{\\partial w_5}$$",
        ),
        (
            "$$\\frac{\\partial E_{total}}{\\partial w_6} = -(target_{o1} - out_{o1}) \\, out_{o1} (1 - out_{o1}) \\, out_{h1}$$",
            "$$\\frac{\\partial E_{total}}{\\partial out_{h2}} = \\frac{\\partial E_{o1}}{\\partial out_{h2}} \\tag{9}$$",
            "$$\\frac{\\partial E_{total}}{\\partial b_2} = (out_{o1} - target_{o1})out_{o1}(1 - out_{o1})$$",
            "$$w_6^{+} = w_6 - \\eta \\frac{\\partial E_{total}}{\\partial w_5}$$",
            "$$w_7^{+} = w_7 + \\eta \\frac{\\partial E_{total}}{\\partial w_7}$$",
        ),
    ),
    Hand(
        "net, out and target in words with Δw",
        "net_h1 = w1*in1 + w2*in2\nnet_h2 = w3*in1 + w4*in2\nout_h1 = sigmoid(net_h1)\nout_h2 = sigmoid(net_h2)\n"
        "net_o1 = w5*out_h1 + w6*out_h2\nnet_o2 = w7*out_h1 + w8*out_h2\nout_o1 = sigmoid(net_o1)\n"
        "out_o2 = sigmoid(net_o2)\nE1 = (target1 - out_o1)^2 / 2\nE2 = (target2 - out_o2)^2 / 2\nError = E1 + E2",
        (
            "dE1/dout_o1 = out_o1 - target1",
            "dError/dw5 = (out_o1 - target1) * out_o1 * (1 - out_o1) * out_h1",
            "Δw5 = -η * (out_o1 - target1) * out_o1 * (1 - out_o1) * out_h1",
            "Δw8 = η * (target2 - out_o2) * out_o2 * (1 - out_o2) * out_h2",
            "w3_new = w3 - lr * dError/dw3",
            "Similarly, dError/dw7 = (out_o2 - target2) * out_o2 * (1 - out_o2) * out_h1",
        ),
        (
            "dE2/dout_o2 = target2 - out_o2",
            "dError/dw6 = (out_o1 - target1) * out_o1 * (1 - out_o1) * net_h2",
            "Δw5 = -η * (out_o1 - target1) * out_o1 * (1 - out_o1) * out_h2",
            "w4_new = w4 - lr * dError/dw3",
            "Similarly, dError/dw8 = (out_o2 - target2) * out_o2 * (1 - out_o1) * out_h2",
        ),
    ),
    Hand(
        "layers in square brackets, relu and a mean",
        "z^{[1]}_1 = W^{[1]}_{11} x_1 + W^{[1]}_{12} x_2 + b^{[1]}_1\n\nz^{[1]}_2 = W^{[1]}_{21} x_1 + W^{[1]}_{22} x_2 + b^{[1]}_2\n\n"
        "a^{[1]}_1 = ReLU(z^{[1]}_1)\n\na^{[1]}_2 = ReLU(z^{[1]}_2)\n\n"
        "ŷ_1 = W^{[2]}_{11} a^{[1]}_1 + W^{[2]}_{12} a^{[1]}_2 + b^{[2]}_1\n\nŷ_2 = W^{[2]}_{21} a^{[1]}_1 + W^{[2]}_{22} a^{[1]}_2 + b^{[2]}_2\n\n"
        "L = ((ŷ_1 - y_1)^2 + (ŷ_2 - y_2)^2) / 2",
        (
            "∂L/∂ŷ_1 = ŷ_1 - y_1",
            "∂L/∂W^{[2]}_{12} = (ŷ_1 - y_1) a^{[1]}_2",
            "∂L/∂b^{[2]}_2 = ŷ_2 - y_2",
            "∂L/∂a^{[1]}_1 = (ŷ_1 - y_1) W^{[2]}_{11} + (ŷ_2 - y_2) W^{[2]}_{21}",
            "∂L/∂W^{[1]}_{12} = ∂L/∂a^{[1]}_1 · ∂a^{[1]}_1/∂z^{[1]}_1 · x_2",
            "W^{[2]}_{12} := W^{[2]}_{12} - α ∂L/∂W^{[2]}_{12}",
        ),
        (
            "∂L/∂ŷ_2 = 2 (ŷ_2 - y_2)",
            "∂L/∂W^{[2]}_{21} = (ŷ_1 - y_1) a^{[1]}_1",
            "∂L/∂b^{[2]}_1 = ŷ_2 - y_2",
            "∂L/∂a^{[1]}_2 = (ŷ_1 - y_1) W^{[2]}_{12} + (ŷ_2 - y_2) W^{[2]}_{21}",
            "∂L/∂W^{[1]}_{21} = ∂L/∂a^{[1]}_2 · ∂a^{[1]}_2/∂z^{[1]}_2 · x_2",
            "W^{[2]}_{11} := W^{[2]}_{11} - α ∂L/∂W^{[2]}_{12}",
        ),
    ),
    Hand(
        "layers in round brackets, tanh and deltas of each layer",
        "$$z^{(1)}_1 = w^{(1)}_{11} x_1 + w^{(1)}_{12} x_2$$\n\n$$z^{(1)}_2 = w^{(1)}_{21} x_1 + w^{(1)}_{22} x_2$$\n\n"
        "$$a^{(1)}_1 = \\tanh(z^{(1)}_1), \\quad a^{(1)}_2 = \\tanh(z^{(1)}_2)$$\n\n"
        "$$z^{(2)}_1 = w^{(2)}_{11} a^{(1)}_1 + w^{(2)}_{12} a^{(1)}_2$$\n\n$$\\hat{y} = \\sigma(z^{(2)}_1)$$\n\n"
        "$$C = \\frac12 (y - \\hat{y})^2$$",
        (
            "$$\\delta^{(2)}_1 = \\frac{\\partial C}{\\partial z^{(2)}_1} = (\\hat{y} - y) \\hat{y} (1 - \\hat{y})$$",
            "$$\\frac{\\partial C}{\\partial w^{(2)}_{12}} = \\delta^{(2)}_1 a^{(1)}_2$$",
            "$$\\delta^{(1)}_2 = \\delta^{(2)}_1 w^{(2)}_{12} (1 - (a^{(1)}_2)^2)$$",
            "$$\\frac{\\partial C}{\\partial w^{(1)}_{21}} = \\delta^{(1)}_2 x_1$$",
            "$$w^{(1)\\text{new}}_{21} = w^{(1)}_{21} - \\eta \\frac{\\partial C}{\\partial w^{(1)}_{21}}$$",
        ),
        (
            "$$\\frac{\\partial C}{\\partial z^{(2)}_1} = (\\hat{y} - y) \\hat{y} (1 + \\hat{y})$$",
            "$$\\frac{\\partial C}{\\partial w^{(2)}_{11}} = (\\hat{y} - y) \\hat{y} (1 - \\hat{y}) a^{(1)}_2$$",
            "$$\\frac{\\partial C}{\\partial z^{(1)}_2} = (\\hat{y} - y) \\hat{y} (1 - \\hat{y}) w^{(2)}_{12} a^{(1)}_2 (1 - a^{(1)}_2)$$",
            "$$w^{(1)\\text{new}}_{21} = w^{(1)}_{21} - \\eta \\frac{\\partial C}{\\partial w^{(1)}_{22}}$$",
        ),
    ),
    Hand(
        "softmax in words",
        "z1 = w1*x1 + w2*x2 + b1\n\nz2 = w3*x1 + w4*x2 + b2\n\np1 = exp(z1) / (exp(z1) + exp(z2))\n\n"
        "p2 = exp(z2) / (exp(z1) + exp(z2))\n\nL = -(y1*log(p1) + y2*log(p2))",
        (
            "dL/dp1 = -y1/p1",
            "dp1/dz1 = p1*(1 - p1)",
            "dp2/dz1 = -p1*p2",
            "dL/dz1 = p1*(y1 + y2) - y1",
            "dL/dw2 = dL/dz1 * x2",
            "dL/db2 = dL/dz2",
        ),
        (
            "dL/dp2 = y2/p2",
            "dp1/dz2 = p1*p2",
            "dp2/dz2 = p2*(1 - p1)",
            "dL/dw3 = dL/dz1 * x1",
            "dL/dw4 = dL/dz2 * x1",
        ),
    ),
    Hand(
        "German words round it",
        "Die Vorwärtsrechnung:\n\n" + PLAIN + "\n\nDamit ist das Netz beschrieben.",
        (
            "Die Ableitung nach w5 ist also ∂E_total/∂w5 = (a_o1 - t1) * a_o1 * (1 - a_o1) * a_h1.",
            "Ebenso gilt ∂E_total/∂w6 = (a_o1 - t1) * a_o1 * (1 - a_o1) * a_h2, denn ∂o1/∂w6 = a_h2.",
            "Mit der Kettenregel: ∂E1/∂a_h1 = ∂E1/∂a_o1 * ∂a_o1/∂o1 * ∂o1/∂a_h1",
            "Wir setzen ein und erhalten ∂a_h1/∂h1 = a_h1 * (1 - a_h1).",
            "Neues Gewicht: w5_new = w5 - η * ∂E_total/∂w5",
        ),
        (
            "Die Ableitung nach w7 ist also ∂E_total/∂w7 = (a_o2 - t2) * a_o2 * (1 - a_o2) * a_h2.",
            "Ebenso gilt ∂E_total/∂w8 = (a_o1 - t1) * a_o2 * (1 - a_o2) * a_h2, denn ∂o2/∂w8 = a_h2.",
            "Wir setzen ein und erhalten ∂a_h2/∂h2 = a_h1 * (1 - a_h1).",
            "Neues Gewicht: w6_new = w6 + η * ∂E_total/∂w6",
        ),
    ),
    Hand(
        "Spanish words round it",
        "La propagación hacia delante:\n\n" + PLAIN,
        (
            "La derivada respecto a w7 es ∂E_total/∂w7 = (a_o2 - t2) * a_o2 * (1 - a_o2) * a_h1.",
            "De la misma manera, ∂E_total/∂w8 = (a_o2 - t2) * a_o2 * (1 - a_o2) * a_h2.",
            "Por la regla de la cadena ∂E_total/∂w1 = ∂E_total/∂a_h1 * ∂a_h1/∂h1 * ∂h1/∂w1 y ∂h1/∂w1 = i1.",
        ),
        (
            "La derivada respecto a w5 es ∂E_total/∂w5 = (t1 - a_o1) * a_o1 * (1 - a_o1) * a_h1.",
            "De la misma manera, ∂E_total/∂w6 = (a_o1 - t1) * (1 - a_o1) * a_h2.",
            "Por la regla de la cadena ∂E_total/∂w1 = ∂E_total/∂a_h1 * ∂a_h1/∂h1 * ∂h1/∂w1 y ∂h1/∂w1 = i2.",
        ),
    ),
    Hand(
        "long chains, references and numbers of equations",
        PLAIN,
        (
            "∂E_total/∂w5 = ∂(E1 + E2)/∂w5 = ∂E1/∂w5 = ∂E1/∂a_o1 * ∂a_o1/∂o1 * ∂o1/∂w5   ---- (1)",
            "∂E1/∂a_o1 = ∂(½*(t1 - a_o1)²)/∂a_o1 = (t1 - a_o1)*(-1) = a_o1 - t1   (2)",
            "=> ∂a_o1/∂o1 = ∂(σ(o1))/∂o1 = σ(o1)*(1 - σ(o1)) = a_o1*(1 - a_o1)",
            "∂E_total/∂a_h1 = ∂E1/∂a_h1 + ∂E2/∂a_h1 = (a_o1 - t1)*a_o1*(1 - a_o1)*w5\n    + (a_o2 - t2)*a_o2*(1 - a_o2)*w7",
            "∂E_total/∂w1 = ∂E_total/∂a_h1 * ∂a_h1/∂h1 * ∂h1/∂w1\n  = [(a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7] * a_h1*(1 - a_h1) * i1",
            "w1 = w1 - η * ∂E_total/∂w1",
            "w_5(t+1) = w_5(t) - α·∂E_total/∂w_5",
            "o1 = w5a_h1 + w6a_h2",
            "z = w1*i1 + w2*i2, a = σ(z), da/dz = a(1 - a) and ∂E_total/∂z = ∂E_total/∂a * a*(1 - a)",
            "δo1 = (a_o1 - t1) * a_o1 * (1 - a_o1) and so ∂E_total/∂w6 = δo1 * a_h2",
            "∂E_total/∂w_i = [∂E_total/∂w1, ∂E_total/∂w2, ∂E_total/∂w3, ∂E_total/∂w4, ∂E_total/∂w5, ∂E_total/∂w6, ∂E_total/∂w7, ∂E_total/∂w8]",
        ),
        (
            "∂E_total/∂w7 = ∂(E1 + E2)/∂w7 = ∂E1/∂w7 = ∂E2/∂a_o2 * ∂a_o2/∂o2 * ∂o2/∂w7   ---- (1)",
            "∂E2/∂a_o2 = ∂(½*(t2 - a_o2)²)/∂a_o2 = (t2 - a_o2)*(1) = a_o2 - t2   (2)",
            "∂E_total/∂w1 = ∂E_total/∂a_o1 * ∂a_o1/∂o1 * ∂o1/∂a_h1 * ∂a_h1/∂h1 * ∂h1/∂w1",
            "∂E_total/∂a_h2 = (a_o1 - t1)*a_o1*(1 - a_o1)*w6\n    * (a_o2 - t2)*a_o2*(1 - a_o2)*w8",
            "∂E_total/∂w2 = (a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7 * a_h1*(1 - a_h1) * i2",
            "∂E_total/∂w5 = a_o1 - t1 * a_o1*(1 - a_o1) * a_h1",
            "w8 = w6 - η * ∂E_total/∂w8",
            "w_6(t+1) = w_6(t) + α·∂E_total/∂w_6",
            "o2 = (w7 * a_h1) * (w8 * a_h2)",
            "E2 = ½ * (t2 - a_o2)",
            "z = w3*i1 + w4*i2, a = σ(z), da/dz = z(1 - z)",
            "δo2 = (a_o2 - t2) * a_o2 * (1 - a_o2) and so ∂E_total/∂w7 = δo2 * a_h2",
        ),
    ),
    Hand(
        "numbers put in",
        "The network starts with these.\n\ni1 = 0.05, i2 = 0.10\n\nw1 = 0.15, w2 = 0.20, w3 = 0.25, w4 = 0.30\n\n"
        "w5 = 0.40, w6 = 0.45, w7 = 0.50, w8 = 0.55\n\nb1 = 0.35, b2 = 0.60\n\n"
        "net_h1 = w1*i1 + w2*i2 + b1\n\nnet_h2 = w3*i1 + w4*i2 + b1\n\nout_h1 = 1/(1 + e^{-net_h1})\n\n"
        "out_h2 = 1/(1 + e^{-net_h2})\n\nnet_o1 = w5*out_h1 + w6*out_h2 + b2\n\nnet_o2 = w7*out_h1 + w8*out_h2 + b2\n\n"
        "out_o1 = 1/(1 + e^{-net_o1})\n\nout_o2 = 1/(1 + e^{-net_o2})\n\nE_o1 = 1/2 * (target_o1 - out_o1)^2\n\n"
        "E_o2 = 1/2 * (target_o2 - out_o2)^2\n\nE_total = E_o1 + E_o2",
        (
            "net_h1 = 0.15*0.05 + 0.2*0.1 + 0.35*1 = 0.3775",
            "out_h1 = 1/(1 + e^{-0.3775}) = 0.593269992",
            "net_o1 = 0.4*0.593269992 + 0.45*0.596884378 + 0.6*1 = 1.105905967",
            "∂E_total/∂w5 = 0.74136507*0.186815602*0.593269992 = 0.082167041",
            "w5_new = 0.4 - 0.5*0.082167041 = 0.35891648",
        ),
        (
            "net_o1 = 0.4*0.593269992 + 0.45*0.596884378 + 0.6*1 = 1.205905967",
            "out_o1 = 1/(1 + e^{-1.105905967}) = 0.76136507",
            "w5_new = 0.4 - 0.5*0.082167041 = 0.36891648",
        ),
    ),
    Hand(
        "identity, three inputs and the squared error",
        "h1 = w1*x1 + w2*x2 + w3*x3 + b1\n\nh2 = w4*x1 + w5*x2 + w6*x3 + b2\n\na1 = tanh(h1)\n\na2 = tanh(h2)\n\n"
        "y_pred = v1*a1 + v2*a2 + c\n\nloss = (y_true - y_pred)^2",
        (
            "d(loss)/d(y_pred) = 2*(y_pred - y_true)",
            "d(loss)/d(v1) = 2*(y_pred - y_true)*a1",
            "d(loss)/d(c) = -2*(y_true - y_pred)",
            "d(loss)/d(w5) = 2*(y_pred - y_true)*v2*(1 - a2^2)*x2",
            "d(loss)/d(b1) = 2*(y_pred - y_true)*v1*(1 - a1^2)",
        ),
        (
            "d(loss)/d(y_pred) = (y_pred - y_true)",
            "d(loss)/d(v2) = 2*(y_pred - y_true)*a1",
            "d(loss)/d(w3) = 2*(y_pred - y_true)*v1*(1 - a1^2)*x2",
            "d(loss)/d(w6) = 2*(y_pred - y_true)*v2*(1 - a2)*x3",
            "d(loss)/d(b2) = 2*(y_pred - y_true)*v2*(1 - a1^2)",
        ),
    ),
)

NOTHING_TO_DO_WITH_IT = (
    "A falling stone: s = 1/2*g*t^2 and v = g*t, so E = m*v^2/2 = m*g*h.",
    "Ohm: U = R*I, P = U*I = R*I^2.",
    "Budget: total = rent + food + 120, with rent = 700 and food = 250.",
    "```js\nconst total = a1 + a2;\nlet w1 = w2 * 3;\n```",
    "See https://example.org/watch?v=w1&t=30&e=w5 for more.",
    "Release v1.2 = v1.1 + fixes; x86 = 32 bit.",
    '<div class="w5" data-t1="a_o1 = 3">nothing</div>',
    "A line in the plane: y = m*x + b, and its slope is dy/dx = m.",
    "E = m*c^2",
    "<!-- ∂E_total/∂w5 = a_h2 -->",
    "k1 = f(x0, y0), k2 = f(x0 + h/2, y0 + h*k1/2), y1 = y0 + h*k2",
    "P(A|B) = P(B|A)*P(A)/P(B)",
    "learning_rate = 0.5, epochs = 1000, batch_size = 1",
    "The price is $5 and the other one $6, so $5 + $6 = $11.",
)
"""Equations about other things, after a forward pass: they raise nothing."""
