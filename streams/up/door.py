"""Door: what `rollcall up` needs to open one where nobody has said who may knock.

A key ring, a producer `classroom` and a system of record `records`, each with a token that is
made once and kept in the data folder.
"""

import os
import secrets
from pathlib import Path

from streams.pseudonyms.keeping import new_ring
from streams.up.place import UpError

TOKEN_BYTES = 32
CONFIG = """\
# Made by `rollcall up`. `kill -HUP` of the door reads it again.

[tenants.local]
keys = "local.keys"

[tenants.local.producers.classroom]
tokens = "classroom.token"

[tenants.local.staff.records]
tokens = "records.token"
roles = ["notices", "decisions", "rosters"]
"""


def door_config(folder: Path, now_ms: int) -> Path:
    """The config in `folder`, made with all that it points to where it is not there.

    Raises:
        UpError: the folder cannot be written to.
    """
    config = folder / "gateway.toml"
    try:
        _make(folder, config, now_ms)
    except OSError as error:
        raise UpError(f"cannot keep the door's keys in {folder}: {error.strerror}") from error
    return config


def _make(folder: Path, config: Path, now_ms: int) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not config.exists():
        if not (folder / "local.keys").exists():
            new_ring(folder / "local.keys", now_ms)
        for name in ("classroom.token", "records.token"):
            _private(folder / name, secrets.token_urlsafe(TOKEN_BYTES) + "\n")
        # The last: whoever sees it finds the rest.
        _private(config, CONFIG)


def _private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w") as out:
        out.write(text)
