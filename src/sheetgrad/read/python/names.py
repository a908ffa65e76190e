"""What a name says about itself: a gradient, a loss, a target, a weight."""

from __future__ import annotations

import re
from typing import NamedTuple

LOSS = re.compile(
    r"(?:total_?|mean_?|avg_?|train(?:ing)?_?|data_?|compute_?|calc(?:ulate)?_?)*"
    r"(?:loss(?:es)?|cost|error|err|mse|sse|bce|nll|cross_?entropy|binary_?cross_?entropy|objective|E|L|J|C)"
    r"(?:_?(?:total|tot|sum|mean|t|T|all|fn|func|function|value|val|entropy))*\d*",
)
LOSS_IN_NAME = r"(?:E|L|J|C|loss|Loss|cost|Cost|error|Error|err)(?:_?(?:total|tot|Total|T))?"
TARGET = re.compile(
    r"(?:(?:y|t|target|label|truth|expected|desired)s?(?:_?(?:true|train|hot|batch|\w?\d*))?|Y|T|one_?hot\w*)_?\d*",
    re.IGNORECASE,
)
PREDICTED = re.compile(r"y_?_?(?:hat|pred|out)\w*", re.IGNORECASE)
BIAS = re.compile(r"(?:b|bias|biases|b_?[a-z]?\d*|bias_?\w*|\w+_bias(?:es)?)\d*", re.IGNORECASE)
WEIGHT = re.compile(
    r"(?:w|weights?|theta|syn|wts?|u|v|k|kernel)[_\d]*\w{0,3}|(?:weights?|w)_\w+|\w+_weights?", re.IGNORECASE
)
RATE = re.compile(
    r"(?:self\.)?(?:lr|eta|alpha|learning_?rate|rate|step_?size|learn_?rate|epsilon_?lr|l_?r)\w*", re.IGNORECASE
)
SETTING = re.compile(
    r"beta_?s?_?\d?|eps\w*|tiny|momentum|gamma|mu|rho|\w*decay\w*|wd|lambd\w*|lam|reg\w*|l2_?(?:reg|lam|pen|str)\w*"
)
"""What an optimizer is set to."""
SCALAR_PARAMETER = re.compile(
    r"(?:[wbixyt]|target|out|input|theta|bias|weight)_?[a-z]{0,3}_?\d+(?:_?\d+)*|[wbxyti]|target|bias|weight",
    re.IGNORECASE,
)
PASSES = re.compile(r"_|epochs?|it|iter\w*|steps?|t|ep|round|trial|n_?iter", re.IGNORECASE)
COUNT = re.compile(r"m|n|N|M|batch_?size|bs|n_?samples|num_?(?:samples|examples|train)|size", re.IGNORECASE)
SIZES = re.compile(r"(?:\w*_)?(?:sizes|layers|dims?|architecture|shape|units|layer_?dims|nodes)", re.IGNORECASE)
STATE = re.compile(r"(?:v|m|s|vel|velocity|momentum|cache|r|h)(?:_?d?[wWbB]\w*|_\w+)?\d*|\w*(?:velocity|momentum)\w*")
NOT_GRADIENTS = frozenset(
    [
        "data",
        "dot",
        "dim",
        "dims",
        "d",
        "dataset",
        "datasets",
        "delta_t",
        "default",
        "dict",
        "diff",
        "derivative",
        "derivatives",
        "den",
        "denom",
        "depth",
        "dropout",
        "decay",
        "dtype",
        "dist",
        "draw",
        "done",
        "days",
        "df",
        "digits",
        "direction",
        "display",
        "divisor",
        "dt",
        "duration",
        "dense",
        "drop",
        "dev",
        "debug",
        "dump",
        "desired",
    ]
)
PREACTIVATION = re.compile(r"(?:z|net|h|o|in|s|u|pre|logits?|scores?|v)_?\w*", re.IGNORECASE)


class Claim(NamedTuple):
    """What a name claims to be the derivative of, and by what."""

    kind: str
    """`of`: ∂(the loss)/∂base. `delta`: the same by a quantity only hinted at. `ratio`: ∂top/∂base."""
    base: str
    top: str = ""


def plain(key: str) -> str:
    """The name without the object or dictionary it is kept in: `W1` for `self.params["W1"]`."""
    key = key.rpartition(".")[2]
    while (found := re.fullmatch(r"\w+\[(['\"])(.*)\1\]", key)) or (
        found := re.fullmatch(r"(\w+)\[(\w*[A-Za-z]\w*)\]", key)
    ):
        key = found.group(2)
    return key


RATIO = re.compile(r"(?:d|partial_?|del_?)_?(?P<top>\w+?)_(?:by_?|over_?|wrt_?)?d_?(?P<base>\w+(?:\[\d+\])?)")
JOINED = re.compile(rf"d_?(?P<top>{LOSS_IN_NAME})_?d_?(?P<base>\w+(?:\[\d+\])?)")
BEFORE = re.compile(
    r"(?:(?:grads?|gradients?|g|nabla|partial|dloss|dL|dE|dJ|dC|der|deriv|dcost|derror)_|grads?(?=[A-Z])|g(?=[WB]\d?))(?P<base>\w+(?:\[\d+\])?)"
)
AFTER = re.compile(r"(?P<base>\w+?)_?(?:grads?|gradients?)(?P<index>\d*(?:\[\d+\])?)")
DELTA = re.compile(
    r"(?:delta|deltas|δ)_?(?P<base>\w*)(?P<index>\[\d+\])?|(?P<before>\w+?)_deltas?(?P<index2>\[\d+\])?", re.IGNORECASE
)
SHORT = re.compile(r"d_?(?P<base>[A-Za-z_]\w*(?:\[\d+\])?)")
HOLDER = re.compile(
    r"(?:self\.)?(?:grads?|gradients?|derivatives?|nabla|gs|grad_\w+|d_params)\[(['\"]?)(?P<key>.*)\1\]"
)


def claim(key: str) -> Claim | None:
    """What the name claims, by its looks alone; `d…` may still be an ordinary word."""
    held = HOLDER.fullmatch(key)
    name = plain(key)
    if name in NOT_GRADIENTS or PREDICTED.fullmatch(name):
        return None
    for pattern in (JOINED, RATIO):
        found = pattern.fullmatch(name)
        if found:
            top, base = found["top"], found["base"]
            if LOSS.fullmatch(top) and not re.fullmatch(r"[ELC]\d+", top):
                return Claim("of", base)
            return Claim("ratio", base, top)
    found = BEFORE.fullmatch(name)
    if found:
        return Claim("of", found["base"])
    found = AFTER.fullmatch(name)
    if found and not name.lower().startswith(("compute", "calc", "num", "check", "print")):
        return Claim("of", found["base"] + (found["index"] or ""))
    found = DELTA.fullmatch(name)
    if found:
        hint = (found["base"] or found["before"] or "") + (found["index"] or found["index2"] or "")
        return Claim("of" if WEIGHT.fullmatch(hint) and re.match(r"[wW]", hint) else "delta", hint)
    found = SHORT.fullmatch(name)
    if found and not re.fullmatch(r"d(?:ef|ata|im|ist|epth|rop|ic|if|ay|oc|raw|o_|one|esc|efa|ig|ir|uration)\w*", name):
        return Claim("of", found["base"])
    if held:
        return Claim("of", held["key"])
    return None


def short(key: str) -> bool:
    """Whether only the letter d before it makes the name look like a gradient."""
    name = plain(key)
    others = (JOINED, RATIO, BEFORE, AFTER, DELTA)
    return not HOLDER.fullmatch(key) and not any(pattern.fullmatch(name) for pattern in others)
