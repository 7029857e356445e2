"""Real parts for all tests: a data folder that a server can use, and a PostgreSQL."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from streams.machine.postgres import Postgres

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def until() -> Until:
    """Wait until a condition holds; fails after a minute."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, "waited a minute in vain"
            time.sleep(0.02)

    return wait


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A fresh folder that servers running as another user can reach, unlike pytest's own."""
    with TemporaryDirectory(prefix="rollcall-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL in which the tests may make databases.

    ROLLCALL_TEST_POSTGRES (an SQLAlchemy address with the driver postgresql+psycopg) points to
    an existing one; otherwise one from wheels runs for the whole test run.
    """
    if given := os.environ.get("ROLLCALL_TEST_POSTGRES"):
        yield given
        return
    with TemporaryDirectory(prefix="rollcall-") as folder, Postgres(Path(folder)) as postgres:
        yield postgres.url


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database, gone after the test."""
    name = f"test_{uuid.uuid4().hex}"
    server = create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
