"""The sink: everything committed to the output topics goes into the database, exactly once.

Shell room. One process reads all partitions; a second one beside it changes nothing but the
load. For each batch, in this order:

1. take records off the log, read_committed, from where the database says (`log`, `batch`),
2. write their rows and the next offsets in one database transaction (`sinks.database`),
3. tell the consumer group's offsets to the broker, for lag tools only; nothing starts from them.

A record that is no record of ours is counted and passed over; a database or a broker that is
away is waited for; a row that the database refuses is our bug and ends the process.
"""
