"""A draft rehearsed in the worker: past requests replayed through it and through its base, slice by slice.

What was found so far and how far it came stand in one row, written together: a worker that was killed is
followed by another one that goes on behind the last slice, and nothing is counted twice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from cases.procedure import Refused
from cases.tables import CaseRow, table_of
from hotline import past_requests
from hotline.calendar.lights import moment_words
from hotline.house import House
from hotline.problems import Problem
from hotline.rules.rulesets import Act, book_of, record, rule_set
from hotline.rules.tables import RuleRehearsalRow
from routing import Rulebook
from routing.files import RulesError
from routing.rehearse import Rehearsal, rehearse, together

SLICE = 500  # requests in one step
LEASE = timedelta(seconds=60)  # of a slice; whose worker was killed is taken up again after it
TURN = timedelta(seconds=60)  # one job works so long and leaves the rest to the next
LONGEST = timedelta(days=3660)
REHEARSALS = table_of(RuleRehearsalRow)


def ask(connection: Connection, act: Act, number: int, since: datetime) -> int:
    """Asks for a rehearsal of the draft as it is now; its id. `Problem` where the draft cannot be read."""
    mine = rule_set(connection, number)
    if not mine.open:
        raise Refused("只有起草中的规则可以试算")
    if not act.now - LONGEST <= since < act.now:
        raise Problem("没有开始试算", {"since": "应为十年之内、今天以前的日期"})
    try:
        book_of(mine.texts)
    except RulesError as wrong:
        raise Problem("没有开始试算", {"since": f"草稿还不能装载：{wrong}"}) from None
    total = connection.scalar(select(func.count()).where(*_wanted(since, act.now))) or 0
    row = {"set_id": number, "revision": mine.revision, "since": since, "state": "waiting", "total": total, "done": 0,
           "last_case": 0, "tally": _packed(Rehearsal()), "by": act.by, "created_at": act.now, "claimed_until": act.now,
           "error": ""}  # fmt: skip
    record(connection, act, number, "rehearsed")
    return int(connection.execute(insert(REHEARSALS).values(**row).returning(REHEARSALS.c.id)).scalar_one())


def run_waiting(house: House) -> int:
    """Works on what waits, at most one turn; how many slices were done."""
    until, done = house.now() + TURN, 0
    while house.now() < until and (claimed := _claim(house)):
        done += _work(house, claimed, until)
    return done


def latest_rehearsal(connection: Connection, house: House, number: int) -> dict[str, Any] | None:
    """The last rehearsal of a set, as far as it has come."""
    wanted = select(REHEARSALS).where(REHEARSALS.c.set_id == number).order_by(REHEARSALS.c.id.desc()).limit(1)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        return None
    tally = msgspec.json.decode(row["tally"], type=Rehearsal)
    offices = house.city.offices
    return {
        "state": row["state"],
        "revision": row["revision"],
        "since": moment_words(row["since"], house.city.calendar),
        "total": row["total"],
        "done": row["done"],
        "error": row["error"],
        **{name: getattr(tally, name) for name in ("asked", "changed", "avoided", "caused", "topics", "urgent")},
        "moves": [
            {**msgspec.to_builtins(move), "from": offices.get(move.before, move.before) or "人工分派",
             "to": offices.get(move.after, move.after) or "人工分派"}
            for move in tally.moves
        ],
        "avoided_samples": msgspec.to_builtins(tally.avoided_samples),
        "caused_samples": msgspec.to_builtins(tally.caused_samples),
    }  # fmt: skip


def _wanted(since: datetime, until: datetime) -> tuple[Any, ...]:
    return CaseRow.procedure == "work_order", CaseRow.opened_at >= since, CaseRow.opened_at < until


def _claim(house: House) -> Any:
    """The oldest rehearsal that waits and that nobody is at, now ours for a while; None when there is none."""
    now = house.now()
    free = REHEARSALS.c.state == "waiting", REHEARSALS.c.claimed_until <= now
    with house.writing() as connection:
        found = connection.scalar(select(REHEARSALS.c.id).where(*free).order_by(REHEARSALS.c.id).limit(1))
        taken = update(REHEARSALS).where(REHEARSALS.c.id == found, *free).values(claimed_until=now + LEASE)
        if found is None or not connection.execute(taken).rowcount:
            return None
        return connection.execute(select(REHEARSALS).where(REHEARSALS.c.id == found)).one()


def _work(house: House, row: Any, until: datetime) -> int:
    """Slice by slice until it is done or the turn is over; how many."""
    with house.reading() as connection:
        mine = rule_set(connection, row.set_id)
        base = rule_set(connection, mine.base)
    if mine.revision != row.revision:
        _settle(house, row, "failed", "试算期间草稿已被修改，请重新试算")
        return 0
    try:
        books = book_of(base.texts), book_of(mine.texts)
    except RulesError as wrong:
        _settle(house, row, "failed", str(wrong)[:200])
        return 0
    tally, slices = msgspec.json.decode(row.tally, type=Rehearsal), 0
    last, done = row.last_case, row.done
    while house.now() < until:
        cases = _slice(house, row, last)
        if not cases:
            _settle(house, row, "done", "")
            break
        tally = together([tally, _replayed(house, cases, *books)])
        if not _kept(house, row.id, last, {"last_case": cases[-1], "done": done + len(cases), "tally": _packed(tally)}):
            break  # somebody else has gone on with it
        last, done, slices = cases[-1], done + len(cases), slices + 1
    else:
        _settle(house, row, "waiting", "")
    return slices


def _slice(house: House, row: Any, last: int) -> Sequence[int]:
    wanted = select(CaseRow.id).where(*_wanted(row.since, row.created_at), CaseRow.id > last)
    with house.reading() as connection:
        return connection.scalars(wanted.order_by(CaseRow.id).limit(SLICE)).all()


def _replayed(house: House, cases: Sequence[int], old: Rulebook, new: Rulebook) -> Rehearsal:
    with house.reading() as connection:
        return rehearse(past_requests.of_cases(connection, cases, house.city.calendar), old, new)


def _kept(house: House, rehearsal: int, last: int, values: dict[str, Any]) -> bool:
    """Whether the slice behind `last` was ours to write."""
    ours = REHEARSALS.c.id == rehearsal, REHEARSALS.c.last_case == last, REHEARSALS.c.state == "waiting"
    with house.writing() as connection:
        return bool(
            connection.execute(
                update(REHEARSALS).where(*ours).values(claimed_until=house.now() + LEASE, **values)
            ).rowcount
        )


def _settle(house: House, row: Any, state: str, error: str) -> None:
    with house.writing() as connection:
        mine = update(REHEARSALS).where(REHEARSALS.c.id == row.id, REHEARSALS.c.state == "waiting")
        connection.execute(mine.values(state=state, error=error, claimed_until=house.now()))


def _packed(tally: Rehearsal) -> str:
    return msgspec.json.encode(tally).decode()
