"""Explanation: the facts, the intervals and the arithmetic behind one score.

Pure: it says again, step by step, what the rules of `session` and `care` did, and decides
nothing. Each section has lines for people and the same figures for machines.
"""
