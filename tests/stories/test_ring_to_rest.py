"""One request from a ringing telephone to a closed, rated case, with an escalation on the way.

Over HTTP against the running service, with the real worker and a real Valkey. The only thing that is not as
in life is the waiting: the case's clock is made to be over by recording the call as of some days ago.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from cases.tables import ClockRow
from hotline import embedded, seed
from hotline.house import House, open_house
from hotline.settings import Settings, from_environment
from hotline.sign_ins import PASSWORD
from tests.ports import free_port


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[tuple[Settings, House]]:
    """The service and its worker as processes of their own, over the demonstration's accounts."""
    queue = embedded.start(tmp_path)
    port = free_port()
    told = {
        "HOTLINE_DATA": str(tmp_path),
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": queue.url,
        "HOTLINE_PORT": str(port),
        "HOTLINE_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    settings = from_environment(told)
    seed.seed_if_empty(settings)
    house = open_house(settings)
    with processes({**os.environ, **told}, "web", "worker"):
        wait_for(lambda: up(port))
        yield settings, house
    house.close()
    queue.stop()


@contextmanager
def processes(env: dict[str, str], *names: str) -> Iterator[None]:
    started = [subprocess.Popen([sys.executable, "-m", "hotline", name], env=env) for name in names]
    try:
        yield
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(timeout=20) for process in started]
    assert set(codes) <= {0, -signal.SIGTERM}, "they stop cleanly when asked"


def up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(what: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.2)
    return found


class Person:
    """Somebody signed in at a desk, who takes steps as JSON clients do."""

    def __init__(self, settings: Settings, login: str) -> None:
        self.client = httpx.Client(base_url=settings.public_url, follow_redirects=True, timeout=30)
        page = self.client.get("/signin").text
        fields = {"login": login, "password": PASSWORD, "_csrf": hidden(page, "_csrf")}
        answer = self.client.post("/signin", data=fields, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        self.csrf = hidden(answer.text, "_csrf")

    def take(self, number: str, step: str, **facts: Any) -> httpx.Response:
        body = {"step": step, "facts": facts or None}
        return self.client.post(f"/cases/{number}/steps", json=body, headers=self.headers)

    def done(self, number: str, step: str, **facts: Any) -> None:
        answer = self.take(number, step, **facts)
        assert answer.status_code == 200, answer.text

    @property
    def headers(self) -> dict[str, str]:
        return {"X-CSRF-Token": self.csrf, "Accept": "application/json"}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def test_from_a_ringing_telephone_to_a_rated_case(running: tuple[Settings, House]) -> None:
    settings, house = running
    agent, handler, chief, supervisor = (
        Person(settings, login) for login in ("agent", "housing", "housing-chief", "supervisor")
    )
    exchange = {"Authorization": f"Bearer {settings.channel_token()}"}
    call = {"call": "c-1", "caller": "13900007777", "called": "12345", "agent": "agent"}
    with httpx.Client(base_url=settings.public_url) as pbx:
        for event in ("ringing", "answered"):
            assert pbx.post("/calls", json={**call, "event": event}, headers=exchange).status_code == 200
        said = {"kind": "complaint", "text": "小区电梯困人，物业一直不修，要求维修", "phone": "13900007777", "call": "c-1"}
        taken = agent.client.post("/requests", json=said, headers=agent.headers)
        assert taken.status_code == 201, taken.text
        again = agent.client.post("/requests", json=said, headers=agent.headers)
        assert again.json()["number"] == taken.json()["number"]
        assert pbx.post("/calls", json={**call, "event": "ended"}, headers=exchange).status_code == 200
    number, code = taken.json()["number"], taken.json()["code"]
    assert "6个工作日" in taken.json()["promised_because"]

    handler.done(number, "sign_for")
    refused = handler.take(number, "sign_for")
    assert refused.status_code == 409
    assert "已签收" in refused.json()["detail"]
    assert "签收" in refused.json()["article"]
    handler.done(number, "start", text="已联系物业")

    over_since_yesterday(house, number)
    wait_for(lambda: number in alerts_of(chief))  # the worker finds it and the chief hears
    wait_for(lambda: number in (house.settings.data / "outgoing.jsonl").read_text())  # and the citizen had an SMS
    assert number in supervisor.client.get("/board").text
    answer_by = (date.today() + timedelta(days=20)).isoformat()  # noqa: DTZ011  # only has to lie ahead
    supervisor.done(number, "supervise", letter="督〔2026〕9号", text="已经超期，请立即办理", answer_by=answer_by)
    handler.done(number, "reply_supervision", letter="督〔2026〕9号", text="配件已到，今日修复")
    waiting = handler.take(number, "answer", text="电梯已修复", solved=True)
    assert "协办单位未提交意见" in waiting.json()["detail"]
    Person(settings, "market").done(number, "co_answer", office="market", text="已责令维保单位整改")
    handler.done(number, "answer", text="电梯已于今日修复并通过检验。", solved=True)
    chief.done(number, "approve_answer", text="同意")
    agent.done(number, "call_back", reached=True, contacted=True, solved=True, satisfied=True, text="满意")
    agent.done(number, "close")
    citizen_rates(settings, number, code)
    closed = agent.client.get(f"/cases/{number}", headers=agent.headers).json()
    assert closed["stage"] == "closed"
    assert "13900007777" not in str(closed)


def over_since_yesterday(house: House, number: str) -> None:
    """The handling clock is made to have ended: its row is what the sweep goes by."""
    then = house.now() - timedelta(days=8)
    day = house.city.calendar.day_of(then)
    with house.writing() as connection:
        of = select(ClockRow.case_id).where(ClockRow.clock == "wo.handle").order_by(ClockRow.case_id.desc()).limit(1)
        case = connection.scalar(of)
        connection.execute(
            update(ClockRow)
            .where(ClockRow.case_id == case, ClockRow.clock == "wo.handle")
            .values(due_at=house.city.calendar.end_of(day), due_day=day, next_at=then, rung="half",
                    started_at=then - timedelta(days=7))
        )  # fmt: skip


def alerts_of(person: Person) -> str:
    return person.client.get("/alerts", headers={"Accept": "text/html"}).text


def citizen_rates(settings: Settings, number: str, code: str) -> None:
    browser = {"Accept": "text/html"}
    with httpx.Client(base_url=settings.public_url, follow_redirects=True, headers=browser) as citizen:
        page = citizen.get(f"/requests/{number}", params={"code": code})
        assert "电梯已于今日修复" in page.text
        rated = citizen.post(
            f"/requests/{number}/rating",
            data={"score": "5", "solved": "yes", "text": "很快", "_csrf": hidden(page.text, "_csrf")},
        )
        assert rated.status_code == 200, rated.text
