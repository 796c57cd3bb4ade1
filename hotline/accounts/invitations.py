"""The link by which a person sets the password: good once, for three days, known by its digest only.

Nobody types a password for somebody else. Who holds one of the three powers, or shall, gets the link on the own
telephone and nowhere else: an administrator who could read it could sit in the security officer's seat.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from cases.outbox import message
from cases.people import POWERS
from cases.procedure import Refused
from cases.tables import OutboxRow, table_of
from hotline.accounts import accounts
from hotline.accounts import changes as account_changes
from hotline.accounts.accounts import Kept
from hotline.accounts.tables import InvitationRow
from hotline.house import House

LASTS = timedelta(hours=72)
INVITATIONS = table_of(InvitationRow)
NO_PHONE = "这个账号担任（或者将担任）三员之一，链接只发到本人手机；没有登记手机的，由运维人员在服务器上用命令生成"


class Made(Struct, frozen=True):
    """A link that was made: `link` to show once, empty where nobody else may read it."""

    link: str
    sent: bool


class Invitation(Struct, frozen=True):
    """An open link and whose it is."""

    id: int
    person: Kept
    kind: str
    until: datetime


def make(connection: Connection, house: House, person: Kept, by: str) -> Made:
    """A new link; the ones before are no longer good."""
    if not person.active:
        raise Refused("账号已停用，请先启用")
    asked = account_changes.asked_roles(connection, house, person.id)
    powerful = bool(person.roles & POWERS or (asked and POWERS.intersection(asked.after.get("roles", []))))
    if powerful and not person.phone:
        raise Refused(NO_PHONE, field="phone")
    link = write(connection, house, person, by, sent=bool(person.phone))
    if person.phone:
        sealed = (house.vault.seal(link) or b"").hex()
        owed = message(
            dedupe=f"invited:{sha256(link.encode()).hexdigest()[:32]}", case=None, recipient=person.actor,
            template="invited", facts={"link": sealed}, now=house.now(),
        )  # fmt: skip
        connection.execute(insert(OutboxRow).values(**owed))
    return Made("" if powerful else link, bool(person.phone))


def write(connection: Connection, house: House, person: Kept, by: str, sent: bool) -> str:
    """The link itself, with its row and its place in the trace."""
    withdraw(connection, house, person)
    token, now = secrets.token_urlsafe(24), house.now()
    row = {"digest": _digest(token), "user_id": person.id, "kind": "first" if person.invited else "password"}
    row |= {"state": "open", "sent": sent, "made_by": by, "made_at": now, "until": now + LASTS, "over_at": None}
    connection.execute(insert(INVITATIONS).values(**row))
    account_changes.record(connection, house, by, "link", person, {"note": "，已发短信" if sent else ""})
    return f"{house.settings.public_url}/invitations/{token}"


def withdraw(connection: Connection, house: House, person: Kept) -> int:
    """Takes back what is open; how many."""
    open_ones = update(INVITATIONS).where(INVITATIONS.c.user_id == person.id, INVITATIONS.c.state == "open")
    return connection.execute(open_ones.values(state="withdrawn", over_at=house.now())).rowcount


def standing(connection: Connection, user_id: int, now: datetime) -> InvitationRow | None:
    """The open link of a person as its row, to say until when it is good; None where there is none."""
    asked = select(INVITATIONS).where(
        INVITATIONS.c.user_id == user_id, INVITATIONS.c.state == "open", INVITATIONS.c.until > now
    )
    return connection.execute(asked).first()  # type: ignore[return-value]  # a row of that table


def found(connection: Connection, house: House, token: str) -> Invitation | None:
    """The open invitation of a token; None when it was used, withdrawn, is over or never was."""
    asked = select(INVITATIONS).where(INVITATIONS.c.digest == _digest(token), INVITATIONS.c.state == "open")
    row = connection.execute(asked.with_for_update()).one_or_none()
    if row is None or row.until <= house.now():
        return None
    person = accounts.read(connection, row.user_id, house.vault)
    return Invitation(row.id, person, row.kind, row.until) if person and person.active else None


def take_up(connection: Connection, house: House, invitation: Invitation, password: str) -> None:
    """Sets the password that the person chose. `Problem` when it is none; then the link stays good."""
    accounts.set_password(connection, invitation.person.id, password)
    used = update(INVITATIONS).where(INVITATIONS.c.id == invitation.id)
    connection.execute(used.values(state="used", over_at=house.now()))
    person = invitation.person
    accounts.audit(connection, house.now(), person.actor, "account.password", about=person.login, detail="凭链接设置密码")


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
