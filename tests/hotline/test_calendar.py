"""A holiday notice loaded as people load it: over the page, by the command, killed on the way and begun again."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace
from sqlalchemy import func, select

from cases.calendar import FIXED, Calendar, Rest, Year
from cases.rebuild import differences
from cases.recompute import SETTLE
from cases.tables import OutboxRow
from hotline.calendar import notices
from hotline.city import toml_text
from hotline.commands.calendar import calendar
from hotline.house import House, open_house
from hotline.settings import Settings
from hotline.tables import AuditRow
from hotline.worker import follow
from tests.hotline.conftest import Clock, SignIn, sign_in
from tests.notice import LONGER, NOTICE
from tests.people import a_case, an_opening

HTML = {"Accept": "text/html"}
Client = TestClient[Litestar]


@pytest.fixture
def now() -> Clock:
    """Monday 28 December 2026."""
    clock = Clock()
    clock.now = datetime(2026, 12, 28, 1, 30, tzinfo=UTC)
    return clock


def messages(house: House, template: str) -> int:
    with house.reading() as connection:
        return connection.scalar(select(func.count()).where(OutboxRow.template == template)) or 0


# -- the page ----------------------------------------------------------------------------------------


def test_a_notice_is_foreseen_confirmed_and_done_over_the_page(house: House, signed_in: SignIn, now: Clock) -> None:
    number = a_case(house).number
    client = signed_in("admin")
    assert "暂定：放假安排尚未公布" in client.get("/calendar?year=2027", headers=HTML).text
    asked = client.post("/calendar", files={"file": ("2027.toml", LONGER.encode())}, headers=HTML, follow_redirects=False)
    assert asked.status_code == 303, asked.text
    at = asked.headers["Location"]
    early = client.post(f"{at}/confirmation")
    assert early.status_code == 409
    assert "正在预演" in client.get(at, headers=HTML).text
    follow(house, 10)
    page = client.get(at, headers=HTML)
    assert "Refresh" not in page.headers
    for said in ("将会调整", "1件案件的", "12345工单·办理", number, "2027年1月5日", "2027年1月8日"):
        assert said in page.text, said
    assert not house.city.calendar.firm(now.now.date().replace(year=2027)), "nothing holds before it is confirmed"
    assert client.post(f"{at}/confirmation", headers=HTML).status_code == 200
    now.forward(seconds=SETTLE.total_seconds())
    follow(house, 10)
    done = client.get(at).json()
    assert (done["state"], done["seen"], done["moved"]["clocks"]) == ("done", 1, 2)
    page = client.get("/calendar?year=2027", headers=HTML).text
    assert "国办发明电〔2026〕10号" in page
    assert "管理员某" in page.replace("系统管理员", "管理员")
    assert messages(house, "moved") == 1
    with house.reading() as connection:
        assert list(connection.scalars(select(AuditRow.what).where(AuditRow.what.startswith("calendar.")))) == [
            "calendar.ask", "calendar.load"
        ]  # fmt: skip


def test_what_was_typed_comes_back_with_the_sentence_beside_the_field(signed_in: SignIn) -> None:
    client = signed_in("admin")
    typed = {"year": "2027", "notice": "国办发明电〔2026〕9号", "off": "元旦 2027-01-01 2027-01-03", "work": "2027-01-08"}
    page = client.post("/calendar", data=typed, headers=HTML)
    assert page.status_code == 422
    assert "2027-01-08本来就是工作日" in page.text
    assert "缺少法定节日10月1日" in page.text
    assert "元旦 2027-01-01 2027-01-03" in page.text
    answer = client.post("/calendar", json=typed)
    assert {one["field"] for one in answer.json()["errors"]} == {"off", "work"}


def test_a_notice_can_be_set_aside_and_only_one_is_looked_at(house: House, signed_in: SignIn) -> None:
    client = signed_in("admin")
    at = client.post("/calendar", json={"text": NOTICE}).json()["url"]
    second = client.post("/calendar", json={"text": LONGER})
    assert second.status_code == 409
    assert "先办完" in second.text
    assert client.post(f"{at}/withdrawal").status_code == 200
    assert client.post(f"{at}/confirmation").status_code == 409
    assert client.post("/calendar", json={"text": LONGER}).status_code == 201
    assert house.city.calendar.years[2027].notice == ""


@pytest.mark.parametrize(("login", "status"), [("supervisor", 200), ("legal", 200), ("housing", 403)])
def test_others_look_or_not_and_load_nothing(client: Client, people: dict[str, int], login: str, status: int) -> None:
    sign_in(client, login)
    page = client.get("/calendar", headers=HTML)
    assert page.status_code == status
    assert "name=\"file\"" not in page.text
    assert client.post("/calendar", json={"text": NOTICE}).status_code == 403


# -- the command -------------------------------------------------------------------------------------


def command(settings: Settings, *words: str) -> subprocess.Popen[str]:
    told = {**os.environ, "HOTLINE_DATA": str(settings.data), "HOTLINE_DATABASE_URL": settings.database_url}
    words = (sys.executable, "-m", "hotline", "calendar", *words)
    return subprocess.Popen(words, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)


def a_fortnight_off(calendar: Calendar, today: date) -> str:
    """A notice that gives the next two weeks off, whatever the year: the command lives in the present."""
    days = [today + timedelta(days=n) for n in range(1, 15)]
    tables = []
    for number in sorted({day.year for day in days}):
        known = calendar.years.get(number) or Year(off=tuple(Rest(name, (date(number, *on),) * 2) for on, name in FIXED.items()))
        more = [Rest("加放", (day, day)) for day in days if day.year == number and not calendar.why(day).endswith("放假")]
        off = [{"name": rest.name, "days": rest.days} for rest in (*known.off, *more)]
        work = [day for day in known.work if day not in days]
        tables.append(toml_text.table(f"[{number}]", {"notice": "试行", "work": work, "off": off}))
    return "".join(tables)


def test_the_command_shows_first_and_asks(
    settings: Settings, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DATA", str(settings.data))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", settings.database_url)

    def said(*words: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(calendar, words)
        return done.exit_code, done.stdout, done.stderr

    bad, good = tmp_path / "bad.toml", tmp_path / "2027.toml"
    bad.write_text(NOTICE.replace("2027-01-09", "2027-01-08"), "utf-8")
    good.write_text(NOTICE, "utf-8")
    status, _, err = said("load", str(bad), "--yes")
    assert status == 2
    assert "2027-01-08本来就是工作日" in err
    status, out, _ = said("load", str(good))
    assert status == 1, "nobody answered"
    assert "将调整0件案件" in out
    assert "2027  暂定" in said("show")[1]
    assert said("load", str(good), "--yes")[0] == 0
    status, out, _ = said("load", str(good), "--yes")
    assert (status, "完全相同" in out) == (0, True)
    assert "放假 2027-02-05 至 2027-02-13（9天）春节" in said("show", "2027")[1]


def test_killed_on_the_way_and_run_again_in_two_processes_tells_each_once(settings: Settings, tmp_path: Path) -> None:
    """1,300 cases that end within a week: two batches."""
    real = open_house(settings)
    try:
        opening = replace(an_opening(real), quiet=True)
        for answer in [real.ledger.submit(opening) for _ in range(1_300)]:
            answer.result()
        file = tmp_path / "2027.toml"
        file.write_text(a_fortnight_off(real.city.calendar, real.city.calendar.day_of(real.now())), "utf-8")
        first = command(settings, "load", str(file), "--yes")
        deadline = time.monotonic() + 90
        while (row := notices.under_way_now(real)) is None or row["seen"] == 0:
            assert time.monotonic() < deadline
            assert first.poll() is None, first.communicate()
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        both = [command(settings, "load", str(file), "--yes") for _ in range(2)]
        assert [one.wait(timeout=100) for one in both] == [0, 0], [one.communicate() for one in both]
        with real.reading() as connection:
            done = notices.record(connection, 5)
        assert [(one.state, one.seen, one.moved.cases) for one in done] == [("done", 1_300, 1_300)]
        assert not list(islice(differences(real.engine, real.city, lambda n: None), 1))
        assert messages(real, "moved") == 1_300
        assert messages(real, "moved_work") == 2
        for one in both:
            for stream in (one.stdout, one.stderr):
                assert stream is not None
                stream.close()
    finally:
        real.close()
