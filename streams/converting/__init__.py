"""Converting: files that platforms gave to somebody, as telemetry with pseudonyms.

`reading` finds the payloads in a file, `roster` whom a session expects, `records` puts the
telemetry of one file together.
"""
