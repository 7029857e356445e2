"""Other commands find the broker of `rollcall up`."""

from pathlib import Path

import pytest

from streams.up.address import USUAL_BROKER, known_bootstrap


def remember(folder: Path, text: str) -> None:
    (folder / "kafka").mkdir(parents=True)
    (folder / "kafka" / "port").write_text(text)


def test_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROLLCALL_DATA", raising=False)
    remember(tmp_path / "rollcall-data", "20123\n")

    assert known_bootstrap() == "127.0.0.1:20123"


def test_in_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROLLCALL_DATA", str(tmp_path / "other"))
    remember(tmp_path / "rollcall-data", "20123\n")
    remember(tmp_path / "other", "20456\n")

    assert known_bootstrap() == "127.0.0.1:20456"


@pytest.mark.parametrize("text", [None, "", "half a port"])
def test_the_usual_one_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    monkeypatch.setenv("ROLLCALL_DATA", str(tmp_path / "data"))
    if text is not None:
        remember(tmp_path / "data", text)

    assert known_bootstrap() == USUAL_BROKER
