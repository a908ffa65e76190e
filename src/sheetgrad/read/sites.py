"""Where the equations of a document stand.

The raw text is walked once: comments are passed over, pictures whose address
carries LaTeX are decoded (never fetched), fenced and displayed blocks are taken
whole, everything else line by line. What a line says is decided later.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from sheetgrad.read.traced import Source, Traced, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["image", "display", "fence", "python", "line", "cell"]


@dataclass(frozen=True, slots=True)
class Site:
    """A stretch of text that may hold equations.

    `others` are further spellings at the same place (the alt text of a picture, its
    title): what a reader sees is `text`.
    """

    kind: Kind
    text: Traced
    others: dict[str, Traced] = field(default_factory=dict)


_SERVICE = re.compile(
    r"(?:render\.githubusercontent\.com/render/math\?(?:[^\s\"')]*&)?math="
    r"|latex\.codecogs\.com/(?:\w+(?:\.\w+)?)\?|(?:www\.)?codecogs\.com/eqnedit\.php\?latex="
    r"|chart\.googleapis\.com/chart\?(?:[^\s\"')]*&)?chl=|(?:math|tex)\.vercel\.app/?\?(?:[^\s\"')]*&)?(?:from|math)="
    r"|i\.upmath\.me/(?:svg|png)/|tex\.s2cms\.ru/(?:svg|png)/|latex2image\.\w+/\?)"
)
_BLOCKS = re.compile(
    r"(?P<comment><!--.*?-->|^\[//\]:[^\n]*)"
    r"|(?P<fence>^[ \t>]*(?P<tick>`{3,}+|~{3,}+)(?P<lang>[^\n`]*)\n(?P<code>.*?)(?:^[ \t>]*(?P=tick)[ \t]*$|\Z))"
    r"|(?P<image>!\[(?P<alt>(?:[^\]!]|!(?!\[)|\](?!\())*)\]\()"
    r"|(?P<tag><(?:img|a)\b[^>]*>)"
    r"|(?P<display>\$\$(?P<dollars>.+?)\$\$|\\\[(?P<square>.+?)\\\]"
    r"|\\begin\{(?P<env>equation|align|aligned|gather|multline|eqnarray|split|cases)\*?\}(?P<body>.+?)\\end\{(?P=env)\*?\})",
    re.DOTALL | re.MULTILINE,
)
_ATTRIBUTE = re.compile(r"(?<!\w)(\w+)\s*=\s*(\"[^\"]*\"|'[^']*')", re.DOTALL)
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+|&(?:space|plus|hash|amp|lt|gt|quot|nbsp);?|\+")
_SPACES = {"&space": " ", "&plus": "+", "&hash": "#", "&amp": "&", "&lt": "<", "&gt": ">", "&quot": '"', "&nbsp": " "}
MAX_FENCE = 200_000


def sites(source: Source) -> Iterator[Site]:
    """Every site of a document, in order."""
    last = 0
    text = source.text
    place = 0
    searched = _searchable(text)
    while match := _BLOCKS.search(searched, place):
        start, end = match.span()
        found: list[Site] = []
        if match["image"] is not None:
            end = _closing(text, end)
            found = list(_image(source, match, end))
        elif match["tag"] is not None:
            found = list(_tag(source, match))
        elif match["fence"] is not None:
            found = list(_fence(source, match))
        elif match["display"] is not None:
            group = next(name for name in ("dollars", "square", "body") if match[name] is not None)
            found = [Site("display", source.traced(*match.span(group)))]
        if match["tag"] is None or found:
            yield from _lines(source, last, start)
            yield from found
            last = end
        place = max(end, place + 1)
    yield from _lines(source, last, len(text))


_PAIRS = (("<!--", "-->"), ("<", ">"), (r"\[", r"\]"))
_OPENED = re.compile(r"\\begin\{(\w+)\*?\}")


def _searchable(text: str) -> str:
    """The text with what is opened and never closed blanked out: each would be followed to the end in vain."""
    ends = [(opening, max(text.rfind(closing), 0)) for opening, closing in _PAIRS]
    for match in set(_OPENED.findall(text)):
        last = max(text.rfind(f"\\end{{{match}}}"), text.rfind(f"\\end{{{match}*}}"), 0)
        ends += [(f"\\begin{{{match}}}", last), (f"\\begin{{{match}*}}", last)]
    for opening, last in ends:
        if text.find(opening, last) >= 0:
            text = text[:last] + text[last:].replace(opening, " " * len(opening))
    return text


def _closing(text: str, start: int) -> int:
    """The end of `(address)` with balanced brackets, on one line; `start` is after the first."""
    depth = 1
    for place in range(start, min(len(text), start + 20_000)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
            if depth == 0:
                return place + 1
        elif text[place] == "\n":
            return place
    return min(len(text), start + 20_000)


def _image(source: Source, match: re.Match[str], end: int) -> Iterator[Site]:
    start = match.end()
    address = source.traced(start, end - 1)
    service = _SERVICE.search(address.text)
    if service is None:
        return
    quoted = re.search(r"(?<!\s)\s+[\"'].*$", address.text)
    shown = decoded(address.part(service.end(), quoted.start() if quoted else None), spaces=False)
    others = {}
    alt = source.traced(*match.span("alt"))
    if "=" in alt.text or "\\" in alt.text:
        others["alt text"] = alt
    yield Site("image", shown, others)


def _tag(source: Source, match: re.Match[str]) -> Iterator[Site]:
    """A picture in HTML; the address of a link round it is one more spelling."""
    attributes = {}
    for found in _ATTRIBUTE.finditer(match.group()):
        begin, stop = found.span(2)
        attributes[found[1].lower()] = source.traced(match.start() + begin + 1, match.start() + stop - 1)
    address = attributes.get("src")
    service = _SERVICE.search(address.text) if address else None
    if address is None or service is None:
        return
    others = {name: attributes[key] for key, name in (("alt", "alt text"), ("title", "title")) if key in attributes}
    others = {name: text for name, text in others.items() if "=" in text.text or "\\" in text.text}
    yield Site("image", decoded(address.part(service.end()), spaces=False), others)


def decoded(address: Traced, *, spaces: bool) -> Traced:
    """An address as the LaTeX it stands for; a plus is a blank only where `spaces` says so."""

    def put(match: re.Match[str]) -> str | Traced:
        piece = match.group()
        if piece.startswith("%"):
            return _characters(piece, address.at[match.start()])
        if piece == "+":
            return " " if spaces else "+"
        return _SPACES.get(piece.rstrip(";"), " ")

    return address.sub(_PERCENT, put)


def _characters(encoded: str, start: int) -> Traced:
    """Bytes in percent signs as the characters that they are in UTF-8, each in its place."""
    data = bytes.fromhex(encoded.replace("%", ""))
    texts: list[str] = []
    at: list[int] = []
    place = 0
    while place < len(data):
        size = next((size for size, least in ((4, 0xF0), (3, 0xE0), (2, 0xC0)) if data[place] >= least), 1)
        text = data[place : place + size].decode(errors="replace")
        texts.append(text)
        at += [start + 3 * place] * len(text)
        place += size
    return Traced("".join(texts), tuple(at))


def _fence(source: Source, match: re.Match[str]) -> Iterator[Site]:
    language = (match["lang"] or "").strip().split(" ")[0].lower()
    start, end = match.span("code")
    if language in {"math", "latex", "tex"}:
        yield Site("display", source.traced(start, end))
        return
    kind: Kind = "python" if language in {"python", "py", "python3"} else "fence"
    yield Site(kind, source.traced(start, min(end, start + MAX_FENCE)))


SIGNS = ("=", "∂", "←", "\\gets", "\\leftarrow")
"""What a line with mathematics in it has."""
_ROW = re.compile(r"^\s*\|.*\|.*$")
_PIPE = re.compile(r"(?<!\\)\|")


def _lines(source: Source, start: int, end: int) -> Iterator[Site]:
    """Plain lines; the cells of a table one by one."""
    place = start
    blank = False
    while place < end:
        stop = source.text.find("\n", place, end)
        stop = end if stop < 0 else stop
        words = source.text[place:stop]
        if any(sign in words for sign in SIGNS):
            stop = _with_continuations(source.text, stop, end)
            words = source.text[place:stop]
            line = source.traced(place, stop)
            if _ROW.match(words):
                yield from (Site("cell", cell) for cell in _cells(line))
            else:
                yield Site("line", line)
            blank = False
        elif not blank and not words.strip():
            yield Site("line", source.traced(place, stop))  # a blank line ends a paragraph
            blank = True
        place = stop + 1


_NO_WORDS = r"(?![^\n]*\b[A-Za-z]{2,30}[ ]+[A-Za-z]{2})"
CONTINUATION = re.compile(
    r"(?<=[-+*/×·−=])(?<!\*\*)(?<!--)[ \t]*\n(?=[ \t]*[\[(∂\w½])"
    + _NO_WORDS
    + r"(?=[^\n=]*[*·×⋅^)\]][^\n=]*(?:\n|\Z))"
    + r"|\n[ \t]*(?=(?:[+×·−⋅/][ \t]*[\w(\[∂½]|[*-][ \t]+[\w(\[∂½])"
    + _NO_WORDS
    + r"[^\n=]*(?:\n|\Z))"
)
"""A line break inside a formula: after an operator, or before one on a line without words and = of its own."""


def _with_continuations(text: str, stop: int, end: int) -> int:
    """Where the formula ends that goes on over the next lines."""
    while stop < end and (match := CONTINUATION.match(text, stop, end)):
        following = text.find("\n", match.end(), end)
        stop = end if following < 0 else following
    return stop


def _cells(line: Traced) -> Iterator[Traced]:
    last = 0
    for match in _PIPE.finditer(line.text):
        yield line.part(last, match.start())
        last = match.end()
    yield line.part(last)


_MARKUP = re.compile(r"<(/?)(sub|sup|br|[a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>|&#?\w+;")


def without_markup(text: Traced) -> Traced:
    """HTML in a line: `<sub>` and `<sup>` become indices and powers, other tags go, entities are letters."""

    def put(match: re.Match[str]) -> str:
        if match.group().startswith("&"):
            return html.unescape(match.group())
        closing, tag = match[1], match[2].lower()
        if tag in {"sub", "sup"}:
            return "}" if closing else ("_{" if tag == "sub" else "^{")
        return "\n" if tag == "br" else " "

    return text.sub(_MARKUP, put)


__all__ = ["Kind", "Site", "decoded", "joined", "sites", "without_markup"]
