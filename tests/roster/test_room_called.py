"""What a calendar says of a room is a code, or becomes the pseudonym that payloads get."""

import pytest

from schemas.platforms.webhooks import ROOM_NAMES, WEBHOOKS
from streams.roster.rooms import NamingOf, NoRoomError, Room, room_called
from tests.schemas.platforms.hostile import name


def naming_of(platform: str) -> NamingOf:
    return lambda thing, room: f"{platform}-{name(thing, room)}"


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("room-12", Room("room-12")),
        ("12", Room("12")),
        ("zoom:123 4567 8901", Room(f"zoom-{name('room', '12345678901')}", "zoom")),
        ("ZOOM: 123-4567-8901", Room(f"zoom-{name('room', '12345678901')}", "zoom")),
        ("daily:evening", Room(f"daily-{name('room', 'evening')}", "daily")),
        ("jaas:app1/a:b", Room(f"jaas-{name('room', 'app1/a%3ab')}", "jaas")),
    ],
)
def test_a_room_is(text: str, room: Room) -> None:
    assert room_called(text, naming_of) == room


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the blue room", "must be a pseudonym or a code"),
        ("blue@example.org", "must be a pseudonym or a code"),
        ("zoom:MARKED", "this is no room of zoom"),
        ("zoom:", "this is no room of zoom"),
        ("zooom:12345678901", "what stands before `:` must be a platform: bigbluebutton, daily"),
        ("https://example.org/MARKED", "what stands before `:` must be a platform"),
        ("bigbluebutton-mapped:a", "what stands before `:` must be a platform"),
    ],
)
def test_no_room_is(text: str, reason: str) -> None:
    with pytest.raises(NoRoomError, match=reason) as caught:
        room_called(text, naming_of)
    assert "MARKED" not in str(caught.value)


def test_without_keys_a_platform_has_no_rooms() -> None:
    with pytest.raises(NoRoomError, match="needs a key ring"):
        room_called("zoom:12345678901", None)


def test_every_platform_has_rooms() -> None:
    assert set(ROOM_NAMES) == {source.platform for source in WEBHOOKS.values()}
    assert all(source.room_name is ROOM_NAMES[source.platform] for source in WEBHOOKS.values())
