"""Notebooks: one document over many cells, with places that name the cell."""

from __future__ import annotations

import json

import pytest
from handmade import RIGHT

from sheetgrad.check.notebook import check_notebook
from sheetgrad.check.report import rendered
from sheetgrad.read.notebook import NotebookError, notebook


def cell(kind: str, source: str, *, lines: bool = True) -> dict[str, object]:
    return {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True) if lines else source}


def book(*cells: dict[str, object], **more: object) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more})


FALSE = "We get\n\n∂E_total/∂w7 = (a_o2 - t2) * a_o2 * (1 - a_o2) * a_h2"


def test_the_network_is_shared_by_all_cells_and_places_name_the_cell() -> None:
    half = RIGHT.index("o1 =")
    text = book(
        cell("markdown", RIGHT[:half]), cell("raw", "x"), cell("markdown", RIGHT[half:]), cell("markdown", FALSE)
    )
    report = check_notebook("n.ipynb", text)
    (finding,) = report.findings
    assert (finding.place, finding.line, finding.column) == ("n.ipynb:cell 4:3:1", 3, 1)
    assert report.counts["false"] == 1
    assert max(judged.line for judged in report.equalities) < RIGHT.count("\n")


def test_a_source_may_be_one_string() -> None:
    text = book(cell("markdown", RIGHT, lines=False), cell("markdown", FALSE, lines=False))
    assert [finding.place for finding in check_notebook("n.ipynb", text).findings] == ["n.ipynb:cell 2:3:1"]


def test_old_notebooks_are_read() -> None:
    old = json.dumps({"worksheets": [{"cells": [cell("markdown", RIGHT), cell("markdown", FALSE)]}], "nbformat": 3})
    assert [finding.place for finding in check_notebook("n.ipynb", old).findings] == ["n.ipynb:cell 2:3:1"]


def test_a_fence_left_open_ends_with_its_cell() -> None:
    text = book(cell("markdown", RIGHT), cell("markdown", "```python\nx = 3"), cell("markdown", FALSE))
    assert [finding.place for finding in check_notebook("n.ipynb", text).findings] == ["n.ipynb:cell 3:3:1"]


def test_every_report_can_show_a_notebook() -> None:
    report = check_notebook("n.ipynb", book(cell("markdown", RIGHT), cell("markdown", FALSE)))
    assert "n.ipynb:cell 2:3:1  wrong-index" in rendered([report])
    assert "cell 2, line 3" in rendered([report], "html")
    assert "line=" not in rendered([report], "github")
    (result,) = json.loads(rendered([report], "sarif"))["runs"][0]["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert result["locations"][0]["message"]["text"] == "cell 2:3:1"


def test_places_lead_back_to_every_line_of_every_cell() -> None:
    read = notebook(book(cell("markdown", "a\nb"), cell("code", "c\n%time d\n!ls"), cell("markdown", "e\n\nf")))
    words, code = read.words.text.split("\n"), read.code.text.split("\n")
    found = {line: read.words.place(number) for number, line in enumerate(words, 1) if len(line) == 1}
    assert found == {"a": (1, 1), "b": (1, 2), "e": (3, 1), "f": (3, 3)}
    assert code[1:4] == ["c", "# %time d", "# !ls"]
    assert read.code.place(4) == (2, 3)


def test_cells_of_another_language_are_no_python() -> None:
    read = notebook(book(cell("code", "%%bash\necho a = b"), metadata={"kernelspec": {"language": "python"}}))
    assert all(line.startswith("#") for line in read.code.text.splitlines() if line)
    assert notebook(book(cell("code", "a <- 1"), metadata={"language_info": {"name": "R"}})).code.text == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '"cells"', "{}", "[" * 100_000])
def test_what_is_no_notebook_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(NotebookError, match="is no notebook"):
        notebook(text)


@pytest.mark.parametrize("text", ['{"cells": 3}', '{"cells": [1, null, {"source": 3}]}', '{"worksheets": [4, {}]}'])
def test_odd_cells_have_no_words(text: str) -> None:
    assert notebook(text).words.text == ""


def test_half_of_a_pair_of_signs_does_not_stop_a_report() -> None:
    text = book(cell("markdown", RIGHT + "\n\ud800 = w1*i1"))
    report = check_notebook("n.ipynb", text)
    for form in ("text", "json", "sarif", "html"):
        rendered([report], form).encode()
