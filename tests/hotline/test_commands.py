"""The commands: import that can be stopped and resumed, verify and rebuild, and everything up and down."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text, update

from cases.tables import CaseRow, OutboxRow
from hotline.commands.parts import opened
from hotline.house import House
from hotline.imports import Bad, bring_in
from hotline.settings import Misconfigured, Settings, from_environment
from tests.people import a_case
from tests.ports import free_port


def run(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, "HOTLINE_DATA": str(settings.data), "HOTLINE_DATABASE_URL": settings.database_url}
    return subprocess.run([sys.executable, "-m", "hotline", *words], env=told, capture_output=True, text=True, check=False)


def past(path: Path, n: int, *more: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "time", "detail"])
        for i in range(n):
            style = "2026/3/2 9:05:00" if i % 2 else "2026-03-02 09:05:00"
            writer.writerow([i, f"诉求{i}", style, f"小区电梯坏了，\n第{i}次"])
        writer.writerows(more)
    return path


def cases(settings: Settings) -> int:
    with create_engine(settings.database_url).connect() as connection:
        return connection.scalar(select(func.count()).select_from(CaseRow)) or 0


def test_a_stopped_import_is_started_again_without_doubles(settings: Settings, tmp_path: Path) -> None:
    file = past(tmp_path / "past.csv", 2_000)
    told = {**os.environ, "HOTLINE_DATA": str(settings.data), "HOTLINE_DATABASE_URL": settings.database_url}
    first = subprocess.Popen([sys.executable, "-m", "hotline", "import", str(file)], env=told)
    deadline = time.monotonic() + 60
    while cases(settings) < 200 and first.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    first.kill()
    first.wait()
    done = cases(settings)
    again = run(settings, "import", str(file))
    assert again.returncode == 0, again.stderr
    assert f"新导入 {2_000 - done}，已有 {done}，未导入 0" in again.stdout
    assert cases(settings) == 2_000
    assert run(settings, "verify").returncode == 0


def test_bad_rows_are_named_and_the_others_go_in(house: House, tmp_path: Path) -> None:
    bad_rows = [["9", "x", "2026-13-01", "时间不对"], ["10", "x", "2026-03-02", ""], ["11", "x", "2099-01-01", "将来"]]
    file = past(tmp_path / "past.csv", 3, *bad_rows)
    found: list[Bad] = []
    tally = bring_in(house, file, live=False, report=found.append, progress=lambda n: None)
    assert (tally.new, tally.bad) == (3, 3)
    assert [bad.line for bad in found] == [8, 9, 10]  # each good row has two lines
    assert "2026-13-01" in found[0].reason
    with house.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(OutboxRow)) == 0  # nobody is told of the past
        assert set(connection.scalars(select(CaseRow.stage))) == {"closed"}


def test_no_other_account_reads_what_a_command_lays_down(tmp_path: Path) -> None:
    data, free = tmp_path / "new", {**os.environ, "HOTLINE_DATA": str(tmp_path / "new")}
    free.pop("HOTLINE_DATABASE_URL", None)

    def done(*words: str) -> None:
        subprocess.run([sys.executable, "-m", "hotline", *words], env=free, check=True, capture_output=True, umask=0o022)

    def seen() -> dict[str, str]:
        return {file.name: oct(file.stat().st_mode & 0o077) for file in (data, *data.glob("hotline.db*"))}

    done("migrate")
    assert seen() == {"new": "0o0", "hotline.db": "0o0"}
    (data / "hotline.db").chmod(0o644)
    (data / "hotline.db-wal").touch(0o644)
    with opened(from_environment(free)) as house, house.reading() as connection:
        connection.execute(text("SELECT 1"))
        assert set(seen().values()) == {"0o0"}
        assert {"hotline.db-wal", "hotline.db-shm"} <= seen().keys()
    (data / "hotline.db-turn").unlink(missing_ok=True)
    done("rebuild")
    assert "hotline.db-turn" in seen()
    assert set(seen().values()) == {"0o0"}


def test_verify_fails_with_the_first_difference(house: House, settings: Settings) -> None:
    number = a_case(house).number
    assert run(settings, "verify").returncode == 0
    with house.writing() as connection:
        connection.execute(update(CaseRow).values(office="urban"))
    broken = run(settings, "verify")
    assert broken.returncode == 1
    assert number in broken.stderr
    assert "改动 1 行" in run(settings, "rebuild").stdout
    assert run(settings, "verify").returncode == 0
    with house.writing() as connection:
        connection.execute(text("UPDATE events SET facts = replace(facts, '电梯', '楼梯')"))
    assert "摘要" in run(settings, "verify").stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOTLINE_PORT", "eighty"), ("HOTLINE_DATABASE_URL", "mysql://x"), ("HOTLINE_REDIS_URL", "http://x"),
     ("HOTLINE_WEB_PROCESSES", "0"), ("HOTLINE_CITY", "/nowhere/at/all")],
)  # fmt: skip
def test_a_setting_that_cannot_be_meant_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=name):
        from_environment({"HOTLINE_DATA": str(tmp_path), name: value})


def up(data: Path, port: int) -> tuple[subprocess.Popen[str], str]:
    """The whole house, ready; what it printed by then."""
    told = {**os.environ, "HOTLINE_DATA": str(data), "HOTLINE_PORT": str(port)}
    for name in ("HOTLINE_DATABASE_URL", "HOTLINE_REDIS_URL"):
        told.pop(name, None)
    house = subprocess.Popen(
        [sys.executable, "-m", "hotline", "up"], env=told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip
    printed = ""
    assert house.stdout is not None
    while "Ctrl-C" not in printed:
        line = house.stdout.readline()
        assert line, printed
        printed += line
    return house, printed


def alive(data: Path) -> list[str]:
    """Processes that belong to that data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            known = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(data).encode() in known and int(folder.name) != os.getpid():
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def gone(data: Path) -> bool:
    deadline = time.monotonic() + 15
    while alive(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_up_and_down_and_up_again(tmp_path: Path) -> None:
    data, port = tmp_path / "var", free_port()
    first, printed = up(data, port)
    assert f"http://127.0.0.1:{port}" in printed
    assert re.search(r"supervisor\s+\S+", printed)
    kept = cases(from_environment({"HOTLINE_DATA": str(data)}))
    assert kept >= 40
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=20) == 0
    assert gone(data), alive(data)
    second, _ = up(data, port)
    assert cases(from_environment({"HOTLINE_DATA": str(data)})) == kept
    second.kill()  # not even then is anything left
    second.wait()
    assert gone(data), alive(data)
