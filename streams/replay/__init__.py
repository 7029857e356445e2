"""Replay: what another policy would have made of the same records.

Shell room. It reads files and topics and tells the difference; what it writes goes to a file or
a database of its own. It has no producer, and the import contract `replay` keeps one out of its
reach: whatever happens here, no topic can change.
"""
