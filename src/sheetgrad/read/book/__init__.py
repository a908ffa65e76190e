"""Spreadsheet files, as cells: formulas and stored values of every sheet, and nothing run or followed."""

from sheetgrad.read.book.limits import UnreadableBookError
from sheetgrad.read.book.opening import open_book

__all__ = ["UnreadableBookError", "open_book"]
