"""Zoom's payloads: of each webhook just the fields that are used.

Source of the shapes: Zoom's reference of meeting webhooks and the types of its Rivet library.
"""

from msgspec import Raw, Struct

from schemas.instants import Instant
from schemas.platforms.reading import Key


class Kind(Struct):
    """Which event it is."""

    event: str


class Participant(Struct):
    """Somebody; each kind of event has some of these. Empty text is as good as none.

    A reason holds the display name, which may have characters that are refused in all else.
    """

    user_id: Key = None
    participant_user_id: Key = None
    id: Key = None
    registrant_id: Key = None
    customer_key: Key = None
    email: Key = None
    join_time: Instant | None = None
    leave_time: Instant | None = None
    date_time: Instant | None = None
    leave_reason: Raw = Raw()
    new_role: str | None = None
    bind_user_id: Key = None


class Message(Struct):
    """A message in the chat, by the `user_id` of its sender; its text is not read."""

    date_time: Instant | None = None
    sender_session_id: Key = None
    sender_email: Key = None


class Meeting(Struct):
    """The occurrence, and what happened in it; `id` is the room, a number or its digits."""

    id: Key = None
    uuid: Key = None
    host_id: Key = None
    end_time: Instant | None = None
    participant: Participant | None = None
    chat_message: Message | None = None


class Body(Struct):
    """What is common to all events."""

    object: Meeting


class Webhook(Struct):
    """A whole webhook."""

    payload: Body
