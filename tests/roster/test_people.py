"""The CSV of people: what a row says, and one line for everything that is wrong."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from schemas.policy import Policies, Policy
from streams.pseudonyms.naming import Pseudonyms
from streams.roster.faults import RosterError
from streams.roster.people import Row, participants_of, read_people
from tests.pseudonyms.rings import NEW
from tests.roster.files import HEADER, ROW, people

POLICIES = Policies(
    [
        Policy(version="1", effective_from=date(2026, 1, 1)),
        Policy(
            version="1",
            effective_from=date(2026, 1, 1),
            program="evening",
            zone="America/New_York",
        ),
    ]
)
SERIES = {("evening", "tue-thu"), ("evening", "fri"), ("morning", "daily")}
FULL = f"{HEADER},weekly_minutes,aliases,exempt"


def rows(folder: Path, *lines: str, header: str = HEADER) -> list[Row]:
    file = people(folder, *lines, header=header)
    return read_people(file, POLICIES, {"evening", "morning"}, SERIES)


def faults(folder: Path, *lines: str, header: str = HEADER) -> list[str]:
    with pytest.raises(RosterError) as error:
        rows(folder, *lines, header=header)
    return [line.removeprefix(f"{folder}/people.csv: ") for line in str(error.value).splitlines()]


def test_a_full_row(tmp_path: Path) -> None:
    line = "par-1,evening,2026-01-05,tue-thu; fri,2026-07-01,completed,yes,540,zm-1 zm-2;,camera"
    assert rows(tmp_path, line, header=FULL) == [
        Row(
            line=2,
            participant="par-1",
            program="evening",
            # Days begin at midnight where the program is, in winter and in summer.
            begins=datetime(2026, 1, 5, 5, tzinfo=UTC),
            ends=datetime(2026, 7, 1, 4, tzinfo=UTC),
            series=("tue-thu", "fri"),
            discharge_reason="completed",
            priority=True,
            weekly_minutes=540,
            aliases=("zm-1", "zm-2"),
            exempt=("camera",),
        )
    ]


def under_a_key(folder: Path, *aliases: str) -> list[tuple[str, ...]]:
    lines = [f"par-{place},{ROW.partition(',')[2]},,{each}," for place, each in enumerate(aliases)]
    file = people(folder, *lines, header=FULL)
    return [row.aliases for row in read_people(file, POLICIES, {"evening"}, None, NEW)]


def test_ids_and_addresses_become_pseudonyms_under_a_key(tmp_path: Path) -> None:
    address, zoom, jaas = under_a_key(
        tmp_path,
        "person-17@example.org; Person-17@Example.ORG zoom:person-17@example.org zm-1",
        "zoom:REGISTRANT-1 ZOOM:REGISTRANT-1",
        "jaas:REGISTRANT-1:2",
    )
    assert address == (Pseudonyms(NEW, "any")("participant", "person-17@example.org"), "zm-1")
    assert zoom == (Pseudonyms(NEW, "zoom")("participant", "REGISTRANT-1"),)
    assert jaas == (Pseudonyms(NEW, "jaas")("participant", "REGISTRANT-1:2"),)


@pytest.mark.parametrize(
    "alias", ["zom:MARKED-1", ":MARKED-1", "zoom:", "mailto:marked@example.org"]
)
def test_what_is_no_alias_is_refused_and_not_told(tmp_path: Path, alias: str) -> None:
    with pytest.raises(RosterError, match=r"line 2: aliases: (before|there)") as error:
        under_a_key(tmp_path, alias)
    assert "marked" not in str(error.value).lower()


def test_two_people_of_one_address_are_told_by_pseudonym(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="is claimed by par-0, too") as error:
        under_a_key(tmp_path, "marked-1@example.org", "MARKED-1@example.org")
    assert "marked" not in str(error.value).lower()


def test_a_bare_row_and_the_order_of_columns(tmp_path: Path) -> None:
    header = "series,enrolled_from,program,participant"
    (row,) = rows(tmp_path, "*,2026-01-05T09:00:00+01:00,morning,par-1", "", header=header)
    assert row.begins == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert (row.ends, row.priority, row.weekly_minutes, row.aliases) == (None, False, None, ())


NO_PSEUDONYM = "must be a pseudonym or a code: up to 128 characters, no `@`, no blanks"
NO_KEY = "an id or address becomes a pseudonym with --keys, and is not taken without"
TWICE = "participant: par-1 in evening is in line 2 already"
NO_DAY = "neither a day such as 2026-03-02 nor an instant with an offset"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",evening,2026-01-05,*,,,", "participant: this is missing"),
        ("one@example.org,evening,2026-01-05,*,,,", f"participant: {NO_PSEUDONYM}"),
        ("a name,evening,2026-01-05,*,,,", f"participant: {NO_PSEUDONYM}"),
        ("par-1,,2026-01-05,*,,,", "program: this is missing"),
        (
            "par-1,evning,2026-01-05,*,,,",
            "program: evning is no known program; known: evening, morning",
        ),
        ("par-1,evening,,*,,,", "enrolled_from: this is missing"),
        ("par-1,evening,2026-02-30,*,,,", f"enrolled_from: {NO_DAY}"),
        ("par-1,evening,05.01.2026,*,,,", f"enrolled_from: {NO_DAY}"),
        (
            "par-1,evening,2026-01-05T09:00:00,*,,,",
            "enrolled_from: an instant needs an offset, such as Z or +01:00",
        ),
        ("par-1,evening,1999-12-30,*,,,", "enrolled_from: must lie between 2000 and 2200"),
        (
            "par-1,evening,2026-01-05,daily,,,",
            "series: daily is no known series of evening; known: fri, tue-thu",
        ),
        (
            "par-1,evening,2026-01-05,*,2026-01-05,done,",
            "enrolled_until: must be later than enrolled_from",
        ),
        ("par-1,evening,2026-01-05,*,2026-01-06,,", "discharge_reason: this is missing"),
        (
            "par-1,evening,2026-01-05,*,,done,",
            "discharge_reason: there is no enrolled_until that it is the reason of",
        ),
        ("par-1,evening,2026-01-05,*,,,maybe", "priority: must be yes or no"),
        ("par-1,evening,2026-01-05,*,,", "priority: the row ends before this column"),
        (
            "par-1,evening,2026-01-05,*,,,,x",
            "priority: the row has more cells than there are columns",
        ),
    ],
)
def test_a_wrong_row(tmp_path: Path, row: str, fault: str) -> None:
    assert faults(tmp_path, ROW.replace("par-1", "par-9"), row) == [f"line 3: {fault}"]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("0,,", "weekly_minutes: must be a whole number from 1 to 10080"),
        ("10081,,", "weekly_minutes: must be a whole number from 1 to 10080"),
        ("9.5,,", "weekly_minutes: must be a whole number from 1 to 10080"),
        (",zm@1,", f"aliases: {NO_KEY}"),
        (",zoom:1,", f"aliases: {NO_KEY}"),
        (
            ",,smell",
            "exempt: smell is no known signal; known: camera, chat, polls, reactions, "
            "shared_work, speaking",
        ),
    ],
)
def test_a_wrong_cell(tmp_path: Path, cells: str, fault: str) -> None:
    assert faults(tmp_path, f"{ROW},{cells}", header=FULL) == [f"line 2: {fault}"]


@pytest.mark.parametrize("minutes", ["1", "10080", ""])
def test_minutes_that_are_right(tmp_path: Path, minutes: str) -> None:
    (row,) = rows(tmp_path, f"{ROW},{minutes},,", header=FULL)
    assert str(row.weekly_minutes or "") == minutes


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("participant,program,series", ["enrolled_from: this column is missing"]),
        ("", [f"{name}: this column is missing" for name in HEADER.split(",")[:4]]),
        (f"{HEADER},series", ["series: this column is there twice"]),
    ],
)
def test_a_wrong_header(tmp_path: Path, header: str, told: list[str]) -> None:
    assert faults(tmp_path, ROW, header=header) == [f"line 1: {each}" for each in told]


def test_an_unknown_column_is_told_with_the_known_ones(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"{ROW},540", header=f"{HEADER},weekly_minuts")
    assert fault.startswith("line 1: weekly_minuts: unknown column; known are participant, ")


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        (
            "2026-01-05,*,,,",
            "2026-01-05,*,,,",
            "participant: par-1 in evening is in line 2 already",
        ),
        ("2026-01-05,*,,,", "2026-02-05,*,,,", "enrolled_from: overlaps the enrolment of line 2"),
        (
            "2026-01-05,*,2026-02-06,done,",
            "2026-02-05,*,,,",
            "enrolled_from: overlaps the enrolment of line 2",
        ),
        ("2026-01-05,*,2026-02-05,done,", "2026-02-05,*,,,", None),
        ("2026-02-05,*,,,", "2026-01-05,*,2026-02-05,done,", None),
    ],
)
def test_enrolments_of_one_person(
    tmp_path: Path, first: str, second: str, fault: str | None
) -> None:
    lines = (f"par-1,evening,{first}", f"par-1,evening,{second}")
    if fault is None:
        assert len(rows(tmp_path, *lines)) == 2
    else:
        assert faults(tmp_path, *lines) == [f"line 3: {fault}"]


def test_two_programs_are_no_overlap(tmp_path: Path) -> None:
    assert len(rows(tmp_path, ROW, ROW.replace("evening", "morning"))) == 2


def test_an_alias_belongs_to_one_person(tmp_path: Path) -> None:
    mine, theirs = f"{ROW},,zm-1,", f"{ROW.replace('par-1', 'par-2')},,zm-2 zm-1,"
    assert faults(tmp_path, mine, theirs, header=FULL) == [
        "line 3: aliases: zm-1 is claimed by par-1, too, in line 2"
    ]
    again = f"{ROW.replace('evening', 'morning')},,zm-1,"
    assert len(rows(tmp_path, mine, again, header=FULL)) == 2
    assert faults(tmp_path, f"{ROW},,par-2,", theirs, header=FULL) == [
        "line 2: aliases: par-2 is a participant itself"
    ]


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    assert len(faults(tmp_path, ",evening,nonsense,*,,,", "par-2,evening,2026-01-05,x,,,")) == 3


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = people(tmp_path, ROW)
    file.write_bytes(file.read_bytes() + b"\xff\xfe\n")
    with pytest.raises(RosterError, match="text: not UTF-8"):
        read_people(file, POLICIES, {"evening"}, None)


def test_who_is_listed_in_a_program(tmp_path: Path) -> None:
    file = people(tmp_path, ROW, "par-2,morning,2026-01-05,*,,,", "par-3,evening,2026-01-05,*,,,")
    assert participants_of(file, "evening") == ["par-1", "par-3"]
    with pytest.raises(RosterError, match="line 1: program: no row is about night"):
        participants_of(file, "night")
