"""Kafka's class path: resolved from Maven coordinates once, kept in a cache for good."""

import fcntl
import hashlib
import logging
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL, default_jgo_cache
from jgo.maven import Artifact, MavenContext
from jgo.parse import Endpoint

from streams.machine.program import ProgramError

KAFKA = "4.1.2"
# Kafka logs through SLF4J 1.7 and brings log4j itself, but not the binding between the two.
BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.3"
# "!": else the versions that the binding's own build manages, Kafka's among them, would hold.
COORDINATES = f"org.apache.kafka:kafka_2.13:{KAFKA}+{BINDING}!"
DOWNLOADS_AT_ONCE = 4
REQUEST_TIMEOUT = 30

log = logging.getLogger(__name__)


class JarsError(ProgramError):
    """Kafka could not be fetched from the Maven repository."""


def class_path(cache: Path | None = None) -> str:
    """Kafka's class path for `java -cp`; about 43 MB are fetched the first time.

    `cache` defaults to jgo's own folder (environment variable JGO_CACHE_DIR); Maven mirrors are
    taken from jgo's settings. Any number of processes may ask at once: one fetches, and the
    folder appears only when it is complete.

    Raises:
        JarsError: it could not be fetched.
    """
    wanted = hashlib.sha256(COORDINATES.encode()).hexdigest()[:8]
    folder = (cache or default_jgo_cache() / "rollcall") / f"kafka-{KAFKA}-{wanted}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_name(folder.name + ".lock")):
            if not folder.is_dir():
                _fetch(folder)
    return str(folder / "*")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(folder: Path) -> None:
    log.info("fetching Apache Kafka %s, the first time only", KAFKA)
    # jgo writes files in place, so that an interrupted run leaves half a file behind: give it
    # a repository of its own, from which nothing is taken until everything is there.
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as downloads:
            jars = list(downloads.map(Artifact.resolve, _artifacts(part / "repository")))
    # RuntimeError and AssertionError are how jgo says "not found"; requests' errors are OSErrors.
    except (OSError, RuntimeError, AssertionError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise JarsError(f"cannot fetch Apache Kafka {KAFKA} from Maven: {reason}") from error
    (part / "jars").mkdir()
    for jar in jars:
        if not zipfile.is_zipfile(jar):
            raise JarsError(f"what the Maven repository sent as {jar.name} is not a jar")
        jar.rename(part / "jars" / jar.name)
    (part / "jars").rename(folder)
    shutil.rmtree(part)


def _artifacts(repository: Path) -> list[Artifact]:
    # As in jgo itself: a mirror takes the place of the central repository by taking its name.
    sources = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    context = MavenContext(repo_cache=repository, remote_repos=sources, timeout=REQUEST_TIMEOUT)
    wanted = [
        context.create_dependency(replace(coordinate, scope="compile"))
        for coordinate in Endpoint.parse(COORDINATES).coordinates
    ]
    given, found = context.resolver.resolve(wanted)
    needed = [dependency for dependency in found if dependency.scope in ("compile", "runtime")]
    return [dependency.artifact for dependency in (*given, *needed)]
