"""Changes: the difference between what was published last and what is true now.

This is where outputs get their revision and violations their status word. It is pure; the
ledger decides when to ask, and a runtime sends what comes out.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import NamedTuple

from schemas.codec import encode
from schemas.instants import rfc3339
from streams.stage import Assessment, Output, Pace
from streams.state import Published

UNEXPLAINED = "later facts show that it did not hold"


class Moment(NamedTuple):
    """The circumstances of a look; `everything` ignores the pace of running outputs.

    `was_final`: the subject as a whole was final when it was looked at last.
    """

    now: int
    position: int
    epoch: int
    publish_every: int
    everything: bool = False
    was_final: bool = False


class Change(NamedTuple):
    """One message to send: `value` is the record as JSON, `kind` its CloudEvents type."""

    topic: str
    key: str
    kind: str
    id: str
    revision: int
    value: bytes
    published: Published


def changes(
    assessment: Assessment, published: Mapping[str, Published], moment: Moment
) -> Iterator[Change]:
    """Every message that brings readers from `published` to `assessment`."""
    current = set()
    for output in assessment.outputs:
        current.add(output.id)
        change = _change(output, published.get(output.id), moment)
        if change is not None:
            yield change
    for output_id, entry in published.items():
        if entry.body is not None and entry.status != "retracted" and output_id not in current:
            reason = assessment.reasons.get(output_id, UNEXPLAINED)
            yield _retraction(output_id, entry, reason, moment)


def _change(output: Output, last: Published | None, moment: Moment) -> Change | None:
    if last is None:
        if output.withdrawn:
            return None
    elif _can_wait(output, last, moment):
        return None
    body = encode(output.render())
    digest = blake2b(body, digest_size=12).digest()
    if last is not None and last.digest == digest and last.status == output.status:
        return None
    entry = Published(
        revision=last.revision + 1 if last else 1,
        digest=digest,
        signature=output.signature,
        at=moment.now,
        final=output.final,
        status=output.status,
        body=_with_address(output, body) if output.status else None,
    )
    extra = f'"status":"{_word(output.status, last)}",' if output.status else ""
    correction = output.correction or (last.final if last else moment.was_final)
    value = _publish(body, entry, moment, correction, extra)
    return Change(output.topic, output.key, output.kind, output.id, entry.revision, value, entry)


def _can_wait(output: Output, last: Published, moment: Moment) -> bool:
    if moment.everything or output.pace is Pace.AT_ONCE or last.signature != output.signature:
        return False
    return output.pace is Pace.SIGNATURE or moment.now < last.at + moment.publish_every


def _word(status: str, last: Published | None) -> str:
    if status != "open":
        return status
    return "updated" if last is not None and last.status == "open" else "opened"


def _publish(body: bytes, entry: Published, moment: Moment, correction: bool, extra: str) -> bytes:
    """Publication data in front of the body: one encoding serves digest and message."""
    corrected = '"correction":true,' if correction else ""
    front = (
        f'{{"revision":{entry.revision},"epoch":{moment.epoch},"position":{moment.position},'
        f'"assessed_at":"{rfc3339(moment.now)}",{corrected}{extra}'
    )
    return front.encode() + body[1:]


def _with_address(output: Output, body: bytes) -> bytes:
    """What a retraction needs later: where the message goes, and what it said."""
    return b"\0".join((output.topic.encode(), output.key.encode(), output.kind.encode(), body))


def _retraction(output_id: str, last: Published, reason: str, moment: Moment) -> Change:
    topic, key, kind, body = (last.body or b"").split(b"\0", 3)
    entry = Published(
        revision=last.revision + 1,
        digest=b"",
        signature="retracted",
        at=moment.now,
        final=last.final,
        status="retracted",
        body=last.body,
    )
    extra = f'"status":"retracted","reason":{encode(reason).decode()},'
    value = _publish(body, entry, moment, last.final, extra)
    return Change(
        topic.decode(), key.decode(), kind.decode(), output_id, entry.revision, value, entry
    )
