"""The audit as a chain: every row's digest covers the one before, so that none can be changed, left out or cut off.

Rows are put down one after the other under the lock of the chain's end; `hotline verify` goes along it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from cases.tables import table_of
from hotline.accounts.audit_tables import AuditEndRow
from hotline.tables import AuditRow

FIRST = "0" * 64
END = table_of(AuditEndRow)
ONE = 1  # the key of the only row of `audit_end`


def append(connection: Connection, now: datetime, by: str, what: str, about: str, detail: str) -> None:
    """One row more, in the caller's transaction."""
    before, rows = _end(connection)
    at = now.astimezone(UTC)
    digest = seal(before, at, (by, what, about, detail))
    row = {"at": at, "by": by, "what": what, "about": about, "detail": detail, "digest": digest}
    connection.execute(insert(AuditRow).values(**row))
    connection.execute(update(END).where(END.c.id == ONE).values(entries=rows + 1, digest=digest))


def seal(before: str, at: datetime, said: tuple[str, str, str, str]) -> str:
    """The digest of a row, over the digest before."""
    content = (at.astimezone(UTC).isoformat(timespec="microseconds"), *said)
    return sha256(before.encode() + msgspec.json.encode(content)).hexdigest()


def end_of(connection: Connection) -> tuple[int, str]:
    """How many rows there are and the last digest: who has noted it down can prove all before it later."""
    row = connection.execute(select(END.c.entries, END.c.digest)).one_or_none()
    return (row.entries, row.digest) if row else (0, FIRST)


def differences(connection: Connection) -> Iterator[str]:
    """Where the chain does not hold, in a whole sentence: the first row that is not as it was written, or the end."""
    before, rows = FIRST, 0
    found = select(AuditRow.id, AuditRow.at, AuditRow.by, AuditRow.what, AuditRow.about, AuditRow.detail, AuditRow.digest)
    for row in connection.execution_options(yield_per=1000).execute(found.order_by(AuditRow.id)):
        if row.digest != seal(before, row.at, (row.by, row.what, row.about, row.detail)):
            yield f"操作记录第{row.id}条与摘要链不符：它或者它之前的记录被改动、插入或者删除"
            return
        before, rows = row.digest, rows + 1
    end = end_of(connection)
    if (rows, before) != end:
        yield f"操作记录的末尾不符：链上应有{end[0]}条，现有{rows}条"


def _end(connection: Connection) -> tuple[str, int]:
    """The last digest and the number of rows, locked until the transaction ends."""
    asked = select(END.c.digest, END.c.entries).where(END.c.id == ONE).with_for_update()
    row = connection.execute(asked).one_or_none()
    if row is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(END).values(id=ONE, entries=0, digest=FIRST))
        except IntegrityError:
            pass  # another process began the chain in this moment
        row = connection.execute(asked).one()
    return row.digest, row.entries
