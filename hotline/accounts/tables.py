"""Rows about accounts: invitations, the second step of signing in, what was changed, and hand-overs.

A secret is sealed, a token or recovery code is kept as its digest only, and what a change says of a person
(a telephone) is sealed whole.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class InvitationRow(Base):
    """A link by which a person sets the password, used once. `state` is open, used or withdrawn."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # first | password
    state: Mapped[str] = mapped_column(String(10))
    sent: Mapped[bool]  # by SMS, to the telephone of that moment
    made_by: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    over_at: Mapped[datetime | None]  # used or withdrawn


class SecondStepRow(Base):
    """The shared secret of a person's codes. Without `since` it was shown and not yet proved; a code of counter
    `last` or before was used."""

    __tablename__ = "second_steps"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    secret: Mapped[bytes]
    since: Mapped[datetime | None]
    last: Mapped[int]


class RecoveryRow(Base):
    """A code on paper, good once, for who has lost the telephone."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None]


class AccountChangeRow(Base):
    """What was changed, or is asked to be changed, about an account. `before` and `after` are sealed JSON."""

    __tablename__ = "account_changes"
    __table_args__ = (Index("ix_account_changes_user", "user_id", "id"), Index("ix_account_changes_state", "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))  # asked | done | refused | recalled
    before: Mapped[bytes | None]
    after: Mapped[bytes | None]
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime | None]
    restores: Mapped[int | None]  # the change that this one takes back


class HandoverRow(Base):
    """One hand-over of what lies with a person to a colleague."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    to_user: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(200))
    certificate: Mapped[str] = mapped_column(String(60))
    no_interest: Mapped[bool]  # said of the colleague, where a mediator is followed
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class HandoverItemRow(Base):
    """One case of a hand-over, and what became of it. `state` is waiting, done or refused."""

    __tablename__ = "handover_items"

    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(20))  # as what it lay with the person
    state: Mapped[str] = mapped_column(String(10))
    said: Mapped[str] = mapped_column(String(300))
