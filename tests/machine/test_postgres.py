"""PostgreSQL from wheels: keeps its data, dies and comes back, says why not."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from streams.machine.postgres import Postgres
from streams.machine.postgres_user import (
    PACKAGE,
    SERVER_USER,
    PostgresError,
    closed_folder,
    installed,
    programs,
)
from streams.machine.program import Program, spawn
from streams.machine.supervisor import Change, Supervisor

Until = Callable[[Callable[[], bool]], None]
Gone = Callable[[int], bool]

# Starts a server, tells its process id, and waits for the end.
PARENT = """
import sys, time
from pathlib import Path
from streams.machine.postgres import Postgres
postgres = Postgres(Path(sys.argv[1]))
postgres.start()
print(postgres.pid, flush=True)
time.sleep(3600)
"""


@pytest.fixture
def postgres(data_folder: Path) -> Iterator[Postgres]:
    with Postgres(data_folder / "postgres") as postgres:
        yield postgres


def run(url: str, statement: str) -> list[int]:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        result = connection.execute(text(statement))
        return list(result.scalars()) if result.returns_rows else []


def test_data_and_url_survive_a_kill_and_a_stop(postgres: Postgres) -> None:
    first, url = postgres.pid, postgres.url
    assert url.startswith("postgresql+psycopg://")
    run(url, "CREATE TABLE kept (value int)")
    run(url, "INSERT INTO kept VALUES (1)")

    postgres.kill()
    assert postgres.pid is None
    postgres.start()
    assert postgres.pid not in (None, first)
    run(url, "INSERT INTO kept VALUES (2)")

    postgres.stop()
    with Postgres(postgres.folder) as again:
        assert again.url == url
        assert run(url, "SELECT value FROM kept ORDER BY value") == [1, 2]


def test_stop_does_not_wait_for_clients(postgres: Postgres) -> None:
    engine = create_engine(postgres.url, poolclass=NullPool)
    connection = engine.connect()
    connection.execute(text("SELECT 1"))

    postgres.stop(grace=60)

    assert postgres.pid is None
    connection.invalidate()
    connection.close()


def test_nobody_else_can_reach_it(postgres: Postgres) -> None:
    server = psutil.Process(postgres.pid)

    assert [c for c in server.net_connections("inet") if c.status == psutil.CONN_LISTEN] == []
    assert (postgres.folder / "data").stat().st_mode & 0o077 == 0
    assert server.uids().real != 0


def test_a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on(
    postgres: Postgres,
) -> None:
    second = Postgres(postgres.folder)

    with pytest.raises(PostgresError, match="already runs on"):
        second.start()

    assert second.pid is None
    assert run(postgres.url, "SELECT 1") == [1]


def test_each_test_database_is_empty(database_url: str) -> None:
    run(database_url, "CREATE TABLE mine (value int)")

    assert run(database_url, "SELECT count(*) FROM mine") == [0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_it_ends_with_its_killed_parent_and_starts_again(
    data_folder: Path, until: Until, gone: Gone
) -> None:
    parent = subprocess.Popen(
        (sys.executable, "-c", PARENT, str(data_folder)), stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        assert not gone(server)
        parent.kill()

    until(lambda: gone(server))
    with Postgres(data_folder) as again:
        assert run(again.url, "SELECT 1") == [1]


def test_a_path_too_long_for_a_socket_is_refused(data_folder: Path) -> None:
    with pytest.raises(PostgresError, match="too long"):
        Postgres(data_folder / ("long" * 25)).start()


def test_an_interrupted_initialisation_is_begun_again(data_folder: Path) -> None:
    (data_folder / "data.part").mkdir()
    (data_folder / "data.part" / "PG_VERSION").write_text("18\n")

    with Postgres(data_folder) as postgres:
        assert run(postgres.url, "SELECT 1") == [1]


def test_data_of_another_version_is_refused(data_folder: Path) -> None:
    (data_folder / "data").mkdir()
    (data_folder / "data" / "PG_VERSION").write_text("9\n")

    with pytest.raises(PostgresError, match="is of PostgreSQL 9"):
        Postgres(data_folder).start()


def test_a_folder_closed_to_the_user_of_the_server_is_named(tmp_path: Path) -> None:
    user = pwd.getpwuid(os.getuid()).pw_name
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o600)

    assert closed_folder(closed / "inner" / "data", user) == closed
    closed.chmod(0o700)
    assert closed_folder(closed / "inner" / "data", user) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_programs_in_a_closed_folder_are_copied_for_the_user_of_the_server(
    postgres: Postgres, data_folder: Path, tmp_path: Path
) -> None:
    for name in (PACKAGE, f"{PACKAGE}.libs"):
        shutil.copytree(installed() / name, tmp_path / name, symlinks=True)
    tmp_path.chmod(0o700)

    found = programs(tmp_path, data_folder, SERVER_USER)

    assert found.is_relative_to(data_folder)
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    for name in ("postgres", "initdb"):
        program = Program(
            name=name,
            argv=(str(found / name), "--version"),
            log=tmp_path / "log",
            user=SERVER_USER,
        )
        assert spawn(program).wait() == 0


def test_a_supervised_server_comes_back(data_folder: Path, until: Until) -> None:
    changes: list[Change] = []
    postgres = Postgres(data_folder)
    supervisor = Supervisor(changes.append)
    supervisor.start(postgres.program())
    postgres.wait_until_ready()
    run(postgres.url, "CREATE TABLE kept (value int)")

    server = changes[0].pid
    assert server is not None
    os.kill(server, signal.SIGKILL)
    until(lambda: len(changes) >= 3)
    postgres.wait_until_ready()

    assert run(postgres.url, "SELECT count(*) FROM kept") == [0]
    supervisor.stop()
    assert changes[-1].state == "stopped"
    assert changes[-1].exit_code == 0
