"""BigBlueButton's events.xml: whole, truncated, hostile."""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instants import instant
from schemas.platforms.bigbluebutton_events import BIGBLUEBUTTON_EVENTS
from schemas.telemetry import (
    Camera,
    Chat,
    Hand,
    Joined,
    Left,
    PollAnswered,
    PollClosed,
    PollOpened,
    Reaction,
    SessionEnded,
    SharedWork,
    Speaking,
)
from tests.schemas.platforms.given import convert, converted_or_refused, naming, refused

BEGAN = 1_790_000_000_000
MEETING = f"1f2e3d4c5b-{BEGAN}"
USER, OTHER = "w_abc123def456", "w_zzz999yyy888"
CLOCK = 5_000_000
"""The monotonic clock's milliseconds when the meeting began."""


def event(module: str, kind: str, after: int = 0, /, utc: bool = True, **fields: Any) -> str:
    """One event, `after` milliseconds into the meeting."""
    inner = "".join(f"<{key}>{escape(str(each))}</{key}>" for key, each in fields.items())
    if utc:
        inner += f"<timestampUTC>{BEGAN + after}</timestampUTC><date>MARKED-DATE</date>"
    attributes = f'timestamp="{CLOCK + after}" module="{module}" eventname="{kind}"'
    return f"<event {attributes}>{inner}</event>"


def join(after: int = 0, user: str = USER, outside: str = "client-7", **more: Any) -> str:
    fields = {"role": "VIEWER", "name": "MARKED-NAME-1", "externalUserId": outside, **more}
    return event("PARTICIPANT", "ParticipantJoinEvent", after, userId=user, **fields)


def recording(*events: str, meeting: str = MEETING) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<recording meeting_id={quoteattr(meeting)} bbb_version="2.7">'
        f'<meeting id={quoteattr(meeting)} externalId="group-a" name="MARKED-TOPIC"/>'
        '<metadata meetingName="MARKED-TOPIC"><userId>MARKED</userId></metadata>'
        f"{''.join(events)}</recording>"
    ).encode()


def told(*events: str) -> Any:
    return convert(BIGBLUEBUTTON_EVENTS, recording(*events))


def of(*events: str) -> Any:
    """The one record beside those of two joins."""
    converted = told(join(), join(user=OTHER, outside="client-8"), *events)
    (record,) = converted.records[2:]
    return record


WHOLE = recording(
    join(),
    join(10, OTHER, "client-8", role="MODERATOR"),
    event("VOICE", "ParticipantJoinedEvent", 20, participant=USER, callername="MARKED-NAME-1"),
    event("VOICE", "ParticipantTalkingEvent", 30, participant=USER, talking="true"),
    event("WEBCAM", "StartWebcamShareEvent", 40, stream=f"640x480-{USER}-1790000000040"),
    event("CHAT", "PublicChatEvent", 50, senderId=OTHER, sender="MARKED-NAME-2", message="MARKED"),
    event("POLL", "PollStartedRecordEvent", 60, pollId="p-1", question="MARKED-TEXT"),
    event("POLL", "UserRespondedToPollRecordEvent", 70, pollId="p-1", userId=USER, answer="MARKED"),
    event("VOICE", "ParticipantLeftEvent", 80, participant=USER),
    event("PARTICIPANT", "ParticipantLeftEvent", 90, userId=USER),
    event("PARTICIPANT", "EndAndKickAllEvent", 100, reason="MARKED-REASON"),
)


def test_a_whole_recording() -> None:
    converted = convert(BIGBLUEBUTTON_EVENTS, WHOLE)

    assert [type(record) for record in converted.records] == [
        Joined,
        Joined,
        Speaking,
        Camera,
        Chat,
        PollOpened,
        PollAnswered,
        Left,
        SessionEnded,
    ]
    assert converted.ignored == ("VOICE/ParticipantJoinedEvent", "VOICE/ParticipantLeftEvent")
    assert {record.source for record in converted.records} == {"bigbluebutton"}
    assert {record.session for record in converted.records} == {naming("session", MEETING)}
    assert convert(BIGBLUEBUTTON_EVENTS, WHOLE, 99) == converted


def test_a_user_is_who_joined_and_a_visit_is_the_connection() -> None:
    joined, left = told(
        join(), event("PARTICIPANT", "ParticipantLeftEvent", 5, userId=USER)
    ).records

    assert joined.participant == left.participant == naming("participant", "client-7")
    assert joined.connection == left.connection == naming("connection", USER)


def test_two_devices_are_two_connections_of_one_person() -> None:
    first, second = told(join(), join(5, OTHER, "client-7")).records

    assert first.participant == second.participant
    assert first.connection != second.connection


def test_hanging_up_is_no_leave() -> None:
    converted = told(join(), event("VOICE", "ParticipantLeftEvent", 5, participant=USER))

    assert [type(record) for record in converted.records] == [Joined]


@pytest.mark.parametrize(
    "stream",
    [
        f"640x480-{USER}-1790000000040",
        f"{USER}_0e2313d7c9d39860",
        f"video/{MEETING}/medium-{USER}_1-1790.webm",
    ],
)
def test_the_user_of_a_webcam_is_inside_its_stream(stream: str) -> None:
    on = of(event("WEBCAM", "StartWebcamShareEvent", 5, stream=stream))
    off = of(event("WEBCAM", "StopWebcamShareEvent", 9, stream=stream))
    sfu = of(event("bbb-webrtc-sfu", "StartWebRTCShareEvent", 5, filename=stream))

    assert isinstance(on, Camera)
    assert (on.on, off.on) == (True, False)
    assert on.stream == off.stream
    assert on.participant == sfu.participant == naming("participant", "client-7")
    assert USER not in str(on)


@pytest.mark.parametrize(
    "stream", ["", "640x480-w_unknown-1", f"x{USER}-1", f"{USER}9-1", f"{USER}-{OTHER}"]
)
def test_a_webcam_of_nobody_or_of_two_is_passed_over(stream: str) -> None:
    share = event("WEBCAM", "StartWebcamShareEvent", 5, stream=stream)
    converted = told(join(), join(user=OTHER), share)

    assert len(converted.records) == 2
    assert converted.ignored == ("StartWebcamShareEvent",)


def test_an_id_that_begins_another_is_not_mistaken_for_it() -> None:
    longer = f"{USER}_2"
    share = event("WEBCAM", "StartWebcamShareEvent", 5, stream=f"640x480-{longer}-1790")

    assert told(join(), join(user=longer), share).records[2].connection == naming(
        "connection", longer
    )


def test_of_cameras_told_twice_the_change_of_status_holds() -> None:
    stream = f"{USER}_0e23"
    on = event(
        "PARTICIPANT",
        "ParticipantStatusChangeEvent",
        5,
        userId=USER,
        status="hasStream",
        value=f"true,stream={stream}",
    )
    off = on.replace("true,", "false,")
    share = event("bbb-webrtc-sfu", "StartWebRTCShareEvent", 6, filename=f"{USER}-1790.webm")

    assert of(on, share).on is True
    assert of(off, share).on is False
    assert of(on).stream == of(off).stream == naming("connection", stream)


@pytest.mark.parametrize(
    ("status", "value", "record"),
    [
        ("raiseHand", "true", Hand),
        ("raiseHand", "false", None),
        ("emojiStatus", "raiseHand", Hand),
        ("emojiStatus", "happy", Reaction),
        ("reactionEmoji", "🙁", Reaction),
        ("reactionEmoji", "none", None),
        ("emojiStatus", "away", None),
        ("away", "true", None),
        ("role", "MODERATOR", None),
    ],
)
def test_changes_of_status(status: str, value: str, record: type | None) -> None:
    change = event(
        "PARTICIPANT", "ParticipantStatusChangeEvent", 5, userId=USER, status=status, value=value
    )
    records = told(join(), change).records[1:]

    assert [type(each) for each in records] == ([] if record is None else [record])


def test_polls() -> None:
    opened = of(event("POLL", "PollStartedRecordEvent", 5, pollId="p-1"))
    closed = of(event("POLL", "PollStoppedRecordEvent", 9, pollId="p-1"))
    answered = of(event("POLL", "UserRespondedToPollRecordEvent", 7, pollId="p-1", userId=OTHER))

    assert isinstance(opened, PollOpened)
    assert isinstance(closed, PollClosed)
    assert opened.poll == closed.poll == answered.poll
    assert answered.participant == naming("participant", "client-8")


def test_a_secret_vote_is_nobodys() -> None:
    vote = event("POLL", "UserRespondedToPollRecordEvent", 7, pollId="p-1", userId="")

    assert told(join(), vote).ignored == ("UserRespondedToPollRecordEvent",)


def test_drawing_is_shared_work() -> None:
    assert isinstance(of(event("WHITEBOARD", "AddShapeEvent", 5, userId=USER)), SharedWork)
    assert isinstance(of(event("WHITEBOARD", "AddTldrawShapeEvent", 5, userId=USER)), SharedWork)


def test_a_message_whose_sender_has_a_name_alone_is_nobodys() -> None:
    chat = event("CHAT", "PublicChatEvent", 5, sender="MARKED-NAME-1", message="MARKED")

    assert told(join(), chat).ignored == ("PublicChatEvent",)


def test_a_message_that_looks_like_a_dtd_is_only_a_message() -> None:
    text = "<message><![CDATA[<!DOCTYPE MARKED [<!ENTITY a 'b'>]>]]></message>"
    chat = event("CHAT", "PublicChatEvent", 5, senderId=USER).replace(
        "<senderId>", text + "<senderId>"
    )

    assert isinstance(of(chat), Chat)


def test_what_is_unknown_is_counted_without_its_name() -> None:
    assert told(event("MARKED", "MARKED")).ignored == ("unknown_event",)


@pytest.mark.parametrize("anchored", [True, False])
def test_offsets_are_set_by_any_event_with_both_or_by_the_meetings_creation(anchored: bool) -> None:
    first = event("PARTICIPANT", "RecordStatusEvent", 0, utc=anchored)
    left = event("PARTICIPANT", "ParticipantLeftEvent", 1_234, utc=False, userId=USER)
    joined = join(7).split("<timestampUTC>")[0] + "</event>"

    records = told(first, joined, left).records

    assert [record.at for record in records] == [instant(BEGAN + 7), instant(BEGAN + 1_234)]


def test_without_any_clock_it_is_refused() -> None:
    left = join().split("<timestampUTC>")[0] + "</event>"

    assert refused(BIGBLUEBUTTON_EVENTS, recording(left, meeting="meeting-1")) == "no_clock"


@pytest.mark.parametrize("share", [1, 10, 200, 700, len(WHOLE) - 1])
def test_a_truncated_file_is_refused_as_a_whole(share: int) -> None:
    assert refused(BIGBLUEBUTTON_EVENTS, WHOLE[:share]) == "truncated"


def test_a_file_cut_inside_a_character_is_truncated() -> None:
    whole = recording(join(name="MARKEDé"))
    cut = whole[: whole.index("é".encode()) + 1]

    assert refused(BIGBLUEBUTTON_EVENTS, cut) == "truncated"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"MARKED", "invalid_xml"),
        (b"\xff\xfe<\0r\0", "invalid_utf8"),
        (b"<recording>\0</recording>", "invalid_xml"),
        (b"<recording><event></recording>", "invalid_xml"),
        (b"<html/>", "not_a_recording"),
        (b"<recording/>", "missing_field"),
        (b"<recording>" * 200_000, "nested_too_deep"),
        (WHOLE + b"<MARKED/>", "invalid_xml"),
        (b'<?xml version="1.0" encoding="UTF-7"?><recording/>', "missing_field"),
    ],
)
def test_what_is_no_recording_is_refused(body: bytes, code: str) -> None:
    assert refused(BIGBLUEBUTTON_EVENTS, body) == code


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE recording [<!ENTITY l0 "MARKED">{LAUGHS}]>',
        '<!DOCTYPE recording [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE recording SYSTEM "http://127.0.0.1/x.dtd">',
        "<!DOCTYPE recording>",
    ],
)
def test_no_document_type_and_no_entity(doctype: str) -> None:
    body = f"{doctype}<recording meeting_id='&l9;&x;'/>".encode()

    assert refused(BIGBLUEBUTTON_EVENTS, body) == "doctype"
    assert refused(BIGBLUEBUTTON_EVENTS, b'<?xml version="1.0"?>\n' + body) == "doctype"


def test_an_entity_that_nobody_declared_is_refused() -> None:
    assert refused(BIGBLUEBUTTON_EVENTS, b"<recording>&MARKED;</recording>") == "invalid_xml"


@pytest.mark.parametrize("time", ["-1", "0", "MARKED", "9" * 15, "9" * 5_000, "1.5", "١٢٣"])
def test_times_that_cannot_be_are_refused(time: str) -> None:
    body = recording(join().replace(str(BEGAN), time))

    assert refused(BIGBLUEBUTTON_EVENTS, body) in ("implausible_time", "invalid_field")


def test_a_poll_without_an_id_is_refused() -> None:
    assert refused(BIGBLUEBUTTON_EVENTS, recording(event("POLL", "PollStartedRecordEvent")))


@st.composite
def damaged(draw: Callable[..., Any]) -> bytes:
    place, rest = draw(st.integers(0, len(WHOLE))), draw(st.integers(0, 9))
    inserted: bytes = draw(st.binary(max_size=6))
    return WHOLE[:place] + inserted + WHOLE[place + rest :]


@given(st.binary() | damaged() | st.text().map(lambda text: f"<recording>{text}".encode()))
def test_nothing_else_happens(body: bytes) -> None:
    converted_or_refused(BIGBLUEBUTTON_EVENTS, body)


@given(st.text(), st.text(), st.text())
def test_whatever_the_fields_hold(user: str, outside: str, stream: str) -> None:
    share = event("WEBCAM", "StartWebcamShareEvent", 5, stream=stream + user)

    converted_or_refused(
        BIGBLUEBUTTON_EVENTS,
        recording(join(user=user, outside=outside), share).decode().encode("utf-8", "replace"),
    )
