"""Many rows at once: what goes in is what was given, on both databases, whatever the number of rows."""

import multiprocessing
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from cases.bulk import BLOCK, insert_rows, update_rows
from cases.database import in_one_go, open_database, writing
from cases.tables import KeyRow, table_of
from hotline.house import House

KEYS = table_of(KeyRow)
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def rows(n: int) -> list[dict[str, object]]:
    return [{"key": f"k{i:04d}", "case_id": i, "asked": "问", "created_at": AT + timedelta(hours=i)} for i in range(n)]


@pytest.mark.parametrize("n", [1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_rows_go_in_whole_once_and_are_changed_by_their_key(house: House, n: int) -> None:
    with house.writing() as connection:
        assert insert_rows(connection, KEYS, rows(n)) == n
        assert insert_rows(connection, KEYS, rows(n + 2), or_leave=True) == 2
        moved = [{"key": row["key"], "asked": f"改{row['case_id']}"} for row in rows(n)]
        update_rows(connection, KEYS, moved, ("key",))
    with house.reading() as connection:
        found = connection.execute(select(KeyRow).order_by(KeyRow.key)).all()
    assert [(row.case_id, row.created_at) for row in found] == [(i, AT + timedelta(hours=i)) for i in range(n + 2)]
    assert [row.asked for row in found] == [f"改{i}" for i in range(n)] + ["问", "问"]


def test_in_one_go_all_goes_in(house: House) -> None:
    long = [{**row, "asked": "问" * 64} for row in rows(20_000)]  # more than any buffer on the way holds
    with house.writing() as connection, in_one_go(connection):
        insert_rows(connection, KEYS, long)
        update_rows(connection, KEYS, [{"key": "k0001", "asked": "改"}], ("key",))
    with house.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(KEYS)) == 20_000
        assert connection.scalar(select(KeyRow.asked).where(KeyRow.key == "k0001")) == "改"


def test_in_one_go_what_the_database_refuses_is_raised_and_nothing_of_it_stays(house: House) -> None:
    first, *others = rows(9)
    with house.writing() as connection:
        insert_rows(connection, KEYS, [first])
    with pytest.raises(IntegrityError):
        _in_one_go(house, others[:4], [first], others[4:])
    with house.writing() as connection:
        assert connection.scalars(select(KeyRow.key)).all() == [first["key"]]
        assert insert_rows(connection, KEYS, others) == 8  # the connection serves on


def _in_one_go(house: House, *parts: list[dict[str, object]]) -> None:
    with house.writing() as connection, in_one_go(connection):
        for part in parts:
            insert_rows(connection, KEYS, part)


def _write(url: str, name: str, go: Event) -> None:
    engine = open_database(url)
    go.wait()
    for n in range(40):
        with writing(engine) as connection:
            seen = connection.scalar(select(func.count()).select_from(KEYS)) or 0
            insert_rows(connection, KEYS, [{"key": f"{name}{n}", "case_id": seen, "asked": "", "created_at": AT}])


def test_processes_take_turns_and_what_one_read_stays_true_until_it_wrote(house: House) -> None:
    """On SQLite a writing transaction sees everything written before it: the counts are each number once."""
    if house.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's writers do not take turns")
    spawn = multiprocessing.get_context("spawn")
    go = spawn.Event()
    writers = [spawn.Process(target=_write, args=(house.settings.database_url, name, go)) for name in "abc"]
    for writer in writers:
        writer.start()
    go.set()
    for writer in writers:
        writer.join(60)
    with house.reading() as connection:
        seen = connection.scalars(select(KeyRow.case_id).order_by(KeyRow.case_id)).all()
    assert list(seen) == list(range(120))
