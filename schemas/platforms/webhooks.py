"""Webhooks: every platform whose webhooks are understood, by the name that operators give it."""

from collections.abc import Mapping

from schemas.platforms.daily import DAILY
from schemas.platforms.jaas import JAAS
from schemas.platforms.jitsi import JITSI
from schemas.platforms.source import Source
from schemas.platforms.zoom import ZOOM

WEBHOOKS: Mapping[str, Source] = {
    "zoom": ZOOM,
    "jitsi": JITSI,
    "jaas": JAAS,
    "daily": DAILY,
}
