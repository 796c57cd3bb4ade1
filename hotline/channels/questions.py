"""What a text message means, and the reply to one that is no request.

A question is answered to the telephone it came from. One's own case needs no code; anybody else's needs the
query code, and a wrong guess, a right guess too late and a number that does not exist are all told the same.
"""

import re
import unicodedata
from datetime import timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, select

from cases.bulk import insert_rows
from cases.lists import load_file
from cases.numbers import parse_number
from cases.outbox import message
from cases.phones import understand
from cases.tables import CaseRow, OutboxRow, PartyRow, table_of
from hotline import throttle
from hotline.house import House

WRONG_CODES, WITHIN = 5, timedelta(minutes=15)
LONGEST = 10_000  # characters of a request, as on the web
LONGEST_QUESTION = 100  # characters; nobody spends more on a number and a code
ASKS = re.compile(
    r"(?:CX|查询)[\s:：#]*(?P<number>\d[\d\s\-—－]{0,24})?[\s,，;；]*(?P<code>[A-Z2-7]{8})?[。.!！]?"
)
Question = tuple[str, str]  # number and code as sent


class Heard(Struct, frozen=True):
    """What a whole message is: a question for a case, a request, or nothing that can be acted on."""

    means: Literal["question", "request", "nothing"]
    text: str = ""
    question: Question = ("", "")


def understood(text: str) -> Heard:
    """Reads a message; full-width letters and digits count as plain ones. `查询` before other words is a
    citizen's own sentence and no command."""
    plain = unicodedata.normalize("NFKC", text).strip() if len(text) <= LONGEST_QUESTION else text
    asked = ASKS.fullmatch(plain.upper()) if len(text) <= LONGEST_QUESTION else None
    if asked:
        return Heard("question", question=(asked["number"] or "", asked["code"] or ""))
    if not re.search(r"[^\W_]", plain):
        return Heard("nothing")
    return Heard("request", text=text.strip()[:LONGEST])


def reply(house: House, row_id: str, sender: str, heard: Heard) -> None:
    """Puts the reply to a message into the outbox, once however often the message comes."""
    now = house.now()
    recipient, template, facts = f"text:{row_id}", "help", dict[str, Any]()
    with house.writing() as connection:
        if heard.means == "question":
            template, facts, party = _asked(house, connection, sender, heard.question)
            recipient = f"party:{party}" if party else recipient
        row = message(
            dedupe=f"text:{row_id}:reply",
            case=None,
            recipient=recipient,
            template=template,
            facts=facts,
            now=now,
        )
        insert_rows(connection, table_of(OutboxRow), [row], or_leave=True)
    house.ledger.on_commit()  # somebody is owed word: wake the delivery


def _asked(
    house: House, connection: Connection, sender: str, question: Question
) -> tuple[str, dict[str, Any], int]:
    """The answer to a question: template, facts, and the party where the sender is it. One's own case needs
    no code; the latest one, no number. Who guesses codes is told nothing, also when the guess is right."""
    index = house.vault.index(understand(sender).number)
    number, code = question
    row = _case(connection, parse_number(number), index, wanted=bool(number))
    if row is None:
        return "refused", {}, 0
    own = bool(index) and row.phone_index == index
    about = f"sms:{index or 'none'}"
    now = house.now()
    if not own:
        barred = throttle.too_many(connection, about, now, WRONG_CODES, WITHIN)
        if barred or code != house.vault.code(row.number):
            throttle.note_failure(connection, about, now)
            return "refused", {}, 0
    file = load_file(connection, row.id)
    assert file is not None, row.number
    facts = {
        "number": row.number,
        "stage": file.stage,
        "ended": file.ended,
        "procedure": file.procedure.name,
        "promised": row.promised_at,
    }
    return "status", facts, row.party if own else 0


def _case(connection: Connection, case: int | None, index: str, *, wanted: bool) -> Any:
    found = select(CaseRow.id, CaseRow.number, CaseRow.party, CaseRow.promised_at, PartyRow.phone_index).join(
        PartyRow, PartyRow.id == CaseRow.party
    )
    if wanted:
        found = found.where(CaseRow.id == case)
    elif index:
        found = found.where(PartyRow.phone_index == index).order_by(
            CaseRow.opened_at.desc(), CaseRow.id.desc()
        )
    else:
        return None
    return connection.execute(found.limit(1)).one_or_none()
