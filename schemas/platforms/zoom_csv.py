"""Zoom CSV: the participants' report of a past meeting, one row for each join.

    Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room

Headers come in the language of the account and in several wordings, so columns are found by a
word in them; rows about the meeting may stand above. Names are not read. Times are local, of
whole minutes in some exports. Rows of the waiting room are not presence.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from schemas.platforms.local_times import NOTHING, Written, instants, naive, order_of, written
from schemas.platforms.source import (
    Converted,
    DateOrder,
    Meeting,
    Naming,
    NotUnderstoodError,
    Payload,
    Report,
)
from schemas.platforms.stays import Stay, as_records
from schemas.platforms.table import Row, rows_of

NAME = "zoom_csv"
A_MOMENT = timedelta(minutes=1)
"""Between the rows of the waiting room and of the meeting, in times of whole minutes."""

WORDS: Mapping[str, Sequence[str]] = {
    "waiting": (
        "waiting",
        "warteraum",
        "salle d'attente",
        "sala de espera",
        "sala d'attesa",
        "wachtruimte",
        "待機",
        "等候",
    ),
    "email": ("mail", "correo", "courriel", "メール", "邮件", "郵件"),
    "joined": (
        "join",
        "beitritt",
        "arrivée",
        "connexion",
        "entrada",
        "ingreso",
        "unirse",
        "ingresso",
        "deelname",
        "参加",
        "入室",
        "加入",
    ),
    "left": (
        "leave",
        "verlass",
        "austritt",
        "départ",
        "sortie",
        "salida",
        "saída",
        "uscita",
        "vertrek",
        "退出",
        "退室",
        "离开",
        "離開",
    ),
    "lasted": (
        "duration",
        "dauer",
        "durée",
        "duración",
        "duração",
        "durata",
        "duur",
        "期間",
        "时长",
    ),
}
"""Words that tell a column, in the order in which they are looked for."""

YES = frozenset({"yes", "ja", "oui", "sí", "si", "sì", "sim", "はい", "是"})
NO = frozenset({"no", "nein", "non", "não", "nee", "いいえ", "否", "", "-"})


class Timed(NamedTuple):
    """A row, and its times as they are written."""

    row: Row
    joined: Written
    left: Written | None


def convert(payload: Payload, meeting: Meeting, naming: Naming) -> Converted:
    """A join and a leave for each row, a stay in the waiting room for rows that tell of one.

    Raises:
        NotUnderstoodError: as the table and its times, and `no_join_and_leave_columns` (as in
            reports of unique users, which have sums alone), `leave_before_join`,
            `unknown_answer` for neither yes nor no.
    """
    rows = rows_of(payload.body)
    number, columns = _columns(rows)
    timed = [_timed(row, columns) for row in rows[number + 1 :]]
    order = order_of((time for each in timed for time in each[1:] if time), meeting.date_order)
    stays = [_stay(each, columns, order, meeting) for each in timed]
    return as_records(NAME, _let_in(stays), meeting, naming)


def _columns(rows: Sequence[Row]) -> tuple[int, dict[str, int]]:
    """The header's index in `rows`, and its columns by what they hold."""
    for number, row in enumerate(rows):
        found: dict[str, int] = {}
        for column, label in enumerate(row.cells):
            meaning = _meaning(label)
            if meaning is not None:
                found.setdefault(meaning, column)
        if "joined" in found and "left" in found:
            return number, found
    raise NotUnderstoodError("no_join_and_leave_columns")


def _meaning(label: str) -> str | None:
    folded = label.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for meaning, words in WORDS.items():
        if any(word in folded for word in words):
            return meaning
    return None


def _timed(row: Row, columns: Mapping[str, int]) -> Timed:
    left = row.cell(columns["left"])
    return Timed(
        row,
        written(row.cell(columns["joined"]), row.where),
        written(left, row.where) if left else None,
    )


def _stay(timed: Timed, columns: Mapping[str, int], order: DateOrder, meeting: Meeting) -> Stay:
    row = timed.row
    walls = [naive(time, order, row.where) for time in timed[1:] if time is not None]
    minutes = row.cell(columns.get("lasted"))
    lasted = timedelta(minutes=int(minutes)) if minutes.isdecimal() and len(minutes) < 5 else None
    times = instants(walls, meeting, row.where, lasted)
    if times[-1] < times[0]:
        raise NotUnderstoodError("leave_before_join", row.where)
    email = row.cell(columns.get("email"))
    return Stay(
        who=email if "@" in email else None,
        joined_at=times[0],
        left_at=times[1] if len(times) > 1 else None,
        waiting=_waited(row, columns),
    )


def _let_in(stays: Sequence[Stay]) -> list[Stay]:
    """Put each stay in the waiting room to the stay in the meeting that it ended with.

    Left apart they would tell of somebody who was kept waiting, gave up, and came again.
    """
    inside = [stay for stay in stays if not stay.waiting]
    kept = []
    for waited in (stay for stay in stays if stay.waiting):
        number = next((n for n, stay in enumerate(inside) if _follows(waited, stay)), None)
        if number is None:
            kept.append(waited)
        else:
            inside[number] = inside[number]._replace(waited_from=waited.joined_at)
    return kept + inside


def _follows(waited: Stay, stay: Stay) -> bool:
    if waited.who is None or stay.who is None or waited.who.casefold() != stay.who.casefold():
        return False
    if waited.left_at is None or stay.joined_at is None or stay.waited_from is not None:
        return False
    return NOTHING <= stay.joined_at - waited.left_at <= A_MOMENT


def _waited(row: Row, columns: Mapping[str, int]) -> bool:
    answer = row.cell(columns.get("waiting")).casefold()
    if answer in YES:
        return True
    if answer in NO:
        return False
    raise NotUnderstoodError("unknown_answer", row.where)


ZOOM_CSV = Report(NAME, convert)
