"""The real parts for one machine: Kafka and PostgreSQL from wheels, and who keeps them running.

Shell room: it starts, watches and ends processes, and knows nothing of sessions or people.
A part is described as a `Program`; it runs alone (`Broker`, `Postgres`) or under a `Supervisor`.
"""
