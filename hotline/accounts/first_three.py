"""The first three people of a house, one for each power, and a link made at the machine itself.

After them no power is given without two people; that is why this refuses as soon as one of the three is held.
"""

from collections.abc import Mapping

from sqlalchemy import or_, select

from cases.people import POWERS, Role
from hotline.accounts import accounts, invitations
from hotline.accounts import changes as account_changes
from hotline.accounts.accounts import Account
from hotline.accounts.changes import values_of
from hotline.commands.accounts import CONSOLE
from hotline.house import House
from hotline.problems import Problem
from hotline.tables import UserRow


def open_three(house: House, people: Mapping[Role, tuple[str, str]]) -> dict[Role, str]:
    """An account a power, with its link; `Problem` where one of the powers is held already."""
    links: dict[Role, str] = {}
    with house.writing() as connection:
        held = select(UserRow.login).where(UserRow.active, or_(*(UserRow.roles.contains(power) for power in POWERS)))
        if known := connection.scalars(held.order_by(UserRow.login)).all():
            raise Problem("已有三员", {"login": f"已有三员账号（{'、'.join(known)}），请由他们邀请和确认"})
        for role, (login, name) in people.items():
            account = Account(login=login, name=name, roles=frozenset({role}))
            made = accounts.invite_user(connection, account, house.vault, house.now())
            accounts.set_roles(connection, made, account.roles)
            person = accounts.read(connection, made, house.vault)
            assert person is not None
            account_changes.record(connection, house, CONSOLE, "invite", person, {"after": values_of(person)})
            links[role] = invitations.write(connection, house, person, CONSOLE, sent=False)
    return links


def link_for(house: House, login: str) -> str:
    """A link for an account that is in use; empty where there is none."""
    with house.writing() as connection:
        known = accounts.known(connection, login)
        person = accounts.read(connection, known.id, house.vault) if known else None
        if person is None or not person.active:
            return ""
        return invitations.write(connection, house, person, CONSOLE, sent=False)
