"""Forward equations that cannot be part of a network, because they need what they define."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.check.points import has_partial
from sheetgrad.expr import Expr, Ref, Row, references
from sheetgrad.read.names import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.read.claims import Claim


def circular(claims: Iterable[Claim]) -> dict[str, Expr]:
    """Forward equations that name what they define: `S = s1 + S`, where another name was meant."""
    found: dict[str, Expr] = {}
    for claim in claims:
        first, second = claim.members[0].value, claim.members[1].value
        if claim.spelling or not isinstance(first, Ref) or second is None or has_partial(second):
            continue
        uses = [] if isinstance(second, Row) else references(second)
        trained = re.match(r"[wWbB]|v\d", first.symbol.name) or any(canonical(u.symbol.name) == "eta" for u in uses)
        if first in uses and len(uses) > 1 and not trained:
            found.setdefault(first.symbol.name, second)
    return found
