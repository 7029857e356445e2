"""Rules and the shell around them.

Rules (`ledger`, `intervals`, `session`, `care`) are pure: they import `schemas` and nothing
that can look at a clock, an environment or a network. The shell (`worker`, `gateway`, `machine`,
`local`, `simulation`, `settings`, `commands`) decides what happens when, and nothing a clinician
could argue with.
"""
