"""A key ring: what a file must be, and which key is in force."""

import base64
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pseudonyms.ring import Key, Ring, RingError, read_ring, ring_text
from tests.pseudonyms.rings import MIDDLE, NEW, OLD, RING, rings

SECRET = base64.b64encode(OLD.secret).decode()


@pytest.mark.parametrize(
    ("ms", "key"),
    [
        (0, OLD),
        (OLD.starts_at, OLD),
        (MIDDLE.starts_at - 1, OLD),
        (MIDDLE.starts_at, MIDDLE),
        (NEW.starts_at - 1, MIDDLE),
        (NEW.starts_at, NEW),
        (NEW.starts_at + 10**12, NEW),
    ],
)
def test_the_newest_key_that_has_begun_is_in_force(ms: int, key: Key) -> None:
    assert RING.at(ms) == key


@given(rings, st.data())
def test_the_order_of_keys_in_a_file_makes_no_difference(ring: Ring, data: st.DataObject) -> None:
    assert Ring.of(data.draw(st.permutations(ring.newest_first))) == ring


def ring_file(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    file = folder / "north.keys"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_ring_is_read_as_it_was_written(tmp_path: Path, mode: int) -> None:
    assert read_ring(ring_file(tmp_path, ring_text(RING), mode)) == RING


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o660, 0o644, 0o666, 0o610, 0o601])
def test_a_ring_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    file = ring_file(tmp_path, ring_text(RING), mode)
    with pytest.raises(RingError, match="others may read or write it"):
        read_ring(file)


def test_what_is_no_file_is_no_ring(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        read_ring(tmp_path)
    with pytest.raises(RingError, match="not a file"):
        read_ring(Path("/dev/null"))


def entry(**changes: str | None) -> str:
    """One key of a file, with fields replaced, or left out where null."""
    fields = {"id": f'"{OLD.id}"', "from": "2026-01-02T00:00:00Z", "secret": f'"{SECRET}"'}
    lines = {name: held for name, held in (fields | changes).items() if held is not None}
    return "\n".join(["[[key]]", *(f"{name} = {held}" for name, held in lines.items()), ""])


FROM = "from"
WRONG: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "a key ring has [[key]] and nothing else"),
    "no keys": ("key = []", "there is no key in it"),
    "one table": (entry().replace("[[key]]", "[key]"), "a key ring has [[key]] and nothing else"),
    "no tables": (f'key = ["{SECRET}"]', "key 1: a key has"),
    "more": (f"name = 1\n{entry()}", "a key ring has [[key]] and nothing else"),
    "not TOML": (f'{entry()}\nsecret = "{SECRET}\n', "not TOML: line 6"),
    "TOML that quotes": (f"{entry()}\n{SECRET}\n", "not TOML: line 6"),
    "bytes": (b"\xff" + OLD.secret, "not TOML"),
    "deep": ("x = " + "[" * 50_000, "not TOML"),
    "long": (entry() + "#" * (1 << 20), "too long for a key ring"),
    "missing": (entry(id=None), "key 1: a key has `id`, `from` and `secret`, and nothing else"),
    "surplus": (entry(other=f'"{SECRET}"'), "key 1: a key has `id`, `from` and `secret`, and"),
    "day": (entry(**{FROM: "2026-01-02"}), "key 1: from: not an instant"),
    "no zone": (entry(**{FROM: "2026-01-02T00:00:00"}), "key 1: from: not an instant"),
    "long ago": (entry(**{FROM: "1999-12-31T23:59:59Z"}), "key 1: from: must lie between"),
    "no text": (entry(secret="7"), "key 1: secret: has 32 to 4096 bytes"),
    "no base64": (entry(secret=f'"{SECRET[:-2]}!"'), "key 1: secret: not base64"),
    "no ASCII": (entry(secret='"é"'), "key 1: secret: not base64"),
    "short": (entry(secret=f'"{base64.b64encode(b"k" * 31).decode()}"'), "key 1: secret: has 32"),
    "id": (entry(id='"000000"'), f"key 1: id: the secret is damaged, or its id is {OLD.id}"),
    "a secret as id": (entry(id=f'"{SECRET}"'), "key 1: id: the secret is damaged"),
    "twice": (entry() + entry(**{FROM: "2026-01-03T00:00:00Z"}), "id: two keys are the same"),
    "at once": (
        ring_text(Ring.of([OLD])) + ring_text(Ring.of([Key.of(NEW.secret, OLD.starts_at)])),
        "from: two keys come into force at once",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_in_a_line_without_the_secret(tmp_path: Path, wrong: str) -> None:
    text, reason = WRONG[wrong]
    file = ring_file(tmp_path, text)
    with pytest.raises(RingError) as told:
        read_ring(file)
    message = str(told.value)
    assert message.startswith(f"{file}: {reason}")
    assert "\n" not in message
    assert SECRET[:8] not in message
    error: BaseException | None = told.value
    while error is not None:
        assert error.__suppress_context__ or error.__context__ is None
        error = error.__cause__


def test_a_secret_is_in_no_repr() -> None:
    for shown in (repr(OLD), repr(RING), str(RING), f"{OLD}"):
        assert repr(OLD.secret) not in shown
        assert SECRET not in shown
        assert OLD.id in shown


FRAGMENTS = [
    *("[[key]]\n", "[key]\n", "id = ", "from = ", "secret = ", "\n", '"', "'", "=", "{", "[", "]"),
    *("1", "9" * 5_000, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:60Z", "inf", "\\ud800"),
    *(f'"{SECRET}"', f'"{OLD.id}"', "2026-01-02T00:00:00Z", "\x00", "é", "#"),
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join) | st.binary(max_size=40))
def test_whatever_a_file_holds_it_is_a_ring_or_told_in_a_line(content: str | bytes) -> None:
    with TemporaryDirectory() as folder:
        file = ring_file(Path(folder), content)
        told = ""
        try:
            read_ring(file)
        except RingError as error:
            told = str(error)
        assert "\n" not in told
        assert SECRET[:8] not in told
