"""Kafka's jars: fetched once whoever asks, complete or not at all, and a clear line if not."""

import io
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from streams.machine.jars import COORDINATES
from streams.machine.ports import LOOPBACK

POM = """<project><modelVersion>4.0.0</modelVersion>
<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>
</project>"""
WANTED = [coordinate.rstrip("!").split(":") for coordinate in COORDINATES.split("+")]
JARS = sorted(f"{artifact}-{version}.jar" for _, artifact, version in WANTED)
# In a process of its own, as the fetching library leaves answers that it refuses unread.
ASK = """
import sys
from pathlib import Path
from streams.machine.jars import JarsError, class_path
try:
    print(class_path(Path(sys.argv[1])))
except JarsError as error:
    print("failed:", error)
"""


def empty_jar() -> bytes:
    content = io.BytesIO()
    zipfile.ZipFile(content, "w").close()
    return content.getvalue()


class Repository(ThreadingHTTPServer):
    """A Maven repository with nothing but what is wanted."""

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), Answers)
        self.asked: list[str] = []
        self.files: dict[str, bytes] = {}
        for group, artifact, version in WANTED:
            place = f"/{group.replace('.', '/')}/{artifact}/{version}/{artifact}-{version}"
            pom = POM.format(group=group, artifact=artifact, version=version)
            self.files[f"{place}.pom"] = pom.encode()
            self.files[f"{place}.jar"] = empty_jar()


class Answers(BaseHTTPRequestHandler):
    server: Repository

    # The library asks for these names.
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    with Repository() as repository:
        settings = tmp_path / "jgo.conf"
        address = f"http://{LOOPBACK}:{repository.server_port}"
        settings.write_text(f"[repositories]\ncentral = {address}\n")
        monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
        thread = threading.Thread(target=repository.serve_forever, args=(0.05,))
        thread.start()
        yield repository
        repository.shutdown()
        thread.join()


def asking(cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (sys.executable, "-c", ASK, str(cache)), stdout=subprocess.PIPE, text=True
    )


def told(process: subprocess.Popen[str]) -> str:
    return process.communicate()[0].strip()


def found(path: str) -> list[str]:
    assert path.endswith("/*")
    return sorted(jar.name for jar in Path(path).parent.iterdir())


def test_processes_that_ask_at_once_fetch_once(repository: Repository, tmp_path: Path) -> None:
    paths = {told(process) for process in [asking(tmp_path) for _ in range(3)]}

    assert len(paths) == 1
    assert found(paths.pop()) == JARS
    fetched = [path.rpartition("/")[2] for path in repository.asked if path.endswith(".jar")]
    assert sorted(fetched) == JARS


def test_once_there_nothing_is_asked(repository: Repository, tmp_path: Path) -> None:
    first = told(asking(tmp_path))
    repository.asked.clear()

    assert told(asking(tmp_path)) == first
    assert repository.asked == []


def test_what_an_interrupted_run_left_is_not_used(repository: Repository, tmp_path: Path) -> None:
    folder = Path(told(asking(tmp_path))).parent
    part = folder.with_name(folder.name + ".part")
    folder.rename(part)
    for jar in part.iterdir():
        jar.write_bytes(b"half")

    assert Path(told(asking(tmp_path))).parent == folder
    assert all(zipfile.is_zipfile(jar) for jar in folder.iterdir())
    assert not part.exists()


def test_a_missing_jar_is_one_clear_line(repository: Repository, tmp_path: Path) -> None:
    for path in [path for path in repository.files if path.endswith(".jar")]:
        del repository.files[path]

    answer = told(asking(tmp_path))

    assert answer.startswith("failed: cannot fetch Apache Kafka")
    assert "\n" not in answer


def test_a_page_instead_of_a_jar_is_refused(repository: Repository, tmp_path: Path) -> None:
    for path in [path for path in repository.files if path.endswith(".jar")]:
        repository.files[path] = b"<html>log in first</html>"

    answer = told(asking(tmp_path))

    assert answer.startswith("failed:")
    assert answer.endswith("is not a jar")
