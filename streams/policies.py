"""Policies from files: the shipped default, and what an operator adds to or puts in its place."""

from collections.abc import Sequence
from pathlib import Path

from schemas.policy import Policies, PolicyError
from schemas.policy_file import collect

SHIPPED = Path(__file__).resolve().parent.parent / "deploy" / "policies"
DEFAULT = SHIPPED / "default.toml"


def load(paths: Sequence[Path] = (), scale: int = 1) -> Policies:
    """The policies in `paths` (files, or folders of `*.toml`), every duration over `scale`.

    Without a policy for the program `default` among them, the shipped one serves. Raises
    PolicyError with one line that names file, key and reason.
    """
    found = texts(paths)
    try:
        return collect(found).scaled(scale)
    except PolicyError as error:
        if found and "none is for the program" not in str(error):
            raise
    return collect([*texts([DEFAULT]), *found]).scaled(scale)


def texts(paths: Sequence[Path]) -> list[tuple[str, str]]:
    """File and text of every policy in `paths`; raises PolicyError for what cannot be read."""
    files = [file for path in paths for file in _files(path)]
    return [(str(file), _read(file)) for file in files]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.toml"))
    if not found:
        raise PolicyError(f"{path}: no *.toml in this folder")
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise PolicyError(f"{file}: cannot be read: {reason}") from error
