"""Files that were handed in and never became part of a case: looked for by night, and taken away after a week.

A file belongs to a case when a step names its digest, and steps are where it is looked for: whatever room took the
file, nothing has to remember to say so. A file that is handed in again meanwhile begins its week anew.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from cases.tables import CaseRow, EventRow
from hotline.attachments import place
from hotline.house import House
from hotline.tables import AttachmentRow

KEPT = timedelta(days=7)  # a form left open over a weekend still finds its files
PAGE = 500  # files in one round
SLACK = timedelta(minutes=5)  # between a file and the step that names it, clocks of two machines apart
DIGEST = re.compile(r'"([0-9a-f]{64})"')


def tidy(house: House) -> int:
    """One night's round: files of cases are marked as theirs, the others are taken away; how many of these."""
    gone, before = 0, house.now() - KEPT
    while waiting := _waiting(house, before):
        named = _named(house, set(waiting), min(waiting.values()) - SLACK)
        with house.writing() as connection:
            claimed = update(AttachmentRow).where(AttachmentRow.digest.in_(named)).values(claimed=True)
            connection.execute(claimed)
            gone += _take_away(house, connection, sorted(waiting.keys() - named), before)
    return gone


def _waiting(house: House, before: datetime) -> dict[str, datetime]:
    """Unclaimed files and when they were last handed in, the oldest first."""
    asked = select(AttachmentRow.digest, AttachmentRow.created_at).where(
        ~AttachmentRow.claimed, AttachmentRow.created_at < before
    )
    with house.reading() as connection:
        rows = connection.execute(asked.order_by(AttachmentRow.created_at).limit(PAGE))
        return {row.digest: row.created_at for row in rows}


def _named(house: House, wanted: set[str], since: datetime) -> set[str]:
    """Those of `wanted` that a step since then names."""
    return {digest for facts in _facts(house, since) for digest in DIGEST.findall(facts) if digest in wanted}


def _facts(house: House, since: datetime) -> Iterator[str]:
    changed = select(CaseRow.id).where(CaseRow.changed_at >= since)
    asked = select(EventRow.facts).where(EventRow.case_id.in_(changed), EventRow.recorded_at >= since)
    with house.reading() as connection:
        yield from connection.execution_options(yield_per=1_000).scalars(asked)


def _take_away(house: House, connection: Connection, digests: Sequence[str], before: datetime) -> int:
    """Row and file together. Whoever hands the same file in at this moment waits for the row, and finds out
    after it that the file is to be written again."""
    stale = delete(AttachmentRow).where(
        AttachmentRow.digest.in_(digests), AttachmentRow.created_at < before, ~AttachmentRow.claimed
    )
    gone = list(connection.scalars(stale.returning(AttachmentRow.digest)))
    for digest in gone:
        place(house, digest).unlink(missing_ok=True)
    return len(gone)
