"""Right backward passes as many hands write them: each is judged, and none may be called wrong."""

from __future__ import annotations

HANDS: dict[str, str] = {}

HANDS["functions with caches"] = """
import numpy as np

def linear_forward(A, W, b):
    Z = W @ A + b
    return Z, (A, W, b)

def relu_forward(Z):
    return np.maximum(0, Z), Z

def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = dZ @ A_prev.T / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = W.T @ dZ
    return dA_prev, dW, db

def relu_backward(dA, cache):
    Z = cache
    dZ = dA * (Z > 0)
    return dZ

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

rng = np.random.default_rng(1)
X = rng.normal(size=(3, 6))
Y = rng.integers(0, 2, size=(1, 6))
W1 = rng.normal(size=(4, 3)); b1 = np.zeros((4, 1))
W2 = rng.normal(size=(1, 4)); b2 = np.zeros((1, 1))
m = X.shape[1]
Z1, cache1 = linear_forward(X, W1, b1)
A1, act1 = relu_forward(Z1)
Z2, cache2 = linear_forward(A1, W2, b2)
A2 = sigmoid(Z2)
cost = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
dZ2 = A2 - Y
dA1, dW2, db2 = linear_backward(dZ2, cache2)
dZ1 = relu_backward(dA1, act1)
dX, dW1, db1 = linear_backward(dZ1, cache1)
W1 -= 0.1 * dW1
b1 -= 0.1 * db1
W2 -= 0.1 * dW2
b2 -= 0.1 * db2
"""

HANDS["layers as objects"] = """
import numpy as np

class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad_output):
        self.dW = self.x.T @ grad_output
        self.db = grad_output.sum(axis=0)
        return grad_output @ self.W.T

class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad_output):
        return grad_output * (1 - self.out ** 2)

class MSE:
    def forward(self, pred, target):
        self.pred, self.target = pred, target
        return np.mean((pred - target) ** 2)

    def backward(self):
        return 2 * (self.pred - self.target) / self.pred.size

layers = [Dense(3, 5), Tanh(), Dense(5, 2)]
criterion = MSE()
X = np.random.randn(6, 3)
y = np.random.randn(6, 2)
for epoch in range(200):
    out = X
    for layer in layers:
        out = layer.forward(out)
    loss = criterion.forward(out, y)
    grad = criterion.backward()
    for layer in reversed(layers):
        grad = layer.backward(grad)
    for layer in layers:
        if hasattr(layer, "W"):
            layer.W -= 0.1 * layer.dW
            layer.b -= 0.1 * layer.db
"""

HANDS["lists of layers"] = """
import numpy as np
def sigma(z): return 1 / (1 + np.exp(-z))
sizes = [3, 5, 4, 2]
L = len(sizes) - 1
W = [np.random.randn(sizes[l + 1], sizes[l]) for l in range(L)]
b = [np.zeros((sizes[l + 1], 1)) for l in range(L)]
x = np.random.randn(3, 1)
y = np.random.rand(2, 1)
a = [x]
for l in range(L):
    a.append(sigma(W[l] @ a[l] + b[l]))
loss = 0.5 * np.sum((a[-1] - y) ** 2)
delta = [None] * L
delta[L - 1] = (a[L] - y) * a[L] * (1 - a[L])
for l in reversed(range(L - 1)):
    delta[l] = (W[l + 1].T @ delta[l + 1]) * a[l + 1] * (1 - a[l + 1])
dW = [delta[l] @ a[l].T for l in range(L)]
db = [delta[l] for l in range(L)]
for l in range(L):
    W[l] -= 0.5 * dW[l]
    b[l] -= 0.5 * db[l]
"""

HANDS["dictionary by number"] = """
import numpy as np

def forward(X, params, n_layers):
    cache = {"A0": X}
    A = X
    for l in range(1, n_layers + 1):
        Z = params["W" + str(l)] @ A + params["b" + str(l)]
        A = np.tanh(Z) if l < n_layers else 1 / (1 + np.exp(-Z))
        cache["Z" + str(l)] = Z
        cache["A" + str(l)] = A
    return A, cache

def backward(params, cache, X, Y, n_layers):
    grads = {}
    m = X.shape[1]
    dZ = cache[f"A{n_layers}"] - Y
    for l in range(n_layers, 0, -1):
        grads[f"dW{l}"] = dZ @ cache[f"A{l-1}"].T / m
        grads[f"db{l}"] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA = params[f"W{l}"].T @ dZ
            dZ = dA * (1 - cache[f"A{l-1}"] ** 2)
    return grads

params = {}
dims = [3, 5, 4, 1]
for l in range(1, len(dims)):
    params["W" + str(l)] = np.random.randn(dims[l], dims[l - 1]) * 0.01
    params["b" + str(l)] = np.zeros((dims[l], 1))
A, cache = forward(X, params, 3)
m = X.shape[1]
cost = -(1 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
grads = backward(params, cache, X, Y, 3)
for l in range(1, 4):
    params[f"W{l}"] -= 0.1 * grads[f"dW{l}"]
    params[f"b{l}"] -= 0.1 * grads[f"db{l}"]
"""

HANDS["values that remember"] = """
import math

class Value:
    def __init__(self, data, _children=()):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))
        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out
"""

HANDS["plain lists and loops"] = """
import math, random

def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))

n_in, n_hid, n_out = 3, 4, 2
x = [0.1, -0.4, 0.7]
target = [0.2, 0.9]
w_hid = [[random.uniform(-1, 1) for _ in range(n_in)] for _ in range(n_hid)]
w_out = [[random.uniform(-1, 1) for _ in range(n_hid)] for _ in range(n_out)]
hid = []
for j in range(n_hid):
    s = 0.0
    for i in range(n_in):
        s += w_hid[j][i] * x[i]
    hid.append(sigmoid(s))
out = []
for k in range(n_out):
    s = 0.0
    for j in range(n_hid):
        s += w_out[k][j] * hid[j]
    out.append(sigmoid(s))
error = 0.0
for k in range(n_out):
    error += 0.5 * (target[k] - out[k]) ** 2
delta_out = [0.0] * n_out
for k in range(n_out):
    delta_out[k] = (out[k] - target[k]) * out[k] * (1 - out[k])
delta_hid = [0.0] * n_hid
for j in range(n_hid):
    s = 0.0
    for k in range(n_out):
        s += delta_out[k] * w_out[k][j]
    delta_hid[j] = s * hid[j] * (1 - hid[j])
for k in range(n_out):
    for j in range(n_hid):
        w_out[k][j] -= 0.5 * delta_out[k] * hid[j]
for j in range(n_hid):
    for i in range(n_in):
        w_hid[j][i] -= 0.5 * delta_hid[j] * x[i]
"""

HANDS["comprehensions and zip"] = """
from math import tanh

def dot(u, v):
    return sum(a * b for a, b in zip(u, v))

x = [0.5, -0.2]
t = 0.3
W = [[0.1, 0.4], [-0.3, 0.2], [0.7, -0.6]]
v = [0.5, -0.4, 0.3]
h = [tanh(dot(row, x)) for row in W]
y = dot(v, h)
E = 0.5 * (y - t) ** 2
dy = y - t
dv = [dy * hj for hj in h]
dh = [dy * vj for vj in v]
dW = [[dhj * (1 - hj ** 2) * xi for xi in x] for dhj, hj in zip(dh, h)]
v = [vj - 0.1 * g for vj, g in zip(v, dv)]
W = [[w - 0.1 * g for w, g in zip(row, grow)] for row, grow in zip(W, dW)]
"""

HANDS["one hot by eye"] = """
import numpy as np
num_classes = 3
Y = np.eye(num_classes)[labels]
n = X.shape[0]
H = np.tanh(X.dot(W1) + b1)
logits = H.dot(W2) + b2
logits -= logits.max(axis=1, keepdims=True)
log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
probs = np.exp(log_probs)
loss = -(Y * log_probs).sum() / n
dlogits = (probs - Y) / n
dW2 = H.T.dot(dlogits)
db2 = dlogits.sum(axis=0)
dH = dlogits.dot(W2.T)
dpre = dH * (1 - H * H)
dW1 = X.T.dot(dpre)
db1 = dpre.sum(axis=0)
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
"""

HANDS["leaky with where"] = """
import numpy as np
slope = 0.01
z1 = X @ W1 + b1
a1 = np.where(z1 > 0, z1, slope * z1)
z2 = a1 @ W2 + b2
a2 = np.where(z2 > 0, z2, slope * z2)
out = a2 @ W3 + b3
loss = np.mean(np.sum((out - y) ** 2, axis=1))
N = X.shape[0]
dout = 2 * (out - y) / N
dW3 = a2.T @ dout
db3 = dout.sum(0)
da2 = dout @ W3.T
dz2 = da2 * np.where(z2 > 0, 1, slope)
dW2 = a1.T @ dz2
db2 = dz2.sum(0)
da1 = dz2 @ W2.T
dz1 = da1 * np.where(z1 > 0, 1.0, slope)
dW1 = X.T @ dz1
db1 = dz1.sum(0)
for p, g in [(W1, dW1), (b1, db1), (W2, dW2), (b2, db2), (W3, dW3), (b3, db3)]:
    p -= 0.01 * g
"""

HANDS["dropout with its mask"] = """
import numpy as np
keep = 0.8
h = np.maximum(0, X @ W1 + b1)
mask = (np.random.rand(*h.shape) < keep) / keep
h_drop = h * mask
scores = h_drop @ W2 + b2
loss = 0.5 * np.sum((scores - y) ** 2) / X.shape[0]
dscores = (scores - y) / X.shape[0]
dW2 = h_drop.T @ dscores
db2 = np.sum(dscores, axis=0)
dh_drop = dscores @ W2.T
dh = dh_drop * mask
dh[h <= 0] = 0
dW1 = X.T @ dh
db1 = np.sum(dh, axis=0)
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
"""

HANDS["a convolution in loops"] = """
import numpy as np
image = np.random.randn(5, 5)
kernel = np.random.randn(3, 3)
fc = np.random.randn(9)
target = 0.4
conv = np.zeros((3, 3))
for i in range(3):
    for j in range(3):
        conv[i, j] = np.sum(image[i:i+3, j:j+3] * kernel)
act = np.maximum(conv, 0)
flat = act.reshape(-1)
out = np.dot(fc, flat)
loss = 0.5 * (out - target) ** 2
dout = out - target
dfc = dout * flat
dflat = dout * fc
dact = dflat.reshape(3, 3)
dconv = dact * (conv > 0)
dkernel = np.zeros((3, 3))
for i in range(3):
    for j in range(3):
        dkernel += dconv[i, j] * image[i:i+3, j:j+3]
kernel -= 0.1 * dkernel
fc -= 0.1 * dfc
"""

HANDS["recurrent through time"] = """
import numpy as np
T = 4
h = {-1: np.zeros((5, 1))}
y = {}
loss = 0
for t in range(T):
    h[t] = np.tanh(Wxh @ xs[t] + Whh @ h[t - 1] + bh)
    y[t] = Why @ h[t] + by
    loss += 0.5 * np.sum((y[t] - targets[t]) ** 2)
dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
dbh, dby = np.zeros_like(bh), np.zeros_like(by)
dhnext = np.zeros_like(h[0])
for t in reversed(range(T)):
    dy = y[t] - targets[t]
    dWhy += dy @ h[t].T
    dby += dy
    dh = Why.T @ dy + dhnext
    draw = (1 - h[t] * h[t]) * dh
    dbh += draw
    dWxh += draw @ xs[t].T
    dWhh += draw @ h[t - 1].T
    dhnext = Whh.T @ draw
for param, dparam in zip([Wxh, Whh, Why, bh, by], [dWxh, dWhh, dWhy, dbh, dby]):
    param -= 0.1 * dparam
"""

HANDS["tensors by hand"] = """
import torch

x = torch.randn(6, 3)
y = torch.randn(6, 2)
w1 = torch.randn(3, 4)
w2 = torch.randn(4, 2)
learning_rate = 1e-3
for t in range(500):
    h = x.mm(w1)
    h_relu = h.clamp(min=0)
    y_pred = h_relu.mm(w2)
    loss = (y_pred - y).pow(2).sum().item()
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.t().mm(grad_y_pred)
    grad_h_relu = grad_y_pred.mm(w2.t())
    grad_h = grad_h_relu.clone()
    grad_h[h < 0] = 0
    grad_w1 = x.t().mm(grad_h)
    with torch.no_grad():
        w1 -= learning_rate * grad_w1
        w2 -= learning_rate * grad_w2
"""

HANDS["tensors and functions"] = """
import torch
import torch.nn.functional as F

def step(x, y, W1, b1, W2, b2, lr=0.1):
    z1 = torch.matmul(x, W1) + b1
    a1 = torch.sigmoid(z1)
    z2 = torch.matmul(a1, W2) + b2
    a2 = torch.sigmoid(z2)
    loss = torch.mean((a2 - y) ** 2)
    dz2 = 2 * (a2 - y) / a2.numel() * a2 * (1 - a2)
    dW2 = torch.matmul(a1.T, dz2)
    db2 = torch.sum(dz2, dim=0)
    dz1 = torch.matmul(dz2, W2.T) * a1 * (1 - a1)
    dW1 = torch.matmul(x.T, dz1)
    db1 = torch.sum(dz1, dim=0)
    return W1 - lr * dW1, b1 - lr * db1, W2 - lr * dW2, b2 - lr * db2
"""

HANDS["jnp"] = """
import jax.numpy as jnp
from jax.nn import sigmoid, softmax

def backward(params, X, Y):
    W1, b1, W2, b2 = params
    z1 = jnp.dot(X, W1) + b1
    a1 = sigmoid(z1)
    probs = softmax(jnp.dot(a1, W2) + b2, axis=-1)
    loss = -jnp.mean(jnp.sum(Y * jnp.log(probs), axis=-1))
    dz2 = (probs - Y) / X.shape[0]
    dW2 = jnp.dot(a1.T, dz2)
    db2 = jnp.sum(dz2, axis=0)
    dz1 = jnp.dot(dz2, W2.T) * a1 * (1 - a1)
    dW1 = jnp.dot(X.T, dz1)
    db1 = jnp.sum(dz1, axis=0)
    return loss, (dW1, db1, dW2, db2)
"""

HANDS["a notebook's cells"] = """
%matplotlib inline
import numpy as np
import matplotlib.pyplot as plt
!pip install tqdm
from tqdm import tqdm

X = np.loadtxt("data.csv", delimiter=",")
y = np.loadtxt("labels.csv")[:, None]
W1 = np.random.randn(X.shape[1], 5)
W2 = np.random.randn(5, 1)
history = []
for epoch in tqdm(range(100)):
    hidden = np.tanh(X @ W1)
    pred = hidden @ W2
    loss = np.mean((pred - y) ** 2)
    history.append(loss)
    d_pred = 2 * (pred - y) / len(y)
    d_W2 = hidden.T @ d_pred
    d_hidden = d_pred @ W2.T
    d_W1 = X.T @ (d_hidden * (1 - hidden ** 2))
    W1 -= 0.1 * d_W1
    W2 -= 0.1 * d_W2
plt.plot(history)
plt.show()
"""

HANDS["einsum"] = """
import numpy as np
z1 = np.einsum("ni,ij->nj", X, W1) + b1
a1 = np.tanh(z1)
z2 = np.einsum("nj,jk->nk", a1, W2) + b2
loss = 0.5 * np.einsum("nk,nk->", z2 - y, z2 - y)
dz2 = z2 - y
dW2 = np.einsum("nj,nk->jk", a1, dz2)
db2 = np.einsum("nk->k", dz2)
dz1 = np.einsum("nk,jk->nj", dz2, W2) * (1 - a1 ** 2)
dW1 = np.einsum("ni,nj->ij", X, dz1)
db1 = np.einsum("nj->j", dz1)
"""

HANDS["log-sum-exp"] = """
import numpy as np

def logsumexp(z):
    c = z.max(axis=1, keepdims=True)
    return c + np.log(np.sum(np.exp(z - c), axis=1, keepdims=True))

n = X.shape[0]
a = np.maximum(X @ W1 + b1, 0)
z = a @ W2 + b2
loss = np.mean(logsumexp(z) - np.sum(z * Y, axis=1, keepdims=True))
p = np.exp(z - logsumexp(z))
dz = (p - Y) / n
dW2 = a.T @ dz
db2 = dz.sum(axis=0)
da = dz @ W2.T
dpre = da * (a > 0)
dW1 = X.T @ dpre
db1 = dpre.sum(axis=0)
"""

HANDS["a penalty on the weights"] = """
import numpy as np
reg = 1e-3
N = X.shape[0]
h = np.maximum(0, X.dot(W1) + b1)
scores = h.dot(W2) + b2
shifted = scores - np.max(scores, axis=1, keepdims=True)
probs = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
data_loss = -np.sum(np.log(probs[np.arange(N), y])) / N
reg_loss = 0.5 * reg * np.sum(W1 * W1) + 0.5 * reg * np.sum(W2 * W2)
loss = data_loss + reg_loss
grads = {}
dscores = probs.copy()
dscores[np.arange(N), y] -= 1
dscores /= N
grads["W2"] = h.T.dot(dscores) + reg * W2
grads["b2"] = dscores.sum(axis=0)
dh = dscores.dot(W2.T)
dh[h == 0] = 0
grads["W1"] = X.T.dot(dh) + reg * W1
grads["b1"] = dh.sum(axis=0)
"""

HANDS["samples one by one"] = """
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

w = np.random.randn(3)
b = 0.0
lr = 0.1
for epoch in range(100):
    for x_i, y_i in zip(X, y):
        z = np.dot(w, x_i) + b
        p = sigmoid(z)
        loss = -(y_i * np.log(p) + (1 - y_i) * np.log(1 - p))
        dz = p - y_i
        dw = dz * x_i
        db = dz
        w -= lr * dw
        b -= lr * db
"""

HANDS["gradients added over samples"] = """
import numpy as np
n = len(X)
dW = np.zeros_like(W)
db = np.zeros_like(b)
loss = 0.0
for i in range(n):
    out = W @ X[i] + b
    diff = out - Y[i]
    loss += 0.5 * np.sum(diff ** 2) / n
    dW += np.outer(diff, X[i]) / n
    db += diff / n
W -= 0.01 * dW
b -= 0.01 * db
"""

HANDS["a class with lists"] = """
import numpy as np

class MLP:
    def __init__(self, layer_sizes, lr=0.01):
        self.lr = lr
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
            self.weights.append(np.random.randn(n_in, n_out) * np.sqrt(2 / n_in))
            self.biases.append(np.zeros((1, n_out)))

    def forward(self, X):
        self.activations = [X]
        self.zs = []
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            z = self.activations[-1] @ w + b
            self.zs.append(z)
            a = np.maximum(0, z) if i < len(self.weights) - 1 else z
            self.activations.append(a)
        return self.activations[-1]

    def backward(self, y):
        m = y.shape[0]
        dW, db = [], []
        delta = (self.activations[-1] - y) / m
        for i in range(len(self.weights) - 1, -1, -1):
            dW.insert(0, self.activations[i].T @ delta)
            db.insert(0, delta.sum(axis=0, keepdims=True))
            if i > 0:
                delta = (delta @ self.weights[i].T) * (self.zs[i - 1] > 0)
        for i in range(len(self.weights)):
            self.weights[i] -= self.lr * dW[i]
            self.biases[i] -= self.lr * db[i]

    def fit(self, X, y, epochs=10):
        for _ in range(epochs):
            out = self.forward(X)
            loss = np.sum((out - y) ** 2) / (2 * y.shape[0])
            self.backward(y)

net = MLP([3, 5, 4, 2])
X = np.random.randn(6, 3)
y = np.random.randn(6, 2)
net.fit(X, y)
"""

HANDS["batch normalisation"] = """
import numpy as np
N = X.shape[0]
z = X @ W
mu = z.mean(axis=0)
xc = z - mu
var = (xc ** 2).mean(axis=0)
std = np.sqrt(var + 1e-5)
zn = xc / std
out = gamma * zn + beta
loss = 0.5 * np.sum((out - y) ** 2)
dout = out - y
dgamma = (dout * zn).sum(axis=0)
dbeta = dout.sum(axis=0)
dzn = dout * gamma
dxc = dzn / std
dstd = -(dzn * xc / std ** 2).sum(axis=0)
dvar = 0.5 * dstd / std
dxc = dxc + 2 * xc * dvar / N
dz = dxc - dxc.mean(axis=0)
dW = X.T @ dz
"""

HANDS["an attention head"] = """
import numpy as np
Q = X @ Wq
K = X @ Wk
V = X @ Wv
d = 4
S = Q @ K.T / np.sqrt(d)
P = np.exp(S - S.max(axis=1, keepdims=True))
P = P / P.sum(axis=1, keepdims=True)
O = P @ V
loss = 0.5 * np.sum((O - Y) ** 2)
dO = O - Y
dV = P.T @ dO
dP = dO @ V.T
dS = P * (dP - (dP * P).sum(axis=1, keepdims=True))
dQ = dS @ K / np.sqrt(d)
dK = dS.T @ Q / np.sqrt(d)
dWq = X.T @ dQ
dWk = X.T @ dK
dWv = X.T @ dV
"""

HANDS["types and dataclasses"] = """
from __future__ import annotations
from dataclasses import dataclass
import numpy as np
from numpy.typing import NDArray

@dataclass
class Params:
    W1: NDArray
    b1: NDArray
    W2: NDArray
    b2: NDArray

def sigmoid(x: NDArray) -> NDArray:
    \"\"\"The logistic function.\"\"\"
    return 1.0 / (1.0 + np.exp(-x))

def loss_and_grads(p: Params, X: NDArray, y: NDArray) -> tuple[float, Params]:
    z1: NDArray = X @ p.W1 + p.b1
    a1: NDArray = sigmoid(z1)
    z2: NDArray = a1 @ p.W2 + p.b2
    n: int = X.shape[0]
    loss: float = float(np.sum((z2 - y) ** 2) / (2 * n))
    dz2 = (z2 - y) / n
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    dz1 = (dz2 @ p.W2.T) * a1 * (1.0 - a1)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0)
    return loss, Params(W1=dW1, b1=db1, W2=dW2, b2=db2)
"""

HANDS["columns of the outer product"] = """
import numpy as np
x = np.array([[0.5], [-0.3], [0.8]])
t = np.array([[0.1], [0.9]])
W1 = np.random.randn(4, 3)
W2 = np.random.randn(2, 4)
h = W1 @ x
a = 1 / (1 + np.exp(-h))
o = W2 @ a
y = 1 / (1 + np.exp(-o))
E = np.sum((t - y) ** 2) / 2
dE_dy = y - t
dy_do = y * (1 - y)
dE_do = dE_dy * dy_do
dE_dW2 = dE_do @ a.T
dE_da = W2.T @ dE_do
dE_dh = dE_da * a * (1 - a)
dE_dW1 = dE_dh @ x.T
W1 = W1 - 0.5 * dE_dW1
W2 = W2 - 0.5 * dE_dW2
"""

HANDS["a while loop and tuples"] = """
import numpy as np
W1, W2 = np.random.randn(3, 4), np.random.randn(4, 1)
step = 0
while step < 1000:
    A, C = np.tanh(X @ W1), None
    out = A @ W2
    err = out - y
    loss = (err ** 2).mean()
    gW2, gA = A.T @ err * 2 / len(X), err @ W2.T * 2 / len(X)
    gW1 = X.T @ (gA * (1 - A ** 2))
    W1, W2 = W1 - 0.1 * gW1, W2 - 0.1 * gW2
    step += 1
"""

HANDS["hinge"] = """
import numpy as np
N = X.shape[0]
f = X @ w + b
margin = np.maximum(0, 1 - y * f)
loss = margin.mean() + 0.5 * lam * np.sum(w ** 2)
active = (margin > 0).astype(float)
df = -y * active / N
dw = X.T @ df + lam * w
db = df.sum()
w -= lr * dw
b -= lr * db
"""

HANDS["an autoencoder with tied weights"] = """
import numpy as np
z = X @ W + b
h = np.tanh(z)
R = h @ W.T + c
loss = 0.5 * np.sum((R - X) ** 2)
dR = R - X
dc = dR.sum(axis=0)
dh = dR @ W
dz = dh * (1 - h ** 2)
db = dz.sum(axis=0)
dW = X.T @ dz + dR.T @ h
"""

HANDS["a clipped gradient"] = """
import numpy as np
for it in range(100):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    out = a1 @ W2 + b2
    loss = np.sum((out - y) ** 2) / 2
    dout = out - y
    dW2 = a1.T @ dout
    db2 = dout.sum(axis=0)
    dz1 = dout @ W2.T * (1 - a1 ** 2)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0)
    for g in (dW1, db1, dW2, db2):
        np.clip(g, -5, 5, out=g)
    norm = np.sqrt(sum(np.sum(g ** 2) for g in (dW1, db1, dW2, db2)))
    scale = min(1.0, 5.0 / norm)
    W1 -= lr * scale * dW1
    b1 -= lr * scale * db1
    W2 -= lr * scale * dW2
    b2 -= lr * scale * db2
"""

HANDS["layers that remember velocity"] = """
import numpy as np

class Linear:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)

    def __call__(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)

    def update(self, lr, mu):
        self.vW = mu * self.vW - lr * self.dW
        self.vb = mu * self.vb - lr * self.db
        self.W += self.vW
        self.b += self.vb

class Sigmoid:
    def __call__(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, dout):
        return dout * self.y * (1 - self.y)

fc1, act, fc2 = Linear(3, 4), Sigmoid(), Linear(4, 2)
X, T = np.random.randn(6, 3), np.random.randn(6, 2)
for epoch in range(10):
    out = fc2(act(fc1(X)))
    loss = 0.5 * np.sum((out - T) ** 2)
    d = out - T
    d = fc2.backward(d)
    d = act.backward(d)
    d = fc1.backward(d)
    for layer in (fc1, fc2):
        layer.update(0.1, 0.9)
"""
