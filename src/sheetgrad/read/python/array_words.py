"""The names of NumPy's functions by what they do, and other libraries' names for them."""

from __future__ import annotations

ALIASES = {
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "expit": "sigmoid",
    "logistic": "sigmoid",
    "relu": "relu",
    "abs": "absolute",
    "fabs": "absolute",
    "amax": "max",
    "amin": "min",
    "pow": "power",
    "float_power": "power",
    "true_divide": "divide",
    "vdot": "dot",
    "mm": "matmul",
    "mv": "matmul",
    "bmm": "matmul",
    "clamp": "clip",
    "mul": "multiply",
    "sub": "subtract",
    "div": "divide",
    "neg": "negative",
    "gt": "greater",
    "ge": "greater_equal",
    "lt": "less",
    "le": "less_equal",
    "t": "transpose",
    "view": "reshape",
    "unsqueeze": "expand_dims",
    "cat": "concatenate",
    "tensor": "array",
    "from_numpy": "array",
    "asnumpy": "array",
    "as_tensor": "array",
    "clone": "copy",
    "detach": "copy",
    "contiguous": "copy",
    "double": "copy",
    "numpy": "copy",
    "cpu": "copy",
    "to": "copy",
    "requires_grad_": "copy",
    "numel": "size",
}
WORDS = {"dim": "axis", "keepdim": "keepdims", "min": "a_min", "max": "a_max"}
"""Names of arguments in PyTorch, and NumPy's."""
UNARY = frozenset(
    [
        "exp",
        "log",
        "sqrt",
        "tanh",
        "square",
        "negative",
        "absolute",
        "log1p",
        "expm1",
        "sin",
        "cos",
        "sinh",
        "cosh",
        "log2",
        "log10",
        "reciprocal",
        "sigmoid",
        "sign",
        "logical_not",
    ]
)
BINARY = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "power",
        "maximum",
        "minimum",
        "dot",
        "matmul",
        "outer",
        "inner",
        "greater",
        "greater_equal",
        "less",
        "less_equal",
        "equal",
        "not_equal",
        "logical_and",
        "logical_or",
        "heaviside",
    ]
)
REDUCE = frozenset({"sum", "mean", "prod", "max", "min", "argmax"})
SAME = frozenset(
    [
        "array",
        "asarray",
        "copy",
        "float64",
        "float32",
        "ascontiguousarray",
        "astype",
        "item",
        "tolist",
        "asanyarray",
        "nan_to_num",
        "float",
        "matrix",
        "round",
    ]
)
MAKE = {"zeros": 0.0, "ones": 1.0, "empty": 0.0, "full": 0.0}
SIZED = frozenset({"zeros", "ones", "empty"})
RANDOM = frozenset(
    ["randn", "rand", "random", "random_sample", "normal", "uniform", "standard_normal", "randint", "sample"]
)
SHAPE = frozenset(
    {"reshape", "transpose", "squeeze", "expand_dims", "ravel", "flatten", "swapaxes", "repeat", "tile", "diag"}
)
JOIN = frozenset({"concatenate", "hstack", "vstack", "stack"})
