"""Functions that libraries give a name to, made of simpler operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheetgrad.read.python.session import Session
    from sheetgrad.read.python.tape import Node


def relu(session: Session, x: Node, axis: Any) -> Node:  # noqa: ANN401 -- an axis or none
    """The larger of x and 0."""
    del axis
    return session.tape.record("maximum", x, 0.0)


def softmax(session: Session, x: Node, axis: Any) -> Node:  # noqa: ANN401 -- an axis or none
    """Shares that add up to 1 along an axis."""
    powers = _powers(session, x, axis)
    return session.tape.record("divide", powers, session.tape.record("sum", powers, axis=axis, keepdims=True))


def log_softmax(session: Session, x: Node, axis: Any) -> Node:  # noqa: ANN401 -- an axis or none
    """Their logarithms."""
    return session.tape.record("log", softmax(session, x, axis))


def logsumexp(session: Session, x: Node, axis: Any) -> Node:  # noqa: ANN401 -- an axis or none
    """The logarithm of the sum of powers, without the axis."""
    return session.tape.record("log", session.tape.record("sum", session.tape.record("exp", x), axis=axis))


def _powers(session: Session, x: Node, axis: Any) -> Node:  # noqa: ANN401 -- an axis or none
    largest = session.tape.record("max", x, axis=axis, keepdims=True)
    return session.tape.record("exp", session.tape.record("subtract", x, largest))
