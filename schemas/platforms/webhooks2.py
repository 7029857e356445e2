"""Webhooks of LiveKit, BigBlueButton and Recall.ai."""

from schemas.platforms.bigbluebutton import BIGBLUEBUTTON, BIGBLUEBUTTON_MAPPED
from schemas.platforms.livekit import LIVEKIT
from schemas.platforms.recall import RECALL
from schemas.platforms.source import Source

WEBHOOKS: dict[str, Source] = {
    "livekit": LIVEKIT,
    "bigbluebutton": BIGBLUEBUTTON,
    "bigbluebutton-mapped": BIGBLUEBUTTON_MAPPED,
    "recall": RECALL,
}
