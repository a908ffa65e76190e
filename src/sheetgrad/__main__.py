"""`python -m sheetgrad` is the same as `sheetgrad`."""

from sheetgrad.cli import main

main()
