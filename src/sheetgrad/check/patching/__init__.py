"""Corrected and marked copies of workbooks: only the cells concerned are written anew."""

from sheetgrad.check.patching.copies import CannotPatchError, Change, Patched, patched

__all__ = ["CannotPatchError", "Change", "Patched", "patched"]
