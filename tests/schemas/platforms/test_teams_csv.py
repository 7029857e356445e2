"""Teams CSV: every shape of the list, in several languages and encodings."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms.teams_csv import TEAMS_CSV
from schemas.telemetry import Joined
from tests.schemas.platforms.reports import converted, refused, told, tried

NAMES = {"marked-1@example.org": "a", "marked-2@example.org": "b"}


def lines(*rows: str) -> str:
    return "\r\n".join(rows).replace("|", "\t") + "\r\n"


SECTIONS = lines(
    "1. Summary",
    "Meeting title|MARKED-TITLE",
    "Attended participants|2",
    "Start time|3/13/26, 5:58:11 PM",
    "End time|3/13/26, 7:31:02 PM",
    "",
    "2. Participants",
    "Name|First Join|Last Leave|In-Meeting Duration|Email|Participant ID (UPN)|Role",
    "MARKED-NAME-1|3/13/26, 6:02:11 PM|3/13/26, 7:00:00 PM|37m 49s"
    "|marked-1@example.org|marked-1@example.org|Presenter",
    "",
    "3. In-Meeting Activities",
    "Name|Join Time|Leave Time|Duration|Email|Role",
    "MARKED-NAME-1|3/13/26, 6:02:11\u202fPM|3/13/26, 6:20:00\u202fPM|17m 49s"
    "|marked-1@example.org|Presenter",
    "MARKED-NAME-1|3/13/26, 6:40:00 PM|3/13/26, 7:00:00 PM|20m|marked-1@example.org|Presenter",
    'MARKED "NAME" 2|3/13/26, 6:00:00 PM|3/13/26, 7:31:02 PM|1h 31m 2s'
    "|marked-2@example.org|Organizer",
)


def test_stays_come_from_the_activities_with_their_gaps() -> None:
    done = converted(TEAMS_CSV, SECTIONS)

    assert told(done, NAMES) == [
        "joined 13 17:00 b",
        "joined 13 17:02:11 a",
        "left 13 17:20 a",
        "joined 13 17:40 a",
        "left 13 18:00 a",
        "left 13 18:31:02 b",
        "session_ended 13 18:31:02",
    ]
    roles = {each.role for each in done.records if isinstance(each, Joined)}
    assert roles == {"host", "participant"}
    assert done.ignored == ()


@pytest.mark.parametrize(
    "body",
    [
        codecs.BOM_UTF16_LE + SECTIONS.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + SECTIONS.encode("utf-16-be"),
        codecs.BOM_UTF8 + SECTIONS.encode(),
        SECTIONS.encode().replace(b"\r\n", b"\n"),
    ],
)
def test_encodings(body: bytes) -> None:
    assert converted(TEAMS_CSV, body) == converted(TEAMS_CSV, SECTIONS)


def test_without_activities_the_gaps_are_told_to_be_unknown() -> None:
    body = SECTIONS.partition("3. In-Meeting")[0]
    done = converted(TEAMS_CSV, body)

    assert told(done, NAMES)[:2] == ["joined 13 17:02:11 a", "left 13 18:00 a"]
    assert done.ignored == ("gaps_unknown",)


LANGUAGES = {
    "German": (
        "1. Zusammenfassung|2. Teilnehmer|3. Aktivitäten in der Besprechung",
        "Name|Erster Beitritt|Letztes Verlassen|Dauer in der Besprechung|E-Mail|UPN|Rolle",
        "13.3.2026, 18:02:11|13.3.2026, 19:00:00|57 Min. 49 Sek.",
        "Organisator",
    ),
    "French": (
        "1. Résumé|2. Participants|3. Activités en réunion",
        "Nom|Première participation|Dernière sortie|Durée|E-mail|UPN|Rôle",
        "13/03/2026 à 18:02:11|13/03/2026 à 19:00:00|57 min 49 s",
        "Organisateur",
    ),
    "Spanish": (
        "1. Resumen|2. Participantes|3. Actividades en la reunión",
        "Nombre|Primera unión|Última salida|Duración|Correo electrónico|UPN|Rol",
        "13/3/26, 6:02:11\u00a0p.\u00a0m.|13/3/26, 7:00:00\u00a0p.\u00a0m.|57 minutos 49 segundos",
        "Organizador",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_languages(language: str) -> None:
    titles, labels, times, role = LANGUAGES[language]
    summary, people, activities = titles.split("|")
    row = f"MARKED-NAME-1|{times}|marked-1@example.org|marked-1@example.org|{role}"
    body = lines(summary, "MARKED|MARKED", "", people, labels, row, "", activities, labels, row)
    done = converted(TEAMS_CSV, codecs.BOM_UTF16_LE + body.encode("utf-16-le"))

    assert told(done, NAMES)[:2] == ["joined 13 17:02:11 a", "left 13 18:00 a"]
    assert isinstance(done.records[0], Joined)
    assert done.records[0].role == "host"


@pytest.mark.parametrize(
    ("duration", "gaps"),
    [
        ("1h 27m 51s", 0),
        ("1 Std. 27 Min. 51 Sek.", 0),
        ("1 h 27 min 51 s", 0),
        ("1 hora 27 minutos 51 segundos", 0),
        ("27m 51s", 1),
        ("27 Min.", 1),
        ("MARKED", 0),
        ("5 MARKEDS", 1),
        ("", 0),
    ],
)
def test_durations_in_words(duration: str, gaps: int) -> None:
    row = f"MARKED|13.03.2026 18:00:00|13.03.2026 19:27:51|{duration}|marked-1@example.org"
    body = lines("2. Participants", "a|b|c|d|e", row)

    assert converted(TEAMS_CSV, body).ignored == ("gaps_unknown",) * gaps


def test_an_unnumbered_summary() -> None:
    body = lines(
        "Meeting Summary",
        "Total Number of Participants|1",
        "Meeting Title|MARKED-TITLE",
        "",
        "Full Name|Join Time|Leave Time|Duration|Email|Role|Participant ID (UPN)",
        "MARKED-NAME-1|3/13/2026, 6:00:00 PM|3/13/2026, 7:00:00 PM|1h"
        "|marked-1@example.org|Attendee|",
    )

    assert told(converted(TEAMS_CSV, body), NAMES)[:2] == ["joined 13 17:00 a", "left 13 18:00 a"]


OLD = lines(
    "Full Name|User Action|Timestamp",
    "MARKED-NAME-1|Joined before|3/13/2026, 6:00:00 PM",
    "MARKED-NAME-2|Joined|3/13/2026, 6:10:00 PM",
    "MARKED-NAME-1|Left|3/13/2026, 6:30:00 PM",
    "MARKED-NAME-1|Joined|3/13/2026, 6:40:00 PM",
    "MARKED-NAME-1|Left|3/13/2026, 7:00:00 PM",
)


def test_the_oldest_shape_has_unknown_joins_and_open_ends_and_no_identities() -> None:
    done = converted(TEAMS_CSV, codecs.BOM_UTF16_LE + OLD.encode("utf-16-le"))

    assert told(done) == [
        "heartbeat 13 17:00 guest",
        "joined 13 17:10 guest",
        "left 13 17:30 guest",
        "joined 13 17:40 guest",
        "left 13 18:00 guest",
        "session_ended 13 18:00",
    ]
    assert done.ignored == ("no_identity",) * 3


def test_two_of_one_name_are_two_guests() -> None:
    body = lines(
        "Full Name|User Action|Timestamp",
        "MARKED-NAME-1|Joined|3/13/2026, 6:00:00 PM",
        "MARKED-NAME-1|Joined|3/13/2026, 6:05:00 PM",
        "MARKED-NAME-1|Left|3/13/2026, 6:05:00 PM",
        "MARKED-NAME-1|Left|3/13/2026, 7:00:00 PM",
    )

    assert told(converted(TEAMS_CSV, body))[:-1] == [
        "joined 13 17:00 guest",
        "left 13 17:05 guest",
        "joined 13 17:05 guest",
        "left 13 18:00 guest",
    ]


@pytest.mark.parametrize(
    ("joined", "before", "left"),
    [
        ("Beigetreten", "Vorher beigetreten", "Verlassen"),
        ("A rejoint", "A rejoint avant", "A quitté"),
        ("Se unió", "Se unió antes", "Salió"),
    ],
)
def test_actions_of_other_languages(joined: str, before: str, left: str) -> None:
    body = lines(
        "Nom|Action|Horodatage",
        f"MARKED-1|{joined}|13.03.2026 18:00:00",
        f"MARKED-2|{before}|13.03.2026 18:05:00",
        f"MARKED-1|{left}|13.03.2026 19:00:00",
    )

    assert [each.split()[0] for each in told(converted(TEAMS_CSV, body))] == [
        "joined",
        "heartbeat",
        "left",
        "session_ended",
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no_participants"),
        ("MARKED\n", "no_participants"),
        (OLD.replace("Left", "MARKED"), "line 4: unknown_action"),
        (OLD.replace("Joined before", "Left"), "line 2: leave_without_join"),
        (OLD.replace("3/13", "3/1"), "date_order_unknown"),
        (
            SECTIONS.replace("3/13/26, 7:31:02 PM|", "").replace("6:40", "MARKED"),
            "line 14: unreadable_time",
        ),
        (SECTIONS.replace("6:40:00 PM", "8:40:00 PM"), "line 14: leave_before_join"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "invalid_encoding"),
        (codecs.BOM_UTF16_LE + b"M", "invalid_encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_without_a_word_of_it(
    body: bytes | str, reason: str
) -> None:
    assert refused(TEAMS_CSV, body) == reason


@given(st.binary(max_size=200), st.sampled_from([b"", codecs.BOM_UTF16_LE, b"2. x\na\tb\tc\td\n"]))
def test_random_bytes_are_records_or_refused(body: bytes, before: bytes) -> None:
    tried(TEAMS_CSV, before + body)


@given(st.data(), st.sampled_from([OLD, SECTIONS]))
def test_a_damaged_report_is_records_or_refused(data: st.DataObject, report: str) -> None:
    body = report.encode()
    at = data.draw(st.integers(0, len(body)))
    until = data.draw(st.integers(at, min(len(body), at + 40)))
    tried(TEAMS_CSV, body[:at] + data.draw(st.binary(max_size=8)) + body[until:])
