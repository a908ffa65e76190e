"""Judging a table: every distinct formula once, at generic points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import NotReadError
from sheetgrad.check.book.effect import size
from sheetgrad.check.book.families import Copies, key_of
from sheetgrad.check.book.loss_column import judge_loss
from sheetgrad.check.book.losses import LOSS
from sheetgrad.check.book.merged import merged
from sheetgrad.check.book.naming import text
from sheetgrad.check.book.recovered import exact_formula
from sheetgrad.check.book.spelling import where
from sheetgrad.check.book.stored import Stored
from sheetgrad.check.book.stretches import stretches
from sheetgrad.check.book.unfolding import mended, sites, spelled
from sheetgrad.check.book.unfolding import where as cells_in_words
from sheetgrad.check.book.update_rates import rate_of
from sheetgrad.check.case import Repair, sentence
from sheetgrad.check.findings import Finding, Judged
from sheetgrad.expr import substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from sheetgrad.check.book.frames import Table
    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.held import Held
    from sheetgrad.check.book.losses import Rate
    from sheetgrad.check.book.optimizing import Optimizing
    from sheetgrad.check.book.stretches import Stretch
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.check.findings import Verdict
    from sheetgrad.check.points import Values
    from sheetgrad.read.book.cells import Tree


@dataclass(slots=True)
class TableReport:
    """What is said about one table."""

    table: Table
    made: Understood | None = None
    names: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    equalities: list[Judged] = field(default_factory=list)
    gradients: dict[str, Verdict] = field(default_factory=dict)
    rates: dict[str, Rate] = field(default_factory=dict)
    """What each weight's gradient is multiplied with."""
    optimizer: str = ""
    """The rule by which weights are moved, where it is another than gradient descent."""
    wrong: dict[int, list[Stretch]] = field(default_factory=dict)
    """What is false, by track."""
    owners: dict[str, str] = field(default_factory=dict)
    """For each gradient column the weight that it is meant for."""


class TableJudge:
    """Judges one table; what it finds is in `report`."""

    def __init__(
        self, made: Understood, names: dict[str, str], heads: dict[int, Head], held: Held | None = None
    ) -> None:
        """Prepare."""
        self.held = held
        """The network that the caller gives, where there is one."""
        self.made, self.names, self.heads = made, names, heads
        self.roles = made.roles
        self.table = made.roles.table
        self.stored = Stored(made.roles.compiler)
        self.report = TableReport(self.table, made, names)
        self.patience = PATIENCE
        """Edits that may still be tried on this table."""
        self.righted: dict[str, Values] = {}
        """What wrong columns should be, for what is made from them."""
        self.alike: dict[int, Hashable] = {}
        """What findings about copies of one formula have in common, in a table that was folded."""
        self.counted: set[Hashable] = set()
        """Copied formulas that have been counted."""
        self.mended: dict[Hashable, tuple[Repair, Tree, int]] = {}
        """Repairs of copied formulas, and the track of the first."""
        self.optimizing: Optimizing | None = None
        """What an optimizer moves, where there is one."""
        self.tracks = {self.roles.name(across): across for across in self.table.tracks}

    def judge(self) -> TableReport:
        """Everything."""
        from sheetgrad.check.book.copies import pasted, stale
        from sheetgrad.check.book.misheaded import misheaded

        self._forward()
        self._updates()
        misheaded(self)
        pasted(self)
        stale(self)
        if self.table.layout is not None:
            self.report.findings = merged((self.alike.get(id(found)), found) for found in self.report.findings)
        self.report.findings.sort(key=lambda found: (found.column, found.line))
        return self.report

    # --- forward -------------------------------------------------------------------------------

    def _forward(self) -> None:
        """A forward formula that most lines hold is the model; another one must come to the same."""
        for name, wanted in list(self.made.points.values.items()):
            if name in self.made.points.definitions and name in self.tracks:
                for stretch in stretches(self.made, self.tracks[name]):
                    if self.held is not None and name in self.held.lacking:
                        self._lacks(stretch, self.names.get(name, name), self.held.lacking[name])
                    else:
                        self._against(stretch, wanted, self.names.get(name, name))
        if self.made.loss == LOSS:
            judge_loss(self)

    def _lacks(self, stretch: Stretch, quantity: str, bias: str) -> None:
        """A weighted sum without the bias that the network given has."""
        self.count(stretch, "false", quantity)
        message = f"The network given adds {bias} here, and this formula has no bias."
        self.report.findings.append(self.finding(stretch, "false", "other-network", quantity, message=message))

    def _against(self, stretch: Stretch, wanted: Values, quantity: str) -> None:
        """A stretch against the value it should have."""
        value = None if stretch.value is None else self.made.value(stretch.value)
        if value is None or not self.made.points.numpy.isfinite(wanted).any():
            self.unread(stretch, quantity)
        elif self.made.close(value, wanted):
            self.count(stretch, "true", quantity)
        else:
            self.false(stretch, lambda found: self.made.close(found, wanted), quantity, None)

    def count(self, stretch: Stretch, verdict: Verdict, quantity: str) -> None:
        """One equality more, with its verdict."""
        copied = key_of(self.table, stretch.across, stretch.first)
        if copied is not None:
            if (copied, verdict) in self.counted:
                return
            self.counted.add((copied, verdict))
        row, column = self.table.shown(stretch.across, stretch.first)
        right = "" if stretch.value is None else text(stretch.value, self.names)
        self.report.equalities.append(Judged(row, column, verdict, quantity, right))

    def unread(self, stretch: Stretch, quantity: str) -> None:
        """A formula that is not read, and why."""
        self.count(stretch, "unread", quantity)
        words = sentence(stretch.reason or "it names something that cannot be computed here")
        self.report.findings.append(self.finding(stretch, "unread", "unread", quantity, message=words))

    def valued(self, across: int, tree: Tree, line: int) -> Values | None:
        """What a formula would come to at the points, if it stood in a track."""
        try:
            value = self.roles.compiler.tree(tree, across, line)
        except NotReadError:
            return None
        value = substitute(value, self.roles.same, tidy=False)
        if self.optimizing is not None and across in self.optimizing.wanted:
            return self.optimizing.value(across, value)
        return self.made.value(self.roles.update(value) if across in self.roles.states.values() else value)

    def false(
        self,
        stretch: Stretch,
        accept: Callable[[Values], bool],
        quantity: str,
        exact: tuple[str, str] | None,
    ) -> None:
        """A formula that is wrong, with the repair that `accept` takes."""
        from sheetgrad.check.book.held import expected as expected_of

        repair, tree = self._repaired(stretch, accept, exact)
        if self.held is not None and repair.code == "false" and exact is None:
            shown = expected_of(self, self.roles.name(stretch.across), stretch.first)
            repair = Repair("other-network", shown, "The network given computes this otherwise.") if shown else repair
        verdict: Verdict = "slip" if repair.code in SLIPS else "false"
        expected = repair.expected
        if verdict == "false":
            self.report.wrong.setdefault(stretch.across, []).append(stretch)
        if not expected and exact is not None:
            expected = exact_formula(self, stretch.across, stretch.first, exact[1])
        self.count(stretch, verdict, quantity)
        message = repair.message + (size(self, stretch, tree) if tree is not None and verdict == "false" else "")
        self.report.findings.append(
            self.finding(stretch, verdict, repair.code, quantity, tree, expected=expected, message=message.strip())
        )

    def _repaired(
        self, stretch: Stretch, accept: Callable[[Values], bool], exact: tuple[str, str] | None
    ) -> tuple[Repair, Tree | None]:
        """The repair of a formula: that of the first of its copies, if it is right here as well."""
        from sheetgrad.check.book.repairs import repaired

        key = key_of(self.table, stretch.across, stretch.first)
        if key is not None and key in self.mended:
            repair, tree, across = self.mended[key]
            copies = Copies(self.roles.compiler.book, self.table)
            moved = copies.moved(tree, across, stretch.across, stretch.first)
            value = None if moved is None else self.valued(stretch.across, moved, stretch.last)
            if value is not None and accept(value):
                return repair, moved
        repair, made = repaired(self, stretch, accept, exact)
        if key is not None and made is not None:
            self.mended[key] = repair, made, stretch.across
        return repair, made

    def finding(
        self,
        stretch: Stretch,
        verdict: str,
        code: str,
        quantity: str,
        right: Tree | None = None,
        *,
        expected: str = "",
        message: str = "",
    ) -> Finding:
        """A finding about a stretch, at its cells; `right` is the formula that would be right."""
        place = self.table.shown(stretch.across, stretch.first)
        tree = stretch.formula.tree
        yours = "" if tree is None else spelled(self.table, tree, stretch.across, stretch.first)
        cells = mended(self.table, stretch, right)
        where_ = self.place(stretch)
        made = Finding(verdict, code, *place, where_, quantity, yours, expected, message, cells=cells)
        copied = key_of(self.table, stretch.across, stretch.first)
        if copied is not None:
            self.alike[id(made)] = copied
        return made

    def place(self, stretch: Stretch) -> str:
        """The cells of a stretch: one range where the lines follow each other or nearly, else several."""
        if self.table.layout is not None:
            lines = (line for run in stretch.runs for line in range(run.first, run.last + 1))
            return cells_in_words(sites(self.table, stretch.across, lines))
        parts: list[list[int]] = []
        for run in stretch.runs:
            if parts and run.first == parts[-1][1] + 1:
                parts[-1][1] = run.last
            else:
                parts.append([run.first, run.last])
        if len(parts) > MOST_PARTS:
            parts = [[parts[0][0], parts[-1][1]]]
        words = [where(self.table, stretch.across, first, last) for first, last in parts]
        return ",".join([words[0], *(word.rpartition("!")[2] for word in words[1:])])

    def _updates(self) -> None:
        from sheetgrad.check.book.blame import blamed

        for symbol in self.made.parameters:
            rate = rate_of(self.made, symbol)
            if rate is not None:
                self.report.rates[symbol] = rate
        blamed(self)


MOST_PARTS = 3
"""Ranges of one finding that are listed; of more the whole is named."""
PATIENCE = 6_000
"""Edits that are tried on one table before mistakes are only named false."""
SLIPS = frozenset({"typed-number"})
"""What comes to the right numbers as the sheet stands, and stops doing so when it is changed."""
