"""Form: a value of an URL-encoded form, as bytes: what they mean is for its reader to say."""

import re

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


def unescaped(value: bytes) -> bytes:
    """The bytes that `value` stands for; a `%` that begins no escape stands for itself."""
    return _ESCAPE.sub(_byte, value.replace(b"+", b" "))


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode())
