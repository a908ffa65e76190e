"""Formulas as text: the dialect tables, the printer that writes them, the parser that reads them."""
