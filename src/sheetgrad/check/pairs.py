"""One equality under judgement: its two sides, and the verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetgrad.check.findings import Verdict
    from sheetgrad.check.points import Values
    from sheetgrad.expr import Expr
    from sheetgrad.read.claims import Member
    from sheetgrad.read.folding import Slip


NEW = re.compile(r"^(?:new|New|updated)_?(.+)$|^(.+?)_?(?:new|New|NEW|updated|\+)$")


@dataclass
class Side:
    """A member under the network's names, with its values; `reason` says why there are none."""

    member: Member
    node: Expr | None = None
    values: Values | None = None
    reason: str = ""
    slips: tuple[Slip, ...] = ()


@dataclass
class Pair:
    """One equality: the verdict, which side is blamed, and why."""

    left: Side
    right: Side
    verdict: Verdict
    blamed: Side | None = None
    reason: str = ""
    slips: tuple[Slip, ...] = ()
