"""Alive, ready and its figures; and that what is logged of it names nobody."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace
from sqlalchemy import create_engine, text

from hotline import migrate
from hotline.embedded import Valkey
from hotline.house import House
from hotline.logs import redacted
from tests.hotline.conftest import TOKEN, SignIn, client_of

Client = TestClient[Litestar]
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
MIGRATED = any(migrate.FOLDER.joinpath("versions").glob("*.py"))


@pytest.fixture
def with_queue(house: House, valkey: Valkey) -> Iterator[Client]:
    """A client of a house whose Redis is there."""
    with client_of(replace(house, settings=replace(house.settings, redis_url=valkey.url))) as client:
        yield client


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_alive(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}


def test_ready_says_what_is_down(with_queue: Client, client: Client) -> None:
    whole, degraded = with_queue.get("/health/ready"), client.get("/health/ready")
    expected = (200, "ok", "degraded") if MIGRATED else (503, "down", "down")
    assert (whole.status_code, whole.json()["status"], degraded.json()["status"]) == expected
    assert degraded.status_code == expected[0], "intake goes on without Redis"
    assert degraded.json()["checks"]["redis"] == "down"
    assert whole.json()["checks"]["redis"] == "ok"
    assert any("受理照常" in said for said in degraded.json()["detail"])


def test_not_ready_before_the_tables_are(client: Client, house: House) -> None:
    with house.writing() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "down")


def test_not_ready_without_a_database(house: House, database_kind: str) -> None:
    gone = "sqlite:////nowhere/at/all.db" if database_kind == "sqlite" else "postgresql+psycopg://x@/x?host=/nowhere"
    with client_of(replace(house, engine=create_engine(gone))) as client:
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "down")
        assert "hotline_database_up 0.0" in client.get("/metrics", headers=OPERATOR).text


def test_figures_name_routes_and_nobody(signed_in: SignIn) -> None:
    client = signed_in("agent")
    client.get("/13812345678", params={"phone": "13812345678"})
    figures = client.get("/metrics", headers=OPERATOR).text
    assert 'hotline_requests_total{method="POST",route="/signin",status="200"} 1.0' in figures
    assert 'hotline_requests_total{method="GET",route="-",status="404"} 1.0' in figures
    for name in ("hotline_request_seconds_bucket", "hotline_outbox", "hotline_alerts_open", "hotline_ledger_queue 0.0"):
        assert name in figures
    assert "13812345678" not in figures
    assert "agent" not in figures


def test_figures_are_for_this_machine_or_the_token(house: House) -> None:
    with client_of(house) as client:
        assert client.get("/metrics").status_code == 401

    async def from_here(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["client"] = ("127.0.0.1", 1)
        await client.app(scope, receive, send)

    with TestClient(from_here) as here:
        assert here.get("/metrics").status_code == 200
        assert here.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401


def test_a_line_for_a_request_names_the_route_and_the_user_only(
    signed_in: SignIn, people: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    client = signed_in("agent")
    client.post("/signout", params={"phone": "13812345678"}, data={"name": "张三"})
    line = _lines(capsys)[-1]
    assert line.pop("ms") >= 0
    assert line.pop("at")
    assert len(line.pop("number")) == 8
    assert line == {
        "event": "request", "level": "info", "method": "POST", "route": "/signout", "status": 200,
        "user": people["agent"],
    }  # fmt: skip


def test_long_digit_runs_and_parameters_do_not_reach_the_log() -> None:
    said = redacted("call 138 1234-5678 or 430702199001011234 at 14:05, 2026-11-23\n[SQL: x]\n[parameters: ('张三', 1)]")
    assert said == "call ************* or ****************** at 14:05, **********\n[SQL: x]\n[parameters: …]"


def test_other_loggers_are_left_alone_in_a_test() -> None:
    assert logging.getLogger().handlers, "pytest's own"
