"""Checking workbooks: from the cells of a sheet to the network they compute, and to the cells that are wrong."""
