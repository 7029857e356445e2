"""Worker: the stages on Kafka, as a Faust application.

Law: order, retry, transactions and counting live here; no rule that a clinician could argue
with does. Any doubt about what is on the log ends the process: whoever starts it again gets a
fresh producer, which is the one sure cure.

Reading order: `run` (a process from start to end), `app` (the Faust application), `ownership`
(the partitions that are ours now), `recovery` (how one becomes ours), `task` (its life),
`producer` (its transactions), `outbox` (what they carry).
"""
