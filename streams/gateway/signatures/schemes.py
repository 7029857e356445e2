"""Schemes: the check of every platform whose webhooks are understood."""

from collections.abc import Callable, Mapping

from streams.gateway.signatures import zoom
from streams.gateway.signatures.checks import plain
from streams.gateway.signatures.scheme import Scheme

SCHEMES: Mapping[str, Scheme] = {
    "zoom": zoom.verify,
}

KEYS: Mapping[str, Callable[[bytes], object]] = {
    "zoom": plain,
}
"""What a platform's secret is once read; None if it is none."""


def usable(platform: str, secret: bytes) -> bool:
    """Whether `secret` can be one of `platform`: to be asked once, before the door opens."""
    return KEYS[platform](secret) is not None
