"""Spreadsheet files are read as cells: what is stored, what is computed, and what could not be read."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spreadsheets_made import (
    MAIN,
    OFFICE,
    STRICT,
    STRICT_OFFICE,
    formula,
    number,
    ods,
    one,
    relations,
    row,
    sheet,
    xlsx,
)
from workbooks import by_ironcalc, by_libreoffice

import sheetgrad
from sheetgrad.read.book import open_book
from sheetgrad.read.book.addresses import address
from sheetgrad.read.book.cells import Call, Fault, Name, Number, Range, Reference, Text
from sheetgrad.read.book.grammar import BINDING, Grammar, unresolved
from sheetgrad.read.book.number_kinds import Lanes
from sheetgrad.read.book.recalculated import CIRCLE, Recalculation, recalculated
from sheetgrad.read.book.tokens import reference_shape, tokens, tree_shape
from sheetgrad.read.book.values import evaluated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from sheetgrad.read.book.cells import Book, Cell, Formula, Place, Tree


def cell(book: Book, place: tuple[int, int], of: int = 0) -> Cell:
    return book.sheets[of].cells[place]


def made(book: Book, place: tuple[int, int], of: int = 0) -> Formula:
    found = cell(book, place, of).formula
    assert found is not None
    return found


def shape(text: str) -> str:
    return made(open_book(one(text)), (4, 4)).shape


def trouble(text: str) -> str:
    found = made(open_book(one(text)), (4, 4))
    assert found.tree is None
    return found.trouble


def tree(text: str) -> Tree:
    return Grammar(tokens(text, (1, 1), r1c1=True), unresolved).formula()


def worth(text: str) -> Any:
    book = open_book(one(text))
    return recalculated(book)["Sheet1", (4, 4)]


# --- what formulas mean -----------------------------------------------------------------------------

AS_EXCEL_DOES = {
    "-A1^2": 1.265625,
    "2^3^2": 64.0,
    "2^-1": 0.5,
    "-2^2": 4.0,
    "50%*2": 1.0,
    "2*3%": 0.06,
    "1-2-3": -4.0,
    "8/4/2": 1.0,
    "1/2*4": 2.0,
    "--3": 3.0,
    "+-+3": -3.0,
    "1+2*3^2": 19.0,
    "(1+2)*3": 9.0,
    "1+1=2": True,
    "2>1": True,
    "1<>1": False,
    '"a"&"b"&1': "ab1",
    '"A"="a"': True,
    " 1 + 2 ": 3.0,
    "exp(0)": 1.0,
    "POWER(2,3)": 8.0,
    "SUM(A1:B2)": 6.75,
    "SUM(A1,B1,2)": 4.375,
    "SUMPRODUCT(A1:A3,B1:B3)": 16.34375,
    "SUMSQ(A1:A2)": 5.78125,
    "SUMXMY2(A1:A3,B1:B3)": 0.046875,
    "AVERAGE(A1:C1)": 1.25,
    "MAX(A1:C3)-MIN(A1:C3)": 2.25,
    "COUNT(A1:C3)": 9.0,
    "IF(A1>1,10,20)": 10.0,
    "IF(A1<1,10,20)": 20.0,
    "IFERROR(1/0,7)": 7.0,
    "AND(TRUE,1=1)": True,
    "OR(FALSE,1=2)": False,
    "NOT(FALSE)": True,
    "ROUND(2.5,0)": 3.0,
    "ROUND(-1.25,1)": -1.3,
    "INT(-1.5)": -2.0,
    "MOD(-1,3)": 2.0,
    "SIGN(-4)": -1.0,
    "LOG(8,2)": 3.0,
    "LOG10(1000)": 3.0,
    "LN(EXP(1))": 1.0,
    "SQRT(16)+ABS(-1)": 5.0,
    "TANH(0)": 0.0,
    "PRODUCT(A1:C1)": 1.93359375,
    "INDEX(A1:C3,2,3)": 2.375,
    "INDEX(A1:C1,2)": 1.25,
    "SUM(MMULT(A1:B2,A1:B2))": 23.03125,
    "MATCH(2.125,A1:A3,0)": 2.0,
    "1E5/1e5": 1.0,
    "ROW()+COLUMN()": 8.0,
    "_xlfn.SINGLE(A1)": 1.125,
}
"""Formulas that engines agree on, and what they come to where A1 is 1.125, B1 1.25, A2 2.125 and so on."""
FAULTS = {
    "1/0": "#DIV/0!",
    "LN(0)": "#NUM!",
    "SQRT(-1)": "#NUM!",
    "EXP(800)": "#NUM!",
    '"a"+1': "#VALUE!",
    "nobody+1": "#NAME?",
    "#REF!+1": "#REF!",
}


@pytest.mark.parametrize("text", AS_EXCEL_DOES)
def test_a_formula_comes_to_what_spreadsheets_make_of_it(text: str) -> None:
    expected = AS_EXCEL_DOES[text]
    assert worth(text) == (pytest.approx(expected, rel=1e-14) if isinstance(expected, float) else expected)


@pytest.mark.parametrize("text", FAULTS)
def test_an_error_is_a_fault(text: str) -> None:
    assert worth(text) == Fault(FAULTS[text])


@pytest.mark.parametrize("engine", [by_ironcalc, by_libreoffice])
def test_engines_agree_with_the_table_of_formulas(tmp_path: Path, engine: Callable[[Path], Any]) -> None:
    """The table above is not only ours."""
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Sheet1"
    for r in (1, 2, 3):
        page.append([r + p / 8 for p in (1, 2, 3)])
    skipped = ("ROW()", "_xlfn.SINGLE(A1)")  # the one depends on the place, the other is new
    texts = [text for text in AS_EXCEL_DOES if not text.startswith(skipped)]
    for r, text in enumerate(texts, 4):
        page[f"D{r}"] = f"={text}"
    path = tmp_path / "table.xlsx"
    book.save(path)
    found = engine(path)["Sheet1"]
    for r, text in enumerate(texts, 4):
        value, expected = found[r - 1][3], AS_EXCEL_DOES[text]
        if isinstance(expected, float | bool) and not isinstance(value, str):
            assert float(value) == pytest.approx(float(expected), rel=1e-12), text
        else:
            assert str(value).upper() == str(expected).upper(), text


def test_pow_of_google_sheets_is_known() -> None:
    assert worth("POW(3,2)") == 9.0


def test_what_is_not_computed_says_so_and_keeps_its_stored_value() -> None:
    book = open_book(xlsx(sheet(row(1, formula("A1", "RAND()*2", 0.5), formula("B1", "A1+1", 1.5)))))
    again = Recalculation(book)
    assert again.all()["Sheet1", (1, 2)] == 1.5
    assert "RAND" in again.unknown["Sheet1", (1, 1)]


def test_many_values_are_computed_at_once() -> None:
    import numpy as np

    class Given:
        def value(self, _sheet: str | None, row: int, column: int) -> Any:
            return {(1, 1): np.array([0.5, -2.0]), (1, 2): np.array([1 + 2j, 3])}[row, column]

        def values(self, sheet: str | None, first: Place, last: Place) -> list[list[Any]]:
            return [[self.value(sheet, 1, column) for column in range(first[1], last[1] + 1)]]

    found = evaluated(tree("1/(1+EXP(-R1C1))+R1C2^2"), (9, 9), Given(), Lanes(np))
    x, y = np.array([0.5, -2.0]), np.array([1 + 2j, 3])
    assert np.allclose(found, 1 / (1 + np.exp(-x)) + y**2, rtol=1e-14)
    chosen = evaluated(tree("IF(R1C1>0,SUM(R1C1:R1C2),MAX(R1C1,1))"), (9, 9), Given(), Lanes(np))
    assert np.allclose(chosen, [1.5 + 2j, 1.0])


@pytest.mark.parametrize("down", [True, False])
def test_chains_of_ten_thousand_cells_are_no_recursion(*, down: bool) -> None:
    last = 10_000
    step = 1 if down else -1
    start = 1 if down else last
    rows = (
        row(r, number(f"A{r}", 1) if r == start else formula(f"A{r}", f"A{r - step}+1")) for r in range(1, last + 1)
    )
    book = open_book(xlsx(sheet("".join(rows))))
    assert recalculated(book)["Sheet1", (last if down else 1, 1)] == last


def test_a_circle_ends() -> None:
    book = open_book(xlsx(sheet(row(1, formula("A1", "B1+1"), formula("B1", "SUM(A1:A1)"), formula("C1", "C1")))))
    assert set(recalculated(book).values()) == {CIRCLE}


def test_workbooks_of_ours_compute_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "net.xlsx"
    for source in ("class", "xor", "rnn"):
        sheetgrad.workbook(source, path, steps=5)
        book = open_book(path)
        again = Recalculation(book)
        found = again.all()
        count = 0
        for page in book.sheets:
            for place, stored in page.cells.items():
                if isinstance(stored.value, float) and stored.formula and (page.name, place) not in again.unknown:
                    count += 1
                    assert found[page.name, place] == pytest.approx(stored.value, rel=1e-9, abs=1e-12), place
        assert count > 100


# --- shapes -----------------------------------------------------------------------------------------

SHAPES = {
    "A1": "R[-3]C[-3]",
    "$A$1": "R1C1",
    "A$1": "R1C[-3]",
    "$A1": "R[-3]C1",
    "a1*b2": "R[-3]C[-3]*R[-2]C[-2]",
    "D4": "RC",
    "SUM(A:A)": "SUM(R1C[-3]:R1048576C[-3])",
    "SUM($1:$2)": "SUM(R1C1:R2C16384)",
    "Sheet1!A1": "Sheet1!R[-3]C[-3]",
    "'Sheet1'!A1:B2": "Sheet1!R[-3]C[-3]:R[-2]C[-2]",
    "LOG10(A1)": "LOG10(R[-3]C[-3])",
    "_xlfn.SUM(1)": "SUM(1)",
    " 1 +  2": "1+2",
    '"A1"&"b""c"': '"A1"&"b""c"',
}


@pytest.mark.parametrize("text", SHAPES)
def test_a_formula_has_its_shape(text: str) -> None:
    assert shape(text) == SHAPES[text]


def test_copies_down_a_column_and_along_a_row_are_one_formula() -> None:
    rows = [row(r, *(formula(f"{c}{r}", f"{c}{r - 1}*$A$1+{c}$1") for c in "BCDE")) for r in range(2, 30)]
    book = open_book(xlsx(sheet("".join(rows))))
    found = {id(stored.formula) for stored in book.sheets[0].cells.values()}
    assert len(found) == 1


def test_two_formulas_by_turns_stay_two() -> None:
    rows = [row(r, formula(f"B{r}", f"A{r}" if r % 2 else f"A{r - 1}")) for r in range(2, 20)]
    book = open_book(xlsx(sheet("".join(rows))))
    shapes = [stored.formula.shape for stored in book.sheets[0].cells.values() if stored.formula]
    assert shapes == ["R[-1]C[-1]", "RC[-1]"] * 9


def test_the_same_text_beside_a_whole_column_is_another_formula() -> None:
    book = open_book(xlsx(sheet(row(1, formula("B1", "SUM(A:A)"), formula("C1", "SUM(A:A)")))))
    assert made(book, (1, 2)).shape != made(book, (1, 3)).shape


def test_texts_with_percent_signs_are_copied_right() -> None:
    book = open_book(xlsx(sheet("".join(row(r, formula(f"B{r}", f'A{r}*5%&"%s%d"')) for r in range(1, 5)))))
    assert {made(book, (r, 2)).shape for r in range(1, 5)} == {'RC[-1]*5%&"%s%d"'}


LEAVES = st.one_of(
    st.integers(0, 999).map(lambda value: Number(float(value))),
    st.floats(0.001, 1e9).map(Number),
    st.text(alphabet='ab "%!(R', max_size=5).map(Text),
    st.builds(Reference, st.integers(-9, 9), st.integers(-9, 9)),
    st.builds(
        Reference, st.integers(1, 9), st.integers(1, 9), st.just(value=True), st.just(value=True),
        st.sampled_from([None, "Sheet1", "it's", "LR 0.1", "R1C1"]),
    ),
    st.sampled_from(["LR", "ETA_1"]).map(Name),
)  # fmt: skip


def branches(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    two = st.builds(lambda sign, a, b: Call(sign, (a, b)), st.sampled_from(sorted(BINDING)), inner, inner)
    single = st.builds(lambda sign, a: Call(sign, (a,)), st.sampled_from(["neg", "pos", "%"]), inner)
    some = st.builds(
        lambda name, given: Call(name, tuple(given)),
        st.sampled_from(["SUM", "IF", "LOG10"]),
        st.lists(inner, min_size=1, max_size=3),
    )
    return st.one_of(two, single, some)


def spelled(node: Tree) -> str:
    """A tree in R1C1 form with the brackets that are needed, and no others."""
    return _spelled(node)[0]


def _spelled(node: Tree) -> tuple[str, int]:
    match node:
        case Number(value):
            return repr(value), 9
        case Text(value):
            return '"' + value.replace('"', '""') + '"', 9
        case Reference():
            return reference_shape(node), 9
        case Range():
            return tree_shape(node), 9
        case Name(word):
            return word, 9
        case Call(function, (left, right)) if function in BINDING:
            level = BINDING[function]
            return f"{bracketed(left, level)}{function}{bracketed(right, level + 1)}", level
        case Call("neg" | "pos" as sign, (inner,)):
            return ("-" if sign == "neg" else "+") + bracketed(inner, 6), 6
        case Call("%", (inner,)):
            return bracketed(inner, 7 if _spelled(inner)[1] != 6 else 9) + "%", 7
        case Call(function, arguments):
            return f"{function}({','.join(map(spelled, arguments))})", 9
    raise AssertionError(node)


def bracketed(node: Tree, level: int) -> str:
    text, binds = _spelled(node)
    signed_percent = level == 6 and binds == 7  # -2% is read as (-2)%
    return text if binds >= level and not signed_percent else f"({text})"


@given(st.recursive(LEAVES, branches, max_leaves=20))
def test_a_tree_that_is_written_and_read_again_is_the_same_tree(node: Tree) -> None:
    assert tree(spelled(node)) == node


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1+", "ends where a value"),
        ("(1", "is missing"),
        ("SUM(1", "not closed"),
        ("1)", "where it should end"),
        ("A1:SUM(1)", "corners"),
        ("A1 B1", "have in common"),
        ("(A1,B1)", "joins several"),
        ("Nowhere!A1", "no sheet Nowhere"),
        ("Table9[x]", "no table"),
        ("[2]Sheet1!A1", "another file"),
        ("'[other.xlsx]Sheet1'!A1", "another file"),
        ("1+~2", "'~'"),
        ("(" * 100 + "1" + ")" * 100, "64 deep"),
        ("SUM(" * 100 + "1" + ")" * 100, "64 deep"),
        ("(" * 4000 + "1" + ")" * 4000, "64 deep"),
        ("-" * 5000 + "1", "300 steps"),
        ("+".join("1" * 4000), "300 steps"),
        ("1+" * 5000 + "1", "8,192"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, words: str) -> None:
    assert words in trouble(text)


def test_a_formula_of_8192_characters_is_read() -> None:
    text = "SUM(" + ",".join(["A1"] * 2700) + ")"
    text += "+0" * ((8192 - len(text)) // 2)
    assert 8190 <= len(text) <= 8192
    assert worth(text) == 2700 * 1.125


@given(st.text(alphabet="A1$:!'\"[]{}()+-*/^&<>=%,;.#@ RCe_\u00e9", max_size=40))
def test_no_formula_breaks_the_reader(text: str) -> None:
    printable = text.replace("<", "&lt;").replace("&l", "&amp;l") if "&" in text else text
    found = open_book(one(printable)).sheets[0].cells.get((4, 4))
    assert found is None or found.formula is None or (found.formula.tree is None) == bool(found.formula.trouble)


# --- the parts of a package -------------------------------------------------------------------------


def test_shared_formulas_are_spread_also_when_their_master_comes_later() -> None:
    rows = row(1, '<c r="A1"><f t="shared" si="0"/><v>1</v></c>', number("B1", 2))
    rows += row(2, '<c r="A2"><f t="shared" ref="A1:A3" si="0">B2*2</f><v>1</v></c>')
    rows += row(3, '<c r="A3"><f t="shared" si="0"/><v>1</v></c>', '<c r="C3"><f t="shared" si="7"/><v>1</v></c>')
    book = open_book(xlsx(sheet(rows)))
    assert {id(made(book, (r, 1))) for r in (1, 2, 3)} == {id(made(book, (1, 1)))}
    assert made(book, (1, 1)).shape == "RC[1]*2"
    assert "does not have" in made(book, (3, 3)).trouble


def test_each_cell_of_a_block_has_its_element() -> None:
    rows = row(
        1,
        number("A1", 1),
        number("B1", 2),
        '<c r="D1"><f t="array" ref="D1:E2">MMULT(A1:B2,TRANSPOSE(A1:B2))</f><v>5</v></c>',
        number("E1", 11),
    )
    rows += row(2, number("A2", 3), number("B2", 4), number("D2", 11), number("E2", 25))
    rows += row(3, '<c r="A3"><f t="array" ref="A3:B3">A1:B1*{10,20}+1</f><v>11</v></c>', number("B3", 41))
    rows += row(4, '<c r="A4"><f t="array" ref="A4:B4">SORT(A1:B1)</f><v>1</v></c>', number("B4", 2))
    book = open_book(xlsx(sheet(rows)))
    found = recalculated(book)
    for place, value in {(1, 4): 5, (1, 5): 11, (2, 4): 11, (2, 5): 25, (3, 1): 11, (3, 2): 41}.items():
        assert found["Sheet1", place] == value == cell(book, place).value
    assert "SORT" in made(book, (4, 2)).trouble


def test_names_are_worked_into_the_formulas() -> None:
    names = (
        '<definedName name="eta">Sheet1!$A$1</definedName><definedName name="ETA_2">eta*2</definedName>'
        '<definedName name="eta" localSheetId="1">Sheet2!$B$1</definedName>'
        '<definedName name="left">Sheet1!A1</definedName>'
        '<definedName name="a">b+1</definedName><definedName name="b">a+1</definedName>'
    )
    cells = row(2, formula("B2", "Eta*eta_2"), formula("C2", "left"), formula("D2", "a"))
    book = open_book(xlsx(sheet(cells), sheet(cells), names=names))
    fixed = Reference(1, 1, row_fixed=True, column_fixed=True, sheet="Sheet1")
    assert made(book, (2, 2)).tree == Call("*", (fixed, Call("*", (fixed, Number(2.0)))))
    local = made(book, (2, 2), 1).tree
    assert isinstance(local, Call)
    assert local.arguments[0] == Reference(1, 2, row_fixed=True, column_fixed=True, sheet="Sheet2")
    assert made(book, (2, 3)).tree == Reference(0, 0, sheet="Sheet1")
    assert "itself" in made(book, (2, 4)).trouble
    assert book.names["ETA"] == fixed


def test_names_that_double_each_other_end() -> None:
    names = '<definedName name="n_0">1+1</definedName>'
    names += "".join(f'<definedName name="n_{k}">n_{k - 1}+n_{k - 1}</definedName>' for k in range(1, 40))
    assert made(open_book(one("n_39", names=names)), (4, 4)).tree is None


TABLE = (
    f'<table xmlns="{MAIN}" id="1" name="T" displayName="Train" ref="A1:C4" totalsRowCount="1"><tableColumns count="3">'
    '<tableColumn id="1" name="i1"/><tableColumn id="2" name="w 1"/>'
    '<tableColumn id="3" name="h#"/></tableColumns></table>'
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Train[[#This Row],[i1]]", "RC1"),
        ("Train[@i1]", "RC1"),
        ("[@[w 1]]", "RC2"),
        ("Train[@[w 1]]*2", "RC2*2"),
        ("SUM(Train[i1])", "SUM(R2C1:R3C1)"),
        ("SUM(Train[[i1]:[w 1]])", "SUM(R2C1:R3C2)"),
        ("SUM(Train[])", "SUM(R2C1:R3C3)"),
        ("Train[[#Headers],[h'#]]", "R1C3"),
        ("SUM(Train[[#All],[i1]])", "SUM(R1C1:R4C1)"),
        ("Train[[#Totals],[i1]]", "R4C1"),
    ],
)
def test_columns_of_tables_are_cells(text: str, expected: str) -> None:
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("table", "../tables/table1.xml")),
        "xl/tables/table1.xml": TABLE,
    }
    rows = "".join(row(r, *(number(f"{c}{r}", r) for c in "AB"), formula(f"C{r}", text)) for r in (2, 3))
    book = open_book(xlsx(sheet(rows), more=more))
    assert made(book, (2, 3)).shape == made(book, (3, 3)).shape == expected


def test_stored_values_have_their_kinds() -> None:
    texts = "<si><t>plain</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
    texts += "<si><t>0,25</t></si>"
    cells = (
        '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c>'
        '<c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#REF!</v></c>'
        '<c r="F1" t="inlineStr"><is><t>in</t><rPh sb="0" eb="1"><t>no</t></rPh></is></c>'
        '<c r="G1" t="str"><f>"x"</f><v>x</v></c><c r="H1" s="4"/>'
        '<c r="I1"><v>1e-3</v></c><c r="J1" t="s"><v>99</v></c>'
    )
    page = open_book(xlsx(sheet(row(1, cells)), texts=texts)).sheets[0]
    values = {place[1]: stored.value for place, stored in page.cells.items()}
    fault = Fault("#REF!")
    assert values == {1: "plain", 2: "rich", 3: 0.25, 4: True, 5: fault, 6: "in", 7: "x", 9: 0.001, 10: fault}
    assert page.cells[1, 3].text_number
    assert not page.cells[1, 9].text_number


def test_cells_without_an_address_follow_each_other() -> None:
    page = open_book(xlsx(sheet("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><f>A1</f></c></row>"))).sheets[0]
    assert {place: stored.value for place, stored in page.cells.items()} == {(1, 1): 1.0, (1, 2): 2.0, (2, 1): None}


def test_prefixed_and_strict_xml_are_the_same_to_us() -> None:
    prefixed = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:f>1+1</x:f><x:v>2</x:v></x:c>'
    prefixed += "</x:row></x:sheetData></x:worksheet>"
    strict = sheet(row(1, formula("A1", "1+1", 2)), space=STRICT)
    for data in (xlsx(prefixed), xlsx(strict, space=STRICT, office=STRICT_OFFICE)):
        found = cell(open_book(data), (1, 1))
        assert found.value == 2.0
        assert found.formula is not None
        assert found.formula.shape == "1+1"


def test_merged_cells_and_hidden_sheets_are_told() -> None:
    after = '<mergeCells count="1"><mergeCell ref="A1:C2"/></mergeCells>'
    book = open_book(xlsx(sheet(row(1, number("A1", 1)), after=after), attributes=' state="hidden"'))
    assert book.sheets[0].merged == (((1, 1), (2, 3)),)
    assert book.sheets[0].hidden


CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Loss'
    "</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:lineChart><c:ser><c:tx><c:strRef><c:f>Sheet1!$W$1</c:f>"
    "</c:strRef></c:tx><c:val><c:numRef><c:f>Sheet1!$W$2:$W$9</c:f><c:numCache><c:pt idx='0'><c:v>1</c:v></c:pt>"
    "</c:numCache></c:numRef></c:val></c:ser></c:lineChart></c:plotArea></c:chart></c:chartSpace>"
)


def with_chart(chart: str | bytes) -> bytes:
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": "<broken",
        "xl/drawings/_rels/drawing1.xml.rels": relations(("chart", "/xl/charts/chart1.xml")),
        "xl/charts/chart1.xml": chart,
    }
    return xlsx(sheet(row(1, number("A1", 1)), after='<drawing r:id="rId1"/>'), more=more)


def test_charts_name_their_ranges() -> None:
    (chart,) = open_book(with_chart(CHART)).sheets[0].charts
    assert (chart.kind, chart.title) == ("lineChart", "Loss")
    assert chart.series == (("Sheet1!$W$1", "", "Sheet1!$W$2:$W$9"),)


def test_a_broken_chart_does_not_stop_the_cells() -> None:
    book = open_book(with_chart("<broken"))
    assert cell(book, (1, 1)).value == 1.0
    assert any("chart" in remark for remark in book.remarks)


def test_macros_and_links_are_told_and_left_alone() -> None:
    rows = row(1, formula("A1", "[1]Other!A1", 5))
    more = {"xl/vbaProject.bin": b"macro"}
    book = open_book(xlsx(sheet(rows), more=more))
    assert book.linked
    assert cell(book, (1, 1)).value == 5.0
    assert any("macros" in remark for remark in book.remarks)
    assert any("other files" in remark for remark in book.remarks)


# --- OpenDocument -----------------------------------------------------------------------------------


def written(value: object, text: str = "", more: str = "") -> str:
    about = f' table:formula="{text}"' if text else ""
    return f'<table:table-cell office:value-type="float" office:value="{value}"{about}{more}/>'


def test_ods_formulas_are_read() -> None:
    rows = (
        "<table:table-row>" + written(2) + written(3, more=' table:number-columns-repeated="2"') + "</table:table-row>"
    )
    rows += '<table:table-row table:number-rows-repeated="2"/>'
    texts = ("of:=[.A1]*[.$B$1]+eta", "of:=SUM([.A1:.C1];[$'Sheet 2'.A1])", "of:=POWER([.A1];2)")
    rows += "<table:table-row>" + "".join(written(0, text) for text in texts) + "</table:table-row>"
    table = f'<table:table table:name="One">{rows}</table:table>'
    other = f'<table:table table:name="Sheet 2" table:style-name="h"><table:table-row>{written(7)}</table:table-row>'
    other += "</table:table>"
    style = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    names = '<table:named-range table:name="eta" table:cell-range-address="$One.$A$1"/>'
    book = open_book(ods(table + other, names=names, styles=style))
    assert [found for (_, place), found in recalculated(book).items()] == [8.0, 15.0, 4.0]
    assert made(book, (4, 1)).shape == "R[-3]C*R1C2+ETA"
    assert [page.hidden for page in book.sheets] == [False, True]


def test_ods_texts_leave_out_notes() -> None:
    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
    text = '<text:p>w<text:s text:c="2"/>1</text:p><text:p>next</text:p>'
    inside = f'<table:table-cell office:value-type="string">{note}{text}</table:table-cell>'
    book = open_book(ods(f'<table:table table:name="A"><table:table-row>{inside}</table:table-row></table:table>'))
    assert cell(book, (1, 1)).value == "w  1\nnext"


def test_a_billion_empty_cells_of_an_ods_cost_nothing() -> None:
    rows = '<table:table-row table:number-rows-repeated="1048576">'
    rows += '<table:table-cell table:number-columns-repeated="16384"/>'
    book = open_book(ods(f'<table:table table:name="A">{rows}</table:table-row></table:table>'))
    assert not book.sheets[0].cells


def test_libreoffice_writes_what_we_read(tmp_path: Path) -> None:
    """The same workbook as .ods and as .xlsx has the same shapes and values."""
    import subprocess

    from workbooks import needed

    office = needed("soffice")
    path = tmp_path / "net.xlsx"
    sheetgrad.workbook("class", path, steps=3, rates=[0.5])
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [
        office,
        "--headless",
        "--norestore",
        profile,
        "--convert-to",
        "ods",
        "--outdir",
        str(tmp_path),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    ours, theirs = open_book(path), open_book(tmp_path / "net.ods")
    (mine,) = [page for page in ours.sheets if page.name == "Steps"]
    (other,) = [page for page in theirs.sheets if page.name == "Steps"]
    count = 0
    for place, stored in mine.cells.items():
        if stored.formula is None or stored.formula.tree is None:
            continue
        found = other.cells[place].formula
        assert found is not None
        assert found.tree == stored.formula.tree, address(*place)
        count += 1
    assert count > 100


def test_rows_may_come_in_any_order() -> None:
    random.seed(1)
    rows = [row(r, number(f"A{r}", r), formula(f"B{r}", f"A{r}*2")) for r in range(1, 40)]
    random.shuffle(rows)
    book = open_book(xlsx(sheet("".join(rows))))
    assert {r: recalculated(book)["Sheet1", (r, 2)] for r in range(1, 40)} == {r: 2.0 * r for r in range(1, 40)}
    assert OFFICE.startswith("http")
