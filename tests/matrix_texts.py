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

LOOKALIKES = {
    "dots": r"""
z1 = W1·x + b1
a1 = σ(z1)
z2 = W2·a1 + b2
a2 = σ(z2)
C = ½‖a2 − y‖²

δ2 = (a2 − y) · a2 · (1 − a2)
δ1 = (W2^T · δ2) · a1 · (1 − a1)
∂C/∂W2 = δ2 · a1^T
∂C/∂W1 = δ1 · x^T
∂C/∂b2 = δ2
∂C/∂b1 = δ1
""",
    "numerator": r"""
$z_1 = W_1 x + b_1$, $a_1 = \sigma(z_1)$, $z_2 = W_2 a_1 + b_2$, $\hat y = z_2$, $L = \frac12 \|\hat y - y\|^2$.

$$\frac{\partial L}{\partial \hat y} = (\hat y - y)^T$$
$$\frac{\partial L}{\partial a_1} = \frac{\partial L}{\partial \hat y} W_2$$
$$\frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial a_1} \mathrm{diag}(\sigma'(z_1))$$
$$\frac{\partial L}{\partial W_2} = a_1 \frac{\partial L}{\partial \hat y}$$
$$\frac{\partial L}{\partial W_1} = x \frac{\partial L}{\partial z_1}$$
""",
    "jacobians": r"""
$$\mathbf{z} = \mathbf{W}\mathbf{x} + \mathbf{b}, \quad \mathbf{a} = \tanh(\mathbf{z}), \quad
\hat{\mathbf{y}} = \mathbf{V}\mathbf{a} + \mathbf{c}, \quad L = \tfrac12 \|\hat{\mathbf{y}} - \mathbf{y}\|^2$$

$$\frac{\partial L}{\partial \mathbf{W}} =
\frac{\partial L}{\partial \hat{\mathbf{y}}} \frac{\partial \hat{\mathbf{y}}}{\partial \mathbf{a}}
\frac{\partial \mathbf{a}}{\partial \mathbf{z}} \frac{\partial \mathbf{z}}{\partial \mathbf{W}}$$
$$\frac{\partial \hat{\mathbf{y}}}{\partial \mathbf{a}} = \mathbf{V}$$
$$\frac{\partial \mathbf{a}}{\partial \mathbf{z}} = \mathrm{diag}(1 - \mathbf{a}^2)$$
$$\frac{\partial L}{\partial \hat{\mathbf{y}}} = \hat{\mathbf{y}} - \mathbf{y}$$
$$\frac{\partial L}{\partial \mathbf{z}} =
(\mathbf{V}^\top (\hat{\mathbf{y}} - \mathbf{y})) \odot (1 - \mathbf{a} \odot \mathbf{a})$$
$$\frac{\partial L}{\partial \mathbf{W}} =
\left[(\mathbf{V}^\top (\hat{\mathbf{y}} - \mathbf{y})) \odot (1 - \mathbf{a}^2)\right] \mathbf{x}^\top$$
""",
    "mixed": r"""
# By hand

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

# As matrices

H = W_1 X
A = σ(H)
O = W_2 A
Y = σ(O)
δ_O = (Y − T) ⊙ Y ⊙ (1 − Y)
∂E/∂W_2 = δ_O Aᵀ
δ_H = W_2ᵀ δ_O ⊙ A ⊙ (1 − A)
∂E/∂W_1 = δ_H Xᵀ
""",
    "signs": r"""
net1 = W1 x + b1
out1 = σ(net1)
net2 = W2 out1 + b2
out2 = σ(net2)
E = ½ Σ (target − out2)²
δ2 = (target − out2) ⊙ out2 ⊙ (1 − out2)
δ1 = W2^T δ2 ⊙ out1 ⊙ (1 − out1)
ΔW2 = η δ2 out1^T
ΔW1 = η δ1 x^T
W2 = W2 + η δ2 out1^T
W1 = W1 + η δ1 x^T
""",
    "updates": r"""
$\delta^{[2]} = a^{[2]} - y$, $\delta^{[1]} = (W^{[2]})^T \delta^{[2]} \circ g'(z^{[1]})$

$W^{[2]} \leftarrow W^{[2]} - \alpha\, \delta^{[2]} (a^{[1]})^T$

$b^{[2]} \leftarrow b^{[2]} - \alpha\, \delta^{[2]}$

$W^{[1]} \leftarrow W^{[1]} - \alpha\, \delta^{[1]} x^T$

where $z^{[1]} = W^{[1]}x + b^{[1]}$, $a^{[1]} = g(z^{[1]})$,
$z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}$ and $a^{[2]} = \sigma(z^{[2]})$.
""",
    "pytorchish": r"""
```
h = torch.tanh(x @ W1.T + b1)
y = h @ W2.T + b2
loss = ((y - t)**2).mean()
dy = 2 * (y - t) / n
dW2 = dy.T @ h
dh = dy @ W2
dz = dh * (1 - h**2)
dW1 = dz.T @ x
```
""",
    "batchgrad": r"""
$$\nabla_{\Theta} J = \frac{1}{m} X^T (\sigma(X\theta) - y)$$
$$h = \sigma(X \theta), \quad J = -\frac{1}{m}\left(y^T \log h + (1 - y)^T \log(1 - h)\right)$$
$$\nabla_\theta J = \frac{1}{m} X^T (h - y)$$
$$\theta := \theta - \frac{\alpha}{m} X^T (h - y)$$
""",
    "given": r"""
The gradients are $\delta_2 = (\hat{y} - y) \odot \sigma'(z_2)$, $\delta_1 = W_2^\top \delta_2 \odot \sigma'(z_1)$,
$\nabla_{W_2} L = \delta_2 a_1^\top$, $\nabla_{W_1} L = \delta_1 x^\top$.
""",
}
"""Right texts in less usual ways: other layouts, no forward part, gradients with the sign of the update."""

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
