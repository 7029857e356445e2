"""What can go wrong with a database, told apart by what to do about it.

No message holds anything of a row but its id: drivers put whole rows into theirs, so those
texts are dropped wherever a row can be the cause.
"""

import sqlite3

from sqlalchemy.engine.interfaces import DBAPIModule
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionFree


class DatabaseAwayError(Exception):
    """The world's fault: it cannot be reached or used just now. Hold the rows and try again."""


class RowsRefusedError(Exception):
    """Our bug: some row cannot be stored. Nothing was written; trying again cannot help.

    `row` is the id of the row at fault where that is certain (the batch held only one).
    """

    def __init__(self, reason: str, row: str | None) -> None:
        which = "a row" if row is None else f"row {row[:LONGEST_ID_SHOWN]!a}"
        super().__init__(f"{which} was refused by the database: {reason}")
        self.reason = reason
        self.row = row


class DatabaseUnusableError(Exception):
    """A person has to act: another schema, missing rights, a damaged file."""


# What Python itself raises when a value has no form in the database: an integer that is too
# large, a lone surrogate, a value of another type.
VALUE_ERRORS = (ValueError, OverflowError, TypeError, AttributeError)

LONGEST_ID_SHOWN = 200

READ_ONLY_TRANSACTION = "25006"
PROGRAM_LIMIT_EXCEEDED = "54"


def fault(error: Exception, driver: DBAPIModule, row: str | None) -> Exception:
    """`error` of `driver`, or of SQLAlchemy over it, as one of the three above.

    `row` is the id of the only row that was written, None if there were none or several.
    """
    if isinstance(error, NoConnectionFree):
        return DatabaseAwayError("no connection is free")
    cause = error.orig if isinstance(error, StatementError) and error.orig else error
    state: str | None = getattr(cause, "sqlstate", None)
    reason = " ".join(filter(None, (type(cause).__name__, state, _constraint(cause))))
    if isinstance(cause, (driver.IntegrityError, driver.DataError, *VALUE_ERRORS)) or (
        # An index entry or a value above the server's limits; the driver calls it operational.
        (state or "").startswith(PROGRAM_LIMIT_EXCEEDED)
    ):
        return RowsRefusedError(reason, row)
    away = isinstance(cause, (driver.OperationalError, driver.InterfaceError))
    # After a fail-over the old primary answers, but takes no writes.
    if state == READ_ONLY_TRANSACTION or (away and not _wrong_statement(cause)):
        return DatabaseAwayError(_first_line(cause))
    if isinstance(error, DBAPIError) or isinstance(cause, driver.Error):
        return DatabaseUnusableError(f"{reason}: {_first_line(cause)}")
    return error


def _wrong_statement(cause: BaseException) -> bool:
    """SQLite calls a missing table operational too; waiting does not bring it back."""
    return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _constraint(cause: BaseException) -> str | None:
    name: str | None = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return name


def _first_line(cause: BaseException) -> str:
    return str(cause).strip().partition("\n")[0] or type(cause).__name__
