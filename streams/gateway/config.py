"""Config: who may knock, as the operator's TOML file says.

    [tenants.north]
    keys = "north.keys"                      # the key ring of their pseudonyms
    events_per_second = 2000

    [tenants.north.webhooks.zoom]            # any platform of schemas/platforms/webhooks.py
    secrets = "zoom.secrets"                 # a secret a line; two while one replaces the other

    [tenants.north.producers.classroom]      # may POST /v1/events
    tokens = "classroom.tokens"              # a bearer token a line

    [tenants.north.staff.records]            # may POST /v1/care
    tokens = "records.tokens"
    roles = ["notices", "decisions", "rosters"]

Files are looked for beside the config, and only their owner may read them; `env:NAME` takes what
the environment holds instead.
"""

import stat
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta, Struct

from schemas.platforms.webhooks import ROOM_NAMES, WEBHOOKS
from schemas.toml_file import FileError, line, shaped, tables
from streams.gateway.signatures.schemes import usable
from streams.pseudonyms.ring import Ring, RingError, read_ring

Code = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,62}\Z")]
"""A name that the operator gives: it stands in paths, metrics and records."""

Role = Literal["notices", "decisions", "rosters"]
Ids = Literal["raw", "pseudonyms"]
Kind = Literal["producers", "staff"]

LEAST_TOKEN = 24
SIGN_THEIR_URL = frozenset({"bigbluebutton", "bigbluebutton-mapped"})
MOST_BYTES = 65_536
FROM_ENVIRONMENT = "env:"


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the config."""


class WebhookSection(Section, frozen=True, kw_only=True):
    """`url` is the address that the platform calls, for those who sign it."""

    secrets: str
    url: str = ""


class ProducerSection(Section, frozen=True, kw_only=True):
    """A sender of telemetry; `ids` says whether theirs are pseudonyms already."""

    tokens: str
    ids: Ids = "raw"


class StaffSection(Section, frozen=True, kw_only=True):
    """A system of record and what it may say."""

    tokens: str
    roles: Annotated[tuple[Role, ...], Meta(min_length=1)]
    ids: Ids = "raw"


class TenantSection(Section, frozen=True, kw_only=True):
    """One organisation, with keys of its own; what it lists are sections of their own kind."""

    keys: str
    events_per_second: Annotated[int, Meta(ge=1, le=1_000_000)] = 5_000
    webhooks: dict[str, Any] = {}
    producers: dict[Code, Any] = {}
    staff: dict[Code, Any] = {}


class File(Section, frozen=True, kw_only=True):
    """The whole config."""

    tenants: Annotated[dict[Code, Any], Meta(min_length=1)]


class Tenant(NamedTuple):
    """An organisation whose ids become pseudonyms under `ring`."""

    name: str
    ring: Ring
    events_per_second: int


class Hook(NamedTuple):
    """A platform's webhook of a tenant; `url` is where it is called, another one for each."""

    tenant: Tenant
    platform: str
    url: str
    secrets: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"Hook({self.tenant.name}, {self.platform})"


class Caller(NamedTuple):
    """Whoever has a bearer token."""

    tenant: Tenant
    name: str
    kind: Kind
    ids: Ids
    roles: frozenset[Role]


class Config(NamedTuple):
    """Who may knock: callers by the SHA-256 of their token, webhooks by platform and tenant."""

    callers: Mapping[bytes, Caller]
    hooks: Mapping[tuple[str, str], Hook]

    def __repr__(self) -> str:
        return f"Config({len(self.callers)} tokens, {len(self.hooks)} webhooks)"


def read_config(file: Path, environment: Mapping[str, str]) -> Config:
    """The config in `file`; raises FileError with one line: file, key, reason."""
    name = str(file)
    text = _text(file, name, "file")
    found = shaped(tables(text, name), File, name)
    callers: dict[bytes, Caller] = {}
    hooks: dict[tuple[str, str], Hook] = {}
    reader = _Reader(file, environment)
    for code, told in found.tenants.items():
        key = f"tenants.{code}"
        section = shaped(told, TenantSection, name, key)
        tenant = Tenant(code, reader.ring(section.keys, f"{key}.keys"), section.events_per_second)
        for platform, asked in section.webhooks.items():
            place = f"{key}.webhooks.{platform}"
            hook = shaped(asked, WebhookSection, name, place)
            if platform not in WEBHOOKS:
                raise FileError(line(name, place, f"not one of {', '.join(WEBHOOKS)}"))
            if platform in SIGN_THEIR_URL and not hook.url:
                raise FileError(line(name, f"{place}.url", f"missing: {platform} signs it"))
            secrets = tuple(reader.secrets(hook.secrets, f"{place}.secrets"))
            if not all(usable(platform, secret) for secret in secrets):
                raise FileError(line(name, f"{place}.secrets", f"not a secret of {platform}"))
            url = hook.url or f"/webhooks/{platform}/{code}"
            hooks[platform, code] = Hook(tenant, platform, url, secrets)
        for place, caller, tokens in _callers(tenant, section, name):
            if caller.name in ROOM_NAMES:
                raise FileError(line(name, f"{key}.{place}", "is what a platform is called"))
            for token in reader.secrets(tokens, f"{key}.{place}.tokens"):
                if len(token) < LEAST_TOKEN:
                    reason = f"a token has at least {LEAST_TOKEN} characters"
                    raise FileError(line(name, f"{key}.{place}.tokens", reason))
                if callers.setdefault(sha256(token).digest(), caller) != caller:
                    reason = "the token is somebody else's already"
                    raise FileError(line(name, f"{key}.{place}.tokens", reason))
    return Config(callers, hooks)


def _callers(
    tenant: Tenant, section: TenantSection, file: str
) -> Iterator[tuple[str, Caller, str]]:
    """Each caller with its place in the section, and where its tokens are."""
    key = f"tenants.{tenant.name}"
    for name, told in section.producers.items():
        producer = shaped(told, ProducerSection, file, f"{key}.producers.{name}")
        caller = Caller(tenant, name, "producers", producer.ids, frozenset())
        yield f"producers.{name}", caller, producer.tokens
    for name, told in section.staff.items():
        staff = shaped(told, StaffSection, file, f"{key}.staff.{name}")
        caller = Caller(tenant, name, "staff", staff.ids, frozenset(staff.roles))
        yield f"staff.{name}", caller, staff.tokens


class _Reader(NamedTuple):
    """Reads what the config at `file` points to."""

    file: Path
    environment: Mapping[str, str]

    def ring(self, told: str, key: str) -> Ring:
        try:
            return read_ring(self._beside(told))
        except (RingError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise FileError(line(str(self.file), key, reason or "cannot be read")) from error

    def secrets(self, told: str, key: str) -> list[bytes]:
        """The lines of a secret file or of an environment variable; raises FileError."""
        if told.startswith(FROM_ENVIRONMENT):
            name = told.removeprefix(FROM_ENVIRONMENT)
            text = self.environment.get(name, "")
            where = f"the environment's {name}"
        else:
            where = str(self._beside(told))
            text = _private(self._beside(told), str(self.file), key)
        found = [each.strip().encode() for each in text.splitlines() if each.strip()]
        if not found:
            raise FileError(line(str(self.file), key, f"{where} holds no secret"))
        return found

    def _beside(self, told: str) -> Path:
        return self.file.parent / told


def _private(file: Path, config: str, key: str) -> str:
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            reason = f"{file}: others may read it; chmod 600 it"
            raise FileError(line(config, key, reason))
    except OSError as error:
        raise FileError(line(config, key, f"{file}: {error.strerror}")) from error
    return _text(file, config, key)


def _text(file: Path, config: str, key: str) -> str:
    try:
        with file.open("rb") as opened:
            found = opened.read(MOST_BYTES + 1)
        if len(found) > MOST_BYTES:
            raise FileError(line(config, key, f"{file}: longer than {MOST_BYTES} bytes"))
        return found.decode()
    except UnicodeDecodeError:
        raise FileError(line(config, key, f"{file}: not UTF-8")) from None
    except OSError as error:
        raise FileError(line(config, key, f"{file}: {error.strerror}")) from error
