"""Sweeps: learning rates × scales × seeds × starting weights, from six networks to a million and more.

ranges    lists and ranges of numbers, as people write them
plan      what is swept, and in which order the networks are counted
starts    where each network starts
block     the function that computes some networks: the same here and on a cluster
store     finished blocks on disk, so that a sweep that was stopped goes on
run       blocks one after the other, in threads, or on a cluster (`cluster`)
result    what came of it, by learning rate (`screen` and `chart` show it, `tables` writes it)
"""

from __future__ import annotations
