"""Glance: weeks as they stand, of one person or a whole program, for people to read.

Pure but for `sources`: what was published goes in, lines and figures come out.
"""
