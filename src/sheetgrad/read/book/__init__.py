"""Spreadsheet files, as cells: formulas and stored values of every sheet, and nothing run or followed."""
