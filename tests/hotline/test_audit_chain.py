"""The audit is append-only: the database refuses to change it, and whoever gets past that is found by the chain."""

import pytest
from sqlalchemy import Connection, delete, text, update
from sqlalchemy.exc import DBAPIError

from hotline.accounts import audit_trail
from hotline.accounts.accounts import audit
from hotline.commands.parts import verify_all
from hotline.house import House
from hotline.tables import AuditRow
from tests.hotline.conftest import Clock


def _written(house: House, now: Clock) -> None:
    with house.writing() as connection:
        for n in range(4):
            audit(connection, now(), "user:1", "letter.read", about=f"2026{n}", detail=f"第{n}份")


def _found(house: House) -> list[str]:
    with house.reading() as connection:
        return list(audit_trail.differences(connection))


def _unlock(connection: Connection) -> None:
    """What only who owns the database can do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        return
    for deed in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER audit_stays_{deed}"))


def test_nobody_changes_the_audit_and_verify_sees_who_could(house: House, now: Clock) -> None:
    assert _found(house) == []
    _written(house, now)
    assert _found(house) == []
    for deed in (update(AuditRow).values(detail="无"), delete(AuditRow)):
        with pytest.raises(DBAPIError, match="只能追加"), house.writing() as connection:
            connection.execute(deed)
    assert verify_all(house.settings, False) == 0

    with house.writing() as connection:
        _unlock(connection)
        connection.execute(delete(AuditRow).where(AuditRow.about == "20263"))
    assert "末尾不符：链上应有4条，现有3条" in _found(house)[0]
    with house.writing() as connection:
        connection.execute(update(AuditRow).where(AuditRow.about == "20261").values(by="user:2"))
    assert "第2条" in _found(house)[0]
    assert verify_all(house.settings, False) == 1


def test_what_is_rolled_back_leaves_the_chain_whole(house: House, now: Clock) -> None:
    with house.writing() as connection:
        audit(connection, now(), "", "sign_in_failed", about="x")
        inner = connection.begin_nested()
        audit(connection, now(), "", "sign_in_failed", about="taken back")
        inner.rollback()
        audit(connection, now(), "", "sign_in_failed", about="y")
    assert _found(house) == []
