"""Judging other people's equations: is it true, and if not, what is wrong with it."""
