"""Judging equations between whole vectors and matrices."""
