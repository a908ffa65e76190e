"""Numbers that the author chose are replaced by others that nobody chose, where the name is that of a quantity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.memories import constant
from sheetgrad.read.python.names import BIAS, RATE, SCALAR_PARAMETER, SETTING, TARGET, WEIGHT, claim, plain
from sheetgrad.read.python.session import is_number
from sheetgrad.read.python.shapes import is_data
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import Deferred

if TYPE_CHECKING:
    from sheetgrad.read.python.session import Session


def freed(session: Session, key: str, value: Any) -> Any:  # noqa: ANN401 -- whatever an expression may be
    """The same with numbers that nobody chose in the place of the author's, where the name is a leaf's."""
    if claim(key) is not None:
        return value
    if is_number(value) or (isinstance(value, Node) and not value.name and constant(value)):
        session.started.add(key)
    if isinstance(value, Deferred) and value.like is not None and value.node is None:
        session.started.add(key)
        value.memory = key if key in session.memories else ""
        return value
    if key in session.memories:
        return session.memory(key, value)
    if is_number(value) and plain(key) in session.counters and plain(key) not in session.indices:
        return session.count(key)
    if isinstance(value, list) and not may_be_leaf(session, key) and not all(is_number(part) for part in value):
        return [remembered(session, f"{key}[{place}]", part) for place, part in enumerate(value)]
    if isinstance(value, dict):
        return {place: freed(session, f"{key}[{place!r}]", part) for place, part in list(value.items())[:64]}
    if not may_be_leaf(session, key):
        return value
    if isinstance(value, list):
        if all(is_number(part) for part in value) and not session.scalar:
            return value
        return [freed(session, f"{key}[{place}]", part) for place, part in enumerate(value[:64])]
    if is_number(value) and not isinstance(value, bool):
        wanted = isinstance(value, float) or session.scalar
        scalar = SCALAR_PARAMETER.fullmatch(re.sub(r"\[\d+\]", "1", plain(key))) or plain(key) in session.bases
        return session.leaf(key, ()) if wanted and scalar else value
    if isinstance(value, Node) and constant(value) and not (value.name in session.deferred or value.name == key):
        if (
            value.value.dtype.kind in "iu"
            and (plain(key) in session.indices or not is_data(key))
            and not TARGET.fullmatch(plain(key))
        ):
            return value
        if value.value.dtype.kind in "iu" and plain(key) in session.indices:
            return value
        return session.leaf(key, value.shape)
    return value


def remembered(session: Session, key: str, value: Any) -> Any:  # noqa: ANN401 -- whatever an expression may be
    """The same with what an optimizer remembers in the place of the constant that it begins at."""
    if isinstance(value, list | dict):
        return value
    if isinstance(value, Deferred) and value.like is not None:
        return freed(session, key, value)
    if isinstance(value, Node) and not value.name and constant(value):
        session.started.add(key)
    return session.memory(key, value) if key in session.memories else value


def may_be_leaf(session: Session, key: str) -> bool:
    """Whether a name is one of an input, a target or a parameter."""
    name = re.sub(r"\[\d+\]$", "", plain(key))
    if RATE.fullmatch(name) or name in session.indices or (SETTING.fullmatch(name) and name not in session.bases):
        return False
    kinds = (WEIGHT, BIAS, TARGET)
    return (
        name in session.bases
        or is_data(name)
        or any(kind.fullmatch(name) for kind in kinds)
        or (bool(SCALAR_PARAMETER.fullmatch(re.sub(r"\[\d+\]$", "1", plain(key)))))
    )
