"""The config: whatever is wrong in it is one line with file, key and reason, and no secret."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.toml_file import FileError
from streams.gateway.config import read_config
from streams.machine.ports import LOOPBACK
from streams.pseudonyms.keeping import new_ring
from streams.pseudonyms.ring import read_ring
from tests.gateway.door import LONG_AGO_MS, PRODUCER, STAFF, secret
from tests.gateway.signatures.senders import KEY_64

SECRET = "zoom-secret-that-nobody-may-see"
GOOD = """
[tenants.north]
keys = "north.keys"
[tenants.north.webhooks.zoom]
secrets = "zoom.secrets"
[tenants.north.producers.classroom]
tokens = "classroom.tokens"
[tenants.north.staff.records]
tokens = "records.tokens"
roles = ["notices", "rosters"]
"""
NORTH = "tenants.north"
HOOK = """[tenants.north.webhooks.zoom]
secrets = "zoom.secrets\""""


def write(folder: Path, text: str = GOOD) -> Path:
    new_ring(folder / "north.keys", LONG_AGO_MS)
    secret(folder / "zoom.secrets", SECRET)
    secret(folder / "classroom.tokens", PRODUCER)
    secret(folder / "records.tokens", STAFF)
    file = folder / "gateway.toml"
    file.write_text(text)
    return file


def refused(config: Path, *more: str, **environment: str) -> str:
    """What a door says that does not open."""
    command = (sys.executable, "-m", "streams.commands", "gateway", "--config", str(config))
    # No broker is there: a config that cannot be used is told of before anybody asks for one.
    done = subprocess.run(
        (*command, "--bootstrap", f"{LOOPBACK}:9", *more),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done
    assert done.stdout == ""
    return done.stderr


def words(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / "gateway.toml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    return change


def lines(name: str, *told: str) -> Callable[[Path], None]:
    return lambda folder: secret(folder / name, *told)


def mode(name: str, bits: int) -> Callable[[Path], None]:
    return lambda folder: (folder / name).chmod(bits)


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def damaged(folder: Path) -> None:
    file = folder / "north.keys"
    text = file.read_text()
    file.write_text(text.replace('secret = "', 'secret = "AAAA'))


def raw(content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / "gateway.toml").write_bytes(content) and None


def folder_for(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir(mode=0o700)

    return change


ROLES = 'roles = ["notices", "rosters"]'
MISTAKES: list[tuple[Callable[[Path], None], str, str]] = [
    (gone("gateway.toml"), "file", "No such file"),
    (raw(b"[tenants"), "end of document", "not TOML"),
    (raw(b"a = 1\nb = x"), "line 2", "not TOML"),
    (raw(b"\xff"), "file", "not UTF-8"),
    (raw(b"#" * 70_000), "file", "longer than"),
    (raw(b""), "tenants", "missing"),
    (raw(b"[tenants]"), "tenants", "length >= 1"),
    (words("[tenants.north]\n", "[tenants.north]\nkey = 1\n"), f"{NORTH}.key", "unknown key"),
    (words(GOOD[:16], "admins = 3\n[tenants.north]"), "admins", "unknown key"),
    (words('keys = "north.keys"\n', ""), f"{NORTH}.keys", "missing"),
    (words("tenants.north", "tenants.North"), "tenants", "match"),
    (words("staff.records", "staff.zoom"), f"{NORTH}.staff.zoom", "what a platform is called"),
    (words("webhooks.zoom", "webhooks.zoon"), f"{NORTH}.webhooks.zoon", "not one of zoom,"),
    (words("webhooks.zoom", "webhooks.bigbluebutton"), ".bigbluebutton.url", "signs it"),
    (words("webhooks.zoom", "webhooks.daily"), ".daily.secrets", "not a secret of daily"),
    (words(ROLES, 'roles = ["admin"]'), f"{NORTH}.staff.records.roles", "enum value"),
    (words(ROLES, "roles = []"), f"{NORTH}.staff.records.roles", "length >= 1"),
    (words(ROLES, ""), f"{NORTH}.staff.records.roles", "missing"),
    (words(ROLES, f'{ROLES}\nids = "names"'), f"{NORTH}.staff.records.ids", "enum value"),
    (words('"north.keys"', '"north.keys"\nevents_per_second = 0'), "events_per_second", ">= 1"),
    (words(HOOK, "[tenants.north.webhooks]\nzoom = 7"), f"{NORTH}.webhooks.zoom", "object"),
    (gone("north.keys"), f"{NORTH}.keys", "No such file"),
    (mode("north.keys", 0o644), f"{NORTH}.keys", "chmod 600"),
    (mode("north.keys", 0o620), f"{NORTH}.keys", "chmod 600"),
    (damaged, f"{NORTH}.keys", "the secret is damaged"),
    (folder_for("north.keys"), f"{NORTH}.keys", "irectory"),
    (gone("zoom.secrets"), f"{NORTH}.webhooks.zoom.secrets", "No such file"),
    (mode("zoom.secrets", 0o604), f"{NORTH}.webhooks.zoom.secrets", "chmod 600"),
    (lines("zoom.secrets"), f"{NORTH}.webhooks.zoom.secrets", "holds no secret"),
    (lines("zoom.secrets", "", "  "), f"{NORTH}.webhooks.zoom.secrets", "holds no secret"),
    (lines("zoom.secrets", SECRET, "short"), ".zoom.secrets", "not a secret of zoom"),
    (folder_for("zoom.secrets"), f"{NORTH}.webhooks.zoom.secrets", "irectory"),
    (gone("classroom.tokens"), f"{NORTH}.producers.classroom.tokens", "No such file"),
    (mode("classroom.tokens", 0o640), ".classroom.tokens", "chmod 600"),
    (lines("classroom.tokens", PRODUCER, "x" * 23), ".classroom.tokens", "at least 24"),
    (lines("records.tokens", PRODUCER), ".records.tokens", "somebody else's already"),
    (words('"zoom.secrets"', '"env:NOT_THERE"'), ".zoom.secrets", "environment's NOT_THERE"),
]


@pytest.mark.parametrize(("mistake", "key", "reason"), MISTAKES)
def test_a_mistake_is_one_line_with_file_key_and_reason(
    tmp_path: Path, mistake: Callable[[Path], None], key: str, reason: str
) -> None:
    config = write(tmp_path)
    ring = (tmp_path / "north.keys").read_text()
    mistake(tmp_path)

    with pytest.raises(FileError) as caught:
        read_config(config, {})

    told = str(caught.value)
    assert told.startswith(f"{config}: "), told
    assert key in told
    assert reason in told
    assert told.isprintable()
    assert not any(each in told for each in secrets_of(ring)), told


def secrets_of(ring: str) -> list[str]:
    """Everything that nobody may read in what the door says."""
    keys = [line.split('"')[1] for line in ring.splitlines() if line.startswith("secret")]
    assert keys
    return [SECRET, PRODUCER, STAFF, "x" * 23, *keys]


@pytest.mark.parametrize(
    "mistake", [gone("gateway.toml"), damaged, lines("records.tokens", PRODUCER)]
)
def test_a_door_with_a_mistake_does_not_open(
    tmp_path: Path, mistake: Callable[[Path], None]
) -> None:
    config = write(tmp_path)
    ring = (tmp_path / "north.keys").read_text()
    mistake(tmp_path)

    told = refused(config)

    assert told.startswith(f"Error: {config}: ")
    assert told.count("\n") == 1
    assert not any(each in told for each in secrets_of(ring))


@pytest.mark.parametrize("option", ["--port", "--metrics-port"])
def test_a_port_that_is_taken_is_one_line(tmp_path: Path, option: str) -> None:
    config = write(tmp_path)
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = str(taken.getsockname()[1])

        told = refused(config, option, port)

    assert "Traceback" not in told
    assert [line for line in told.splitlines() if " ERROR " in line] == told.splitlines()[:1]
    assert port in told


def test_a_good_config_is_read_with_nothing_to_see(tmp_path: Path) -> None:
    text = GOOD.replace('"classroom.tokens"', '"env:TOKENS"')
    text = text.replace('"records.tokens"', '"env:STAFF_TOKENS"')
    text = text.replace("webhooks.zoom", "webhooks.daily").replace('"zoom.secrets"', '"env:DAILY"')
    told = {"TOKENS": f"{PRODUCER}\n{PRODUCER}\n", "STAFF_TOKENS": STAFF, "DAILY": KEY_64.decode()}
    config = write(tmp_path, text)

    found = read_config(config, told)

    assert {caller.name for caller in found.callers.values()} == {"classroom", "records"}
    assert set(found.hooks) == {("daily", "north")}
    ring = (tmp_path / "north.keys").read_text()
    shown = f"{found!r} {list(found.callers.values())!r} {list(found.hooks.values())!r}"
    assert not any(each in shown for each in (*secrets_of(ring), told["DAILY"]))
    assert repr(read_ring(tmp_path / "north.keys").newest.secret) not in shown
