"""Shapes: what travels through Rollcall, and nothing else.

Records, topics, policies and codecs. This room imports the standard library and msgspec;
it has no clock, does no input or output, and decides nothing.
"""
