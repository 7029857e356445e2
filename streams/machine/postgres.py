"""A real PostgreSQL server on this machine: no network, its data and its socket in one folder."""

import shutil
import signal
import time
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL

from streams.machine.postgres_user import (
    VERSION,
    PostgresError,
    closed_folder,
    give,
    installed,
    programs,
    server_user,
)
from streams.machine.program import Program, spawn, tail
from streams.machine.server import POLL, Server

SUPERUSER = "postgres"
HELPERS_GRACE = 30.0
CONNECT_TIMEOUT = 5
# What the operating system takes as the name of a socket (104 on some, with its last zero).
LONGEST_SOCKET_NAME = 103
OTHERS_MAY_PASS = 0o011


class Postgres(Server):
    """One PostgreSQL server over one data folder, reached through a socket inside it.

    Only users who may enter the data folder can connect: no port is open and no password is
    needed. Started by root, the server runs as another user, for whom the data folder must be
    reachable. `database` is made when it is not there.
    """

    title = "PostgreSQL"
    failure = PostgresError

    def __init__(self, folder: Path, database: str = "rollcall") -> None:
        super().__init__(folder)
        self.database = database

    @property
    def url(self) -> str:
        """The SQLAlchemy address of our database, for psycopg 3."""
        return self.url_of(self.database)

    def url_of(self, database: str) -> str:
        """The SQLAlchemy address of another database on this server."""
        place = {"host": str(self._data)}
        return URL.create(
            "postgresql+psycopg", username=SUPERUSER, database=database, query=place
        ).render_as_string(hide_password=False)

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    def prepared(self) -> Program:
        """Prepare the folder (the user, the data) and say what to run.

        Raises:
            PostgresError: the folder cannot be used, or the data cannot be initialised.
        """
        user = server_user()
        self._check(user)
        self.folder.mkdir(parents=True, exist_ok=True)
        if user:
            self.folder.chmod(self.folder.stat().st_mode | OTHERS_MAY_PASS)
        binaries = programs(installed(), self.folder, user)
        self._initialise(binaries, user)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._data}"',
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = tuple(f"--{name}={value}" for name, value in settings.items())
        return Program(
            name="postgres",
            argv=(str(binaries / "postgres"), "-D", str(self._data), *options),
            log=self.log,
            user=user,
            lock=self.lock,
            # Fast: open connections are ended. SIGTERM would wait until clients leave.
            stop_signal=signal.SIGINT,
            # Immediate, with all its helper processes, and recovery at the next start.
            death_signal=signal.SIGQUIT,
        )

    def answers(self) -> bool:
        """Whether the server takes queries; makes our database when it is not there yet."""
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database))
        try:
            with psycopg.connect(
                host=str(self._data),
                user=SUPERUSER,
                dbname=SUPERUSER,
                connect_timeout=CONNECT_TIMEOUT,
                autocommit=True,
            ) as connection:
                if connection.execute(known, (self.database,)).fetchone() is None:
                    connection.execute(create)
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """End the server at once (SIGKILL), as a crash would. Its data stays.

        Its helpers, each in a session of its own, notice and go; a new server cannot start
        before the last of them is gone.
        """
        pid = self.pid
        if pid is None:
            return
        helpers = psutil.Process(pid).children(recursive=True)
        super().kill()
        deadline = time.monotonic() + HELPERS_GRACE
        while any(map(_runs, helpers)):
            if time.monotonic() > deadline:
                raise PostgresError("PostgreSQL was killed, but its helpers do not end")
            time.sleep(POLL)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _check(self, user: str | None) -> None:
        if len(bytes(self._data / ".s.PGSQL.5432")) > LONGEST_SOCKET_NAME:
            raise PostgresError(f"the path of {self.folder} is too long for a socket: shorten it")
        version = self._data / "PG_VERSION"
        if version.exists() and (found := version.read_text().strip()) != str(VERSION):
            raise PostgresError(f"{self._data} is of PostgreSQL {found}, and this is {VERSION}")
        if user and (closed := closed_folder(self.folder, user)):
            raise PostgresError(
                f"PostgreSQL cannot run as root but as the user {user}, to whom {closed} is "
                f"closed: put the data folder {self.folder} elsewhere, or do not run as root"
            )

    def _initialise(self, binaries: Path, user: str | None) -> None:
        """Make the data directory; it gets its name only when it is complete."""
        if self._data.exists():
            return
        part = self.folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        if user:
            give(part, user)
        options = ("--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={SUPERUSER}")
        initdb = Program(
            name="initdb",
            argv=(str(binaries / "initdb"), "-D", str(part), *options),
            log=self.log,
            user=user,
        )
        if spawn(initdb).wait():
            raise PostgresError(f"cannot initialise {self._data}: {tail(self.log)}")
        part.rename(self._data)


def _runs(helper: psutil.Process) -> bool:
    try:
        return bool(helper.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
