"""Webhooks: every platform whose webhooks are understood, by the name that operators give it."""

from collections.abc import Callable, Mapping

from schemas.platforms.bigbluebutton import BIGBLUEBUTTON, BIGBLUEBUTTON_MAPPED
from schemas.platforms.daily import DAILY
from schemas.platforms.jaas import JAAS
from schemas.platforms.jitsi import JITSI
from schemas.platforms.livekit import LIVEKIT
from schemas.platforms.recall import RECALL
from schemas.platforms.source import Source
from schemas.platforms.zoom import ZOOM

WEBHOOKS: Mapping[str, Source] = {
    "zoom": ZOOM,
    "livekit": LIVEKIT,
    "bigbluebutton": BIGBLUEBUTTON,
    "bigbluebutton-mapped": BIGBLUEBUTTON_MAPPED,
    "jitsi": JITSI,
    "jaas": JAAS,
    "daily": DAILY,
    "recall": RECALL,
}

ROOM_NAMES: Mapping[str, Callable[[str], str]] = {
    source.platform: source.room_name for source in WEBHOOKS.values()
}
"""How rooms are called, by platform."""
