"""Schemes: the check of every platform whose webhooks are understood."""

from collections.abc import Callable, Mapping

from streams.gateway.signatures import bigbluebutton, daily, jaas, jitsi, livekit, recall, zoom
from streams.gateway.signatures.checks import of_base64, plain
from streams.gateway.signatures.scheme import Scheme

SCHEMES: Mapping[str, Scheme] = {
    "zoom": zoom.verify,
    "livekit": livekit.verify,
    "bigbluebutton": bigbluebutton.verify,
    "bigbluebutton-mapped": bigbluebutton.verify,
    "jitsi": jitsi.verify,
    "jaas": jaas.verify,
    "daily": daily.verify,
    "recall": recall.verify,
}

KEYS: Mapping[str, Callable[[bytes], object]] = {
    "zoom": plain,
    "livekit": livekit.pair,
    "bigbluebutton": plain,
    "bigbluebutton-mapped": plain,
    "jitsi": plain,
    "jaas": plain,
    "daily": of_base64,
    "recall": recall.key,
}
"""What a platform's secret is once read; None if it is none."""


def usable(platform: str, secret: bytes) -> bool:
    """Whether `secret` can be one of `platform`: to be asked once, before the door opens."""
    return KEYS[platform](secret) is not None
