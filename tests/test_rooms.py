"""The law of the rooms: import-linter keeps it, and what no import shows is looked for here."""

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("schemas", "streams", "sinks")
LAW = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in LAW["contracts"]}


def lint(folder: Path) -> tuple[int, str]:
    """Exit code of `lint-imports` in `folder`, and what it says, with all blanks as one."""
    command = (
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
    )
    options = ("--no-cache", "--no-logo")
    done = subprocess.run(
        (*command, *options), cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_the_law_is_kept() -> None:
    code, said = lint(ROOT)
    assert code == 0, said
    assert "0 broken" in said


PLANTED = {
    "rooms": ("sinks/topics.py", "streams.stage"),
    "shell": ("streams/session/camera.py", "streams.settings"),
    "pure": ("streams/intervals.py", "time"),
    "clients": ("sinks/tables.py", "faust"),
    "database": ("sinks/bulk.py", "kafka"),
    "replay": ("streams/commands/replay.py", "sinks.topics"),
    "topics": ("sinks/topics.py", "sqlalchemy"),
    "deploy": ("streams/settings.py", "deploy"),
    "cycles": ("schemas/instants.py", "schemas.score"),
}
BROKEN_TOO = [
    ("schemas/score.py", "sinks.tables"),
    ("schemas/policy.py", "sqlalchemy"),
    ("streams/ledger.py", "streams.worker"),
    ("streams/care/facts.py", "streams.session.facts"),
    ("streams/session/fold.py", "random"),
    ("streams/changes.py", "logging"),
    ("streams/rooms.py", "streams.roster"),
    ("streams/state.py", "os"),
    ("streams/gateway/signatures/zoom.py", "time"),
    ("streams/gateway/replays.py", "time"),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    """What import-linter says of a copy in which every contract is broken."""
    copy = tmp_path_factory.mktemp("rooms")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file, imported in (*PLANTED.values(), *BROKEN_TOO):
        module = copy / file
        module.write_text(f"{module.read_text()}\nimport {imported}\n")
    return lint(copy)


def test_a_broken_law_fails(broken: tuple[int, str]) -> None:
    assert broken[0] != 0
    assert PLANTED.keys() == CONTRACTS.keys()


@pytest.mark.parametrize("contract", PLANTED)
def test_every_contract_can_be_broken(contract: str, broken: tuple[int, str]) -> None:
    assert f"{CONTRACTS[contract]['name']} BROKEN" in broken[1]


@pytest.mark.parametrize(("file", "imported"), BROKEN_TOO)
def test_every_trespass_is_named(file: str, imported: str, broken: tuple[int, str]) -> None:
    importer = file.removesuffix(".py").replace("/", ".")
    assert f"{importer} -> {imported}" in broken[1]


def modules(name: str) -> list[Path]:
    """The files of a module or package."""
    path = ROOT.joinpath(*name.split("."))
    return sorted(path.rglob("*.py")) or [path.with_suffix(".py")]


PURE = [file for name in CONTRACTS["pure"]["source_modules"] for file in modules(name)]
CLOCKS = {"now", "today", "utcnow"}
DOORS = {"open", "input", "print", "eval", "exec", "__import__"}


def trespasses(source: str) -> Iterator[str]:
    """Clocks read and doors opened without an import."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                yield f"line {node.lineno}: calls {name}"
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name) if name in CLOCKS:
                yield f"line {node.lineno}: takes {name}"
            case ast.Name(id=name) if name in DOORS:
                yield f"line {node.lineno}: uses {name}"


def strangers(source: str) -> set[str]:
    """Packages imported that are neither the standard library's nor allowed in schemas."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return (
        {name.partition(".")[0] for name in found}
        - sys.stdlib_module_names
        - {"msgspec", "schemas"}
    )


@pytest.mark.parametrize("file", PURE, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_pure_reads_a_clock_or_opens_a_door(file: Path) -> None:
    assert list(trespasses(file.read_text())) == []


@pytest.mark.parametrize("file", modules("schemas"), ids=lambda file: file.name)
def test_schemas_use_the_standard_library_and_msgspec(file: Path) -> None:
    assert strangers(file.read_text()) == set()


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "clock = datetime.now",
        "date.today()",
        "at.utcnow()",
        "open('x')",
        "__import__('time')",
        "import_it = eval",
    ],
)
def test_a_trespass_is_seen(source: str) -> None:
    assert list(trespasses(source))


def test_a_field_called_now_is_no_clock() -> None:
    assert list(trespasses("moment.now + course.now")) == []


def test_a_stranger_is_seen() -> None:
    assert strangers("import os, orjson.x\nfrom numpy import array\nfrom . import score") == {
        "orjson",
        "numpy",
        "",
    }
