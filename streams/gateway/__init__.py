"""Gateway: the door through which platforms, producers and staff send.

It decides who may come in and keeps the order of things: checked, made pseudonymous, stored,
acknowledged by the broker, and only then answered. It decides nothing that a clinician could
argue with: what a payload means is in `schemas/platforms`. `signatures` and `replays` are pure,
with time as an argument; clocks, sockets and files are left to what calls them.
"""
