"""Peers: the same job on other libraries, on the same broker, in the same run.

The job: of every participant, how many joins, leaves, camera switches and other records there
were, kept safe every two seconds, from a topic of telemetry as it is. Each peer is a program
with the arguments `bootstrap topic group folder`; it says `first` when it has its first record,
and is stopped when the group's offsets have reached the end. `race` runs them, `results` holds
what they have kept against the log.

Ours does more: it is the worker with all of its rules, which also knows duplicates.
"""
