"""BigBlueButton webhooks: forms with raw and mapped events."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.instants import instant
from schemas.platforms.bigbluebutton import BIGBLUEBUTTON, BIGBLUEBUTTON_MAPPED
from schemas.telemetry import (
    Camera,
    Chat,
    Hand,
    Identified,
    Joined,
    Left,
    PollAnswered,
    PollOpened,
    Reaction,
    SessionEnded,
    Speaking,
)
from tests.builders import SESSION, ms, scheduled
from tests.live import run
from tests.schemas.platforms.given import (
    JSON,
    convert,
    converted_or_refused,
    deep,
    mutated,
    naming,
    refused,
)

MEETING = "1f2e3d-1790000000000"
USER, OTHER = "w_abc123def456", "w_zzz999yyy888"
AT_MS = 1_790_000_100_123
AT = instant(AT_MS)
STREAM = f"{USER}_0e2313d7c9d39860"
POLL = "2e8114/1/1790000100"


def form(*events: Any, sent: int = AT_MS + 500) -> bytes:
    listed = "[" + ",".join(json.dumps(event) for event in events) + "]"
    return urlencode({"domain": "bbb.example", "event": listed, "timestamp": sent}).encode()


def raw(event: str, /, *, at: Any = AT_MS, **body: Any) -> dict[str, Any]:
    where = {"meetingId": MEETING, "userId": USER}
    return {
        "envelope": {
            "name": event,
            "routing": {"msgType": "BROADCAST_TO_MEETING", **where},
            "timestamp": at,
        },
        "core": {"header": {"name": event, **where}, "body": body},
    }


def mapped(name: str, at: int = AT_MS, **attributes: Any) -> dict[str, Any]:
    meeting = {
        "internal-meeting-id": MEETING,
        "external-meeting-id": "group-a",
        "name": "MARKED-TOPIC",
    }
    told = {"meeting": meeting, **{k.replace("_", "-"): v for k, v in attributes.items()}}
    return {"data": {"type": "event", "id": name, "attributes": told, "event": {"ts": at}}}


def user(outside: Any = "client-7", **more: Any) -> dict[str, Any]:
    return {
        "internal-user-id": USER,
        "external-user-id": outside,
        "name": "MARKED-NAME-1",
        "userdata": {"phone": "MARKED-PHONE"},
        **more,
    }


JOINED = raw(
    "UserJoinedMeetingEvtMsg",
    intId=USER,
    extId="client-7",
    name="MARKED-NAME-1",
    role="VIEWER",
    emoji="none",
    reactionEmoji="none",
    raiseHand=False,
    avatar="MARKED-URL",
    sessionToken="MARKED-TOKEN",
    userAgent="MARKED-AGENT",
    ipAddress="MARKED-IP",
)
CREATED = {
    "envelope": {"name": "MeetingCreatedEvtMsg", "timestamp": AT_MS},
    "core": {
        "header": {"name": "MeetingCreatedEvtMsg"},
        "body": {"props": {"password": {"moderatorPass": "MARKED-PASS"}}},
    },
}
DESTROYED = {
    "envelope": {"name": "MeetingDestroyedEvtMsg", "timestamp": AT_MS},
    "core": {"header": {"name": "MeetingDestroyedEvtMsg"}, "body": {"meetingId": MEETING}},
}
MESSAGE = {
    "id": "1790000100000-x",
    "timestamp": AT_MS - 50,
    "sender": {"id": OTHER, "name": "MARKED-NAME-2", "role": "VIEWER"},
    "message": "MARKED-TEXT",
}
CHAT = raw("GroupChatMessageBroadcastEvtMsg", chatId="MAIN-PUBLIC-GROUP-CHAT", msg=MESSAGE)
ANSWER = raw("UserRespondedToPollRespMsg", pollId=POLL, userId=OTHER, answerIds=[0])
MAPPED_CHAT = mapped(
    "chat-group-message-sent",
    chat_message={
        "id": "x",
        "message": "MARKED-TEXT",
        "sender": {"internal-user-id": OTHER, "name": "MARKED-NAME", "time": AT_MS - 70},
    },
    chat_id="MAIN-PUBLIC-GROUP-CHAT",
)

RAW_EVENTS = [
    JOINED,
    DESTROYED,
    CHAT,
    ANSWER,
    raw("UserLeftMeetingEvtMsg", intId=USER, eject=False, reason="MARKED-REASON"),
    raw("UserBroadcastCamStartedEvtMsg", userId=USER, stream=STREAM),
    raw("UserReactionEmojiChangedEvtMsg", userId=USER, reactionEmoji="🙁"),
    raw("UserTalkingVoiceEvtMsg", intId=USER, voiceUserId="7", talking=True),
]
MAPPED_EVENTS = [
    mapped("user-joined", user=user(role="MODERATOR")),
    mapped("user-left", user=user()),
    mapped("user-cam-broadcast-start", user=user(stream=STREAM)),
    mapped("meeting-ended"),
    MAPPED_CHAT,
    mapped("poll-started", user=user(), poll={"id": POLL, "question": "MARKED-TEXT"}),
]


def told(*events: Any) -> Any:
    return convert(BIGBLUEBUTTON, form(*events))


def one(event: Any) -> Any:
    converted = told(event)
    assert converted.ignored == ()
    (record,) = converted.records
    return record


def test_a_raw_join_says_whom_the_internal_id_means() -> None:
    joined, identified = told(JOINED).records

    assert isinstance(joined, Joined)
    assert (joined.at, joined.source, joined.role) == (AT, "bigbluebutton", "participant")
    assert joined.session == naming("session", MEETING)
    assert joined.participant == naming("participant", USER)
    assert joined.connection == naming("connection", USER)
    assert isinstance(identified, Identified)
    assert identified.alias == joined.participant
    assert identified.participant == naming("participant", "client-7")


def test_all_of_a_visit_is_under_one_id() -> None:
    joined = told(JOINED).records[0]
    camera = one(raw("UserBroadcastCamStartedEvtMsg", userId=USER, stream=STREAM))
    left = told(mapped("user-left", user=user())).records[0]

    for each in (camera, left):
        assert (each.participant, each.connection) == (joined.participant, joined.connection)


def test_a_join_without_another_id_means_itself() -> None:
    event = raw("UserJoinedMeetingEvtMsg", intId=USER, extId=USER, role="MODERATOR")

    assert one(event).role == "host"
    assert one(event).participant == naming("participant", USER)


def test_a_raw_leave() -> None:
    left = one(raw("UserLeftMeetingEvtMsg", intId=USER, eject=False, reason="MARKED"))

    assert isinstance(left, Left)
    assert left.cause == "unknown"
    assert left.connection == naming("connection", USER)
    assert one(raw("UserLeftMeetingEvtMsg", intId=USER, eject=True)).cause == "removed"


def test_a_camera_is_a_stream() -> None:
    on = one(raw("UserBroadcastCamStartedEvtMsg", userId=USER, stream=STREAM))
    off = one(raw("UserBroadcastCamStoppedEvtMsg", userId=USER, stream=STREAM))

    assert isinstance(on, Camera)
    assert (on.on, off.on) == (True, False)
    assert on.stream == off.stream
    assert USER not in str(on)


def test_the_voter_is_in_the_body_and_not_in_the_header() -> None:
    answered = one(ANSWER)

    assert isinstance(answered, PollAnswered)
    assert answered.participant == naming("participant", OTHER)
    assert answered.poll == one(raw("PollStartedEvtMsg", userId=USER, pollId=POLL)).poll


def test_an_answer_without_a_voter_is_refused() -> None:
    event = raw("UserRespondedToPollRespMsg", pollId=POLL)

    assert refused(BIGBLUEBUTTON, form(event)) == "missing_field"


def test_a_mapped_answer_is_unusable_and_counted() -> None:
    event = mapped("poll-responded", user=user(), poll={"id": POLL, "answerIds": [0]})

    assert told(event)[:2] == ((), ("poll-responded",))


@pytest.mark.parametrize("emoji", ["none", "away", ""])
@pytest.mark.parametrize(
    ("name", "field"),
    [("UserEmojiChangedEvtMsg", "emoji"), ("UserReactionEmojiChangedEvtMsg", "reactionEmoji")],
)
def test_a_cleared_emoji_is_no_reaction(emoji: str, name: str, field: str) -> None:
    assert told(raw(name, userId=USER, **{field: emoji}))[:2] == ((), (name,))


@pytest.mark.parametrize("emoji", ["🙁", "happy", "👩‍⚕️"])
def test_an_emoji_is_a_reaction(emoji: str) -> None:
    assert isinstance(one(raw("UserEmojiChangedEvtMsg", userId=USER, emoji=emoji)), Reaction)
    assert isinstance(one(mapped("user-emoji-changed", user=user(emoji=emoji))), Reaction)


def test_a_mapped_none_is_no_reaction() -> None:
    event = mapped("user-emoji-changed", user=user(emoji="none"))

    assert told(event)[:2] == ((), ("user-emoji-changed",))


def test_a_hand() -> None:
    assert isinstance(one(raw("UserRaiseHandChangedEvtMsg", userId=USER, raiseHand=True)), Hand)
    assert isinstance(one(raw("UserEmojiChangedEvtMsg", userId=USER, emoji="raiseHand")), Hand)
    assert isinstance(
        one(mapped("user-raise-hand-changed", user=user(**{"raise-hand": True}))), Hand
    )


def test_a_lowered_hand_is_none() -> None:
    lowered = raw("UserRaiseHandChangedEvtMsg", userId=USER, raiseHand=False)

    assert told(lowered)[:2] == ((), ("UserRaiseHandChangedEvtMsg",))
    lowered = mapped("user-raise-hand-changed", user=user(**{"raise-hand": False}))
    assert told(lowered)[:2] == ((), ("user-raise-hand-changed",))


def test_a_voice() -> None:
    event = raw("UserTalkingVoiceEvtMsg", intId=USER, voiceUserId="7", talking=True)

    assert isinstance(one(event), Speaking)
    assert one(event).participant == naming("participant", USER)


def test_a_public_message_is_its_senders() -> None:
    chat = one(CHAT)

    assert isinstance(chat, Chat)
    assert chat.participant == naming("participant", OTHER)


def test_a_private_message_tells_nothing() -> None:
    private = raw("GroupChatMessageBroadcastEvtMsg", chatId="1790-private", msg=MESSAGE)

    assert told(private)[:2] == ((), ("GroupChatMessageBroadcastEvtMsg",))


def test_a_mapped_message_says_when_it_was_sent() -> None:
    assert (AT - one(MAPPED_CHAT).at).microseconds == 70_000


def test_the_end_of_a_meeting_is_nobodys_leave() -> None:
    for event in (DESTROYED, mapped("meeting-ended")):
        assert isinstance(one(event), SessionEnded)
        assert one(event).session == naming("session", MEETING)


@pytest.mark.parametrize("event", [CREATED, mapped("meeting-created", x="MARKED-PASS")])
def test_passwords_are_dropped_with_the_whole_event(event: Any) -> None:
    assert told(event).records == ()
    assert told(event).ignored != ("unknown_event",)


def test_mapped_users() -> None:
    joined, identified = told(mapped("user-joined", user=user(role="MODERATOR"))).records
    left, again = told(mapped("user-left", user=user())).records

    assert isinstance(joined, Joined)
    assert joined.role == "host"
    assert isinstance(left, Left)
    assert identified.alias == again.alias == joined.participant
    assert identified.participant == again.participant == naming("participant", "client-7")


@pytest.mark.parametrize("outside", ["", None, USER])
def test_a_mapped_user_without_an_id_outside_is_the_visit_alone(outside: str | None) -> None:
    assert one(mapped("user-left", user=user(outside))).participant == naming("participant", USER)


def test_mapped_cameras_and_polls() -> None:
    camera = one(mapped("user-cam-broadcast-start", user=user(stream=STREAM)))
    poll = one(mapped("poll-started", user=user(), poll={"id": POLL, "question": "MARKED"}))

    assert (
        camera.stream
        == one(raw("UserBroadcastCamStartedEvtMsg", userId=USER, stream=STREAM)).stream
    )
    assert isinstance(poll, PollOpened)


def test_a_retry_has_the_same_ids() -> None:
    first = convert(BIGBLUEBUTTON, form(JOINED, CHAT), 1)

    assert convert(BIGBLUEBUTTON, form(JOINED, CHAT, sent=AT_MS + 60_000), 99) == first
    assert set(convert(BIGBLUEBUTTON, form(CHAT, JOINED)).records) == set(first.records)


def test_a_later_event_has_another_id() -> None:
    assert (
        one(CHAT).id != one({**CHAT, "envelope": {**CHAT["envelope"], "timestamp": AT_MS + 1}}).id
    )


def test_one_delivery_may_hold_both_kinds_and_what_is_unknown() -> None:
    converted = told(JOINED, mapped("MARKED-EVENT"), raw("MARKED-EVENT"), {"header": "MARKED"})

    assert len(converted.records) == 2
    assert converted.ignored == ("unknown_event",) * 3


def test_what_an_unknown_event_holds_cannot_be_wrong() -> None:
    odd = {"data": {"id": "rap-archive-ended", "attributes": 7, "event": {"ts": "MARKED"}}}

    assert told(odd).ignored == ("unknown_event",)
    assert told({"envelope": {"name": "MARKED", "timestamp": "MARKED"}, "core": 7}).records == ()
    assert told({"envelope": None, "data": None}).ignored == ("unknown_event",)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (raw("UserJoinedMeetingEvtMsg", extId="MARKED"), "missing_field"),
        (raw("UserLeftMeetingEvtMsg", intId={"MARKED": 1}), "invalid_field"),
        (raw("UserLeftMeetingEvtMsg", intId=USER, at=-1), "invalid_field"),
        (raw("UserLeftMeetingEvtMsg", intId=USER, at=10**100), "invalid_field"),
        (raw("UserLeftMeetingEvtMsg", intId=USER, at=1_790_000_100), "invalid_field"),
        (raw("UserLeftMeetingEvtMsg", intId="MARKED\0"), "nul_character"),
        (raw("UserBroadcastCamStartedEvtMsg", userId=USER), "missing_field"),
        (mapped("user-joined"), "missing_field"),
        (mapped("user-cam-broadcast-end", user=user()), "missing_field"),
        (mapped("poll-started", poll={"id": None, "question": "MARKED"}), "invalid_field"),
        ("MARKED", "invalid_field"),
    ],
)
def test_bad_events_are_refused(event: Any, code: str) -> None:
    assert refused(BIGBLUEBUTTON, form(event)) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "missing_field"),
        (b"domain=bbb.example&timestamp=1", "missing_field"),
        (b"event=%5BMARKED", "invalid_json"),
        (b"event=%ff%fe", "invalid_utf8"),
        (b"event=[]%7D", "invalid_json"),
        (b"event=" + deep(), "nested_too_deep"),
        (form(*[DESTROYED] * 1_001), "too_many"),
    ],
)
def test_bad_forms_are_refused(body: bytes, code: str) -> None:
    assert refused(BIGBLUEBUTTON, body) == code


def test_without_raw_events_answers_to_polls_cannot_be_seen() -> None:
    assert BIGBLUEBUTTON.signals == ("camera", "chat", "polls", "reactions")
    assert BIGBLUEBUTTON_MAPPED.signals == ("camera", "chat", "reactions")


@given(
    st.binary()
    | JSON.map(lambda value: form(repr(value)))
    | mutated([*RAW_EVENTS, *MAPPED_EVENTS]).map(
        lambda text: b"event=%5B" + text.replace(b"%", b"%25").replace(b"&", b"%26") + b"]"
    )
)
def test_nothing_else_happens(body: bytes) -> None:
    converted_or_refused(BIGBLUEBUTTON, body)


def test_the_rules_see_one_person_with_a_camera() -> None:
    """From webhooks to a score: everything of a visit comes together under the id outside."""

    def minute(number: int) -> int:
        return ms("10:00") + number * 60_000

    camera = {"userId": USER, "stream": STREAM}
    events = [
        {**JOINED, "envelope": {**JOINED["envelope"], "timestamp": minute(0)}},
        raw("UserBroadcastCamStartedEvtMsg", at=minute(0), **camera),
        raw("UserBroadcastCamStoppedEvtMsg", at=minute(60), **camera),
        raw("UserLeftMeetingEvtMsg", at=minute(120), intId=USER, eject=False),
    ]
    log = [replace(record, session=SESSION) for record in told(*events).records]

    seen = run(scheduled(), log, now="15:00").scores[naming("participant", "client-7")]

    assert seen.attended_ms == 120 * 60_000
    assert seen.camera == pytest.approx(0.5, abs=0.01)
