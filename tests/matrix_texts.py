"""Right derivations between whole vectors and matrices, written by hand in many notations."""

from __future__ import annotations

ROWS = """
# A network with one hidden layer

Samples are rows of X. Forward:

    Z1 = X @ W1 + b1
    A1 = sigmoid(Z1)
    Z2 = A1 @ W2 + b2
    A2 = sigmoid(Z2)
    loss = 1/(2*m) * np.sum((A2 - Y)**2)

Backward:

    dZ2 = (A2 - Y) * A2 * (1 - A2)
    dW2 = 1/m * A1.T @ dZ2
    db2 = 1/m * np.sum(dZ2, axis=0, keepdims=True)
    dZ1 = (dZ2 @ W2.T) * A1 * (1 - A1)
    dW1 = 1/m * X.T @ dZ1
    db1 = 1/m * np.sum(dZ1, axis=0, keepdims=True)

Update:

    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
"""

COLUMNS = r"""
Examples are the columns of $X$, and there are $m$ of them.

$$Z^{[1]} = W^{[1]} X + b^{[1]}$$
$$A^{[1]} = \tanh(Z^{[1]})$$
$$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$$
$$A^{[2]} = \sigma(Z^{[2]})$$
$$J = -\frac{1}{m} \sum \left( Y \log A^{[2]} + (1 - Y) \log(1 - A^{[2]}) \right)$$

Going back:

$$dZ^{[2]} = A^{[2]} - Y$$
$$dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}$$
$$db^{[2]} = \frac{1}{m} \sum dZ^{[2]}$$
$$dZ^{[1]} = W^{[2]T} dZ^{[2]} * (1 - (A^{[1]})^2)$$
$$dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T$$
$$db^{[1]} = \frac{1}{m} \sum dZ^{[1]}$$

$$W^{[1]} := W^{[1]} - \alpha \, dW^{[1]}$$
$$b^{[1]} := b^{[1]} - \alpha \, db^{[1]}$$
$$W^{[2]} := W^{[2]} - \alpha \, dW^{[2]}$$
"""

BOLD = r"""
\begin{align}
\mathbf{z}^{(1)} &= \mathbf{W}^{(1)} \mathbf{x} + \mathbf{b}^{(1)}, \\
\mathbf{a}^{(1)} &= \sigma(\mathbf{z}^{(1)}), \\
\mathbf{z}^{(2)} &= \mathbf{W}^{(2)} \mathbf{a}^{(1)} + \mathbf{b}^{(2)}, \\
\hat{\mathbf{y}} &= \sigma(\mathbf{z}^{(2)}), \\
L &= \frac{1}{2} \lVert \hat{\mathbf{y}} - \mathbf{y} \rVert^2.
\end{align}

Let $\boldsymbol{\delta}^{(k)}$ be the error of layer $k$. Then

\begin{align}
\boldsymbol{\delta}^{(2)} &= (\hat{\mathbf{y}} - \mathbf{y}) \odot \sigma'(\mathbf{z}^{(2)}) \\
\boldsymbol{\delta}^{(1)} &=
  \left( (\mathbf{W}^{(2)})^\top \boldsymbol{\delta}^{(2)} \right) \odot \sigma'(\mathbf{z}^{(1)}) \\
\frac{\partial L}{\partial \mathbf{W}^{(2)}} &= \boldsymbol{\delta}^{(2)} (\mathbf{a}^{(1)})^\top \\
\frac{\partial L}{\partial \mathbf{b}^{(2)}} &= \boldsymbol{\delta}^{(2)} \\
\frac{\partial L}{\partial \mathbf{W}^{(1)}} &= \boldsymbol{\delta}^{(1)} \mathbf{x}^\top \\
\frac{\partial L}{\partial \mathbf{b}^{(1)}} &= \boldsymbol{\delta}^{(1)}
\end{align}
"""

LAYERED = r"""
For every layer $l$ let $z^l = W^l a^{l-1} + b^l$ and $a^l = g(z^l)$; $a^0$ is the input.

The error of the last layer is

$$\delta^L = \nabla_a C \odot g'(z^L)$$

and of any other

$$\delta^l = \left( (W^{l+1})^T \delta^{l+1} \right) \odot g'(z^l).$$

So

$$\frac{\partial C}{\partial b^l} = \delta^l, \qquad \frac{\partial C}{\partial W^l} = \delta^l (a^{l-1})^T.$$
"""

CHAINS = r"""
$h = \sigma(u)$ with $u = W_1^T x + b_1$, and $y = \sigma(v)$ with $v = W_2^T h + b_2$.
The error is $E = \frac12 \|t - y\|^2$.

$$\frac{\partial E}{\partial y} = -(t - y)$$

$$\frac{\partial E}{\partial v} = \frac{\partial E}{\partial y} \odot \sigma'(v) = (y - t) \odot y \odot (1 - y)$$

$$\frac{\partial E}{\partial W_2} = h \left(\frac{\partial E}{\partial v}\right)^T
  = h \left( (y - t) \odot y \odot (1 - y) \right)^T$$

$$\frac{\partial E}{\partial h} = W_2 \frac{\partial E}{\partial v}$$

$$\frac{\partial E}{\partial u} = \frac{\partial E}{\partial h} \odot h \odot (1 - h)$$

$$\frac{\partial E}{\partial W_1} = x \left(\frac{\partial E}{\partial u}\right)^T$$

$$\frac{\partial E}{\partial b_1} = \frac{\partial E}{\partial u}$$
"""

UNICODE = """
Forward: z₁ = W₁ x + b₁, a₁ = σ(z₁), z₂ = W₂ a₁ + b₂, ŷ = σ(z₂), and E = ½ Σ (ŷ − y)².

Backward:

* δ₂ = (ŷ − y) ∘ σ′(z₂)
* δ₁ = W₂ᵀ δ₂ ∘ σ′(z₁)
* ∇W₂ = δ₂ a₁ᵀ
* ∇W₁ = δ₁ xᵀ
* ∇b₂ = δ₂
* ∇b₁ = δ₁

Then W₁ ← W₁ − η δ₁ xᵀ and W₂ ← W₂ − η δ₂ a₁ᵀ.
"""

CLASSES = r"""
Hidden layer and classes, one sample in a row of $X$:

$$Z_h = X W_h + b_h$$
$$H = \mathrm{ReLU}(Z_h)$$
$$Z_o = H W_o + b_o$$
$$\hat{Y} = \mathrm{softmax}(Z_o)$$
$$L = -\frac{1}{N} \sum Y \odot \log \hat{Y}$$

$$\frac{\partial L}{\partial Z_o} = \frac{1}{N} (\hat{Y} - Y)$$
$$\frac{\partial L}{\partial W_o} = H^\top \frac{\partial L}{\partial Z_o}$$
$$\frac{\partial L}{\partial H} = \frac{\partial L}{\partial Z_o} W_o^\top$$
$$\frac{\partial L}{\partial Z_h} = \frac{\partial L}{\partial H} \odot \mathrm{ReLU}'(Z_h)$$
$$\frac{\partial L}{\partial W_h} = X^\top \frac{\partial L}{\partial Z_h}$$
"""

DEEP = """
h1 = tanh(x W1 + b1)
h2 = tanh(h1 W2 + b2)
y = h2 W3 + b3
E = ½ ‖y − t‖²

dy = y − t
dW3 = h2ᵀ dy
db3 = dy
dh2 = dy W3ᵀ
dW2 = h1ᵀ (dh2 ⊙ (1 − h2 ⊙ h2))
dh1 = (dh2 ⊙ (1 − h2 ⊙ h2)) W2ᵀ
dW1 = xᵀ (dh1 ⊙ (1 − h1 ⊙ h1))
db1 = dh1 ⊙ (1 − h1 ⊙ h1)
"""

LOGISTIC = r"""
$Z = w^T X + b$ and $A = \sigma(Z)$, with the cost $J = -\frac{1}{m} \sum (Y \log A + (1 - Y) \log(1 - A))$.

- $dZ = A - Y$
- $dw = \frac{1}{m} X dZ^T$
- $db = \frac{1}{m} \sum dZ$
- $w := w - \alpha \, dw$
- $b := b - \alpha \, db$
"""

TEXTS = {
    "rows": ROWS,
    "columns": COLUMNS,
    "bold": BOLD,
    "layered": LAYERED,
    "chains": CHAINS,
    "unicode": UNICODE,
    "classes": CLASSES,
    "deep": DEEP,
    "logistic": LOGISTIC,
}
"""Every text by what is special about it."""
