"""`rollcall keys …`: rings change whole or not at all, and no secret is ever said."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from schemas.codec import decode_identity
from schemas.instants import rfc3339
from schemas.topics import IDENTITIES
from sinks.topics import provision
from streams.commands import main
from streams.machine.kafka import Broker
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.names import Names
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import Key, Ring, read_ring, ring_text
from streams.reading import read_topic
from tests.pseudonyms.rings import MIDDLE, NEW, OLD, RING

LATER = "2199-03-02T03:00:00Z"
MARKED = ("MARKED-1", "marked-2@example.org")


class Keys:
    """A folder with a ring of three keys, of which nothing secret may ever be said."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file, self.to = folder, folder / "north.keys", folder / "log.ndjson"
        self.file.touch(0o600)
        self.file.write_text(ring_text(RING))
        self.secrets = {key.secret for key in RING.newest_first}

    def ring(self) -> Ring:
        ring = read_ring(self.file)
        self.secrets |= {key.secret for key in ring.newest_first}
        return ring

    def do(self, command: str, *arguments: str, stdin: str | bytes = "") -> Result:
        result = CliRunner().invoke(main, ("keys", command, str(self.file), *arguments), stdin)
        assert isinstance(result.exception, SystemExit | None), result.exc_info
        if self.file.exists() and self.file.stat().st_mode & 0o077 == 0:
            self.ring()
        for secret in self.secrets:
            text = base64.b64encode(secret).decode()
            for shown in (text, text[:8], secret.hex(), repr(secret), secret.decode("latin-1")):
                assert shown not in result.output
        assert "MARKED" not in result.output.upper()
        return result

    def rekey(self, *names: str, platforms: Sequence[str] = ("zoom",), to: str = "") -> Result:
        options = [option for each in platforms for option in ("--platform", each)]
        options += ["--to", to or str(self.to)]
        return self.do("rekey", "-", *options, stdin="\n".join(names))

    def knows(self, alias: str, participant: str, **more: Any) -> None:
        about = {"type": "identity", "id": "i", "source": "roster", "at": "2026-01-01T00:00:00Z"}
        line = {**about, "alias": alias, "participant": participant, **more}
        with self.to.open("a") as log:
            log.write(json.dumps(line) + "\n")

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.to.read_bytes().splitlines()]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def alias(key: Key, name: str, platform: str = "zoom") -> str:
    return Pseudonyms(key, platform)("participant", name)


def test_a_new_ring_has_one_key_that_only_its_owner_may_read(keys: Keys) -> None:
    keys.file.unlink()
    before = time.time_ns() // 1_000_000
    told = keys.do("new")
    assert told.exit_code == 0, told.output
    (key,) = keys.ring().newest_first
    assert keys.file.stat().st_mode & 0o777 == 0o600
    assert len(key.secret) == 32
    assert before <= key.starts_at <= time.time_ns() // 1_000_000
    assert f"key {key.id};" in told.stdout


def test_a_ring_that_is_there_is_never_made_anew(keys: Keys) -> None:
    before = keys.file.read_bytes()
    told = keys.do("new")
    assert (told.exit_code, told.stderr) == (1, f"Error: {keys.file}: File exists\n")
    assert keys.file.read_bytes() == before


def test_no_two_keys_are_the_same(keys: Keys) -> None:
    for day in range(3, 8):
        assert keys.do("rotate", "--from", LATER.replace("-02T", f"-0{day}T")).exit_code == 0
    assert len({key.secret for key in keys.ring().newest_first}) == 8


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_rotation_adds_a_key_and_keeps_what_was(keys: Keys, mode: int) -> None:
    keys.file.chmod(mode)
    told = keys.do("rotate", "--from", LATER)
    assert told.exit_code == 0, told.output
    new, *others = keys.ring().newest_first
    assert rfc3339(new.starts_at) == "2199-03-02T03:00:00.000Z"
    assert tuple(others) == RING.newest_first
    assert keys.file.stat().st_mode & 0o777 == mode
    assert [each.name for each in keys.folder.iterdir()] == [keys.file.name]
    assert f"key {new.id} is in force from 2199-03-02" in told.stdout


def test_without_an_instant_there_is_an_hour_to_bring_the_file_to_the_doors(keys: Keys) -> None:
    now = time.time_ns() // 1_000_000
    assert keys.do("rotate").exit_code == 0
    assert 3_600_000 <= keys.ring().newest.starts_at - now < 3_660_000


@pytest.mark.parametrize(
    ("begins", "reason"),
    [
        ("2026-01-01T00:00:00Z", "from: 2026-01-01T00:00:00.000Z has passed, and ids were given"),
        ("2199-03-02T02:59:59Z", "from: must be later than that of "),
        ("2199-03-02T03:00:00Z", "from: must be later than that of "),
    ],
)
def test_a_rotation_never_changes_what_was(keys: Keys, begins: str, reason: str) -> None:
    keys.do("rotate", "--from", LATER)
    before = keys.file.read_bytes()
    told = keys.do("rotate", "--from", begins)
    assert told.exit_code == 1
    assert told.stderr.startswith(f"Error: {keys.file}: {reason}")
    assert len(told.stderr.splitlines()) == 1
    assert keys.file.read_bytes() == before


def test_a_ring_behind_a_link_stays_there(keys: Keys) -> None:
    real = keys.folder / "secrets"
    real.mkdir()
    keys.file.rename(real / "ring")
    keys.file.symlink_to(real / "ring")
    assert keys.do("rotate", "--from", LATER).exit_code == 0
    assert keys.file.is_symlink()
    assert len(read_ring(real / "ring").newest_first) == 4


def test_a_disk_that_is_full_leaves_the_ring_as_it_was(keys: Keys) -> None:
    before = keys.file.read_bytes()
    keys_command = (sys.executable, "-B", "-m", "streams.commands", "keys")
    limited = ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *keys_command)
    for arguments in (("rotate", keys.file), ("new", keys.folder / "other.keys")):
        told = subprocess.run((*limited, *arguments), capture_output=True, text=True, check=False)
        assert (told.returncode, told.stdout) == (1, "")
        assert told.stderr.endswith(": File too large\n")
        assert len(told.stderr.splitlines()) == 1
    assert keys.file.read_bytes() == before
    assert [each.name for each in keys.folder.iterdir()] == [keys.file.name]


def test_what_a_change_that_broke_off_has_left_is_in_nobodys_way(keys: Keys) -> None:
    (keys.folder / f".{keys.file.name}.new").write_text("half")
    assert keys.do("rotate", "--from", LATER).exit_code == 0
    assert len(keys.ring().newest_first) == 4
    assert [each.name for each in keys.folder.iterdir()] == [keys.file.name]


def test_ids_and_dates_are_shown(keys: Keys) -> None:
    keys.do("rotate", "--from", LATER)
    coming = keys.ring().newest
    told = keys.do("show")
    assert told.stdout.splitlines() == [
        f"{coming.id}  2199-03-02T03:00:00.000Z  to come",
        f"{NEW.id}  {rfc3339(NEW.starts_at)}  in force",
        f"{MIDDLE.id}  {rfc3339(MIDDLE.starts_at)}  rotated out",
        f"{OLD.id}  {rfc3339(OLD.starts_at)}  rotated out",
    ]
    lines = [json.loads(line) for line in keys.do("show", "--json").stdout.splitlines()]
    assert [tuple(line) for line in lines] == [("id", "from", "state")] * 4


def test_a_key_is_retired(keys: Keys) -> None:
    assert keys.do("retire", MIDDLE.id).exit_code == 0
    assert keys.ring().newest_first == (NEW, OLD)
    assert keys.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("key_id", "reason"),
    [(NEW.id, f"{NEW.id} is in force; rotate first"), ("MARKED", "it has no key with this id")],
)
def test_a_key_that_cannot_be_retired(keys: Keys, key_id: str, reason: str) -> None:
    before = keys.file.read_bytes()
    told = keys.do("retire", key_id)
    assert (told.exit_code, told.stderr) == (1, f"Error: {keys.file}: {reason}\n")
    assert keys.file.read_bytes() == before


def test_a_key_to_come_does_not_protect_the_one_in_force_from_itself(keys: Keys) -> None:
    keys.do("rotate", "--from", LATER)
    assert keys.do("retire", NEW.id).exit_code == 1
    assert keys.do("retire", keys.ring().newest.id).exit_code == 0
    assert keys.ring() == RING


@pytest.mark.parametrize(
    "command", ["rotate", "show", "retire 000000", "pseudonym --platform zoom", "rekey - --to x"]
)
@pytest.mark.parametrize("mode", [0o640, 0o602])
def test_a_ring_that_others_can_reach_is_used_for_nothing(
    keys: Keys, command: str, mode: int
) -> None:
    keys.file.chmod(mode)
    before = keys.file.read_bytes()
    verb, *arguments = command.split()
    platform = ("--platform", "zoom") if verb == "rekey" else ()
    told = keys.do(verb, *arguments, *platform, stdin="MARKED")
    assert told.exit_code == 1
    assert told.stderr == (
        f"Error: {keys.file}: others may read or write it; chmod 600 it, or make new keys\n"
    )
    assert (keys.file.read_bytes(), keys.file.stat().st_mode & 0o777) == (before, mode)


def test_names_become_pseudonyms_from_standard_input(keys: Keys) -> None:
    stdin = f"\ufeff{MARKED[0]}\r\n\n{MARKED[1].upper()}\n"
    wanted = [alias(NEW, name) for name in MARKED]
    for arguments in ((), ("-",)):
        told = keys.do("pseudonym", *arguments, "--platform", "zoom", stdin=stdin)
        assert told.stdout.splitlines() == wanted
        assert told.stderr == ""
    assert keys.do("pseudonym", *MARKED, "--platform", "zoom").stdout.splitlines() == wanted


def test_pseudonyms_of_other_things_and_keys(keys: Keys) -> None:
    told = keys.do("pseudonym", "--platform", "zoom", "--thing", "room", "MARKED")
    assert told.stdout == f"{Pseudonyms(NEW, 'zoom')('room', 'MARKED')}\n"
    told = keys.do("pseudonym", "--platform", "zoom", "--key", OLD.id, "MARKED")
    assert told.stdout == f"{alias(OLD, 'MARKED')}\n"
    told = keys.do("pseudonym", "--platform", "zoom", "--key", "000000", "MARKED")
    assert (told.exit_code, told.stderr) == (
        *(1, f"Error: {keys.file}: it has no key with this id\n"),
    )


def test_a_platform_that_is_none_of_ours_is_told(keys: Keys) -> None:
    told = keys.do("pseudonym", "--platform", "zom", "MARKED")
    assert told.stdout == f"{alias(NEW, 'MARKED', 'zom')}\n"
    assert told.stderr.startswith("zom is taken for a producer; platforms are bigbluebutton, ")
    assert keys.do("pseudonym", "--platform", "a b", "MARKED").exit_code == 2


@pytest.mark.parametrize("command", ["pseudonym", "rekey"])
def test_names_that_are_no_text(keys: Keys, command: str) -> None:
    options = ("-", "--platform", "zoom", *(("--to", "x") if command == "rekey" else ()))
    told = keys.do(command, *options, stdin=b"MARKED\xff")
    assert told.exit_code == 1
    assert told.stderr.endswith("not UTF-8\n")


def test_who_is_known_under_an_older_key_is_told_under_the_newest(keys: Keys) -> None:
    keys.knows(alias(OLD, MARKED[0]), "par-1")
    keys.knows(alias(MIDDLE, MARKED[1]), "par-2")
    keys.knows(alias(NEW, "MARKED-3"), "par-3")
    told = keys.rekey(*MARKED, "MARKED-3", "MARKED-4")
    assert told.exit_code == 0, told.output
    assert {(each["alias"], each["participant"]) for each in keys.records()[3:]} == {
        (alias(NEW, MARKED[0]), "par-1"),
        (alias(NEW, MARKED[1]), "par-2"),
    }
    assert told.stderr.splitlines() == [
        f"2 aliases went to {keys.to} under {NEW.id}; 1 were known, 1 names are nobody's",
        f"key {MIDDLE.id}: nobody is known by it alone",
        f"key {OLD.id}: nobody is known by it alone",
    ]


def test_rekeying_again_changes_nothing(keys: Keys) -> None:
    keys.knows(alias(OLD, MARKED[0]), "par-1")
    keys.rekey(*MARKED)
    before = keys.to.read_bytes()
    told = keys.rekey(*MARKED, *MARKED)
    assert told.stderr.startswith("0 aliases went")
    assert "1 were known, 1 names are nobody's" in told.stderr
    assert keys.to.read_bytes() == before


def test_what_was_taken_back_stays_so(keys: Keys) -> None:
    keys.knows(alias(OLD, MARKED[0]), "par-1")
    keys.knows(alias(MIDDLE, MARKED[0]), "par-1", revision=1, withdrawn=True)
    assert keys.rekey(MARKED[0]).stderr.startswith("0 aliases went")


def test_the_last_that_was_said_of_a_name_is_said_again(keys: Keys) -> None:
    keys.knows(alias(MIDDLE, MARKED[0]), "par-middle")
    keys.knows(alias(OLD, MARKED[0]), "par-old", revision=7)
    keys.rekey(MARKED[0])
    assert keys.records()[-1]["participant"] == "par-middle"


def test_an_older_key_is_needed_by_names_that_were_not_given(keys: Keys) -> None:
    keys.knows(alias(OLD, MARKED[0]), "par-1")
    keys.knows(alias(OLD, "MARKED-9", "daily"), "par-1")
    keys.knows(alias(OLD, "MARKED-8"), "par-8", revision=1, withdrawn=True)
    told = keys.rekey(MARKED[0])
    assert f"key {OLD.id}: still needed: 1 aliases under it are of none" in told.stderr
    told = keys.rekey(MARKED[0], "MARKED-9", platforms=("zoom", "daily"))
    assert told.stderr.startswith("1 aliases went")
    assert f"key {OLD.id}: nobody is known by it alone" in told.stderr


def test_identities_must_be_known_somewhere(keys: Keys) -> None:
    told = keys.rekey(*MARKED, to="-")
    assert told.exit_code == 1
    assert "there is nowhere to look identities up" in told.stderr


def test_after_rekeying_and_retiring_everybody_is_known(keys: Keys) -> None:
    people = {MARKED[0]: (OLD, "par-1"), MARKED[1]: (MIDDLE, "par-2")}
    for name, (key, participant) in people.items():
        keys.knows(alias(key, name), participant)
    keys.rekey(*MARKED)
    for key in (OLD, MIDDLE):
        assert keys.do("retire", key.id).exit_code == 0
    table = Identities(map(decode_identity, keys.to.read_bytes().splitlines()))
    asked = Names(keys.ring(), table, "zoom")
    assert {name: asked.participant(name) for name in MARKED} == {
        name: participant for name, (_, participant) in people.items()
    }


def test_rekeying_on_kafka(keys: Keys, broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    kafka = ("--kafka", broker.bootstrap, "--topic-prefix", prefix)

    def known() -> list[tuple[bytes | None, str]]:
        entries = read_topic(broker.bootstrap, prefix + IDENTITIES.name)
        return sorted((each.key, json.loads(each.value or b"")["participant"]) for each in entries)

    # What is known comes there as the commands bring it.
    ring = Ring.of([OLD])
    keys.file.write_text(ring_text(ring))
    people = keys.folder / "people.csv"
    people.write_text(
        "participant,program,enrolled_from,series,aliases\n"
        f"par-1,evening,2026-01-05,*,zoom:{MARKED[0]}\npar-2,evening,2026-01-05,*,{MARKED[1]}\n"
    )
    options = ("--program", "evening", "--keys", str(keys.file))
    done = CliRunner().invoke(main, ("roster", "import", str(people), *options, *kafka))
    assert done.exit_code == 0, done.output
    before = sorted((alias(OLD, name).encode(), f"par-{n}") for n, name in enumerate(MARKED, 1))
    assert known() == before

    keys.file.write_text(ring_text(RING))
    told_now = ((alias(NEW, name).encode(), f"par-{n}") for n, name in enumerate(MARKED, 1))
    after = sorted([*before, *told_now])
    for count in (2, 0):
        told = keys.do("rekey", "-", "--platform", "zoom", *kafka, stdin="\n".join(MARKED))
        assert told.stderr.startswith(f"{count} aliases went to Kafka")
        assert known() == after
