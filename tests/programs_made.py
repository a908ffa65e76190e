# ruff: noqa: E501, E731, E741, PLR0917, RUF007 -- l is a layer, and three spellings stand side by side
# mypy: disable-error-code="no-untyped-call,arg-type,no-untyped-def"
"""Right backward passes made by rule, in several hands and sizes, with what may be exchanged in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SAMPLES = 6
SLOPES = {"sigmoid": "{a} * (1 - {a})", "tanh": "(1 - {a} ** 2)", "relu": "({z} > 0)"}
OTHER_SLOPES = {"sigmoid": "(1 - {a} ** 2)", "tanh": "{a} * (1 - {a})", "relu": "{a} * (1 - {a})"}
FORWARD = {"sigmoid": "1 / (1 + np.exp(-{z}))", "tanh": "np.tanh({z})", "relu": "np.maximum(0, {z})", "": "{z}"}


@dataclass(frozen=True)
class Program:
    """A program, and what the benchmark needs to know about it."""

    name: str
    text: str
    start: dict[str, Any]
    backward: tuple[int, ...]
    """Lines that hold a gradient or an update."""
    pairs: tuple[tuple[str, str], ...]
    """Weights of `start`, and where their gradients are to be read."""
    forward_text: str
    loss: str
    weights: tuple[str, ...] = ()
    """Where the new weights are to be read."""
    early: tuple[tuple[int, int], ...] = ()
    """An update, and the line before which it is made too early."""
    swaps: tuple[tuple[str, str, str], ...] = ()
    """A name, what may be written for it, and what mistake that is."""
    texts: tuple[tuple[str, str, str], ...] = ()
    gradients: tuple[str, ...] = field(default=())

    def values(self) -> dict[str, Any]:
        """The numbers to run it with."""
        return {name: np.array(value) for name, value in self.start.items()} | {"np": np, "lr": 0.3}

    def read(self, names: dict[str, Any], name: str) -> Any:
        """What a name stands for after a run."""
        return eval(name, names)  # noqa: S307 -- a name of our own


@dataclass(frozen=True)
class Hand:
    """How somebody spells things."""

    weight: str = "{k}{l}"
    value: str = "{k}{l}"
    gradient: str = "d{k}{l}"
    columns: bool = False
    product: str = "{0} @ {1}"
    mean: bool = False
    separate: bool = True
    wrap: str = ""


Spell = Callable[[str, int], str]


def _numbers(sizes: tuple[int, ...], hand: Hand, out: str) -> dict[str, Any]:
    draw = np.random.default_rng(3)
    made: dict[str, Any] = {
        "X": draw.normal(size=(SAMPLES, sizes[0])),
        "y": draw.uniform(0.2, 0.8, (SAMPLES, sizes[-1])),
    }
    if out == "softmax":
        made["y"] = np.eye(sizes[-1])[np.arange(SAMPLES) % sizes[-1]]
    for layer, (left, right) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), 1):
        made[f"W{layer}"] = draw.normal(size=(left, right))
        made[f"b{layer}"] = draw.normal(size=(1, right) if hand.columns else right)
    return {name: value.T if hand.columns else value for name, value in made.items()}


def layered(name: str, hand: Hand, sizes: tuple[int, ...], hidden: str, out: str, *, update: bool = True) -> Program:
    """A network of dense layers: `out` is "" with the squared error, "sigmoid" or "softmax" with cross-entropy."""
    last = len(sizes) - 1
    weight = lambda k, l: hand.weight.format(k=k, l=l)
    value = lambda k, l: hand.value.format(k=k, l=l) if (k, l) != ("a", 0) else "X"
    grad = lambda k, l: hand.gradient.format(k=k, l=l) if k in "Wb" else hand.value.format(k=f"d{k}", l=l)
    forward = list(_forward(hand, last, hidden, out, weight, value))
    backward, slots = _backward(hand, last, hidden, out, weight, value, grad)
    updates = [f"{weight(k, l)} -= lr * {grad(k, l)}" for l in range(1, last + 1) for k in "Wb"] if update else []
    text, first, forward_text = _wrapped(hand, last, forward, backward, updates)
    lines = text.split("\n")
    numbers = [n for n, line in enumerate(lines, 1) if n >= first and re.match(r"\s*\S+(\[.*\])? [-+]?= ", line)]
    numbers = [n for n in numbers if not re.match(r"\s*(net|out|m|grads|loss) = ", lines[n - 1])]
    outer = "net." if hand.wrap else ""
    read = lambda text: text.replace("self.", outer)
    where = {line.strip(): n for n, line in enumerate(lines, 1) if n >= first}
    early = [
        (where[f"{weight('W', l)} -= lr * {grad('W', l)}"], slots[l])
        for l in range(2, last + 1)
        if updates and not hand.wrap
    ]
    early = [(update_line, where[needed]) for update_line, needed in early]
    pairs = tuple((f"{k}{l}", read(grad(k, l))) for l in range(1, last + 1) for k in "Wb")
    return Program(
        name, text, _numbers(sizes, hand, out), tuple(numbers), pairs, forward_text, read(value("loss", 0)) if hand.wrap else "loss",
        tuple(read(weight(k, l)) for l in range(1, last + 1) for k in "Wb") if updates else (),
        tuple(early), tuple(_swaps(last, hidden, out, weight, value, grad)), tuple(_texts(last, hidden, value)),
        tuple(gradient for _, gradient in pairs),
    )  # fmt: skip


def _forward(hand: Hand, last: int, hidden: str, out: str, weight: Spell, value: Spell) -> Iterator[str]:
    for l in range(1, last + 1):
        sides = (weight("W", l), value("a", l - 1)) if hand.columns else (value("a", l - 1), weight("W", l))
        yield f"{value('z', l)} = {hand.product.format(*sides)} + {weight('b', l)}"
        kind = hidden if l < last else out
        if kind == "softmax":
            axis = 0 if hand.columns else 1
            yield f"e = np.exp({value('z', l)} - np.max({value('z', l)}, axis={axis}, keepdims=True))"
            yield f"{value('a', l)} = e / np.sum(e, axis={axis}, keepdims=True)"
        else:
            yield f"{value('a', l)} = {FORWARD[kind].format(z=value('z', l))}"
    a, loss = value("a", last), value("loss", 0) if hand.wrap else "loss"
    over = " / m" if hand.mean else ""
    if hand.mean:
        yield f"m = X.shape[{1 if hand.columns else 0}]"
    match out:
        case "softmax":
            yield f"{loss} = -np.sum(y * np.log({a})){over}"
        case "sigmoid":
            yield f"{loss} = -np.sum(y * np.log({a}) + (1 - y) * np.log(1 - {a})){over}"
        case _:
            yield f"{loss} = 0.5 * np.sum(({a} - y) ** 2){over}"


def _backward(hand: Hand, last: int, hidden: str, out: str, weight: Spell, value: Spell, grad: Spell) -> Any:
    del out
    lines, slots = [], {}
    axis = 1 if hand.columns else 0
    over = " / m" if hand.mean else ""
    lines.append(f"{grad('z', last)} = ({value('a', last)} - y){over}")
    for l in range(last, 0, -1):
        dz, before = grad("z", l), value("a", l - 1)
        sides = (dz, f"{before}.T") if hand.columns else (f"{before}.T", dz)
        lines.append(f"{grad('W', l)} = {hand.product.format(*sides)}")
        lines.append(
            f"{grad('b', l)} = np.sum({dz}, axis={axis}, keepdims=True)"
            if hand.columns
            else f"{grad('b', l)} = {dz}.sum(axis={axis})"
        )
        if l == 1:
            break
        sides = (f"{weight('W', l)}.T", dz) if hand.columns else (dz, f"{weight('W', l)}.T")
        product, slope = hand.product.format(*sides), SLOPES[hidden].format(a=value("a", l - 1), z=value("z", l - 1))
        if hand.separate:
            slots[l] = f"{grad('a', l - 1)} = {product}"
            lines += [slots[l], f"{grad('z', l - 1)} = {grad('a', l - 1)} * {slope}"]
        else:
            product = product if hand.product.endswith(")") else f"({product})"
            slots[l] = f"{grad('z', l - 1)} = {product} * {slope}"
            lines.append(slots[l])
    return lines, slots


def _wrapped(
    hand: Hand, last: int, forward: list[str], backward: list[str], updates: list[str]
) -> tuple[str, int, str]:
    head = ["import numpy as np"]
    if hand.weight.startswith("params"):
        head.append("params = {" + ", ".join(f'"{k}{l}": {k}{l}' for l in range(1, last + 1) for k in "Wb") + "}")
        head += ["cache = {}", "grads = {}"]
    if not hand.wrap:
        start = [*head, *forward]
        return "\n".join([*start, *backward, *updates]), len(start) + 1, "\n".join(start)
    names = [f"{k}{l}" for l in range(1, last + 1) for k in "Wb"]
    inside = lambda lines: ["        " + line for line in lines]
    rows = [
        *head,
        "class Net:",
        f"    def __init__(self, {', '.join(names)}):",
        *inside(f"self.{n} = {n}" for n in names),
    ]
    rows += ["    def forward(self, X, y):", *inside(forward), "        return " + hand.value.format(k="a", l=last)]
    first = len(rows) + 2
    rows += ["    def backward(self, X, y):", *(["        m = X.shape[0]"] if hand.mean else []), *inside(backward)]
    rows += ["    def update(self, lr):", *inside(updates)] if updates else []
    rows += [f"net = Net({', '.join(names)})", "out = net.forward(X, y)"]
    calls = ["net.backward(X, y)"] + (["net.update(lr)"] if updates else [])
    return "\n".join([*rows, *calls]), first, "\n".join(rows)


def _swaps(
    last: int, hidden: str, out: str, weight: Spell, value: Spell, grad: Spell
) -> Iterator[tuple[str, str, str]]:
    for l in range(1, last + 1):
        if l < last or out:
            yield value("a", l), value("z", l), "pre-activation"
        for other in (l - 1, l + 1):
            if 1 <= other <= last:
                yield value("a", l), value("a", other), "wrong-layer"
                yield grad("z", l), grad("z", other), "wrong-layer"
                yield weight("W", l), weight("W", other), "wrong-layer"
                yield grad("W", l), grad("W", other), "wrong-gradient"
                yield grad("b", l), grad("b", other), "wrong-gradient"
    if hidden == "relu":
        yield value("z", 1), value("z", 2), "wrong-layer"


def _texts(last: int, hidden: str, value: Spell) -> Iterator[tuple[str, str, str]]:
    for l in range(1, last):
        a, z = value("a", l), value("z", l)
        right, wrong = (ast.unparse(ast.parse(s[hidden].format(a=a, z=z), mode="eval")) for s in (SLOPES, OTHER_SLOPES))
        bracket = f"({right})" if hidden != "sigmoid" else right
        yield bracket, f"({wrong})", "wrong-slope"
        if hidden != "relu":
            yield bracket, f"{bracket} * {a}", "extra-factor"
    a = value("a", last).replace('"', "'")
    yield f"{a} - y", f"({a} - y) * {a}", "extra-factor"


# --- programs that are written out -----------------------------------------------------------------------


def scalars(hidden: str = "sigmoid") -> Program:
    """Two inputs, two hidden neurons, two outputs, every weight with a name of its own."""
    slope = {"sigmoid": "{0}*(1 - {0})", "tanh": "(1 - {0}**2)"}[hidden]
    forward = {"sigmoid": "1/(1 + np.exp(-{0}))", "tanh": "np.tanh({0})"}[hidden]
    rows = ["import numpy as np"]
    for k, (u, v) in enumerate([("w1", "w2"), ("w3", "w4")], 1):
        rows += [f"h{k} = {u}*i1 + {v}*i2", f"a_h{k} = {forward.format(f'h{k}')}"]
    for k, (u, v) in enumerate([("w5", "w6"), ("w7", "w8")], 1):
        rows += [f"o{k} = {u}*a_h1 + {v}*a_h2", f"a_o{k} = {forward.format(f'o{k}')}"]
    rows += ["E1 = 0.5*(t1 - a_o1)**2", "E2 = 0.5*(t2 - a_o2)**2", "E_total = E1 + E2"]
    first = len(rows) + 1
    delta = [f"(a_o{k} - t{k})*{slope.format(f'a_o{k}')}" for k in (1, 2)]
    outer = {"w5": (0, "a_h1"), "w6": (0, "a_h2"), "w7": (1, "a_h1"), "w8": (1, "a_h2")}
    rows += [f"dE_d{w} = {delta[k]}*{a}" for w, (k, a) in outer.items()]
    rows += [f"dE_da_h1 = {delta[0]}*w5 + {delta[1]}*w7", f"dE_da_h2 = {delta[0]}*w6 + {delta[1]}*w8"]
    inner = {"w1": (1, "i1"), "w2": (1, "i2"), "w3": (2, "i1"), "w4": (2, "i2")}
    rows += [f"dE_d{w} = dE_da_h{k}*{slope.format(f'a_h{k}')}*{i}" for w, (k, i) in inner.items()]
    weights = tuple(f"w{k}" for k in range(1, 9))
    rows += [f"{w} -= lr*dE_d{w}" for w in weights]
    draw = np.random.default_rng(5)
    start = {w: draw.normal() for w in weights} | {"i1": 0.4, "i2": -0.7, "t1": 0.3, "t2": 0.8}
    pairs = [
        (f"{b}{p}", f"{b}{q}", "wrong-index") for b in ("a_h", "a_o", "i", "t", "dE_da_h") for p, q in ((1, 2), (2, 1))
    ]
    pairs += [(f"w{p}", f"w{q}", "wrong-index") for p, q in ((5, 6), (6, 8), (7, 5), (8, 7))]
    pairs += [(f"dE_dw{p}", f"dE_dw{p % 8 + 1}", "wrong-gradient") for p in range(1, 9)]
    pairs += [(f"a_{n}", n, "pre-activation") for n in ("h1", "h2", "o1", "o2")]
    pairs += [("a_h1", "a_o1", "wrong-layer"), ("a_o2", "a_h2", "wrong-layer")]
    text = "\n".join(rows)
    both = tuple((w, f"dE_d{w}") for w in weights)
    return Program(
        f"scalars, {hidden}", text, start, tuple(range(first, len(rows) + 1)), both, "\n".join(rows[: first - 1]), "E_total",
        weights, swaps=tuple(pairs), gradients=tuple(g for _, g in both),
    )  # fmt: skip


def listed(hidden: str = "sigmoid") -> Program:
    """Lists of weights and loops over layers."""
    slope = SLOPES[hidden].format(a="a[l + 1]", z="z[l]")
    rows = [
        "import numpy as np", "W = [W1, W2, W3]", "b = [b1, b2, b3]", "L = 3", "a = [X]", "z = []",
        "for l in range(L):", "    z.append(a[l] @ W[l] + b[l])", f"    a.append({FORWARD[hidden].format(z='z[l]')})",
        "loss = 0.5 * np.sum((a[-1] - y) ** 2)", "dz = [None] * L", "dW = [None] * L", "db = [None] * L",
        f"dz[L - 1] = (a[L] - y) * {SLOPES[hidden].format(a='a[L]', z='z[L - 1]')}",
        "for l in reversed(range(L - 1)):", f"    dz[l] = (dz[l + 1] @ W[l + 1].T) * {slope}",
        "for l in range(L):", "    dW[l] = a[l].T @ dz[l]", "    db[l] = np.sum(dz[l], axis=0)",
        "for l in range(L):", "    W[l] -= lr * dW[l]", "    b[l] -= lr * db[l]",
    ]  # fmt: skip
    lines = (14, 16, 18, 19, 21, 22)
    swaps = [
        ("a[l + 1]", "a[l]", "wrong-layer"),
        ("a[l + 1]", "z[l]", "pre-activation"),
        ("a[l]", "a[l + 1]", "wrong-layer"),
    ]
    swaps += [("a[L]", "z[L - 1]", "pre-activation"), ("W[l + 1]", "W[l]", "wrong-layer")]
    pairs = tuple((f"{k}{l}", f"d{k}[{l - 1}]") for l in (1, 2, 3) for k in "Wb")
    return Program(
        f"lists and loops, {hidden}", "\n".join(rows), _numbers((3, 5, 4, 2), Hand(), ""), lines, pairs, "\n".join(rows[:10]),
        "loss", tuple(f"{k}[{l}]" for l in range(3) for k in "Wb"), swaps=tuple(swaps), gradients=tuple(g for _, g in pairs),
    )  # fmt: skip


def recurrent() -> Program:
    """Weights that are shared by the steps of time."""
    rows = [
        "import numpy as np", "T = 3", "h = {-1: np.zeros((4, 1))}", "o = {}", "loss = 0", "for t in range(T):",
        "    h[t] = np.tanh(Wx @ xs[t] + Wh @ h[t - 1] + bh)", "    o[t] = Wy @ h[t] + by",
        "    loss += 0.5 * np.sum((o[t] - ys[t]) ** 2)",
        "dWx, dWh, dWy = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wy)",
        "dbh, dby = np.zeros_like(bh), np.zeros_like(by)", "dnext = np.zeros((4, 1))", "for t in reversed(range(T)):",
        "    do = o[t] - ys[t]", "    dWy += do @ h[t].T", "    dby += do", "    dh = Wy.T @ do + dnext",
        "    dz = dh * (1 - h[t] ** 2)", "    dWx += dz @ xs[t].T", "    dWh += dz @ h[t - 1].T", "    dbh += dz",
        "    dnext = Wh.T @ dz", "Wx -= lr * dWx", "Wh -= lr * dWh", "Wy -= lr * dWy", "bh -= lr * dbh", "by -= lr * dby",
    ]  # fmt: skip
    draw = np.random.default_rng(9)
    start = {"Wx": draw.normal(size=(4, 3)), "Wh": draw.normal(size=(4, 4)), "Wy": draw.normal(size=(2, 4))}
    start |= {"bh": draw.normal(size=(4, 1)), "by": draw.normal(size=(2, 1))}
    start |= {"xs": draw.normal(size=(3, 3, 1)), "ys": draw.normal(size=(3, 2, 1))}
    names = ("Wx", "Wh", "Wy", "bh", "by")
    swaps = [("h[t - 1]", "h[t]", "wrong-layer"), ("h[t]", "h[t - 1]", "wrong-layer"), ("Wh", "Wy", "wrong-layer")]
    swaps += [("dz", "dh", "wrong-quantity"), ("dWx", "dWy", "wrong-gradient")]
    pairs = tuple((n, f"d{n}") for n in names)
    return Program(
        "recurrent", "\n".join(rows), start, tuple(range(14, 28)), pairs, "\n".join(rows[:9]), "loss", names,
        swaps=tuple(swaps), gradients=tuple(g for _, g in pairs),
    )  # fmt: skip


def optimized(kind: str) -> Program:
    """Two layers and an optimizer that remembers, for three steps."""
    base = layered("", Hand(), (3, 4, 2), "tanh", "", update=False)
    names = ("W1", "b1", "W2", "b2")
    start, step = OPTIMIZERS[kind]
    lines = base.text.split("\n")
    rows = [lines[0], *(line.replace("P", n) for n in names for line in start), "for t in range(1, 4):"]
    rows += ["    " + line for line in lines[1:]]
    first = len(rows) + 1
    rows += ["    " + line.replace("P", n) for n in names for line in step]
    swaps: list[tuple[str, str, str]] = []
    if kind == "adam":
        swaps = [("beta1", "beta2", "wrong-index"), ("beta2", "beta1", "wrong-index")]
    swaps += [(f"{k}W1", f"{k}W2", "wrong-gradient") for k in ("v", "m", "d")]
    texts = [("beta1 ** t", "beta1", "lost-power"), ("beta2 ** t", "beta2", "lost-power")] if kind == "adam" else []
    settings = {"mu": 0.9, "beta": 0.9, "beta1": 0.9, "beta2": 0.99, "wd": 0.01}
    return Program(
        kind, "\n".join(rows), base.start | settings, tuple(range(first, len(rows) + 1)), (), "", "loss", names,
        swaps=tuple(swaps), texts=tuple(texts), gradients=tuple(f"d{n}" for n in names),
    )  # fmt: skip


V, M = ["vP = np.zeros_like(P)"], ["mP = np.zeros_like(P)"]
OPTIMIZERS = {
    "momentum": (V, ["vP = mu * vP + dP", "P -= lr * vP"]),
    "momentum with a mean": (V, ["vP = beta * vP + (1 - beta) * dP", "P -= lr * vP"]),
    "velocity": (V, ["vP = mu * vP - lr * dP", "P += vP"]),
    "rmsprop": (V, ["vP = beta * vP + (1 - beta) * dP ** 2", "P -= lr * dP / (np.sqrt(vP) + 1e-8)"]),
    "weight decay": ([], ["P -= lr * (dP + wd * P)"]),
    "adam": (
        M + V,
        [
            "mP = beta1 * mP + (1 - beta1) * dP", "vP = beta2 * vP + (1 - beta2) * dP ** 2",
            "m_hat = mP / (1 - beta1 ** t)", "v_hat = vP / (1 - beta2 ** t)", "P -= lr * m_hat / (np.sqrt(v_hat) + 1e-8)",
        ],
    ),
}  # fmt: skip

DOT = "np.dot({0}, {1})"
DICTIONARY = {"weight": 'params["{k}{l}"]', "value": 'cache["{k}{l}"]', "gradient": 'grads["{k}{l}"]'}
OBJECT = {"weight": "self.{k}{l}", "value": "self.{k}{l}", "gradient": "self.d{k}{l}", "wrap": "class"}

HANDS: tuple[Program, ...] = (
    layered("rows, 2, sigmoid", Hand(), (3, 4, 2), "sigmoid", ""),
    layered("rows, 3, tanh", Hand(separate=False), (3, 5, 4, 2), "tanh", ""),
    layered("rows, 4, relu", Hand(mean=True), (3, 5, 4, 7, 2), "relu", "softmax"),
    layered(
        "rows, 3, sigmoid, mean",
        Hand(product="{0}.dot({1})", mean=True, separate=False),
        (3, 5, 4, 2),
        "sigmoid",
        "softmax",
    ),
    layered("columns, 2, tanh", Hand(columns=True, product=DOT, mean=True), (3, 4, 2), "tanh", "sigmoid"),
    layered("columns, 3, relu", Hand(columns=True, product=DOT, separate=False), (3, 5, 4, 2), "relu", "sigmoid"),
    layered("columns, 4, sigmoid", Hand(columns=True), (3, 5, 4, 7, 2), "sigmoid", ""),
    layered("object, 2, sigmoid", Hand(**OBJECT), (3, 4, 2), "sigmoid", ""),
    layered("object, 3, tanh", Hand(**OBJECT, separate=False), (3, 5, 4, 2), "tanh", "softmax"),
    layered("dictionary, 2, relu", Hand(**DICTIONARY), (3, 4, 2), "relu", "softmax"),
    layered("dictionary, 3, tanh", Hand(**DICTIONARY, columns=True, separate=False), (3, 5, 4, 2), "tanh", "sigmoid"),
    scalars(),
    scalars("tanh"),
    listed(),
    listed("tanh"),
    recurrent(),
    *(optimized(kind) for kind in OPTIMIZERS),
)


# --- other ways to write the same ------------------------------------------------------------------------


class _Rewritten(ast.NodeTransformer):
    def __init__(self, rule: Callable[[ast.expr], ast.expr]) -> None:
        self.rule = rule

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        return self.rule(node) if isinstance(node, ast.expr) else node


def _exchanged(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add):
        return ast.BinOp(node.right, node.op, node.left)
    return node


def _dotted(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return ast.Call(ast.Attribute(node.left, "dot", ast.Load()), [node.right], [])
    return node


def _matmul(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return ast.Call(ast.parse("np.matmul", mode="eval").body, [node.left, node.right], [])
    return node


def _einsum(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        letters = ast.Constant("ij,jk->ik")
        return ast.Call(ast.parse("np.einsum", mode="eval").body, [letters, node.left, node.right], [])
    return node


def _factored(node: ast.expr) -> ast.expr:
    text = ast.unparse(node)
    if found := re.fullmatch(r"1 - (.+) \*\* 2", text):
        return ast.parse(f"(1 - {found[1]}) * (1 + {found[1]})", mode="eval").body
    return node


def _turned(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and not isinstance(node.left, ast.Constant):
        return ast.UnaryOp(ast.USub(), ast.BinOp(node.right, ast.Sub(), node.left))
    return node


REWRITINGS: dict[str, Callable[[ast.expr], ast.expr]] = {
    "reordered": _exchanged, "dot": _dotted, "matmul": _matmul, "einsum": _einsum, "factored": _factored, "turned": _turned,
}  # fmt: skip
NAMES = {
    "renamed": [(r"\bz(\d)", r"pre\1"), (r"\ba(\d)", r"act\1"), (r"\bdz(\d)", r"dpre\1"), (r"\bda(\d)", r"dact\1")],
    "capitals": [(r"\bz(\d)", r"Z\1"), (r"\ba(\d)", r"A\1"), (r"\bdz(\d)", r"dZ\1"), (r"\bda(\d)", r"dA\1")],
    "underscores": [(r"\bd([Wbza])(\d)", r"d_\1\2")],
}


def lookalikes(program: Program) -> Iterator[tuple[str, str]]:
    """The same program written otherwise: each way on its own, and some of them together."""
    kinds = list(REWRITINGS)
    seen = {ast.unparse(ast.parse(program.text))}
    for chosen in [*([kind] for kind in kinds), *([a, b] for a, b in zip(kinds, kinds[2:], strict=False))]:
        text = program.text
        for kind in chosen:
            text = _backward_rewritten(program, text, REWRITINGS[kind])
        if text not in seen:
            seen.add(text)
            yield " and ".join(chosen), text
    for kind, changes in NAMES.items():
        text = program.text
        for pattern, new in changes:
            text = re.sub(pattern, new, text)
        if text not in seen and text != program.text:
            seen.add(text)
            yield kind, text
    spelled = re.sub(r"^(\s*)(\S+) -= lr ?\* ?(.+)$", r"\1\2 = \2 - lr * (\3)", program.text, flags=re.MULTILINE)
    if spelled != program.text:
        yield "updates spelled out", spelled


def _backward_rewritten(program: Program, text: str, rule: Callable[[ast.expr], ast.expr]) -> str:
    lines = text.split("\n")
    for number in program.backward:
        line = lines[number - 1]
        indent = line[: len(line) - len(line.lstrip())]
        statement = ast.parse(line.strip()).body[0]
        statement.value = _Rewritten(rule).visit(statement.value)  # type: ignore[attr-defined]
        lines[number - 1] = indent + ast.unparse(ast.fix_missing_locations(statement))
    return "\n".join(lines)
