"""Commands: what a person types. Each reads its options, calls the rooms, and prints.

Errors are one clear line on standard error and exit code 1; a traceback is a bug.
"""

from streams.commands.main import main

__all__ = ["main"]
