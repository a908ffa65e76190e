"""The page for the teacher: points, what went wrong how often, who is alike, and who is not among them."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import TYPE_CHECKING

from sheetgrad.check.codes import entries
from sheetgrad.check.report.words import quantity
from sheetgrad.classroom.alike import same_mistakes, same_texts
from sheetgrad.classroom.feedback import GROUPS, bar
from sheetgrad.classroom.frame import counted, number, page, safe
from sheetgrad.classroom.grades import counting, status
from sheetgrad.classroom.histogram import histogram

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sheetgrad.classroom.graded import Graded
    from sheetgrad.classroom.whole import Class

MOST_ROWS = 40


def overview(whole: Class) -> str:
    """The whole page."""
    title = whole.plan.title or "The class"
    best = list(counting(whole).values())
    graded = [one for one in best if not one.problem]
    header = f'<p class="title">How the class did</p>\n<h1>{safe(title)}</h1>\n{_tiles(whole, graded)}'
    parts = [
        *_look(whole, best),
        *_points(whole, graded),
        *_items(whole, graded),
        *_mistakes(graded),
        *_alike(list(whole.graded)),
        *_list(whole),
        *_others(whole),
    ]
    return page(f"Overview: {title}", header, "".join(parts))


def _tiles(whole: Class, graded: Sequence[Graded]) -> str:
    points = [one.points for one in graded]
    most = graded[0].most if graded else 0.0
    tiles = [
        (str(len(whole.graded)), "hand-ins" if len(whole.graded) != 1 else "hand-in"),
        (str(len(graded)), "graded"),
        (f"{number(statistics.mean(points))} / {number(most)}" if points else "–", "points on average"),
        (number(statistics.median(points)) if points else "–", "in the middle"),
        (str(sum(one.late for one in whole.graded)), "late"),
        (str(len(whole.missing)), "without a hand-in"),
    ]
    return f'<ul class="tiles">{"".join(f"<li><strong>{a}</strong><span>{b}</span></li>" for a, b in tiles)}</ul>\n'


def _table(heads: Iterable[tuple[str, str]], rows: Iterable[Iterable[tuple[str, str]]]) -> str:
    head = "".join(f'<th scope="col" class="{kind}">{words}</th>' for words, kind in heads)
    body = "".join(
        "<tr>" + "".join(f'<td class="{kind}">{words}</td>' for words, kind in row) + "</tr>\n" for row in rows
    )
    return (
        f'<div class="wide"><table class="list">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>\n"
    )


def link(one: Graded) -> str:
    """The student's name as a link to the page."""
    return f'<a href="feedback/{safe(one.page)}.html">{safe(one.who, 80)}</a>'


# --- what needs a teacher ---------------------------------------------------------------------------


def _look(whole: Class, best: Sequence[Graded]) -> Iterator[str]:
    rows = [one for one in best if status(one, []) != "graded"]
    by_hand = [item.title for item in whole.plan.items if item.kind == "teacher"]
    if by_hand:
        words = ", ".join(safe(title) for title in by_hand)
        yield f'<p class="notice">You give by hand: {words}. In grades.csv each has an empty column.</p>\n'
    if rows:
        yield "<h2>For you to look at</h2>\n"
        yield _table(
            (("Hand-in", ""), ("Why", "")), (((link(one), ""), (safe(status(one, []), 600), "")) for one in rows)
        )


# --- points -----------------------------------------------------------------------------------------


def _points(whole: Class, graded: Sequence[Graded]) -> Iterator[str]:
    if not graded:
        return
    most = sum(item.points for item in whole.plan.items if item.kind != "teacher")
    yield "<h2>Points</h2>\n<figure>\n"
    yield histogram([one.points for one in graded], most)
    yield "<figcaption>How many students have how many points.</figcaption>\n</figure>\n"


def _items(whole: Class, graded: Sequence[Graded]) -> Iterator[str]:
    """What the class can do, and what it cannot: the share that has each thing right."""
    if not graded:
        return
    yield "<h2>What the class can do</h2>\n"
    rows = []
    for place, item in enumerate(whole.plan.items):
        if item.kind == "teacher":
            continue
        standings = Counter(one.marks[place].standing for one in graded if place < len(one.marks))
        right = standings["right"] + standings["followed"]
        wrong = standings["wrong"] + standings["again"]
        share = 100 * right / len(graded)
        kind = "bad" if share < 50 else "good"  # noqa: PLR2004 -- half of them
        rows.append(
            (
                (safe(item.title), ""),
                (GROUPS[item.kind], "soft"),
                (f"{bar(share, kind)} {share:.0f}&nbsp;%", "bars"),
                (str(wrong), "number"),
                (str(standings["missing"]), "number"),
            )
        )
    heads = (("What", ""), ("", ""), ("Right", ""), ("Wrong", "number"), ("Not found", "number"))
    yield _table(heads, rows)


def _mistakes(graded: Sequence[Graded]) -> Iterator[str]:
    """Each kind of mistake: by how many, how often, and where most."""
    who: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    where: dict[str, Counter[str]] = {}
    for one in graded:
        for slip in one.slips:
            who.setdefault(slip.code, set()).add(one.label)
            times[slip.code] += 1
            where.setdefault(slip.code, Counter())[slip.quantity] += 1
    yield "<h2>Mistakes</h2>\n"
    if not who:
        yield '<p class="empty">None was found.</p>\n'
        return
    known = entries()
    rows = []
    for code in sorted(who, key=lambda code: (-len(who[code]), code))[:MOST_ROWS]:
        share = 100 * len(who[code]) / len(graded)
        places = sorted(where[code].items(), key=lambda item: (-item[1], item[0]))[:4]
        named = ", ".join(f"{safe(quantity(name) or 'elsewhere', 40)} ({count})" for name, count in places)
        title = known[code].title if code in known else code
        rows.append(
            (
                (f'{safe(title)}<br><span class="soft">{safe(code)}</span>', ""),
                (f"{bar(share, 'bad')} {len(who[code])}", "bars"),
                (str(times[code]), "number"),
                (named, ""),
            )
        )
    yield _table((("Mistake", ""), ("Students", ""), ("Times", "number"), ("Where most", "")), rows)


# --- who is alike -----------------------------------------------------------------------------------


def _alike(graded: Sequence[Graded]) -> Iterator[str]:
    texts, mistakes = same_texts(graded), same_mistakes(graded)
    if not texts and not mistakes:
        return
    yield "<h2>Hand-ins that are alike</h2>\n"
    yield (
        '<p class="soft">Two who learn together make the same mistakes, and a sheet that was handed out is in every '
        "hand-in. This is a reason to ask, not a proof.</p>\n"
    )
    if texts:
        rows = (((link(same.one), ""), (link(same.other), ""), (str(same.lines), "number")) for same in texts)
        yield "<h3>The same text</h3>\n"
        yield _table((("Hand-in", ""), ("Hand-in", ""), ("Lines that hardly anybody else has", "number")), rows)
    if mistakes:
        known = entries()
        rows_ = []
        for same in mistakes:
            code = same.slip.code
            title = known[code].title if code in known else code
            said = same.slip.sign.removeprefix(f"{code} ")
            words = f"{safe(title)} in {safe(quantity(same.slip.quantity) or 'a line', 60)}"
            words += f'<br><span class="soft">{safe(said, 160)}</span>' if said else ""
            rows_.append(((words, ""), (", ".join(map(link, same.who)), "")))
        yield "<h3>The same rare mistake</h3>\n"
        yield _table((("Mistake", ""), ("Made by", "")), rows_)


# --- everybody --------------------------------------------------------------------------------------


def _list(whole: Class) -> Iterator[str]:
    yield "<h2>Everybody</h2>\n"
    best = counting(whole)
    rows = []
    for one in sorted(whole.graded, key=lambda one: (one.student.casefold(), one.label)):
        counts = best[one.student or f"\0{one.label}"] == one
        said = [] if counts else ["another hand-in counts"]
        said += ["late"] if one.late else []
        said += [status(one, [])] if status(one, []) != "graded" else []
        said += [f"found by {one.matched}"] if one.matched.startswith("a line") else []
        kinds = Counter(slip.code for slip in one.slips)
        wrong = ", ".join(
            f"{safe(code)} × {count}" if count > 1 else safe(code) for code, count in kinds.most_common(4)
        )
        points = "–" if one.problem else number(one.points)
        rows.append(((link(one), ""), (points, "number"), (wrong, "soft"), (safe("; ".join(said), 300), "")))
    yield _table((("Student", ""), ("Points", "number"), ("Mistakes", ""), ("Note", "")), rows)


def _others(whole: Class) -> Iterator[str]:
    if whole.missing:
        yield f"<h2>Without a hand-in</h2>\n<p>{safe(', '.join(whole.missing), 20_000)}</p>\n"
    if whole.left_out:
        rows = "".join(f"<li>{safe(path)}: {safe(reason)}</li>\n" for path, reason in whole.left_out[:200])
        more = len(whole.left_out) - 200
        rows += f"<li>and {counted(more, 'other', 'others')}</li>\n" if more > 0 else ""
        yield f"<h2>Left out</h2>\n<ul>\n{rows}</ul>\n"
