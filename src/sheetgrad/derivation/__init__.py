"""A Program written as a derivation that people can follow: sections, numbered lines, working."""

from sheetgrad.derivation.document import Derivation
from sheetgrad.derivation.why import WHY, why
from sheetgrad.derivation.write import EVERY_FORM, FORMS, derive

__all__ = ["EVERY_FORM", "FORMS", "WHY", "Derivation", "derive", "why"]
