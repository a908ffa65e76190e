"""Judging the claims of a document: every equality gets one of five verdicts.

A chain `A = B = C` is judged pair by pair and against its anchor, the member whose
exact value is known (a quantity, or a derivative of named quantities), so that the
member that is wrong is the one blamed, once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.check.excused import excused
from sheetgrad.check.mending import mended
from sheetgrad.check.network import Network, all_references, named
from sheetgrad.check.number_sides import numbers
from sheetgrad.check.numbers import is_numeric
from sheetgrad.check.pairs import NEW, Pair, Side, is_exact
from sheetgrad.check.points import UnknownNameError, has_partial
from sheetgrad.check.rules import generic, update
from sheetgrad.check.turned import turned
from sheetgrad.expr import Expr, Partial, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.case import Repair
    from sheetgrad.check.points import Values
    from sheetgrad.read.claims import Claim, Member


@dataclass
class Judge:
    """Judges claims one after the other; what a text defines on the way is remembered."""

    network: Network
    given: dict[str, float] = field(default_factory=dict)
    """Numbers the text gives for quantities."""
    moved: bool = False
    """Whether an update has been written: numbers may belong to a later step from then on."""
    twice: bool = False
    """Whether some quantity has been given two values."""
    defined: set[str] = field(default_factory=set)
    """Names the text has made up for something."""
    spelling: dict[str, str] = field(default_factory=dict)
    """How the author writes each quantity."""
    done: set[str] = field(default_factory=set)
    """Weights whose gradient has been given, and rightly."""
    written_out: bool = False
    """Whether the claim at hand is a member of a family."""
    lost: set[str] = field(default_factory=set)
    """Quantities that the text makes from something which could not be read."""
    meant: Mapping[str, Partial] = field(default_factory=dict)
    """Names that the text makes up and defines wrongly: the derivatives that they must be."""
    repairs: dict[tuple[str, str, bool, int], Repair] = field(default_factory=dict)
    """What was found for mistakes made before."""
    recent: list[Values] = field(default_factory=list)
    """What the last claims were about, for lines that go on from further up."""

    def judge(self, claim: Claim) -> list[Pair]:
        """A verdict for every equality of the chain; what its own sentence doubts is never false."""
        pairs = self._judge(claim)
        for pair in pairs:
            if pair.verdict == "false" and (reason := excused(self, claim, pair)):
                pair.verdict, pair.blamed, pair.reason = "unread", None, reason
        return pairs

    def _judge(self, claim: Claim) -> list[Pair]:
        self.written_out = bool(claim.choice)
        for rule in (update, generic):
            pairs = rule(self, claim)
            if pairs is not None:
                self.moved |= rule is update
                return pairs
        sides = [self.side(member) for member in claim.members]
        free = self._free_names(claim)
        if free:
            return self._for_every(claim, free)
        pairs = self.pairs(sides, defined=self._defines(sides))
        if sides[0].values is not None and is_exact(sides[0].node):
            self.recent = [*self.recent[-3:], sides[0].values]
        return pairs

    def spelled(self, key: str) -> str:
        """A quantity as the author writes it."""
        return self.spelling.get(key, key)

    def learn(self, claims: list[Claim]) -> None:
        """Note how the author writes each quantity, the commonest way first come."""
        for claim in claims:
            for member in claim.members:
                for token in member.tokens:
                    key = self.network.key(token.text) if token.kind == "name" and not token.note else None
                    if key is not None:
                        self.spelling.setdefault(key, re.sub(r"[{}\s]", "", token.spelled))

    def is_update(self, claim: Claim) -> bool:
        """Whether the claim says what a weight becomes."""
        first = claim.members[0].value
        if not isinstance(first, Ref):
            return False
        return bool(NEW.match(first.symbol.name)) or update(self, claim) is not None

    def _free_names(self, claim: Claim) -> list[str]:
        """Names that the network lacks and that stand in every member: a variable, as in σ'(x) = σ(x)·(1 - σ(x))."""
        missing: list[set[str]] = []
        for member in claim.members:
            if member.value is None:
                return []
            lacking: list[str] = []
            named(member.value, self.network, lacking)
            missing.append(set(lacking))
        first = claim.members[0].value
        common = set.intersection(*missing)
        if not common or isinstance(first, Ref) or any(found - common for found in missing):
            return []
        return sorted(common)

    def _for_every(self, claim: Claim, free: list[str]) -> list[Pair]:
        """The claim with free names at random values; what does not hold for them is unread, never false."""
        points = self.network.points
        for place, name in enumerate(free):
            points.fix(name, points.drawn(place))
        pairs = self.pairs([self.side(member) for member in claim.members])
        for name in free:
            points.forget(name)
        for pair in pairs:
            if pair.verdict == "false":
                pair.verdict, pair.blamed = "unread", None
                pair.reason = f"nothing here is called {free[0]}"
        return pairs

    def is_about_it(self, claim: Claim) -> bool:
        """Whether the claim speaks of the network at all: two of its quantities, a derivative, or a value for one."""
        nodes = [member.value for member in claim.members if member.value is not None]
        if claim.choice or any(has_partial(node) for node in nodes):
            return True
        keys = [self._known(use.symbol.name) for node in nodes for use in all_references(node)]
        known = {key for key in keys if key is not None}
        alone = bool(nodes) and isinstance(nodes[0], Ref) and None not in keys
        first = bool(nodes) and isinstance(nodes[0], Ref) and keys[0] is None
        shorthand = first and keys.count(None) == 1 and not any(isinstance(node, Ref) for node in nodes[1:])
        return len(known) >= 2 or (len(known) == 1 and (alone or shorthand))

    def _known(self, name: str) -> str | None:
        """The quantity that a name stands for, or whose new value it is."""
        match = NEW.match(name)
        return self.network.key(name) or (self.network.key(match[1] or match[2]) if match else None)

    # --- one side -------------------------------------------------------------------------------

    def side(self, member: Member) -> Side:
        """A member under the network's names, with its values where they can be computed."""
        side = Side(member, slips=member.slips)
        if member.value is None:
            side.reason = member.reason
            return side
        missing: list[str] = []
        side.node = named(member.value, self.network, missing)
        if missing:
            side.reason = f"nothing here is called {missing[0]}"
            return side
        try:
            side.values = self.network.points.value(side.node)
        except UnknownNameError as unknown:
            side.reason = f"{unknown.key} cannot be computed"
        return side

    def _defines(self, sides: list[Side]) -> bool:
        """`A = …` with a name the network lacks: a value, or a new name for what follows."""
        first = sides[0].member.value
        if not isinstance(first, Ref) or sides[0].values is not None:
            return False
        right = next((side for side in sides[1:] if side.values is not None), None)
        if right is None or right.node is None:
            return False
        key = first.symbol.name
        if self._near(key):
            return False
        if key in self.meant:
            self.network.points.learn(key, self.meant[key])
            sides[0].node, sides[0].values, sides[0].reason = self.meant[key], self.network.points.values[key], ""
            self.defined.add(key)
            return False
        if right.values is not None and not is_numeric(right.node):
            self._learn(key, right.node, right.values)
            self.defined.add(key)
            sides[0].node, sides[0].values, sides[0].reason = first, right.values, ""
        return True

    def _learn(self, key: str, node: Expr, values: Values) -> None:
        """Another name for a quantity of the network, else a name of the text's own."""
        points = self.network.points
        same = next((own for own, has in points.values.items() if points.close(has, values)), None)
        if same is None:
            points.learn(key, node)
        else:
            self.network.names[key] = same

    def _near(self, key: str) -> str | None:
        """A quantity of the network whose name is one letter away."""
        return mended.near(key, self.network)

    # --- pairs ----------------------------------------------------------------------------------

    def pairs(self, sides: list[Side], *, defined: bool = False) -> list[Pair]:
        """Every side against the next and against the anchor; each wrong side is blamed once."""
        anchor = next((s.values for s in sides if s.values is not None and is_exact(s.node)), None)
        pairs: list[Pair] = []
        blamed: set[int] = set()
        for place in range(len(sides) - 1):
            left, right = sides[place], sides[place + 1]
            pair = self._pair(left, right, anchor, blamed)
            if defined and place == 0 and pair.verdict in {"true", "unread"}:
                pair.verdict = "given"
            pairs.append(pair)
        return pairs

    def _pair(self, left: Side, right: Side, anchor: Values | None, blamed: set[int]) -> Pair:
        if left.values is None or right.values is None:
            return self._without_values(left, right)
        numeric = numbers(self, left, right)
        if numeric is not None:
            return numeric
        close = self.network.points.close
        slips = tuple(dict.fromkeys((*left.slips, *right.slips)))
        if close(left.values, right.values):
            return Pair(left, right, "slip" if slips else "true", slips=slips)
        wrong = self._blame(left, right, anchor)
        if id(wrong) in blamed:
            return Pair(left, right, "true")
        if right.member.goes_on and any(close(right.values, values) for values in self.recent):
            return Pair(left, right, "true", reason="it goes on from a line further up")
        if self._sign_convention(left, right):
            return Pair(left, right, "true", reason="right where the name stands for the opposite sign")
        other = right.values if wrong is left else left.values
        repaired = (
            turned(left, right, self.network) if self.written_out else mended.by_slip(wrong.member, self.network, other)
        )
        if repaired is not None:
            return Pair(left, right, "slip", wrong, slips=(repaired,))
        blamed.add(id(wrong))
        return Pair(left, right, "false", wrong)

    def _sign_convention(self, left: Side, right: Side) -> bool:
        """Whether the two differ by the sign of a name that the text has made up, such as a δ."""
        names = {
            use.symbol.name for side in (left, right) if side.node is not None for use in all_references(side.node)
        }
        if not names & self.defined or left.values is None or right.values is None:
            return False
        return self.network.points.close(left.values, -right.values)

    def _blame(self, left: Side, right: Side, anchor: Values | None) -> Side:
        """The side that differs from the anchor; the right one where that does not tell."""
        if anchor is not None and right.values is not None and self.network.points.close(right.values, anchor):
            return left
        return right

    def _without_values(self, left: Side, right: Side) -> Pair:
        """A side that is not read, or a name that is not known: mend it if that makes it true, else unread."""
        unread, other = (left, right) if left.values is None else (right, left)
        if other.values is not None:
            slip = None if self.written_out else mended.by_slip(unread.member, self.network, other.values)
            if slip is not None:
                unread.values = other.values
                return Pair(left, right, "slip", unread, slips=(slip,))
        number = self._given(left, right)
        if number is not None:
            return number
        return Pair(left, right, "unread", unread, unread.reason)

    def _given(self, left: Side, right: Side) -> Pair | None:
        """`w1 = 0.15`: a value for a name."""
        first, second = left.member.value, right.member.value
        if isinstance(first, Ref) and second is not None and is_numeric(second):
            return Pair(left, right, "given")
        return None
