"""Faults: the real thing is broken in one way after another, and nothing is lost or said twice.

Each scenario is a module with `run(sizes, place)`, which breaks, compares and returns an
`Outcome`; what it finds wrong it raises. `frame` has what they share.
"""
