"""Casework: a policy's own cases, read from a log that people write, run through both stages.

Nothing is judged here: the log becomes the records that platforms and staff would send, and the
same ledgers as on Kafka say what comes of them.
"""
