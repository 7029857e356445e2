"""Dead letters: what could not be taken in, read, shown and sent to its topic again.

Shell. In the order of the flow: a record of the dead letter topic says by one of several
`conventions` what failed; `letter` is one of them, put together from its parts; `choice` says
what becomes of it; `again` is the record it came from; `redrive` sends that, and `progress` knows
what was sent. Nothing here mends a record: whoever reads the topic again has to have changed.
"""
