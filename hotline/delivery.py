"""What is owed is told: outbox rows to the SMS gateway, never lost and as seldom as can be doubled.

A row is claimed before the gateway is called and marked after. Killed in between, it is found again when its
lease is over; the gateway may have it, so a delivery report that came meanwhile settles it and else it is
sent again: a citizen told twice is better than one told never. A row for several people is first split into
one row each, in one transaction, so that one full telephone does not make the others ring again. While the
gateway is away rows wait, however long; only what it says of one message ends that message.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from cases.bulk import insert_rows
from cases.outbox import message
from cases.phones import understand
from cases.tables import OutboxRow, PartyRow, table_of
from hotline import texts
from hotline.channels import kannel
from hotline.citizens.one_time import GOOD
from hotline.city import texts as city_texts
from hotline.city.figures import contacts
from hotline.house import House
from hotline.loopback import Line, Loopback
from hotline.tables import TextRow, UserRow

log = logging.getLogger("hotline.delivery")

LEASE = timedelta(minutes=5)  # how long a claim holds; a batch stops well before it runs out
BACK_OFF, LONGEST = timedelta(seconds=30), timedelta(minutes=5)  # 30 s, 1, 2, 4, 5, 5 … minutes
SILENT = 3  # failures running after which the gateway is away and the rest of a batch need not be tried
FIRST = ("alarm", "danger_desk", "danger")  # a danger does not stand in line
GOOD_FOR = {"one_time": GOOD}  # a text that says nothing any more when it comes later
NO_NUMBER = "没有可接收短信的号码"
AWAY, TOO_LATE = "短信网关没有恢复，等待再发", "内容已经过时，不再发送"
OUTBOX = table_of(OutboxRow)


class Sender(Protocol):
    """What takes a message away. `at_once` is how many may be sent between two marks."""

    at_once: int

    def send(self, outbox: int, phone: str, text: str) -> None:
        """Sends; `kannel.Unsent` when it could not."""

    def has(self, outbox: int) -> bool:
        """Whether it took that row already, as far as it can be asked."""

    def close(self) -> None:
        """Lets go of what it holds."""


class Fate(Struct, frozen=True, kw_only=True):
    """What became of one claimed row."""

    row: int
    state: str
    next_at: datetime
    sent_at: datetime | None = None
    error: str = ""


def deliver(house: House, limit: int = 200) -> int:
    """Claims up to `limit` rows that wait and sends them; how many have waited to the end. Zero: nothing waits
    any more, or the gateway is away."""
    rows = _claim(house, limit)
    if not rows:
        return 0
    sender = _sender(house)
    done, settled = _sent(house, sender, rows), 0
    try:
        while some := list(islice(done, sender.at_once)):
            _mark(house, some)
            settled += sum(fate.state != "waiting" for fate in some)
    finally:
        sender.close()
    return settled


def report(house: House, outbox: int, status: int) -> bool:
    """A delivery report; whether it spoke of a row of ours. What was delivered stays so."""
    now = house.now()
    where = [OutboxRow.id == outbox, OutboxRow.state != "delivered"]
    values: dict[str, Any] = {"state": "sent", "sent_at": now, "error": ""}
    if status == kannel.DELIVERED:
        values["state"] = "delivered"
    elif status in (kannel.FAILED, kannel.REJECTED):
        values = {"state": "failed", "error": "运营商未送达" if status == kannel.FAILED else "运营商拒收"}
    elif status in (kannel.QUEUED, kannel.AT_CENTRE):  # the gateway has it: no need to send again
        where.append(OutboxRow.state.in_(("waiting", "sending")))
    else:
        return False
    with house.writing() as connection:
        moved = connection.execute(update(OUTBOX).where(*where).values(values)).rowcount
        known = connection.scalar(select(OutboxRow.id).where(OutboxRow.id == outbox))
    return bool(moved) or known is not None


def counts(connection: Connection) -> dict[str, int]:
    """How many rows are in each state, for the metrics: `dead` and `failed` want a person."""
    found = connection.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
    return {str(state): int(count) for state, count in found}


# -- claiming and marking ----------------------------------------------------------------------------


def _claim(house: House, limit: int) -> Sequence[Row[Any]]:
    """One worker's rows: due or left behind by one that died. `state` in the answer is the one before."""
    now = house.now()
    due = (
        select(OUTBOX)
        .where(
            OutboxRow.state.in_(("waiting", "sending")), OutboxRow.next_at <= now, OutboxRow.means == "sms"
        )
        .order_by(OutboxRow.template.in_(FIRST).desc(), OutboxRow.next_at, OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    with house.writing() as connection:
        rows = connection.execute(due).all()
        if rows:
            claimed = update(OUTBOX).where(OutboxRow.id.in_([row.id for row in rows]))
            connection.execute(
                claimed.values(state="sending", next_at=now + LEASE, tries=OutboxRow.tries + 1)
            )
    return rows


def _mark(house: House, fates: Sequence[Fate]) -> None:
    """Writes down what became of rows that are still ours: a delivery report may have been quicker."""
    with house.writing() as connection:
        for fate in fates:
            values = msgspec.structs.asdict(fate)
            where = [OutboxRow.id == values.pop("row"), OutboxRow.state == "sending"]
            connection.execute(update(OUTBOX).where(*where).values(values))


# -- sending -----------------------------------------------------------------------------------------


def _sent(house: House, sender: Sender, rows: Sequence[Row[Any]]) -> Iterator[Fate]:
    """Each row's fate, one after the other; those the lease leaves no time for, and those that come when the
    gateway is away, go back to waiting."""
    stop, silent = house.now() + LEASE / 2, 0
    numbers = _numbers(house, rows)
    for row in rows:
        now = house.now()
        if now >= stop:
            yield Fate(row=row.id, state="waiting", next_at=now)
        elif silent >= SILENT:
            yield Fate(row=row.id, state="waiting", next_at=now + BACK_OFF, error=AWAY)
        else:
            fate = _one(house, sender, row, numbers.get(row.recipient, ""))
            silent = silent + 1 if fate.state == "waiting" else 0
            yield fate


def _one(house: House, sender: Sender, row: Row[Any], phone: str) -> Fate:
    now = house.now()
    if row.recipient.startswith(("office:", "role:")):
        return _split(house, row)
    if not understand(phone).takes_text:
        return Fate(row=row.id, state="failed", next_at=now, error=_unreachable(row.recipient))
    if row.state == "sending" and sender.has(row.id):
        return Fate(row=row.id, state="sent", next_at=now, sent_at=now)
    if row.template in GOOD_FOR and row.created_at + GOOD_FOR[row.template] <= now:
        return Fate(row=row.id, state="failed", next_at=now, error=TOO_LATE)
    return _send(house, sender, row, phone)


def _send(house: House, sender: Sender, row: Row[Any], phone: str) -> Fate:
    try:
        words = city_texts.words_of(house, row.template)
        text = texts.render(row.template, msgspec.json.decode(row.facts), house.city, house.vault, words)
    except (LookupError, ValueError, msgspec.DecodeError) as wrong:
        log.error("outbox row %s cannot be worded (%s)", row.id, type(wrong).__name__)
        return Fate(row=row.id, state="failed", next_at=house.now(), error=f"没有“{row.template}”的短信措辞")
    try:
        sender.send(row.id, phone, text)
    except kannel.Rejected as rejected:
        log.error("outbox row %s is dead: %s", row.id, rejected)
        return Fate(row=row.id, state="dead", next_at=house.now(), error=str(rejected)[:200])
    except (kannel.Unsent, OSError) as unsent:
        wait = min(BACK_OFF * 2 ** min(row.tries, 5), LONGEST)
        return Fate(row=row.id, state="waiting", next_at=house.now() + wait, error=str(unsent)[:200])
    return Fate(row=row.id, state="sent", next_at=house.now(), sent_at=house.now())


def _split(house: House, row: Row[Any]) -> Fate:
    """One row a person for a row that names an office or a role; written before the row itself is marked, and
    unique by `dedupe`, so that a second splitting adds nothing."""
    now = house.now()
    with house.writing() as connection:
        people = _people(connection, row.recipient)
        rows = [
            message(
                dedupe=f"{row.id}>{user}",
                case=row.case_id,
                recipient=f"user:{user}",
                template=row.template,
                facts=msgspec.json.decode(row.facts),
                now=now,
            )
            for user in people
        ]
        insert_rows(connection, OUTBOX, rows, or_leave=True)
    if not people:
        return Fate(row=row.id, state="failed", next_at=now, error=_unreachable(row.recipient))
    return Fate(row=row.id, state="sent", next_at=now, sent_at=now, error=f"已分送{len(people)}人")


# -- whom --------------------------------------------------------------------------------------------


def _people(connection: Connection, recipient: str) -> list[int]:
    """The accounts with a telephone that `office:CODE`, `office:CODE:role` or `role:ROLE` stands for."""
    kind, _, rest = recipient.partition(":")
    where: list[ColumnElement[bool]] = [UserRow.active.is_(True), UserRow.phone.is_not(None)]
    roles = {rest}
    if kind == "office":
        office, _, role = rest.partition(":")
        where.append(UserRow.office == office)
        roles = {role} if role else {"handler", "chief"}
    found = connection.execute(select(UserRow.id, UserRow.roles).where(*where).order_by(UserRow.id))
    return [user for user, held in found if roles & {one.strip() for one in held.split(",")}]


def _numbers(house: House, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """Recipient → number in clear, for those that are one person: only delivery opens them."""
    named: dict[str, list[str]] = {}
    for row in rows:
        kind, _, rest = row.recipient.partition(":")
        named.setdefault(kind, []).append(rest)
    found: dict[str, str] = {}
    with house.reading() as connection:
        for kind, column, key in (
            ("party", PartyRow.phone, PartyRow.id),
            ("user", UserRow.phone, UserRow.id),
            ("text", TextRow.sender, TextRow.id),
        ):
            wanted = named.get(kind, [])
            keys = wanted if kind == "text" else [int(one) for one in wanted if one.isdigit()]
            sealed = connection.execute(select(key, column).where(key.in_(keys))) if keys else ()
            found |= {f"{kind}:{one}": house.vault.open(content) for one, content in sealed}
    if "emergency" in named:
        found |= {f"emergency:{service}": phone for service, phone in contacts(house).items()}
    return found


def _unreachable(recipient: str) -> str:
    kind, _, rest = recipient.partition(":")
    if kind == "emergency":
        return f"没有设置{rest}的值班手机，须由值班席电话通报"
    return "没有登记手机号的人员" if kind in ("office", "role") else NO_NUMBER


class Recorded:
    """The loopback gateway as a sender."""

    at_once = Loopback.at_once

    def __init__(self, house: House) -> None:
        self.house, self.loopback = house, Loopback(house.settings.data)

    def send(self, outbox: int, phone: str, text: str) -> None:
        """Writes it to the file."""
        at = self.house.now().isoformat(timespec="seconds")
        self.loopback.send(Line(outbox=outbox, at=at, to=phone, text=text, segments=texts.segments(text)))

    def has(self, outbox: int) -> bool:
        """Whether the file has it."""
        return self.loopback.has(outbox)

    def close(self) -> None:
        """Nothing is held."""


def _sender(house: House) -> Sender:
    settings = house.settings
    if settings.sms_url is None:
        return Recorded(house)
    reports = f"{settings.public_url}/sms/reports?token={settings.channel_token()}"
    account = (settings.sms_user, settings.sms_password)
    return kannel.Gateway(settings.sms_url, account, settings.sms_from, reports)
