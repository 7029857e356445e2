"""`python -m streams.worker`: the worker with its settings from the environment."""

import os
import sys

from streams.settings import SettingsError, from_environment
from streams.worker.halt import FAILED
from streams.worker.run import run_worker


def main() -> int:
    """The exit code."""
    try:
        settings = from_environment(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    return run_worker(settings)


if __name__ == "__main__":
    sys.exit(main())
