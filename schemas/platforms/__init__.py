"""Platforms: what each video platform sends, as pure functions from payload to telemetry.

No adapter keeps a name, an address or a text: whatever a platform calls somebody or something
passes through `Naming` first, and all else is dropped.
"""
