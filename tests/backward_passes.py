"""Right backward passes in many styles, and the mistakes that are planted in each."""

from __future__ import annotations

SCALAR = """
import math
i1, i2, t1, t2 = 0.05, 0.10, 0.01, 0.99
w1, w2, w3, w4 = 0.15, 0.20, 0.25, 0.30
w5, w6, w7, w8 = 0.40, 0.45, 0.50, 0.55
lr = 0.5
h1 = w1*i1 + w2*i2
h2 = w3*i1 + w4*i2
a_h1 = 1/(1 + math.exp(-h1))
a_h2 = 1/(1 + math.exp(-h2))
o1 = w5*a_h1 + w6*a_h2
o2 = w7*a_h1 + w8*a_h2
a_o1 = 1/(1 + math.exp(-o1))
a_o2 = 1/(1 + math.exp(-o2))
E1 = 0.5*(t1 - a_o1)**2
E2 = 0.5*(t2 - a_o2)**2
E_total = E1 + E2
dE_dw5 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h1
dE_dw6 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h2
dE_dw7 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h1
dE_dw8 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h2
dE_da_h1 = (a_o1 - t1)*a_o1*(1 - a_o1)*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7
dE_da_h2 = (a_o1 - t1)*a_o1*(1 - a_o1)*w6 + (a_o2 - t2)*a_o2*(1 - a_o2)*w8
dE_dw1 = dE_da_h1*a_h1*(1 - a_h1)*i1
dE_dw2 = dE_da_h1*a_h1*(1 - a_h1)*i2
dE_dw3 = dE_da_h2*a_h2*(1 - a_h2)*i1
dE_dw4 = dE_da_h2*a_h2*(1 - a_h2)*i2
w1 = w1 - lr*dE_dw1
w2 = w2 - lr*dE_dw2
w5 = w5 - lr*dE_dw5
"""

SCALAR_FUNCTIONS = """
from math import exp

def sigmoid(x):
    return 1 / (1 + exp(-x))

def sigmoid_derivative(x):
    s = sigmoid(x)
    return s * (1 - s)

def step(x1, x2, y, w1, w2, w3, w4, v1, v2, b1, b2, c, eta):
    z1 = w1 * x1 + w2 * x2 + b1
    z2 = w3 * x1 + w4 * x2 + b2
    a1 = sigmoid(z1)
    a2 = sigmoid(z2)
    z3 = v1 * a1 + v2 * a2 + c
    out = sigmoid(z3)
    delta_out = (out - y) * sigmoid_derivative(z3)
    grad_v1 = delta_out * a1
    grad_v2 = delta_out * a2
    grad_c = delta_out
    delta1 = delta_out * v1 * sigmoid_derivative(z1)
    delta2 = delta_out * v2 * sigmoid_derivative(z2)
    grad_w1 = delta1 * x1
    grad_w2 = delta1 * x2
    grad_w3 = delta2 * x1
    grad_w4 = delta2 * x2
    grad_b1 = delta1
    grad_b2 = delta2
    v1 -= eta * grad_v1
    v2 -= eta * grad_v2
    w1 -= eta * grad_w1
    w2 -= eta * grad_w2
    return w1, w2, v1, v2
"""

ROWS = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

for epoch in range(1000):
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    z2 = a1 @ W2 + b2
    a2 = sigmoid(z2)
    loss = ((a2 - y) ** 2).sum() / 2
    dz2 = (a2 - y) * a2 * (1 - a2)
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0, keepdims=True)
    dz1 = dz2 @ W2.T * a1 * (1 - a1)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0, keepdims=True)
    W2 -= lr * dW2
    b2 -= lr * db2
    W1 -= lr * dW1
    b1 -= lr * db1
    if epoch % 100 == 0:
        print(epoch, loss)
"""

COLUMNS = """
import numpy as np
m = X.shape[1]
Z1 = np.dot(W1, X) + b1
A1 = np.tanh(Z1)
Z2 = np.dot(W2, A1) + b2
A2 = 1 / (1 + np.exp(-Z2))
cost = -1/m * np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
dZ2 = A2 - Y
dW2 = 1/m * np.dot(dZ2, A1.T)
db2 = 1/m * np.sum(dZ2, axis=1, keepdims=True)
dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
dW1 = 1/m * np.dot(dZ1, X.T)
db1 = 1/m * np.sum(dZ1, axis=1, keepdims=True)
W1 = W1 - learning_rate * dW1
b1 = b1 - learning_rate * db1
W2 = W2 - learning_rate * dW2
b2 = b2 - learning_rate * db2
"""

MEAN = """
import numpy as np
np.random.seed(0)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])
W1 = np.random.randn(2, 4) * 0.5
b1 = np.zeros((1, 4))
W2 = np.random.randn(4, 1) * 0.5
b2 = np.zeros((1, 1))
lr = 0.1
n = len(X)
for i in range(5000):
    h = np.tanh(X.dot(W1) + b1)
    out = h.dot(W2) + b2
    loss = np.mean((out - y) ** 2)
    d_out = 2 * (out - y) / n
    d_W2 = h.T.dot(d_out)
    d_b2 = d_out.sum(axis=0)
    d_h = d_out.dot(W2.T)
    d_pre = d_h * (1 - h ** 2)
    d_W1 = X.T.dot(d_pre)
    d_b1 = d_pre.sum(axis=0)
    W1 -= lr * d_W1
    b1 -= lr * d_b1
    W2 -= lr * d_W2
    b2 -= lr * d_b2
"""

SOFTMAX = """
import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def relu(z):
    return np.maximum(0, z)

def train_step(X, Y, W1, b1, W2, b2, lr):
    m = X.shape[0]
    z1 = X @ W1 + b1
    a1 = relu(z1)
    z2 = a1 @ W2 + b2
    probs = softmax(z2)
    loss = -np.sum(Y * np.log(probs + 1e-8)) / m
    dz2 = (probs - Y) / m
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0)
    da1 = dz2 @ W2.T
    dz1 = da1 * (z1 > 0)
    dW1 = X.T @ dz1
    db1 = np.sum(dz1, axis=0)
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
    return loss
"""

TANH3 = """
import numpy as np
def forward(x, params):
    W1, b1, W2, b2, W3, b3 = params["W1"], params["b1"], params["W2"], params["b2"], params["W3"], params["b3"]
    z1 = W1 @ x + b1
    a1 = np.tanh(z1)
    z2 = W2 @ a1 + b2
    a2 = np.tanh(z2)
    z3 = W3 @ a2 + b3
    return z1, a1, z2, a2, z3

z1, a1, z2, a2, z3 = forward(x, params)
E = 0.5 * np.sum((z3 - t) ** 2)
delta3 = z3 - t
delta2 = (params["W3"].T @ delta3) * (1 - a2 ** 2)
delta1 = (params["W2"].T @ delta2) * (1 - a1 ** 2)
grads = {}
grads["W3"] = np.outer(delta3, a2)
grads["W2"] = np.outer(delta2, a1)
grads["W1"] = np.outer(delta1, x)
grads["b3"] = delta3
grads["b2"] = delta2
grads["b1"] = delta1
for key in ["W1", "W2", "W3", "b1", "b2", "b3"]:
    params[key] = params[key] - lr * grads[key]
"""

CLASS = """
import numpy as np

class NeuralNetwork:
    def __init__(self, n_input, n_hidden, n_output, lr=0.1):
        self.W1 = np.random.randn(n_input, n_hidden)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_output)
        self.b2 = np.zeros((1, n_output))
        self.lr = lr

    def sigmoid(self, s):
        return 1 / (1 + np.exp(-s))

    def sigmoid_prime(self, s):
        return s * (1 - s)

    def forward(self, X):
        self.z1 = np.dot(X, self.W1) + self.b1
        self.a1 = self.sigmoid(self.z1)
        self.z2 = np.dot(self.a1, self.W2) + self.b2
        self.out = self.sigmoid(self.z2)
        return self.out

    def backward(self, X, y):
        self.error = self.out - y
        self.out_delta = self.error * self.sigmoid_prime(self.out)
        self.dW2 = self.a1.T.dot(self.out_delta)
        self.db2 = np.sum(self.out_delta, axis=0, keepdims=True)
        self.a1_error = self.out_delta.dot(self.W2.T)
        self.a1_delta = self.a1_error * self.sigmoid_prime(self.a1)
        self.dW1 = X.T.dot(self.a1_delta)
        self.db1 = np.sum(self.a1_delta, axis=0, keepdims=True)
        self.W1 -= self.lr * self.dW1
        self.b1 -= self.lr * self.db1
        self.W2 -= self.lr * self.dW2
        self.b2 -= self.lr * self.db2

    def train(self, X, y):
        self.forward(X)
        self.backward(X, y)

if __name__ == "__main__":
    net = NeuralNetwork(3, 4, 2)
    for _ in range(1000):
        net.train(X, y)
"""

DICTIONARY = """
import numpy as np

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def initialize_parameters(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_h, n_x) * 0.01, "b1": np.zeros((n_h, 1)),
            "W2": np.random.randn(n_y, n_h) * 0.01, "b2": np.zeros((n_y, 1))}

def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache

def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    cost = -np.sum(logprobs) / m
    return cost

def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2 = parameters["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    return grads

def update_parameters(parameters, grads, learning_rate=1.2):
    parameters["W1"] = parameters["W1"] - learning_rate * grads["dW1"]
    parameters["b1"] = parameters["b1"] - learning_rate * grads["db1"]
    parameters["W2"] = parameters["W2"] - learning_rate * grads["dW2"]
    parameters["b2"] = parameters["b2"] - learning_rate * grads["db2"]
    return parameters

parameters = initialize_parameters(3, 4, 1)
for i in range(0, 10000):
    A2, cache = forward_propagation(X, parameters)
    cost = compute_cost(A2, Y)
    grads = backward_propagation(parameters, cache, X, Y)
    parameters = update_parameters(parameters, grads)
"""

IN_PLACE = """
import numpy as np
# the weights change in place, the targets minus the outputs are added
for _ in range(60000):
    l1 = 1 / (1 + np.exp(-(X @ syn0)))
    l2 = 1 / (1 + np.exp(-(l1 @ syn1)))
    l2_error = y - l2
    l2_delta = l2_error * (l2 * (1 - l2))
    l1_error = l2_delta @ syn1.T
    l1_delta = l1_error * (l1 * (1 - l1))
    syn1 += l1.T @ l2_delta
    syn0 += X.T @ l1_delta
"""

RELU = """
import numpy as np
num_examples = X.shape[0]
hidden_layer = np.maximum(0, np.dot(X, W) + b)
scores = np.dot(hidden_layer, W2) + b2
exp_scores = np.exp(scores)
probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
correct_logprobs = -np.log(probs[range(num_examples), y])
loss = np.sum(correct_logprobs) / num_examples
dscores = probs
dscores[range(num_examples), y] -= 1
dscores /= num_examples
dW2 = np.dot(hidden_layer.T, dscores)
db2 = np.sum(dscores, axis=0, keepdims=True)
dhidden = np.dot(dscores, W2.T)
dhidden[hidden_layer <= 0] = 0
dW = np.dot(X.T, dhidden)
db = np.sum(dhidden, axis=0, keepdims=True)
W += -step_size * dW
b += -step_size * db
W2 += -step_size * dW2
b2 += -step_size * db2
"""

LAYERS = """
import numpy as np

class Network:
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            z = zs[-l]
            sp = sigmoid_prime(z)
            delta = np.dot(self.weights[-l+1].transpose(), delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l-1].transpose())
        return (nabla_b, nabla_w)

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))

net = Network([3, 4, 5, 2])
x = np.random.randn(3, 1)
y = np.random.randn(2, 1)
net.backprop(x, y)
"""

LOGISTIC = """
import numpy as np
z = np.dot(X, w) + b
y_hat = 1 / (1 + np.exp(-z))
m = len(y)
J = -(1/m) * np.sum(y*np.log(y_hat) + (1-y)*np.log(1-y_hat))
dw = (1/m) * np.dot(X.T, (y_hat - y))
db = (1/m) * np.sum(y_hat - y)
w = w - alpha * dw
b = b - alpha * db
"""

PROGRAMS = {
    "scalar": SCALAR,
    "scalar_functions": SCALAR_FUNCTIONS,
    "rows": ROWS,
    "columns": COLUMNS,
    "mean": MEAN,
    "softmax": SOFTMAX,
    "tanh3": TANH3,
    "class": CLASS,
    "dictionary": DICTIONARY,
    "in_place": IN_PLACE,
    "relu": RELU,
    "layers": LAYERS,
    "logistic": LOGISTIC,
}

MISTAKES: dict[str, list[tuple[str, str]]] = {
    "scalar": [
        ("dE_dw6 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h2", "dE_dw6 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h1"),
        ("dE_dw7 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h1", "dE_dw7 = (t2 - a_o2)*a_o2*(1 - a_o2)*a_h1"),
        ("dE_dw8 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h2", "dE_dw8 = (a_o2 - t2)*a_o2*a_h2"),
        ("dE_dw5 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h1", "dE_dw5 = 2*(a_o1 - t1)*a_o1*(1 - a_o1)*a_h1"),
        ("dE_dw3 = dE_da_h2*a_h2*(1 - a_h2)*i1", "dE_dw3 = dE_da_h2*a_h1*(1 - a_h1)*i1"),
        ("dE_dw1 = dE_da_h1*a_h1*(1 - a_h1)*i1", "dE_dw1 = dE_da_h1*h1*(1 - h1)*i1"),
        ("*w5 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7", "*w5"),
        ("dE_dw4 = dE_da_h2", "dE_dw4 = dE_da_h1"),
        ("a_o1*(1 - a_o1)*w6 +", "a_o1*(1 - a_o1)*w5 +"),
        ("dE_dw2 = dE_da_h1*a_h1*(1 - a_h1)*i2", "dE_dw2 = dE_da_h1*a_h1*(1 + a_h1)*i2"),
        ("w2 = w2 - lr*dE_dw2", "w2 = w2 + lr*dE_dw2"),
        ("w1 = w1 - lr*dE_dw1", "w1 = w1 - lr*dE_dw2"),
    ],
    "scalar_functions": [
        ("delta_out = (out - y) * sigmoid_derivative(z3)", "delta_out = (out - y) * sigmoid_derivative(out)"),
        ("grad_v2 = delta_out * a2", "grad_v2 = delta_out * a1"),
        ("delta1 = delta_out * v1", "delta1 = delta_out * v2"),
        ("delta2 = delta_out * v2 * sigmoid_derivative(z2)", "delta2 = delta_out * v2 * sigmoid_derivative(a2)"),
        ("delta1 = delta_out * v1 * sigmoid_derivative(z1)", "delta1 = delta_out * v1"),
        ("grad_w2 = delta1 * x2", "grad_w2 = delta1 * x1"),
        ("grad_w4 = delta2 * x2", "grad_w4 = delta1 * x2"),
        ("grad_v1 = delta_out * a1", "grad_v1 = delta_out * z1"),
        ("grad_b2 = delta2", "grad_b2 = -delta2"),
        ("w1 -= eta * grad_w1", "w1 += eta * grad_w1"),
    ],
    "rows": [
        ("dz2 = (a2 - y) * a2 * (1 - a2)", "dz2 = (a2 - y)"),
        ("dz2 = (a2 - y) * a2 * (1 - a2)", "dz2 = (a2 - y) * z2 * (1 - z2)"),
        ("dW2 = a1.T @ dz2", "dW2 = z1.T @ dz2"),
        ("dW2 = a1.T @ dz2", "dW2 = dz2.T @ a1"),
        ("db2 = dz2.sum(axis=0, keepdims=True)", "db2 = dz2"),
        ("dz1 = dz2 @ W2.T * a1 * (1 - a1)", "dz1 = dz2 @ W2.T * a1"),
        ("dz1 = dz2 @ W2.T * a1 * (1 - a1)", "dz1 = dz2 @ W2 * a1 * (1 - a1)"),
        ("dz1 = dz2 @ W2.T", "W2 -= lr * dW2\n    dz1 = dz2 @ W2.T"),
        ("dW1 = X.T @ dz1", "dW1 = -X.T @ dz1"),
        ("dW1 = X.T @ dz1", "dW1 = 2 * X.T @ dz1"),
        ("db1 = dz1.sum(axis=0, keepdims=True)", "db1 = dz1.sum(axis=1, keepdims=True)"),
        ("W1 -= lr * dW1", "W1 += lr * dW1"),
        ("dz1 = dz2 @ W2.T * a1 * (1 - a1)", "dz1 = dz2 @ W2.T * (1 - a1**2)"),
    ],
    "columns": [
        ("dZ2 = A2 - Y", "dZ2 = (A2 - Y) * A2 * (1 - A2)"),
        ("dW2 = 1/m * np.dot(dZ2, A1.T)", "dW2 = np.dot(dZ2, A1.T)"),
        ("dW2 = 1/m * np.dot(dZ2, A1.T)", "dW2 = 1/m * np.dot(dZ2, Z1.T)"),
        ("db2 = 1/m * np.sum(dZ2, axis=1, keepdims=True)", "db2 = 1/m * np.sum(dZ2)"),
        ("(1 - np.power(A1, 2))", "(1 - np.power(Z1, 2))"),
        ("(1 - np.power(A1, 2))", "(1 - A1)"),
        ("dZ1 = np.dot(W2.T, dZ2)", "dZ1 = np.dot(W2, dZ2)"),
        ("dW1 = 1/m * np.dot(dZ1, X.T)", "dW1 = 1/m * np.dot(X, dZ1.T)"),
        ("db1 = 1/m * np.sum(dZ1", "db1 = 1/m * np.sum(dZ2"),
        ("W2 = W2 - learning_rate", "W2 = W2 + learning_rate"),
    ],
    "mean": [
        ("d_W2 = h.T.dot(d_out)", "d_W2 = -h.T.dot(d_out)"),
        ("d_b2 = d_out.sum(axis=0)", "d_b2 = d_out.mean(axis=0)"),
        ("d_h = d_out.dot(W2.T)", "d_h = -d_out.dot(W2.T)"),
        ("d_pre = d_h * (1 - h ** 2)", "d_pre = d_h"),
        ("d_pre = d_h * (1 - h ** 2)", "d_pre = d_h * (1 - h)"),
        ("d_pre = d_h * (1 - h ** 2)", "d_pre = d_h * h * (1 - h)"),
        ("d_pre = d_h * (1 - h ** 2)", "d_pre = d_h * (1 + h ** 2)"),
        ("d_W1 = X.T.dot(d_pre)", "d_W1 = X.T.dot(d_h)"),
        ("d_b1 = d_pre.sum(axis=0)", "d_b1 = d_h.sum(axis=0)"),
        ("W2 -= lr * d_W2", "W2 += lr * d_W2"),
        ("d_h = d_out.dot(W2.T)", "W2 -= lr * d_W2\n    d_h = d_out.dot(W2.T)"),
    ],
    "softmax": [
        ("dz2 = (probs - Y) / m", "dz2 = (probs - Y) * probs * (1 - probs) / m"),
        ("dW2 = a1.T @ dz2", "dW2 = z1.T @ dz2"),
        ("dW2 = a1.T @ dz2", "dW2 = a1.T @ dz2 / m"),
        ("db2 = np.sum(dz2, axis=0)", "db2 = np.sum(dz2, axis=1)"),
        ("dz1 = da1 * (z1 > 0)", "dz1 = da1"),
        ("dz1 = da1 * (z1 > 0)", "dz1 = da1 * a1"),
        ("dz1 = da1 * (z1 > 0)", "dz1 = da1 * (z1 < 0)"),
        ("dW1 = X.T @ dz1", "dW1 = X.T @ da1"),
        ("db1 = np.sum(dz1, axis=0)", "db1 = np.sum(da1, axis=0)"),
        ("W1 -= lr * dW1", "W1 += lr * dW1"),
        ("da1 = dz2 @ W2.T", "da1 = W2 @ dz2"),
    ],
    "tanh3": [
        ("delta3 = z3 - t", "delta3 = (z3 - t) * (1 - z3**2)"),
        ("* (1 - a2 ** 2)", "* (1 - a2)"),
        ("* (1 - a2 ** 2)", "* (1 - z2 ** 2)"),
        ('params["W2"].T @ delta2', 'params["W2"] @ delta2'),
        ('params["W2"].T @ delta2) * (1 - a1 ** 2)', 'params["W2"].T @ delta2)'),
        ('grads["W2"] = np.outer(delta2, a1)', 'grads["W2"] = np.outer(a1, delta2)'),
        ('grads["W3"] = np.outer(delta3, a2)', 'grads["W3"] = np.outer(delta3, z2)'),
        ('grads["W1"] = np.outer(delta1, x)', 'grads["W1"] = -np.outer(delta1, x)'),
        ('grads["b1"] = delta1', 'grads["b1"] = 2 * delta1'),
        ("params[key] - lr", "params[key] + lr"),
    ],
    "class": [
        (
            "self.out_delta = self.error * self.sigmoid_prime(self.out)",
            "self.out_delta = self.error * self.sigmoid_prime(self.z2)",
        ),
        (
            "self.out_delta = self.error * self.sigmoid_prime(self.out)",
            "self.out_delta = self.error * self.sigmoid(self.z2)",
        ),
        ("self.dW2 = self.a1.T.dot(self.out_delta)", "self.dW2 = self.z1.T.dot(self.out_delta)"),
        ("self.a1_error = self.out_delta.dot(self.W2.T)", "self.a1_error = self.error.dot(self.W2.T)"),
        ("self.a1_error * self.sigmoid_prime(self.a1)", "self.a1_error * self.sigmoid_prime(self.z1)"),
        ("self.a1_error * self.sigmoid_prime(self.a1)", "self.a1_error"),
        ("self.dW1 = X.T.dot(self.a1_delta)", "self.dW1 = X.T.dot(self.a1_error)"),
        ("self.dW1 = X.T.dot(self.a1_delta)", "self.dW1 = 2 * X.T.dot(self.a1_delta)"),
        ("self.W1 -= self.lr", "self.W1 += self.lr"),
        ("np.sum(self.a1_delta, axis=0, keepdims=True)", "np.sum(self.a1_error, axis=0, keepdims=True)"),
    ],
    "dictionary": [
        ("dZ2 = A2 - Y", "dZ2 = (A2 - Y) * A2"),
        ("dW2 = np.dot(dZ2, A1.T) / m", "dW2 = np.dot(dZ2, A1.T)"),
        ("db2 = np.sum(dZ2, axis=1, keepdims=True) / m", "db2 = np.sum(dZ2, axis=0, keepdims=True) / m"),
        ("1 - np.power(A1, 2))", "1 - A1)"),
        ("dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))", "dZ1 = np.dot(W2.T, dZ2)"),
        ("dW1 = np.dot(dZ1, X.T) / m", "dW1 = np.dot(dZ1, A1.T) / m"),
        ("db1 = np.sum(dZ1, axis=1, keepdims=True) / m", "db1 = -np.sum(dZ1, axis=1, keepdims=True) / m"),
        ('parameters["W1"] - learning_rate * grads["dW1"]', 'parameters["W1"] + learning_rate * grads["dW1"]'),
        ('"dW1": dW1, "db1": db1', '"dW1": dW1, "db1": dW1.sum(axis=1, keepdims=True)'),
    ],
    "in_place": [
        ("l2_delta = l2_error * (l2 * (1 - l2))", "l2_delta = l2_error * (l2 * (1 + l2))"),
        ("l1_delta = l1_error * (l1 * (1 - l1))", "l1_delta = l1_error"),
        ("l1_delta = l1_error * (l1 * (1 - l1))", "l1_delta = l1_error * (l2 * (1 - l2))"),
        ("l1_error = l2_delta @ syn1.T", "l1_error = l2_error @ syn1.T"),
        ("    l1_error = l2_delta @ syn1.T", "    syn1 += l1.T @ l2_delta\n    l1_error = l2_delta @ syn1.T"),
        ("syn1 += l1.T @ l2_delta", "syn1 -= l1.T @ l2_delta"),
        ("syn0 += X.T @ l1_delta", "syn0 += X.T @ l1_error"),
        ("l1_delta = l1_error * (l1 * (1 - l1))", "l1_delta = l1_error * (1 - l1**2)"),
    ],
    "relu": [
        ("dscores[range(num_examples), y] -= 1", "dscores[range(num_examples), y] += 1"),
        ("dW2 = np.dot(hidden_layer.T, dscores)", "dW2 = 2 * np.dot(hidden_layer.T, dscores)"),
        ("db2 = np.sum(dscores, axis=0, keepdims=True)", "db2 = np.sum(dscores, axis=1, keepdims=True)"),
        ("dhidden[hidden_layer <= 0] = 0\n", ""),
        ("dhidden[hidden_layer <= 0] = 0", "dhidden[hidden_layer > 0] = 0"),
        ("dW = np.dot(X.T, dhidden)", "dW = np.dot(dhidden.T, X)"),
        ("db = np.sum(dhidden, axis=0, keepdims=True)", "db = np.mean(dhidden, axis=0, keepdims=True)"),
        ("W += -step_size * dW\n", "W += step_size * dW\n"),
        ("dhidden = np.dot(dscores, W2.T)", "dhidden = np.dot(dscores, W2)"),
    ],
    "layers": [
        (
            "delta = (activations[-1] - y) * sigmoid_prime(zs[-1])",
            "delta = (activations[-1] - y) * sigmoid_prime(activations[-1])",
        ),
        ("nabla_w[-1] = np.dot(delta, activations[-2].transpose())", "nabla_w[-1] = np.dot(delta, zs[-2].transpose())"),
        ("nabla_b[-1] = delta", "nabla_b[-1] = -delta"),
        ("self.weights[-l+1].transpose()", "self.weights[-l+1]"),
        ("delta) * sp", "delta)"),
        (
            "nabla_w[-l] = np.dot(delta, activations[-l-1].transpose())",
            "nabla_w[-l] = np.dot(delta, activations[-l].transpose())",
        ),
        ("sp = sigmoid_prime(z)", "sp = sigmoid_prime(activations[-l])"),
        ("sigmoid(z) * (1 - sigmoid(z))", "sigmoid(z) * (1 + sigmoid(z))"),
    ],
    "logistic": [
        ("dw = (1/m) * np.dot(X.T, (y_hat - y))", "dw = np.dot(X.T, (y_hat - y))"),
        ("dw = (1/m) * np.dot(X.T, (y_hat - y))", "dw = (1/m) * np.dot(X, (y_hat - y))"),
        ("dw = (1/m) * np.dot(X.T, (y_hat - y))", "dw = (1/m) * np.dot(X.T, (y - y_hat))"),
        ("dw = (1/m) * np.dot(X.T, (y_hat - y))", "dw = (1/m) * np.dot(X.T, (z - y))"),
        ("dw = (1/m) * np.dot(X.T, (y_hat - y))", "dw = (1/m) * np.dot(X.T, (y_hat - y) * y_hat)"),
        ("db = (1/m) * np.sum(y_hat - y)", "db = (1/m) * np.sum(y - y_hat)"),
        ("db = (1/m) * np.sum(y_hat - y)", "db = np.sum(y_hat - y)"),
        ("w = w - alpha * dw", "w = w + alpha * dw"),
    ],
}
