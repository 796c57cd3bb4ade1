"""The telephone exchange's events, and who called before.

An exchange repeats itself and does not keep order, so an event only ever adds to what is known of a call:
the earliest moment of each kind, the furthest state, the first caller. Withheld callers have no index: a
history by number must not join strangers.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from threading import Thread
from typing import Any, Literal

import msgspec
import phonenumbers
from litestar import Request, Response, post
from msgspec import Struct
from sqlalchemy import Connection, bindparam, select

from cases.bulk import insert_rows, update_rows
from cases.parties import Person, Vault, masked
from cases.phones import understand
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import KINDS
from cases.tables import CaseRow, PartyRow, table_of
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import UNREADABLE
from hotline.tables import CallRow, UserRow

MOST = 20  # earlier cases shown
YEARS = range(2000, 2100)  # in which a call may have been
RANK = {"ringing": 0, "answered": 1, "ended": 2}
CALLS = table_of(CallRow)
CALLED = CallRow.id.in_(bindparam("calls", expanding=True))
KNOWN = select(CALLS).where(CALLED).order_by(CallRow.id).with_for_update()
LOGINS = select(UserRow.login, UserRow.id).where(UserRow.login.in_(bindparam("said", expanding=True)))


class CallEvent(Struct, frozen=True, kw_only=True):
    """One event. `agent` is an account's login, `extension` a telephone; `at` is aware; now when missing."""

    event: Literal["ringing", "answered", "ended"]
    call: str = ""
    caller: str = ""
    called: str = ""
    agent: str = ""
    extension: str = ""
    at: datetime | None = None
    recording: str = ""
    cause: str = ""


class Past(Struct, frozen=True, kw_only=True):
    """An earlier case of the same number, as the agent's screen shows it."""

    case: int
    number: str
    kind: str
    title: str
    stage: str
    ended: bool
    opened_at: datetime
    promised_at: datetime | None
    office: str
    name: str  # masked


def history(connection: Connection, vault: Vault, phone_index: str) -> list[Past]:
    """The cases of everybody who gave this number, newest first, at most `MOST`; none for no number."""
    if not phone_index:
        return []
    found = connection.execute(
        select(CaseRow, PartyRow.name.label("sealed"))
        .join(PartyRow, PartyRow.id == CaseRow.party)
        .where(PartyRow.phone_index == phone_index)
        .order_by(CaseRow.opened_at.desc(), CaseRow.id.desc())
        .limit(MOST)
        .with_only_columns(*table_of(CaseRow).columns, PartyRow.name.label("sealed"))
    )
    return [_past(row, vault) for row in found]


def _past(row: Any, vault: Vault) -> Past:
    return Past(
        case=row.id,
        number=row.number,
        kind=KINDS.get(row.kind, row.kind),
        title=row.title,
        stage=PROCEDURES[row.procedure].stages.get(row.stage, row.stage),
        ended=row.ended,
        opened_at=row.opened_at,
        promised_at=row.promised_at,
        office=row.office,
        name=masked(Person(name=vault.open(row.sealed))).name,
    )


@cache
def learn_places() -> None:
    """Reads the tables of places beside the first desk that is opened, so that no caller waits for them."""
    Thread(target=place_of, args=("+867367000000",), name="places", daemon=True).start()


@lru_cache(maxsize=4096)
def place_of(number: str) -> str:
    """Where a number was given out, 湖南省常德市, and whose network a mobile began in; empty where nobody can say.
    `number` is E.164. The tables come with `phonenumbers`; they are large, so they are read when first asked."""
    if not number.startswith("+"):
        return ""
    from phonenumbers import carrier, geocoder

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    told = (geocoder.description_for_number(parsed, "zh"), carrier.name_for_number(parsed, "zh"))
    return " · ".join(part for part in told if part)


async def hear(house: House, event: CallEvent) -> dict[str, Any]:
    """Writes an event into its call, in the ledger's next commit with all others that are told meanwhile;
    answers the call as it is known after. A commit of its own for each would cost the intake."""
    return await house.ledger.join(_write, _told(house, event))  # type: ignore[no-any-return]


def _told(house: House, event: CallEvent) -> dict[str, Any]:
    now = house.now()
    at = min(event.at or now, now)
    phone = understand(event.caller)
    told = event.caller.strip() if phone.kind == "invalid" else phone.number
    return {
        "id": event.call,
        "state": event.event,
        "caller": house.vault.seal(told),
        "caller_index": house.vault.index(phone.number),
        "caller_kind": phone.kind,
        "called": event.called[:40],
        "agent": (event.agent or event.extension)[:40],
        "recording": event.recording[:200],
        "rang_at": at,
        "answered_at": at if event.event == "answered" else None,
        "ended_at": at if event.event == "ended" else None,
        "cause": event.cause[:40],
        "case_id": None,
    }


def _write(connection: Connection, told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Writes what was told of calls, in that order. New calls go in; of those that are known the rows are locked,
    grown and put back."""
    logins = _logins(connection, {row["agent"] for row in told} - {""})
    fresh: dict[str, dict[str, Any]] = {}
    for row in told:
        row = {**row, "agent": logins.get(row["agent"], row["agent"])}
        fresh[row["id"]] = grown(fresh[row["id"]], row) if row["id"] in fresh else row
    rows = [fresh[call] for call in sorted(fresh)]  # in one order, so that two processes never wait for each other
    if insert_rows(connection, CALLS, rows, or_leave=True) < len(fresh):
        known = {row["id"]: row for row in _locked(connection, fresh)}
        after = {call: grown(dict(known[call]), row) for call, row in fresh.items()}
        moved = [row for call, row in after.items() if row != known[call]]
        update_rows(connection, CALLS, moved, ("id",))
        fresh = after
    return [fresh[row["id"]] for row in told]


def _locked(connection: Connection, calls: Iterable[str]) -> Sequence[Any]:
    return connection.execute(KNOWN, {"calls": list(calls)}).mappings().all()


def _logins(connection: Connection, said: set[str]) -> dict[str, str]:
    """The accounts of the logins among `said`; what is no login is an extension and stays as it is."""
    if not said:
        return {}
    return {login: f"user:{user}" for login, user in connection.execute(LOGINS, {"said": list(said)})}


def grown(known: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What is known of a call when one more event was told: the same in whatever order they come."""
    after = dict(known)
    for moment in ("rang_at", "answered_at", "ended_at"):
        after[moment] = min((m for m in (known[moment], told[moment]) if m is not None), default=None)
    after["state"] = max(known["state"], told["state"], key=RANK.__getitem__)
    if known["caller"] is None and told["caller"] is not None:
        after |= {name: told[name] for name in ("caller", "caller_index", "caller_kind")}
    for name in ("called", "recording", "cause"):
        after[name] = known[name] or told[name]
    if told["agent"] and (
        not known["agent"] or told["state"] == "answered"
    ):  # who answered, not who was rung
        after["agent"] = told["agent"]
    return after


def tied(connection: Connection, pairs: Sequence[tuple[Any, int]]) -> None:
    """What is written with cases that came by a call: on each call, which case it became."""
    update_rows(connection, CALLS, [{"id": call, "case_id": case} for call, case in pairs], ("id",))


def heard(body: bytes) -> CallEvent:
    """The event in a request's body; `Problem` names what is wrong."""
    try:
        event = msgspec.json.decode(body, type=CallEvent)
    except UNREADABLE as error:
        where = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else "event"
        raise Problem("通话事件有误", {where: "应为 ringing、answered 或 ended 事件的JSON"}) from error
    wrong: dict[str, str] = {}
    if not 0 < len(event.call.strip()) <= 80:
        wrong["call"] = "通话编号必填，最多80个字符"
    if event.at is not None and event.at.tzinfo is None:
        wrong["at"] = "时间须带时区，例如 2026-11-23T09:30:00+08:00"
    elif event.at is not None and event.at.year not in YEARS:
        wrong["at"] = f"时间应在{YEARS[0]}年至{YEARS[-1]}年之间"
    if wrong:
        raise Problem("通话事件有误", wrong)
    return event


@post("/calls", status_code=200)
async def calls(request: Request[Any, Any, Any], house: House) -> Response[dict[str, Any]]:
    """A call event from the exchange; the same event twice changes nothing."""
    known = await hear(house, heard(await request.body()))
    return Response({"call": known["id"], "state": known["state"], "caller_kind": known["caller_kind"]})


ROUTES: list[Any] = [calls]
