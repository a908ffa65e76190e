"""Tables of data from CSV files, and the rows that a network learns from."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sheetgrad.catalog.presets import shipped_data
from sheetgrad.errors import Problem, SpecError
from sheetgrad.network.checks import meant
from sheetgrad.network.numbers import Shape, as_rows, shape_of, wrong_number
from sheetgrad.network.source import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.network.numbers import Shape

Row: TypeAlias = tuple[float, ...]


class Rows(NamedTuple):
    """One row a sample, and where each row stands, for messages."""

    values: Sequence[Any]
    places: Sequence[str]

    @property
    def width(self) -> int:
        """How many numbers are in a row."""
        return len(self.values[0])


class Table(NamedTuple):
    """A CSV file: its columns by name, each cell as text, and the line of every row."""

    name: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]

    @property
    def places(self) -> list[str]:
        """`iris.csv:17` for every row."""
        return [f"{self.name}:{line}" for line in self.lines]

    def numbers(self, column: str, problems: list[Problem]) -> Row:
        """A column as numbers; cells that hold none are problems (and 0)."""
        found = []
        for place, cell in zip(self.places, self.columns[column], strict=True):
            value, wrong = _number(cell)
            if wrong:
                problems.append(Problem(place, f"in column {column!r}, {wrong[0]}", wrong[1]))
            found.append(value)
        return tuple(found)


def _number(cell: str) -> tuple[float, tuple[str, str] | None]:
    try:
        value = float(cell)
    except ValueError:
        wrong = "is empty" if not cell.strip() else f"{cell.strip()[:40]!r} is not a number"
        return 0.0, (f"a cell {wrong}" if not cell.strip() else wrong, "write a number with a decimal point")
    wrong_ = wrong_number(value)
    return (0.0, wrong_) if wrong_ else (value, None)


def read_table(path: str, folder: str, problems: list[Problem]) -> Table | None:
    """The table in a CSV file beside the spec, or the one of this name that is shipped.

    None after adding what is wrong: no such file, no heading, rows of different lengths.
    """
    import csv
    from pathlib import Path

    place, beside = Path(path).name, Path(folder) / path
    try:
        shipped = None if beside.exists() else shipped_data(path)
        text = shipped.read_text(encoding="utf-8") if shipped is not None else text_of(beside)
    except SpecError as error:
        problems.extend(error.problems)
        return None
    before = len(problems)
    reader = csv.reader(text.splitlines(), strict=True, skipinitialspace=True)
    try:
        heading = [word.strip() for word in next(reader, [])]
        rows = list(_rows(reader, place, len(heading), problems))
    except csv.Error as error:
        problems.append(Problem(f"{place}:{reader.line_num}", f"is not CSV: {error}", "separate cells by commas"))
        return None
    _check_heading(heading, place, bool(rows), problems)
    if len(problems) > before:
        return None
    lines, cells = zip(*rows, strict=True)
    return Table(place, dict(zip(heading, zip(*cells, strict=True), strict=True)), lines)


def _rows(
    reader: Any,  # noqa: ANN401 -- the csv module has no public name for it
    place: str,
    width: int,
    problems: list[Problem],
) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != width:
            wrong = f"has {len(row)} cells where the heading has {width}"
            problems.append(Problem(f"{place}:{reader.line_num}", wrong, "separate cells by commas, one for each name"))
        yield reader.line_num, row


def _check_heading(heading: list[str], place: str, has_rows: bool, problems: list[Problem]) -> None:  # noqa: FBT001 -- a fact, not an option
    if not heading:
        problems.append(Problem(f"{place}:1", "the file is empty", "write a line of names, then a line a sample"))
        return
    for at, word in enumerate(heading):
        if not word or word in heading[:at]:
            wrong = f"the name {word!r} stands twice" if word else f"column {at + 1} has no name"
            problems.append(Problem(f"{place}:1", wrong, "give every column a name of its own"))
    if all(_number(word)[1] is None for word in heading):
        problems.append(Problem(f"{place}:1", "the first line holds numbers", "write the names of the columns there"))
    if not has_rows:
        problems.append(Problem(f"{place}:2", "there is no sample", "write one line a sample below the names"))


def inline(spec: Mapping[str, Any], key: str) -> Rows | None:
    """The rows that stand in the spec itself, or None where there are none that are right."""
    if spec.get(key) is None:
        return None
    shape: Shape = shape_of(spec[key], key, []) or ()
    rows = as_rows(spec[key], shape)
    return Rows(rows, [key] if len(shape) == 1 else [f"{key}[{at}]" for at in range(len(rows))])


def from_columns(spec: Mapping[str, Any], folder: str, problems: list[Problem]) -> tuple[Rows | None, Rows | None]:
    """Inputs and targets from the columns of `data` that the spec names."""
    table = read_table(spec["data"], folder, problems)
    if table is None:
        return None, None
    column: str | None = spec.get("class_column")
    targets: list[str] | None = spec.get("target_columns")
    if (column is None) == (targets is None):
        remedy = "name target_columns, or one class_column, and not both"
        problems.append(Problem("target_columns", "it is not clear what should come out", remedy))
        return None, None
    outputs = list(targets) if column is None else [column]  # type: ignore[arg-type]  # exactly one of them is given
    named = spec.get("input_columns")
    inputs = [name for name in table.columns if name not in outputs] if named is None else list(named)
    before = len(problems)
    check_columns(table, "input_columns", inputs, problems)
    check_columns(table, "class_column" if targets is None else "target_columns", outputs, problems)
    if len(problems) > before:
        return None, None
    out = _numbers(table, outputs, problems) if column is None else _one_hot(table, column)
    return Rows(_numbers(table, inputs, problems), table.places), Rows(out, table.places)


def check_columns(table: Table, place: str, names: Sequence[str], problems: list[Problem]) -> None:
    """Add a problem for every name that is no column of the table."""
    if not names:
        problems.append(Problem(place, "no column is left", f"name some of {', '.join(table.columns)}"))
    for name in names:
        if name not in table.columns:
            wrong = f"{table.name} has no column {name!r}"
            problems.append(Problem(place, wrong, meant(name, table.columns)))


def _numbers(table: Table, names: Sequence[str], problems: list[Problem]) -> list[Row]:
    return list(zip(*(table.numbers(name, problems) for name in names), strict=True))


def _one_hot(table: Table, column: str) -> list[Row]:
    """1 in the place of the row's class, 0 elsewhere; classes in the order they are first met."""
    cells = [cell.strip() for cell in table.columns[column]]
    classes = list(dict.fromkeys(cells))
    return [tuple(float(cell == name) for name in classes) for cell in cells]


def first(problems: Sequence[Problem], most: int) -> tuple[Problem, ...]:
    """The first problems, and how many more there are."""
    listed = tuple(islice(problems, most))
    more = len(problems) - most
    return (*listed, Problem("", f"and {more:,} more")) if more > 0 else listed
