"""Server: the order of a request.

    1. the way: route, method, content type; what cannot be right is answered unread
    2. who: a bearer token, or that there is such a webhook
    3. whether the log can be had and what it says of rooms and aliases is known, else 503
    4. the body, in time and below its limit
    5. webhooks: the platform's signature on the raw body
    6. how much: a tenant's rate
    7. what it says: records with pseudonyms, under their sessions
    8. append, and wait for the log's acknowledgement
    9. note that it is stored, count, answer

A webhook that was stored before is answered as if it were new: a platform that heard no answer
asks again. Nothing of a request is logged.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from aiohttp import web

from schemas.codec import decode_telemetry, encode
from schemas.dead_letter import Header
from schemas.platforms.source import NotUnderstoodError, Payload, Source
from schemas.platforms.webhooks import WEBHOOKS
from schemas.topics import TELEMETRY
from streams.appending import Message
from streams.gateway import knocking
from streams.gateway.answers import RefusedError, answer, answered, expected
from streams.gateway.closing import UnderWay
from streams.gateway.config import Caller, Config, Hook, Kind, Tenant
from streams.gateway.describing import described
from streams.gateway.events import taken, told_by_producers
from streams.gateway.limits import Limits
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.quarantine import dead_letter
from streams.gateway.reading import TYPES, MalformedError, records
from streams.gateway.replays import Replays
from streams.gateway.signatures.scheme import Answer, Forged, Request, Verified
from streams.gateway.signatures.schemes import SCHEMES
from streams.gateway.staff import decode_said, may_say
from streams.gateway.tables import Tables
from streams.gateway.webhooks import capabilities, told
from streams.gateway.world import Outgoing, World
from streams.gateway.writer import AwayError, Writer

MOST_SESSIONS = 100_000
SAYING_IN_PATH = frozenset({"jitsi"})
"""Platforms that say what happened behind the address that they are given."""


class Ends(NamedTuple):
    """The log's two ends: what is known of rooms and aliases, and where records go."""

    tables: Tables
    writer: Writer
    prefix: str = ""


class Patience(NamedTuple):
    """How much a request may bring, and how slowly."""

    most_bytes: int = 4 << 20
    body_s: float = 10.0


class Door:
    """The handlers. `config` may be replaced at any time; the next request sees the new one."""

    def __init__(
        self, config: Config, ends: Ends, metrics: GatewayMetrics, patience: Patience
    ) -> None:
        self.config = config
        self.under_way = UnderWay()
        self._ends = ends
        self._metrics = metrics
        self._patience = patience
        self._limits = Limits()
        self._replays = Replays()
        self._capable: dict[str, None] = {}

    def application(self) -> web.Application:
        """The routes, with one way to fail for all of them."""
        app = web.Application(middlewares=[answered(self._metrics), self.under_way.counted])
        ours: dict[str, Any] = {"expect_handler": expected}
        app.router.add_post("/v1/events", self._events, **ours)
        app.router.add_post("/v1/care", self._care, **ours)
        app.router.add_post("/webhooks/{platform}/{tenant}", self._webhook, **ours)
        app.router.add_post("/webhooks/{platform}/{tenant}/{tail:.+}", self._webhook, **ours)
        app.router.add_get("/healthz", self._alive, **ours)
        app.router.add_get("/readyz", self._ready, **ours)
        app.router.add_get("/v1/openapi.json", described, **ours)
        return app

    @property
    def ready(self) -> bool:
        """Whether rooms and aliases are known and the broker answers."""
        return self._ends.tables.complete and self._ends.tables.reachable

    async def _events(self, request: web.Request) -> web.Response:
        """Telemetry of a producer."""
        return await self._posted(request, "producers", decode_telemetry, told_by_producers)

    async def _care(self, request: web.Request) -> web.Response:
        """What systems of record say."""
        return await self._posted(request, "staff", decode_said, may_say)

    async def _posted(
        self,
        request: web.Request,
        kind: Kind,
        decode: Callable[[bytes], Any],
        may: Callable[[Caller, Any], bool],
    ) -> web.Response:
        media_type = knocking.content_type(request, TYPES)
        caller = knocking.caller(request, self.config, kind)
        self._check_ready()
        body = await self._body(request)
        try:
            read = records(media_type, body, decode)
        except MalformedError as error:
            self._metrics.refused.labels(caller.name, str(error)).inc()
            raise RefusedError(400, str(error)) from None
        self._limits.check(caller.tenant.name, caller.tenant.events_per_second, read.count)
        found = taken(read.found, caller, self._world(), may)
        if refused := sorted([*read.refused, *found.refused]):
            for each in refused:
                self._metrics.refused.labels(caller.name, each.reason).inc()
            raise RefusedError(422, "refused", records=[asdict(each) for each in refused])
        await self._append(found.outgoing, caller.tenant, knocking.traceparent(request))
        self._metrics.unscheduled.labels(caller.tenant.name, caller.name).inc(found.unscheduled)
        return answer({"accepted": read.count})

    async def _webhook(self, request: web.Request) -> web.Response:
        platform, tenant = request.match_info["platform"], request.match_info["tenant"]
        hook = self.config.hooks.get((platform, tenant))
        tail = request.match_info.get("tail", "")
        if hook is None or (tail and platform not in SAYING_IN_PATH):
            raise RefusedError(404, "not_found")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise RefusedError(415, "content_encoding")
        headers = knocking.headers(request)
        body = await self._body(request)
        now = _now()
        came = Request(headers, request.query, hook.url, body, now, tail)
        match SCHEMES[platform](came, hook.secrets):
            case Forged(status, code):
                self._metrics.forged.labels(platform, code).inc()
                raise RefusedError(status, code)
            case Answer(status, content, content_type):
                return web.Response(body=content, status=status, content_type=content_type)
            case Verified() as verified:
                return await self._believed(hook, verified, now, knocking.traceparent(request))

    async def _believed(
        self, hook: Hook, verified: Verified, now: int, trace: str | None
    ) -> web.Response:
        """A webhook whose signature is right. Whatever stands in its way, it is sent again."""
        tenant, platform = hook.tenant, hook.platform
        if self._replays.seen(verified.mark, now):
            self._metrics.replayed.labels(platform).inc()
            return answer({"accepted": 0, "stored_before": True})
        self._check_ready()
        if not self._limits.admit(tenant.name, tenant.events_per_second, 1):
            # Not 429: Zoom never sends again what was answered with a 4xx.
            raise RefusedError(503, "too_many")
        source, world = WEBHOOKS[platform], self._world()
        outgoing: list[Outgoing] = []
        letters: list[Message] = []
        unscheduled = 0
        for body in verified.payloads:
            payload = Payload(body, now)
            try:
                found = told(source, payload, tenant.ring, world)
            except NotUnderstoodError as error:
                self._metrics.refused.labels(platform, error.code).inc()
                letters.append(dead_letter(self._ends.prefix, hook, payload, error))
                continue
            for code in found.ignored:
                self._metrics.ignored.labels(platform, code).inc()
            outgoing += [Outgoing(TELEMETRY, each.session, each) for each in found.records]
            unscheduled += found.unscheduled
        news = self._capabilities(source, outgoing)
        await self._append([*news, *outgoing], tenant, trace, letters)
        self._replays.remember(verified.mark, now)
        self._remember_capable(news)
        self._metrics.unscheduled.labels(tenant.name, platform).inc(unscheduled)
        return answer({"accepted": len(outgoing), "refused": len(letters)})

    def _capabilities(self, source: Source, outgoing: Sequence[Outgoing]) -> list[Outgoing]:
        """What the source can report, for sessions that were not told of it by this process."""
        records = [each.record for each in outgoing if each.key not in self._capable]
        return [Outgoing(TELEMETRY, each.session, each) for each in capabilities(source, records)]

    def _remember_capable(self, news: Sequence[Outgoing]) -> None:
        self._capable |= {each.key: None for each in news}
        while len(self._capable) > MOST_SESSIONS:
            del self._capable[next(iter(self._capable))]

    async def _append(
        self,
        outgoing: Sequence[Outgoing],
        tenant: Tenant,
        trace: str | None,
        letters: Sequence[Message] = (),
    ) -> None:
        headers: Sequence[Header] = () if trace is None else (("traceparent", trace.encode()),)
        messages = [
            Message(0, self._ends.prefix + topic.name, key.encode(), encode(record), headers)
            for topic, key, record in outgoing
        ]
        try:
            await self._ends.writer.append([*messages, *letters])
        except AwayError:
            raise RefusedError(503, "log_away") from None
        counts = Counter((each.record.source, _type(each.record)) for each in outgoing)
        for (source, kind), count in counts.items():
            self._metrics.records.labels(tenant.name, source, kind).inc(count)

    async def _body(self, request: web.Request) -> bytes:
        return await knocking.body(request, self._patience.most_bytes, self._patience.body_s)

    def _world(self) -> World:
        return World(self._ends.tables.rooms, self._ends.tables.identities, _now())

    def _check_ready(self) -> None:
        if not self.ready:
            raise RefusedError(503, "not_ready")

    async def _alive(self, request: web.Request) -> web.Response:
        """Whether the process answers at all."""
        return answer({"alive": True})

    async def _ready(self, request: web.Request) -> web.Response:
        """Whether requests would be taken now."""
        return answer({"ready": self.ready}, 200 if self.ready else 503)


def _type(record: Any) -> str:
    return str(record.__struct_config__.tag)


def _now() -> int:
    return time.time_ns() // 1_000_000
