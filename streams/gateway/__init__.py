"""Gateway: the HTTP door through which platforms, producers and staff send.

It decides who may come in and keeps the order of things: checked, named by pseudonyms, appended
to the log, acknowledged, and only then answered. It decides nothing that a clinician could argue
with: what a payload means is in `schemas/platforms`. `signatures`, `replays`, `reading`,
`naming`, `events`, `staff` and `webhooks` are pure, with time as an argument; `server` is the
order of a request, `writer` and `tables` are the log's two ends.
"""
