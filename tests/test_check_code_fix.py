"""Corrected copies of code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backward_hands import HANDS
from programs_made import HANDS as MADE

from sheetgrad.check.code import check_code
from sheetgrad.check.code_fix import fixed_code
from sheetgrad.check.fix import write_fixed

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = {program.name: program.text for program in MADE}
SPACED = """import numpy as np
Z1=np.dot( W1,X )+b1      # a comment with ünïcode
A1 = np.tanh(Z1)
loss = 0.5*np.sum((A1 - Y)**2)
dZ1=(A1-Y) * (1 - A1 **2)  # dZ1
dW1 = np.dot(dZ1,
             X.T)
db1 = np.sum( dZ1, axis=1, keepdims=True )
"""


def test_only_the_words_that_differ_are_changed() -> None:
    for right, mistaken in (("A1 **2)  #", "Z1 **2)  #"), ("             X.T", "             X"), ("axis=1", "axis=0")):
        assert right in SPACED
        wrong = SPACED.replace(right, mistaken, 1)
        made = fixed_code(check_code("a.py", wrong))
        assert (made.text, made.mended, made.left) == (SPACED, 1, ())


def test_several_mistakes_are_mended_one_after_the_other() -> None:
    right = PROGRAMS["object, 2, sigmoid"]
    wrong = right.replace("self.W1 -= lr", "self.W1 += lr").replace("self.a1.T @", "self.z1.T @")
    made = fixed_code(check_code("a.py", wrong))
    assert (made.text, made.mended) == (right, 2)


def test_what_has_no_repair_stays_as_it_is() -> None:
    wrong = HANDS["einsum"].replace("nj,jk->nk", "nj,jk->nk").replace("dW1 = ", "dW1 = 0.123 + 0 * ")
    made = fixed_code(check_code("a.py", wrong))
    assert made.mended == 0 or check_code("a.py", made.text).counts["false"] == 0
    assert made.left == () or made.text == wrong


def test_the_copy_stands_beside_the_original_which_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    wrong = PROGRAMS["rows, 2, sigmoid"].replace("a1.T @ dz2", "z1.T @ dz2")
    path.write_text(wrong)
    patch, words = write_fixed(check_code(str(path), wrong))
    assert path.read_text() == wrong
    assert (tmp_path / "train.fixed.py").read_text() == PROGRAMS["rows, 2, sigmoid"]
    assert "-dW2 = z1.T @ dz2" in patch
    assert "+dW2 = a1.T @ dz2" in patch
    assert words.endswith("train.fixed.py: 1 corrected")
