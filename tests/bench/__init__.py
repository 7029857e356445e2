"""Benchmarks: measured on a real broker in one run and printed as a table, never asserted."""
