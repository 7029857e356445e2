"""Zoom CSV: one row a join, in several languages, of whole minutes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instants import MILLISECOND
from schemas.platforms.zoom_csv import ZOOM_CSV
from schemas.telemetry import Joined, Left
from tests.schemas.platforms.reports import converted, par, refused, told, tried

HEADER = (
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room"
)
ANN = "MARKED-NAME-1 (MARKED-ORIGINAL-1),marked-1@example.org"
BOB = "MARKED-NAME-2,marked-2@example.org"
NAMES = {"marked-1@example.org": "a", "marked-2@example.org": "b"}


def report(*rows: str, header: str = HEADER) -> str:
    return "\r\n".join((header, *rows, ""))


def row(who: str, joined: str, left: str, minutes: int = 60, waiting: str = "No") -> str:
    return f"{who},{joined},{left},{minutes},Yes,{waiting}"


ONE = report(row(ANN, "03/13/2026 06:00:00 PM", "03/13/2026 07:00:00 PM"))


def test_a_row_is_a_join_and_a_leave_and_the_report_is_closed() -> None:
    done = converted(ZOOM_CSV, ONE)

    assert told(done, NAMES) == ["joined 13 17:00 a", "left 13 18:00 a", "session_ended 13 18:00"]
    assert done.ignored == ()


def test_nobody_left_early_for_a_plan_that_was_longer() -> None:
    done = converted(ZOOM_CSV, report(row(ANN, "02.03.2026 18:00", "02.03.2026 19:00")))

    assert told(done, NAMES)[-1] == "session_ended 19:00"


def test_overlapping_rows_are_connections_of_one_person() -> None:
    done = converted(
        ZOOM_CSV,
        report(
            row(ANN, "03/13/2026 06:00:00 PM", "03/13/2026 07:00:00 PM"),
            row(ANN.upper(), "03/13/2026 06:30:00 PM", "03/13/2026 07:30:00 PM"),
        ),
    )
    people = [record for record in done.records if isinstance(record, Joined | Left)]

    assert {record.participant for record in people} == {par("marked-1@example.org")}
    assert len({record.connection for record in people}) == 2


def test_two_rows_alike_are_two_connections() -> None:
    same = row(ANN, "03/13/2026 06:00:00 PM", "03/13/2026 07:00:00 PM")
    done = converted(ZOOM_CSV, report(same, same))

    assert len({record.id for record in done.records}) == 5


def test_the_order_of_rows_changes_no_id() -> None:
    rows = [
        row(ANN, "03/13/2026 06:00:00 PM", "03/13/2026 07:00:00 PM"),
        row("MARKED-NAME-3,", "03/13/2026 06:10:00 PM", "03/13/2026 07:00:00 PM"),
        row(BOB, "03/13/2026 06:00:00 PM", "03/13/2026 07:00:00 PM"),
    ]

    there, back = (set(converted(ZOOM_CSV, report(*each)).records) for each in (rows, rows[::-1]))

    assert there == back


def test_without_an_address_a_row_is_a_guest_whatever_the_name() -> None:
    done = converted(
        ZOOM_CSV,
        report(
            row("MARKED-NAME-1,", "03/13/2026 06:00:00 PM", "03/13/2026 07:00:00 PM"),
            row("MARKED-NAME-1,", "03/13/2026 07:05:00 PM", "03/13/2026 08:00:00 PM"),
        ),
    )

    assert len({each.participant for each in done.records if isinstance(each, Joined)}) == 2
    assert done.ignored == ("no_identity", "no_identity")


def test_whoever_was_let_in_waited_for_that_stay() -> None:
    rows = [
        row(ANN, "03/13/2026 05:50:00 PM", "03/13/2026 06:02:00 PM", 12, "Yes"),
        row(ANN, "03/13/2026 06:02:00 PM", "03/13/2026 07:00:00 PM", 58),
        row(BOB, "03/13/2026 05:50:00 PM", "03/13/2026 06:00:00 PM", 10, "Yes"),
        row(BOB, "03/13/2026 06:02:00 PM", "03/13/2026 07:00:00 PM", 58),
    ]
    done = converted(ZOOM_CSV, report(*rows))

    assert [each for each in told(done, NAMES) if each.endswith(" a")] == [
        "waiting 13 16:50 a",
        "joined 13 17:02 a",
        "left 13 18:00 a",
    ]
    assert [each for each in told(done, NAMES) if each.endswith(" b")] == [
        "waiting 13 16:50 b",
        "left 13 17:00 b",
        "joined 13 17:02 b",
        "left 13 18:00 b",
    ]


def test_the_waiting_room_is_not_presence() -> None:
    body = report(row(ANN, "03/13/2026 05:50:00 PM", "03/13/2026 06:02:00 PM", 12, "Yes"))

    assert told(converted(ZOOM_CSV, body), NAMES) == [
        "waiting 13 16:50 a",
        "left 13 17:02 a",
        "session_ended 13 17:02",
    ]


def test_a_row_that_begins_and_ends_in_one_minute_is_a_short_visit_and_no_return() -> None:
    done = converted(ZOOM_CSV, report(row(ANN, "13.03.2026 18:00", "13.03.2026 18:00", 1)))
    joined, left, _ = done.records

    assert left.at - joined.at == MILLISECOND


def test_rows_about_the_meeting_may_stand_above() -> None:
    above = "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants"
    meeting = "MARKED-ID,MARKED-TOPIC,03/13/2026 06:00:00 PM,,marked-0@example.org,60,1"

    assert converted(ZOOM_CSV, f"{above}\n{meeting}\n\n{ONE}") == converted(ZOOM_CSV, ONE)


APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
HEADERS = {
    "German": "Name (ursprünglicher Name),Benutzer-E-Mail,Beitrittszeit,Verlassenszeit,"
    "Dauer (Minuten),Gast,Im Warteraum",
    "French": "Nom (nom d'origine),E-mail de l'utilisateur,Heure d'arrivée,Heure de départ,"
    "Durée (minutes),Invité,Dans la salle d'attente",
    "Spanish": "Nombre (nombre original),Correo electrónico,Hora de entrada,Hora de salida,"
    "Duración (minutos),Invitado,En sala de espera",
    "Portuguese": "Nome (nome original),E-mail do usuário,Hora de entrada,Hora de saída,"
    "Duração (minutos),Convidado,Na sala de espera",
    "Japanese": "名前,ユーザーのメール,参加時刻,退出時刻,期間,ゲスト,待機室",
}
NOES = {
    "German": "Nein",
    "French": "Non",
    "Spanish": "No",
    "Portuguese": "Não",
    "Japanese": "いいえ",
}
YESES = {"German": "Ja", "French": "Oui", "Spanish": "Sí", "Portuguese": "Sim", "Japanese": "はい"}


@pytest.mark.parametrize("language", HEADERS)
def test_headers_of_other_languages(language: str) -> None:
    rows = (
        row(ANN, "13/03/2026 18:00:00", "13/03/2026 18:05:00", 5, YESES[language]),
        row(ANN, "13/03/2026 18:05:00", "13/03/2026 19:00:00", 55, NOES[language]),
    )
    done = converted(ZOOM_CSV, report(*rows, header=HEADERS[language].replace("'", APOSTROPHE)))

    assert told(done, NAMES)[:2] == ["waiting 13 17:00 a", "joined 13 17:05 a"]
    assert told(done, NAMES)[-2:] == ["left 13 18:00 a", "session_ended 13 18:00"]


@pytest.mark.parametrize(
    ("joined", "left"),
    [
        ("2026-03-13 18:00:00", "2026-03-13 19:00:00"),
        ("2026/03/13 18:00", "2026/03/13 19:00"),
        ("13.03.26 18:00", "13.03.26 19:00"),
        ("13/03/2026 06:00 p. m.", "13/03/2026 07:00 p. m."),
        ("3/13/2026 6:00 PM", "3/13/2026 7:00 PM"),
    ],
)
def test_dates_that_tell_their_order(joined: str, left: str) -> None:
    done = converted(ZOOM_CSV, report(row(ANN, joined, left)))

    assert told(done, NAMES)[:2] == ["joined 13 17:00 a", "left 13 18:00 a"]


OPEN = report(row(ANN, "03/04/2026 06:00:00 PM", "03/04/2026 07:00:00 PM"))


def test_dates_that_do_not_tell_their_order_are_refused() -> None:
    assert refused(ZOOM_CSV, OPEN) == "date_order_unknown"
    american = converted(ZOOM_CSV, OPEN, date_order="mdy")
    british = converted(ZOOM_CSV, OPEN, date_order="dmy")
    assert (american.records[0].at.month, british.records[0].at.month) == (3, 4)


def test_one_row_tells_the_order_of_all() -> None:
    other = row(BOB, "03/04/2026 06:00:00 PM", "03/13/2026 07:00:00 PM")

    assert converted(ZOOM_CSV, report(other)).records[0].at.month == 3


def test_a_day_that_is_also_its_month_is_open_to_both() -> None:
    assert converted(ZOOM_CSV, report(row(ANN, "3/3/26 6:00 PM", "3/3/26 7:00 PM"))).records


def test_the_order_told_must_be_possible() -> None:
    assert refused(ZOOM_CSV, ONE, date_order="dmy") == "date_order_mixed"


TWICE = report(row(ANN, "2026-10-25 02:30:00", "2026-10-25 02:10:00", 40))


def test_of_the_hour_that_comes_twice_the_one_that_fits() -> None:
    done = converted(ZOOM_CSV, TWICE)

    assert told(done, NAMES)[:2] == ["joined 25 00:30 a", "left 25 01:10 a"]


@pytest.mark.parametrize(("minutes", "left"), [(40, "00:40"), (100, "01:40")])
def test_the_duration_tells_which_hour(minutes: int, left: str) -> None:
    body = report(row(ANN, "2026-10-25 02:00:00", "2026-10-25 02:40:00", minutes))

    assert told(converted(ZOOM_CSV, body), NAMES)[1] == f"left 25 {left} a"


def test_an_hour_that_is_skipped_tells_of_another_zone() -> None:
    body = report(row(ANN, "2026-03-29 02:30:00", "2026-03-29 03:30:00"))

    assert refused(ZOOM_CSV, body) == "line 2: no_such_date"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no_join_and_leave_columns"),
        (
            "Name,User Email,Total Duration (Minutes),Guest\nMARKED,,5,Yes\n",
            "no_join_and_leave_columns",
        ),
        (report(row(ANN, "MARKED", "13.03.2026 18:00")), "line 2: unreadable_time"),
        (report(row(ANN, "13.03.2026 25:00", "13.03.2026 18:00")), "line 2: unreadable_time"),
        (report(row(ANN, "31.02.2026 18:00", "13.03.2026 18:00")), "line 2: no_such_date"),
        (report(row(ANN, "13.03.0126 18:00", "13.03.2026 18:00")), "line 2: no_such_date"),
        (report(row(ANN, "13.03.2026 18:00", "13.03.2026 17:00")), "line 2: leave_before_join"),
        (
            report(row(ANN, "13.03.2026 18:00", "13.03.2026 19:00", 60, "MARKED")),
            "line 2: unknown_answer",
        ),
        (report(row(ANN, "13.03.2026 18:00", "03/13/2026 19:00")), "date_order_mixed"),
        (HEADER.encode() + b"\n\xff,", "invalid_encoding"),
        (HEADER + "\nMARKED\0,", "nul_character"),
        (HEADER + '\n"MARKED,', "line 2: invalid_table"),
    ],
)
def test_what_cannot_be_read_is_refused_without_a_word_of_it(
    body: bytes | str, reason: str
) -> None:
    assert refused(ZOOM_CSV, body) == reason


def test_local_times_need_a_zone() -> None:
    assert refused(ZOOM_CSV, ONE, zone=None) == "zone_unknown"


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_random_bytes_are_records_or_refused(body: bytes) -> None:
    tried(ZOOM_CSV, body)
    tried(ZOOM_CSV, HEADER.encode() + b"\n" + body)


@given(st.data())
def test_a_damaged_report_is_records_or_refused(data: st.DataObject) -> None:
    body = ONE.encode()
    at = data.draw(st.integers(0, len(body)))
    until = data.draw(st.integers(at, len(body)))
    tried(ZOOM_CSV, body[:at] + data.draw(st.binary(max_size=8)) + body[until:])
