"""Webhooks: one literal table of the platforms whose webhooks are understood."""

from collections.abc import Mapping

from schemas.platforms.source import Source

WEBHOOKS: Mapping[str, Source] = {}
