"""The live workbook: every number a formula.

plan      what stands where, as plain data (`order`, `formulas`, `names`)
values    the number of every cell, from the engine
stream    rows of formulas and values, written as fast as text
book      all sheets together, one module each (`…_page`), as a file
"""
